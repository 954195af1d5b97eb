/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passage - the way of each FLASH message of a measurement past the points at
 * which it is timed. Several may be under way: they pass each point in the
 * order in which they set out, for each sets out when the one before is on the
 * recipient's desk, and a desk is read in its order.
 *
 * Threads: the sender's program and the recipient's may use it at once.
 */
#ifndef TOOLS_BENCH_PASSAGE_H
#define TOOLS_BENCH_PASSAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/error.h"
#include "proto/id.h"

enum bench_point {
    BENCH_ACCEPTED, /* by the sender's node */
    BENCH_DESK,     /* on the recipient's, as that node's clock says, in ms */
    BENCH_READ,     /* in the hands of the recipient's program */
    BENCH_RECEIPT,  /* the sender's program knows that it was delivered */
    BENCH_POINTS
};

struct bench_start {
    char id[ENT_ID_TEXT_LEN + 1];
    uint64_t at_ns; /* of a clock that is never set */
    uint64_t at_ms; /* of the nodes' clock */
};

struct bench_passages {
    pthread_mutex_t mutex;
    pthread_cond_t was_read;
    struct bench_start *starts;
    size_t room;
    size_t started;
    uint64_t *took_ns[BENCH_POINTS]; /* since its start, of each that passed */
    size_t passed[BENCH_POINTS];
    bool ended;
};

/* Room for so many. */
enum ent_status bench_passages_init(struct bench_passages *passages,
    size_t room, struct ent_error *err) ENT_MUST_CHECK;
void bench_passages_fini(struct bench_passages *passages);

/* The next one is about to be handed in; there is room for it. */
void bench_passages_start(struct bench_passages *passages, const char *id,
    uint64_t now_ns, uint64_t now_ms);

/* The next one that has not yet passed this point passes it: accepted, or its
 * receipt is there. */
void bench_passages_pass(
    struct bench_passages *passages, enum bench_point point, uint64_t now_ns);

/* A message was read from the desk, to which it came at `received_at_ms`; it
 * may be any. */
void bench_passages_read(struct bench_passages *passages, const char *id,
    uint64_t received_at_ms, uint64_t now_ns);

/* Until all that set out were read; false: they were not, in so long. */
bool bench_passages_await_read(
    struct bench_passages *passages, unsigned give_up_s) ENT_MUST_CHECK;

/* What is read from now on was on the desk, but is not counted as read: it had
 * not to wait behind as much as while the measurement lasted. */
void bench_passages_end(struct bench_passages *passages);

#endif
