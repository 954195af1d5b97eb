/* SPDX-License-Identifier: Apache-2.0 */
#include "node/release_internal.h"

#include <stdio.h>
#include <string.h>

#include "node/pending.h"
#include "proto/refusal.h"

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

void
node_held_fini(struct node_held *held)
{
    node_row_free(&held->row);
    ent_arena_fini(&held->arena);
}

static enum ent_status
held_read(struct node *node, struct node_held *held, struct ent_error *err)
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

enum ent_status
node_held_open(struct node *node, const char *id, const char *to,
    struct node_held *held, struct ent_error *err)
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
    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && held->row->awaits == 0)) {
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

enum ent_status
node_held_note(struct node *node, const struct node_held *held,
    enum ent_entry_kind kind, const struct ent_officer *officer,
    struct ent_error *err)
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

enum ent_status
node_held_end(struct node *node, const struct node_held *held, uint32_t state,
    const struct ent_decision *decision, struct ent_error *err)
{
    const bool returned = state == ENTENTE__V1__TRACE_STATE__TRACE_RETURNED;
    enum ent_status rc = node_copy_end(
        node, &held->id, &held->party, held->row, state, decision, err);

    if (rc == ENT_OK) {
        rc = node_store_delete(
            node->store, NODE_PENDING, node_key_view(&held->key), err);
    }
    return rc != ENT_OK
               ? rc
               : node_held_note(node, held,
                     returned ? ENT_ENTRY_RETURNED : ENT_ENTRY_REFUSED_HERE,
                     NULL, err);
}

/* ---- answers ---- */

void
node_held_say_no(struct ent_decision *decision, const char *why)
{
    *decision = (struct ent_decision){.reason = ENT_REFUSAL_RELEASE};
    (void)snprintf(decision->sentence, sizeof decision->sentence, "%.*s",
        ENT_SENTENCE_LEN - 1, why);
}

enum ent_status
node_held_answer(const char *id, size_t count, struct ent_arena *arena,
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

/* ---- giving back ---- */

/* Where copies of `id` go that are held, or that one of them. */
static enum ent_status
find_held(struct node *node, const struct ent_id *id, const char *only,
    struct ent_address ret_list[static NODE_RECIPIENTS_MAX], size_t *ret_count,
    struct ent_error *err)
{
    struct ent_party to = {{0}};

    *ret_count = 0;
    while (*ret_count < NODE_RECIPIENTS_MAX) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        enum ent_status rc = node_copy_next(node, id, &to, &row, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (row->awaits != 0 &&
            (only[0] == '\0' || strcmp(row->to, only) == 0)) {
            rc = ent_address_parse(
                ent_view_text(row->to), &ret_list[(*ret_count)++], err);
        }
        if (rc != ENT_OK || !node_key_after(to.bytes, sizeof to.bytes)) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
return_copy(struct node *node, const char *id, const char *to,
    const struct ent_decision *why, struct ent_error *err)
{
    ENT_AUTO(node_held_fini) struct node_held held = {0};
    enum ent_status rc = node_held_open(node, id, to, &held, err);

    return rc != ENT_OK
               ? rc
               : node_held_end(node, &held,
                     ENTENTE__V1__TRACE_STATE__TRACE_RETURNED, why, err);
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
        rc = node_held_answer(request->id, count, arena, &reply->result, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_held_say_no(&why, request->reason);
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        copy_result *copy = reply->result->copies[i];

        copy->to = node_text_in(arena, list[i].text);
        rc = node_as_storage(
            return_copy(node, request->id, list[i].text, &why, err));
        node_submit_tell(&why, arena, copy);
        reply->result->n_copies = i + 1;
    }
    return rc;
}
