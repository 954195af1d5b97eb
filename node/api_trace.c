/* SPDX-License-Identifier: Apache-2.0 */
/* What became of our own messages, from the rows that decided it. */
#include "node/api.h"

#include <string.h>

#include "node/consent.h"
#include "node/copy.h"
#include "node/raise.h"
#include "node/reply.h"
#include "node/submit.h"
#include "proto/message.h"
#include "proto/refusal.h"

#define ITEMS_DEFAULT 64

/* Sealed and on its way: where, by its bundle's state. */
static uint32_t
state_on_the_way(const struct node_dispatch *dispatch)
{
    switch (dispatch->state.state) {
    case ENT_DISPATCH_WAITING:
        return dispatch->row->answer != 0
                   ? ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET
                   : ENTENTE__V1__TRACE_STATE__TRACE_WAITING;
    case ENT_DISPATCH_SENT: /* again, after the recipient put it off */
        return dispatch->row->answer != 0
                   ? ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET
                   : ENTENTE__V1__TRACE_STATE__TRACE_SENT;
    case ENT_DISPATCH_CUSTODY:
        return dispatch->row->answer != 0
                   ? ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET
                   : ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY;
    case ENT_DISPATCH_SKIPPING:
        return ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED;
    case ENT_DISPATCH_SKIPPED:
        return ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED;
    case ENT_DISPATCH_SETTLED:
        return ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED;
    }
    return ENTENTE__V1__TRACE_STATE__TRACE_WAITING;
}

/* By whom it went. */
static enum ent_status
fill_ways(const struct node_dispatch *dispatch, struct ent_arena *arena,
    Entente__V1__TraceCopy *copy, struct ent_error *err)
{
    const Entente__Rest__V1__DispatchRow *row = dispatch->row;

    copy->ways = ent_arena_alloc(arena, (row->n_ways + 1) * sizeof *copy->ways);
    for (size_t i = 0; copy->ways != NULL && i < row->n_ways; i++) {
        Entente__V1__TraceWay *way = ent_arena_alloc(arena, sizeof *way);

        if (way == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "tracing");
        }
        entente__v1__trace_way__init(way);
        way->via = node_text_in(arena, row->ways[i]->via);
        way->direct = row->ways[i]->direct;
        way->sent_at = row->ways[i]->sent_at;
        way->sendings = row->ways[i]->tries;
        way->custody_at = row->ways[i]->custody_at;
        way->refused = row->ways[i]->refused;
        copy->ways[copy->n_ways++] = way;
    }
    return ENT_OK;
}

/* Who has it, in order; the last of them is where it is. A row of an earlier
 * version has the first alone. */
static enum ent_status
fill_custodies(const struct node_dispatch *dispatch, struct ent_arena *arena,
    Entente__V1__TraceCopy *copy, struct ent_error *err)
{
    const Entente__Rest__V1__DispatchRow *row = dispatch->row;

    copy->custody_at = row->custody_at;
    copy->custody_by = node_text_in(arena, row->custody_by);
    copy->custodies = ent_arena_alloc(
        arena, (row->n_custodies + 1) * sizeof *copy->custodies);
    for (size_t i = 0; copy->custodies != NULL && i < row->n_custodies; i++) {
        Entente__V1__TraceCustody *custody =
            ent_arena_alloc(arena, sizeof *custody);

        if (custody == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "tracing");
        }
        entente__v1__trace_custody__init(custody);
        custody->by = node_text_in(arena, row->custodies[i]->by);
        custody->via = node_text_in(arena, row->custodies[i]->via);
        custody->at = row->custodies[i]->at;
        custody->taken_at = row->custodies[i]->taken_at;
        copy->custodies[copy->n_custodies++] = custody;
        copy->custody_at = custody->at;
        copy->custody_by = custody->by;
    }
    return ENT_OK;
}

