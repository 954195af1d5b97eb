/* SPDX-License-Identifier: Apache-2.0 */
/* What the message is about, how it is marked, and what it contains. */
#include "policy/decide_internal.h"

#include <string.h>

#include "policy/said.h"
#include "policy/word.h"
#include "proto/base/pb_field.h"
#include "proto/refusal.h"

/* ---- offence ---- */

bool
ent_decide_offence(
    const struct question *question, struct ent_decision *decision)
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

bool
ent_decide_classification(
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

bool
ent_decide_handling(
    const struct question *question, struct ent_decision *decision)
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

    if (!ent_pb_is_given(message, field)) {
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

/* Any of those from `at` on that begin with that field of Message. */
static bool
has_chain_from(const struct agreement_path *path, size_t at, uint32_t number,
    const ent_message *message)
{
    for (; at < path->chain_count; at++) {
        const struct agreement_chain *chain = &path->chains[at];

        if (chain->steps[0]->id != number) {
            return false;
        }
        if (chain_is_present(&message->base, chain->steps, chain->count)) {
            return true;
        }
    }
    return false;
}

/* The first that begins with that field, or a later one. */
static size_t
find_chain(const struct agreement_path *path, uint32_t number)
{
    size_t low = 0;
    size_t high = path->chain_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (path->chains[middle].steps[0]->id < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Chains are ascending as the walk found them: a few of the header, and those
 * of a hundred families, of which the message is one. */
bool
ent_path_has(const struct agreement_path *path, const ent_message *message)
{
    const uint32_t body = (uint32_t)message->body_case;

    for (size_t i = 0; i < path->chain_count; i++) {
        const struct agreement_chain *chain = &path->chains[i];

        if (ent_pb_is_choice(chain->steps[0])) {
            break; /* fields of the header come before the bodies */
        }
        if (chain_is_present(&message->base, chain->steps, chain->count)) {
            return true;
        }
    }
    return has_chain_from(path, find_chain(path, body), body, message);
}

static const char prohibited[] = "fields.prohibited";
static const char withheld[] = "fields.withhold_until_hit";

static bool
check_prohibited(const struct question *question, struct ent_decision *decision)
{
    const struct agreement_paths *paths = &question->agreement->prohibited;

    for (size_t i = 0; i < paths->count; i++) {
        const struct agreement_path *path = &paths->list[i];

        if (ent_path_has(path, question->message)) {
            ent_decision_say(
                decision, "it contains %s, which must never pass", path->text);
            return ent_decision_deny(
                decision, ENT_REFUSAL_FIELD_PROHIBITED, prohibited, path->line);
        }
    }
    return true;
}

/* Until the recipient has met what the message speaks of. */
static bool
check_withheld(const struct question *question, struct ent_decision *decision)
{
    const struct agreement_paths *paths = &question->agreement->withheld;

    if (question->facts->hit ||
        (question->relaxed >> ENT_RELAX_WITHHOLD_UNTIL_HIT & 1) != 0) {
        return true;
    }
    for (size_t i = 0; i < paths->count; i++) {
        const struct agreement_path *path = &paths->list[i];

        if (!ent_path_has(path, question->message)) {
            continue;
        }
        if (question->facts->receiving) {
            ent_decision_say(decision,
                "it contains %s, which its sender had to withhold", path->text);
            return ent_decision_deny(
                decision, ENT_REFUSAL_FIELD_PROHIBITED, withheld, path->line);
        }
        ent_decision_mask(decision, path->text, withheld, path->line);
    }
    return true;
}

/* Who a victim is, without consent. */
static bool
check_names(const struct question *question, struct ent_decision *decision)
{
    static const char clause[] = "safeguards.victims.consent_for_name";
    const struct ent_agreement *agreement = question->agreement;
    const struct agreement_paths *paths = &agreement->victims.names;

    if (!agreement->victims.consent_for_name || question->facts->consent ||
        ent_said_consent(question->message) ||
        !ent_message_bears(
            question->message, ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM)) {
        return true;
    }
    for (size_t i = 0; i < paths->count; i++) {
        const struct agreement_path *path = &paths->list[i];

        if (!question->facts->receiving) {
            ent_decision_mask(decision, path->text, clause,
                agreement->victims.consent_mark.line);
            continue;
        }
        if (!ent_path_has(path, question->message)) {
            continue;
        }
        ent_decision_say(decision,
            "it contains %s of a presumed victim of trafficking who has not "
            "consented",
            path->text);
        return ent_decision_deny(decision, ENT_REFUSAL_SAFEGUARD, clause,
            agreement->victims.consent_mark.line);
    }
    return true;
}

bool
ent_decide_fields(
    const struct question *question, struct ent_decision *decision)
{
    return check_prohibited(question, decision) &&
           check_withheld(question, decision) &&
           check_names(question, decision);
}
