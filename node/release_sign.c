/* SPDX-License-Identifier: Apache-2.0 */
/* An officer signs what is held for him. */
#include <string.h>

#include "node/gate.h"
#include "node/officers.h"
#include "node/pending.h"
#include "node/release_internal.h"
#include "policy/minimise.h"

#define AUTHORED ENTENTE__V1__OFFICER_ACT__AUTHORED
#define RELEASED ENTENTE__V1__OFFICER_ACT__RELEASED

typedef Entente__V1__CopyResult copy_result; /* a generated name */

/* Put the signature under the message. */
static enum ent_status
add_signature(struct node_held *held, Entente__V1__OfficerSignature *signature,
    struct ent_error *err)
{
    ent_message *message = held->message;
    size_t count = message->n_officer_signatures;
    Entente__V1__OfficerSignature **list =
        ent_arena_alloc(&held->arena, (count + 1) * sizeof *list);

    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "signing a message");
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = message->officer_signatures[i];
    }
    list[count] = signature;
    message->officer_signatures = list;
    message->n_officer_signatures = count + 1;
    return ENT_OK;
}

/* The role of who releases it stands in the message: the rules may speak of
 * it. */
static void
name_releaser(
    struct node_held *held, const Entente__V1__OfficerSignature *signature)
{
    struct ent_officer officer;

    if (held->row->awaits == RELEASED &&
        ent_officer_peek(ent_view_of(signature->certificate.data,
                             signature->certificate.len),
            &officer, NULL) == ENT_OK) {
        held->message->releaser_role = node_text_in(&held->arena, officer.role);
    }
}

/* What is signed, and that it is what is waited for. NULL: it is. */
static const char *
fault_of(
    const struct ent_release *release, uint32_t awaits, struct ent_error *err)
{
    if (release->fault[0] != '\0') {
        return release->fault;
    }
    if (awaits == AUTHORED ? !release->authored : !release->released) {
        (void)ent_fail(err, ENT_REJECTED, "it waits for %s",
            awaits == AUTHORED ? "its author to sign"
                               : "a second officer to release it");
        return err->text;
    }
    return NULL;
}

/* Would it leave otherwise than it was signed, by the rules of now? */
static enum ent_status
is_unchanged(struct node_held *held, const struct ent_decision *decision,
    struct ent_bytes *wire, bool *ret_same, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes after = {0};
    struct ent_decision now = *decision;
    enum ent_status rc = ent_message_encode(held->message, wire, err);

    if (rc == ENT_OK) {
        rc = ent_minimise(&now, held->message, &held->arena, err);
    }
    if (rc == ENT_OK) {
        rc = ent_message_encode(held->message, &after, err);
    }
    if (rc == ENT_OK) {
        *ret_same = now.permit && wire->len == after.len &&
                    memcmp(wire->data, after.data, after.len) == 0;
    }
    return rc;
}

/* The author has signed; a second officer has to. */
static enum ent_status
pass_on(struct node *node, const struct node_held *held,
    const struct ent_release *release, struct ent_view wire,
    struct ent_error *err)
{
    node_copy_row changed = *held->row;
    enum ent_status rc = node_pending_hold(node, &held->id, &held->to,
        held->row->precedence, held->row->number, held->row->day, wire, err);

    changed.awaits = RELEASED;
    if (rc == ENT_OK) {
        rc = node_copy_set(
            node, &held->id, &held->party, held->row, &changed, err);
    }
    return rc != ENT_OK ? rc
                        : node_held_note(node, held, ENT_ENTRY_AUTHORED,
                              &release->author, err);
}

/* All have signed: it is the sealer's. */
static enum ent_status
let_go(struct node *node, const struct node_held *held,
    const struct ent_release *release, const struct ent_decision *decision,
    struct ent_view wire, struct ent_error *err)
{
    struct node_outgoing outgoing = {.id = held->id,
        .to = held->to,
        .party = held->party,
        .message = held->message,
        .decision = *decision};
    node_copy_row changed = *held->row;
    enum ent_status rc = node_store_delete(
        node->store, NODE_PENDING, node_key_view(&held->key), err);

