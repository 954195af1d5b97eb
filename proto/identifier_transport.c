/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier_internal.h"

#include <string.h>

#define has_form ent_identifier_has_form
#define part ent_identifier_part
#define expect ent_identifier_expect

/* What follows an airline's designator: 1 to 4 digits and perhaps a letter. */
static bool
is_flight_number(struct ent_view text)
{
    size_t digits = 0;

    while (digits < text.len && ent_is_digit(text.data[digits])) {
        digits++;
    }
    return digits >= 1 && digits <= 4 &&
           (text.len == digits ||
               (text.len == digits + 1 && ent_is_upper(text.data[digits])));
}

/* Letters and digits in capitals. */
static bool
is_alphanumeric(struct ent_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!ent_is_digit(text.data[i]) && !ent_is_upper(text.data[i])) {
            return false;
        }
    }
    return true;
}

/* What follows an operator's three letters: up to 4 digits and letters, the
 * first a digit. */
static bool
is_flight_identification(struct ent_view text)
{
    return text.len >= 1 && text.len <= 4 && ent_is_digit(text.data[0]) &&
           is_alphanumeric(text);
}

enum ent_status
ent_identifier_check_flight(struct ent_view text, struct ent_error *err)
{
    bool iata = text.len > 2 && has_form(part(text, 0, 2), "XX") &&
                !has_form(part(text, 0, 2), "00") &&
                is_flight_number(part(text, 2, text.len - 2));
    bool icao = text.len > 3 && has_form(part(text, 0, 3), "AAA") &&
                is_flight_identification(part(text, 3, text.len - 3));

    return expect(iata || icao,
        "a carrier designator and a number without a space, as TG660", err);
}

/* Nationality mark, hyphen, registration mark. Where the mark begins with a
 * digit some states write no hyphen: HL7611, JA8089, N12345. */
enum ent_status
ent_identifier_check_registration(struct ent_view text, struct ent_error *err)
{
    const uint8_t *hyphen =
        text.len == 0 ? NULL : memchr(text.data, '-', text.len);
    size_t mark = hyphen == NULL ? 0 : (size_t)(hyphen - text.data);
    bool good;

    if (hyphen != NULL) {
        struct ent_view first = ent_view_of(text.data, mark);
        struct ent_view rest = part(text, mark + 1, text.len - mark - 1);

        good = mark >= 1 && mark <= 4 && rest.len >= 1 && rest.len <= 6 &&
               is_alphanumeric(first) && is_alphanumeric(rest) &&
               !has_form(first, "0") && !has_form(first, "00");
    } else {
        size_t letters = text.len > 1 && ent_is_upper(text.data[1]) ? 2 : 1;

        good = text.len > letters && text.len <= 7 &&
               ent_is_upper(text.data[0]) && ent_is_digit(text.data[letters]) &&
               is_alphanumeric(text);
    }
    return expect(good,
        "an aircraft's nationality and registration marks, as HS-TKA or HL7611",
        err);
}

/* All zeros and all ones are nobody's. */
enum ent_status
ent_identifier_check_icao24(struct ent_view text, struct ent_error *err)
{
    bool good = text.len == 6 && memcmp(text.data, "000000", 6) != 0 &&
                memcmp(text.data, "FFFFFF", 6) != 0;

    for (size_t i = 0; good && i < text.len; i++) {
        good = ent_is_digit(text.data[i]) ||
               (text.data[i] >= 'A' && text.data[i] <= 'F');
    }
    return expect(good,
        "six hexadecimal digits in capitals, as 885174, not all 0 or F", err);
}

enum ent_status
ent_identifier_check_imo(struct ent_view text, struct ent_error *err)
{
    static const unsigned weights[] = {7, 6, 5, 4, 3, 2};

    if (!has_form(text, "0000000")) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be seven digits, without the letters IMO");
    }
    return ent_identifier_expect_digit(text.data[6],
        ent_identifier_weigh(part(text, 0, 6), weights) % 10, err);
}

/* Of the company or the registered owner, not of the ship. */
enum ent_status
ent_identifier_check_imo_company(struct ent_view text, struct ent_error *err)
{
    static const unsigned weights[] = {8, 6, 4, 2, 9, 7};
    unsigned sum;

    if (!has_form(text, "0000000")) {
        return ent_fail(err, ENT_BAD_INPUT,
            "must be seven digits, without the letters IMO");
    }
    sum = ent_identifier_weigh(part(text, 0, 6), weights);
    return ent_identifier_expect_digit(text.data[6], (11 - sum % 11) % 10, err);
}

/* A ship's begins with its country's digits (2 to 7), a hand-held set's with 8,
 * a craft's that belongs to a ship with 98. */
enum ent_status
ent_identifier_check_mmsi(struct ent_view text, struct ent_error *err)
{
    bool good = has_form(text, "000000000") &&
                ((text.data[0] >= '2' && text.data[0] <= '8') ||
                    (text.data[0] == '9' && text.data[1] == '8'));

    return expect(good, "nine digits that begin with 2 to 8 or 98", err);
}

/* The state's two characters, of which one is a letter and a digit is 2 to 9;
 * then two letters, perhaps with a digit, or four digits, perhaps after a
 * letter. The digit behind a letter is 2 to 9. */
enum ent_status
ent_identifier_check_call_sign(struct ent_view text, struct ent_error *err)
{
    bool good = has_form(text, "XXAA") || has_form(text, "XXAA0") ||
                has_form(text, "XA0000") || has_form(text, "XXA0000");

    for (size_t i = 0; good && i < 2; i++) {
        good = ent_is_upper(text.data[i]) ||
               (text.data[i] >= '2' && ent_is_upper(text.data[1 - i]));
    }
    for (size_t i = 2; good && i < text.len; i++) {
        good = !ent_is_upper(text.data[i - 1]) || ent_is_upper(text.data[i]) ||
               text.data[i] >= '2';
    }
    return expect(
        good, "a ship's call sign without spaces, as HSB2345 or 9VAB3", err);
}

/* Only in North America is the ninth character a check digit. */
enum ent_status
ent_identifier_check_vin(struct ent_view text, struct ent_error *err)
{
    bool good = text.len == 17 && is_alphanumeric(text);

    for (size_t i = 0; good && i < text.len; i++) {
        good = memchr("IOQ", text.data[i], 3) == NULL;
    }
    return expect(
        good, "17 capital letters and digits, none of them I, O or Q", err);
}
