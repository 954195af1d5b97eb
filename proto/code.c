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

/* Terms that CITES' guidelines for annual reports have for what is traded,
 * ascending. */
static const char cites_terms[][4] = {"BAL", "BAR", "BEL", "BOD", "BON", "BOP",
    "BPR", "BUL", "CAL", "CAP", "CAR", "CAV", "CHP", "CLA", "CLO", "COR", "COS",
    "CST", "CUL", "DER", "DPL", "EAR", "EGG", "EGL", "EXT", "FEA", "FIB", "FIG",
    "FIN", "FLO", "FOO", "FPT", "FRA", "FRU", "GAB", "GAL", "GAR", "GEN", "GRS",
    "HAI", "HAP", "HEA", "HOC", "HOP", "HOR", "HOS", "HRN", "IVC", "IVP", "JWL",
    "KEY", "LEA", "LEG", "LIV", "LOG", "LPL", "LPS", "LVS", "MEA", "MED", "MUS",
    "NES", "OIL", "OTH", "PEA", "PIE", "PKY", "PLA", "PLY", "POW", "PUP", "RCH",
    "ROO", "RUG", "SAW", "SCA", "SEE", "SHE", "SID", "SKE", "SKI", "SKP", "SKU",
    "SOU", "SPE", "SPR", "STE", "SWI", "TAI", "TEE", "TIM", "TIP", "TIS", "TRI",
    "TRO", "TRR", "TUS", "VEN", "VNM", "WAX", "WPR"};

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

bool
ent_code_is_cites_term(struct ent_view code)
{
    return is_listed(code, cites_terms,
        sizeof cites_terms / sizeof cites_terms[0], sizeof cites_terms[0]);
}
