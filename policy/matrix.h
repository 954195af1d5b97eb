/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matrix - who may send what to whom: each clause for each two offices that it
 * joins.
 */
#ifndef ENT_POLICY_MATRIX_H
#define ENT_POLICY_MATRIX_H

#include "policy/agreement.h"

/* Everything in it is borrowed for the call, or from the agreement. */
struct ent_passage {
    const char *clause;
    size_t line;
    const struct ent_address *from;
    const struct ent_address *to;
    bool both_ways;
    const char *families; /* "hotline_alert, hub_alert" */
    const char *purposes;
};

/* Clauses in the order of the file, offices too. */
void ent_matrix_walk(const struct ent_agreement *agreement,
    void (*found)(void *context, const struct ent_passage *passage),
    void *context);

#endif
