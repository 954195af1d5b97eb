/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

void
ent_rule_need_length(struct ent_validation *v, const char *field,
    const ProtobufCBinaryData *bytes, size_t len)
{
    if (bytes->len != 0 && bytes->len != len) {
        ent_rule_broken(
            v, field, "must be %zu bytes, not %zu", len, bytes->len);
    }
}

#define DIGITS_MAX 18

bool
ent_decimal_is_formed(const char *text)
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
bool
ent_decimal_is_zero(const char *decimal)
{
    return strspn(decimal, "0.") == strlen(decimal);
}

/* Is the absolute value of a decimal at most `limit`? */
bool
ent_decimal_is_at_most(const char *decimal, unsigned limit)
{
    uint64_t whole = 0;
    const char *c = decimal;

    for (; *c != '\0' && *c != '.'; c++) {
        whole = whole * 10 + (uint64_t)(*c - '0');
    }
    return whole < limit ||
           (whole == limit && (*c == '\0' || ent_decimal_is_zero(c + 1)));
}
