/* SPDX-License-Identifier: Apache-2.0 */
#include "node/desk_rows.h"

#include <string.h>

/* ---- blocks ---- */

/* The block that ends at or after `sequence`, to be looked at until one is put
 * or deleted. ENT_NOT_FOUND: there is none. */
static enum ent_status
look_at_block(struct node *node, uint64_t sequence,
    const node_desk_block **ret_block, struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);
    const ProtobufCMessage *row = NULL;
    enum ent_status rc = node_store_seek(node->store, NODE_DESK_BLOCK,
        node_key_view(&key), 0, key.bytes, NULL, err);

    if (rc == ENT_OK) {
        rc = node_row_look(node->store, NODE_DESK_BLOCK, node_key_view(&key),
            &entente__rest__v1__desk_block_row__descriptor, &row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_block = (const node_desk_block *)row;
    return node_desk_block_check(*ret_block, err);
}

static enum ent_status
put_block(
    struct node *node, const node_desk_block *block, struct ent_error *err)
{
    struct node_key key = node_key_u64(node_desk_block_last(block));

    return node_row_put(
        node->store, NODE_DESK_BLOCK, node_key_view(&key), &block->base, err);
}

/* A row as it stands in a block, to be freed like any other. */
static enum ent_status
copy_out(const node_desk_block *block, uint64_t sequence,
    node_desk_row **ret_row, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    node_desk_row row;
    enum ent_status rc;

    node_desk_block_row(block, sequence, &row);
    rc = ent_pb_pack(&row.base, &wire, err);
    return rc != ENT_OK ? rc
                        : node_row_unpack(ent_bytes_view(&wire),
                              &entente__rest__v1__desk_row__descriptor,
                              (ProtobufCMessage **)ret_row, err);
}

/* It stands in its block no more, if it did. */
static enum ent_status
take_out(struct node *node, uint64_t sequence, struct ent_error *err)
{
    const node_desk_block *looked = NULL;
    node_desk_block block;
    uint8_t here[NODE_DESK_BLOCK_MAX / 8];
    struct node_key key;
    enum ent_status rc = look_at_block(node, sequence, &looked, err);

    if (rc != ENT_OK || !node_desk_block_has(looked, sequence)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    block = *looked;
    memcpy(here, looked->here.data, looked->here.len);
    block.here.data = here;
    if (node_desk_block_take(&block, sequence)) {
        return put_block(node, &block, err);
    }
    key = node_key_u64(node_desk_block_last(&block));
    return node_store_delete(
        node->store, NODE_DESK_BLOCK, node_key_view(&key), err);
}

/* ---- one ---- */

static enum ent_status
get_own(struct node *node, uint64_t sequence, node_desk_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);

    return node_row_get(node->store, NODE_DESK, node_key_view(&key),
        &entente__rest__v1__desk_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

enum ent_status
node_desk_get(struct node *node, uint64_t sequence, node_desk_row **ret_row,
    struct ent_error *err)
{
    const node_desk_block *block = NULL;
    enum ent_status rc = get_own(node, sequence, ret_row, err);

    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = look_at_block(node, sequence, &block, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_desk_block_has(block, sequence)
               ? copy_out(block, sequence, ret_row, err)
               : ENT_NOT_FOUND;
}

/* The first for itself. */
static enum ent_status
next_own(struct node *node, uint64_t from, uint64_t *ret_sequence,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(from);
    enum ent_status rc = node_store_seek(
        node->store, NODE_DESK, node_key_view(&key), 0, key.bytes, NULL, err);

    *ret_sequence = rc == ENT_OK ? ent_get_be(key.bytes, 8) : UINT64_MAX;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* The first in a block. */
static enum ent_status
next_in_block(struct node *node, uint64_t from, uint64_t *ret_sequence,
    struct ent_error *err)
{
    const node_desk_block *block = NULL;
    enum ent_status rc = look_at_block(node, from, &block, err);

    while (rc == ENT_OK && !node_desk_block_next(block, from, ret_sequence)) {
        from = node_desk_block_last(block) + 1;
        rc = look_at_block(node, from, &block, err);
    }
    if (rc == ENT_NOT_FOUND) {
        *ret_sequence = UINT64_MAX;
        return ENT_OK;
    }
    return rc;
}

enum ent_status
node_desk_next(struct node *node, uint64_t from, uint64_t *ret_sequence,
    node_desk_row **ret_row, struct ent_error *err)
{
    uint64_t own = UINT64_MAX;
    uint64_t block = UINT64_MAX;
    enum ent_status rc = next_own(node, from, &own, err);

    if (rc == ENT_OK) {
        rc = next_in_block(node, from, &block, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_sequence = own < block ? own : block;
    return *ret_sequence == UINT64_MAX
               ? ENT_NOT_FOUND
               : node_desk_get(node, *ret_sequence, ret_row, err);
}

/* ---- one after the other ---- */

/* What reading a table came to: the end of it is none of the walk's. */
static enum ent_status
read_row(struct node_desk_walk *walk, enum ent_status rc, struct ent_view key,
    struct ent_view value, struct ent_error *err)
{
    walk->row = NULL;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    walk->sequence = ent_get_be(key.data, 8);
    return node_row_unpack_in(value, &entente__rest__v1__desk_row__descriptor,
        walk->arena, (ProtobufCMessage **)&walk->row, err);
}

static enum ent_status
read_block(struct node_desk_walk *walk, enum ent_status rc,
    struct ent_view value, struct ent_error *err)
{
    walk->block = NULL;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = node_row_unpack_in(value,
        &entente__rest__v1__desk_block_row__descriptor, walk->arena,
        (ProtobufCMessage **)&walk->block, err);
    return rc != ENT_OK ? rc : node_desk_block_check(walk->block, err);
}

enum ent_status
node_desk_walk_begin(struct node *node, uint64_t from, struct ent_arena *arena,
    struct node_desk_walk *ret_walk, struct ent_error *err)
{
    struct node_desk_walk *walk = ret_walk;
    const struct node_key first = node_key_u64(from);
    struct ent_view key;
    struct ent_view value;
    enum ent_status rc;

    *walk = (struct node_desk_walk){.at = from, .arena = arena};
    rc = node_store_cursor(node->store, NODE_DESK, &walk->rows, err);
    if (rc == ENT_OK) {
        rc = ent_kv_cursor_seek(
            walk->rows, node_key_view(&first), &key, &value, err);
        rc = read_row(walk, rc, key, value, err);
    }
    if (rc == ENT_OK) {
        rc =
            node_store_cursor(node->store, NODE_DESK_BLOCK, &walk->blocks, err);
    }
    if (rc == ENT_OK) {
        rc = ent_kv_cursor_seek(
            walk->blocks, node_key_view(&first), &key, &value, err);
        rc = read_block(walk, rc, value, err);
    }
    return rc;
}

/* The next in a block; UINT64_MAX: there is none. */
static enum ent_status
find_in_blocks(
    struct node_desk_walk *walk, uint64_t *ret_sequence, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && walk->block != NULL &&
           !node_desk_block_next(walk->block, walk->at, ret_sequence)) {
        struct ent_view key;
        struct ent_view value;

        rc = ent_kv_cursor_next(walk->blocks, &key, &value, err);
        rc = read_block(walk, rc, value, err);
    }
    if (walk->block == NULL) {
        *ret_sequence = UINT64_MAX;
    }
    return rc;
}

/* Only when it is needed: there may be no room for one that nobody asks for. */
static enum ent_status
find_own(struct node_desk_walk *walk, struct ent_error *err)
{
    struct ent_view key;
    struct ent_view value;
    enum ent_status rc;

    if (!walk->is_given) {
        return ENT_OK;
    }
    walk->is_given = false;
    rc = ent_kv_cursor_next(walk->rows, &key, &value, err);
    return read_row(walk, rc, key, value, err);
}

enum ent_status
node_desk_walk_next(struct node_desk_walk *walk, uint64_t *ret_sequence,
    node_desk_row *ret_row, struct ent_error *err)
{
    uint64_t in_block = UINT64_MAX;
    enum ent_status rc = find_own(walk, err);

    if (rc == ENT_OK) {
        rc = find_in_blocks(walk, &in_block, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (walk->row != NULL && walk->sequence < in_block) {
        *ret_row = *walk->row;
        *ret_sequence = walk->sequence;
        walk->is_given = true;
    } else if (in_block != UINT64_MAX) {
        node_desk_block_row(walk->block, in_block, ret_row);
        *ret_sequence = in_block;
    } else {
        return ENT_NOT_FOUND;
    }
    walk->at = *ret_sequence + 1;
    return ENT_OK;
}

const node_desk_block *
node_desk_walk_block(const struct node_desk_walk *walk)
{
    return walk->is_given ? NULL : walk->block;
}

void
node_desk_walk_close(struct node_desk_walk *walk)
{
    ent_kv_cursor_close(&walk->rows);
    ent_kv_cursor_close(&walk->blocks);
}

/* ---- changes ---- */

enum ent_status
node_desk_rows_add(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);

    return node_row_put(
        node->store, NODE_DESK, node_key_view(&key), &row->base, err);
}

enum ent_status
node_desk_rows_change(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err)
{
    enum ent_status rc = take_out(node, sequence, err);

    return rc != ENT_OK ? rc : node_desk_rows_add(node, sequence, row, err);
}

enum ent_status
node_desk_rows_delete(
    struct node *node, uint64_t sequence, struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);
    enum ent_status rc = take_out(node, sequence, err);

    return rc != ENT_OK ? rc
                        : node_store_delete(
                              node->store, NODE_DESK, node_key_view(&key), err);
}

/* No more than a block can have. */
static enum ent_status
add_some(struct node *node, uint64_t first, const node_desk_row *rows,
    size_t count, struct node_desk_draft *draft, struct ent_error *err)
{
    const bool drafted = node_desk_draft_make(draft, first, rows, count);
    enum ent_status rc = drafted ? put_block(node, &draft->block, err) : ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        if (!drafted || !node_desk_block_has(&draft->block, first + i)) {
            rc = node_desk_rows_add(node, first + i, &rows[i], err);
        }
    }
    return rc;
}

enum ent_status
node_desk_rows_add_all(struct node *node, uint64_t first,
    const node_desk_row *rows, size_t count, struct ent_error *err)
{
    struct node_desk_draft draft;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i += NODE_DESK_BLOCK_MAX) {
        size_t some =
            count - i < NODE_DESK_BLOCK_MAX ? count - i : NODE_DESK_BLOCK_MAX;

        rc = add_some(node, first + i, &rows[i], some, &draft, err);
    }
    return rc;
}
