/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof - what others signed about our bundles, kept as it came: the receipt
 * that settled each, and the first custody receipt of our own broker. A year
 * later they show what was said; the journal has their digests. And what
 * evidence needs besides.
 */
#ifndef NODE_PROOF_H
#define NODE_PROOF_H

#include "node/node.h"

enum node_proof_kind {
    NODE_PROOF_RECEIPT = 1,
    NODE_PROOF_CUSTODY = 2,
    NODE_PROOF_ENTRY = 3,  /* not a Signed: where it stands in our journal */
    NODE_PROOF_SECRET = 4, /* what opens our own answer, wrapped */
};

/* A Signed that came, which may prove something of several bundles. */
struct node_proof {
    enum node_proof_kind kind;
    struct ent_view wire;
    uint64_t number;   /* in HEARD; 0: nothing was proven yet */
    uint64_t until_ms; /* the last of these bundles is kept */
};

/* It is the newest proof of its kind for the bundle at `first`, which is kept
 * until `until_ms`. It is stored once. */
enum ent_status node_proof_add(struct node *node, struct node_proof *proof,
    const struct ent_digest *stream, uint64_t first, uint64_t until_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* All bundles were added: it is kept as long as the last of them. */
enum ent_status node_proof_keep(struct node *node,
    const struct node_proof *proof, struct ent_error *err) ENT_MUST_CHECK;

/* Looks into the store until the next put; ENT_NOT_FOUND is ordinary. */
enum ent_status node_proof_get(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* The entry about the bundle at `first` is the last one of the journal now. */
enum ent_status node_proof_entry_put(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_proof_entry_get(struct node *node,
    const struct ent_digest *stream, uint64_t first, uint64_t *ret_sequence,
    struct ent_error *err) ENT_MUST_CHECK;

/* The key to what we answered about a bundle that came: our sealing key, which
 * gives it, will be gone. */
enum ent_status node_proof_secret_put(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    const struct ent_digest *label_hash, const uint8_t secret[static 32],
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_proof_secret_get(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    const struct ent_digest *label_hash, uint8_t ret_secret[static 32],
    struct ent_error *err) ENT_MUST_CHECK;
/* The bundle at `first` has no more use: forget its entry and its secret. */
enum ent_status node_proof_forget(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    struct ent_error *err) ENT_MUST_CHECK;

/* HEARD `number` and what it proves has no more use. */
enum ent_status node_proof_prune(struct node *node, enum node_proof_kind kind,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

#endif
