/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention - when a message's time is over it is really gone.
 *
 * Each message's key lies wrapped under the bucket of the day after its
 * retain_until. When that day has begun, the blocks and pending rows of the
 * bucket are deleted, the desk is told, the journal notes how many, and after
 * that commit the bucket key is overwritten on disk (node/slots.h). What a
 * crash leaves undone is done at the next start.
 */
#ifndef NODE_RETENTION_H
#define NODE_RETENTION_H

#include "node/node.h"

/* Delete what is over, inside the current turn, until `budget` rows are used
 * up; it is reduced by what was done. `ret_day` is the day before which buckets
 * can be destroyed after the commit; 0: there is more to delete first. */
enum ent_status node_retention_run(struct node *node, size_t *budget,
    uint64_t *ret_day, struct ent_error *err) ENT_MUST_CHECK;

/* After that commit. */
enum ent_status node_retention_destroy(
    struct node *node, uint64_t day, struct ent_error *err) ENT_MUST_CHECK;

#endif
