/* SPDX-License-Identifier: Apache-2.0 */
#include "node/numbered.h"

#include <string.h>

#include "node/node.h"

#define NAME "submission" /* of the last number */
#define COPY_LEN sizeof(struct node_numbered_copy)

_Static_assert(COPY_LEN == sizeof(struct ent_id) + sizeof(struct ent_party),
    "a block lies in the store as it does here");

/* ---- one block ---- */

static bool
is_nobody(const struct node_numbered_copy *copy)
{
    static const struct node_numbered_copy nobody;

    return memcmp(copy, &nobody, sizeof nobody) == 0;
}

static enum ent_status
keep(struct node_numbered *numbered, uint64_t block, struct ent_view value,
    struct ent_error *err)
{
    if (value.len % COPY_LEN != 0 || value.len > sizeof numbered->copies) {
        return ent_fail(err, ENT_IO, "a block of submission numbers is odd");
    }
    memset(numbered->copies, 0, sizeof numbered->copies);
    numbered->known = true;
    numbered->block = block;
    if (value.len > 0) {
        memcpy(numbered->copies, value.data, value.len);
    }
    return ENT_OK;
}

/* As the store is to have it: the last place is somebody's. */
static enum ent_status
put_block(struct node *node, struct ent_error *err)
{
    struct node_numbered *numbered = &node->numbered;
    struct node_key key = node_key_u64(numbered->block);
    size_t count = NODE_NUMBERED_BLOCK;

    if (!numbered->changed) {
        return ENT_OK;
    }
    while (count > 0 && is_nobody(&numbered->copies[count - 1])) {
        count--;
    }
    numbered->changed = false;
    return count == 0
               ? node_store_delete(
                     node->store, NODE_NUMBER, node_key_view(&key), err)
               : node_store_put(node->store, NODE_NUMBER, node_key_view(&key),
                     ent_view_of(numbered->copies, count * COPY_LEN), err);
}

/* The block that has that number; one that is not in the store is empty. */
static enum ent_status
look(struct node *node, uint64_t number, struct ent_error *err)
{
    const uint64_t block = number / NODE_NUMBERED_BLOCK;
    struct node_key key = node_key_u64(block);
    struct ent_view value = {0};
    enum ent_status rc;

    if (node->numbered.known && node->numbered.block == block) {
        return ENT_OK;
    }
    rc = put_block(node, err);
    if (rc == ENT_OK) {
        rc = node_store_get(
            node->store, NODE_NUMBER, node_key_view(&key), &value, err);
    }
    return rc != ENT_OK && rc != ENT_NOT_FOUND
               ? rc
               : keep(&node->numbered, block, value, err);
}

/* The first block behind that one. */
static enum ent_status
look_behind(struct node *node, uint64_t block, struct ent_error *err)
{
    struct node_key key = node_key_u64(block + 1);
    struct ent_view value;
    enum ent_status rc = put_block(node, err);

    if (rc == ENT_OK) {
        rc = node_store_seek(node->store, NODE_NUMBER, node_key_view(&key), 0,
            key.bytes, &value, err);
    }
    return rc != ENT_OK
               ? rc
               : keep(&node->numbered, ent_get_be(key.bytes, 8), value, err);
}

/* ---- the turn ---- */

enum ent_status
node_numbered_flush(struct node *node, struct ent_error *err)
{
    const uint64_t given = node->numbered.given;
    enum ent_status rc = put_block(node, err);

    if (rc != ENT_OK || given == 0) {
        return rc;
    }
    node->numbered.given = 0;
    return node_number_set(node->store, NAME, given, err);
}

void
node_numbered_clear(struct node_numbered *numbered)
{
    *numbered = (struct node_numbered){0};
}

/* ---- numbers ---- */

enum ent_status
node_numbered_last(
    struct node *node, uint64_t *ret_number, struct ent_error *err)
{
    if (node->numbered.given == 0) {
        return node_number_get(node->store, NAME, ret_number, err);
    }
    *ret_number = node->numbered.given;
    return ENT_OK;
}

enum ent_status
node_numbered_new(
    struct node *node, uint64_t *ret_number, struct ent_error *err)
{
    uint64_t last;
    enum ent_status rc = node_numbered_last(node, &last, err);

    if (rc == ENT_OK) {
        node->numbered.given = last + 1;
        *ret_number = last + 1;
    }
    return rc;
}

static enum ent_status
set(struct node *node, uint64_t number, const struct node_numbered_copy *copy,
    struct ent_error *err)
{
    enum ent_status rc = look(node, number, err);

    if (rc != ENT_OK) {
        return rc;
    }
    node->numbered.copies[number % NODE_NUMBERED_BLOCK] = *copy;
    node->numbered.changed = true;
    return ENT_OK;
}

enum ent_status
node_numbered_put(struct node *node, uint64_t number,
    const struct node_numbered_copy *copy, struct ent_error *err)
{
    return set(node, number, copy, err);
}

enum ent_status
node_numbered_delete(struct node *node, uint64_t number, struct ent_error *err)
{
    static const struct node_numbered_copy nobody;

    return set(node, number, &nobody, err);
}

enum ent_status
node_numbered_get(struct node *node, uint64_t number,
    struct node_numbered_copy *ret_copy, struct ent_error *err)
{
    const struct node_numbered_copy *copy =
        &node->numbered.copies[number % NODE_NUMBERED_BLOCK];
    enum ent_status rc = look(node, number, err);

    if (rc != ENT_OK || is_nobody(copy)) {
        return rc != ENT_OK ? rc : ENT_NOT_FOUND;
    }
    *ret_copy = *copy;
    return ENT_OK;
}

enum ent_status
node_numbered_next(struct node *node, uint64_t *number,
    struct node_numbered_copy *ret_copy, struct ent_error *err)
{
    const struct node_numbered *numbered = &node->numbered;
    size_t at = *number % NODE_NUMBERED_BLOCK;
    enum ent_status rc = look(node, *number, err);

    while (rc == ENT_OK) {
        for (; at < NODE_NUMBERED_BLOCK; at++) {
            if (!is_nobody(&numbered->copies[at])) {
                *ret_copy = numbered->copies[at];
                *number = numbered->block * NODE_NUMBERED_BLOCK + at;
                return ENT_OK;
            }
        }
        rc = look_behind(node, numbered->block, err);
        at = 0;
    }
    return rc;
}
