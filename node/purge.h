/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purge - the time that an agreement gives for a recall
 * (`recall.purge_within`): from our recall to the recipient's signed answer
 * that the message is gone. It is a duty at the sender (node/duties.h), because
 * only he can see that no answer comes, and only he can call. The recipient's
 * node answers by itself; one that is off, cut off or full is found out by
 * this.
 */
#ifndef NODE_PURGE_H
#define NODE_PURGE_H

#include "node/copy.h"

/* We recall what went to `to`: until when it is to be gone there; 0: nothing is
 * agreed. */
uint64_t node_purge_by(const struct node *node, const char *to);

/* An answer of theirs came, which says that it answers `in_reply_to`: if that
 * is our recall, nothing is owed any more. */
void node_purge_answered(node_copy_row *row, const char *in_reply_to);

/* The row of a copy was this and is that (NULL: none): the duty begins or
 * ends. */
enum ent_status node_purge_follow_copy(struct node *node,
    const struct ent_id *id, const node_copy_row *was, const node_copy_row *is,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
