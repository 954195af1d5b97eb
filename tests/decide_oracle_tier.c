/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/decide_oracle.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/pb_field.h"

/* Who may have which family, as the catalogue has it on paper (domain B5): BLO,
 * NCC, ILO, carriers, airports and the like, organisations. P: without what
 * tells who somebody is. */
static const struct {
    const char *family;
    const char *tiers;
} paper[] = {{"hotline_alert", "YYY---"}, {"hub_alert", "YYY-P-"},
    {"at_risk_person_alert", "YYYY--"}, {"person_alert", "YYY---"},
    {"document_alert", "YYY--Y"}, {"document_fraud_bulletin", "YYYY-Y"},
    {"conveyance_alert", "YYY-Y-"}, {"cargo_alert", "YYYPY-"},
    {"risk_indicator_bulletin", "YYY-YY"}, {"drug_seizure", "YYY--P"},
    {"wildlife_timber_seizure", "YYY--P"}, {"other_seizure", "YYY--P"},
    {"smuggling_incident", "YYY--P"}, {"incident_handover", "YY----"},
    {"trafficking_referral", "YYY---"},
    {"vulnerable_person_referral", "YYY---"}, {"intelligence_report", "YYY---"},
    {"information_request", "YYY---"}, {"information_reply", "YYY---"},
    {"feedback", "YYY---"}, {"consent_request", "YYY---"},
    {"joint_action", "YYY---"}, {"document_check", "YYYY--"},
    {"hit_query", "YYY---"}, {"hit_answer", "YYY---"}, {"hit_notice", "YYY---"},
    {"inadmissible_notice", "YYYPP-"}, {"removal_notice", "YYYY--"},
    {"carrier_advice", "YYYY--"}, {"health_alert", "YYYPPY"},
    {"border_status", "YYYYYY"}, {"evidence_transfer", "YY----"},
    {"statistics_return", "YYY--Y"}, {"situation_report", "YYY---"},
    {"roster", "YYYYYY"}, {"exercise_control", "YYYYYY"},
    {"training_material", "YYYYYY"}, {"lifecycle", "YYYYYY"},
    {"acknowledgement", "YYYYYY"}, {"agreement_control", "YYYYYY"},
    {"breach_notice", "YYYYYY"}, {"test", "YYYYYY"},
    {"consent_decision", "YYY---"}, {"readmission", "YYY---"},
    {"audit_extract", "YYYYYY"}};

static const char *const personal[] = {"Channel.number", "Conveyance.plate",
    "NativeName.text", "Alias.text", "Person.name", "Person.native_name",
    "Person.aliases", "Person.birth_date", "Person.birth_place",
    "Person.national_id", "Person.height", "Person.marks", "Person.health",
    "Person.photo", "Online.phone", "Online.handle", "Online.url",
    "Online.wallet", "Cargo.shipper", "Cargo.consignee", "Document.mrz",
    "CustodyTransfer.injuries_seen", "InadmissibleNotice.person",
    "RemovalNotice.person", "Readmission.person",
    "TraffickingReferral.safe_contact", "TraffickingReferral.person",
    "VulnerablePersonReferral.safe_contact", "VulnerablePersonReferral.person"};

static bool
is_personal(const ProtobufCMessageDescriptor *type, const char *field)
{
    char name[96];

    (void)snprintf(name, sizeof name, "%s.%s", type->short_name, field);
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++) {
        if (strcmp(personal[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool
tells_who(const ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        size_t count = ent_pb_count(message, field);

        if (count > 0 && is_personal(message->descriptor, field->name)) {
            return true;
        }
        for (size_t k = 0; field->type == PROTOBUF_C_TYPE_MESSAGE && k < count;
             k++) {
            ProtobufCMessage *const *below = ent_pb_value(message, field, k);

            if (*below != NULL && tells_who(*below)) {
                return true;
            }
        }
    }
    return false;
}

/* The letter of the recipient's kind. */
static char
letter_for(const char *tiers, const char *kind)
{
    static const char *const kinds[] = {"blo", "ncc", "ilo", "airline"};

    for (size_t i = 0; i < 4; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return tiers[i];
        }
    }
    return strcmp(kind, "organisation") == 0 ? tiers[5] : tiers[4];
}

/* The name of a code of the body; "" when it has none there. */
static const char *
code_in(const ProtobufCMessage *body, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        body == NULL ? NULL
                     : protobuf_c_message_descriptor_get_field_by_name(
                           body->descriptor, name);
    const ProtobufCEnumValue *value = NULL;

    if (field != NULL && field->type == PROTOBUF_C_TYPE_ENUM) {
        value = protobuf_c_enum_descriptor_get_value(
            field->descriptor, *(const int *)ent_pb_value(body, field, 0));
    }
    return value == NULL ? "" : value->name;
}

/* Carriers, airports and the like: neither who conducts a controlled delivery
 * nor who is told why somebody was refused. */
static bool
says_too_much(const ProtobufCMessage *body, const char *kind, bool receiving)
{
    static const char *const papers[] = {"INADMISSIBLE_REASON_UNSPECIFIED",
        "NO_DOCUMENT", "INVALID_DOCUMENT", "FALSE_DOCUMENT_SHOWN", "NO_VISA"};
    const char *reason;

    if (letter_for("NNNYYN", kind) == 'N') {
        return false;
    }
    if (strcmp(code_in(body, "action"), "DO_NOT_STOP") == 0 ||
        strcmp(code_in(body, "action"), "CARGO_CONTROLLED_DELIVERY") == 0) {
        return true;
    }
    if (!receiving || body == NULL ||
        strcmp(body->descriptor->short_name, "InadmissibleNotice") != 0) {
        return false;
    }
    reason = code_in(body, "reason");
    for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++) {
        if (strcmp(reason, papers[i]) == 0) {
            return false;
        }
    }
    return true;
}

bool
oracle_tier_permits(
    const ent_message *message, const char *kind, bool receiving)
{
    const struct ent_family *family = ent_family_of(message);
    const ProtobufCMessage *body =
        (const ProtobufCMessage *)message->hotline_alert;
    char letter = '-';

    for (size_t i = 0; i < sizeof paper / sizeof paper[0]; i++) {
        if (strcmp(paper[i].family, family->name) == 0) {
            letter = letter_for(paper[i].tiers, kind);
        }
    }
    return (letter == 'Y' ||
               (letter == 'P' && (body == NULL || !tells_who(body)))) &&
           !says_too_much(body, kind, receiving);
}