static enum ent_status
fill_way(struct node *node, const node_copy_row *row, struct ent_arena *arena,
    Entente__V1__TraceCopy *copy, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct ent_digest stream;
    enum ent_status rc;

    if (row->bundle == 0 || row->stream.len != sizeof stream.bytes) {
        if (row->awaits != 0) {
            copy->state = ENTENTE__V1__TRACE_STATE__TRACE_HELD;
            copy->sentence = node_text_in(
                arena, row->awaits == ENTENTE__V1__OFFICER_ACT__AUTHORED
                           ? "waits for its author to sign"
                           : "waits for release by a second officer");
        } else if (row->state == 0) {
            copy->state = ENTENTE__V1__TRACE_STATE__TRACE_WAITING;
            copy->sentence = node_text_in(arena,
                "waiting for the recipient's certificate or sealing key");
        }
        return ENT_OK;
    }
    memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
    rc = node_dispatch_get(node, &stream, row->first, &dispatch, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    copy->carried_at = dispatch.row->carried_at;
    copy->label_hash.data =
        ent_arena_alloc(arena, sizeof dispatch.state.label_hash);
    if (copy->label_hash.data != NULL) {
        memcpy(copy->label_hash.data, dispatch.state.label_hash.bytes,
            ENT_DIGEST_LEN);
        copy->label_hash.len = ENT_DIGEST_LEN;
    }
    if (row->state == 0) {
        copy->state = (Entente__V1__TraceState)state_on_the_way(&dispatch);
        copy->reason = dispatch.row->answer;
    }
    if (copy->state == ENTENTE__V1__TRACE_STATE__TRACE_WAITING) {
        copy->sentence =
            node_text_in(arena, "sealed, and no way to send it is open yet");
    }
    rc = fill_custodies(&dispatch, arena, copy, err);
    return rc != ENT_OK ? rc : fill_ways(&dispatch, arena, copy, err);
}

/* Why, in words: what our own gate said, else the remedy of the table. */
static void
fill_reason(const node_copy_row *row, struct ent_arena *arena,
    Entente__V1__TraceCopy *copy)
{
    const struct ent_refusal_info *info = ent_refusal_info(copy->reason);

    copy->clause = node_text_in(arena, row->clause);
    copy->line = row->line;
    if (copy->reason != 0) {
        copy->reason_name = (char *)(uintptr_t)ent_refusal_name(copy->reason);
    }
    if (row->sentence[0] != '\0') {
        copy->sentence = node_text_in(arena, row->sentence);
    } else if (info != NULL) {
        copy->sentence = (char *)(uintptr_t)info->remedy;
    }
}

static enum ent_status
make_copy(struct node *node, const node_copy_row *row, struct ent_arena *arena,
    Entente__V1__TraceCopy **ret_copy, struct ent_error *err)
{
    Entente__V1__TraceCopy *copy = ent_arena_alloc(arena, sizeof *copy);
    enum ent_status rc;

    if (copy == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "tracing");
    }
    entente__v1__trace_copy__init(copy);
    copy->to = node_text_in(arena, row->to);
    copy->state = (Entente__V1__TraceState)row->state;
    copy->accepted_at = row->accepted_at;
    copy->settled_at = row->settled_at;
    copy->acknowledged_at = row->acknowledged_at;
    copy->acknowledged_by = node_text_in(arena, row->acknowledged_by);
    copy->reason = row->reason;
    copy->fate = (Entente__V1__Fate)row->fate;
    copy->fate_by = node_id_in(arena, &row->fate_by);
    copy->fate_at = row->fate_at;
    copy->answer = (Entente__V1__LifecycleAct)row->answer;
    copy->answer_by = node_id_in(arena, &row->answer_by);
    copy->answer_at = row->answer_at;
    copy->final_at = row->final_at;
    copy->used_where = node_text_in(arena, row->used_where);
    copy->answer_clause = node_text_in(arena, row->answer_clause);
    copy->precedence = (Entente__V1__Precedence)row->precedence;
    copy->first = row->first;
    copy->number = row->number;
    copy->given_again_at = row->given_again_at;
    copy->reply_by = node_reply_due(row);
    copy->replied_at = row->replied_at;
    copy->reclassified = node_raise_tell(row->raised, arena);
    if (row->deleted_at != 0) {
        copy->deleted_at = row->deleted_at;
        copy->deleted_clause = node_text_in(arena, row->keep_clause);
        copy->deleted_line = row->keep_line;
        copy->counted = row->aggregate;
    }
    rc = fill_way(node, row, arena, copy, err);
    fill_reason(row, arena, copy);
    *ret_copy = copy;
    return rc;
}

