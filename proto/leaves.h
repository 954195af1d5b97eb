/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaves - the envelopes of a bundle, hashed: the leaves of its tree, and the
 * root over them, which its label signs.
 *
 * They are what proto/tree.h says of a tree under BLAKE2b-256, and come sooner,
 * since several are hashed at once. An envelope is hashed by its sender, by
 * each broker and by its recipient: it is the most that a broker does with it.
 */
#ifndef ENT_PROTO_LEAVES_H
#define ENT_PROTO_LEAVES_H

#include "proto/digest.h"

/* The leaf of each envelope, in their order: what ent_tree_leaf gives. */
void ent_leaves_hash(const struct ent_view *envelopes, size_t count,
    struct ent_digest *ret_leaves);

/* The root over ENT_BUNDLE_MESSAGES_MAX leaves at most: what ent_tree_root
 * gives. */
struct ent_digest ent_leaves_root(
    const struct ent_digest *leaves, size_t count);

#endif
