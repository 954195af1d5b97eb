/* SPDX-License-Identifier: Apache-2.0 */
/*
 * undone - what an agreement asks for that no program of this version does.
 *
 * Every clause has its place in the decision, but some ask for an act: a
 * drill is to be sent, a desk is to get a copy. Whoever
 * signed such a clause relies on it. So a node does not use an agreement that
 * has one before it does what the clause says, and this list becomes empty as
 * acts are built.
 *
 * Not in it is what only refuses more than was meant, such as an emergency that
 * nobody can declare; nor `recall`, since a recalled message is removed as soon
 * as the recall comes.
 */
#ifndef ENT_POLICY_UNDONE_H
#define ENT_POLICY_UNDONE_H

#include "policy/agreement.h"

/* One complaint for each such clause, sorted by place; none: all is done. */
void ent_agreement_undone(const struct ent_agreement *agreement,
    struct ent_complaints *ret_complaints);

#endif
