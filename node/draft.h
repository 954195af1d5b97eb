/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft - an officer's message before it is judged: filled in, and checked
 * against the catalogue.
 */
#ifndef NODE_DRAFT_H
#define NODE_DRAFT_H

#include "proto/address.h"
#include "proto/base/pb.h"
#include "proto/message.h"

/* Fill in what the officer left to us: id, sender, which is `self`, times, of
 * which the first is `now_ms`, precedence. What is added lies in `arena`, and
 * the sender where `self` does. Asks nobody. */
void node_draft_fill(const struct ent_address *self, uint64_t now_ms,
    ent_message *message, struct ent_arena *arena);

/* What is wrong with it, in words that lie in `arena`; NULL: nothing. Asks
 * nobody either. */
const char *node_draft_fault(
    const ent_message *message, struct ent_arena *arena);

#endif
