/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_internal - what the rules of the families share: where in the
 * message we are, and how to say what is wrong there.
 *
 * Rules come in files by noun: every field, the header, entities, and one file
 * per group of families. A broken rule adds a finding and the next one is
 * looked at, so that an officer corrects all of them at once.
 */
#ifndef ENT_PROTO_VALIDATE_INTERNAL_H
#define ENT_PROTO_VALIDATE_INTERNAL_H

#include "proto/identifier.h"
#include "proto/message.h"

#define ENT_TEXT_MAX 12000 /* characters of one free text */
#define ENT_BRIEF_MAX                                                          \
    1200                 /* of a hotline alert's, and of FLASH and IMMEDIATE */
#define ENT_WORD_MAX 128 /* of anything else */

struct ent_validation {
    const ent_message *message;
    uint64_t created_ms; /* 0: not given */
    const char *source;  /* of the rules now looked at */
    char path[96];
    struct ent_findings *findings;
};

/* ---- saying what is wrong, and where (validate.c) ---- */

/* Add a finding about `field` of the place where we are ("": the place itself)
 * under a source of its own, or v->source. */
void ent_rule_broken_by(struct ent_validation *v, const char *source,
    const char *field, const char *format, ...) ENT_PRINTF(4, 5);
#define ent_rule_broken(v, ...) ent_rule_broken_by(v, (v)->source, __VA_ARGS__)

/* Step into `field`, or into its element `index`. The result brings us back. */
size_t ent_rule_enter(struct ent_validation *v, const char *field);
size_t ent_rule_enter_element(
    struct ent_validation *v, const char *field, size_t index);
void ent_rule_leave(struct ent_validation *v, size_t mark);

/* ---- rules about one value (validate_value.c) ---- */

static inline bool
is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

/* Characters, not bytes. */
size_t ent_rule_characters(const char *text);

/* "must be given" unless it is. */
void ent_rule_need(struct ent_validation *v, const char *field, bool given);

/* These hold for a value that is given. */
void ent_rule_need_identifier(struct ent_validation *v, const char *field,
    enum ent_identifier kind, const char *text);
void ent_rule_need_uuid(
    struct ent_validation *v, const char *field, const char *text);
void ent_rule_need_date(
    struct ent_validation *v, const char *field, const char *text);
void ent_rule_need_length(struct ent_validation *v, const char *field,
    const ProtobufCBinaryData *bytes, size_t len);
/* Not after the message's creation, but for the skew of clocks. */
void ent_rule_need_past(struct ent_validation *v, const char *field,
    const Google__Protobuf__Timestamp *time);

/* Plain decimals: digits, perhaps a point and more digits. */
void ent_rule_need_positive(
    struct ent_validation *v, const char *field, const char *text);
void ent_rule_need_percent(
    struct ent_validation *v, const char *field, const char *text);
/* With a sign allowed, and at most `limit` either way. */
void ent_rule_need_degrees(struct ent_validation *v, const char *field,
    const char *text, unsigned limit);

/* ---- rules by noun ---- */

/* What holds for every text, time and code, whatever the message. */
void ent_validate_fields(struct ent_validation *v);
void ent_validate_header(struct ent_validation *v);

/* `required`: it must say where, by a code. NULL is fine otherwise. */
void ent_validate_location(struct ent_validation *v, const char *field,
    const Entente__V1__Location *location, bool required);
void ent_validate_conveyance(
    struct ent_validation *v, const Entente__V1__Conveyance *conveyance);
void ent_validate_mail(
    struct ent_validation *v, size_t index, const Entente__V1__MailItem *item);
void ent_validate_window(struct ent_validation *v, const char *field,
    const Entente__V1__TimeWindow *window);
void ent_validate_count(struct ent_validation *v, const char *field,
    size_t index, const Entente__V1__PersonCount *count);

void ent_validate_hotline_alert(
    struct ent_validation *v, const Entente__V1__HotlineAlert *alert);
void ent_validate_hub_alert(
    struct ent_validation *v, const Entente__V1__HubAlert *alert);
void ent_validate_drug_seizure(
    struct ent_validation *v, const Entente__V1__DrugSeizure *seizure);
void ent_validate_document_check(
    struct ent_validation *v, const Entente__V1__DocumentCheck *check);
void ent_validate_acknowledgement(
    struct ent_validation *v, const Entente__V1__Acknowledgement *answer);
void ent_validate_lifecycle(
    struct ent_validation *v, const Entente__V1__Lifecycle *lifecycle);
void ent_validate_agreement_control(
    struct ent_validation *v, const Entente__V1__AgreementControl *control);
void ent_validate_consent_request(
    struct ent_validation *v, const Entente__V1__ConsentRequest *request);
void ent_validate_consent_decision(
    struct ent_validation *v, const Entente__V1__ConsentDecision *decision);

#endif
