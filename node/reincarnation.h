/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reincarnation - a peer knows a newer store of ours than this one (it was put
 * back from a copy): we take a newer incarnation, and every stream begins anew.
 */
#ifndef NODE_REINCARNATION_H
#define NODE_REINCARNATION_H

#include "node/node.h"

/* Take a newer incarnation than `highest`. What is unsettled is sealed anew,
 * and a new manifest tells the peers. */
enum ent_status node_reincarnate(
    struct node *node, uint64_t highest, struct ent_error *err) ENT_MUST_CHECK;

#endif
