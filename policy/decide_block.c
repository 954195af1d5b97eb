/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hard blocks: built in, above every agreement. A purpose of political,
 * military, religious or racial character has no word in the catalogue, and a
 * purpose without a word is never permitted.
 */
#include "policy/decide_internal.h"

#include <stdio.h>
#include <string.h>

#include "policy/word.h"
#include "proto/base/ascii.h"
#include "proto/refusal.h"

static bool
is_letter(char c)
{
    return ent_is_lower(c) || ent_is_upper(c);
}

static char
fold(char c)
{
    return ent_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* Does the message say that `state` must not learn of it? So too when an entry
 * is no code of two letters: it may mean that state. */
static bool
is_protected_from(const ent_message *message, const char *state)
{
    for (size_t i = 0; i < message->n_protected_from; i++) {
        const char *code = message->protected_from[i];

        if (!is_letter(code[0]) || !is_letter(code[1]) || code[2] != '\0') {
            return true;
        }
        if (fold(code[0]) == state[0] && fold(code[1]) == state[1] &&
            state[2] == '\0') {
            return true;
        }
    }
    return false;
}

/* States to be protected from are kept from, whether or not a safeguard says
 * why. */
static bool
block_protected_from(
    const struct ent_facts *facts, struct ent_decision *decision)
{
    const char *state = ent_address_state(facts->recipient);

    if (!is_protected_from(facts->message, state)) {
        return true;
    }
    ent_decision_say(decision,
        "it speaks of somebody who needs protection from '%s', where it would "
        "go",
        state);
    return ent_decision_deny(
        decision, ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0);
}

static bool
block_asylum(const struct ent_facts *facts, struct ent_decision *decision)
{
    if (facts->message->n_protected_from > 0) {
        return true; /* block_protected_from has looked */
    }
    ent_decision_say(decision,
        "it speaks of somebody who needs protection and does not say from "
        "which states (protectedFrom)");
    return ent_decision_deny(
        decision, ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0);
}

/* Referrals go to those whose work is to protect the victim. */
static bool
is_protection(const struct ent_family *family)
{
    return family != NULL && (strcmp(family->code, "M30") == 0 ||
                                 strcmp(family->code, "M31") == 0);
}

static bool
block_victim(const struct ent_family *family, struct ent_decision *decision)
{
    if (family == NULL || !family->nominal || is_protection(family)) {
        return true;
    }
    ent_decision_say(decision,
        "%s can name persons, and it speaks of a presumed victim of "
        "trafficking; only a referral may",
        family->name);
    return ent_decision_deny(decision, ENT_REFUSAL_HARD_BLOCK,
        "hard block: victim of trafficking", 0);
}

/* Nobody is named where that can bring death, unless the state that would learn
 * the name has assured in writing that it will not. */
static bool
block_death_penalty(const struct question *question, bool at_risk,
    struct ent_decision *decision)
{
    const struct ent_facts *facts = question->facts;
    const struct ent_family *family = question->family;
    uint32_t offence = (uint32_t)facts->message->offence;
    bool capital = offence < 32 && (ENT_CAPITAL_OFFENCES >> offence & 1) != 0;

    if (family == NULL || !family->nominal || (!capital && !at_risk) ||
        ent_declarations_assure(facts->declarations,
            ent_address_state(facts->recipient), ENT_RISK_DEATH_PENALTY, family,
            offence, question->now_ms)) {
        return true;
    }
    ent_decision_say(decision,
        "%s can name persons, the offence can bring death, and no assurance "
        "is on file",
        family->name);
    return ent_decision_deny(
        decision, ENT_REFUSAL_HARD_BLOCK, "hard block: assurance", 0);
}

static bool
check_safeguard(const struct question *question, Entente__V1__Safeguard value,
    struct ent_decision *decision)
{
    switch (value) {
    case ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER:
    case ENTENTE__V1__SAFEGUARD__REFOULEMENT_RISK:
        return block_asylum(question->facts, decision);
    case ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM:
        return block_victim(question->family, decision);
    case ENTENTE__V1__SAFEGUARD__DEATH_PENALTY_RISK:
        return block_death_penalty(question, true, decision);
    default:
        break;
    }
    if (value != ENTENTE__V1__SAFEGUARD__SAFEGUARD_UNSPECIFIED &&
        ent_word_is_known(&entente__v1__safeguard__descriptor, (int)value)) {
        return true;
    }
    ent_decision_say(decision,
        "it bears safeguard %d, which this version does not know and so cannot "
        "respect",
        (int)value);
    return ent_decision_deny(
        decision, ENT_REFUSAL_HARD_BLOCK, "hard block: safeguard", 0);
}

bool
ent_decide_hard_blocks(
    const struct question *question, struct ent_decision *decision)
{
    const ent_message *message = question->message;

    for (size_t i = 0; i < message->n_safeguards; i++) {
        if (!check_safeguard(question, message->safeguards[i], decision)) {
            return false;
        }
    }
    return block_protected_from(question->facts, decision) &&
           block_death_penalty(question, false, decision);
}
