/* SPDX-License-Identifier: Apache-2.0 */
#include "node/release.h"

#include <stdio.h>
#include <string.h>

#include "node/copy.h"
#include "node/gate.h"
#include "node/lifetime.h"
#include "node/officers.h"
#include "node/pending.h"
#include "policy/minimise.h"
#include "proto/refusal.h"

#define AUTHORED ENTENTE__V1__OFFICER_ACT__AUTHORED
#define RELEASED ENTENTE__V1__OFFICER_ACT__RELEASED

typedef Entente__V1__CopyResult copy_result; /* a generated name */

enum ent_status
node_release_hold(struct node *node, const struct node_outgoing *outgoing,
    uint64_t number, uint64_t day, struct ent_view wire, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    enum ent_status rc = node_pending_hold(node, &outgoing->id, &outgoing->to,
        (uint32_t)outgoing->message->precedence, number, day, wire, err);

    memcpy(subject.bytes, outgoing->id.bytes, sizeof outgoing->id.bytes);
    return rc != ENT_OK ? rc
                        : node_record(node, ENT_ENTRY_HELD, &outgoing->party,
                              &subject, &(struct ent_digest){{0}}, 1, err);
}

/* ---- one that is held ---- */

struct held {
    struct ent_id id;
    struct ent_address to;
    struct ent_party party;
    node_copy_row *row;
    struct node_key key; /* in PENDING */
    struct ent_arena arena;
    ent_message *message; /* in the arena */
};

static void
held_fini(struct held *held)
{
    node_row_free(&held->row);
    ent_arena_fini(&held->arena);
}

static enum ent_status
held_read(struct node *node, struct held *held, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *pending = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc = node_row_get(node->store, NODE_PENDING,
        node_key_view(&held->key), &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&pending, err);

    if (rc == ENT_OK) {
        rc = node_pending_open(node, pending, &plain, err);
    }
    if (rc == ENT_OK) {
        rc = ent_arena_init(&held->arena, NODE_MESSAGE_ARENA, err);
    }
    return rc != ENT_OK ? rc
                        : ent_message_decode(ent_bytes_view(&plain),
                              &held->arena, &held->message, err);
}

/* ENT_NOT_FOUND: it is not held, or not any more. */
static enum ent_status
held_open(struct node *node, const char *id, const char *to, struct held *held,
    struct ent_error *err)
{
    enum ent_status rc = ent_id_parse(ent_view_text(id), &held->id, err);

    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(to), &held->to, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    held->party = ent_address_party(&held->to);
    rc = node_copy_get(node, &held->id, &held->party, &held->row, err);
    if (rc == ENT_NOT_FOUND ||
        (rc == ENT_OK && (held->row->awaits == 0 || held->row->state != 0))) {
        return ent_fail(err, ENT_NOT_FOUND,
            "it does not wait for an officer, or no longer");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    held->key =
        node_key_held(held->row->precedence, &held->party, held->row->number);
    rc = held_read(node, held, err);
    return rc == ENT_NOT_FOUND ? ent_fail(err, rc, "its time here is over")
                               : rc;
}

static enum ent_status
note(struct node *node, const struct held *held, enum ent_entry_kind kind,
    const struct ent_officer *officer, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_digest result = {{0}};

    memcpy(subject.bytes, held->id.bytes, sizeof held->id.bytes);
    if (officer != NULL) {
        memcpy(
            result.bytes, officer->key_id.bytes, sizeof officer->key_id.bytes);
    }
    return node_record(node, kind, &held->party, &subject, &result, 1, err);
}

/* It ends here, without having left. */
static enum ent_status
end(struct node *node, const struct held *held, uint32_t state,
    const struct ent_decision *decision, struct ent_error *err)
{
    node_copy_row changed = *held->row;
    enum ent_status rc;

    changed.state = state;
    changed.awaits = 0;
    changed.settled_at = node->now_ms;
    changed.reason = decision->reason;
    changed.clause = (char *)(uintptr_t)decision->clause;
    changed.line = (uint32_t)decision->line;
    changed.sentence = (char *)(uintptr_t)decision->sentence;
    rc = node_copy_set(node, &held->id, &held->party, held->row, &changed, err);
    if (rc == ENT_OK) {
        rc = node_lifetime_put(node->store, NODE_LIFE_COPY, held->row->number,
            held->row->day * NODE_DAY_MS, err);
    }
    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_PENDING,
                              node_key_view(&held->key), err);
}

