/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onward - may what came from another state go further: to another agency of
 * one's own state, to a third state or organisation, or into a court?
 *
 * The third-party rule: the state that something came from keeps a say in where
 * it goes (domain A4, Europol handling codes H1 and H2). Asked besides
 * ent_decide, which says whether the next recipient may get the family at all.
 * Pure, as everything here.
 */
#ifndef ENT_POLICY_ONWARD_H
#define ENT_POLICY_ONWARD_H

#include "policy/decide.h"

enum ent_use {
    ENT_USE_SHARE,    /* hand it to somebody else */
    ENT_USE_JUDICIAL, /* disclose it in proceedings */
};

struct ent_onward {
    const struct ent_address *originator; /* the office it came from */
    const struct ent_address *holder;     /* who would pass it on */
    const struct ent_family *family;
    enum ent_use use;
    const char *to;      /* state or organisation it would go to: "la", "xpo" */
    uint32_t to_sectors; /* of the office there; bits: 1 << enum ent_sector */
    const char *issuer;  /* of the document in it: "THA"; NULL: none */
    bool raised;         /* its originator has re-classified it since */
    bool consent; /* the originator's, for this message, recipient and use, and
                     since it is raised */
    const struct ent_declarations *declarations;
};

/* `agreement` is the one it came under. PERMIT has no obligations but those it
 * came with; DENY names the clause. */
void ent_decide_onward(const struct ent_agreement *agreement,
    const struct ent_onward *onward, uint64_t now_ms,
    struct ent_decision *ret_decision);

/* Does it say what goes further (`onward`)? */
bool ent_agreement_has_onward(const struct ent_agreement *agreement);

/* What an office works on, as this agreement lists it; 0: not said. */
uint32_t ent_agreement_sectors(
    const struct ent_agreement *agreement, const struct ent_address *office);

#endif
