/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlay - rules of one office for itself, on top of what its states agreed.
 * They can only forbid: whatever an overlay says, nothing passes that the
 * agreement denies.
 *
 *     overlay: blo-aranyaprathet@th
 *     deny:
 *       - {rule: L1, way: send, with: [kh], families: [hub_alert],
 *          purposes: [listed_crime], offences: [drugs], above: official,
 *          fields: [conveyance.plate], why: Ask the duty lawyer first}
 *
 * A rule forbids what meets all the conditions it states; one that is left out
 * is met by everything. None stops what is owed (ent_facts_owe): that an
 * office does not hear of a recall is no matter of its own.
 */
#ifndef ENT_POLICY_OVERLAY_H
#define ENT_POLICY_OVERLAY_H

#include "policy/decide.h"

#define ENT_OVERLAY_SIZE_MAX ENT_YAML_SIZE_MAX
#define ENT_OVERLAY_RULES_MAX 256

struct ent_overlay;

/* Parse and check. On ENT_BAD_INPUT the reasons are in `complaints`. */
enum ent_status ent_overlay_load(struct ent_view text,
    struct ent_overlay **ret_overlay, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_overlay_free(struct ent_overlay **overlay);

/* The office whose rules they are. */
const struct ent_address *ent_overlay_office(const struct ent_overlay *overlay);
size_t ent_overlay_rule_count(const struct ent_overlay *overlay);

/* Turn a PERMIT into DENY where a rule forbids it; leave everything else. NULL:
 * there is no overlay. The clause is "local" and the rule's name, its line that
 * of the overlay's file. */
void ent_overlay_apply(const struct ent_overlay *overlay,
    const struct ent_facts *facts, struct ent_decision *decision);

#endif
