/* SPDX-License-Identifier: Apache-2.0 */
/* What release.c and release_sign.c share: a copy that is held, opened. */
#ifndef NODE_RELEASE_INTERNAL_H
#define NODE_RELEASE_INTERNAL_H

#include "node/copy.h"
#include "node/release.h"

struct node_held {
    struct ent_id id;
    struct ent_address to;
    struct ent_party party;
    node_copy_row *row;
    struct node_key key; /* in PENDING */
    struct ent_arena arena;
    ent_message *message; /* in the arena */
};

/* ENT_NOT_FOUND: it is not held, or not any more. Free what is in `held` in
 * any case. */
enum ent_status node_held_open(struct node *node, const char *id,
    const char *to, struct node_held *held,
    struct ent_error *err) ENT_MUST_CHECK;
void node_held_fini(struct node_held *held);

/* Journal what became of it, by which officer; NULL: by none. */
enum ent_status node_held_note(struct node *node, const struct node_held *held,
    enum ent_entry_kind kind, const struct ent_officer *officer,
    struct ent_error *err) ENT_MUST_CHECK;

/* It ends here without having left, and the journal says so: refused, or given
 * back. */
enum ent_status node_held_end(struct node *node, const struct node_held *held,
    uint32_t state, const struct ent_decision *decision,
    struct ent_error *err) ENT_MUST_CHECK;

/* ---- answers ---- */

/* A refusal for this reason. */
void node_held_say_no(struct ent_decision *decision, const char *why);

/* A result with room for `count` copies. */
enum ent_status node_held_answer(const char *id, size_t count,
    struct ent_arena *arena, Entente__V1__SubmitResult **ret_result,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
