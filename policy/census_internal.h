/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census_internal - the values of a cell: numbers of closed lists, never 0.
 * What is no word of its list, or is not stated, is that list's word for so.
 */
#ifndef ENT_POLICY_CENSUS_INTERNAL_H
#define ENT_POLICY_CENSUS_INTERNAL_H

#include "policy/census.h"

uint32_t ent_census_sex_value(Entente__V1__Sex sex);
uint32_t ent_census_age_value(const char *age_band);
uint32_t ent_census_origin_value(const char *nationality);
uint32_t ent_census_offence_value(Entente__V1__Offence offence);
uint32_t ent_census_mode_value(Entente__V1__TransportMode mode);
uint32_t ent_census_substance_value(Entente__V1__Drug drug);
/* Either may be NULL, or say no country. */
uint32_t ent_census_route_value(
    const Entente__V1__Location *from, const Entente__V1__Location *to);

/* How much of it, where that is coded. */
bool ent_census_amount_of(const Entente__V1__SeizedDrug *item,
    enum ent_census_unit *ret_unit, uint64_t *ret_millionths);

#endif
