/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds of offices may have a family: carriers get advice and never
 * lists, airports operational facts, organisations what is aggregate
 * (proto/catalogue/). */
#include "policy/decide_internal.h"

#include <string.h>

#include "policy/path.h"
#include "proto/base/pb_field.h"
#include "proto/refusal.h"
#include "proto/schema/trust.pb-c.h"

static enum ent_tier
tier_of(uint32_t kind)
{
    switch (kind) {
    case ENTENTE__V1__OFFICE_KIND__BLO:
        return ENT_TIER_BLO;
    case ENTENTE__V1__OFFICE_KIND__NCC:
        return ENT_TIER_NCC;
    case ENTENTE__V1__OFFICE_KIND__ILO:
        return ENT_TIER_ILO;
    case ENTENTE__V1__OFFICE_KIND__AIRLINE:
        return ENT_TIER_CARRIER;
    case ENTENTE__V1__OFFICE_KIND__AIRPORT:
    case ENTENTE__V1__OFFICE_KIND__SEAPORT:
    case ENTENTE__V1__OFFICE_KIND__MAIL:
        return ENT_TIER_AIRPORT;
    default:
        return ENT_TIER_ORGANISATION;
    }
}

static const char *
name_of(enum ent_tier tier)
{
    static const char *const names[ENT_TIERS] = {
        [ENT_TIER_BLO] = "a border liaison office",
        [ENT_TIER_NCC] = "a national coordination centre",
        [ENT_TIER_ILO] = "a liaison officer",
        [ENT_TIER_CARRIER] = "a carrier",
        [ENT_TIER_AIRPORT] = "an airport, a seaport or a mail hub",
        [ENT_TIER_ORGANISATION] = "an international organisation",
    };

    return names[tier];
}

/* The first field that tells who somebody is; the levels lead to it. */
static bool
find_personal(const struct ent_type_manifest *type,
    const struct ent_path_level *level, char out[static ENT_PATH_LEN])
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct ent_field_manifest *manifest = &type->fields[i];
        const ProtobufCFieldDescriptor *field = &type->descriptor->fields[i];
        size_t count = ent_pb_count(level->message, field);

        if (count > 0 && (manifest->traits &
                             (ENT_FIELD_PERSONAL | ENT_FIELD_SPECIAL)) != 0) {
            ent_path_where(level, field, out);
            return true;
        }
        for (size_t k = 0; manifest->type != NULL && k < count; k++) {
            const ProtobufCMessage *const *below =
                ent_pb_value(level->message, field, k);
            const struct ent_path_level inside = {
                .type = manifest->type->descriptor,
                .message = *below,
                .via = field,
                .index = k,
                .above = level,
            };

            if (*below != NULL && find_personal(manifest->type, &inside, out)) {
                return true;
            }
        }
    }
    return false;
}

/* The body, and where it stands. */
static bool
names_somebody(const struct question *question, char out[static ENT_PATH_LEN])
{
    const ProtobufCMessage *message = &question->message->base;
    const struct ent_path_level top = {
        .type = message->descriptor, .message = message};
    const ProtobufCFieldDescriptor *via =
        protobuf_c_message_descriptor_get_field(
            message->descriptor, question->family->number);
    const ProtobufCMessage *const *body = ent_pb_value(message, via, 0);
    const struct ent_path_level level = {
        .type = question->family->body->descriptor,
        .message = *body,
        .via = via,
        .above = &top,
    };

    return *body != NULL && find_personal(question->family->body, &level, out);
}

/* What is let run to see where it goes: who would stop it must not be asked to,
 * and who is not of those who watch it must not know (domain M14). */
