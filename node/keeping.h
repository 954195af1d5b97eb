/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeping - the turn in which a node puts its house in order: messages whose
 * time is over are deleted, rows that have no more use leave, and then the keys
 * of the days that are over are overwritten.
 *
 * A step at a time, with other turns in between: an alert does not wait for
 * what a whole month has left behind. What a crash leaves undone is done at the
 * next start.
 */
#ifndef NODE_KEEPING_H
#define NODE_KEEPING_H

#include "node/node.h"

/* Rows that one step touches at most, give or take a bundle. */
#define NODE_KEEPING_ROWS 1024

/* One step, as a turn of its own at `now_ms`, so that a full disk in another
 * turn does not take it back. `ret_due`: when to look again, ms; now, if there
 * is more. */
enum ent_status node_keeping_turn(struct node *node, uint64_t now_ms,
    size_t rows, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

#endif
