/* SPDX-License-Identifier: Apache-2.0 */
#include "node/copy_rows.h"

#include <string.h>

#include "proto/bundle.h"

#define PLACE_LEN (8 + 2) /* bundle, index */

_Static_assert(ENT_BUNDLE_MESSAGES_MAX <= UINT16_MAX, "an index has two bytes");

/* ---- blocks ---- */

/* The part of a bundle that an index is in. */
static struct node_key
key_of_block(uint64_t bundle, uint32_t index)
{
    return node_key_u64_u64(bundle, index - index % NODE_COPY_BLOCK_MAX);
}

/* To be looked at until one is put or deleted. */
static enum ent_status
look_at_block(struct node *node, uint64_t bundle, uint32_t index,
    const node_copy_block **ret_block, struct ent_error *err)
{
    const struct node_key key = key_of_block(bundle, index);
    const ProtobufCMessage *row = NULL;
    enum ent_status rc =
        node_row_look(node->store, NODE_COPY_BLOCK, node_key_view(&key),
            &entente__rest__v1__copy_block_row__descriptor, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_block = (const node_copy_block *)row;
    return node_copy_block_check(*ret_block, err);
}

static enum ent_status
put_block(
    struct node *node, const node_copy_block *block, struct ent_error *err)
{
    const struct node_key key = key_of_block(
        node_copy_block_bundle(block), node_copy_block_first(block));

    return node_row_put(
        node->store, NODE_COPY_BLOCK, node_key_view(&key), &block->base, err);
}

/* ---- places ---- */

static enum ent_status
put_place(struct node *node, const struct ent_id *id,
    const struct ent_party *to, uint64_t bundle, uint32_t index,
    struct ent_error *err)
{
    const struct node_key key = node_key_copy(id, to);
    uint8_t place[PLACE_LEN];

    ent_put_be(place, bundle, 8);
    ent_put_be(place + 8, index, 2);
    return node_store_put(node->store, NODE_COPY_PLACE, node_key_view(&key),
        ent_view_of(place, sizeof place), err);
}

/* What stands at an index of a block is this copy. */
static bool
is_copy_at(const node_copy_block *block, uint32_t index,
    const struct ent_id *id, const struct ent_party *to)
{
    const struct node_copy_entry *entry = node_copy_block_entry(block, index);
    struct ent_address address;
    struct ent_party party;

    if (entry == NULL || memcmp(entry->id, id->bytes, sizeof entry->id) != 0 ||
        ent_address_parse(ent_view_text(block->row->to), &address, NULL) !=
            ENT_OK) {
        return false;
    }
    party = ent_address_party(&address);
    return memcmp(party.bytes, to->bytes, sizeof party.bytes) == 0;
}

/* Where a place leads to. */
static enum ent_status
follow(struct node *node, struct ent_view place, const struct ent_id *id,
    const struct ent_party *to, const node_copy_block **ret_block,
    uint32_t *ret_index, struct ent_error *err)
{
    uint64_t bundle;
    enum ent_status rc = ENT_NOT_FOUND;

    if (place.len == PLACE_LEN) {
        bundle = ent_get_be(place.data, 8);
        *ret_index = (uint32_t)ent_get_be(place.data + 8, 2);
        rc = look_at_block(node, bundle, *ret_index, ret_block, err);
    }
    if (rc == ENT_NOT_FOUND ||
        (rc == ENT_OK && !is_copy_at(*ret_block, *ret_index, id, to))) {
        return ent_fail(err, ENT_IO, "the place of a copy is damaged");
    }
    return rc;
}

/* A row as it stands in a block, to be freed like any other. */
static enum ent_status
copy_out(const node_copy_block *block, uint32_t index, node_copy_row **ret_row,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    node_copy_row row;
    enum ent_status rc;

    node_copy_block_row(block, index, &row);
    rc = ent_pb_pack(&row.base, &wire, err);
    return rc != ENT_OK ? rc
                        : node_row_unpack(ent_bytes_view(&wire),
                              &entente__rest__v1__copy_row__descriptor,
                              (ProtobufCMessage **)ret_row, err);
}

static enum ent_status
follow_out(struct node *node, struct ent_view place, const struct ent_id *id,
    const struct ent_party *to, node_copy_row **ret_row, struct ent_error *err)
{
    const node_copy_block *block = NULL;
    uint32_t index = 0;
    enum ent_status rc = follow(node, place, id, to, &block, &index, err);

    return rc != ENT_OK ? rc : copy_out(block, index, ret_row, err);
}

/* It stands in its block no more. */
static enum ent_status
take_out(struct node *node, const struct ent_id *id, const struct ent_party *to,
    struct ent_view place, struct ent_error *err)
{
    const struct node_key key = node_key_copy(id, to);
    const node_copy_block *looked = NULL;
    struct node_copy_draft draft;
    struct node_key of_block;
    uint32_t index = 0;
    enum ent_status rc = follow(node, place, id, to, &looked, &index, err);

    if (rc == ENT_OK) {
        rc = node_store_delete(
            node->store, NODE_COPY_PLACE, node_key_view(&key), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(draft.entries, looked->entries.data, looked->entries.len);
    draft.block = *looked;
    draft.block.entries.data = (uint8_t *)draft.entries;
    if (node_copy_block_take(&draft.block, index)) {
        return put_block(node, &draft.block, err);
    }
    of_block = key_of_block(node_copy_block_bundle(looked), index);
    return node_store_delete(
        node->store, NODE_COPY_BLOCK, node_key_view(&of_block), err);
}

/* ---- reading ---- */

static enum ent_status
get_own(struct node *node, const struct node_key *key, node_copy_row **ret_row,
    struct ent_error *err)
{
    return node_row_get(node->store, NODE_COPY, node_key_view(key),
        &entente__rest__v1__copy_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

static enum ent_status
get_place(struct node *node, const struct node_key *key,
    struct ent_view *ret_place, struct ent_error *err)
{
    return node_store_get(
        node->store, NODE_COPY_PLACE, node_key_view(key), ret_place, err);
}

enum ent_status
node_copy_rows_get(struct node *node, const struct ent_id *id,
    const struct ent_party *to, node_copy_row **ret_row, struct ent_error *err)
{
    const struct node_key key = node_key_copy(id, to);
    struct ent_view place;
    enum ent_status rc;

    if (!node_known_may_be(&node->known, id, to)) {
        return ENT_NOT_FOUND;
    }
    rc = get_own(node, &key, ret_row, err);
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = get_place(node, &key, &place, err);
    return rc != ENT_OK ? rc : follow_out(node, place, id, to, ret_row, err);
}

/* In one table, the first key of that message from `from` on; of length 0:
 * there is none. */
static enum ent_status
next_in(struct node *node, enum node_table table, const struct node_key *from,
    struct node_key *ret_key, struct ent_error *err)
{
    enum ent_status rc = node_store_seek(node->store, table,
        node_key_view(from), ENT_ID_LEN, ret_key->bytes, NULL, err);

    ret_key->len = rc == ENT_OK ? from->len : 0;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* A walk finds the first of both before the second. */
static bool
is_before(
    struct node *node, const struct node_key *first, const struct node_key *key)
{
    return first->len > 0 &&
           (key->len == 0 || node_store_order(node->store, NODE_COPY,
                                 node_key_view(first), node_key_view(key)) < 0);
}

enum ent_status
node_copy_rows_next(struct node *node, const struct ent_id *id,
    struct ent_party *to, node_copy_row **ret_row, struct ent_error *err)
{
    const struct node_key from = node_key_copy(id, to);
    struct node_key own = {0};
    struct node_key placed = {0};
    enum ent_status rc = next_in(node, NODE_COPY, &from, &own, err);

    if (rc == ENT_OK) {
        rc = next_in(node, NODE_COPY_PLACE, &from, &placed, err);
    }
    if (rc != ENT_OK || (own.len == 0 && placed.len == 0)) {
        return rc != ENT_OK ? rc : ENT_NOT_FOUND;
    }
    memcpy(to->bytes,
        (is_before(node, &own, &placed) ? own : placed).bytes + ENT_ID_LEN,
        sizeof to->bytes);
    return node_copy_rows_get(node, id, to, ret_row, err);
}

/* ---- changes ---- */

enum ent_status
node_copy_rows_add(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *row, struct ent_error *err)
{
    const struct node_key key = node_key_copy(id, to);

    node_known_add(&node->known, id, to);
    return node_store_hold(
        node->store, NODE_COPY, node_key_view(&key), &row->base, err);
}

/* It stands in no block, if it did: what is in none has no bundle, or a row of
 * its own. */
static enum ent_status
leave_block(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was, struct ent_error *err)
{
    const struct node_key key = node_key_copy(id, to);
    struct ent_view place;
    enum ent_status rc =
        was->bundle == 0 ? ENT_NOT_FOUND : get_place(node, &key, &place, err);

    if (rc == ENT_OK) {
        return take_out(node, id, to, place, err);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_copy_rows_change(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was,
    const node_copy_row *row, struct ent_error *err)
{
    enum ent_status rc = leave_block(node, id, to, was, err);

    return rc != ENT_OK ? rc : node_copy_rows_add(node, id, to, row, err);
}

enum ent_status
node_copy_rows_delete(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was, struct ent_error *err)
{
    const struct node_key key = node_key_copy(id, to);
    enum ent_status rc = leave_block(node, id, to, was, err);

    return rc != ENT_OK ? rc
                        : node_store_delete(
                              node->store, NODE_COPY, node_key_view(&key), err);
}

enum ent_status
node_copy_rows_add_all(struct node *node, const struct ent_party *to,
    const struct ent_id *ids, node_copy_row *const *rows, size_t count,
    struct ent_error *err)
{
    struct node_copy_draft draft;
    const bool drafted = node_copy_draft_make(&draft, ids, rows, count);
    enum ent_status rc = drafted ? put_block(node, &draft.block, err) : ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        if (rows[i] == NULL) {
            continue;
        }
        if (drafted &&
            node_copy_block_entry(&draft.block, rows[i]->index) != NULL) {
            rc = put_place(
                node, &ids[i], to, rows[i]->bundle, rows[i]->index, err);
        } else {
            rc = node_copy_rows_add(node, &ids[i], to, rows[i], err);
        }
    }
    return rc;
}
