/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>

/*
 * A subtree (level, index) stands over the leaves from index * 2^level on, for
 * 2^level leaves. Where the tree ends inside of it, it is not complete: it is
 * never stored, and its root is that of a tree over the leaves there are.
 *
 *     level 2      (2,0)
 *                 /     \
 *     level 1   (1,0)  (1,1)    6          tree of 7 leaves: (2,0), (1,2)
 *               /  \   /  \   /   \        and leaf 6 are its complete
 *     level 0  0    1 2    3 4  5  6       subtrees, its "peaks"
 */

void
ent_tree_blake2b(struct ent_digest *ret, const uint8_t *prefix,
    size_t prefix_len, struct ent_view a, struct ent_view b)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof ret->bytes);
    crypto_generichash_update(&state, prefix, prefix_len);
    crypto_generichash_update(&state, a.data, a.len);
    crypto_generichash_update(&state, b.data, b.len);
    crypto_generichash_final(&state, ret->bytes, sizeof ret->bytes);
}

struct ent_digest
ent_tree_leaf(ent_tree_hash *hash, struct ent_view data)
{
    static const uint8_t prefix[] = {0x00};
    struct ent_digest leaf;

    hash(&leaf, prefix, sizeof prefix, data, (struct ent_view){0});
    return leaf;
}

struct ent_digest
ent_tree_node(ent_tree_hash *hash, const struct ent_digest *left,
    const struct ent_digest *right)
{
    static const uint8_t prefix[] = {0x01};
    struct ent_digest node;

    hash(&node, prefix, sizeof prefix,
        ent_view_of(left->bytes, sizeof left->bytes),
        ent_view_of(right->bytes, sizeof right->bytes));
    return node;
}

struct ent_digest
ent_tree_root(
    ent_tree_hash *hash, const struct ent_digest *leaves, size_t count)
{
    struct ent_tree_edge edge = {0};

    for (size_t i = 0; i < count; i++) {
        ent_tree_append(hash, &edge, &leaves[i], NULL, NULL);
    }
    return ent_tree_edge_root(hash, &edge);
}

void
ent_tree_append(ent_tree_hash *hash, struct ent_tree_edge *edge,
    const struct ent_digest *leaf,
    void (*store)(void *context, unsigned level, uint64_t index,
        const struct ent_digest *node),
    void *context)
{
    struct ent_digest node = *leaf;
    unsigned level = 0;

    assert(edge->size < UINT64_MAX);

    if (store != NULL) {
        store(context, 0, edge->size, &node);
    }
    while (edge->size >> level & 1) {
        node = ent_tree_node(hash, &edge->peaks[level], &node);
        level++;
        if (store != NULL) {
            store(context, level, edge->size >> level, &node);
        }
    }
    edge->peaks[level] = node;
    edge->size++;
}

struct ent_digest
ent_tree_edge_root(ent_tree_hash *hash, const struct ent_tree_edge *edge)
{
    struct ent_digest root;
    bool begun = false;

    if (edge->size == 0) {
        hash(&root, NULL, 0, (struct ent_view){0}, (struct ent_view){0});
        return root;
    }
    for (unsigned level = 0; level < 64; level++) {
        if ((edge->size >> level & 1) == 0) {
            continue;
        }
        root = begun ? ent_tree_node(hash, &edge->peaks[level], &root)
                     : edge->peaks[level];
        begun = true;
    }
    return root;
}

/* ---- proving ---- */

/* A tree of `size` whose complete subtrees somebody keeps. */
struct source {
    ent_tree_hash *hash;
    ent_tree_fetch *fetch;
    void *context;
    uint64_t size;
};

static enum ent_status
subtree_fetch(const struct source *source, unsigned level, uint64_t index,
    struct ent_digest *ret_node, struct ent_error *err)
{
    struct ent_digest node;

    if (!source->fetch(source->context, level, index, &node)) {
        return ent_fail(err, ENT_NOT_FOUND,
            "subtree %" PRIu64 " of level %u is missing", index, level);
    }
    *ret_node = node;
    return ENT_OK;
}

/* Root over the leaves from `begin` to the end of the tree, where that is less
 * than one subtree of the level at which `begin` is a boundary. */
static enum ent_status
rest_root(const struct source *source, uint64_t begin,
    struct ent_digest *ret_root, struct ent_error *err)
{
    struct ent_tree_edge edge = {.size = source->size - begin};

    for (unsigned level = 64; level > 0; level--) {
        enum ent_status rc;

        if ((edge.size >> (level - 1) & 1) == 0) {
            continue;
        }
        rc = subtree_fetch(source, level - 1, begin >> (level - 1),
            &edge.peaks[level - 1], err);
        if (rc != ENT_OK) {
            return rc;
        }
        begin += UINT64_C(1) << (level - 1);
    }
    *ret_root = ent_tree_edge_root(source->hash, &edge);
    return ENT_OK;
}

static enum ent_status
subtree_root(const struct source *source, unsigned level, uint64_t index,
    struct ent_digest *ret_root, struct ent_error *err)
{
    uint64_t begin = index << level;

    if (source->size - begin >= UINT64_C(1) << level) {
        return subtree_fetch(source, level, index, ret_root, err);
    }
    return rest_root(source, begin, ret_root, err);
}

