/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/mrz_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "proto/base/ascii.h"

/* Line and column from 0, then the length; Doc 9303 counts columns from 1. */
static const struct ent_mrz_layout layouts[] =
    {
        [ENT_MRZ_TD1] =
            {
                .name = "card (TD1)",
                .codes = "ACI",
                .source = "ICAO Doc 9303-5",
                .lines = 3,
                .width = 30,
                .code = {0, 0, 2},
                .issuer = {0, 2, 3},
                .number = {0, 5, 9},
                .number_check = {0, 14, 1},
                .optional = {0, 15, 15},
                .birth = {1, 0, 6},
                .birth_check = {1, 6, 1},
                .sex = {1, 7, 1},
                .expiry = {1, 8, 6},
                .expiry_check = {1, 14, 1},
                .nationality = {1, 15, 3},
                .optional2 = {1, 18, 11},
                .composite_check = {1, 29, 1},
                .composite = {{0, 5, 25}, {1, 0, 7}, {1, 8, 7}, {1, 18, 11}},
                .name_field = {2, 0, 30},
                .long_numbers = true,
            },
        [ENT_MRZ_TD2] =
            {
                .name = "card (TD2)",
                .codes = "ACI",
                .source = "ICAO Doc 9303-6",
                .lines = 2,
                .width = 36,
                .code = {0, 0, 2},
                .issuer = {0, 2, 3},
                .name_field = {0, 5, 31},
                .number = {1, 0, 9},
                .number_check = {1, 9, 1},
                .nationality = {1, 10, 3},
                .birth = {1, 13, 6},
                .birth_check = {1, 19, 1},
                .sex = {1, 20, 1},
                .expiry = {1, 21, 6},
                .expiry_check = {1, 27, 1},
                .optional = {1, 28, 7},
                .composite_check = {1, 35, 1},
                .composite = {{1, 0, 10}, {1, 13, 7}, {1, 21, 14}},
                .long_numbers = true,
            },
        [ENT_MRZ_TD3] =
            {
                .name = "passport (TD3)",
                .codes = "P",
                .source = "ICAO Doc 9303-4",
                .lines = 2,
                .width = 44,
                .code = {0, 0, 2},
                .issuer = {0, 2, 3},
                .name_field = {0, 5, 39},
                .number = {1, 0, 9},
                .number_check = {1, 9, 1},
                .nationality = {1, 10, 3},
                .birth = {1, 13, 6},
                .birth_check = {1, 19, 1},
                .sex = {1, 20, 1},
                .expiry = {1, 21, 6},
                .expiry_check = {1, 27, 1},
                .optional = {1, 28, 14},
                .optional_check = {1, 42, 1},
                .composite_check = {1, 43, 1},
                .composite = {{1, 0, 10}, {1, 13, 7}, {1, 21, 22}},
            },
        [ENT_MRZ_MRV_A] =
            {
                .name = "visa (MRV-A)",
                .codes = "V",
                .source = "ICAO Doc 9303-7",
                .lines = 2,
                .width = 44,
                .code = {0, 0, 2},
                .issuer = {0, 2, 3},
                .name_field = {0, 5, 39},
                .number = {1, 0, 9},
                .number_check = {1, 9, 1},
                .nationality = {1, 10, 3},
                .birth = {1, 13, 6},
                .birth_check = {1, 19, 1},
                .sex = {1, 20, 1},
                .expiry = {1, 21, 6},
                .expiry_check = {1, 27, 1},
                .optional = {1, 28, 16},
            },
        [ENT_MRZ_MRV_B] =
            {
                .name = "visa (MRV-B)",
                .codes = "V",
                .source = "ICAO Doc 9303-7",
                .lines = 2,
                .width = 36,
                .code = {0, 0, 2},
                .issuer = {0, 2, 3},
                .name_field = {0, 5, 31},
                .number = {1, 0, 9},
                .number_check = {1, 9, 1},
                .nationality = {1, 10, 3},
                .birth = {1, 13, 6},
                .birth_check = {1, 19, 1},
                .sex = {1, 20, 1},
                .expiry = {1, 21, 6},
                .expiry_check = {1, 27, 1},
                .optional = {1, 28, 8},
            },
};

const struct ent_mrz_layout *
ent_mrz_layout_of(enum ent_mrz_form form)
{
    assert((size_t)form < sizeof layouts / sizeof layouts[0]);

    return &layouts[form];
}

const char *
ent_mrz_form_name(enum ent_mrz_form form)
{
    return ent_mrz_layout_of(form)->name;
}

struct ent_view
ent_mrz_at(const struct ent_mrz_lines *lines, struct ent_mrz_span span)
{
    return ent_view_of(lines->line[span.line] + span.start, span.len);
}

/* A is 10 and Z is 35; a filler counts for nothing. */
static unsigned
value_of(uint8_t c)
{
    if (ent_is_digit(c)) {
        return (unsigned)(c - '0');
    }
    return c == '<' ? 0 : (unsigned)(c - 'A') + 10;
}

unsigned
ent_mrz_check_digit(struct ent_view text)
{
    static const unsigned weights[] = {7, 3, 1};
    unsigned sum = 0;

    for (size_t i = 0; i < text.len; i++) {
        sum += value_of(text.data[i]) * weights[i % 3];
    }
    return sum % 10;
}

/* The weights run on from piece to piece. */
unsigned
ent_mrz_composite_digit(const struct ent_mrz_lines *lines)
{
    uint8_t joined[ENT_MRZ_LINES_MAX * ENT_MRZ_WIDTH_MAX];
    size_t len = 0;

    for (size_t i = 0; i < ENT_MRZ_PIECES_MAX; i++) {
        struct ent_view piece = ent_mrz_at(lines, lines->layout->composite[i]);

        for (size_t j = 0; j < piece.len; j++) {
            joined[len++] = piece.data[j];
        }
    }
    return ent_mrz_check_digit(ent_view_of(joined, len));
}

enum ent_status
ent_mrz_complain(struct ent_error *err, const struct ent_mrz_lines *lines,
    struct ent_mrz_span span, unsigned column, const char *source,
    const char *format, ...)
{
    char complaint[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(complaint, sizeof complaint, format, args);
    va_end(args);
    return ent_fail(err, ENT_BAD_INPUT, "line %u, column %u: %s (%s)",
        span.line + 1, span.start + column + 1, complaint,
        source != NULL ? source : lines->layout->source);
}
