/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/country.h"

#include <stdlib.h>
#include <string.h>

#include "proto/iso_tables.h"

/* What else stands in the nationality field of a travel document: ICAO Doc
 * 9303-3, section 5. */
static const char *const icao_codes[] = {
    "D",   /* Germany */
    "EUE", /* European Union, laissez-passer */
    "GBD", /* British overseas territories citizen */
    "GBN", /* British national (overseas) */
    "GBO", /* British overseas citizen */
    "GBP", /* British protected person */
    "GBS", /* British subject */
    "RKS", /* Kosovo, as its documents have it */
    "UNA", /* United Nations, specialised agency */
    "UNK", /* United Nations interim administration in Kosovo */
    "UNO", /* United Nations */
    "UTO", /* Utopia: specimens */
    "XBA", /* African Development Bank */
    "XCC", /* Caribbean Community */
    "XCE", /* Council of Europe */
    "XCO", /* Common Market for Eastern and Southern Africa */
    "XDC", /* Southern African Development Community */
    "XEC", /* Economic Community of West African States */
    "XES", /* Organization of Eastern Caribbean States */
    "XIM", /* African Export-Import Bank */
    "XMP", /* Parliamentary Assembly of the Mediterranean */
    "XOM", /* Sovereign Military Order of Malta */
    "XPO", /* Interpol */
    "XXA", /* stateless, convention of 1954 */
    "XXB", /* refugee, convention of 1951 */
    "XXC", /* another refugee */
    "XXX", /* unspecified */
};

/* Those of them that are organisations, as they stand in addresses. */
static const char *const organisations[] = {"eue", "una", "uno", "xba", "xcc",
    "xce", "xco", "xdc", "xec", "xes", "xim", "xmp", "xom", "xpo"};

static int
compare_alpha2(const void *key, const void *row)
{
    const struct ent_iso_country *country = row;

    return memcmp(key, country->alpha2, 2);
}

bool
ent_country_is_alpha2(struct ent_view code)
{
    return code.len == 2 &&
           bsearch(code.data, ent_iso_countries, ent_iso_countries_count,
               sizeof ent_iso_countries[0], compare_alpha2) != NULL;
}

bool
ent_country_is_state(struct ent_view code)
{
    uint8_t upper[2];

    if (code.len != sizeof upper) {
        return false;
    }
    for (size_t i = 0; i < sizeof upper; i++) {
        if (code.data[i] < 'a' || code.data[i] > 'z') {
            return false;
        }
        upper[i] = (uint8_t)(code.data[i] - ('a' - 'A'));
    }
    return ent_country_is_alpha2(ent_view_of(upper, sizeof upper));
}

bool
ent_country_is_organisation(struct ent_view code)
{
    for (size_t i = 0; i < sizeof organisations / sizeof organisations[0];
         i++) {
        if (ent_view_equal(code, ent_view_text(organisations[i]))) {
            return true;
        }
    }
    return false;
}

bool
ent_country_is_nationality(struct ent_view code)
{
    for (size_t i = 0; i < ent_iso_countries_count; i++) {
        if (ent_view_equal(code, ent_view_of(ent_iso_countries[i].alpha3, 3))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof icao_codes / sizeof icao_codes[0]; i++) {
        if (ent_view_equal(code, ent_view_text(icao_codes[i]))) {
            return true;
        }
    }
    return false;
}

/* British nationals of several kinds hold documents of one state. */
static const struct {
    const char *issuer;
    const char *state;
} issuers[] = {
    {"D", "de"},
    {"GBD", "gb"},
    {"GBN", "gb"},
    {"GBO", "gb"},
    {"GBP", "gb"},
    {"GBS", "gb"},
};

static bool
is_lower_of(const char *lower, const char *upper)
{
    size_t i = 0;

    while (lower[i] != '\0' && upper[i] != '\0' &&
           lower[i] - ('a' - 'A') == upper[i]) {
        i++;
    }
    return lower[i] == '\0' && upper[i] == '\0';
}

bool
ent_country_issues(const char *state, const char *issuer)
{
    for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
        if (strcmp(issuers[i].issuer, issuer) == 0) {
            return strcmp(issuers[i].state, state) == 0;
        }
    }
    for (size_t i = 0; i < ent_iso_countries_count; i++) {
        if (strcmp(ent_iso_countries[i].alpha3, issuer) == 0) {
            return is_lower_of(state, ent_iso_countries[i].alpha2);
        }
    }
    return is_lower_of(state, issuer);
}
