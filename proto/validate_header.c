/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/attachment.h"
#include "proto/validate_internal.h"

#include <string.h>

#include "proto/address.h"

/* Rules for what every family shares: the header. */

#define SCHEMA_VERSION 1
#define FILE_NAME_MAX 255
#define HASH_LEN 32
#define KEY_ID_LEN 16
#define DAY_MS (UINT64_C(24) * 3600 * 1000)
#define VALIDITY_MAX_MS                                                        \
    (365 * DAY_MS) /* longest of any alert: catalogue: person_alert            \
                    */

static void
check_address(struct ent_validation *v, const char *field, const char *text)
{
    struct ent_address address;
    struct ent_error why = {0};

    ent_rule_need(v, field, is_given(text));
    if (is_given(text) &&
        ent_address_parse(ent_view_text(text), &address, &why) != ENT_OK) {
        ent_rule_broken(v, field, "%s", why.text);
    }
}

static void
check_route(struct ent_validation *v)
{
    const ent_message *message = v->message;

    ent_rule_need(v, "id", is_given(message->id));
    ent_rule_need_uuid(v, "id", message->id);
    check_address(v, "from", message->from);
    check_address(v, "to", message->to);
    if (is_given(message->from) && strcmp(message->from, message->to) == 0) {
        ent_rule_broken(v, "to", "must be another office than from");
    }
    ent_rule_need(v, "mode", message->mode != 0);
    ent_rule_need(v, "precedence", message->precedence != 0);
    if (message->schema_version != SCHEMA_VERSION) {
        ent_rule_broken(v, "schemaVersion", "must be %d, not %u",
            SCHEMA_VERSION, message->schema_version);
    }
}

/* How long a message of this family may count: as long as it is kept, at most a
 * year, and at least as long as its delivery may take. */
static uint64_t
validity_max_ms(const ent_message *message)
{
    const struct ent_family *family = ent_family_of(message);
    uint64_t life = ent_precedence_life_max_ms((uint32_t)message->precedence);
    uint64_t keep = family == NULL ? VALIDITY_MAX_MS : family->keep_ms;

    keep = keep < VALIDITY_MAX_MS ? keep : VALIDITY_MAX_MS;
    return keep > life ? keep : life;
}

static void
check_validity(struct ent_validation *v)
{
    uint64_t until = ent_message_time_ms(v->message->valid_until);
    uint64_t most = validity_max_ms(v->message);

    ent_rule_need(v, "createdAt", v->created_ms > 0);
    ent_rule_need(v, "validUntil", until > 0);
    if (v->created_ms == 0 || until == 0) {
        return;
    }
    if (until <= v->created_ms) {
        ent_rule_broken(v, "validUntil", "must be after createdAt");
    } else if (until - v->created_ms > most) {
        ent_rule_broken(v, "validUntil",
            "must be at most %llu days after createdAt",
            (unsigned long long)(most / DAY_MS));
    }
}

static void
check_later(struct ent_validation *v, const char *field,
    const Google__Protobuf__Timestamp *time)
{
    uint64_t ms = ent_message_time_ms(time);

    if (time != NULL && v->created_ms > 0 && ms <= v->created_ms) {
        ent_rule_broken(v, field, "must be after createdAt");
    }
}

static void
check_deadlines(struct ent_validation *v)
{
    const ent_message *message = v->message;
    uint64_t retain = ent_message_time_ms(message->retain_until);

    check_later(v, "acknowledgeBy", message->acknowledge_by);
    check_later(v, "replyBy", message->reply_by);
    check_later(v, "retainUntil", message->retain_until);
    check_later(v, "reviewAt", message->review_at);
    if (message->acknowledge_by != NULL && !message->acknowledge) {
        ent_rule_broken(
            v, "acknowledge", "must be true when acknowledgeBy is given");
    }
    if (retain > 0 && ent_message_time_ms(message->review_at) > retain) {
        ent_rule_broken(v, "reviewAt", "must not be after retainUntil");
    }
}

