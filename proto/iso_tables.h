/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iso_tables - the code lists that Debian's package iso-codes keeps, as
 * iso_tables.py makes C of them when this is built. country and code ask them;
 * nobody else needs to.
 */
#ifndef ENT_PROTO_ISO_TABLES_H
#define ENT_PROTO_ISO_TABLES_H

#include <stddef.h>

struct ent_iso_country {
    char alpha2[3];
    char alpha3[4];
};

/* ISO 3166-1, ascending by alpha-2. */
extern const struct ent_iso_country ent_iso_countries[];
extern const size_t ent_iso_countries_count;

/* ISO 4217: "THB". Ascending, as those below. */
extern const char ent_iso_currencies[][4];
extern const size_t ent_iso_currencies_count;

/* ISO 639: the two letters of part 1, the three of parts 2 (both), 3 and 5. */
extern const char ent_iso_languages[][4];
extern const size_t ent_iso_languages_count;

/* ISO 15924: "Thai". */
extern const char ent_iso_scripts[][5];
extern const size_t ent_iso_scripts_count;

#endif
