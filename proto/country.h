/* SPDX-License-Identifier: Apache-2.0 */
/*
 * country - codes of states: which exist, not what they are called. Names of
 * territories are a matter between states and stand in agreements.
 */
#ifndef ENT_PROTO_COUNTRY_H
#define ENT_PROTO_COUNTRY_H

#include "proto/base/bytes.h"

/* ISO 3166-1 alpha-2, upper case, as in places: "TH". */
bool ent_country_is_alpha2(struct ent_view code);

/* The same in lower case, as in addresses: "th". */
bool ent_country_is_state(struct ent_view code);

/* An international organisation that issues travel documents, in lower case as
 * in addresses: "xpo" (Interpol), "uno" (United Nations). ICAO Doc 9303-3. */
bool ent_country_is_organisation(struct ent_view code);

/* ISO 3166-1 alpha-3 or one of ICAO Doc 9303's own codes, as travel documents
 * have it: "THA", "D", "XXA". */
bool ent_country_is_nationality(struct ent_view code);

/* Is `issuer`, as travel documents have it, that state or organisation, as
 * addresses have it? "THA" is "th", "D" is "de", "XPO" is "xpo". */
bool ent_country_issues(const char *state, const char *issuer);

#endif
