/* SPDX-License-Identifier: Apache-2.0 */
#include "node/submit.h"

#include <stdio.h>
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"
#include "node/gate.h"
#include "node/pending.h"
#include "policy/minimise.h"
#include "proto/message.h"
#include "proto/refusal.h"

typedef Entente__V1__CopyResult copy_result; /* a generated name */

char *
node_text_in(struct ent_arena *arena, const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = ent_arena_alloc(arena, len);

    if (copy == NULL) {
        return (char *)(uintptr_t)protobuf_c_empty_string;
    }
    memcpy(copy, text, len);
    return copy;
}

/* ---- filling in what the officer left to us ---- */

static Google__Protobuf__Timestamp *
timestamp(struct ent_arena *arena, uint64_t ms)
{
    Google__Protobuf__Timestamp *time = ent_arena_alloc(arena, sizeof *time);

    if (time != NULL) {
        google__protobuf__timestamp__init(time);
        time->seconds = (int64_t)(ms / 1000);
        time->nanos = (int32_t)(ms % 1000) * 1000000;
    }
    return time;
}

static void
fill(const struct node *node, ent_message *message, struct ent_arena *arena)
{
    const struct ent_family *family = ent_family_of(message);
    uint64_t created;

    if (message->id[0] == '\0') {
        char text[ENT_ID_TEXT_LEN + 1];
        struct ent_id id = ent_id_new(node->now_ms);

        ent_id_format(&id, text);
        message->id = node_text_in(arena, text);
    }
    message->from = (char *)(uintptr_t)node->self.text;
    message->schema_version = 1;
    if (message->mode == ENTENTE__V1__MODE__MODE_UNSPECIFIED) {
        message->mode = ENTENTE__V1__MODE__ACTUAL;
    }
    if (message->action == ENTENTE__V1__ACTION__ACTION_UNSPECIFIED) {
        message->action = ENTENTE__V1__ACTION__NEW;
    }
    if (message->precedence ==
            ENTENTE__V1__PRECEDENCE__PRECEDENCE_UNSPECIFIED &&
        family != NULL) {
        message->precedence = (Entente__V1__Precedence)family->precedence;
    }
    if (message->created_at == NULL) {
        message->created_at = timestamp(arena, node->now_ms);
    }
    created = ent_message_time_ms(message->created_at);
    if (message->valid_until == NULL && created != 0) {
        message->valid_until =
            timestamp(arena, created + ent_precedence_life_max_ms(
                                           (uint32_t)message->precedence));
    }
}

/* What is wrong with it, in words; NULL: nothing. */
static const char *
fault_of(const ent_message *message, struct ent_arena *arena)
{
    struct ent_findings findings = {.count = 0};
    char text[400];

    if (ent_message_validate(message, &findings, NULL) == ENT_OK) {
        return NULL;
    }
    if (findings.count == 0) {
        return "the message cannot be checked";
    }
    (void)snprintf(text, sizeof text, "%s: %s (%s)%s", findings.list[0].field,
        findings.list[0].rule, findings.list[0].source,
        findings.count > 1 ? ", and more" : "");
    return node_text_in(arena, text);
}

/* ---- one copy ---- */

/* One message for one recipient, on its way into the store. */
struct outgoing {
    struct ent_id id;
    struct ent_address to;
    struct ent_party party;
    struct ent_digest content;
    ent_message *message; /* this recipient's own, may be minimised */
    struct ent_decision decision;
};