static void
check_thread(struct ent_validation *v)
{
    const ent_message *message = v->message;

    ent_rule_need_uuid(v, "conversationId", message->conversation_id);
    ent_rule_need_uuid(v, "inReplyTo", message->in_reply_to);
    if (message->emergency != NULL) {
        size_t mark = ent_rule_enter(v, "emergency");

        ent_rule_need(v, "id", is_given(message->emergency->id));
        ent_rule_need_uuid(v, "id", message->emergency->id);
        ent_rule_leave(v, mark);
    }
    if (message->origin != NULL) {
        size_t mark = ent_rule_enter(v, "origin");

        check_address(v, "from", message->origin->from);
        if (strcmp(message->origin->from, message->from) == 0) {
            ent_rule_broken(v, "from", "must be another office than ours");
        }
        ent_rule_need(v, "messageId", is_given(message->origin->message_id));
        ent_rule_need_uuid(v, "messageId", message->origin->message_id);
        ent_rule_need_uuid(v, "consentId", message->origin->consent_id);
        ent_rule_leave(v, mark);
    }
    for (size_t i = 0; i < message->n_references; i++) {
        const Entente__V1__Reference *reference = message->references[i];
        size_t mark = ent_rule_enter_element(v, "references", i);

        ent_rule_need(v, "id", is_given(reference->id));
        ent_rule_need_uuid(v, "id", reference->id);
        ent_rule_need_length(v, "hash", &reference->hash, HASH_LEN);
        ent_rule_leave(v, mark);
    }
    if (message->action > ENTENTE__V1__ACTION__NEW &&
        message->n_references == 0) {
        ent_rule_broken(v, "references",
            "must name the message that this one updates, corrects or "
            "withdraws");
    }
}

/* A case number of one state, told from another's by its front. */
static void
check_incident(struct ent_validation *v)
{
    const char *text = v->message->incident_id;

    if (is_given(text) && (strlen(text) < 4 || text[2] != ':' ||
                              ent_identifier_check(ENT_IDENTIFIER_COUNTRY,
                                  ent_view_of(text, 2), NULL) != ENT_OK)) {
        ent_rule_broken(v, "incidentId",
            "must begin with a country and a colon, as KR:ICN:2026-000123");
    }
}

struct scheme {
    const char *name;
    const char *source;
    const char *information;
};

/* Grades are compared as given: schemes are never converted. */
static const struct scheme schemes[] = {
    {"4x4", "ABCX", "1234"},
    {"3x5x2", "123", "ABCDE"},
    {"admiralty", "ABCDEFG", "123456"},
};

static void
check_grade(struct ent_validation *v, const char *field, const char *grade,
    const char *grades)
{
    ent_rule_need(v, field, is_given(grade));
    if (grades != NULL && is_given(grade) &&
        (strlen(grade) != 1 || strchr(grades, *grade) == NULL)) {
        ent_rule_broken_by(v, "catalogue: evaluation grades", field,
            "must be one of %s", grades);
    }
}

static void
check_evaluation(struct ent_validation *v)
{
    const Entente__V1__Evaluation *evaluation = v->message->evaluation;
    const struct scheme *scheme = NULL;
    size_t mark;

    if (evaluation == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strcmp(evaluation->scheme, schemes[i].name) == 0) {
            scheme = &schemes[i];
        }
    }
    mark = ent_rule_enter(v, "evaluation");
    ent_rule_need(v, "scheme", is_given(evaluation->scheme));
    check_grade(v, "source", evaluation->source,
        scheme == NULL ? NULL : scheme->source);
    check_grade(v, "information", evaluation->information,
        scheme == NULL ? NULL : scheme->information);
    ent_rule_leave(v, mark);
}

static void
check_identifiers(struct ent_validation *v, const char *field,
    enum ent_identifier kind, char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t mark = ent_rule_enter_element(v, field, i);

        ent_rule_need(v, "", is_given(texts[i]));
        ent_rule_need_identifier(v, "", kind, texts[i]);
        ent_rule_leave(v, mark);
    }
}

static void
check_texts(struct ent_validation *v)
{
    const ent_message *message = v->message;

    ent_rule_need_identifier(v, "lang", ENT_IDENTIFIER_LANGUAGE, message->lang);
    for (size_t i = 0; i < message->n_text; i++) {
        const Entente__V1__Text *text = message->text[i];
        size_t mark = ent_rule_enter_element(v, "text", i);

        ent_rule_need(v, "lang", is_given(text->lang));
        ent_rule_need_identifier(
            v, "lang", ENT_IDENTIFIER_LANGUAGE, text->lang);
        ent_rule_need(v, "text", is_given(text->text));
        ent_rule_leave(v, mark);
    }
}

