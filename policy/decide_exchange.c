/* SPDX-License-Identifier: Apache-2.0 */
/* Between these offices, in this direction, this family, for this purpose? */
#include "policy/decide_internal.h"

#include "policy/word.h"
#include "proto/refusal.h"

/* ---- offices ---- */

static bool
find_office(const struct ent_agreement *agreement,
    const struct ent_address *address,
    const struct agreement_office **ret_office, struct ent_decision *decision)
{
    size_t index = ent_agreement_find_office(agreement, address);

    if (index != ENT_NONE) {
        *ret_office = &agreement->offices[index];
        return true;
    }
    ent_decision_say(decision, "%s is not among the offices of %s",
        address->text, agreement->name);
    return ent_decision_deny(decision, ENT_REFUSAL_OFFICE_NOT_LISTED, "offices",
        agreement->offices_mark.line);
}

bool
ent_decide_offices(struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;

    if (!find_office(
            agreement, question->facts->sender, &question->from, decision) ||
        !find_office(
            agreement, question->facts->recipient, &question->to, decision)) {
        return false;
    }
    if (question->from == question->to) {
        ent_decision_say(
            decision, "%s would send to itself", question->from->address.text);
    } else if (agreement->party_count > 1 &&
               question->from->party == question->to->party) {
        ent_decision_say(decision,
            "%s and %s are of one state; what passes between them is for its "
            "national order",
            question->from->address.text, question->to->address.text);
    } else {
        return true;
    }
    return ent_decision_deny(decision, ENT_REFUSAL_OFFICE_NOT_LISTED, "offices",
        question->to->mark.line);
}

/* ---- family, direction, between; purpose ---- */

static bool
deny_family(const struct question *question, size_t family,
    struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const char *clause = "exchange";
    size_t line = agreement->exchange_mark.line;

    ent_decision_say(
        decision, "no clause lets %s pass", question->family->name);
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        const struct agreement_exchange *exchange = &agreement->exchanges[i];

        if (ent_families_have(&exchange->families, family)) {
            clause = exchange->clause;
            line = exchange->mark.line;
            ent_decision_say(decision,
                "clause %s lets %s pass, but not from %s to %s", clause,
                question->family->name, question->from->address.text,
                question->to->address.text);
            break;
        }
    }
    return ent_decision_deny(
        decision, ENT_REFUSAL_FAMILY_NOT_AGREED, clause, line);
}

static bool
deny_purpose(const struct question *question,
    const struct agreement_exchange *exchange, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    uint32_t purpose = (uint32_t)question->message->purpose;
    char word[ENT_WORD_LEN];
    char words[160];

    ent_word_format(&entente__v1__purpose__descriptor,
        (int)question->message->purpose, word);
    if (purpose != 0 && purpose < 32 &&
        (agreement->purposes >> purpose & 1) == 0) {
        ent_decision_say(decision, "purpose %s is not permitted at all", word);
        return ent_decision_deny(decision, ENT_REFUSAL_PURPOSE_NOT_AGREED,
            "purposes.permitted", agreement->purposes_mark.line);
    }
    ent_word_list(&entente__v1__purpose__descriptor, exchange->purposes, words,
        sizeof words);
    ent_decision_say(decision,
        "clause %s lets %s pass for %s, not for purpose %s", exchange->clause,
        question->family->name, words, word);
    return ent_decision_deny(decision, ENT_REFUSAL_PURPOSE_NOT_AGREED,
        exchange->clause, exchange->mark.line);
}

/* A purpose that the agreement permits at all. */
static bool
is_permitted(const struct ent_agreement *agreement, uint32_t purpose)
{
    return purpose != 0 && purpose < 32 &&
           (agreement->purposes >> purpose & 1) != 0;
}

/* A duty of the agreement that carries its own permission: who must acknowledge
 * must be able to, and so who must correct or recall, ask for consent or give
 * it, or declare an emergency, between offices that any clause joins, one way
 * or the other. */
static const char *
duty_of(const struct question *question, size_t *ret_line)
{
    const struct ent_agreement *agreement = question->agreement;

    switch (question->family->number) {
    case ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT:
        *ret_line = agreement->levels_mark.line;
        return "service_levels";
    case ENT_FAMILY_LIFECYCLE:
        *ret_line = agreement->recall.mark.line != 0
                        ? agreement->recall.mark.line
                        : agreement->correction.mark.line;
        return agreement->recall.mark.line != 0 ? "recall" : "correction";
    case ENT_FAMILY_AGREEMENT_CONTROL:
        *ret_line = agreement->emergency.mark.line;
        return "emergency";
    case ENT_FAMILY_CONSENT_REQUEST:
    case ENT_FAMILY_CONSENT_DECISION:
        *ret_line = agreement->onward.mark.line;
        return "onward";
    default:
        *ret_line = 0;
        return NULL;
    }
}

static bool
passes_as_duty(struct question *question)
{
    const struct ent_agreement *agreement = question->agreement;
    bool joined = false;
    size_t line;
    const char *duty = duty_of(question, &line);

    if (line == 0 ||
        !is_permitted(agreement, (uint32_t)question->message->purpose)) {
        return false;
    }
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        const struct agreement_exchange *exchange = &agreement->exchanges[i];

        joined |= ent_exchange_answers(
            agreement, exchange, question->from, question->to);
    }
    question->clause = duty;
    question->line = line;
    return joined;
}

/* Find the clause: the first that lets the family pass between these offices
 * for this purpose. */
bool
ent_decide_exchange(struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const struct agreement_exchange *joined = NULL;
    uint32_t purpose = (uint32_t)question->message->purpose;
    size_t family;

    if (question->family == NULL) {
        ent_decision_say(
            decision, "it has no body of a family that this version knows");
        return ent_decision_deny(decision, ENT_REFUSAL_FAMILY_NOT_AGREED,
            "exchange", agreement->exchange_mark.line);
    }
    family = ent_family_index(question->family);
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        const struct agreement_exchange *exchange = &agreement->exchanges[i];

        if (!ent_families_have(&exchange->families, family) ||
            !ent_exchange_joins(
                agreement, exchange, question->from, question->to)) {
            continue;
        }
        joined = joined != NULL ? joined : exchange;
        if (is_permitted(agreement, purpose) &&
            (exchange->purposes >> purpose & 1) != 0) {
            question->exchange = exchange;
            question->clause = exchange->clause;
            question->line = exchange->mark.line;
            return true;
        }
    }
    if (passes_as_duty(question)) {
        return true;
    }
    return joined != NULL ? deny_purpose(question, joined, decision)
                          : deny_family(question, family, decision);
}
