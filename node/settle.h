/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle - what comes back about our own bundles: receipts, and the broker's
 * word that it did not take one. Custody is node/custody.h.
 */
#ifndef NODE_SETTLE_H
#define NODE_SETTLE_H

#include "node/node.h"
#include "proto/frame.h"

/* `ret_news` (may be NULL): it moved something; one that only repeats what was
 * heard does not. */
enum ent_status node_settle_receipt(struct node *node, struct ent_view wire,
    bool *ret_news, struct ent_error *err) ENT_MUST_CHECK;

/* BYE about one bundle: not in custody, or no longer. */
enum ent_status node_settle_not_taken(struct node *node,
    const struct ent_bye *bye, struct ent_error *err) ENT_MUST_CHECK;

#endif
