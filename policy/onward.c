/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/onward.h"

#include <assert.h>
#include <string.h>

#include "policy/decide_internal.h"
#include "proto/country.h"
#include "proto/refusal.h"

#define WORDS_LEN 128

bool
ent_agreement_has_onward(const struct ent_agreement *agreement)
{
    return agreement->onward.mark.line != 0;
}

uint32_t
ent_agreement_sectors(
    const struct ent_agreement *agreement, const struct ent_address *office)
{
    size_t index;

    assert(agreement != NULL && office != NULL);

    index = ent_agreement_find_office(agreement, office);
    return index != ENT_NONE ? agreement->offices[index].sectors : 0;
}

static void
permit(struct ent_decision *decision, const char *clause, size_t line)
{
    (void)ent_decision_deny(decision, 0, clause, line);
    decision->permit = true;
}

static void
deny(struct ent_decision *decision, const char *clause, size_t line)
{
    (void)ent_decision_deny(decision, ENT_REFUSAL_ONWARD, clause, line);
}

/* H1: only with the permission of who sent it, whatever else is agreed. */
static void
decide_judicial(const struct ent_agreement *agreement,
    const struct ent_onward *onward, struct ent_decision *decision)
{
    static const char clause[] = "handling.judicial_use";
    size_t line = agreement->judicial_mark.line;

    if (onward->consent && (line != 0 || onward->raised)) {
        ent_decision_say(decision, "'%s' has consented to its use in court",
            ent_address_state(onward->originator));
        permit(decision, clause, line);
        return;
    }
    ent_decision_say(decision, "'%s' has not consented to its use in court",
        ent_address_state(onward->originator));
    deny(decision, clause, line);
}

/* To another agency of the state that has it. */
static void
decide_inside(const struct ent_agreement *agreement,
    const struct ent_onward *onward, struct ent_decision *decision)
{
    static const char clause[] = "onward.inside_state";
    uint32_t others = onward->to_sectors & ~agreement->onward.inside_state;
    char words[WORDS_LEN];

    if (agreement->onward.inside_state != 0 && onward->to_sectors != 0 &&
        others == 0) {
        ent_decision_say(
            decision, "inside '%s' it may go to such an office", onward->to);
        permit(decision, clause, agreement->onward.inside_mark.line);
        return;
    }
    if (agreement->onward.consent && onward->consent) {
        ent_decision_say(decision, "'%s' has consented that it goes there",
            ent_address_state(onward->originator));
        permit(decision, "onward.rule", agreement->onward.mark.line);
        return;
    }
    if (onward->to_sectors == 0) {
        ent_decision_say(decision, "what the office works on is said nowhere");
    } else {
        ent_term_list(&ent_sectors, others != 0 ? others : onward->to_sectors,
            words, sizeof words);
        ent_decision_say(
            decision, "inside '%s' it does not go to %s", onward->to, words);
    }
    deny(decision, clause, agreement->onward.inside_mark.line);
}

static bool
is_passer(
    const struct agreement_pre_authorised *row, const struct ent_onward *onward)
{
    const char *state = ent_address_state(onward->holder);

    switch (row->by) {
    case PASSER_ANY:
        return true;
    case PASSER_ORIGINATOR:
        return strcmp(state, ent_address_state(onward->originator)) == 0;
    case PASSER_ISSUING_STATE:
        return onward->issuer != NULL &&
               ent_country_issues(state, onward->issuer);
    }
    return false;
}

/* True when a row lets it go to whom it is meant for; `ret_near` is a row that
 * would, if somebody else passed it on. */
static bool
is_pre_authorised(const struct ent_agreement *agreement,
    const struct ent_onward *onward,
    const struct agreement_pre_authorised **ret_row)
{
    size_t family = ent_family_index(onward->family);

    *ret_row = NULL;
    for (size_t i = 0; i < agreement->onward.count; i++) {
        const struct agreement_pre_authorised *row = &agreement->onward.list[i];

        if (strcmp(row->to, onward->to) == 0 &&
            ent_families_have(&row->families, family)) {
            *ret_row = row;
            if (is_passer(row, onward)) {
                return true;
            }
        }
    }
    return false;
}

