/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier_internal.h"

#include <assert.h>
#include <string.h>

bool
ent_identifier_has_form(struct ent_view text, const char *form)
{
    if (text.len != strlen(form)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool fits = form[i] == '0'   ? ent_is_digit(c)
                    : form[i] == 'A' ? ent_is_upper(c)
                    : form[i] == 'X' ? ent_is_digit(c) || ent_is_upper(c)
                                     : c == (uint8_t)form[i];

        if (!fits) {
            return false;
        }
    }
    return true;
}

struct ent_view
ent_identifier_part(struct ent_view text, size_t start, size_t len)
{
    assert(start + len <= text.len);

    return ent_view_of(text.data + start, len);
}

unsigned
ent_identifier_weigh(struct ent_view text, const unsigned *weights)
{
    unsigned sum = 0;

    for (size_t i = 0; i < text.len; i++) {
        sum += digit(text.data[i]) * weights[i];
    }
    return sum;
}

enum ent_status
ent_identifier_expect(bool good, const char *right, struct ent_error *err)
{
    return good ? ENT_OK : ent_fail(err, ENT_BAD_INPUT, "must be %s", right);
}

enum ent_status
ent_identifier_expect_digit(
    uint8_t written, unsigned computed, struct ent_error *err)
{
    if (digit(written) != computed) {
        return ent_fail(err, ENT_BAD_INPUT, "check digit must be %u, not %c",
            computed, written);
    }
    return ENT_OK;
}
