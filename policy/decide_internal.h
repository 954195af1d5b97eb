/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide_internal - what decide.c and decide_block.c share.
 */
#ifndef ENT_POLICY_DECIDE_INTERNAL_H
#define ENT_POLICY_DECIDE_INTERNAL_H

#include "policy/decide.h"

/* The sentence of the decision. */
void ent_decision_say(struct ent_decision *decision, const char *format, ...)
    ENT_PRINTF(2, 3);

/* What denied, and where. Returns false, so that a check can end in it. */
bool ent_decision_deny(struct ent_decision *decision, uint32_t reason,
    const char *clause, size_t line);

/* The rules above every agreement; `family` NULL: not one we know. False after
 * a denial. */
bool ent_decide_hard_blocks(const struct ent_facts *facts,
    const struct ent_family *family, struct ent_decision *decision);

#endif
