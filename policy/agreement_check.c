/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_reader.h"

#include <assert.h>
#include <string.h>

#include "policy/word.h"
#include "proto/country.h"
#include "proto/schema/trust.pb-c.h"

#define COMPLAIN_AT(reader, mark, ...)                                         \
    ent_complain((reader)->complaints, (mark).line, (mark).column, __VA_ARGS__)

static void
check_parties(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;
    const struct agreement_party *parties = agreement->parties;

    for (size_t i = 1; i < agreement->party_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (parties[i].has_authority && parties[j].has_authority &&
                memcmp(&parties[i].authority, &parties[j].authority,
                    sizeof parties[i].authority) == 0) {
                COMPLAIN_AT(reader, parties[i].mark,
                    "'%s' and '%s' have the same authority key, so one could "
                    "sign for the other",
                    parties[j].state, parties[i].state);
            }
        }
    }
}

/* Each office belongs to a party. */
static void
check_office(
    const struct agreement_reader *reader, struct agreement_office *office)
{
    const struct ent_agreement *agreement = reader->agreement;

    office->party = ent_agreement_find_party(
        agreement, ent_address_state(&office->address));
    if (office->party == ENT_NONE) {
        COMPLAIN_AT(reader, office->mark,
            "'%s' is an office of '%s', which is no party",
            office->address.text, ent_address_state(&office->address));
    } else if (ent_country_is_organisation(
                   ent_view_text(ent_address_state(&office->address))) &&
               office->kind != ENTENTE__V1__OFFICE_KIND__ORGANISATION) {
        COMPLAIN_AT(reader, office->mark,
            "'%s' is an office of an international organisation; its kind is "
            "organisation",
            office->address.text);
    }
}

static void
check_pair(
    const struct agreement_reader *reader, struct agreement_office *office)
{
    const struct ent_agreement *agreement = reader->agreement;
    const struct agreement_office *other;
    struct ent_address address;
    size_t index;
    struct ent_error err;

    if (agreement->party_count == 1) {
        COMPLAIN_AT(reader, office->pair_mark,
            "a national order has no pairs: only offices of two states are "
            "paired");
        return;
    }
    if (office->kind != ENTENTE__V1__OFFICE_KIND__BLO) {
        COMPLAIN_AT(
            reader, office->pair_mark, "only an office of kind blo has a pair");
        return;
    }
    if (ent_address_parse(ent_view_text(office->pair_text), &address, &err) !=
        ENT_OK) {
        COMPLAIN_AT(reader, office->pair_mark, "%s", err.text);
        return;
    }
    index = ent_agreement_find_office(agreement, &address);
    if (index == ENT_NONE) {
        COMPLAIN_AT(reader, office->pair_mark,
            "the pair '%s' is not among the offices", address.text);
        return;
    }
    other = &agreement->offices[index];
    if (other->kind != ENTENTE__V1__OFFICE_KIND__BLO ||
        other->party == office->party) {
        COMPLAIN_AT(reader, office->pair_mark,
            "the pair '%s' is not a blo of the other state", address.text);
    } else if (other->pair_text == NULL ||
               strcmp(other->pair_text, office->address.text) != 0) {
        COMPLAIN_AT(reader, office->pair_mark,
            "'%s' does not name '%s' as its pair", address.text,
            office->address.text);
    } else {
        office->pair = index;
    }
}

static void
check_offices(const struct agreement_reader *reader)
{
    struct ent_agreement *agreement = reader->agreement;

    if (agreement->party_count == 0) {
        return;
    }
    for (size_t i = 0; i < agreement->office_count; i++) {
        check_office(reader, &agreement->offices[i]);
    }
    for (size_t i = 0; i < agreement->office_count; i++) {
        if (agreement->offices[i].pair_text != NULL) {
            check_pair(reader, &agreement->offices[i]);
        }
    }
}

