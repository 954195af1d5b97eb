/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain - a decision in words: what was asked, which clause answered, that
 * line of the agreement itself, why, and what follows from it.
 *
 *     DENIED         FAMILY_NOT_AGREED
 *     message        drug_seizure from blo-poipet@kh to ncc@th, sending
 *     agreement      th-kh-border-information, version 3
 *     clause         5.3, line 32
 *     text           - {clause: "5.3", families: [drug_seizure], ...
 *     why            clause 5.3 lets drug_seizure pass, but not from ...
 *     remedy         The agreement does not let this family pass ...
 */
#ifndef ENT_POLICY_EXPLAIN_H
#define ENT_POLICY_EXPLAIN_H

#include "policy/decide.h"

/* Those lines. `agreement` is the one that decided; NULL: there was none. */
enum ent_status ent_explain(const struct ent_agreement *agreement,
    const struct ent_facts *facts, const struct ent_decision *decision,
    struct ent_bytes *ret_text, struct ent_error *err) ENT_MUST_CHECK;

/* One line of the agreement's file, without the spaces around it; nothing for
 * line 0. Borrowed. */
struct ent_view ent_agreement_line(
    const struct ent_agreement *agreement, size_t line);

#endif
