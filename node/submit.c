/* SPDX-License-Identifier: Apache-2.0 */
#include "node/submit.h"

#include <string.h>

#include "node/consent.h"
#include "node/draft.h"
#include "node/emergency.h"
#include "node/lifecycle.h"
#include "node/officers.h"
#include "node/onward.h"
#include "node/submit_internal.h"
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

char *
node_id_text_in(struct ent_arena *arena, const struct ent_id *id)
{
    char text[ENT_ID_TEXT_LEN + 1];

    ent_id_format(id, text);
    return node_text_in(arena, text);
}

char *
node_id_in(struct ent_arena *arena, const ProtobufCBinaryData *id)
{
    struct ent_id parsed;

    if (id->len != sizeof parsed.bytes) {
        return (char *)(uintptr_t)protobuf_c_empty_string;
    }
    memcpy(parsed.bytes, id->data, sizeof parsed.bytes);
    return node_id_text_in(arena, &parsed);
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

/* Recipients, and a message that is right for the first, if that is not known
 * already: all or nothing. */
static const char *
check(const Entente__V1__Submission *submission, ent_message *message,
    bool is_valid, struct ent_id *ret_id, struct ent_address *ret_to,
    struct ent_arena *arena)
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
    if (message->releaser_role[0] != '\0') {
        return "releaserRole: the node writes it when a second officer has "
               "released the message";
    }
    if (message->n_withheld > 0 && message->origin == NULL) {
        return "withheld: the node says what it takes out; of what came from "
               "elsewhere it stays";
    }
    if (message->n_officer_signatures > 0) {
        return "officerSignatures: officers sign what the node holds for them";
    }
    message->to = submission->to[0];
    return is_valid ? NULL : node_draft_fault(message, arena);
}

