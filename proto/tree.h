/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree - Merkle trees of the shape of RFC 9162 section 2.1.
 *
 * Leaf = H(0x00, data), interior = H(0x01, left, right), the empty tree is
 * H(). H is a parameter of 32 bytes: BLAKE2b-256 over the envelopes of a
 * bundle, SHA-256 in the journal (and so in the RFC's vectors).
 */
#ifndef ENT_PROTO_TREE_H
#define ENT_PROTO_TREE_H

#include "proto/digest.h"

/* Hash `prefix_len` bytes of `prefix` and then `a` and `b` (b may be empty). */
typedef void ent_tree_hash(struct ent_digest *ret, const uint8_t *prefix,
    size_t prefix_len, struct ent_view a, struct ent_view b);

ent_tree_hash ent_tree_blake2b;
ent_tree_hash ent_tree_sha256; /* in tree_sha256.c: the broker has no use */

struct ent_digest ent_tree_leaf(ent_tree_hash *hash, struct ent_view data);
struct ent_digest ent_tree_node(ent_tree_hash *hash,
    const struct ent_digest *left, const struct ent_digest *right);

/* Root over `count` leaf hashes (already ent_tree_leaf values). O(n) hashes,
 * O(log n) stack, no allocation. */
struct ent_digest ent_tree_root(
    ent_tree_hash *hash, const struct ent_digest *leaves, size_t count);

#define ENT_TREE_PATH_MAX 64

struct ent_tree_path {
    struct ent_digest nodes[ENT_TREE_PATH_MAX];
    size_t count;
};

/* The right edge of a growing tree: the roots of its complete subtrees. All
 * zero is the empty tree. */
struct ent_tree_edge {
    uint64_t size;
    struct ent_digest peaks[64]; /* peaks[h] is valid where size has bit h */
};

/* Append one leaf hash. Each complete subtree it closes is reported through
 * `store(context, level, index, node)` (level 0 is the leaf itself), so that a
 * journal can keep them for proofs; `store` may be NULL. */
void ent_tree_append(ent_tree_hash *hash, struct ent_tree_edge *edge,
    const struct ent_digest *leaf,
    void (*store)(void *context, unsigned level, uint64_t index,
        const struct ent_digest *node),
    void *context);
struct ent_digest ent_tree_edge_root(
    ent_tree_hash *hash, const struct ent_tree_edge *edge);

/* Fetch the complete subtree (level, index); false when it is missing. */
typedef bool ent_tree_fetch(
    void *context, unsigned level, uint64_t index, struct ent_digest *ret_node);

/* Inclusion proof of leaf `index` in the tree of `size` (RFC 9162, 2.1.3). */
enum ent_status ent_tree_prove_inclusion(ent_tree_hash *hash,
    ent_tree_fetch *fetch, void *context, uint64_t index, uint64_t size,
    struct ent_tree_path *ret_path, struct ent_error *err) ENT_MUST_CHECK;
bool ent_tree_verify_inclusion(ent_tree_hash *hash,
    const struct ent_digest *leaf, uint64_t index, uint64_t size,
    const struct ent_tree_path *path, const struct ent_digest *root);

/* Consistency proof between two sizes (RFC 9162, 2.1.4). */
enum ent_status ent_tree_prove_consistency(ent_tree_hash *hash,
    ent_tree_fetch *fetch, void *context, uint64_t old_size, uint64_t new_size,
    struct ent_tree_path *ret_path, struct ent_error *err) ENT_MUST_CHECK;
bool ent_tree_verify_consistency(ent_tree_hash *hash, uint64_t old_size,
    uint64_t new_size, const struct ent_digest *old_root,
    const struct ent_digest *new_root, const struct ent_tree_path *path);

#endif
