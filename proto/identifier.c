/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier.h"

#include <assert.h>
#include <string.h>

#include "proto/country.h"

static bool
is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool
is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool
is_letter(uint8_t c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z');
}

static unsigned
digit(uint8_t c)
{
    return (unsigned)(c - '0');
}

/* Does `text` look like `form`? '0' stands for a digit, 'A' for an upper-case
 * letter, 'X' for either; anything else for itself. */
static bool
has_form(struct ent_view text, const char *form)
{
    if (text.len != strlen(form)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool fits = form[i] == '0'   ? is_digit(c)
                    : form[i] == 'A' ? is_upper(c)
                    : form[i] == 'X' ? is_digit(c) || is_upper(c)
                                     : c == (uint8_t)form[i];

        if (!fits) {
            return false;
        }
    }
    return true;
}

static struct ent_view
part(struct ent_view text, size_t start, size_t len)
{
    assert(start + len <= text.len);

    return ent_view_of(text.data + start, len);
}

static enum ent_status
expect_digit(uint8_t written, unsigned computed, struct ent_error *err)
{
    if (digit(written) != computed) {
        return ent_fail(err, ENT_BAD_INPUT, "check digit must be %u, not %c",
            computed, written);
    }
    return ENT_OK;
}

static enum ent_status
check_country(struct ent_view text, struct ent_error *err)
{
    return ent_country_is_alpha2(text)
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "must be a country's two upper-case letters, as TH");
}

static enum ent_status
check_state(struct ent_view text, struct ent_error *err)
{
    return ent_country_is_state(text)
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "must be a state's two lower-case letters, as th");
}

static enum ent_status
check_nationality(struct ent_view text, struct ent_error *err)
{
    return ent_country_is_nationality(text)
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "must be three capital letters, as THA, or an ICAO code");
}

static enum ent_status
check_unlocode(struct ent_view text, struct ent_error *err)
{
    bool good =
        has_form(text, "AAXXX") && ent_country_is_alpha2(part(text, 0, 2));

    for (size_t i = 2; good && i < text.len; i++) {
        good = text.data[i] != '0' && text.data[i] != '1';
    }
    return good ? ENT_OK
                : ent_fail(err, ENT_BAD_INPUT,
                      "must be a country and three characters A-Z 2-9, as "
                      "THMSA");
}

/* Two states in alphabetical order, then each one's own code of the place. */
static enum ent_status
check_crossing(struct ent_view text, struct ent_error *err)
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

static enum ent_status
check_area(struct ent_view text, struct ent_error *err)
{
    if (is_subdivision(text) || check_unlocode(text, NULL) == ENT_OK ||
        check_crossing(text, NULL) == ENT_OK) {
        return ENT_OK;
    }
    return ent_fail(err, ENT_BAD_INPUT,
        "must be a UN/LOCODE (THMSA), a crossing (MM-TH:THL-MSA) or a "
        "subdivision (TH-57)");
}

/* What follows an airline's designator: 1 to 4 digits and perhaps a letter. */
static bool
is_flight_number(struct ent_view text)
{
    size_t digits = 0;

    while (digits < text.len && is_digit(text.data[digits])) {
        digits++;
    }
    return digits >= 1 && digits <= 4 &&
           (text.len == digits ||
               (text.len == digits + 1 && is_upper(text.data[digits])));
}

/* What follows an operator's three letters: up to 4 digits and letters, the
 * first a digit. */
static bool
is_flight_identification(struct ent_view text)
{
    if (text.len < 1 || text.len > 4 || !is_digit(text.data[0])) {
        return false;
    }
    for (size_t i = 1; i < text.len; i++) {
        if (!is_digit(text.data[i]) && !is_upper(text.data[i])) {
            return false;
        }
    }
    return true;
}

static enum ent_status
check_flight(struct ent_view text, struct ent_error *err)
{
    bool iata = text.len > 2 && has_form(part(text, 0, 2), "XX") &&
                !has_form(part(text, 0, 2), "00") &&
                is_flight_number(part(text, 2, text.len - 2));
    bool icao = text.len > 3 && has_form(part(text, 0, 3), "AAA") &&
                is_flight_identification(part(text, 3, text.len - 3));

    return iata || icao ? ENT_OK
                        : ent_fail(err, ENT_BAD_INPUT,
                              "must be a carrier designator and a number "
                              "without a space, as TG660");
}

static enum ent_status
check_imo(struct ent_view text, struct ent_error *err)
{
    unsigned sum = 0;

    if (!has_form(text, "0000000")) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be seven digits, without the letters IMO");
    }
    for (size_t i = 0; i < 6; i++) {
        sum += digit(text.data[i]) * (unsigned)(7 - i);
    }
    return expect_digit(text.data[6], sum % 10, err);
}

/* A ship's begins with its country's digits (2 to 7), a hand-held set's with 8,
 * a craft's that belongs to a ship with 98. */
