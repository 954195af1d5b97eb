/* SPDX-License-Identifier: Apache-2.0 */
/* One copy: judged for its recipient, and accepted or refused. */
#include <string.h>

#include "node/consent.h"
#include "node/contribution.h"
#include "node/copy.h"
#include "node/desk.h"
#include "node/drills.h"
#include "node/emergency.h"
#include "node/feed.h"
#include "node/gate.h"
#include "node/index.h"
#include "node/lifecycle.h"
#include "node/lifetime.h"
#include "node/onward.h"
#include "node/outbox.h"
#include "node/release.h"
#include "node/reply.h"
#include "node/submit_internal.h"
#include "policy/minimise.h"
#include "proto/refusal.h"

typedef Entente__V1__CopyResult copy_result; /* a generated name */

void
node_submit_tell(const struct ent_decision *decision, struct ent_arena *arena,
    copy_result *result)
{
    result->accepted = decision->permit;
    result->reason = decision->permit ? 0 : decision->reason;
    if (!decision->permit) {
        result->reason_name =
            (char *)(uintptr_t)ent_refusal_name(decision->reason);
    }
    result->clause = node_text_in(arena, decision->clause);
    result->line = (uint32_t)decision->line;
    result->sentence = node_text_in(arena, decision->sentence);
}

/* Of what was deleted there is nothing left to compare. */
static bool
is_same_content(const struct node_outgoing *outgoing, const node_copy_row *row)
{
    return row->content.len == NODE_PRINT_LEN &&
           memcmp(row->content.data, outgoing->print, NODE_PRINT_LEN) == 0;
}

/* Submitted before: the same answer again, or another content. */
static enum ent_status
answer_again(const struct node_outgoing *outgoing, const node_copy_row *row,
    struct ent_arena *arena, copy_result *result)
{
    if (!is_same_content(outgoing, row)) {
        result->reason = ENT_REFUSAL_ID_REUSED;
        result->reason_name =
            (char *)(uintptr_t)ent_refusal_name(ENT_REFUSAL_ID_REUSED);
        result->sentence =
            (char *)(uintptr_t)ent_refusal_info(ENT_REFUSAL_ID_REUSED)->remedy;
        return ENT_OK;
    }
    result->accepted =
        row->state != ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE &&
        row->state != ENTENTE__V1__TRACE_STATE__TRACE_RETURNED;
    result->awaits = (Entente__V1__OfficerAct)row->awaits;
    result->clause = node_text_in(arena, row->clause);
    result->line = row->line;
    result->sentence = node_text_in(arena, row->sentence);
    if (!result->accepted) {
        result->reason = row->reason;
        result->reason_name = (char *)(uintptr_t)ent_refusal_name(row->reason);
    }
    return ENT_OK;
}

/* The first row of a copy, whether it goes or not. */
static enum ent_status
keep_copy(struct node *node, const struct node_outgoing *outgoing,
    uint64_t number, uint64_t day, struct ent_error *err)
{
    const struct ent_decision *decision = &outgoing->decision;
    const struct node_numbered_copy copy = {
        .id = outgoing->id, .to = outgoing->party};
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    enum ent_status rc;

    row.to = (char *)(uintptr_t)outgoing->to.text;
    row.family = ent_family_of(outgoing->message)->number;
    row.precedence = (uint32_t)outgoing->message->precedence;
    row.number = number;
    row.accepted_at = node->now_ms;
    row.content.data = (uint8_t *)(uintptr_t)outgoing->print;
    row.content.len = NODE_PRINT_LEN;
    row.clause = (char *)(uintptr_t)decision->clause;
    row.line = (uint32_t)decision->line;
    row.day = day;
    if (decision->permit) {
        row.keep_clause = (char *)(uintptr_t)decision->clause;
        row.awaits = outgoing->held ? ENTENTE__V1__OFFICER_ACT__AUTHORED : 0;
    }
    row.keep_line = (uint32_t)decision->retain_line;
    row.aggregate = decision->aggregate;
    row.files = decision->permit ? (uint32_t)outgoing->enclosed->count : 0;
    row.valid_until = ent_message_time_ms(outgoing->message->valid_until);
    row.reply_ms =
        ent_message_asks_for_reply(outgoing->message) ? decision->reply_ms : 0;
    row.reply_after = ent_message_time_ms(outgoing->message->reply_by);
    row.listed_until = ent_lookup_listed_until(outgoing->message);
    if (!decision->permit) {
        row.state = ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE;
        row.reason = decision->reason;
        row.settled_at = node->now_ms;
        row.sentence = (char *)(uintptr_t)decision->sentence;
    }
    rc = node_copy_set(node, &outgoing->id, &outgoing->party, NULL, &row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_numbered_put(node, number, &copy, err);
}

/* On which it is deleted: when its time here is over. */
static uint64_t
last_day(const struct node *node, const struct node_outgoing *outgoing)
{
    const struct ent_family *family = ent_family_of(outgoing->message);
    uint64_t keep = outgoing->decision.retain_ms != 0
                        ? outgoing->decision.retain_ms
                        : family->keep_ms;

    return (node->now_ms + keep) / NODE_DAY_MS + 1;
}

static enum ent_status
refuse(struct node *node, const struct node_outgoing *outgoing, uint64_t number,
    struct ent_error *err)
{
    struct ent_digest given = ent_digest_of(outgoing->given);
    struct ent_digest none = {{0}};
    uint64_t day = last_day(node, outgoing);
    enum ent_status rc = keep_copy(node, outgoing, number, day, err);

    if (rc == ENT_OK) {
        rc = node_lifetime_put(
            node->store, NODE_LIFE_COPY, number, day * NODE_DAY_MS, err);
    }
    return rc != ENT_OK ? rc
                        : node_record(node, NODE_ENTRY_REFUSED_HERE,
                              &outgoing->party, &given, &none, 1, err);
}

/* Handling codes that the agreement adds. */
static enum ent_status
add_handling(struct node_outgoing *outgoing, struct ent_arena *arena,
    struct ent_error *err)
{
    ent_message *message = outgoing->message;
    Entente__V1__Handling *list;
    uint32_t wanted = outgoing->decision.handling;
    size_t count = 0;

    for (size_t i = 0; i < message->n_handling; i++) {
        wanted |= 1u << message->handling[i];
    }
    list = ent_arena_alloc(arena, 32 * sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "adding handling codes");
    }
    for (unsigned code = 1; code < 32; code++) {
        if ((wanted >> code & 1) != 0) {
            list[count++] = (Entente__V1__Handling)code;
        }
    }
    message->handling = list;
    message->n_handling = count;
    return ENT_OK;
}

