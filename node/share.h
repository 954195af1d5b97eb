/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share - what each other office has in this store: its bundles, and its files
 * that were let in. Nobody fills more than one office may (node/space.h).
 *
 * It is counted in the turn that keeps or deletes what it counts, so that both
 * are on disk together.
 */
#ifndef NODE_SHARE_H
#define NODE_SHARE_H

#include "node/node.h"
#include "node/space.h"

/* What it has; nothing when it was never heard of. */
enum ent_status node_share_get(struct node *node, const struct ent_party *party,
    struct node_usage *ret_usage, struct ent_error *err) ENT_MUST_CHECK;

/* More of it is kept, or less. Never less than nothing. */
enum ent_status node_share_add(struct node *node, const struct ent_party *party,
    uint64_t bytes, uint64_t bundles, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_share_subtract(struct node *node,
    const struct ent_party *party, uint64_t bytes, uint64_t bundles,
    struct ent_error *err) ENT_MUST_CHECK;

/* All that node_space_judge wants to know of this store and that office; what
 * is to come is left at nothing. */
enum ent_status node_share_look(struct node *node,
    const struct ent_party *party, struct node_space *ret_space,
    struct ent_error *err) ENT_MUST_CHECK;

/* Somebody of this office must know that `sender` was put off, and why: once,
 * however much is put off. */
enum ent_status node_share_alarm(struct node *node,
    const struct ent_address *sender, const struct node_space *space,
    uint32_t refusal, struct ent_error *err) ENT_MUST_CHECK;

/* Alarms whose cause is gone go too. */
enum ent_status node_share_watch(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

#endif