/* What it says of other messages is ours to say. */
static enum ent_status
check_about(struct node *node, const ent_message *message,
    const struct ent_address *to, struct ent_arena *arena,
    const char **ret_fault, struct ent_error *err)
{
    enum ent_status rc =
        node_lifecycle_check(node, message, to, arena, ret_fault, err);

    return rc != ENT_OK || *ret_fault != NULL
               ? rc
               : node_consent_check(node, message, to, arena, ret_fault, err);
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

enum ent_status
node_submit_fill(struct node *node, ent_message *message, const char *to,
    struct ent_arena *arena, struct ent_error *err)
{
    enum ent_status rc =
        to == NULL ? ENT_OK : node_lifecycle_fill(node, message, to, err);

    if (rc != ENT_OK) {
        return rc;
    }
    node_draft_fill(&node->self, node->now_ms, message, arena);
    rc = node_emergency_fill(node, message, arena, err);
    if (rc == ENT_OK) {
        rc = node_onward_recognise(node, message, arena, err);
    }
    return rc != ENT_OK ? rc : node_onward_raise(node, message, arena, err);
}

/* What one submission has in common for all of its copies. */
struct submitting {
    struct ent_address to[NODE_RECIPIENTS_MAX];
    struct node_enclosed enclosed;
    struct ent_bytes encoded;      /* here, if it had to be */
    struct ent_view given;         /* as the officer gave it */
    uint8_t print[NODE_PRINT_LEN]; /* of that */
    struct ent_id id;
    bool held; /* an officer signs before it goes */
};

/* The message as it came, and what was foreseen of it, where they are known. */
struct as_given {
    struct ent_view packed;
    const struct node_foreseen *foreseen;
};

/* Nothing was added since by what only the node knows. */
static bool
is_valid_as_foreseen(
    const struct as_given *as_given, const ent_message *message)
{
    return as_given->foreseen != NULL && as_given->foreseen->is_valid &&
           message->origin == NULL;
}

static void
submitting_fini(struct submitting *submitting)
{
    ent_bytes_free(&submitting->encoded);
}

/* Its recipients are those of the submission, whatever it says itself, and its
 * files go with it. */
static enum ent_status
keep_given(const struct node *node, const Entente__V1__Submission *submission,
    const struct as_given *as_given, struct submitting *submitting,
    struct ent_error *err)
{
    const struct ent_view packed = as_given->packed;
    ent_message *message = submission->message;
    const bool as_packed = packed.len > 0 && packed.len <= ENT_MESSAGE_MAX &&
                           message->to[0] == '\0' &&
                           submission->n_enclosures == 0;
    enum ent_status rc = ENT_OK;

    message->to = (char *)(uintptr_t)protobuf_c_empty_string;
    submitting->given = packed;
    if (!as_packed) {
        rc = ent_message_encode(message, &submitting->encoded, err);
        submitting->given = ent_bytes_view(&submitting->encoded);
    }
    if (rc == ENT_OK && as_packed && as_given->foreseen != NULL) {
        memcpy(submitting->print, as_given->foreseen->print, NODE_PRINT_LEN);
    } else if (rc == ENT_OK) {
        node_submit_print(
            node->given_key, submitting->given, submitting->print);
    }
    return rc;
}

/* Whoever is going to sign it as its author may. NULL: so it is. */
static const char *
author_fault(struct node *node, const Entente__V1__Submission *submission,
    struct ent_arena *arena)
{
    struct ent_error err = {0};
    struct ent_officer author;

    return submission->author.len == 0 ||
                   node_officer_open(node,
                       ent_view_of(
                           submission->author.data, submission->author.len),
                       &author, &err) == ENT_OK
               ? NULL
               : node_text_in(arena, err.text);
}

/* Fill the message in, and find what is wrong with it as a whole. */
static enum ent_status
examine(struct node *node, const Entente__V1__Submission *submission,
    const struct as_given *as_given, struct submitting *submitting,
    struct ent_arena *arena, const char **ret_fault, struct ent_error *err)
{
    ent_message *message = submission->message;
    enum ent_status rc = node_upload_enclose(
        node, submission, arena, &submitting->enclosed, ret_fault, err);

    if (rc == ENT_OK && *ret_fault == NULL) {
        rc = keep_given(node, submission, as_given, submitting, err);
    }
    if (rc == ENT_BAD_INPUT) { /* it is too long, and others may not be */
        *ret_fault = node_text_in(arena, err->text);
        rc = ENT_OK;
    }
    if (rc != ENT_OK || *ret_fault != NULL) {
        return rc;
    }
    rc = node_submit_fill(node, message,
        submission->n_to == 0 ? NULL : submission->to[0], arena, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_fault =
        check(submission, message, is_valid_as_foreseen(as_given, message),
            &submitting->id, submitting->to, arena);
    if (*ret_fault == NULL) {
        *ret_fault = author_fault(node, submission, arena);
    }
    submitting->held = submission->author.len > 0;
    for (size_t i = 0;
         rc == ENT_OK && *ret_fault == NULL && i < submission->n_to; i++) {
        rc = check_about(
            node, message, &submitting->to[i], arena, ret_fault, err);
    }
    return rc;
}

static enum ent_status
submit_copies(struct node *node, ent_message *message,
    const struct submitting *submitting, struct ent_arena *arena,
    Entente__V1__SubmitResult *result, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < result->n_copies; i++) {
        struct node_outgoing outgoing = {.id = submitting->id,
            .to = submitting->to[i],
            .given = submitting->given,
            .enclosed = &submitting->enclosed,
            .held = submitting->held,
            .last = i + 1 == result->n_copies};

        memcpy(outgoing.print, submitting->print, sizeof outgoing.print);
        rc = node_submit_copy(
            node, message, &outgoing, arena, result->copies[i], err);
        if (rc != ENT_OK && rc != ENT_FULL && rc != ENT_IO) {
            tell_fault(err, arena, result->copies[i]);
            rc = ENT_OK;
        }
    }
    return rc;
}

static enum ent_status
submit_message(struct node *node, const Entente__V1__Submission *submission,
    const struct as_given *as_given, struct ent_arena *arena,
    Entente__V1__SubmitResult *result, struct ent_error *err)
{
    ENT_AUTO(submitting_fini) struct submitting submitting;
    const char *fault = NULL;
    enum ent_status rc;

    submitting.encoded = (struct ent_bytes){0};
    rc = examine(node, submission, as_given, &submitting, arena, &fault, err);
    if (rc != ENT_OK) {
        return rc;
    }
    result->id = submission->message->id;
    if (fault != NULL) {
        result->error = (char *)(uintptr_t)fault;
        return ENT_OK;
    }
    result->n_copies = submission->n_to;
    return submit_copies(
        node, submission->message, &submitting, arena, result, err);
}

enum ent_status
node_submit(struct node *node, const Entente__V1__Submission *submission,
    struct ent_view packed, struct ent_arena *arena,
    Entente__V1__SubmitResult **ret_result, struct ent_error *err)
{
    return node_submit_foreseen(
        node, submission, packed, NULL, arena, ret_result, err);
}

enum ent_status
node_submit_foreseen(struct node *node,
    const Entente__V1__Submission *submission, struct ent_view packed,
    const struct node_foreseen *foreseen, struct ent_arena *arena,
    Entente__V1__SubmitResult **ret_result, struct ent_error *err)
{
    const struct as_given as_given = {.packed = packed, .foreseen = foreseen};
    Entente__V1__SubmitResult *result = NULL;
    enum ent_status rc = make_result(submission, arena, &result, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_result = result;
    if (submission->message == NULL) {
        result->error = (char *)(uintptr_t) "message: none is given";
        return ENT_OK;
    }
    return submit_message(node, submission, &as_given, arena, result, err);
}
