/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest - what this office says of itself, and its sealing keys' epochs.
 *
 * Two epochs are always published: the current one and the next, so that a peer
 * has a key to seal for when the day changes. A secret is destroyed at the end
 * of its epoch plus the longest delivery life.
 */
#ifndef NODE_MANIFEST_H
#define NODE_MANIFEST_H

#include "node/node.h"

/* Make the first sealing keys; slots only, no turn needed. */
enum ent_status node_manifest_begin(struct node_slots *slots, uint64_t epoch_ms,
    uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;

/* Sign a manifest with the present keys and incarnation under the next
 * sequence, keep it, and send it to the neighbours. */
enum ent_status node_manifest_renew(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Send it, unasked. */
enum ent_status node_manifest_announce(
    struct node *node, uint64_t via, struct ent_error *err) ENT_MUST_CHECK;

/* The kept manifest into node->manifest_wire; renewed when there is none. */
enum ent_status node_manifest_load(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Destroy sealing keys whose time is over, make the next epoch's when the last
 * one published has begun, and publish. While the clock is in doubt nothing of
 * this is done. `ret_due` says when to look again, ms. */
enum ent_status node_manifest_rotate(
    struct node *node, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

#endif