static bool
is_controlled(const ent_message *message)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_HUB_ALERT:
        return message->hub_alert != NULL &&
               message->hub_alert->action ==
                   ENTENTE__V1__REQUESTED_ACTION__DO_NOT_STOP;
    case ENTENTE__V1__MESSAGE__BODY_AT_RISK_PERSON_ALERT:
        return message->at_risk_person_alert != NULL &&
               message->at_risk_person_alert->action ==
                   ENTENTE__V1__REQUESTED_ACTION__DO_NOT_STOP;
    case ENTENTE__V1__MESSAGE__BODY_CONVEYANCE_ALERT:
        return message->conveyance_alert != NULL &&
               message->conveyance_alert->action ==
                   ENTENTE__V1__REQUESTED_ACTION__DO_NOT_STOP;
    case ENTENTE__V1__MESSAGE__BODY_CARGO_ALERT:
        return message->cargo_alert != NULL &&
               message->cargo_alert->action ==
                   ENTENTE__V1__CARGO_ACTION__CARGO_CONTROLLED_DELIVERY;
    default:
        return false;
    }
}

static bool
check_controlled(const struct question *question, enum ent_tier tier,
    struct ent_decision *decision)
{
    if ((tier != ENT_TIER_CARRIER && tier != ENT_TIER_AIRPORT) ||
        !is_controlled(question->message)) {
        return true;
    }
    ent_decision_say(decision,
        "it asks not to stop what it speaks of, and %s of another state is "
        "not told of a controlled delivery",
        name_of(tier));
    return ent_decision_deny(
        decision, ENT_REFUSAL_HARD_BLOCK, "catalogue: controlled delivery", 0);
}

/* Of what was wrong with the paper, and nothing else (domain M55). */
static bool
is_of_papers(Entente__V1__InadmissibleReason reason)
{
    switch (reason) {
    case ENTENTE__V1__INADMISSIBLE_REASON__INADMISSIBLE_REASON_UNSPECIFIED:
    case ENTENTE__V1__INADMISSIBLE_REASON__NO_DOCUMENT:
    case ENTENTE__V1__INADMISSIBLE_REASON__INVALID_DOCUMENT:
    case ENTENTE__V1__INADMISSIBLE_REASON__FALSE_DOCUMENT_SHOWN:
    case ENTENTE__V1__INADMISSIBLE_REASON__NO_VISA:
        return true;
    default:
        return false;
    }
}

/* Why somebody was refused is not for who carried them. */
static bool
check_reason(const struct question *question, enum ent_tier tier,
    struct ent_decision *decision)
{
    static const char clause[] = "catalogue: inadmissible_notice";
    static const char path[] = "inadmissible_notice.reason";
    const ent_message *message = question->message;

    if ((tier != ENT_TIER_CARRIER && tier != ENT_TIER_AIRPORT) ||
        message->body_case != ENTENTE__V1__MESSAGE__BODY_INADMISSIBLE_NOTICE ||
        message->inadmissible_notice == NULL ||
        is_of_papers(message->inadmissible_notice->reason)) {
        return true;
    }
    if (!question->facts->receiving) {
        ent_decision_mask(decision, path, clause, 0);
        return true;
    }
    ent_decision_say(decision,
        "it contains %s, which says more to %s than what was wrong with a "
        "document",
        path, name_of(tier));
    return ent_decision_deny(decision, ENT_REFUSAL_FIELD_PROHIBITED, clause, 0);
}

bool
ent_decide_tier(const struct question *question, struct ent_decision *decision)
{
    const struct ent_family *family = question->family;
    enum ent_tier tier = tier_of(question->to->kind);
    char where[ENT_PATH_LEN] = "";

    if (family == NULL || question->from->party == question->to->party) {
        return true;
    }
    if (family->tiers[tier] == ENT_TIER_NO) {
        ent_decision_say(decision, "%s never goes to %s of another state",
            family->name, name_of(tier));
        return ent_decision_deny(
            decision, ENT_REFUSAL_HARD_BLOCK, family->source, 0);
    }
    if (!check_controlled(question, tier, decision)) {
        return false;
    }
    if (family->tiers[tier] == ENT_TIER_YES ||
        !names_somebody(question, where)) {
        return check_reason(question, tier, decision);
    }
    ent_decision_say(decision,
        "%s must not be given: %s goes to %s without what tells who somebody "
        "is",
        where, family->name, name_of(tier));
    return ent_decision_deny(
        decision, ENT_REFUSAL_FIELD_PROHIBITED, family->source, 0);
}
