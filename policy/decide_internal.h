/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide_internal - what the decide*.c files share. Each check returns true to
 * go on, or false after a denial.
 */
#ifndef ENT_POLICY_DECIDE_INTERNAL_H
#define ENT_POLICY_DECIDE_INTERNAL_H

#include "policy/agreement_internal.h"
#include "policy/decide.h"

/* What the steps pass on to each other. */
struct question {
    const struct ent_agreement *agreement;
    const struct ent_facts *facts;
    const ent_message *message;
    const struct ent_family *family; /* NULL: not one we know */
    uint64_t now_ms;
    const struct agreement_office *from;
    const struct agreement_office *to;
    const struct agreement_exchange *exchange; /* NULL: a duty passes */
    const char *clause;                        /* that lets it pass */
    size_t line;
    uint32_t relaxed; /* bits: 1 << enum ent_relaxation */
};

/* The sentence of the decision. */
void ent_decision_say(struct ent_decision *decision, const char *format, ...)
    ENT_PRINTF(2, 3);

/* What denied, and where. Returns false, so that a check can end in it. */
bool ent_decision_deny(struct ent_decision *decision, uint32_t reason,
    const char *clause, size_t line);

/* Withhold what is at that path, by that clause. */
void ent_decision_mask(struct ent_decision *decision, const char *path,
    const char *clause, size_t line);

bool ent_message_bears(
    const ent_message *message, Entente__V1__Safeguard safeguard);

/* Has the message something at that prepared path? */
bool ent_path_has(
    const struct agreement_path *path, const ent_message *message);

/* decide_block.c: the rules above every agreement. */
bool ent_decide_hard_blocks(
    const struct question *question, struct ent_decision *decision);

/* decide_tier.c: who may have a family at all, above every agreement of states.
 * Inside one state it is that state's own matter. */
bool ent_decide_tier(
    const struct question *question, struct ent_decision *decision);

/* decide_exchange.c */
bool ent_decide_offices(
    struct question *question, struct ent_decision *decision);
bool ent_decide_exchange(
    struct question *question, struct ent_decision *decision);

/* decide_content.c */
bool ent_decide_offence(
    const struct question *question, struct ent_decision *decision);
bool ent_decide_classification(
    const struct question *question, struct ent_decision *decision);
bool ent_decide_handling(
    const struct question *question, struct ent_decision *decision);
bool ent_decide_fields(
    const struct question *question, struct ent_decision *decision);

/* decide_protect.c */
bool ent_decide_safeguards(
    const struct question *question, struct ent_decision *decision);
bool ent_decide_assurances(
    const struct question *question, struct ent_decision *decision);

/* decide_release.c: an emergency first, for it relaxes what follows. */
bool ent_decide_emergency(
    struct question *question, struct ent_decision *decision);
bool ent_decide_needs(
    const struct question *question, struct ent_decision *decision);
bool ent_decide_release(
    const struct question *question, struct ent_decision *decision);
/* Has a second officer to release it, as things are? */
bool ent_release_is_asked(const struct question *question);
bool ent_decide_quota(
    const struct question *question, struct ent_decision *decision);

/* decide_statistics.c: small cells, and who gives gets. */
bool ent_decide_statistics(
    const struct question *question, struct ent_decision *decision);

#endif