/* ---- signing ---- */

/* Put the signature under the message. */
static enum ent_status
add_signature(struct held *held, Entente__V1__OfficerSignature *signature,
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
name_releaser(struct held *held, const Entente__V1__OfficerSignature *signature)
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
    if (release == NULL || release->fault[0] != '\0') {
        return release == NULL ? "nothing is signed" : release->fault;
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
is_unchanged(struct held *held, const struct ent_decision *decision,
    struct ent_bytes *wire, bool *ret_same, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes after = {0};
    enum ent_status rc = ent_message_encode(held->message, wire, err);

    if (rc == ENT_OK) {
        rc = ent_minimise(decision, held->message, &held->arena, err);
    }
    if (rc == ENT_OK) {
        rc = ent_message_encode(held->message, &after, err);
    }
    if (rc == ENT_OK) {
        *ret_same = wire->len == after.len &&
                    memcmp(wire->data, after.data, after.len) == 0;
    }
    return rc;
}

/* The author has signed; a second officer has to. */
static enum ent_status
pass_on(struct node *node, const struct held *held,
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
    return rc != ENT_OK
               ? rc
               : note(node, held, ENT_ENTRY_AUTHORED, &release->author, err);
}

/* All have signed: it is the sealer's. */
static enum ent_status
let_go(struct node *node, const struct held *held,
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
        rc = release->released
                 ? note(node, held, ENT_ENTRY_RELEASED, &release->releaser, err)
                 : note(node, held, ENT_ENTRY_AUTHORED, &release->author, err);
    }
    return rc != ENT_OK ? rc : node_submit_said(node, &outgoing, err);
}

static void
say_no(struct ent_decision *decision, const char *why)
{
    *decision = (struct ent_decision){.reason = ENT_REFUSAL_RELEASE};
    (void)snprintf(decision->sentence, sizeof decision->sentence, "%.*s",
        ENT_SENTENCE_LEN - 1, why);
}

/* The rules of now, over what was signed. */
static enum ent_status
decide(struct node *node, struct held *held, const struct ent_release *release,
    struct ent_decision *decision, copy_result *result, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    bool same = true;
    enum ent_status rc = ENT_OK;

    node_gate_held(node, held->message, &held->to, decision);
    if (decision->permit) {
        rc = is_unchanged(held, decision, &wire, &same, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (!decision->permit) {
        rc = end(node, held, ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE,
            decision, err);
        return rc != ENT_OK
                   ? rc
                   : note(node, held, ENT_ENTRY_REFUSED_HERE, NULL, err);
    }
    if (!same) {
        say_no(decision,
            "the rules have changed since it was written, and it would have to "
            "leave otherwise than it was signed: send it anew");
        rc = end(node, held, ENTENTE__V1__TRACE_STATE__TRACE_RETURNED, decision,
            err);
        return rc != ENT_OK ? rc
                            : note(node, held, ENT_ENTRY_RETURNED, NULL, err);
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
    ENT_AUTO(held_fini) struct held held = {0};
    struct ent_decision decision = {0};
    const struct ent_release *release;
    struct ent_release room;
    const char *fault;
    enum ent_status rc = held_open(node, id, signature->to, &held, err);

    if (rc == ENT_NOT_FOUND || rc == ENT_BAD_INPUT) {
        say_no(&decision, err->text);
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
        say_no(&decision, fault);
        result->awaits = (Entente__V1__OfficerAct)held.row->awaits;
    } else {
        rc = decide(node, &held, release, &decision, result, err);
    }
    if (rc == ENT_OK) {
        node_submit_tell(&decision, arena, result);
    }
    return rc;
}

/* ---- answers ---- */

/* A result with room for `count` copies. */
static enum ent_status
make_result(const char *id, size_t count, struct ent_arena *arena,
    Entente__V1__SubmitResult **ret_result, struct ent_error *err)
{
    Entente__V1__SubmitResult *result = ent_arena_alloc(arena, sizeof *result);
    copy_result *copies = ent_arena_alloc(arena, (count + 1) * sizeof *copies);
    copy_result **list = ent_arena_alloc(arena, (count + 1) * sizeof *list);

    if (result == NULL || copies == NULL || list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering about what is held");
    }
    entente__v1__submit_result__init(result);
    for (size_t i = 0; i < count; i++) {
        entente__v1__copy_result__init(&copies[i]);
        list[i] = &copies[i];
    }
    result->id = node_text_in(arena, id);
    result->copies = list;
    *ret_result = result;
    return ENT_OK;
}

/* From the first change on, what fails takes the whole turn back. */
static enum ent_status
as_storage(enum ent_status rc)
{
    return rc == ENT_OK || rc == ENT_IO ? rc : ENT_FULL;
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
    rc = make_result(
        request->id, request->n_signatures, arena, &reply->result, err);
    for (size_t i = 0; rc == ENT_OK && i < request->n_signatures; i++) {
        copy_result *copy = reply->result->copies[i];

        copy->to = request->signatures[i]->to;
        rc = as_storage(sign_copy(
            node, request->id, request->signatures[i], arena, copy, err));
        reply->result->n_copies = i + 1;
    }
    return rc;
}

/* ---- giving back ---- */

/* Where copies of `id` go that are held, or that one of them. */
static enum ent_status
find_held(struct node *node, const struct ent_id *id, const char *only,
    struct ent_address ret_list[static NODE_RECIPIENTS_MAX], size_t *ret_count,
    struct ent_error *err)
{
    struct node_key key = {.len = node_key_len(NODE_COPY)};

    *ret_count = 0;
    memcpy(key.bytes, id->bytes, sizeof id->bytes);
    while (*ret_count < NODE_RECIPIENTS_MAX) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_COPY,
            node_key_view(&key), sizeof id->bytes, key.bytes, &value, err);

        if (rc == ENT_OK) {
            rc =
                node_row_unpack(value, &entente__rest__v1__copy_row__descriptor,
                    (ProtobufCMessage **)&row, err);
        }
        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (row->awaits != 0 && row->state == 0 &&
            (only[0] == '\0' || strcmp(row->to, only) == 0)) {
            rc = ent_address_parse(
                ent_view_text(row->to), &ret_list[(*ret_count)++], err);
        }
        if (rc != ENT_OK || !node_key_after(key.bytes, key.len)) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
return_copy(struct node *node, const char *id, const char *to,
    const struct ent_decision *why, struct ent_error *err)
{
    ENT_AUTO(held_fini) struct held held = {0};
    enum ent_status rc = held_open(node, id, to, &held, err);

    if (rc == ENT_OK) {
        rc = end(
            node, &held, ENTENTE__V1__TRACE_STATE__TRACE_RETURNED, why, err);
    }
    return rc != ENT_OK ? rc : note(node, &held, ENT_ENTRY_RETURNED, NULL, err);
}

enum ent_status
node_release_return(struct node *node,
    const Entente__V1__ReturnRequest *request, struct ent_arena *arena,
    Entente__V1__HandledReply *reply, struct ent_error *err)
{
    struct ent_address list[NODE_RECIPIENTS_MAX];
    struct ent_decision why;
    struct ent_id id;
    size_t count = 0;
    enum ent_status rc = ent_id_parse(ent_view_text(request->id), &id, err);

    if (rc == ENT_OK && request->reason[0] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT, "reason: its author needs one");
    }
    if (rc == ENT_OK) {
        rc = find_held(node, &id, request->to, list, &count, err);
    }
    if (rc == ENT_OK && count == 0) {
        return ent_fail(
            err, ENT_NOT_FOUND, "no copy of %s is held here", request->id);
    }
    if (rc == ENT_OK) {
        rc = make_result(request->id, count, arena, &reply->result, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    say_no(&why, request->reason);
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        copy_result *copy = reply->result->copies[i];

        copy->to = node_text_in(arena, list[i].text);
        rc =
            as_storage(return_copy(node, request->id, list[i].text, &why, err));
        node_submit_tell(&why, arena, copy);
        reply->result->n_copies = i + 1;
    }
    return rc;
}