enum ent_status
node_api_trace_item(const struct ent_id *id, struct ent_arena *arena,
    Entente__V1__TraceItem **ret_item, struct ent_error *err)
{
    Entente__V1__TraceItem *item = ent_arena_alloc(arena, sizeof *item);
    char text[ENT_ID_TEXT_LEN + 1];

    if (item != NULL) {
        entente__v1__trace_item__init(item);
        item->copies =
            ent_arena_alloc(arena, NODE_RECIPIENTS_MAX * sizeof *item->copies);
    }
    if (item == NULL || item->copies == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "tracing");
    }
    ent_id_format(id, text);
    item->id = node_text_in(arena, text);
    *ret_item = item;
    return ENT_OK;
}

/* Where its recipient may pass it on. */
static enum ent_status
fill_consents(struct node *node, const char *id_text, struct ent_arena *arena,
    Entente__V1__TraceCopy *copy, struct ent_error *err)
{
    struct ent_address to;
    struct ent_party party;
    struct ent_id id;

    if (ent_id_parse(ent_view_text(id_text), &id, NULL) != ENT_OK ||
        ent_address_parse(ent_view_text(copy->to), &to, NULL) != ENT_OK) {
        return ENT_OK;
    }
    party = ent_address_party(&to);
    return node_consent_list(
        node, &party, &id, arena, &copy->consents, &copy->n_consents, err);
}

/* How far the files that it has are. */
static enum ent_status
add_files(struct node *node, const struct ent_id *id,
    Entente__V1__TraceCopy *copy, struct ent_arena *arena,
    struct ent_error *err)
{
    struct ent_address to;
    struct ent_party party;
    enum ent_status rc = ent_address_parse(ent_view_text(copy->to), &to, err);

    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&to);
    return node_api_attachments(node, false, &party, id, arena,
        &copy->n_attachments, &copy->attachments, err);
}

enum ent_status
node_api_trace_copy(struct node *node, Entente__V1__TraceItem *item,
    const struct ent_id *id, const node_copy_row *row, struct ent_arena *arena,
    struct ent_error *err)
{
    const struct ent_family *family = ent_family_by_number(row->family);
    enum ent_status rc;

    if (item->n_copies == NODE_RECIPIENTS_MAX || node_copy_is_aside(row)) {
        return ENT_OK;
    }
    if (family != NULL) {
        item->family = (char *)(uintptr_t)family->name;
    }
    rc = make_copy(node, row, arena, &item->copies[item->n_copies], err);
    if (rc == ENT_OK) {
        rc = fill_consents(
            node, item->id, arena, item->copies[item->n_copies], err);
    }
    if (rc == ENT_OK) {
        rc = add_files(node, id, item->copies[item->n_copies], arena, err);
    }
    item->n_copies += rc == ENT_OK;
    return rc;
}

static enum ent_status
trace_one(struct node *node, const char *text, struct ent_arena *arena,
    Entente__V1__TraceReply *reply, struct ent_error *err)
{
    struct ent_party to = {{0}};
    Entente__V1__TraceItem *item;
    struct ent_id id;
    enum ent_status rc = ent_id_parse(ent_view_text(text), &id, err);

    if (rc == ENT_OK) {
        rc = node_api_trace_item(&id, arena, &item, err);
    }
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;

        rc = node_copy_next(node, &id, &to, &row, err);
        if (rc == ENT_OK) {
            rc = node_api_trace_copy(node, item, &id, row, arena, err);
        }
        if (rc == ENT_OK && !node_key_after(to.bytes, sizeof to.bytes)) {
            break;
        }
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (item->n_copies == 0) {
        return ent_fail(
            err, ENT_NOT_FOUND, "no message %s was sent here", text);
    }
    reply->items[reply->n_items++] = item;
    return ENT_OK;
}

enum ent_status
node_api_trace(struct node *node, const Entente__V1__TraceRequest *request,
    struct ent_arena *arena, Entente__V1__TraceReply *reply,
    struct ent_error *err)
{
    uint32_t limit = request->limit == 0 ? ITEMS_DEFAULT : request->limit;

    limit = limit > NODE_API_BATCH_MAX ? NODE_API_BATCH_MAX : limit;
    reply->items = ent_arena_alloc(arena, limit * sizeof *reply->items);
    if (reply->items == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "tracing");
    }
    if (request->id[0] != '\0') {
        return trace_one(node, request->id, arena, reply, err);
    }
    return node_api_sent(node, request, limit, arena, reply, err);
}
