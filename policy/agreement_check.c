/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_internal.h"

#include <assert.h>
#include <string.h>

#include "policy/word.h"
#include "proto/schema/trust.pb-c.h"

#define COMPLAIN_AT(reader, mark, ...)                                         \
    ent_complain((reader)->complaints, (mark).line, (mark).column, __VA_ARGS__)

static void
check_parties(const struct agreement_reader *reader)
{
    const struct agreement_party *parties = reader->agreement->parties;

    if (reader->agreement->party_count == ENT_PARTIES_MAX &&
        parties[0].has_authority && parties[1].has_authority &&
        memcmp(&parties[0].authority, &parties[1].authority,
            sizeof parties[0].authority) == 0) {
        COMPLAIN_AT(reader, parties[1].mark,
            "both parties have the same authority key, so one could sign for "
            "the other");
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

/* Nobody may be named where the offence can bring death, unless an assurance is
 * on file, and this version keeps none. */
static void
check_clause_family(const struct agreement_reader *reader,
    const struct agreement_exchange *exchange, const struct ent_family *family)
{
    const struct ent_agreement *agreement = reader->agreement;

    if (agreement->retention_of[ent_family_index(family)] == ENT_NONE) {
        COMPLAIN_AT(reader, exchange->mark,
            "'%s' has no retention; say how long it is kept", family->name);
    }
    if (family->nominal &&
        (exchange->purposes >> ENTENTE__V1__PURPOSE__LISTED_CRIME & 1) != 0 &&
        (agreement->offences & ENT_CAPITAL_OFFENCES) != 0) {
        COMPLAIN_AT(reader, exchange->mark,
            "'%s' names persons, and drugs or terrorism can bring death; that "
            "needs 'assurances', which this version does not enforce",
            family->name);
    }
}

static void
check_exchanges(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;
    size_t count;
    const struct ent_family *families = ent_family_list(&count);

    for (size_t i = 0; i < agreement->exchange_count; i++) {
        const struct agreement_exchange *exchange = &agreement->exchanges[i];

        check_clause_number(reader, i);
        check_clause_purposes(reader, exchange);
        for (size_t n = 0; n < count; n++) {
            if (ent_families_have(&exchange->families, n)) {
                check_clause_family(reader, exchange, &families[n]);
            }
        }
        if (reader->offices_sound && exchange->kinds != 0 &&
            !ent_exchange_is_usable(agreement, exchange)) {
            COMPLAIN_AT(reader, exchange->mark,
                "nobody can use clause %s: no two offices are of these kinds "
                "on both sides, or they are not paired",
                exchange->clause != NULL ? exchange->clause : "?");
        }
    }
}

/* Who must acknowledge must be able to. */
static void
check_acknowledgement(const struct agreement_reader *reader)
{
    const struct ent_agreement *agreement = reader->agreement;
    size_t acknowledgement = ent_family_index(
        ent_family_by_number(ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT));

    if (agreement->levels_mark.line == 0 || agreement->exchange_count == 0) {
        return;
    }
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        if (ent_families_have(
                &agreement->exchanges[i].families, acknowledgement)) {
            return;
        }
    }
    COMPLAIN_AT(reader, agreement->levels_mark,
        "messages must be acknowledged, but no clause of 'exchange' lets "
        "'acknowledgement' pass");
}

void
ent_agreement_check(struct agreement_reader *reader)
{
    size_t before;

    assert(reader != NULL);

    check_parties(reader);
    before = reader->complaints->count;
    check_offices(reader);
    if (reader->complaints->count != before) {
        reader->offices_sound = false;
    }
    check_purposes(reader);
    check_exchanges(reader);
    check_acknowledgement(reader);
}
