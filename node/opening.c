/* SPDX-License-Identifier: Apache-2.0 */
#include "node/opening.h"

#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/assembly.h"
#include "node/consent.h"
#include "node/contribution.h"
#include "node/copy.h"
#include "node/emergency.h"
#include "node/gate.h"
#include "node/index.h"
#include "node/lifecycle.h"
#include "node/need.h"
#include "node/onward.h"
#include "node/query.h"
#include "node/reply.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "intake"
#define FORGET_AFTER_MS NODE_DAY_MS

static void
refuse(struct node_opening *opening, uint32_t reason, const char *clause,
    size_t line)
{
    opening->outcome.code = ENTENTE__V1__OUTCOME_CODE__REFUSED;
    opening->outcome.reason = reason;
    opening->outcome.line = (uint32_t)line;
    (void)snprintf(
        opening->outcome.clause, sizeof opening->outcome.clause, "%s", clause);
}

/* The message repeats what its label says; false, with a refusal, if not. */
static bool
agrees_with_label(const ent_message *message, const struct ent_label *label,
    struct node_opening *opening)
{
    if (strcmp(message->from, label->stream.sender.text) != 0 ||
        strcmp(message->to, label->stream.recipient.text) != 0) {
        refuse(opening, ENT_REFUSAL_MISADDRESSED, "", 0);
        return false;
    }
    if ((uint32_t)message->mode != label->mode) {
        refuse(opening, ENT_REFUSAL_MODE_MISMATCH, "", 0);
        return false;
    }
    if ((uint32_t)message->precedence != label->stream.precedence &&
        (message->restored == NULL ||
            label->stream.precedence != ENTENTE__V1__PRECEDENCE__DEFERRED)) {
        refuse(opening, ENT_REFUSAL_MALFORMED, "precedence", 0);
        return false;
    }
    return true;
}

/* Well-formed by the catalogue, and it says who it is. */
static bool
is_valid(
    const struct node_unsealed_message *unsealed, struct node_opening *opening)
{
    const ent_message *message = unsealed->message;
    struct ent_findings findings;
    struct ent_error err = {0};

    if (ent_id_parse(ent_view_text(message->id), &opening->id, &err) !=
        ENT_OK) {
        refuse(opening, ENT_REFUSAL_MALFORMED, "id", 0);
        return false;
    }
    if (ent_family_of(message) == NULL) {
        refuse(opening, ENT_REFUSAL_UNSUPPORTED, "", 0);
        return false;
    }
    if (!unsealed->is_valid &&
        ent_message_validate(message, &findings, &err) != ENT_OK) {
        char field[ENT_CLAUSE_MAX + 1];

        (void)snprintf(field, sizeof field, "%.*s", ENT_CLAUSE_MAX,
            findings.count > 0 ? findings.list[0].field : "");
        refuse(opening, ENT_REFUSAL_MALFORMED, field, 0);
        ent_log(ENT_LOG_WARN, COMPONENT, "refusing a malformed message: %s",
            err.text);
        return false;
    }
    return true;
}

/* Taken, refused or expired before: the same outcome again. */
static enum ent_status
recall_outcome(struct node *node, const struct ent_party *sender,
    struct node_opening *opening, bool *ret_seen, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    enum ent_status rc = node_seen_get(node, sender, &opening->id, &seen, err);

    *ret_seen = rc == ENT_OK;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    refuse(opening, seen->reason, seen->clause, seen->line);
    opening->outcome.code = seen->code;
    return ENT_OK;
}

static enum ent_status
remember(struct node *node, const struct ent_party *sender,
    struct node_opening *opening, uint64_t valid_until, struct ent_error *err)
{
    node_seen_row row = ENTENTE__REST__V1__SEEN_ROW__INIT;

    opening->forget_at = valid_until + FORGET_AFTER_MS;
    row.forget_at = opening->forget_at;
    row.code = opening->outcome.code;
    row.reason = opening->outcome.reason;
    row.clause = (char *)(uintptr_t)opening->outcome.clause;
    row.line = opening->outcome.line;
    return node_seen_put(node, sender, &opening->id, &row, err);
}