/* Safeguards that the agreement adds. */
static enum ent_status
add_safeguards(struct node_outgoing *outgoing, struct ent_arena *arena,
    struct ent_error *err)
{
    ent_message *message = outgoing->message;
    Entente__V1__Safeguard *list;
    uint32_t wanted = outgoing->decision.safeguards;

    if (wanted == 0) {
        return ENT_OK;
    }
    list = ent_arena_alloc(arena, (message->n_safeguards + 32) * sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "adding safeguards");
    }
    for (size_t i = 0; i < message->n_safeguards; i++) {
        list[i] = message->safeguards[i];
    }
    for (unsigned value = 1; value < 32; value++) {
        if ((wanted >> value & 1) != 0) {
            list[message->n_safeguards++] = (Entente__V1__Safeguard)value;
        }
    }
    message->safeguards = list;
    return ENT_OK;
}

/* Which message this one answers for good; "": none. */
static const char *
answered_by(const ent_message *message)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT:
        return message->acknowledgement->level >=
                       ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED
                   ? message->acknowledgement->message_id
                   : "";
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION:
        return message->in_reply_to;
    default:
        return "";
    }
}

/* An answer closes what it answers at our own desk. */
static enum ent_status
close_at_desk(struct node *node, const struct node_outgoing *outgoing,
    struct ent_error *err)
{
    struct ent_id id;
    enum ent_status rc;

