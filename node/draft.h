/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft - an officer's message before it is judged: filled in, and checked
 * against the catalogue.
 */
#ifndef NODE_DRAFT_H
#define NODE_DRAFT_H

#include "node/node.h"
#include "proto/base/pb.h"
#include "proto/message.h"

/* Fill in what the officer left to us: id, sender, times, precedence. What is
 * added lies in `arena`. */
void node_draft_fill(
    const struct node *node, ent_message *message, struct ent_arena *arena);

/* What is wrong with it, in words that lie in `arena`; NULL: nothing. */
const char *node_draft_fault(
    const ent_message *message, struct ent_arena *arena);

#endif
