/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <assert.h>
#include <string.h>

#include "proto/address.h"
#include "proto/base/time.h"
#include "proto/country.h"
#include "proto/json_internal.h"

/* What a value must look like, by the word that its manifest has for it. */

static const enum ent_identifier identifiers[] = {
    [ENT_FORMAT_COUNTRY] = ENT_IDENTIFIER_COUNTRY,
    [ENT_FORMAT_STATE] = ENT_IDENTIFIER_STATE,
    [ENT_FORMAT_NATIONALITY] = ENT_IDENTIFIER_NATIONALITY,
    [ENT_FORMAT_AREA] = ENT_IDENTIFIER_AREA,
    [ENT_FORMAT_UNLOCODE] = ENT_IDENTIFIER_UNLOCODE,
    [ENT_FORMAT_CROSSING] = ENT_IDENTIFIER_CROSSING,
    [ENT_FORMAT_FLIGHT] = ENT_IDENTIFIER_FLIGHT,
    [ENT_FORMAT_IMO] = ENT_IDENTIFIER_IMO,
    [ENT_FORMAT_MMSI] = ENT_IDENTIFIER_MMSI,
    [ENT_FORMAT_CONTAINER] = ENT_IDENTIFIER_CONTAINER,
    [ENT_FORMAT_S10] = ENT_IDENTIFIER_S10,
    [ENT_FORMAT_LANGUAGE] = ENT_IDENTIFIER_LANGUAGE,
    [ENT_FORMAT_AGE_BAND] = ENT_IDENTIFIER_AGE_BAND,
};

#define IDENTIFIERS (sizeof identifiers / sizeof identifiers[0])

static void
check_identifier(struct ent_validation *v, const struct ent_place *place,
    enum ent_identifier kind, const char *text)
{
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

/* Letters and digits, as a document's machine readable zone has them. */
static void
check_document_number(
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

static void
check_text(struct ent_validation *v, const struct ent_place *place,
    enum ent_format format, const char *text)
{
    switch (format) {
    case ENT_FORMAT_UUID:
        check_uuid(v, place, text);
        break;
    case ENT_FORMAT_DATE:
        check_date(v, place, text);
        break;
    case ENT_FORMAT_POSITIVE:
        check_positive(v, place, text);
        break;
    case ENT_FORMAT_LATITUDE:
        check_degrees(v, place, text, 90);
        break;
    case ENT_FORMAT_LONGITUDE:
        check_degrees(v, place, text, 180);
        break;
    case ENT_FORMAT_DOCUMENT_NUMBER:
        check_document_number(v, place, text);
        break;
    case ENT_FORMAT_DIRECTION:
        check_direction(v, place, text);
        break;
    case ENT_FORMAT_PARTY:
        check_party(v, place, text);
        break;
    default:
        if ((size_t)format < IDENTIFIERS && format != ENT_FORMAT_NONE) {
            check_identifier(v, place, identifiers[format], text);
        }
        break;
    }
}

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
    } else if (place->field->type == PROTOBUF_C_TYPE_STRING) {
        memcpy(&inside, value, sizeof inside);
        check_text(v, place, manifest->format, inside);
    } else if (place->field->type == PROTOBUF_C_TYPE_MESSAGE) {
        memcpy(&inside, value, sizeof inside);
        if (inside != NULL && ent_json_is_timestamp(place->field->descriptor)) {
            check_time(v, place, inside);
        }
    }
}
