/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside - a thread that does one piece of work at a time, while its owner goes
 * on with something else.
 *
 * A piece is the thread's from ent_aside_begin to ent_aside_finish, with all
 * that it looks at and changes. Threads: one owner.
 */
#ifndef ENT_PROTO_BASE_ASIDE_H
#define ENT_PROTO_BASE_ASIDE_H

#include <stdbool.h>

#include "proto/base/error.h"

struct ent_aside;

/* `name` is the thread's, of 15 letters at most. */
enum ent_status ent_aside_start(const char *name, struct ent_aside **ret_aside,
    struct ent_error *err) ENT_MUST_CHECK;
/* What is under way is done before. NULL is fine. */
void ent_aside_stop(struct ent_aside **aside);

/* Nothing is under way yet. */
void ent_aside_begin(
    struct ent_aside *aside, void (*run)(void *context), void *context);
/* Wait until it is done; at once, when nothing is under way. */
void ent_aside_finish(struct ent_aside *aside);

/* Something was begun and not finished; and is done already. */
bool ent_aside_is_begun(const struct ent_aside *aside);
bool ent_aside_is_done(struct ent_aside *aside);
/* A descriptor that can be read from when it is done until it is finished. */
int ent_aside_file(const struct ent_aside *aside);

#endif
