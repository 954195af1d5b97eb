/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/code.h"

#include <stdlib.h>
#include <string.h>

#include "proto/iso_tables.h"

/* Common codes, ascending. */
static const char units[][4] = {
    "C62", /* one, a piece */
    "CMK", /* square centimetre */
    "CMQ", /* cubic centimetre */
    "CMT", /* centimetre */
    "FOT", /* foot */
    "GLI", /* gallon (UK) */
    "GLL", /* gallon (US) */
    "GRM", /* gram */
    "HAR", /* hectare */
    "HLT", /* hectolitre */
    "KGM", /* kilogram */
    "KMT", /* kilometre */
    "LBR", /* pound */
    "LTR", /* litre */
    "MC",  /* microgram */
    "MGM", /* milligram */
    "MLT", /* millilitre */
    "MMT", /* millimetre */
    "MTK", /* square metre */
    "MTQ", /* cubic metre */
    "MTR", /* metre */
    "NMI", /* nautical mile */
    "ONZ", /* ounce */
    "PR",  /* pair */
    "TNE", /* tonne */
    "U2",  /* tablet */
};

static int
compare_code(const void *key, const void *row)
{
    return strcmp(key, row);
}

/* `list` is ascending, in rows of `width`. */
static bool
is_listed(struct ent_view code, const void *list, size_t count, size_t width)
{
    char key[8];

    if (code.len == 0 || code.len >= width || width > sizeof key ||
        memchr(code.data, '\0', code.len) != NULL) {
        return false;
    }
    memcpy(key, code.data, code.len);
    key[code.len] = '\0';
    return bsearch(key, list, count, width, compare_code) != NULL;
}

bool
ent_code_is_currency(struct ent_view code)
{
    return is_listed(code, ent_iso_currencies, ent_iso_currencies_count,
        sizeof ent_iso_currencies[0]);
}

bool
ent_code_is_language(struct ent_view code)
{
    return is_listed(code, ent_iso_languages, ent_iso_languages_count,
        sizeof ent_iso_languages[0]);
}

bool
ent_code_is_script(struct ent_view code)
{
    return is_listed(code, ent_iso_scripts, ent_iso_scripts_count,
        sizeof ent_iso_scripts[0]);
}

bool
ent_code_is_unit(struct ent_view code)
{
    return is_listed(
        code, units, sizeof units / sizeof units[0], sizeof units[0]);
}
