/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drills - the hotline is tried out as often as is agreed (`drill_every` of
 * `hotline`): an officer sends a hotline alert in mode EXERCISE or TEST, and a
 * person there acknowledges it. That is a drill; how long the answer took is
 * kept. Where one is owed it is a duty (node/duties.h).
 */
#ifndef NODE_DRILLS_H
#define NODE_DRILLS_H

#include "node/node.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"

/* A message of ours was accepted; others than such alerts change nothing. */
enum ent_status node_drill_sent(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err) ENT_MUST_CHECK;

/* A person of that office has acknowledged it; it was delivered at that time.
 */
enum ent_status node_drill_answered(struct node *node, const struct ent_id *id,
    const struct ent_party *by, uint64_t delivered_at,
    struct ent_error *err) ENT_MUST_CHECK;

/* By the agreements that are in use now: which drills are owed, and by when. */
enum ent_status node_drills_watch(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The last one with each office, for programs. */
enum ent_status node_drills_list(struct node *node, struct ent_arena *arena,
    Entente__V1__Drill ***ret_list, size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
