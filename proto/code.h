/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code - short codes that stand in a list which others keep: money, languages,
 * scripts, units, what is made of animals and plants. Countries have a module
 * of their own.
 */
#ifndef ENT_PROTO_CODE_H
#define ENT_PROTO_CODE_H

#include "proto/base/bytes.h"

/* ISO 4217, upper case: "THB". */
bool ent_code_is_currency(struct ent_view code);

/* ISO 639, lower case: "th", "tha", "cmn". Two letters where there are two is a
 * rule of BCP 47, and not asked here. */
bool ent_code_is_language(struct ent_view code);

/* ISO 15924, the first letter upper case: "Thai", "Khmr". */
bool ent_code_is_script(struct ent_view code);

/* Those units of UN/ECE Recommendation 20 in which goods are weighed, measured
 * and counted here: "KGM", "LTR", "C62" (one, a piece). */
bool ent_code_is_unit(struct ent_view code);

/* What a specimen is, in annual reports to CITES: "SCA" for scales. */
bool ent_code_is_cites_term(struct ent_view code);

#endif
