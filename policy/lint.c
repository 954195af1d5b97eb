/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lint.h"

#include <assert.h>
#include <string.h>

#include "policy/agreement_internal.h"
#include "policy/word.h"
#include "proto/base/time.h"
#include "proto/country.h"

#define WORDS_LEN 160

#define WARN_AT(warnings, mark, ...)                                           \
    ent_complain((warnings), (mark).line, (mark).column, __VA_ARGS__)

/* Offences of the agreement for which nobody may be named to somebody who has
 * not assured anything. */
static uint32_t
capital_offences_without(const struct ent_agreement *agreement, size_t family)
{
    uint32_t offences = agreement->offences & ENT_CAPITAL_OFFENCES;

    for (size_t i = 0; i < agreement->assurance_count; i++) {
        const struct agreement_assurance *assurance = &agreement->assurances[i];

        if (assurance->risk == ENT_RISK_DEATH_PENALTY &&
            ent_families_have(&assurance->families, family)) {
            offences &= ~assurance->offences;
        }
    }
    return offences;
}

static void
lint_retention(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange, const struct ent_family *family,
    struct ent_complaints *warnings)
{
    char keep[ENT_TIME_TEXT_MAX];

    if (agreement->retention_of[ent_family_index(family)] != ENT_NONE) {
        return;
    }
    ent_duration_format(family->keep_ms, keep);
    WARN_AT(warnings, exchange->mark,
        "'%s' has no retention; it is kept for %s, as the catalogue says",
        family->name, keep);
}

static void
lint_nominal(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange, const struct ent_family *family,
    struct ent_complaints *warnings)
{
    uint32_t offences =
        capital_offences_without(agreement, ent_family_index(family));
    char words[WORDS_LEN];

    if (!family->nominal) {
        return;
    }
    if ((exchange->purposes >> ENTENTE__V1__PURPOSE__LISTED_CRIME & 1) != 0 &&
        offences != 0) {
        ent_word_list(
            &entente__v1__offence__descriptor, offences, words, sizeof words);
        WARN_AT(warnings, exchange->mark,
            "'%s' names persons, and %s can bring death; without 'assurances' "
            "for it only an assurance on file lets it pass",
            family->name, words);
    }
    if (!exchange->two_officers) {
        WARN_AT(warnings, exchange->mark,
            "'%s' names persons, and one officer alone releases it",
            family->name);
    }
}

/* An organisation is told numbers and patterns, unless the parties mean it
 * otherwise (catalogue: protection). */
static void
lint_organisation(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange, const struct ent_family *family,
    struct ent_complaints *warnings)
{
    for (size_t i = 0; family->nominal && i < agreement->party_count; i++) {
        const char *state = agreement->parties[i].state;

        for (size_t j = 0; j < agreement->party_count; j++) {
            if ((exchange->ways[j] >> i & 1) != 0 &&
                ent_country_is_organisation(ent_view_text(state))) {
                WARN_AT(warnings, exchange->mark,
                    "'%s' names persons, and the organisation '%s' would get "
                    "it",
                    family->name, state);
                return;
            }
        }
    }
}

static void
lint_exchange(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange, struct ent_complaints *warnings)
{
    size_t count;
    const struct ent_family *families = ent_family_list(&count);

    if (!ent_exchange_is_usable(agreement, exchange)) {
        WARN_AT(warnings, exchange->mark,
            "nobody can use clause %s: no two offices are of these kinds on "
            "both sides, or they are not paired",
            exchange->clause);
    }
    for (size_t i = 0; i < count; i++) {
        if (ent_families_have(&exchange->families, i)) {
            lint_retention(agreement, exchange, &families[i], warnings);
            lint_nominal(agreement, exchange, &families[i], warnings);
            lint_organisation(agreement, exchange, &families[i], warnings);
        }
    }
}

/* What is kept though it cannot come. */
static void
lint_unused_retention(
    const struct ent_agreement *agreement, struct ent_complaints *warnings)
{
    size_t count;
    const struct ent_family *families = ent_family_list(&count);

    for (size_t i = 0; i < count; i++) {
        size_t row = agreement->retention_of[i];
        bool used =
            families[i].number == ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT ||
            families[i].number == ENT_FAMILY_LIFECYCLE;

        for (size_t n = 0; n < agreement->exchange_count; n++) {
            used |= ent_families_have(&agreement->exchanges[n].families, i);
        }
        if (row != ENT_NONE && !used) {
            WARN_AT(warnings, agreement->retentions[row].mark,
                "'%s' has a retention, and no clause lets it pass",
                families[i].name);
        }
    }
}

static void
lint_onward(
    const struct ent_agreement *agreement, struct ent_complaints *warnings)
{
    if (agreement->onward.inside_state == 0) {
        return;
    }
    for (size_t i = 0; i < agreement->office_count; i++) {
        if (agreement->offices[i].sectors == 0) {
            WARN_AT(warnings, agreement->offices[i].mark,
                "'%s' has no sectors, so nothing can be passed on to it "
                "inside its state",
                agreement->offices[i].address.text);
        }
    }
}

static void
lint_document_check(
    const struct ent_agreement *agreement, struct ent_complaints *warnings)
{
    size_t query = ent_family_index(ent_family_by_number(ENT_FAMILY_HIT_QUERY));

    if (agreement->document_check.per_day != 0 ||
        agreement->document_check.per_officer_per_hour != 0) {
        return;
    }
    if (agreement->document_check.answer_mark.line != 0) {
        WARN_AT(warnings, agreement->document_check.answer_mark,
            "document checks have no quota, so a whole list can be asked for");
    }
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        if (ent_families_have(&agreement->exchanges[i].families, query)) {
            WARN_AT(warnings, agreement->exchanges[i].mark,
                "hit queries have no quota (document_check), so a whole list "
                "can be asked for");
            return;
        }
    }
}

/* May any statistics go from one party to the other? */
static bool
may_return(const struct ent_agreement *agreement, size_t from, size_t to)
{
    size_t family = ent_family_index(
        ent_family_by_number(ENTENTE__V1__MESSAGE__BODY_STATISTICS_RETURN));

    for (size_t i = 0; i < agreement->exchange_count; i++) {
        if (ent_families_have(&agreement->exchanges[i].families, family) &&
            (agreement->exchanges[i].ways[from] >> to & 1) != 0) {
            return true;
        }
    }
    return false;
}

/* Who has to give to get must be able to give. */
static void
lint_statistics(
    const struct ent_agreement *agreement, struct ent_complaints *warnings)
{
    if (agreement->statistics.contribute_ms == 0) {
        return;
    }
    for (size_t i = 0; i < agreement->party_count; i++) {
        for (size_t j = 0; j < agreement->party_count; j++) {
            if (i != j && may_return(agreement, i, j) &&
                !may_return(agreement, j, i)) {
                WARN_AT(warnings, agreement->statistics.contribute_mark,
                    "'%s' gets no statistics of '%s': it has to send some, and "
                    "no clause lets it",
                    agreement->parties[j].state, agreement->parties[i].state);
            }
        }
    }
}

void
ent_agreement_lint(
    const struct ent_agreement *agreement, struct ent_complaints *ret_warnings)
{
    assert(agreement != NULL && ret_warnings != NULL);

    *ret_warnings = (struct ent_complaints){0};
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        lint_exchange(agreement, &agreement->exchanges[i], ret_warnings);
    }
    lint_unused_retention(agreement, ret_warnings);
    lint_onward(agreement, ret_warnings);
    lint_document_check(agreement, ret_warnings);
    lint_statistics(agreement, ret_warnings);
    ent_complaints_sort(ret_warnings);
}
