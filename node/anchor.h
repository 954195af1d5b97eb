/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anchor - a small file outside the store, best on another disk, with the
 * newest checkpoint of our own journal: whoever puts back an old copy of the
 * store and not of this file too is noticed at the start, without any peer.
 */
#ifndef NODE_ANCHOR_H
#define NODE_ANCHOR_H

#include "node/node.h"

/* At the start, in a turn: hold the file against the journal. A file that is
 * missing or damaged is told, and written anew. */
enum ent_status node_anchor_check(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Write what is committed. What goes wrong is told and stops nothing. */
void node_anchor_write(struct node *node);

#endif
