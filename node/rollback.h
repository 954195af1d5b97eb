/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollback - this store is an old copy of itself, put back without a word:
 * peers hold a checkpoint that we signed (node/witness.h), or a file outside
 * the store does (node/anchor.h), about entries that are not here.
 *
 * What is sent from such a store contradicts what was sent before. So nothing
 * leaves and nothing is taken in any more; what is here can be read. It is over
 * when a person says `entente-node restored` (node/reincarnation.h), or puts
 * the right store back. Only our own signature proves it: no peer can stop us
 * with a lie.
 */
#ifndef NODE_ROLLBACK_H
#define NODE_ROLLBACK_H

#include "node/node.h"

/* What whoever asks for something is told. */
#define NODE_ROLLBACK_TEXT                                                     \
    "this store is an old copy: run `entente-node restored` and start again"

/* `held`, which we signed as `note`, is held by `by`: is it about this journal?
 * If not, this store is an old copy from now on. */
enum ent_status node_rollback_judge(struct node *node,
    const struct ent_checkpoint *held, struct ent_view note, const char *by,
    bool *ret_is_old_copy, struct ent_error *err) ENT_MUST_CHECK;

/* At the start: what was found out before. */
enum ent_status node_rollback_load(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* A peer holds our checkpoint of that size: until there nothing is lacking. */
enum ent_status node_rollback_confirm(
    struct node *node, uint64_t size, struct ent_error *err) ENT_MUST_CHECK;

/* It was said that the store was put back: it counts again. The incarnation
 * must be greater than the one in `ret_highest`; what was settled before
 * `ret_since`, ms, is here (0: nobody knows). */
enum ent_status node_rollback_end(struct node *node, uint64_t *ret_highest,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_rollback_since(struct node *node, uint64_t *ret_since,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
