/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence - gather what this node holds about one message it sent or received
 * into a file that proves it to others (proto/evidence.h), and note in the
 * journal that it was given out.
 */
#ifndef NODE_EVIDENCE_H
#define NODE_EVIDENCE_H

#include "node/node.h"

/* Which message: sent from here to `to` ("" when it went to one office only),
 * or received here from `from`. */
struct node_evidence_subject {
    struct ent_id id;
    const char *to;
    const char *from; /* "": it was sent from here */
};

/* ENT_NOT_FOUND: no such message was sent or received here, or nothing of it is
 * kept; ENT_BAD_INPUT: `to` is needed, or it never left. */
enum ent_status node_evidence_make(struct node *node,
    const struct node_evidence_subject *subject, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