static void
tell_decision(const struct ent_decision *decision, struct ent_arena *arena,
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

/* Submitted before: the same answer again, or another content. */
static enum ent_status
answer_again(const struct outgoing *outgoing, const node_copy_row *row,
    struct ent_arena *arena, copy_result *result)
{
    if (row->content.len != ENT_DIGEST_LEN ||
        memcmp(row->content.data, outgoing->content.bytes, ENT_DIGEST_LEN) !=
            0) {
        result->reason = ENT_REFUSAL_ID_REUSED;
        result->reason_name =
            (char *)(uintptr_t)ent_refusal_name(ENT_REFUSAL_ID_REUSED);
        result->sentence =
            (char *)(uintptr_t)ent_refusal_info(ENT_REFUSAL_ID_REUSED)->remedy;
        return ENT_OK;
    }
    result->accepted =
        row->state != ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE;
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
keep_copy(struct node *node, const struct outgoing *outgoing, uint64_t number,
    uint64_t day, struct ent_error *err)
{
    const struct ent_decision *decision = &outgoing->decision;
    struct node_key key = node_key_u64(number);
    struct node_key copy = node_key_copy(&outgoing->id, &outgoing->party);
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    enum ent_status rc;

    row.to = (char *)(uintptr_t)outgoing->to.text;
    row.family = ent_family_of(outgoing->message)->number;
    row.precedence = (uint32_t)outgoing->message->precedence;
    row.number = number;
    row.accepted_at = node->now_ms;
    row.content.data = (uint8_t *)(uintptr_t)outgoing->content.bytes;
    row.content.len = ENT_DIGEST_LEN;
    row.clause = (char *)(uintptr_t)decision->clause;
    row.line = (uint32_t)decision->line;
    row.day = day;
    row.keep_clause = (char *)(uintptr_t)decision->clause;
    row.keep_line = (uint32_t)decision->retain_line;
    row.aggregate = decision->aggregate;
    row.valid_until = ent_message_time_ms(outgoing->message->valid_until);
    if (!decision->permit) {
        row.state = ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE;
        row.reason = decision->reason;
        row.settled_at = node->now_ms;
        row.sentence = (char *)(uintptr_t)decision->sentence;
    }
    rc = node_copy_put(node, &outgoing->id, &outgoing->party, &row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_put(node->store, NODE_NUMBER, node_key_view(&key),
        node_key_view(&copy), err);
}

static enum ent_status
refuse(struct node *node, const struct outgoing *outgoing, uint64_t number,
    struct ent_error *err)
{
    struct ent_digest none = {{0}};
    enum ent_status rc = keep_copy(node, outgoing, number, 0, err);

    return rc != ENT_OK
               ? rc
               : node_record(node, NODE_ENTRY_REFUSED_HERE, &outgoing->party,
                     &outgoing->content, &none, 1, err);
}

/* Handling codes that the agreement adds. */
static enum ent_status
add_handling(
    struct outgoing *outgoing, struct ent_arena *arena, struct ent_error *err)
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

/* An acknowledgement closes what it acknowledges at our own desk. */
static enum ent_status
close_at_desk(
    struct node *node, const struct outgoing *outgoing, struct ent_error *err)
{
    const ent_message *message = outgoing->message;
    struct ent_id id;
    enum ent_status rc;

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT ||
        message->acknowledgement->level <
            ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED ||
        ent_id_parse(ent_view_text(message->acknowledgement->message_id), &id,
            NULL) != ENT_OK) {
        return ENT_OK;
    }
    rc = node_desk_acknowledge(node, &outgoing->party, &id, err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* From here on something is written: what fails takes the whole turn back,
 * or an answer would say less or more than the store. */
static enum ent_status
as_storage(enum ent_status rc)
{
    return rc == ENT_OK || rc == ENT_IO ? rc : ENT_FULL;
}

static enum ent_status
accept(struct node *node, struct outgoing *outgoing, uint64_t number,
    struct ent_arena *arena, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct ent_family *family = ent_family_of(outgoing->message);
    uint64_t keep = outgoing->decision.retain_ms != 0
                        ? outgoing->decision.retain_ms
                        : family->keep_ms;
    uint64_t day = (node->now_ms + keep) / NODE_DAY_MS + 1;
    enum ent_status rc;

    rc = ent_minimise(&outgoing->decision, outgoing->message, arena, err);
    if (rc == ENT_OK) {
        rc = add_handling(outgoing, arena, err);
    }
    if (rc == ENT_OK) {
        rc = ent_message_encode(outgoing->message, &wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = keep_copy(node, outgoing, number, day, err);
    if (rc == ENT_OK) {
        rc = node_pending_put(node, &outgoing->id, &outgoing->to,
            (uint32_t)outgoing->message->precedence, number, day,
            ent_bytes_view(&wire), err);
    }
    if (rc == ENT_OK) {
        rc = close_at_desk(node, outgoing, err);
    }
    return as_storage(rc);
}

/* This recipient's own message: minimising one must not touch another's. */
static enum ent_status
own_message(const ent_message *message, const char *to, struct ent_arena *arena,
    ent_message **ret_own, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ent_message addressed = *message;
    enum ent_status rc;

    addressed.to = (char *)(uintptr_t)to;
    rc = ent_message_encode(&addressed, &wire, err);
    return rc != ENT_OK
               ? rc
               : ent_message_decode(ent_bytes_view(&wire), arena, ret_own, err);
}

static enum ent_status
submit_copy(struct node *node, const ent_message *message,
    struct outgoing *outgoing, struct ent_arena *arena, copy_result *result,
    struct ent_error *err)
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
        rc = ent_arena_init(&own, NODE_MESSAGE_ARENA, err);
    }
    if (rc == ENT_OK) {
        rc = own_message(
            message, outgoing->to.text, &own, &outgoing->message, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_next(node->store, "submission", &number, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_gate_out(node, outgoing->message, &outgoing->to, &outgoing->decision);
    rc = outgoing->decision.permit
             ? accept(node, outgoing, number, &own, err)
             : as_storage(refuse(node, outgoing, number, err));
    if (rc == ENT_OK) {
        tell_decision(&outgoing->decision, arena, result);
    }
    return rc;
}

/* This copy cannot be made at all; the others of its batch can. */
static void
tell_fault(
    const struct ent_error *err, struct ent_arena *arena, copy_result *result)
{
    result->reason = ENT_REFUSAL_MALFORMED;
    result->reason_name =
        (char *)(uintptr_t)ent_refusal_name(ENT_REFUSAL_MALFORMED);
    result->sentence = node_text_in(arena, err->text);
}

/* ---- a submission ---- */

/* Recipients, and a message that is right for the first: all or nothing. */
static const char *
check(const Entente__V1__Submission *submission, ent_message *message,
    struct ent_id *ret_id, struct ent_address *ret_to, struct ent_arena *arena)
{
    struct ent_error err = {0};

    if (submission->n_to == 0) {
        return "to: no recipient is given";
    }
    if (submission->n_to > NODE_RECIPIENTS_MAX) {
        return "to: there are more than 64 recipients";
    }
    for (size_t i = 0; i < submission->n_to; i++) {
        if (ent_address_parse(
                ent_view_text(submission->to[i]), &ret_to[i], &err) != ENT_OK) {
            ent_error_wrap(&err, "to[%zu]", i);
            return node_text_in(arena, err.text);
        }
        for (size_t k = 0; k < i; k++) {
            if (ent_address_equal(&ret_to[i], &ret_to[k])) {
                return "to: a recipient is given twice";
            }
        }
    }
    if (ent_id_parse(ent_view_text(message->id), ret_id, &err) != ENT_OK) {
        ent_error_wrap(&err, "id");
        return node_text_in(arena, err.text);
    }
    message->to = submission->to[0];
    return fault_of(message, arena);
}

static enum ent_status
make_result(const Entente__V1__Submission *submission, struct ent_arena *arena,
    Entente__V1__SubmitResult **ret_result, struct ent_error *err)
{
    Entente__V1__SubmitResult *result = ent_arena_alloc(arena, sizeof *result);
    copy_result *copies =
        ent_arena_alloc(arena, (submission->n_to + 1) * sizeof *copies);
    copy_result **list =
        ent_arena_alloc(arena, (submission->n_to + 1) * sizeof *list);

    if (result == NULL || copies == NULL || list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering a submission");
    }
    entente__v1__submit_result__init(result);
    for (size_t i = 0; i < submission->n_to; i++) {
        entente__v1__copy_result__init(&copies[i]);
        copies[i].to = submission->to[i];
        list[i] = &copies[i];
    }
    result->copies = list;
    *ret_result = result;
    return ENT_OK;
}

static enum ent_status
digest_content(
    const ent_message *message, struct ent_digest *ret, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = ent_message_encode(message, &wire, err);

    if (rc == ENT_OK) {
        *ret = ent_digest_of(ent_bytes_view(&wire));
    }
    return rc;
}

enum ent_status
node_submit(struct node *node, const Entente__V1__Submission *submission,
    struct ent_arena *arena, Entente__V1__SubmitResult **ret_result,
    struct ent_error *err)
{
    struct ent_address to[NODE_RECIPIENTS_MAX];
    Entente__V1__SubmitResult *result = NULL;
    struct ent_digest content;
    struct ent_id id;
    const char *fault;
    enum ent_status rc = make_result(submission, arena, &result, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_result = result;
    if (submission->message == NULL) {
        result->error = (char *)(uintptr_t) "message: none is given";
        return ENT_OK;
    }
    submission->message->to = (char *)(uintptr_t)protobuf_c_empty_string;
    rc = digest_content(submission->message, &content, err);
    if (rc != ENT_OK) {
        return rc;
    }
    fill(node, submission->message, arena);
    fault = check(submission, submission->message, &id, to, arena);
    result->id = submission->message->id;
    if (fault != NULL) {
        result->error = (char *)(uintptr_t)fault;
        return ENT_OK;
    }
    result->n_copies = submission->n_to;
    for (size_t i = 0; rc == ENT_OK && i < submission->n_to; i++) {
        struct outgoing outgoing = {.id = id, .to = to[i], .content = content};

        rc = submit_copy(node, submission->message, &outgoing, arena,
            result->copies[i], err);
        if (rc != ENT_OK && rc != ENT_FULL && rc != ENT_IO) {
            tell_fault(err, arena, result->copies[i]);
            rc = ENT_OK;
        }
    }
    return rc;
}

/* ---- explain ---- */

static enum ent_status
list_withheld(const ent_message *message, struct ent_arena *arena,
    Entente__V1__ExplainReply *reply, struct ent_error *err)
{
    reply->withheld = ent_arena_alloc(
        arena, (message->n_withheld + 1) * sizeof *reply->withheld);
    if (reply->withheld == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "explaining");
    }
    for (size_t i = 0; i < message->n_withheld; i++) {
        reply->withheld[i] = message->withheld[i];
    }
    reply->n_withheld = message->n_withheld;
    return ENT_OK;
}

enum ent_status
node_explain(struct node *node, const Entente__V1__ExplainRequest *request,
    struct ent_arena *arena, Entente__V1__ExplainReply **ret_reply,
    struct ent_error *err)
{
    Entente__V1__ExplainReply *reply = ent_arena_alloc(arena, sizeof *reply);
    copy_result *result = ent_arena_alloc(arena, sizeof *result);
    const struct ent_agreement *agreement;
    struct ent_decision decision;
    struct ent_address to;
    enum ent_status rc;

    if (reply == NULL || result == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "explaining");
    }
    if (request->message == NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "no message is given");
    }
    entente__v1__explain_reply__init(reply);
    entente__v1__copy_result__init(result);
    rc = ent_address_parse(ent_view_text(request->to), &to, err);
    if (rc != ENT_OK) {
        return ENT_BAD_INPUT;
    }
    fill(node, request->message, arena);
    request->message->to = request->to;
    result->to = request->to;
    reply->result = result;
    *ret_reply = reply;
    result->sentence = (char *)(uintptr_t)fault_of(request->message, arena);
    if (result->sentence != NULL) {
        result->reason = ENT_REFUSAL_MALFORMED;
        result->reason_name =
            (char *)(uintptr_t)ent_refusal_name(ENT_REFUSAL_MALFORMED);
        return ENT_OK;
    }
    node_gate_out(node, request->message, &to, &decision);
    tell_decision(&decision, arena, result);
    agreement = node_agreements_with(node->agreements, ent_address_state(&to));
    if (agreement != NULL) {
        reply->agreement = (char *)(uintptr_t)ent_agreement_name(agreement);
        reply->agreement_version = ent_agreement_version(agreement);
    }
    if (!decision.permit) {
        return ENT_OK;
    }
    rc = ent_minimise(&decision, request->message, arena, err);
    return rc != ENT_OK ? rc
                        : list_withheld(request->message, arena, reply, err);
}
