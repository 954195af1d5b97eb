/* SPDX-License-Identifier: Apache-2.0 */
/* What evidence.c and evidence_find.c share. */
#ifndef NODE_EVIDENCE_INTERNAL_H
#define NODE_EVIDENCE_INTERNAL_H

#include "node/evidence.h"

/* Where the message lies. */
struct node_evidence_place {
    uint64_t bundle;
    uint32_t index;
    uint64_t day; /* bucket of its key */
};

/* Statuses as of node_evidence_make. */
enum ent_status node_evidence_find(struct node *node,
    const struct node_evidence_subject *subject,
    struct node_evidence_place *ret_place,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
