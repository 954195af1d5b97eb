/* SPDX-License-Identifier: Apache-2.0 */
/* What the agreement itself asks for minors, for victims, and against what the
 * law of the recipient threatens. */
#include "policy/decide_internal.h"

#include "policy/said.h"
#include "proto/refusal.h"

bool
ent_message_bears(const ent_message *message, Entente__V1__Safeguard safeguard)
{
    for (size_t i = 0; i < message->n_safeguards; i++) {
        if (message->safeguards[i] == safeguard) {
            return true;
        }
    }
    return false;
}

/* What is asked for the person named; a message to protect somebody asks just
 * that. */
static enum ent_measure
measure_of(const struct question *question)
{
    if (question->facts->measure != ENT_MEASURE_NONE) {
        return question->facts->measure;
    }
    return question->message->purpose == ENTENTE__V1__PURPOSE__PROTECT_PERSON
               ? ENT_MEASURE_PROTECT
               : ent_said_measure(question->message);
}

static bool
check_minors(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    enum ent_measure measure = measure_of(question);

    if (agreement->minors.measures == 0 || !question->family->nominal ||
        !ent_message_bears(question->message, ENTENTE__V1__SAFEGUARD__MINOR) ||
        (agreement->minors.measures >> measure & 1) != 0) {
        return true;
    }
    ent_decision_say(decision,
        "%s can name a minor, and not to protect or locate that child",
        question->family->name);
    return ent_decision_deny(decision, ENT_REFUSAL_SAFEGUARD,
        "safeguards.minors.nominal_only_for",
        agreement->minors.measures_mark.line);
}

/* A victim is not punished for what trafficking made them do: the message says
 * so, and one that comes without is not taken. */
static bool
check_victims(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;

    if (!agreement->victims.non_punishment ||
        !ent_message_bears(
            question->message, ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM) ||
        ent_message_bears(
            question->message, ENTENTE__V1__SAFEGUARD__NON_PUNISHMENT)) {
        return true;
    }
    if (!question->facts->receiving) {
        decision->safeguards |= UINT32_C(1)
                                << ENTENTE__V1__SAFEGUARD__NON_PUNISHMENT;
        return true;
    }
    ent_decision_say(decision,
        "it speaks of a presumed victim of trafficking and does not bear "
        "NON_PUNISHMENT");
    return ent_decision_deny(decision, ENT_REFUSAL_SAFEGUARD,
        "safeguards.victims.non_punishment",
        agreement->victims.punishment_mark.line);
}

bool
ent_decide_safeguards(
    const struct question *question, struct ent_decision *decision)
{
    return check_minors(question, decision) &&
           check_victims(question, decision);
}

bool
ent_decide_assurances(
    const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    uint32_t offence = (uint32_t)question->message->offence;
    const char *state = ent_address_state(question->facts->recipient);

    for (size_t i = 0; i < agreement->assurance_count; i++) {
        const struct agreement_assurance *assurance = &agreement->assurances[i];

        if (offence >= 32 || (assurance->offences >> offence & 1) == 0 ||
            !ent_families_have(
                &assurance->families, ent_family_index(question->family)) ||
            ent_declarations_assure(question->facts->declarations, state,
                assurance->risk, question->family, offence, question->now_ms)) {
            continue;
        }
        ent_decision_say(decision,
            "%s needs a written assurance of '%s' against %s, and none is on "
            "file",
            question->family->name, state,
            ent_term_word(&ent_risks, assurance->risk));
        return ent_decision_deny(decision, ENT_REFUSAL_ASSURANCE, "assurances",
            assurance->mark.line);
    }
    return true;
}
