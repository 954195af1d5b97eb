/* SPDX-License-Identifier: Apache-2.0 */
/*
 * withdrawal - a message of ours that shall not arrive any more: taken out of
 * what waits to be sealed, or its bundle is skipped and the others in it are
 * sealed anew. What its recipient has settled already is not called back by
 * this.
 */
#ifndef NODE_WITHDRAWAL_H
#define NODE_WITHDRAWAL_H

#include "node/node.h"

/* Nothing to do is ENT_OK. */
enum ent_status node_withdrawal_run(struct node *node, const struct ent_id *id,
    const struct ent_party *to, struct ent_error *err) ENT_MUST_CHECK;

#endif