static enum ent_status
check_mmsi(struct ent_view text, struct ent_error *err)
{
    bool good = has_form(text, "000000000") &&
                ((text.data[0] >= '2' && text.data[0] <= '8') ||
                    (text.data[0] == '9' && text.data[1] == '8'));

    return good ? ENT_OK
                : ent_fail(err, ENT_BAD_INPUT,
                      "must be nine digits that begin with 2 to 8 or 98");
}

/* A is 10; multiples of 11 are left out, so that no letter counts for nothing.
 */
static unsigned
container_value(uint8_t c)
{
    unsigned value;

    if (is_digit(c)) {
        return digit(c);
    }
    value = (unsigned)(c - 'A') + 10;
    return value + (value > 10 ? 1 : 0) + (value > 20 ? 1 : 0) +
           (value > 30 ? 1 : 0);
}

static enum ent_status
check_container(struct ent_view text, struct ent_error *err)
{
    unsigned sum = 0;

    if (!has_form(text, "AAAA0000000") ||
        memchr("UJZ", text.data[3], 3) == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be three letters, U, J or Z, and seven digits, as "
            "CSQU3054383");
    }
    for (size_t i = 0; i < 10; i++) {
        sum += container_value(text.data[i]) << i;
    }
    return expect_digit(text.data[10], sum % 11 % 10, err);
}

static enum ent_status
check_s10(struct ent_view text, struct ent_error *err)
{
    static const unsigned weights[] = {8, 6, 4, 2, 3, 5, 9, 7};
    unsigned sum = 0;
    unsigned check;

    if (!has_form(text, "AA000000000AA") ||
        !ent_country_is_alpha2(part(text, 11, 2))) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be two letters, nine digits and a country, as "
            "RB123456785GB");
    }
    for (size_t i = 0; i < 8; i++) {
        sum += digit(text.data[2 + i]) * weights[i];
    }
    check = 11 - sum % 11;
    check = check == 10 ? 0 : check == 11 ? 5 : check;
    return expect_digit(text.data[10], check, err);
}

#define LANGUAGE_MAX 35

/* The shape only: a language of two or three letters, then subtags. */
static enum ent_status
check_language(struct ent_view text, struct ent_error *err)
{
    size_t start = 0;
    bool good = text.len > 0 && text.len <= LANGUAGE_MAX;

    for (size_t i = 0; good && i <= text.len; i++) {
        bool first = start == 0;

        if (i == text.len || text.data[i] == '-') {
            size_t len = i - start;

            good = first ? len == 2 || len == 3 : len >= 1 && len <= 8;
            start = i + 1;
        } else {
            good =
                is_letter(text.data[i]) || (!first && is_digit(text.data[i]));
        }
    }
    return good ? ENT_OK
                : ent_fail(err, ENT_BAD_INPUT,
                      "must be a language tag, as th or zh-Hant");
}

static enum ent_status
check_age_band(struct ent_view text, struct ent_error *err)
{
    static const char *const bands[] = {
        "0-11", "12-17", "18-24", "25-34", "35-44", "45-59", "60+", "unknown"};

    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
        if (ent_view_equal(text, ent_view_text(bands[i]))) {
            return ENT_OK;
        }
    }
    return ent_fail(err, ENT_BAD_INPUT,
        "must be 0-11, 12-17, 18-24, 25-34, 35-44, 45-59, 60+ or unknown");
}

struct kind {
    enum ent_status (*check)(struct ent_view text, struct ent_error *err);
    const char *source;
};

static const struct kind kinds[] = {
    [ENT_IDENTIFIER_COUNTRY] = {check_country, "ISO 3166-1"},
    [ENT_IDENTIFIER_STATE] = {check_state, "ISO 3166-1"},
    [ENT_IDENTIFIER_NATIONALITY] = {check_nationality,
        "ISO 3166-1, ICAO Doc 9303-3"},
    [ENT_IDENTIFIER_AREA] = {check_area, "catalogue: geographic scope"},
    [ENT_IDENTIFIER_UNLOCODE] = {check_unlocode, "UN/LOCODE"},
    [ENT_IDENTIFIER_CROSSING] = {check_crossing, "catalogue: crossings"},
    [ENT_IDENTIFIER_FLIGHT] = {check_flight, "catalogue: flight designators"},
    [ENT_IDENTIFIER_IMO] = {check_imo, "IMO Resolution A.1117(30)"},
    [ENT_IDENTIFIER_MMSI] = {check_mmsi, "ITU-R M.585"},
    [ENT_IDENTIFIER_CONTAINER] = {check_container, "ISO 6346"},
    [ENT_IDENTIFIER_S10] = {check_s10, "UPU S10"},
    [ENT_IDENTIFIER_LANGUAGE] = {check_language, "BCP 47"},
    [ENT_IDENTIFIER_AGE_BAND] = {check_age_band, "catalogue: age bands"},
};

enum ent_status
ent_identifier_check(
    enum ent_identifier kind, struct ent_view text, struct ent_error *err)
{
    assert((size_t)kind < sizeof kinds / sizeof kinds[0]);

    return kinds[kind].check(text, err);
}

const char *
ent_identifier_source(enum ent_identifier kind)
{
    assert((size_t)kind < sizeof kinds / sizeof kinds[0]);

    return kinds[kind].source;
}
