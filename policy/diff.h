/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff - what changed between two versions of an agreement, in words, for who
 * has to sign the newer one: "exchange 5.3: families no longer has
 * drug_seizure". Order of lists means nothing; rows are known by what names
 * them: a clause by its number, an office by its address, a retention by each
 * family it is for.
 */
#ifndef ENT_POLICY_DIFF_H
#define ENT_POLICY_DIFF_H

#include "policy/agreement.h"

#define ENT_PLACE_LEN 160
#define ENT_CHANGE_LEN 512

enum ent_change_kind {
    ENT_CHANGE_ADDED,
    ENT_CHANGE_REMOVED,
    ENT_CHANGE_CHANGED,
};

struct ent_change {
    enum ent_change_kind kind;
    char place[ENT_PLACE_LEN];     /* "exchange 5.3 direction" */
    char sentence[ENT_CHANGE_LEN]; /* "was both, is th to kh" */
    size_t old_line;               /* 0: it is not in the older one */
    size_t new_line;
};

/* Every change, in the order of the newer file, removed things where the older
 * one had them. */
void ent_agreement_diff(const struct ent_agreement *older,
    const struct ent_agreement *newer,
    void (*found)(void *context, const struct ent_change *change),
    void *context);

#endif
