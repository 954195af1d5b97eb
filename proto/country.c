/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/country.h"

#include <stdlib.h>
#include <string.h>

struct country {
    char alpha2[3];
    char alpha3[4];
};

/* ISO 3166-1 as of 2023, ascending by alpha-2. */
static const struct country countries[] = {
    {"AD", "AND"},
    {"AE", "ARE"},
    {"AF", "AFG"},
    {"AG", "ATG"},
    {"AI", "AIA"},
    {"AL", "ALB"},
    {"AM", "ARM"},
    {"AO", "AGO"},
    {"AQ", "ATA"},
    {"AR", "ARG"},
    {"AS", "ASM"},
    {"AT", "AUT"},
    {"AU", "AUS"},
    {"AW", "ABW"},
    {"AX", "ALA"},
    {"AZ", "AZE"},
    {"BA", "BIH"},
    {"BB", "BRB"},
    {"BD", "BGD"},
    {"BE", "BEL"},
    {"BF", "BFA"},
    {"BG", "BGR"},
    {"BH", "BHR"},
    {"BI", "BDI"},
    {"BJ", "BEN"},
    {"BL", "BLM"},
    {"BM", "BMU"},
    {"BN", "BRN"},
    {"BO", "BOL"},
    {"BQ", "BES"},
    {"BR", "BRA"},
    {"BS", "BHS"},
    {"BT", "BTN"},
    {"BV", "BVT"},
    {"BW", "BWA"},
    {"BY", "BLR"},
    {"BZ", "BLZ"},
    {"CA", "CAN"},
    {"CC", "CCK"},
    {"CD", "COD"},
    {"CF", "CAF"},
    {"CG", "COG"},
    {"CH", "CHE"},
    {"CI", "CIV"},
    {"CK", "COK"},
    {"CL", "CHL"},
    {"CM", "CMR"},
    {"CN", "CHN"},
    {"CO", "COL"},
    {"CR", "CRI"},
    {"CU", "CUB"},
    {"CV", "CPV"},
    {"CW", "CUW"},
    {"CX", "CXR"},
    {"CY", "CYP"},
    {"CZ", "CZE"},
    {"DE", "DEU"},
    {"DJ", "DJI"},
    {"DK", "DNK"},
    {"DM", "DMA"},
    {"DO", "DOM"},
    {"DZ", "DZA"},
    {"EC", "ECU"},
    {"EE", "EST"},
    {"EG", "EGY"},
    {"EH", "ESH"},
    {"ER", "ERI"},
    {"ES", "ESP"},
    {"ET", "ETH"},
    {"FI", "FIN"},
    {"FJ", "FJI"},
    {"FK", "FLK"},
    {"FM", "FSM"},
    {"FO", "FRO"},
    {"FR", "FRA"},
    {"GA", "GAB"},
    {"GB", "GBR"},
    {"GD", "GRD"},
    {"GE", "GEO"},
    {"GF", "GUF"},
    {"GG", "GGY"},
    {"GH", "GHA"},
    {"GI", "GIB"},
    {"GL", "GRL"},
    {"GM", "GMB"},
    {"GN", "GIN"},
    {"GP", "GLP"},
    {"GQ", "GNQ"},
    {"GR", "GRC"},
    {"GS", "SGS"},
    {"GT", "GTM"},
    {"GU", "GUM"},
    {"GW", "GNB"},
    {"GY", "GUY"},
    {"HK", "HKG"},
    {"HM", "HMD"},
    {"HN", "HND"},
    {"HR", "HRV"},
    {"HT", "HTI"},
    {"HU", "HUN"},
    {"ID", "IDN"},
    {"IE", "IRL"},
    {"IL", "ISR"},
    {"IM", "IMN"},
    {"IN", "IND"},
    {"IO", "IOT"},
    {"IQ", "IRQ"},
    {"IR", "IRN"},
    {"IS", "ISL"},
    {"IT", "ITA"},
    {"JE", "JEY"},
    {"JM", "JAM"},
    {"JO", "JOR"},
    {"JP", "JPN"},
    {"KE", "KEN"},
    {"KG", "KGZ"},
    {"KH", "KHM"},
    {"KI", "KIR"},
    {"KM", "COM"},
    {"KN", "KNA"},
    {"KP", "PRK"},
    {"KR", "KOR"},
    {"KW", "KWT"},
    {"KY", "CYM"},
    {"KZ", "KAZ"},
    {"LA", "LAO"},
    {"LB", "LBN"},
    {"LC", "LCA"},
    {"LI", "LIE"},
    {"LK", "LKA"},
    {"LR", "LBR"},
    {"LS", "LSO"},
    {"LT", "LTU"},
    {"LU", "LUX"},
    {"LV", "LVA"},
    {"LY", "LBY"},
    {"MA", "MAR"},
    {"MC", "MCO"},
    {"MD", "MDA"},
    {"ME", "MNE"},
    {"MF", "MAF"},
    {"MG", "MDG"},
    {"MH", "MHL"},
    {"MK", "MKD"},
    {"ML", "MLI"},
    {"MM", "MMR"},
    {"MN", "MNG"},
    {"MO", "MAC"},
    {"MP", "MNP"},
    {"MQ", "MTQ"},
    {"MR", "MRT"},
    {"MS", "MSR"},
    {"MT", "MLT"},
    {"MU", "MUS"},
    {"MV", "MDV"},
    {"MW", "MWI"},
    {"MX", "MEX"},
    {"MY", "MYS"},
    {"MZ", "MOZ"},
    {"NA", "NAM"},
    {"NC", "NCL"},
    {"NE", "NER"},
    {"NF", "NFK"},
    {"NG", "NGA"},
    {"NI", "NIC"},
    {"NL", "NLD"},
    {"NO", "NOR"},
    {"NP", "NPL"},
    {"NR", "NRU"},
    {"NU", "NIU"},
    {"NZ", "NZL"},
    {"OM", "OMN"},
    {"PA", "PAN"},
    {"PE", "PER"},
    {"PF", "PYF"},
    {"PG", "PNG"},
    {"PH", "PHL"},
    {"PK", "PAK"},
    {"PL", "POL"},
    {"PM", "SPM"},
    {"PN", "PCN"},
    {"PR", "PRI"},
    {"PS", "PSE"},
    {"PT", "PRT"},
    {"PW", "PLW"},
    {"PY", "PRY"},
    {"QA", "QAT"},
    {"RE", "REU"},
    {"RO", "ROU"},
    {"RS", "SRB"},
    {"RU", "RUS"},
    {"RW", "RWA"},
    {"SA", "SAU"},
    {"SB", "SLB"},
    {"SC", "SYC"},
    {"SD", "SDN"},
    {"SE", "SWE"},
    {"SG", "SGP"},
    {"SH", "SHN"},
    {"SI", "SVN"},
    {"SJ", "SJM"},
    {"SK", "SVK"},
    {"SL", "SLE"},
    {"SM", "SMR"},
    {"SN", "SEN"},
    {"SO", "SOM"},
    {"SR", "SUR"},
    {"SS", "SSD"},
    {"ST", "STP"},
    {"SV", "SLV"},
    {"SX", "SXM"},
    {"SY", "SYR"},
    {"SZ", "SWZ"},
    {"TC", "TCA"},
    {"TD", "TCD"},
    {"TF", "ATF"},
    {"TG", "TGO"},
    {"TH", "THA"},
    {"TJ", "TJK"},
    {"TK", "TKL"},
    {"TL", "TLS"},
    {"TM", "TKM"},
    {"TN", "TUN"},
    {"TO", "TON"},
    {"TR", "TUR"},
    {"TT", "TTO"},
    {"TV", "TUV"},
    {"TW", "TWN"},
    {"TZ", "TZA"},
    {"UA", "UKR"},
    {"UG", "UGA"},
    {"UM", "UMI"},
    {"US", "USA"},
    {"UY", "URY"},
    {"UZ", "UZB"},
    {"VA", "VAT"},
    {"VC", "VCT"},
    {"VE", "VEN"},
    {"VG", "VGB"},
    {"VI", "VIR"},
    {"VN", "VNM"},
    {"VU", "VUT"},
    {"WF", "WLF"},
    {"WS", "WSM"},
    {"YE", "YEM"},
    {"YT", "MYT"},
    {"ZA", "ZAF"},
    {"ZM", "ZMB"},
    {"ZW", "ZWE"},
};

#define COUNTRY_COUNT (sizeof countries / sizeof countries[0])

/* What else stands in the nationality field of a travel document: ICAO Doc
 * 9303-3, section 5. */
static const char *const icao_codes[] = {"D", "EUE", "GBD", "GBN", "GBO", "GBP",
    "GBS", "RKS", "UNA", "UNK", "UNO", "UTO", "XBA", "XCC", "XCO", "XEC", "XOM",
    "XPO", "XXA", "XXB", "XXC", "XXX"};

/* Those of them that are organisations, as they stand in addresses. */
static const char *const organisations[] = {
    "eue", "una", "uno", "xba", "xcc", "xco", "xec", "xom", "xpo"};

static int
compare_alpha2(const void *key, const void *row)
{
    const struct country *country = row;

    return memcmp(key, country->alpha2, 2);
}

bool
ent_country_is_alpha2(struct ent_view code)
{
    return code.len == 2 && bsearch(code.data, countries, COUNTRY_COUNT,
                                sizeof countries[0], compare_alpha2) != NULL;
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
    for (size_t i = 0; i < COUNTRY_COUNT; i++) {
        if (ent_view_equal(code, ent_view_of(countries[i].alpha3, 3))) {
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
