/* SPDX-License-Identifier: Apache-2.0 */
/*
 * need - whether a message is still needed (`retention`, `review_every`): each
 * time that this time is over it is deleted, unless somebody said before that
 * it is still needed, by role and reason, which is journalled. Nothing is kept
 * beyond `keep`, or beyond what its sender allows, whatever is said.
 *
 * In the second half of the time it is a duty (node/duties.h) to say so, or to
 * let it go: it can be said only then, once, so that nobody keeps a message by
 * saying it many times in advance. A message that is given again to a store
 * that was lost has lost what was said of it too, and ends with its first time.
 */
#ifndef NODE_NEED_H
#define NODE_NEED_H

#include "node/desk.h"
#include "proto/schema/api.pb-c.h"

/* What came at `from_ms`: until when it is kept if nobody says anything. */
uint64_t node_need_until(const node_desk_row *row, uint64_t from_ms);

/* It is still needed. ENT_NOT_FOUND, ENT_BAD_INPUT: nobody need say so, not
 * yet, or not any more. */
enum ent_status node_need_keep(struct node *node,
    const Entente__V1__KeepRequest *request, Entente__V1__KeepReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* For programs; NULL: nobody need say so. */
Entente__V1__Need *node_need_tell(
    const struct node *node, const node_desk_row *row, struct ent_arena *arena);

/* A row of the desk was this and is that (NULL: none): the duty begins or
 * ends. */
enum ent_status node_need_follow_desk(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
