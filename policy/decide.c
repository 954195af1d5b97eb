/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/decide.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/agreement_internal.h"
#include "policy/decide_internal.h"
#include "policy/word.h"
#include "proto/refusal.h"

/* What the steps below pass on to each other. */
struct question {
    const struct ent_agreement *agreement;
    const struct ent_facts *facts;
    const ent_message *message;
    const struct ent_family *family;
    const struct agreement_office *from;
    const struct agreement_office *to;
    const struct agreement_exchange *exchange;
};

void
ent_decision_say(struct ent_decision *decision, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(
        decision->sentence, sizeof decision->sentence, format, args);
    va_end(args);
}

static void
name_clause(struct ent_decision *decision, const char *clause, size_t line)
{
    size_t len = strnlen(clause, sizeof decision->clause - 1);

    memcpy(decision->clause, clause, len);
    decision->clause[len] = '\0';
    decision->line = line;
}

bool
ent_decision_deny(struct ent_decision *decision, uint32_t reason,
    const char *clause, size_t line)
{
    decision->reason = reason;
    name_clause(decision, clause, line);
    return false;
}

/* ---- in force ---- */

static bool
check_in_force(const struct question *question, uint64_t now_ms,
    struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;

    if (ent_agreement_in_force(agreement, now_ms)) {
        return true;
    }
    ent_decision_say(decision,
        "%s is in force from %.32s until %.32s, and not now", agreement->name,
        agreement->in_force.from, agreement->in_force.until);
    return ent_decision_deny(decision, ENT_REFUSAL_NOT_IN_FORCE, "in_force",
        agreement->in_force.mark.line);
}

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

static bool
check_offices(struct question *question, struct ent_decision *decision)
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

/* Find the clause: the first that lets the family pass between these offices
 * for this purpose. */
static bool
check_exchange(struct question *question, struct ent_decision *decision)
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
        if (purpose < 32 &&
            (exchange->purposes & agreement->purposes & ~UINT32_C(1)) >>
                    purpose &
                1) {
            question->exchange = exchange;
            return true;
        }
    }
    return joined != NULL ? deny_purpose(question, joined, decision)
                          : deny_family(question, family, decision);
}

/* ---- offence ---- */

static bool
check_offence(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const ent_message *message = question->message;
    uint32_t offence = (uint32_t)message->offence;
    char word[ENT_WORD_LEN];

    if (message->purpose != ENTENTE__V1__PURPOSE__LISTED_CRIME) {
        return true;
    }
    ent_word_format(
        &entente__v1__offence__descriptor, (int)message->offence, word);
    if (offence == 0 || offence >= 32 ||
        (agreement->offences >> offence & 1) == 0) {
        ent_decision_say(decision, "offence %s is not listed", word);
        return ent_decision_deny(decision, ENT_REFUSAL_OFFENCE_NOT_LISTED,
            "offences.listed", agreement->offences_mark.line);
    }
    if (message->offence_penalty_months < agreement->penalty_months) {
        ent_decision_say(decision,
            "%s is listed from a penalty of %u months on; it states %u", word,
            agreement->penalty_months, message->offence_penalty_months);
        return ent_decision_deny(decision, ENT_REFUSAL_OFFENCE_NOT_LISTED,
            "offences.minimum_penalty", agreement->penalty_mark.line);
    }
    return true;
}

/* ---- classification, handling ---- */

static bool
check_classification(
    const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const ProtobufCEnumDescriptor *words =
        &entente__v1__classification__descriptor;
    uint32_t rung = (uint32_t)question->message->classification;
    char word[ENT_WORD_LEN];
    char ceiling[ENT_WORD_LEN];

    if (rung == ENTENTE__V1__CLASSIFICATION__CLASSIFICATION_UNSPECIFIED) {
        rung = ENTENTE__V1__CLASSIFICATION__RESTRICTED;
    }
    if (rung <= agreement->ceiling &&
        (rung < ENTENTE__V1__CLASSIFICATION__RESTRICTED ||
            (agreement->equivalent >> rung & 1) != 0)) {
        return true;
    }
    ent_word_format(words, (int)rung, word);
    ent_word_format(words, (int)agreement->ceiling, ceiling);
    if (rung > agreement->ceiling) {
        ent_decision_say(
            decision, "it is %s, and the ceiling is %s", word, ceiling);
    } else {
        ent_decision_say(decision,
            "it is %s, for which the states have agreed no words", word);
    }
    return ent_decision_deny(decision, ENT_REFUSAL_CLASSIFICATION,
        "classification", agreement->classification_mark.line);
}

static bool
check_handling(const struct question *question, struct ent_decision *decision)
{
    const ent_message *message = question->message;

    for (size_t i = 0; i < message->n_handling; i++) {
        int code = (int)message->handling[i];

        if (code != ENTENTE__V1__HANDLING__HANDLING_UNSPECIFIED &&
            ent_word_is_known(&entente__v1__handling__descriptor, code)) {
            continue;
        }
        ent_decision_say(decision,
            "it bears handling code %d, which this version does not know and "
            "so cannot respect",
            code);
        return ent_decision_deny(decision, ENT_REFUSAL_HANDLING, "handling",
            question->agreement->handling_mark.line);
    }
    return true;
}

