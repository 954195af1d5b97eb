/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlay - this office's own narrower rules (policy/overlay.h), a file of the
 * folder of agreements whose name ends in `.overlay`. It is its operator's and
 * not signed: it can only forbid.
 *
 * It is taken up with the agreements. A file that is wrong leaves what was in
 * use in use; where nothing was, nothing passes until it is right.
 */
#ifndef NODE_OVERLAY_H
#define NODE_OVERLAY_H

#include "node/agreements_internal.h"
#include "node/node.h"
#include "policy/decide.h"

/* In a turn, once the folder was read: keep what `old` (may be NULL) has if the
 * file is wrong; write down, and journal, what has changed. `ret_changed`: the
 * rules are others than before. */
enum ent_status node_overlay_settle(struct node *node,
    struct node_agreements *fresh, const struct node_agreements *old,
    bool *ret_changed, struct ent_error *err) ENT_MUST_CHECK;

/* Turn a PERMIT into DENY where a rule of this office forbids it. */
void node_overlay_judge(const struct node *node, const struct ent_facts *facts,
    struct ent_decision *decision);

#endif