/* From when on it is kept: what is given again was here from the beginning. */
static uint64_t
kept_from(const struct node *node, const ent_message *message)
{
    uint64_t created = ent_message_time_ms(message->created_at);

    return message->restored != NULL && created < node->now_ms ? created
                                                               : node->now_ms;
}

/* The shorter of what the sender and our agreement say; our agreement, else the
 * family, when the sender says nothing. */
static uint64_t
keep_until(const struct node *node, const ent_message *message,
    const struct ent_decision *decision, const struct ent_family *family)
{
    uint64_t theirs = ent_message_time_ms(message->retain_until);
    uint64_t keep =
        decision->retain_ms != 0 ? decision->retain_ms : family->keep_ms;
    uint64_t ours = kept_from(node, message) + keep;

    return theirs != 0 && theirs < ours ? theirs : ours;
}

/* When it was here first, says its sender; 0: it is here for the first time. */
static uint64_t
restored_ms(const struct node *node, const ent_message *message)
{
    uint64_t at = message->restored == NULL
                      ? 0
                      : ent_message_time_ms(message->restored->delivered_at);

    return at < node->now_ms ? at : node->now_ms;
}

/* When a person must have answered; 0: nobody need. */
static uint64_t
acknowledge_by(const struct node *node, const ent_message *message,
    const struct ent_decision *decision, const struct ent_family *family)
{
    uint64_t period = decision->acknowledge_ms != 0 ? decision->acknowledge_ms
                                                    : family->acknowledge_ms;
    uint64_t from = node->now_ms;

    if (!message->acknowledge && family->acknowledge_ms == 0) {
        return 0;
    }
    if (message->restored == NULL) {
        return from + period;
    }
    /* Nothing rings again: only a deadline that still runs is kept. */
    from = restored_ms(node, message);
    return message->restored->answered_at == NULL &&
                   from + period > node->now_ms
               ? from + period
               : 0;
}

/* As much of it as there is room for. */
static void
put_text(char *out, size_t size, const char *text)
{
    const size_t len = strnlen(text, size - 1);

    memcpy(out, text, len);
    out[len] = '\0';
}

static void
fill_row(const struct node *node, const ent_message *message,
    const struct ent_decision *decision, struct node_opening *opening)
{
    const struct ent_family *family = ent_family_of(message);
    node_desk_row *row = &opening->row;

    put_text(opening->from, sizeof opening->from, message->from);
    put_text(opening->clause, sizeof opening->clause, decision->clause);
    row->from = opening->from;
    row->family = family->number;
    row->precedence = (uint32_t)message->precedence;
    row->index = opening->outcome.index;
    row->received_at = node->now_ms;
    row->restored = restored_ms(node, message);
    if (message->restored != NULL) {
        row->acknowledged_at =
            ent_message_time_ms(message->restored->answered_at);
    }
    row->acknowledge_by = acknowledge_by(node, message, decision, family);
    row->reply_by = node_reply_by(node, message, decision);
    row->keep_until = keep_until(node, message, decision, family);
    row->review_ms = decision->review_ms;
    row->retain_until = node_need_until(row, kept_from(node, message));
    row->day = row->retain_until / NODE_DAY_MS + 1;
    row->clause = opening->clause;
    row->line = (uint32_t)decision->line;
    row->keep_line = (uint32_t)decision->retain_line;
    row->aggregate = decision->aggregate;
    row->desk = (uint32_t)decision->desk;
    row->copy_to = decision->copy_to;
    row->court_by_consent = decision->court_by_consent;
    row->without_prejudice = decision->without_prejudice;
    if (decision->marking != NULL) {
        row->marking = (char *)(uintptr_t)decision->marking;
    }
    opening->key.day = row->day;
    for (size_t i = 0; i < decision->step_count && row->acknowledge_by != 0;
         i++) {
        opening->call_after[i] = decision->ladder[i].after_ms;
        opening->call_to[i] = (uint32_t)decision->ladder[i].to;
        row->n_call_after = row->n_call_to = i + 1;
    }
    row->call_after = opening->call_after;
    row->call_to = opening->call_to;
}

