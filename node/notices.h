/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notices - what parties declared about agreements, kept in the store: a
 * suspension does not end because somebody removed its file.
 */
#ifndef NODE_NOTICES_H
#define NODE_NOTICES_H

#include "node/agreements_internal.h"
#include "node/node.h"

/* In a turn: verify a notice against the agreement it is about, and keep it.
 * `ret_new`: it was not known. ENT_REJECTED, ENT_BAD_INPUT: not to be used, for
 * the reason in `err`; ENT_EXISTS: its state has given the number to another.
 */
enum ent_status node_notices_take(struct node *node,
    const struct ent_agreement *agreement, struct ent_view text,
    struct ent_view signatures, bool *ret_new,
    struct ent_error *err) ENT_MUST_CHECK;

/* What all that are kept amount to for one agreement, from now on. A notice
 * that cannot be understood any more stops everything under it. */
enum ent_status node_notices_sum(struct node *node,
    const struct ent_agreement *agreement,
    struct ent_declarations *ret_declarations,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
