/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <stdio.h>
#include <string.h>

#include "proto/address.h"

/* Rules for messages about messages. */

void
ent_validate_acknowledgement(
    struct ent_validation *v, const Entente__V1__Acknowledgement *answer)
{
    size_t mark = ent_rule_enter(v, "acknowledgement");
    bool actioned =
        answer->level == ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACTIONED;

    v->source = "catalogue: acknowledgement";
    ent_rule_need(v, "messageId", is_given(answer->message_id));
    ent_rule_need_uuid(v, "messageId", answer->message_id);
    ent_rule_need(v, "level", answer->level != 0);
    ent_rule_need(v, "at", answer->at != NULL);
    ent_rule_need_past(v, "at", answer->at);
    if (answer->level > ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__READ &&
        !is_given(answer->role)) {
        ent_rule_broken(v, "role", "must be given: a person answers in a role");
    }
    if (actioned && answer->outcome == 0) {
        ent_rule_broken(v, "outcome", "must be given with ACTIONED");
    }
    if (!actioned && answer->outcome != 0) {
        ent_rule_broken(v, "outcome", "must not be given without ACTIONED");
    }
    ent_rule_leave(v, mark);
}

/* What only an answer of that act says is said by no other. */
static void
need_exactly_with(struct ent_validation *v, const char *field, bool given,
    bool wanted, const char *act)
{
    char rule[96];

    if (given != wanted) {
        (void)snprintf(rule, sizeof rule, "must %sbe given with%s %s",
            wanted ? "" : "not ", wanted ? "" : "out", act);
        ent_rule_broken(v, field, "%s", rule);
    }
}

void
ent_validate_lifecycle(
    struct ent_validation *v, const Entente__V1__Lifecycle *lifecycle)
{
    size_t mark = ent_rule_enter(v, "lifecycle");
    const Entente__V1__LifecycleAct act = lifecycle->act;

    v->source = "catalogue: lifecycle";
    ent_rule_need(v, "messageId", is_given(lifecycle->message_id));
    ent_rule_need_uuid(v, "messageId", lifecycle->message_id);
    ent_rule_need(v, "act", act != 0);
    ent_rule_need(v, "at", lifecycle->at != NULL);
    ent_rule_need_past(v, "at", lifecycle->at);
    ent_rule_need(v, "role", is_given(lifecycle->role));
    if (act == ENTENTE__V1__LIFECYCLE_ACT__WITHDRAWAL ||
        act == ENTENTE__V1__LIFECYCLE_ACT__RECALL) {
        ent_rule_need(v, "reason", is_given(lifecycle->reason));
    }
    need_exactly_with(v, "usedWhere", is_given(lifecycle->used_where),
        act == ENTENTE__V1__LIFECYCLE_ACT__ALREADY_USED, "ALREADY_USED");
    need_exactly_with(v, "clause", is_given(lifecycle->clause),
        act == ENTENTE__V1__LIFECYCLE_ACT__DECLINED, "DECLINED");
    if (act != ENTENTE__V1__LIFECYCLE_ACT__COMPLIED) {
        need_exactly_with(
            v, "removed", lifecycle->n_removed > 0, false, "COMPLIED");
        need_exactly_with(
            v, "finalAt", lifecycle->final_at != NULL, false, "COMPLIED");
    }
    for (size_t i = 0; i < lifecycle->n_removed; i++) {
        ent_rule_need_uuid(v, "removed", lifecycle->removed[i]);
    }
    ent_rule_leave(v, mark);
}

/* What stands behind the '@' of an address. */
static bool
is_state(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

    return text[len] == '\0' && len >= 2 && len <= ENT_STATE_MAX;
}

/* What may be asked for and answered: which message, for what, to whom. */
static void
check_consent(struct ent_validation *v, const char *message_id,
    Entente__V1__ConsentUse use, const char *to, const char *role)
{
    ent_rule_need(v, "messageId", is_given(message_id));
    ent_rule_need_uuid(v, "messageId", message_id);
    ent_rule_need(v, "use", use != 0);
    ent_rule_need(v, "role", is_given(role));
    need_exactly_with(v, "to", is_given(to),
        use == ENTENTE__V1__CONSENT_USE__PASS_ON, "PASS_ON");
    if (is_given(to) && !is_state(to)) {
        ent_rule_broken(v, "to",
            "must be a state or organisation as in addresses, as la or xpo");
    }
}

void
ent_validate_consent_request(
    struct ent_validation *v, const Entente__V1__ConsentRequest *request)
{
    size_t mark = ent_rule_enter(v, "consentRequest");

    v->source = "catalogue: consent_request";
    check_consent(
        v, request->message_id, request->use, request->to, request->role);
    ent_rule_need(v, "reason", is_given(request->reason));
    ent_rule_leave(v, mark);
}

void
ent_validate_consent_decision(
    struct ent_validation *v, const Entente__V1__ConsentDecision *decision)
{
    size_t mark = ent_rule_enter(v, "consentDecision");

    v->source = "catalogue: consent_decision";
    check_consent(
        v, decision->message_id, decision->use, decision->to, decision->role);
    if (!decision->given) {
        ent_rule_need(v, "reason", is_given(decision->reason));
        need_exactly_with(v, "until", decision->until != NULL, false, "given");
    }
    ent_rule_leave(v, mark);
}

void
ent_validate_agreement_control(
    struct ent_validation *v, const Entente__V1__AgreementControl *control)
{
    const Entente__V1__EmergencyNotice *notice = control->emergency;
    size_t mark = ent_rule_enter(v, "agreementControl.emergency");
    uint64_t until;

    v->source = "catalogue: agreement_control";
    ent_rule_need(v, "", notice != NULL);
    if (notice != NULL) {
        until = ent_message_time_ms(notice->until);
        ent_rule_need(v, "role", is_given(notice->role));
        ent_rule_need(v, "reason", is_given(notice->reason));
        ent_rule_need_uuid(v, "declarationId", notice->declaration_id);
        need_exactly_with(v, "until",
            notice->until != NULL && is_given(notice->declaration_id), false,
            "a declaration");
        if (until != 0 && until <= v->created_ms) {
            ent_rule_broken(v, "until", "must be after createdAt");
        }
    }
    ent_rule_leave(v, mark);
}
