/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outcome - what became of the copies of a bundle that end like one another,
 * said once for all of them.
 *
 * Most copies end in the same way: a receipt says that they are delivered, and
 * nothing is to be done but to know it. Such a copy is plain, and its bundle
 * has a row in OUTCOME from its sealing on that says which are. The receipt
 * puts its time in that row and leaves theirs in COPY as they were sealed:
 * node/copy.h lays the one over the other when they are read.
 *
 * A copy whose row changes before the receipt is plain no more: it stands for
 * itself from then on, and is settled by itself. So does every copy of a bundle
 * that has no row here. The row goes with its bundle, which is kept until each
 * of its messages is deleted, and their copies say what became of them then.
 */
#ifndef NODE_OUTCOME_H
#define NODE_OUTCOME_H

#include "node/rest.pb-c.h"
#include "proto/bundle.h"

struct node;

struct node_outcome {
    uint64_t bundle;
    uint64_t settled_at; /* they are delivered, since then; 0: not yet */
    uint8_t plain[ENT_BUNDLE_MESSAGES_MAX / 8]; /* a bit for each index */
};

bool node_outcome_has(const struct node_outcome *outcome, uint32_t index);
void node_outcome_add(struct node_outcome *outcome, uint32_t index);
void node_outcome_take(struct node_outcome *outcome, uint32_t index);
/* How many are plain. */
size_t node_outcome_count(const struct node_outcome *outcome);

/* A copy that has no state of its own, and of which the row of its bundle may
 * say it. */
bool node_outcome_may_lie(const Entente__Rest__V1__CopyRow *row);
/* Make it delivered, if it is one of these; the clause by which it left is
 * that of its end no more. What the row looks into stays as it is. */
void node_outcome_lay(
    const struct node_outcome *outcome, Entente__Rest__V1__CopyRow *row);

/* Read a row as it is stored. ENT_IO: it is odd. */
enum ent_status node_outcome_decode(uint64_t bundle, struct ent_view value,
    struct node_outcome *ret_outcome, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_NOT_FOUND is ordinary. */
enum ent_status node_outcome_get(struct node *node, uint64_t bundle,
    struct node_outcome *ret_outcome, struct ent_error *err) ENT_MUST_CHECK;
/* None is kept where no copy is plain. */
enum ent_status node_outcome_put(struct node *node,
    const struct node_outcome *outcome, struct ent_error *err) ENT_MUST_CHECK;
/* A copy that has no last state changes: it is plain no more. */
enum ent_status node_outcome_single(struct node *node, uint64_t bundle,
    uint32_t index, struct ent_error *err) ENT_MUST_CHECK;
/* Its bundle is deleted. */
enum ent_status node_outcome_forget(
    struct node *node, uint64_t bundle, struct ent_error *err) ENT_MUST_CHECK;

/* ---- those that were read last ---- */

/* Who reads copies reads many of few bundles. All zero: none. A turn that is
 * taken back clears them, as its bundles' numbers are given out again. */
#define NODE_OUTCOMES_MAX 64

struct node_outcomes {
    struct node_outcome list[NODE_OUTCOMES_MAX]; /* by number */
};

/* NULL: it is not here. Valid until the next call. */
const struct node_outcome *node_outcomes_find(
    const struct node_outcomes *outcomes, uint64_t bundle);
void node_outcomes_keep(
    struct node_outcomes *outcomes, const struct node_outcome *outcome);
void node_outcomes_drop(struct node_outcomes *outcomes, uint64_t bundle);
void node_outcomes_clear(struct node_outcomes *outcomes);

#endif
