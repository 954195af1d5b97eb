/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier_internal.h"

#include <string.h>

#include "proto/country.h"

#define has_form ent_identifier_has_form
#define part ent_identifier_part
#define expect ent_identifier_expect

enum ent_status
ent_identifier_check_country(struct ent_view text, struct ent_error *err)
{
    return expect(ent_country_is_alpha2(text),
        "a country's two upper-case letters, as TH", err);
}

enum ent_status
ent_identifier_check_state(struct ent_view text, struct ent_error *err)
{
    return expect(ent_country_is_state(text),
        "a state's two lower-case letters, as th", err);
}

enum ent_status
ent_identifier_check_unlocode(struct ent_view text, struct ent_error *err)
{
    bool good =
        has_form(text, "AAXXX") && ent_country_is_alpha2(part(text, 0, 2));

    for (size_t i = 2; good && i < text.len; i++) {
        good = text.data[i] != '0' && text.data[i] != '1';
    }
    return expect(good,
        "a country and three characters A-Z 2-9, as "
        "THMSA",
        err);
}

/* Two states in alphabetical order, then each one's own code of the place. */
enum ent_status
ent_identifier_check_crossing(struct ent_view text, struct ent_error *err)
{
    if (!has_form(text, "AA-AA:XXX-XXX") ||
        !ent_country_is_alpha2(part(text, 0, 2)) ||
        !ent_country_is_alpha2(part(text, 3, 2))) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be two countries and each one's code of the place, as "
            "MM-TH:THL-MSA");
    }
    if (memcmp(text.data, text.data + 3, 2) >= 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must name its two countries in alphabetical order, as "
            "MM-TH:THL-MSA");
    }
    return ENT_OK;
}

/* ISO 3166-2: country, hyphen, one to three letters or digits. */
static bool
is_subdivision(struct ent_view text)
{
    return (has_form(text, "AA-X") || has_form(text, "AA-XX") ||
               has_form(text, "AA-XXX")) &&
           ent_country_is_alpha2(part(text, 0, 2));
}

enum ent_status
ent_identifier_check_area(struct ent_view text, struct ent_error *err)
{
    bool good = is_subdivision(text) ||
                ent_identifier_check_unlocode(text, NULL) == ENT_OK ||
                ent_identifier_check_crossing(text, NULL) == ENT_OK;

    return expect(good,
        "a UN/LOCODE (THMSA), a crossing (MM-TH:THL-MSA) or a subdivision "
        "(TH-57)",
        err);
}

enum ent_status
ent_identifier_check_airport(struct ent_view text, struct ent_error *err)
{
    return expect(has_form(text, "AAA") || has_form(text, "AAAA"),
        "an airport's three letters (IATA), as BKK, or four (ICAO), as VTBS",
        err);
}
