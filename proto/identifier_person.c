/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier_internal.h"

#include <string.h>

#include "proto/code.h"
#include "proto/country.h"

#define expect ent_identifier_expect

enum ent_status
ent_identifier_check_nationality(struct ent_view text, struct ent_error *err)
{
    return expect(ent_country_is_nationality(text),
        "three capital letters, as THA, or an ICAO code", err);
}

#define DOCUMENT_NUMBER_MAX 22 /* of a TD1, with its optional data */

/* A space, hyphen or stroke in a number is a filler in the zone. */
enum ent_status
ent_identifier_check_document_number(
    struct ent_view text, struct ent_error *err)
{
    bool good = text.len > 0 && text.len <= DOCUMENT_NUMBER_MAX &&
                text.data[0] != '<' && text.data[text.len - 1] != '<';

    for (size_t i = 0; good && i < text.len; i++) {
        good = ent_is_upper(text.data[i]) || ent_is_digit(text.data[i]) ||
               text.data[i] == '<';
    }
    return expect(good,
        "1 to 22 capital letters and digits as in the machine readable zone, "
        "with < for what else stands between them",
        err);
}

enum ent_status
ent_identifier_check_age_band(struct ent_view text, struct ent_error *err)
{
    static const char *const bands[] = {
        "0-11", "12-17", "18-24", "25-34", "35-44", "45-59", "60+", "unknown"};
    bool good = false;

    for (size_t i = 0; !good && i < sizeof bands / sizeof bands[0]; i++) {
        good = ent_view_equal(text, ent_view_text(bands[i]));
    }
    return expect(
        good, "0-11, 12-17, 18-24, 25-34, 35-44, 45-59, 60+ or unknown", err);
}

#define LANGUAGE_MAX 35
#define SUBTAG_MAX 8

static bool
is_letter(uint8_t c)
{
    return ent_is_upper(c) || ent_is_lower(c);
}

static size_t
subtag_len(struct ent_view tag)
{
    const uint8_t *end = memchr(tag.data, '-', tag.len);

    return end == NULL ? tag.len : (size_t)(end - tag.data);
}

/* The subtag in the case of its standard: "th", "Thai". */
static struct ent_view
in_case(struct ent_view subtag, bool title, uint8_t out[static SUBTAG_MAX])
{
    for (size_t i = 0; i < subtag.len; i++) {
        bool upper = title && i == 0;

        out[i] = is_letter(subtag.data[i])
                     ? (uint8_t)((subtag.data[i] | 0x20) & (upper ? ~0x20 : ~0))
                     : subtag.data[i];
    }
    return ent_view_of(out, subtag.len);
}

/* What follows the language: letters and digits, at most eight a piece; four
 * letters that come first are a script. */
static bool
is_subtag(struct ent_view subtag, bool first)
{
    uint8_t script[SUBTAG_MAX];
    size_t letters = 0;

    if (subtag.len == 0 || subtag.len > SUBTAG_MAX) {
        return false;
    }
    for (size_t i = 0; i < subtag.len; i++) {
        letters += is_letter(subtag.data[i]);
        if (!is_letter(subtag.data[i]) && !ent_is_digit(subtag.data[i])) {
            return false;
        }
    }
    return !first || letters != 4 || subtag.len != 4 ||
           ent_code_is_script(in_case(subtag, true, script));
}

enum ent_status
ent_identifier_check_language(struct ent_view text, struct ent_error *err)
{
    uint8_t language[SUBTAG_MAX];
    struct ent_view rest = text;
    size_t len = text.len == 0 ? 0 : subtag_len(text);
    bool good = text.len <= LANGUAGE_MAX && (len == 2 || len == 3) &&
                ent_code_is_language(
                    in_case(ent_view_of(text.data, len), false, language));

    for (bool first = true; good && len < rest.len; first = false) {
        rest = ent_identifier_part(rest, len + 1, rest.len - len - 1);
        len = rest.len == 0 ? 0 : subtag_len(rest);
        good = is_subtag(ent_view_of(rest.data, len), first);
    }
    return expect(good, "a language tag, as th or zh-Hant", err);
}

enum ent_status
ent_identifier_check_script(struct ent_view text, struct ent_error *err)
{
    return expect(ent_code_is_script(text),
        "the four letters of a script, as Thai or Khmr", err);
}

/* With its country, without what is dialled before it. The shortest that are in
 * use have seven digits. */
enum ent_status
ent_identifier_check_phone(struct ent_view text, struct ent_error *err)
{
    bool good = text.len >= 8 && text.len <= 16 && text.data[0] == '+' &&
                text.data[1] != '0';

    for (size_t i = 1; good && i < text.len; i++) {
        good = ent_is_digit(text.data[i]);
    }
    return expect(good,
        "+, the country and the number, 7 to 15 digits without spaces, as "
        "+66812345678",
        err);
}
