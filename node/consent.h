/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consent - may what came from another state go further, and what its
 * originator says to that (consent_request, consent_decision).
 *
 * A row at who has the message and one at its originator follow it: asked,
 * decided, used. At who has it the row lies under (originator, id), so that an
 * office decides about its own messages and nobody else's. Of several decisions
 * the one that was made last counts: consent can be withdrawn.
 */
#ifndef NODE_CONSENT_H
#define NODE_CONSENT_H

#include "node/copy.h"
#include "node/desk.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"

typedef Entente__Rest__V1__ConsentRow node_consent_row; /* a generated name */

/* Whether we may say that to `to`: only what came from there can be asked
 * about, and only what was sent there from here be decided. NULL, or what is
 * wrong, in `arena`. */
enum ent_status node_consent_check(struct node *node,
    const ent_message *message, const struct ent_address *to,
    struct ent_arena *arena, const char **ret_fault,
    struct ent_error *err) ENT_MUST_CHECK;

/* A request or decision of ours was accepted; one of theirs was taken. What is
 * about a message that is not kept here is not noted, and other messages change
 * nothing. */
enum ent_status node_consent_said(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_consent_take(struct node *node,
    const struct ent_address *sender, const ent_message *message,
    const struct ent_id *id, struct ent_error *err) ENT_MUST_CHECK;

/* What was said about passing on message `id` of `originator` to a state;
 * ENT_NOT_FOUND: nothing. Free with node_row_free. */
enum ent_status node_consent_get(struct node *node,
    const struct ent_address *originator, const struct ent_id *id,
    const char *state, node_consent_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
/* The same about its use in proceedings. */
enum ent_status node_consent_get_court(struct node *node,
    const struct ent_address *originator, const struct ent_id *id,
    node_consent_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;
/* True when it is given, and holds now. */
bool node_consent_holds(const node_consent_row *row, uint64_t now_ms);

/* It was passed on there, as message `as`. */
enum ent_status node_consent_use(struct node *node,
    const struct ent_address *originator, const struct ent_id *id,
    const char *state, const struct ent_id *as,
    struct ent_error *err) ENT_MUST_CHECK;

/* Called for each message as which one was passed on. */
typedef enum ent_status node_consent_visit(struct node *node,
    const struct ent_id *passed, const void *context, struct ent_error *err);

/* As which messages message `id` of `originator` was passed on. */
enum ent_status node_consent_passed(struct node *node,
    const struct ent_party *originator, const struct ent_id *id,
    node_consent_visit *visit, const void *context,
    struct ent_error *err) ENT_MUST_CHECK;

/* Message `id` between us and that office is deleted: nothing of it can go any
 * further, and all that was said about that goes with it. */
enum ent_status node_consent_forget(struct node *node,
    const struct ent_party *office, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

/* Has anything at all been said about passing on? */
enum ent_status node_consent_any(
    struct node *node, bool *ret_any, struct ent_error *err) ENT_MUST_CHECK;

/* Every row about message `id` between us and that office, for programs. */
enum ent_status node_consent_list(struct node *node,
    const struct ent_party *office, const struct ent_id *id,
    struct ent_arena *arena, Entente__V1__Consent ***ret_list,
    size_t *ret_count, struct ent_error *err) ENT_MUST_CHECK;

#endif