/* An acknowledgement of something of ours. */
static enum ent_status
note_acknowledgement(struct node *node, const struct ent_party *sender,
    const ent_message *message, struct ent_error *err)
{
    const Entente__V1__Acknowledgement *answer = message->acknowledgement;
    struct ent_id id;

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT ||
        answer->level < ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED ||
        ent_id_parse(ent_view_text(answer->message_id), &id, NULL) != ENT_OK) {
        return ENT_OK;
    }
    return node_copy_acknowledged(node, &id, sender, answer->role, err);
}

/* By which it is known again, should somebody pass it on. */
static enum ent_status
take_print(struct node *node, const ent_message *message,
    struct node_opening *opening, struct ent_error *err)
{
    bool has = false;
    enum ent_status rc =
        node_onward_print(node, message, opening->print, &has, err);

    if (rc == ENT_OK && has) {
        opening->row.print.data = opening->print;
        opening->row.print.len = sizeof opening->print;
    }
    return rc;
}

/* By which it is found, once it is at the desk. */
static enum ent_status
take_blinds(struct node *node, const ent_message *message,
    struct node_opening *opening, struct ent_error *err)
{
    enum ent_status rc =
        node_index_of(node, message, message->from, &opening->blinds, err);

    opening->row.blinds.data = opening->blinds.data;
    opening->row.blinds.len = opening->blinds.len;
    opening->row.listed_until = ent_lookup_listed_until(message);
    return rc;
}

/* An office whose own node did not stop it asks for more than is agreed. */
static enum ent_status
tell_probing(struct node *node, const ent_message *message,
    const struct ent_decision *decision, struct ent_error *err)
{
    return decision->reason != ENT_REFUSAL_CHECK_QUOTA
               ? ENT_OK
               : node_alarm_raise(node, NODE_ALARM_PROBING, message->from, err,
                     "%s asks for more than is agreed and is refused (%s): "
                     "%s",
                     message->from, decision->clause, decision->sentence);
}

/* Policy, the other side of the border. */
static enum ent_status
judge(struct node *node, const ent_message *message,
    const struct ent_label *label, struct node_opening *opening,
    struct ent_error *err)
{
    struct ent_decision decision;
    enum ent_status rc = ENT_OK;

    node_gate_in(node, message, &label->stream.sender, &decision);
    if (!decision.permit) {
        refuse(opening, decision.reason, decision.clause, decision.line);
        return tell_probing(node, message, &decision, err);
    }
    fill_row(node, message, &decision, opening);
    if (message->restored != NULL &&
        opening->row.retain_until <= node->now_ms) {
        refuse(opening, ENT_REFUSAL_EXPIRED, "retention", 0);
        return ENT_OK; /* it would be deleted by now */
    }
    opening->outcome.code = ENTENTE__V1__OUTCOME_CODE__DELIVERED;
    opening->is_new = true;
    if (decision.counts) {
        rc = node_gate_count(node, message, &label->stream.sender,
            &label->stream.recipient, err);
    }
    if (rc == ENT_OK) {
        rc = node_emergency_passed(node, message, &opening->id,
            &label->stream.sender, false, decision.relaxed, err);
    }
    if (rc == ENT_OK) {
        rc = take_print(node, message, opening, err);
    }
    return rc != ENT_OK ? rc : take_blinds(node, message, opening, err);
}

/* What was lost with a store is here again. */
static enum ent_status
note_restored(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    struct ent_digest subject = {{0}};

    memcpy(subject.bytes, id->bytes, sizeof id->bytes);
    return node_record(node, ENT_ENTRY_RESTORED, sender, &subject,
        &(struct ent_digest){{0}}, 1, err);
}

/* A question that the node has answered is nobody's duty. */
static enum ent_status
answer_query(struct node *node, const ent_message *message,
    const struct ent_address *sender, struct node_opening *opening,
    struct ent_error *err)
{
    bool answered = false;
    enum ent_status rc = node_query_take(node, sender, message, &answered, err);

    if (rc == ENT_OK && answered) {
        opening->row.reply_by = 0;
    }
    return rc;
}

static enum ent_status
take(struct node *node, const ent_message *message,
    const struct ent_label *label, struct node_opening *opening,
    struct ent_error *err)
{
    struct ent_party sender = ent_address_party(&label->stream.sender);
    uint64_t valid_until = ent_message_time_ms(message->valid_until);
    bool seen = false;
    enum ent_status rc;