/* The siblings on the way from a complete subtree up to the root. At a level
 * where it is the last one and has no sibling, it moves up unchanged. */
static enum ent_status
climb(const struct source *source, unsigned level, uint64_t index,
    struct ent_tree_path *path, struct ent_error *err)
{
    uint64_t last = (source->size - 1) >> level;

    while (last > 0) {
        uint64_t sibling = index ^ 1;
        enum ent_status rc;

        if (sibling <= last) {
            assert(path->count < ENT_TREE_PATH_MAX);
            rc = subtree_root(
                source, level, sibling, &path->nodes[path->count], err);
            if (rc != ENT_OK) {
                return rc;
            }
            path->count++;
        }
        index >>= 1;
        last >>= 1;
        level++;
    }
    return ENT_OK;
}

enum ent_status
ent_tree_prove_inclusion(ent_tree_hash *hash, ent_tree_fetch *fetch,
    void *context, uint64_t index, uint64_t size,
    struct ent_tree_path *ret_path, struct ent_error *err)
{
    const struct source source = {hash, fetch, context, size};
    struct ent_tree_path path = {.count = 0};
    enum ent_status rc;

    if (index >= size) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a tree of %" PRIu64 " has no leaf %" PRIu64, size, index);
    }
    rc = climb(&source, 0, index, &path, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_path = path;
    return ENT_OK;
}

static bool
is_power_of_two(uint64_t number)
{
    return (number & (number - 1)) == 0;
}

enum ent_status
ent_tree_prove_consistency(ent_tree_hash *hash, ent_tree_fetch *fetch,
    void *context, uint64_t old_size, uint64_t new_size,
    struct ent_tree_path *ret_path, struct ent_error *err)
{
    const struct source source = {hash, fetch, context, new_size};
    struct ent_tree_path path = {.count = 0};
    unsigned level = 0;
    enum ent_status rc;

    if (old_size == 0 || old_size > new_size) {
        return ent_fail(err, ENT_BAD_INPUT,
            "no consistency proof from size %" PRIu64 " to %" PRIu64, old_size,
            new_size);
    }
    if (old_size < new_size) {
        /* The last complete subtree of the old tree, which both trees have. */
        while ((old_size >> level & 1) == 0) {
            level++;
        }
        if (!is_power_of_two(old_size)) {
            rc = subtree_fetch(&source, level, (old_size >> level) - 1,
                &path.nodes[path.count], err);
            if (rc != ENT_OK) {
                return rc;
            }
            path.count++;
        }
        rc = climb(&source, level, (old_size >> level) - 1, &path, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    *ret_path = path;
    return ENT_OK;
}

/* ---- verifying: `fn`, `sn`, `fr` and `sr` as RFC 9162 names them ---- */

bool
ent_tree_verify_inclusion(ent_tree_hash *hash, const struct ent_digest *leaf,
    uint64_t index, uint64_t size, const struct ent_tree_path *path,
    const struct ent_digest *root)
{
    struct ent_digest r = *leaf;
    uint64_t fn = index;
    uint64_t sn = size - 1;

    if (index >= size || path->count > ENT_TREE_PATH_MAX) {
        return false;
    }
    for (size_t i = 0; i < path->count; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) != 0 || fn == sn) {
            r = ent_tree_node(hash, &path->nodes[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = ent_tree_node(hash, &r, &path->nodes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && ent_digest_equal(&r, root);
}

/* RFC 9162, 2.1.4.2, for 0 < old_size < new_size. */
static bool
growth_verify(ent_tree_hash *hash, uint64_t old_size, uint64_t new_size,
    const struct ent_digest *old_root, const struct ent_digest *new_root,
    const struct ent_tree_path *path)
{
    /* An old tree that is one complete subtree is where the path begins. */
    bool whole = is_power_of_two(old_size);
    struct ent_digest fr = whole ? *old_root : path->nodes[0];
    struct ent_digest sr = fr;
    uint64_t fn = old_size - 1;
    uint64_t sn = new_size - 1;

    while ((fn & 1) != 0) {
        fn >>= 1;
        sn >>= 1;
    }
    for (size_t i = whole ? 0 : 1; i < path->count; i++) {
        if (sn == 0) {
            return false;
        }
        if ((fn & 1) != 0 || fn == sn) {
            fr = ent_tree_node(hash, &path->nodes[i], &fr);
            sr = ent_tree_node(hash, &path->nodes[i], &sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            sr = ent_tree_node(hash, &sr, &path->nodes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && ent_digest_equal(&fr, old_root) &&
           ent_digest_equal(&sr, new_root);
}

bool
ent_tree_verify_consistency(ent_tree_hash *hash, uint64_t old_size,
    uint64_t new_size, const struct ent_digest *old_root,
    const struct ent_digest *new_root, const struct ent_tree_path *path)
{
    if (old_size == 0 || old_size > new_size ||
        path->count > ENT_TREE_PATH_MAX) {
        return false;
    }
    if (old_size == new_size) {
        return path->count == 0 && ent_digest_equal(old_root, new_root);
    }
    return path->count > 0 &&
           growth_verify(hash, old_size, new_size, old_root, new_root, path);
}
