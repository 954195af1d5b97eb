/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof - what others signed about our bundles, kept as it came: the receipt
 * that settled each, and the first custody receipt. A year later they show what
 * was said; the journal has their digests.
 */
#ifndef NODE_PROOF_H
#define NODE_PROOF_H

#include "node/node.h"

enum node_proof_kind {
    NODE_PROOF_RECEIPT = 1,
    NODE_PROOF_CUSTODY = 2,
};

/* Keep the Signed `wire` as the newest proof of that kind for the bundle at
 * `first`. One receipt may be the proof of many bundles; it is stored once. */
enum ent_status node_proof_put(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Looks into the store until the next put; ENT_NOT_FOUND is ordinary. */
enum ent_status node_proof_get(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