static void
check_purposes(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;

    if ((agreement->purposes >> ENTENTE__V1__PURPOSE__LISTED_CRIME & 1) != 0 &&
        agreement->offences_mark.line == 0) {
        COMPLAIN_AT(reader, agreement->purposes_mark,
            "'listed_crime' is permitted, but no offence is listed; add "
            "offences: {listed: [...]}");
    }
}

static void
check_clause_number(const struct agreement_reader *reader, size_t row)
{
    const struct agreement_exchange *exchanges = reader->agreement->exchanges;

    for (size_t i = 0; exchanges[row].clause != NULL && i < row; i++) {
        if (exchanges[i].clause != NULL &&
            strcmp(exchanges[i].clause, exchanges[row].clause) == 0) {
            COMPLAIN_AT(reader, exchanges[row].mark,
                "clause %s stands here a second time; the first is in line %zu",
                exchanges[row].clause, exchanges[i].mark.line);
            return;
        }
    }
}

/* A purpose that no decision could accept is a clause that says nothing. */
static void
check_clause_purposes(const struct agreement_reader *reader,
    const struct agreement_exchange *exchange)
{
    uint32_t never = exchange->purposes & ~reader->agreement->purposes;
    char words[160];

    if (reader->agreement->purposes != 0 && never != 0) {
        ent_word_list(
            &entente__v1__purpose__descriptor, never, words, sizeof words);
        COMPLAIN_AT(reader, exchange->mark,
            "clause %s has purposes that are not among purposes.permitted: %s",
            exchange->clause != NULL ? exchange->clause : "?", words);
    }
}

static void
check_exchanges(const struct agreement_reader *reader)
{
    for (size_t i = 0; i < reader->agreement->exchange_count; i++) {
        check_clause_number(reader, i);
        check_clause_purposes(reader, &reader->agreement->exchanges[i]);
    }
}

/* An alert that climbs has to end in somebody's hands in time. */
static void
check_hotline(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;
    size_t hotline = ent_family_index(
        ent_family_by_number(ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT));

    if (agreement->hotline.ladder_mark.line == 0 &&
        agreement->hotline.drill_mark.line == 0) {
        return;
    }
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        if (ent_families_have(&agreement->exchanges[i].families, hotline)) {
            return;
        }
    }
    COMPLAIN_AT(reader,
        agreement->hotline.ladder_mark.line != 0
            ? agreement->hotline.ladder_mark
            : agreement->hotline.drill_mark,
        "'hotline' has rules for hotline_alert, and no clause of 'exchange' "
        "lets it pass");
}

/* Does a clause let the family pass? */
static bool
passes(const struct ent_agreement *agreement, const char *family)
{
    size_t index = ent_family_index(ent_family_by_name(ent_view_text(family)));

    for (size_t i = 0; i < agreement->exchange_count; i++) {
        if (ent_families_have(&agreement->exchanges[i].families, index)) {
            return true;
        }
    }
    return false;
}

static void
check_document_check(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;

    if (agreement->document_check.answer_mark.line != 0 &&
        !passes(agreement, "document_check") &&
        !passes(agreement, "hit_query")) {
        COMPLAIN_AT(reader, agreement->document_check.answer_mark,
            "'document_check' has rules, and no clause of 'exchange' lets it "
            "pass");
    }
}

static void
check_statistics(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;
    struct agreement_mark mark = agreement->statistics.contribute_mark;

    mark = mark.line != 0 ? mark : agreement->statistics.threshold_mark;
    if (mark.line != 0 && !passes(agreement, "statistics_return")) {
        COMPLAIN_AT(reader, mark,
            "'statistics' has rules for statistics_return, and no clause of "
            "'exchange' lets it pass");
    }
}

void
ent_agreement_check(struct agreement_reader *reader)
{
    assert(reader != NULL);

    check_parties(reader);
    check_offices(reader);
    check_purposes(reader);
    check_exchanges(reader);
    check_hotline(reader);
    check_document_check(reader);
    check_statistics(reader);
}
