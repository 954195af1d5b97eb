/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claim - what a recipient signs that it has of a stream of ours, held against
 * our own history.
 *
 * A receipt names how far everything is settled and the chain value there. What
 * it answers is compared label by label (node/settle.h). A receipt that reaches
 * as far as we sealed, or further, is compared here with the chain over all of
 * it: whoever signs for more than we sealed, or for something else, has had
 * another history of ours, or says so. Either our store was put back from a
 * copy, or somebody has our key, or the recipient lies: the stream is frozen.
 */
#ifndef NODE_CLAIM_H
#define NODE_CLAIM_H

#include "node/node.h"
#include "proto/delivery.h"

/* A receipt whose signature holds. Of streams of an older incarnation nothing
 * is said: their place may be known to be lost. */
enum ent_status node_claim_check(struct node *node,
    const struct ent_receipt *receipt, struct ent_error *err) ENT_MUST_CHECK;

#endif