    rc = recall_outcome(node, &sender, opening, &seen, err);
    if (rc != ENT_OK || seen) {
        return rc;
    }
    if (valid_until <= node->now_ms && message->restored == NULL) {
        opening->outcome.code = ENTENTE__V1__OUTCOME_CODE__EXPIRED;
        opening->outcome.reason = ENT_REFUSAL_EXPIRED;
    } else {
        rc = judge(node, message, label, opening, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = remember(node, &sender, opening, valid_until, err);
    if (rc == ENT_OK && opening->is_new && message->restored != NULL) {
        rc = note_restored(node, &sender, &opening->id, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = node_assembly_expect(
            node, &sender, &opening->id, message, opening->row.day, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = note_acknowledgement(node, &sender, message, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = node_reply_heard(node, &sender, message, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = node_lifecycle_take(
            node, &label->stream.sender, message, &opening->id, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = node_consent_take(
            node, &label->stream.sender, message, &opening->id, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = node_contribution_take(node, &label->stream.sender, message, err);
    }
    if (rc == ENT_OK && opening->is_new) {
        rc = answer_query(node, message, &label->stream.sender, opening, err);
    }
    return rc;
}

/* A piece of a file; it never goes before more urgent things. */
static enum ent_status
take_chunk(struct node *node, const ent_message *message,
    const struct ent_label *label, struct node_opening *opening,
    struct ent_error *err)
{
    struct ent_party sender = ent_address_party(&label->stream.sender);

    opening->is_chunk = true;
    if (label->stream.precedence != ENTENTE__V1__PRECEDENCE__DEFERRED) {
        refuse(opening, ENT_REFUSAL_MALFORMED, "precedence", 0);
        return ENT_OK;
    }
    if (ent_message_time_ms(message->valid_until) <= node->now_ms) {
        opening->outcome.code = ENTENTE__V1__OUTCOME_CODE__EXPIRED;
        opening->outcome.reason = ENT_REFUSAL_EXPIRED;
        return ENT_OK;
    }
    return node_assembly_take(node, &sender, message, &opening->outcome, err);
}

/* Its key, and what it says; false, with a refusal, when that cannot be had. */
static bool
read_message(struct node_unsealed *unsealed, uint32_t index,
    struct node_opening *opening, struct node_unsealed_message **ret_message)
{
    struct ent_error err = {0};
    enum ent_status rc = node_unsealed_get(unsealed, index, ret_message, &err);

    opening->key.key = (*ret_message)->key;
    switch (rc) {
    case ENT_OK:
        return true;
    case ENT_REJECTED:
        ent_log(
            ENT_LOG_WARN, COMPONENT, "a message does not open: %s", err.text);
        refuse(opening, ENT_REFUSAL_NOT_AUTHENTIC, "", 0);
        return false;
    default:
        ent_log(ENT_LOG_WARN, COMPONENT, "refusing a message: %s", err.text);
        refuse(opening,
            rc == ENT_UNSUPPORTED ? ENT_REFUSAL_UNSUPPORTED
                                  : ENT_REFUSAL_MALFORMED,
            "", 0);
        return false;
    }
}

enum ent_status
node_opening_run(struct node *node, struct node_unsealed *unsealed,
    uint32_t index, struct node_opening *ret_opening, struct ent_error *err)
{
    static const node_desk_row empty = ENTENTE__REST__V1__DESK_ROW__INIT;
    const struct ent_label *label = &unsealed->bundle->label;
    struct node_opening *opening = ret_opening;
    struct node_unsealed_message *read;
    const ent_message *message;

    memset(opening, 0, sizeof *opening);
    opening->row = empty;
    opening->outcome.index = index;
    opening->key.index = index;
    if (!read_message(unsealed, index, opening, &read)) {
        return ENT_OK;
    }
    message = read->message;
    if (!agrees_with_label(message, label, opening)) {
        return ENT_OK;
    }
    if (message->attachment_chunk != NULL &&
        message->body_case == ENTENTE__V1__MESSAGE__BODY__NOT_SET) {
        return take_chunk(node, message, label, opening, err);
    }
    if (!is_valid(read, opening)) {
        return ENT_OK;
    }
    return take(node, message, label, opening, err);
}
