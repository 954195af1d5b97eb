/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/leaves.h"

#include <assert.h>

#include "proto/base/blake2b_many.h"
#include "proto/label.h"

/*
 * The root is computed level by level. Two neighbours make a node of the next
 * level; a last one without a neighbour is a node of it as it is:
 *
 *     a b c d e  ->  ab cd e  ->  abcd e  ->  abcde
 *
 * That is the tree of RFC 9162, whose left half is the largest complete one.
 */

#define LEAF 0x00
#define NODE 0x01
#define STEP 64 /* nodes that are made at once */

static_assert(sizeof(struct ent_digest) == ENT_BLAKE2B_LEN,
    "digests in a row are what the hash writes");

void
ent_leaves_hash(const struct ent_view *envelopes, size_t count,
    struct ent_digest *ret_leaves)
{
    ent_blake2b_many(
        LEAF, envelopes, count, (uint8_t(*)[ENT_BLAKE2B_LEN])ret_leaves);
}

/* As many of the next level. They may come to lie where that below begins. */
static void
nodes_make(
    const struct ent_digest *below, size_t count, struct ent_digest *ret_level)
{
    struct ent_view pairs[STEP];
    struct ent_digest nodes[STEP];

    for (size_t i = 0; i < count; i++) {
        pairs[i] = ent_view_of(&below[2 * i], 2 * sizeof *below);
    }
    ent_blake2b_many(NODE, pairs, count, (uint8_t(*)[ENT_BLAKE2B_LEN])nodes);
    memcpy(ret_level, nodes, count * sizeof *nodes);
}

/* The level above; how many it has. */
static size_t
climb(
    const struct ent_digest *below, size_t count, struct ent_digest *ret_level)
{
    const size_t pairs = count / 2;

    for (size_t at = 0; at < pairs; at += STEP) {
        nodes_make(below + 2 * at, pairs - at < STEP ? pairs - at : STEP,
            ret_level + at);
    }
    if (count % 2 != 0) {
        ret_level[pairs] = below[count - 1];
    }
    return pairs + count % 2;
}

struct ent_digest
ent_leaves_root(const struct ent_digest *leaves, size_t count)
{
    struct ent_digest level[(ENT_BUNDLE_MESSAGES_MAX + 1) / 2];

    assert(count <= ENT_BUNDLE_MESSAGES_MAX);

    if (count == 0) {
        return ent_digest_of((struct ent_view){0});
    }
    while (count > 1) {
        count = climb(leaves, count, level);
        leaves = level;
    }
    return *leaves;
}
