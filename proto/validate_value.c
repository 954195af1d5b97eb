/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

#include "proto/base/time.h"

/* One for each byte that does not continue another. */
size_t
ent_rule_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += ((uint8_t)*text & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

void
ent_rule_need(struct ent_validation *v, const char *field, bool given)
{
    if (!given) {
        ent_rule_broken(v, field, "must be given");
    }
}

void
ent_rule_need_identifier(struct ent_validation *v, const char *field,
    enum ent_identifier kind, const char *text)
{
    struct ent_error why = {0};

    if (is_given(text) &&
        ent_identifier_check(kind, ent_view_text(text), &why) != ENT_OK) {
        ent_rule_broken_by(
            v, ent_identifier_source(kind), field, "%s", why.text);
    }
}

void
ent_rule_need_uuid(
    struct ent_validation *v, const char *field, const char *text)
{
    struct ent_id id;

    if (is_given(text) &&
        ent_id_parse(ent_view_text(text), &id, NULL) != ENT_OK) {
        ent_rule_broken_by(v, "RFC 9562", field,
            "must be a UUID: 8-4-4-4-12 hexadecimal digits");
    }
}

void
ent_rule_need_date(
    struct ent_validation *v, const char *field, const char *text)
{
    uint64_t ms;

    if (is_given(text) &&
        ent_date_parse(ent_view_text(text), &ms, NULL) != ENT_OK) {
        ent_rule_broken_by(
            v, "ISO 8601", field, "must be a date, as 2026-11-22");
    }
}

void
ent_rule_need_length(struct ent_validation *v, const char *field,
    const ProtobufCBinaryData *bytes, size_t len)
{
    if (bytes->len != 0 && bytes->len != len) {
        ent_rule_broken(
            v, field, "must be %zu bytes, not %zu", len, bytes->len);
    }
}

void
ent_rule_need_past(struct ent_validation *v, const char *field,
    const Google__Protobuf__Timestamp *time)
{
    uint64_t ms = ent_message_time_ms(time);

    if (v->created_ms > 0 && ms > v->created_ms + ENT_CLOCK_SKEW_MS) {
        ent_rule_broken(v, field, "must not be after createdAt");
    }
}

#define DIGITS_MAX 18

static bool
is_decimal(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t fraction = 0;

    if (whole == 0 || whole > DIGITS_MAX) {
        return false;
    }
    if (text[whole] == '.') {
        fraction = strspn(text + whole + 1, "0123456789");
        if (fraction == 0 || fraction > DIGITS_MAX) {
            return false;
        }
        fraction++;
    }
    return text[whole + fraction] == '\0';
}

/* A decimal is 0 when it has no other digit. */
static bool
is_zero(const char *decimal)
{
    return strspn(decimal, "0.") == strlen(decimal);
}

/* Is the absolute value of a decimal at most `limit`? */
static bool
is_at_most(const char *decimal, unsigned limit)
{
    uint64_t whole = 0;
    const char *c = decimal;

    for (; *c != '\0' && *c != '.'; c++) {
        whole = whole * 10 + (uint64_t)(*c - '0');
    }
    return whole < limit || (whole == limit && (*c == '\0' || is_zero(c + 1)));
}

void
ent_rule_need_positive(
    struct ent_validation *v, const char *field, const char *text)
{
    if (!is_given(text)) {
        return;
    }
    if (!is_decimal(text)) {
        ent_rule_broken(v, field, "must be a number in plain digits, as 12.5");
    } else if (is_zero(text)) {
        ent_rule_broken(v, field, "must be more than 0");
    }
}

void
ent_rule_need_percent(
    struct ent_validation *v, const char *field, const char *text)
{
    if (is_given(text) && (!is_decimal(text) || !is_at_most(text, 100))) {
        ent_rule_broken(
            v, field, "must be a percentage from 0 to 100, as 81.5");
    }
}

void
ent_rule_need_degrees(struct ent_validation *v, const char *field,
    const char *text, unsigned limit)
{
    const char *decimal;

    if (!is_given(text)) {
        return;
    }
    decimal = *text == '-' ? text + 1 : text;
    if (!is_decimal(decimal) || !is_at_most(decimal, limit)) {
        ent_rule_broken_by(v, "WGS 84", field,
            "must be decimal degrees from -%u to %u, as 20.4285", limit, limit);
    }
}