/* ---- fields ---- */

/* Follow the steps of a chain from `message`; true when the last has a value.
 */
static bool
chain_is_present(const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *const *steps, size_t count)
{
    const ProtobufCFieldDescriptor *field = steps[0];
    const uint8_t *value = (const uint8_t *)message + field->offset;
    const ProtobufCMessage *const *several;
    size_t several_count;
    const ProtobufCMessage *one;

    if (!ent_path_is_present(message, field)) {
        return false;
    }
    if (count == 1) {
        return true;
    }
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        memcpy(&one, value, sizeof one);
        return chain_is_present(one, steps + 1, count - 1);
    }
    memcpy(&several, value, sizeof several);
    memcpy(&several_count, (const uint8_t *)message + field->quantifier_offset,
        sizeof several_count);
    for (size_t i = 0; i < several_count; i++) {
        if (several[i] != NULL &&
            chain_is_present(several[i], steps + 1, count - 1)) {
            return true;
        }
    }
    return false;
}

static bool
path_is_present(const struct agreement_path *path, const ent_message *message)
{
    for (size_t i = 0; i < path->chain_count; i++) {
        if (chain_is_present(
                &message->base, path->chains[i].steps, path->chains[i].count)) {
            return true;
        }
    }
    return false;
}

static const char prohibited[] = "fields.prohibited";
static const char withheld[] = "fields.withhold_until_hit";

static bool
check_fields(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;

    for (size_t i = 0; i < agreement->prohibited.count; i++) {
        const struct agreement_path *path = &agreement->prohibited.list[i];

        if (path_is_present(path, question->message)) {
            ent_decision_say(
                decision, "it contains %s, which must never pass", path->text);
            return ent_decision_deny(
                decision, ENT_REFUSAL_FIELD_PROHIBITED, prohibited, path->line);
        }
    }
    for (size_t i = 0; i < agreement->withheld.count; i++) {
        const struct agreement_path *path = &agreement->withheld.list[i];

        if (!path_is_present(path, question->message)) {
            continue;
        }
        if (question->facts->receiving) {
            ent_decision_say(decision,
                "it contains %s, which its sender had to withhold", path->text);
            return ent_decision_deny(
                decision, ENT_REFUSAL_FIELD_PROHIBITED, withheld, path->line);
        }
        decision->masks[decision->mask_count] = path->text;
        decision->mask_clause[decision->mask_count++] = withheld;
    }
    return true;
}

/* ---- the answer ---- */

static void
permit(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const struct agreement_exchange *exchange = question->exchange;
    size_t family = ent_family_index(question->family);
    const struct agreement_retention *retention =
        &agreement->retentions[agreement->retention_of[family]];
    uint32_t precedence = question->facts->precedence;

    decision->permit = true;
    name_clause(decision, exchange->clause, exchange->mark.line);
    ent_decision_say(decision, "clause %s lets %s pass from %s to %s",
        exchange->clause, question->family->name, question->from->address.text,
        question->to->address.text);

    decision->handling = agreement->handling;
    /* An acknowledgement is not acknowledged, or there would be no end. */
    if (precedence < ENT_LEVELS &&
        question->message->body_case !=
            ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT) {
        decision->acknowledge_ms = agreement->levels[precedence].acknowledge_ms;
        decision->reply_ms = agreement->levels[precedence].reply_ms;
    }
    decision->retain_ms = retention->keep_ms;
    decision->retain_line = retention->mark.line;
    decision->aggregate = retention->aggregate;
}

void
ent_decide(const struct ent_agreement *agreement, const struct ent_facts *facts,
    uint64_t now_ms, struct ent_decision *ret_decision)
{
    struct question question = {.agreement = agreement, .facts = facts};

    assert(facts != NULL && facts->sender != NULL && facts->recipient != NULL);
    assert(facts->message != NULL && ret_decision != NULL);

    *ret_decision = (struct ent_decision){0};
    if (agreement == NULL) {
        ent_decision_say(ret_decision, "no agreement covers %s and %s",
            facts->sender->text, facts->recipient->text);
        (void)ent_decision_deny(
            ret_decision, ENT_REFUSAL_NO_AGREEMENT, "no agreement", 0);
        return;
    }
    question.message = facts->message;
    question.family = ent_family_of(facts->message);

    /* Release by one officer needs nothing more: who sends is that officer. */
    if (check_in_force(&question, now_ms, ret_decision) &&
        ent_decide_hard_blocks(facts, question.family, ret_decision) &&
        check_offices(&question, ret_decision) &&
        check_exchange(&question, ret_decision) &&
        check_offence(&question, ret_decision) &&
        check_classification(&question, ret_decision) &&
        check_handling(&question, ret_decision) &&
        check_fields(&question, ret_decision)) {
        permit(&question, ret_decision);
    } else {
        ret_decision->mask_count = 0;
    }
}
