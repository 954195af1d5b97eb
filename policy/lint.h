/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lint - what an agreement says and probably does not mean: clauses nobody can
 * use, families kept for as long as only the catalogue says, alerts that name
 * persons and will all be denied, what no message of this version can ever
 * release. None of it makes the file wrong: what is
 * missing is decided as strictly as the program can.
 */
#ifndef ENT_POLICY_LINT_H
#define ENT_POLICY_LINT_H

#include "policy/agreement.h"

/* Warnings, sorted by place; none is a good sign. */
void ent_agreement_lint(
    const struct ent_agreement *agreement, struct ent_complaints *ret_warnings);

#endif
