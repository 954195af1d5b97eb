/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/address.h"
#include "proto/base/ascii.h"
#include "proto/base/time.h"
#include "proto/code.h"
#include "proto/country.h"
#include "proto/json_internal.h"

/* What a value must look like, by the word that its manifest has for it. */

static void
check_identifier(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    enum ent_identifier kind = place->manifest->identifier;
    struct ent_error why = {0};

    if (ent_identifier_check(kind, ent_view_text(text), &why) != ENT_OK) {
        ent_place_wrong(v, place, ent_identifier_source(kind), "%s", why.text);
    }
}

static void
check_uuid(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    struct ent_id id;

    if (ent_id_parse(ent_view_text(text), &id, NULL) != ENT_OK) {
        ent_place_wrong(v, place, "RFC 9562",
            "must be a UUID: 8-4-4-4-12 hexadecimal digits");
    }
}

static void
check_date(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    uint64_t ms;

    if (ent_date_parse(ent_view_text(text), &ms, NULL) != ENT_OK) {
        ent_place_wrong(v, place, "ISO 8601", "must be a date, as 2026-11-22");
    }
}

static void
check_positive(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    if (!ent_decimal_is_formed(text)) {
        ent_place_wrong(
            v, place, v->source, "must be a number in plain digits, as 12.5");
    } else if (ent_decimal_is_zero(text)) {
        ent_place_wrong(v, place, v->source, "must be more than 0");
    }
}

static void
check_percent(
    struct ent_validation *v, const struct ent_place *place, const void *value)
{
    const char *text;
    uint32_t number;

    if (place->field->type == PROTOBUF_C_TYPE_UINT32) {
        memcpy(&number, value, sizeof number);
        if (number > 100) {
            ent_place_wrong(
                v, place, v->source, "must be a percentage from 0 to 100");
        }
        return;
    }
    memcpy(&text, value, sizeof text);
    if (!ent_decimal_is_formed(text) || !ent_decimal_is_at_most(text, 100)) {
        ent_place_wrong(
            v, place, v->source, "must be a percentage from 0 to 100, as 81.5");
    }
}

static void
check_degrees(struct ent_validation *v, const struct ent_place *place,
    const char *text, unsigned limit)
{
    const char *decimal = *text == '-' ? text + 1 : text;

    if (!ent_decimal_is_formed(decimal) ||
        !ent_decimal_is_at_most(decimal, limit)) {
        ent_place_wrong(v, place, "WGS 84",
            "must be decimal degrees from -%u to %u, as 20.4285", limit, limit);
    }
}

static void
check_latitude(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    check_degrees(v, place, text, 90);
}

static void
check_longitude(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    check_degrees(v, place, text, 180);
}

/* Letters and digits, as a document's machine readable zone has them. */
static void
check_asked_number(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    size_t len = strlen(text);

    if (len < 4 || len > 24 ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != len) {
        ent_place_wrong(v, place, v->source,
            "must be 4 to 24 capital letters and digits, without spaces");
    }
}

#define TOWARD "toward "

static void
check_direction(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    bool good = strncmp(text, TOWARD, strlen(TOWARD)) == 0
                    ? ent_country_is_state(ent_view_text(text + strlen(TOWARD)))
                    : strcmp(text, "away") == 0;

    if (!good) {
        ent_place_wrong(v, place, v->source,
            "must be \"away\" or \"toward\" and a state, as \"toward th\"");
    }
}

/* What stands behind the '@' of an address. */
static void
check_party(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

    if (text[len] != '\0' || len < 2 || len > ENT_STATE_MAX) {
        ent_place_wrong(v, place, v->source,
            "must be a state or organisation as in addresses, as la or xpo");
    }
}

#define YEAR_FIRST 1850
#define YEAR_LAST 2200
#define BUDDHIST_AHEAD 543 /* Thailand, Laos, Cambodia */

/* The year that a partial date begins with; 0: it begins with none. */
static unsigned
year_of(const char *text)
{
    unsigned year = 0;

    for (size_t i = 0; i < 4; i++) {
        if (!ent_is_digit((uint8_t)text[i])) {
            return 0;
        }
        year = year * 10 + (unsigned)(text[i] - '0');
    }
    return year;
}

/* Whatever follows the year: months and days are those of any leap year, or of
 * any other. */
static bool
is_partial_date(const char *text, unsigned year)
{
    static const char *const rest[] = {"", "-01", "-01-01"};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    size_t len = strlen(text);
    size_t missing = len == 4 ? 2 : len == 7 ? 1 : 0;
    char whole[24];
    uint64_t ms;

    (void)snprintf(whole, sizeof whole, "%s%.6s%s", leap ? "2000" : "2001",
        text + 4, rest[missing]);
    return len <= 10 &&
           ent_date_parse(ent_view_text(whole), &ms, NULL) == ENT_OK;
}

/* "1990", "1990-04" or the whole date: not everybody knows the day. */
static void
check_partial_date(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    unsigned year = year_of(text);
    unsigned meant = year - BUDDHIST_AHEAD;

    if (year > YEAR_LAST && meant >= YEAR_FIRST && meant <= YEAR_LAST &&
        is_partial_date(text, meant)) {
        ent_place_wrong(v, place, "ISO 8601",
            "%u is a year of the Buddhist era: must be %u%s", year, meant,
            text + 4);
        return;
    }
    if (year < YEAR_FIRST || year > YEAR_LAST || !is_partial_date(text, year)) {
        ent_place_wrong(v, place, "ISO 8601",
            "must be a date or its beginning, as 1990-04-17, 1990-04 or 1990");
    }
}

/* Capital letters of the zone's alphabet, single spaces between words, and two
 * fillers before what is not the primary identifier. */