    changed.awaits = 0;
    if (rc == ENT_OK) {
        rc = node_pending_put(node, &held->id, &held->to, held->row->precedence,
            held->row->number, held->row->day, wire, err);
    }
    if (rc == ENT_OK) {
        rc = node_copy_set(
            node, &held->id, &held->party, held->row, &changed, err);
    }
    if (rc == ENT_OK) {
        rc = release->released ? node_held_note(node, held, ENT_ENTRY_RELEASED,
                                     &release->releaser, err)
                               : node_held_note(node, held, ENT_ENTRY_AUTHORED,
                                     &release->author, err);
    }
    return rc != ENT_OK ? rc : node_submit_said(node, &outgoing, err);
}

/* The rules of now, over what was signed. */
static enum ent_status
decide(struct node *node, struct node_held *held,
    const struct ent_release *release, struct ent_decision *decision,
    copy_result *result, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    bool same = false;
    enum ent_status rc;

    node_gate_held(node, held->message, &held->to, decision);
    if (!decision->permit) {
        return node_held_end(node, held,
            ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE, decision, err);
    }
    rc = is_unchanged(held, decision, &wire, &same, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!same) {
        node_held_say_no(decision,
            "the rules have changed since it was written, and it would have to "
            "leave otherwise than it was signed: send it anew");
        return node_held_end(node, held,
            ENTENTE__V1__TRACE_STATE__TRACE_RETURNED, decision, err);
    }
    if (decision->two_officers && !release->released) {
        result->awaits = RELEASED;
        return pass_on(node, held, release, ent_bytes_view(&wire), err);
    }
    return let_go(node, held, release, decision, ent_bytes_view(&wire), err);
}

static enum ent_status
sign_copy(struct node *node, const char *id,
    const Entente__V1__CopySignature *signature, struct ent_arena *arena,
    copy_result *result, struct ent_error *err)
{
    ENT_AUTO(node_held_fini) struct node_held held = {0};
    struct ent_decision decision = {0};
    const struct ent_release *release;
    struct ent_release room;
    const char *fault;
    enum ent_status rc = node_held_open(node, id, signature->to, &held, err);

    if (rc == ENT_NOT_FOUND || rc == ENT_BAD_INPUT) {
        node_held_say_no(&decision, err->text);
        node_submit_tell(&decision, arena, result);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = add_signature(&held, signature->signature, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    name_releaser(&held, signature->signature);
    release = node_officers_judge(node, held.message, &node->self, &room);
    fault = fault_of(release, held.row->awaits, err);
    if (fault != NULL) { /* it is held as before */
        node_held_say_no(&decision, fault);
        result->awaits = (Entente__V1__OfficerAct)held.row->awaits;
    } else {
        rc = decide(node, &held, release, &decision, result, err);
    }
    if (rc == ENT_OK) {
        node_submit_tell(&decision, arena, result);
    }
    return rc;
}

enum ent_status
node_release_sign(struct node *node, const Entente__V1__SignRequest *request,
    struct ent_arena *arena, Entente__V1__HandledReply *reply,
    struct ent_error *err)
{
    enum ent_status rc;

    if (request->n_signatures == 0 ||
        request->n_signatures > NODE_RECIPIENTS_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "signatures: 1 to 64 copies are signed");
    }
    for (size_t i = 0; i < request->n_signatures; i++) {
        if (request->signatures[i]->signature == NULL) {
            return ent_fail(err, ENT_BAD_INPUT, "signatures[%zu]: empty", i);
        }
    }
    rc = node_held_answer(
        request->id, request->n_signatures, arena, &reply->result, err);
    for (size_t i = 0; rc == ENT_OK && i < request->n_signatures; i++) {
        copy_result *copy = reply->result->copies[i];

        copy->to = request->signatures[i]->to;
        rc = node_as_storage(sign_copy(
            node, request->id, request->signatures[i], arena, copy, err));
        reply->result->n_copies = i + 1;
    }
    return rc;
}
