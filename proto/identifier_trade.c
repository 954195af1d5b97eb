/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier_internal.h"

#include <string.h>

#include "proto/code.h"
#include "proto/country.h"

#define has_form ent_identifier_has_form
#define part ent_identifier_part
#define expect ent_identifier_expect

/* A is 10; multiples of 11 are left out, so that no letter counts for nothing.
 */
static unsigned
container_value(uint8_t c)
{
    unsigned value;

    if (ent_is_digit(c)) {
        return digit(c);
    }
    value = (unsigned)(c - 'A') + 10;
    return value + (value > 10 ? 1 : 0) + (value > 20 ? 1 : 0) +
           (value > 30 ? 1 : 0);
}

enum ent_status
ent_identifier_check_container(struct ent_view text, struct ent_error *err)
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
    return ent_identifier_expect_digit(text.data[10], sum % 11 % 10, err);
}

enum ent_status
ent_identifier_check_s10(struct ent_view text, struct ent_error *err)
{
    static const unsigned weights[] = {8, 6, 4, 2, 3, 5, 9, 7};
    unsigned check;

    if (!has_form(text, "AA000000000AA") ||
        !ent_country_is_alpha2(part(text, 11, 2))) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be two letters, nine digits and a country, as "
            "RB123456785GB");
    }
    check = 11 - ent_identifier_weigh(part(text, 2, 8), weights) % 11;
    check = check == 10 ? 0 : check == 11 ? 5 : check;
    return ent_identifier_expect_digit(text.data[10], check, err);
}

/* The airline's three digits, a serial of seven, and its remainder by 7. */
enum ent_status
ent_identifier_check_awb(struct ent_view text, struct ent_error *err)
{
    unsigned serial = 0;

    if (!has_form(text, "000-00000000")) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be an airline's three digits, a hyphen and eight digits, as "
            "217-12345675");
    }
    for (size_t i = 4; i < 11; i++) {
        serial = serial * 10 + digit(text.data[i]);
    }
    return ent_identifier_expect_digit(text.data[11], serial % 7, err);
}

/* Six digits are the same in all countries; two or four more are one country's
 * own. Chapter 77 is kept free, and 98 and 99 are each country's. */
enum ent_status
ent_identifier_check_hs(struct ent_view text, struct ent_error *err)
{
    bool own = has_form(text, "00000000") || has_form(text, "0000000000");
    unsigned chapter = 0;

    if (own || has_form(text, "000000")) {
        chapter = digit(text.data[0]) * 10 + digit(text.data[1]);
    }
    return expect(chapter != 0 && chapter != 77 && (chapter < 98 || own),
        "six digits of the Harmonized System without points, as 293490, or "
        "eight or ten with a country's own",
        err);
}

enum ent_status
ent_identifier_check_un_number(struct ent_view text, struct ent_error *err)
{
    bool good = has_form(text, "UN0000") && memcmp(text.data, "UN0000", 6) != 0;

    return expect(good, "UN and four digits, as UN1090", err);
}

enum ent_status
ent_identifier_check_currency(struct ent_view text, struct ent_error *err)
{
    return expect(ent_code_is_currency(text),
        "a currency's three capital letters, as THB", err);
}

enum ent_status
ent_identifier_check_unit(struct ent_view text, struct ent_error *err)
{
    return expect(ent_code_is_unit(text),
        "a unit's common code, as KGM, GRM, LTR, MTR, or C62 for pieces", err);
}