static void
check_mrz_name(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    const char *second = strstr(text, "<<");
    bool good = true;

    for (const char *c = text; *c != '\0'; c++) {
        bool letter = ent_is_upper(*c);
        bool space =
            *c == ' ' && c != text && ent_is_upper(c[-1]) && ent_is_upper(c[1]);
        bool filler = second != NULL && (c == second || c == second + 1);

        good = good && (letter || space || filler);
    }
    if (!good || second == text || (second != NULL && second[2] == '\0')) {
        ent_place_wrong(v, place, "ICAO Doc 9303-3",
            "must be capital letters as in the machine readable zone, as "
            "TRAN<<THI HOA");
    }
}

static void
check_address(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    struct ent_address address;
    struct ent_error why = {0};

    if (ent_address_parse(ent_view_text(text), &address, &why) != ENT_OK) {
        ent_place_wrong(v, place, v->source, "%s", why.text);
    }
}

static void
check_cites_term(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    if (!ent_code_is_cites_term(ent_view_text(text))) {
        ent_place_wrong(v, place, "CITES: terms of annual reports",
            "must be a term's three letters, as SCA for scales");
    }
}

static bool
is_code_letter(char c)
{
    return ent_is_digit(c) || ent_is_upper(c);
}

/* Three or four characters, of them one a letter, and perhaps a point and one
 * to four more. */
static void
check_icd(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    size_t stem = 0;
    size_t rest = 0;

    while (is_code_letter(text[stem])) {
        stem++;
    }
    if (text[stem] == '.') {
        while (is_code_letter(text[stem + 1 + rest])) {
            rest++;
        }
        rest = rest >= 1 && rest <= 4 ? rest + 1 : 0;
    }
    if ((stem != 3 && stem != 4) || text[stem + rest] != '\0' ||
        (ent_is_digit(text[0]) && ent_is_digit(text[1]))) {
        ent_place_wrong(v, place, "WHO: ICD-10, ICD-11",
            "must be a code of the classification, as A20.2 or 1B94");
    }
}

/* "XX" stands for one that is not stated. */
static bool
is_of_route(const char *code)
{
    return memcmp(code, "XX", 2) == 0 ||
           ent_country_is_alpha2(ent_view_of(code, 2));
}

static void
check_route(
    struct ent_validation *v, const struct ent_place *place, const char *text)
{
    if (strlen(text) != 5 || text[2] != '-' || !is_of_route(text) ||
        !is_of_route(text + 3)) {
        ent_place_wrong(v, place, "ISO 3166-1",
            "must be two countries with a hyphen between, as TH-MY");
    }
}

#define HASH_LEN 32

static void
check_hash(struct ent_validation *v, const struct ent_place *place,
    const ProtobufCBinaryData *bytes)
{
    if (bytes->len != HASH_LEN) {
        ent_place_wrong(v, place, v->source, "must be %d bytes, not %zu",
            HASH_LEN, bytes->len);
    }
}

typedef void text_check(
    struct ent_validation *v, const struct ent_place *place, const char *text);

/* Of what is written as text: all but those that ent_validate_format names. */
static text_check *const text_checks[ENT_FORMATS] = {
    [ENT_FORMAT_IDENTIFIER] = check_identifier,
    [ENT_FORMAT_UUID] = check_uuid,
    [ENT_FORMAT_DATE] = check_date,
    [ENT_FORMAT_PARTIAL_DATE] = check_partial_date,
    [ENT_FORMAT_POSITIVE] = check_positive,
    [ENT_FORMAT_LATITUDE] = check_latitude,
    [ENT_FORMAT_LONGITUDE] = check_longitude,
    [ENT_FORMAT_CHECK_NUMBER] = check_asked_number,
    [ENT_FORMAT_MRZ_NAME] = check_mrz_name,
    [ENT_FORMAT_DIRECTION] = check_direction,
    [ENT_FORMAT_PARTY] = check_party,
    [ENT_FORMAT_ADDRESS] = check_address,
    [ENT_FORMAT_CITES_TERM] = check_cites_term,
    [ENT_FORMAT_ICD] = check_icd,
    [ENT_FORMAT_ROUTE] = check_route,
};

static void
check_time(struct ent_validation *v, const struct ent_place *place,
    const ProtobufCMessage *time)
{
    uint64_t ms =
        ent_message_time_ms((const Google__Protobuf__Timestamp *)time);
    unsigned traits = place->manifest->traits;

    if (v->created_ms == 0) {
        return;
    }
    if ((traits & ENT_FIELD_PAST) != 0 &&
        ms > v->created_ms + ENT_CLOCK_SKEW_MS) {
        ent_place_wrong(v, place, v->source, "must not be after createdAt");
    }
    if ((traits & ENT_FIELD_FUTURE) != 0 && ms <= v->created_ms) {
        ent_place_wrong(v, place, v->source, "must be after createdAt");
    }
}

void
ent_validate_format(
    struct ent_validation *v, const struct ent_place *place, const void *value)
{
    const struct ent_field_manifest *manifest = place->manifest;
    const void *inside;

    if (manifest->format == ENT_FORMAT_PERCENT) {
        check_percent(v, place, value);
    } else if (manifest->format == ENT_FORMAT_HASH) {
        check_hash(v, place, value);
    } else if (manifest->format != ENT_FORMAT_NONE) {
        assert(text_checks[manifest->format] != NULL);

        memcpy(&inside, value, sizeof inside);
        text_checks[manifest->format](v, place, inside);
    } else if (place->field->type == PROTOBUF_C_TYPE_MESSAGE) {
        memcpy(&inside, value, sizeof inside);
        if (inside != NULL && ent_json_is_timestamp(place->field->descriptor)) {
            check_time(v, place, inside);
        }
    }
}
