/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

#include "proto/attachment.h"

/* Rules for what every family shares: the header. */

#define SCHEMA_VERSION 1
#define FILE_NAME_MAX 255
#define DAY_MS (UINT64_C(24) * 3600 * 1000)

/* That of the longest alert: catalogue: person_alert. */
#define VALIDITY_MAX_MS (365 * DAY_MS)

static void
check_route(struct ent_validation *v)
{
    const ent_message *message = v->message;

    if (is_given(message->from) && strcmp(message->from, message->to) == 0) {
        ent_rule_broken(v, "to", "must be another office than from");
    }
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

    if (v->created_ms == 0 || until == 0) {
        return;
    }
    if (until > v->created_ms && until - v->created_ms > most) {
        ent_rule_broken(v, "validUntil",
            "must be at most %llu days after createdAt",
            (unsigned long long)(most / DAY_MS));
    }
}

static void
check_deadlines(struct ent_validation *v)
{
    const ent_message *message = v->message;
    uint64_t retain = ent_message_time_ms(message->retain_until);

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

    if (message->origin != NULL) {
        size_t mark = ent_rule_enter(v, "origin");

        if (strcmp(message->origin->from, message->from) == 0) {
            ent_rule_broken(v, "from", "must be another office than ours");
        }
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

static void
check_evaluation(struct ent_validation *v)
{
    const Entente__V1__Evaluation *evaluation = v->message->evaluation;
    size_t mark;

    if (evaluation == NULL) {
        return;
    }
    mark = ent_rule_enter(v, "evaluation");
    ent_validate_grade(
        v, evaluation->scheme, evaluation->source, evaluation->information);
    ent_rule_leave(v, mark);
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

        if (is_given(note->name) && !is_file_name(note->name)) {
            ent_rule_broken(v, "name", "must be a file's name without folders");
        }
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

void
ent_validate_header(struct ent_validation *v)
{
    v->source = "catalogue: header";
    check_route(v);
    check_validity(v);
    check_deadlines(v);
    check_thread(v);
    check_incident(v);
    check_evaluation(v);
    check_attachments(v);
}