/* A name that is a path is not a name, nor is one that writes on a terminal. */
static bool
is_file_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            return false;
        }
    }
    return strpbrk(name, "/\\") == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0 && strlen(name) <= FILE_NAME_MAX;
}

static void
check_attachments(struct ent_validation *v)
{
    const ent_message *message = v->message;

    for (size_t i = 0; i < message->n_attachments; i++) {
        const Entente__V1__AttachmentNote *note = message->attachments[i];
        size_t mark = ent_rule_enter_element(v, "attachments", i);

        ent_rule_need(v, "name", is_given(note->name));
        if (is_given(note->name) && !is_file_name(note->name)) {
            ent_rule_broken(v, "name", "must be a file's name without folders");
        }
        ent_rule_need(v, "mediaType", is_given(note->media_type));
        ent_rule_need(v, "size", note->size > 0);
        ent_rule_need(v, "sha256", note->sha256.len > 0);
        ent_rule_need_length(v, "sha256", &note->sha256, HASH_LEN);
        ent_rule_need_length(v, "root", &note->root, HASH_LEN);
        ent_rule_need_length(v, "key", &note->key, ENT_ATTACHMENT_KEY_LEN);
        ent_rule_need_length(
            v, "header", &note->header, ENT_ATTACHMENT_HEADER_LEN);
        if (note->root.len > 0 && note->size > ENT_ATTACHMENT_SIZE_MAX) {
            ent_rule_broken(v, "size", "must be at most 2^40 bytes");
        }
        ent_rule_leave(v, mark);
    }
    if (message->n_attachments > ENT_ATTACHMENTS_MAX) {
        ent_rule_broken(v, "attachments", "there may be at most 16");
    }
    if (message->attachment_chunk != NULL) {
        ent_rule_broken(
            v, "attachmentChunk", "is what nodes send, and no message has it");
    }
}

static void
check_withheld(struct ent_validation *v)
{
    const ent_message *message = v->message;

    for (size_t i = 0; i < message->n_withheld; i++) {
        size_t mark = ent_rule_enter_element(v, "withheld", i);

        ent_rule_need(v, "field", is_given(message->withheld[i]->field));
        ent_rule_need(v, "clause", is_given(message->withheld[i]->clause));
        ent_rule_leave(v, mark);
    }
}

static void
check_signatures(struct ent_validation *v)
{
    const ent_message *message = v->message;

    for (size_t i = 0; i < message->n_officer_signatures; i++) {
        const Entente__V1__OfficerSignature *signature =
            message->officer_signatures[i];
        size_t mark = ent_rule_enter_element(v, "officerSignatures", i);

        ent_rule_need(v, "certificate", signature->certificate.len > 0);
        ent_rule_need(v, "statement", signature->statement.len > 0);
        ent_rule_leave(v, mark);
    }
}

static void
check_restored(struct ent_validation *v)
{
    const Entente__V1__Restored *restored = v->message->restored;
    size_t mark;

    if (restored == NULL) {
        return;
    }
    mark = ent_rule_enter(v, "restored");
    ent_rule_need(v, "deliveredAt", restored->delivered_at != NULL);
    ent_rule_leave(v, mark);
}

void
ent_validate_header(struct ent_validation *v)
{
    const ent_message *message = v->message;

    v->source = "catalogue: header";
    check_route(v);
    check_validity(v);
    check_deadlines(v);
    check_thread(v);
    check_incident(v);
    check_evaluation(v);
    check_identifiers(v, "protectedFrom", ENT_IDENTIFIER_STATE,
        message->protected_from, message->n_protected_from);
    check_texts(v);
    check_identifiers(v, "geoScope", ENT_IDENTIFIER_AREA, message->geo_scope,
        message->n_geo_scope);
    check_attachments(v);
    check_withheld(v);
    check_signatures(v);
    check_restored(v);
}
