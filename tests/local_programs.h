/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local_programs - two programs of Mae Sai's that speak to its node, and turns
 * of the node in which it hears them.
 */
#ifndef ENT_TESTS_LOCAL_PROGRAMS_H
#define ENT_TESTS_LOCAL_PROGRAMS_H

#include "node/api_internal.h"
#include "tests/two_offices_rows.h"

#define SLICE 32 /* messages that are accepted before others may pass */
#define ID "%08u-7c00-7abc-8def-0123456789ab"
#define LONG_TEXT 8000 /* of 256 such messages a turn takes a part */

/* A and B. What one hands in has texts of `text_len` characters at least. */
extern void *programs[2];
extern int text_len;
extern bool bare_first; /* see hand_in */

/* Before and after each test. */
int open_programs(void **state);
int close_programs(void **state);
/* Another, to be closed by zmq_close. */
void *open_program(void);

struct node *maesai(void);

/* `count` messages, from the number `from` on, which is that of the request
 * too; without ids from `bare` on, or before it where `bare_first`. It is at
 * the node when this returns. */
void hand_in(void *program, unsigned from, unsigned count, unsigned bare);

/* No time is enough to prove it, but this one mostly is. */
bool is_unanswered(void *program);
/* The next reply, until the end of the test; there must be one. */
const Entente__V1__ApiReply *reply_to(void *program);
/* All are accepted, in the order in which they were handed in. */
void expect_accepted(
    const Entente__V1__ApiReply *reply, unsigned from, unsigned count);

/* How many messages it has accepted. */
uint64_t accepted(void);

/* A turn in which programs are heard, and how it ends. */
void serve_and_end(enum ent_status rc);
void serve(void);

/* An alert passes. */
void alert(void);

#endif
