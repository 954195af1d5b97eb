/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tombstones - what a desk or a trace still says of a message that is no more:
 * which one that was, with which office, when it came, and when and under which
 * clause it was deleted. A year later it says nothing any more.
 */
#ifndef NODE_TOMBSTONES_H
#define NODE_TOMBSTONES_H

#include "node/copy.h"
#include "node/desk.h"

#define NODE_TOMBSTONE_MS (UINT64_C(366) * NODE_DAY_MS)

/* In place of the desk's entry. */
enum ent_status node_tombstone_desk(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* In place of a copy; its last state may still come. */
enum ent_status node_tombstone_copy(struct node *node, const struct ent_id *id,
    const struct ent_party *party, const node_copy_row *row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Take away the oldest that have stood long enough, at most `budget` rows,
 * which is reduced by what was done. They leave in the order in which their
 * messages came, so what a desk has is always without gaps. */
enum ent_status node_tombstones_prune(
    struct node *node, size_t *budget, struct ent_error *err) ENT_MUST_CHECK;

#endif