    if (ent_id_parse(ent_view_text(answered_by(outgoing->message)), &id,
            NULL) != ENT_OK) {
        return ENT_OK;
    }
    rc = node_desk_acknowledge(node, &outgoing->party, &id, err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_as_storage(enum ent_status rc)
{
    return rc == ENT_OK || rc == ENT_IO ? rc : ENT_FULL;
}

/* What of its encoding is as it was given: its body is the last of its fields,
 * and mostly the longest; texts stand before it, and what the node fills in
 * before those. */
static struct node_given_end
end_of(const struct node_outgoing *outgoing, struct ent_view wire)
{
    struct node_given_end end = {
        .len = ent_view_common_end(outgoing->given, wire)};

    memcpy(end.print, outgoing->print, sizeof end.print);
    return end;
}

/* The message as this recipient gets it. */
static enum ent_status
finish_message(struct node *node, struct node_outgoing *outgoing,
    struct ent_arena *arena, struct ent_view *ret_wire, struct ent_error *err)
{
    enum ent_status rc = add_handling(outgoing, arena, err);

    if (rc == ENT_OK) {
        rc = add_safeguards(outgoing, arena, err);
    }
    if (rc == ENT_OK) {
        rc = node_onward_mark(
            node, outgoing->message, &outgoing->to, arena, err);
    }
    if (rc == ENT_OK) {
        rc = node_outbox_encode(node->outbox, outgoing->message, ret_wire, err);
    }
    if (rc == ENT_OK) {
        outgoing->end = end_of(outgoing, *ret_wire);
    }
    return rc;
}

enum ent_status
node_submit_said(struct node *node, const struct node_outgoing *outgoing,
    struct ent_error *err)
{
    const ent_message *message = outgoing->message;
    const struct ent_id *id = &outgoing->id;
    const struct ent_address *to = &outgoing->to;
    enum ent_status rc = node_drill_sent(node, message, id, to, err);

    if (rc == ENT_OK) {
        rc = node_emergency_passed(
            node, message, id, to, true, outgoing->decision.relaxed, err);
    }
    if (rc == ENT_OK) {
        rc = close_at_desk(node, outgoing, err);
    }
    if (rc == ENT_OK) {
        rc = node_lifecycle_said(node, message, id, &outgoing->party, err);
    }
    if (rc == ENT_OK) {
        rc = node_reply_said(node, message, &outgoing->party, err);
    }
    if (rc == ENT_OK) {
        rc = node_consent_said(node, message, id, to, err);
    }
    if (rc == ENT_OK) {
        rc = node_contribution_said(node, to, message, err);
    }
    return rc != ENT_OK ? rc : node_onward_said(node, message, id, to, err);
}

static enum ent_status
send_on(struct node *node, const struct node_outgoing *outgoing,
    uint64_t number, uint64_t day, struct ent_error *err)
{
    enum ent_status rc = node_outbox_put(node, outgoing, number, day, err);

    return rc != ENT_OK ? rc : node_submit_said(node, outgoing, err);
}

static enum ent_status
index_copy(struct node *node, const struct node_outgoing *outgoing,
    uint64_t number, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes blinds = {0};
    enum ent_status rc =
        node_index_of(node, outgoing->message, outgoing->to.text, &blinds, err);

    return rc != ENT_OK ? rc
                        : node_index_put(node, NODE_SENT, number,
                              ent_bytes_view(&blinds), err);
}

static enum ent_status
accept(struct node *node, struct node_outgoing *outgoing, uint64_t number,
    struct ent_arena *arena, struct ent_error *err)
{
    struct ent_view wire = {0};
    const uint64_t day = last_day(node, outgoing);
    enum ent_status rc = finish_message(node, outgoing, arena, &wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_precedence_is_urgent((uint32_t)outgoing->message->precedence)) {
        node->urgent_at = node->now_ms;
    }
    rc = keep_copy(node, outgoing, number, day, err);
    if (rc == ENT_OK) {
        rc = index_copy(node, outgoing, number, err);
    }
    if (rc == ENT_OK && outgoing->decision.counts) {
        rc = node_gate_count(
            node, outgoing->message, &node->self, &outgoing->to, err);
    }
    if (rc == ENT_OK) {
        rc = node_feed_start(node, &outgoing->id, &outgoing->to,
            outgoing->message, outgoing->enclosed, day, err);
    }
    if (rc == ENT_OK) {
        rc = outgoing->held
                 ? node_release_hold(node, outgoing, number, day, wire, err)
                 : send_on(node, outgoing, number, day, err);
    }
    return node_as_storage(rc);
}

/* This recipient's own message: minimising one must not touch another's. The
 * last recipient's is the message itself. */
static enum ent_status
own_message(ent_message *message, bool last, char *to, struct ent_arena *arena,
    ent_message **ret_own, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    message->to = to;
    if (last) {
        *ret_own = message;
        return ENT_OK;
    }
    rc = ent_message_encode(message, &wire, err);
    return rc != ENT_OK
               ? rc
               : ent_message_decode(ent_bytes_view(&wire), arena, ret_own, err);
}

enum ent_status
node_submit_copy(struct node *node, ent_message *message,
    struct node_outgoing *outgoing, struct ent_arena *arena,
    copy_result *result, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    uint64_t number;
    enum ent_status rc;

    outgoing->party = ent_address_party(&outgoing->to);
    rc = node_copy_get(node, &outgoing->id, &outgoing->party, &row, err);
    if (rc == ENT_OK) {
        return answer_again(outgoing, row, arena, result);
    }
    if (rc == ENT_NOT_FOUND) {
        rc = node_feed_check(node, outgoing->enclosed, err);
    }
    if (rc == ENT_OK) {
        rc = ent_arena_init(&own, NODE_MESSAGE_ARENA, err);
    }
    if (rc == ENT_OK) {
        rc = own_message(
            message, outgoing->last, result->to, &own, &outgoing->message, err);
    }
    if (rc == ENT_OK) {
        rc = node_numbered_new(node, &number, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (outgoing->held) {
        node_gate_hold(
            node, outgoing->message, &outgoing->to, &outgoing->decision);
    } else {
        node_gate_out(
            node, outgoing->message, &outgoing->to, &outgoing->decision);
    }
    if (outgoing->decision.permit) {
        rc = ent_minimise(&outgoing->decision, outgoing->message, &own, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = outgoing->decision.permit
             ? accept(node, outgoing, number, &own, err)
             : node_as_storage(refuse(node, outgoing, number, err));
    if (rc == ENT_OK) {
        node_submit_tell(&outgoing->decision, arena, result);
        result->awaits = result->accepted && outgoing->held
                             ? ENTENTE__V1__OFFICER_ACT__AUTHORED
                             : 0;
    }
    return rc;
}
