/* SPDX-License-Identifier: Apache-2.0 */
/* What submit.c, submit_copy.c and explain.c share. */
#ifndef NODE_SUBMIT_INTERNAL_H
#define NODE_SUBMIT_INTERNAL_H

#include "node/keeper.h"
#include "node/submit.h"
#include "node/upload.h"
#include "policy/decide.h"
#include "proto/message.h"

/* One message for one recipient, on its way into the store. */
struct node_outgoing {
    struct ent_id id;
    struct ent_address to;
    struct ent_party party;
    struct ent_view given;         /* as the officer gave it */
    uint8_t print[NODE_PRINT_LEN]; /* of that (node/submit.h) */
    const struct node_enclosed *enclosed;
    bool held;                 /* an officer signs it first (node/release.h) */
    bool last;                 /* of its message's recipients */
    ent_message *message;      /* this recipient's own, may be minimised */
    struct node_given_end end; /* of its encoding */
    struct ent_decision decision;
};

/* What the node says in a message by itself before it is judged: what it leaves
 * out, what it is about, the emergency it names, whose it was. `to` is its
 * first recipient; NULL: it has none. */
enum ent_status node_submit_fill(struct node *node, ent_message *message,
    const char *to, struct ent_arena *arena,
    struct ent_error *err) ENT_MUST_CHECK;

/* Judge, and keep or refuse; the last copy uses `message` up. ENT_FULL and
 * ENT_IO take the turn back; anything else is about this copy alone, and
 * nothing of it is kept. */
enum ent_status node_submit_copy(struct node *node, ent_message *message,
    struct node_outgoing *outgoing, struct ent_arena *arena,
    Entente__V1__CopyResult *result, struct ent_error *err) ENT_MUST_CHECK;

/* What follows here from its being on its way. */
enum ent_status node_submit_said(struct node *node,
    const struct node_outgoing *outgoing, struct ent_error *err) ENT_MUST_CHECK;

/* From where something is written on, what fails takes the whole turn back, or
 * an answer would say less or more than the store: the status that does so. */
enum ent_status node_as_storage(enum ent_status rc);

/* The decision, as programs are told it. */
void node_submit_tell(const struct ent_decision *decision,
    struct ent_arena *arena, Entente__V1__CopyResult *result);

#endif
