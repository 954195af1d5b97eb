/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pruning - rows that have no more use leave the store, first what ended first
 * (node/lifetime.h):
 *
 * - a bundle that came, and that its messages were seen: when the last of its
 *   messages is deleted, none of their ids can come again (a day after
 *   valid_until), and its sender has had a week after its expiry to ask;
 * - our receipt and the answers in it: with the last bundle it answers;
 * - a bundle of ours, with what others signed about it: when its messages are
 *   deleted here and a week has passed since its expiry, and not before it is
 *   settled, because the recipient's stream needs the skip;
 * - the time in which a bundle of ours may arrive: if it is not settled then,
 *   it is given up, whether anybody is connected or not;
 * - a submission that was never sealed: its tombstone from the day on which it
 *   would have been deleted;
 * - what was said of messages, when none of them can come any more.
 *
 * The journal keeps what crossed the border, for ever.
 */
#ifndef NODE_PRUNING_H
#define NODE_PRUNING_H

#include "node/node.h"

/* Take away what has ended, until `budget` rows are used up; it is reduced by
 * what was done, to 0 at the least. Retention must be through with the day. */
enum ent_status node_pruning_run(
    struct node *node, size_t *budget, struct ent_error *err) ENT_MUST_CHECK;

#endif