/* To a third state or an organisation. */
static void
decide_third(const struct ent_agreement *agreement,
    const struct ent_onward *onward, struct ent_decision *decision)
{
    const char *origin = ent_address_state(onward->originator);
    const struct agreement_pre_authorised *row;

    if (is_pre_authorised(agreement, onward, &row)) {
        ent_decision_say(decision, "%s may go to '%s' from here",
            onward->family->name, onward->to);
        permit(decision, "onward.pre_authorised", row->mark.line);
    } else if (agreement->onward.consent && onward->consent) {
        ent_decision_say(decision, "'%s' has consented that it goes to '%s'",
            origin, onward->to);
        permit(decision, "onward.rule", agreement->onward.mark.line);
    } else if (row != NULL) {
        ent_decision_say(decision, "%s may go to '%s', but not from '%s'",
            onward->family->name, onward->to,
            ent_address_state(onward->holder));
        deny(decision, "onward.pre_authorised", row->mark.line);
    } else {
        ent_decision_say(decision,
            agreement->onward.consent
                ? "'%s' has not consented that it goes to '%s'"
                : "what came from '%s' does not go on to '%s'",
            origin, onward->to);
        deny(decision, "onward.rule", agreement->onward.mark.line);
    }
}

/* What is suspended is not used further either. */
static bool
check_suspension(const struct ent_agreement *agreement,
    const struct ent_onward *onward, uint64_t now_ms,
    struct ent_decision *decision)
{
    const struct ent_declaration *suspension =
        ent_declarations_suspending(onward->declarations, onward->family,
            onward->originator, onward->holder, now_ms);

    if (suspension == NULL) {
        return true;
    }
    ent_decision_say(decision, "'%s' has suspended it, notice %llu",
        suspension->state, (unsigned long long)suspension->number);
    return ent_decision_deny(decision, ENT_REFUSAL_SUSPENDED, "suspension",
        agreement->suspension_mark.line);
}

/* Raised to TLP:RED and H2: whatever is agreed for what it was taken for when
 * it came, and however urgent, its originator is asked first. */
static bool
check_raised(const struct ent_agreement *agreement,
    const struct ent_onward *onward, struct ent_decision *decision)
{
    if (!onward->raised || onward->consent) {
        return true;
    }
    ent_decision_say(decision,
        "'%s' has re-classified it, and has not consented since that it goes "
        "to '%s'",
        ent_address_state(onward->originator), onward->to);
    deny(decision, "onward.rule", agreement->onward.mark.line);
    return false;
}

void
ent_decide_onward(const struct ent_agreement *agreement,
    const struct ent_onward *onward, uint64_t now_ms,
    struct ent_decision *ret_decision)
{
    assert(onward != NULL && onward->originator != NULL);
    assert(onward->holder != NULL && onward->family != NULL);
    assert(onward->to != NULL && ret_decision != NULL);

    *ret_decision = (struct ent_decision){0};
    if (agreement == NULL) {
        ent_decision_say(
            ret_decision, "the agreement it came under is not known here");
        (void)ent_decision_deny(
            ret_decision, ENT_REFUSAL_NO_AGREEMENT, "no agreement", 0);
    } else if (!check_suspension(agreement, onward, now_ms, ret_decision)) {
        return;
    } else if (onward->use == ENT_USE_JUDICIAL) {
        decide_judicial(agreement, onward, ret_decision);
    } else if (strcmp(onward->to, ent_address_state(onward->originator)) == 0) {
        ent_decision_say(ret_decision, "it goes back to where it came from");
        permit(ret_decision, "onward", agreement->onward.mark.line);
    } else if (!check_raised(agreement, onward, ret_decision)) {
        return;
    } else if (strcmp(onward->to, ent_address_state(onward->holder)) == 0) {
        decide_inside(agreement, onward, ret_decision);
    } else {
        decide_third(agreement, onward, ret_decision);
    }
}
