/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reincarnation - a peer knows a newer store of ours than this one (it was put
 * back from a copy): we take a newer incarnation, and every stream begins anew.
 *
 * What lay unsettled in the old streams is sealed anew, in steps; how far that
 * is lies in the store. Until a precedence is through nothing new of it is
 * sealed, or it would overtake what was accepted before.
 */
#ifndef NODE_REINCARNATION_H
#define NODE_REINCARNATION_H

#include "node/node.h"

/* Messages that one step takes back, give or take a bundle. */
#define NODE_REINCARNATION_MESSAGES 1024

/* Take a newer incarnation than `highest`; a new manifest tells the peers. */
enum ent_status node_reincarnate(
    struct node *node, uint64_t highest, struct ent_error *err) ENT_MUST_CHECK;

/* One step: the messages of unsettled bundles of old streams go back to be
 * sealed anew, FLASH first. `ret_more`: there are more. */
enum ent_status node_reincarnation_run(struct node *node, size_t messages,
    bool *ret_more, struct ent_error *err) ENT_MUST_CHECK;

/* The rank up to which all is through: what is less urgent, or the same, has to
 * wait. NODE_DUE_RANKS: nothing has. */
enum ent_status node_reincarnation_rank(
    struct node *node, uint8_t *ret_rank, struct ent_error *err) ENT_MUST_CHECK;

#endif
