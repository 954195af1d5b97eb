/* SPDX-License-Identifier: Apache-2.0 */
#include "node/attachment.h"

#include <string.h>

#include "node/room.h"
#include "node/share.h"
#include "proto/schema/api.pb-c.h"

#define KIND_CHUNK 0
#define KIND_NODE 1 /* and the level */

/* ---- names ---- */

static struct node_key
attached_key(enum node_attached way, const struct ent_party *party,
    const struct ent_id *id, uint8_t place)
{
    struct node_key key = {.len = 1 + ENT_PARTY_LEN + ENT_ID_LEN + 1};

    key.bytes[0] = (uint8_t)way;
    memcpy(key.bytes + 1, party->bytes, ENT_PARTY_LEN);
    memcpy(key.bytes + 1 + ENT_PARTY_LEN, id->bytes, ENT_ID_LEN);
    key.bytes[key.len - 1] = place;
    return key;
}

enum ent_status
node_attached_put(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    uint64_t number, struct ent_error *err)
{
    struct node_key key = attached_key(way, party, id, place);
    uint8_t value[8];

    ent_put_be(value, number, sizeof value);
    return node_store_put(node->store, NODE_ATTACHED, node_key_view(&key),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_attached_get(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    uint64_t *ret_number, struct ent_error *err)
{
    struct node_key key = attached_key(way, party, id, place);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_ATTACHED, node_key_view(&key), &value, err);

    if (rc == ENT_OK) {
        *ret_number = ent_get_be(value.data, 8);
    }
    return rc;
}

enum ent_status
node_attached_delete(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    struct ent_error *err)
{
    struct node_key key = attached_key(way, party, id, place);

    return node_store_delete(
        node->store, NODE_ATTACHED, node_key_view(&key), err);
}

enum ent_status
node_attached_next(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t *place,
    uint64_t *ret_number, struct ent_error *err)
{
    struct node_key key = attached_key(way, party, id, *place);
    struct ent_view value;
    enum ent_status rc = node_store_seek(node->store, NODE_ATTACHED,
        node_key_view(&key), key.len - 1, key.bytes, &value, err);

    if (rc == ENT_OK) {
        *place = key.bytes[key.len - 1];
        *ret_number = ent_get_be(value.data, 8);
    }
    return rc;
}

/* ---- the row ---- */

enum ent_status
node_attachment_get(struct node *node, uint64_t number,
    node_attachment_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_row_get(node->store, NODE_ATTACHMENT, node_key_view(&key),
        &entente__rest__v1__attachment_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

enum ent_status
node_attachment_put(struct node *node, uint64_t number,
    const node_attachment_row *row, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_row_put(
        node->store, NODE_ATTACHMENT, node_key_view(&key), &row->base, err);
}

enum ent_status
node_attachment_wrap_key(struct node *node, uint64_t number,
    const struct ent_message_key *key, struct node_attachment_wrap *wrap,
    node_attachment_row *row, struct ent_error *err)
{
    struct node_key context = node_key_u64(number);
    enum ent_status rc = node_vault_wrap(node->slots, row->day,
        node_key_view(&context), key, wrap->nonce, wrap->wrapped, err);

    row->nonce.data = wrap->nonce;
    row->nonce.len = sizeof wrap->nonce;
    row->wrapped.data = wrap->wrapped;
    row->wrapped.len = sizeof wrap->wrapped;
    return rc;
}

enum ent_status
node_attachment_key(struct node *node, uint64_t number,
    const node_attachment_row *row, struct ent_message_key *ret_key,
    struct ent_error *err)
{
    struct node_key context = node_key_u64(number);

    if (row->wrapped.len == 0) {
        return ent_fail(
            err, ENT_NOT_FOUND, "the key of an attachment was destroyed");
    }
    return node_vault_unwrap(node->slots, row->day, node_key_view(&context),
        ent_view_of(row->nonce.data, row->nonce.len),
        ent_view_of(row->wrapped.data, row->wrapped.len), ret_key, err);
}

/* Whose share a file was counted in (node/assembly.c); its name says it. */
static enum ent_status
leave_share(
    struct node *node, const node_attachment_row *row, struct ent_error *err)
{
    struct ent_party party;

    if (!row->incoming || row->name.len < 1 + sizeof party.bytes ||
        row->state == ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED ||
        row->state == ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_DELETED) {
        return ENT_OK;
    }
    memcpy(party.bytes, row->name.data + 1, sizeof party.bytes);
    return node_share_subtract(node, &party, row->size, 0, err);
}

enum ent_status
node_attachment_forget(struct node *node, uint64_t number,
    const node_attachment_row *row, uint32_t state, struct ent_error *err)
{
    node_attachment_row stone = *row;
    enum ent_status rc = ENT_OK;

    if (row->state == ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_WAITING ||
        row->state == ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_MOVING) {
        rc = node_room_release(node,
            row->size - ent_attachment_bytes(row->size, row->chunks), err);
    }
    if (rc == ENT_OK) {
        rc = leave_share(node, row, err);
    }
    stone.nonce = (ProtobufCBinaryData){0};
    stone.wrapped = (ProtobufCBinaryData){0};
    stone.header = (ProtobufCBinaryData){0};
    stone.rest = (ProtobufCBinaryData){0};
    stone.edge = (ProtobufCBinaryData){0};
    stone.state = state;
    if (rc == ENT_OK) {
        rc = node_attachment_put(node, number, &stone, err);
    }
    if (rc == ENT_OK) {
        rc = node_errand_delete(node, NODE_ERRAND_OPEN, number, err);
    }
    return rc != ENT_OK ? rc
                        : node_errand_put(node, NODE_ERRAND_PRUNE, number, err);
}

enum ent_status
node_attachment_add(struct node *node, enum node_attached way,
    const struct ent_party *party, const struct ent_id *id, uint8_t place,
    const struct ent_message_key *key, node_attachment_row *row,
    uint64_t *ret_number, struct ent_error *err)
{
    struct node_key name = attached_key(way, party, id, place);
    struct node_attachment_wrap wrap;
    uint64_t number;
    enum ent_status rc =
        node_number_next(node->store, "attachment", &number, err);

    if (rc == ENT_OK) {
        rc = node_attachment_wrap_key(node, number, key, &wrap, row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row->at = node->now_ms;
    row->name.data = name.bytes;
    row->name.len = name.len;
    rc = node_attachment_put(node, number, row, err);
    if (rc == ENT_OK) {
        rc = node_attached_put(node, way, party, id, place, number, err);
    }
    *ret_number = number;
    return rc;
}

enum ent_status
node_attachment_delete(struct node *node, uint64_t number,
    const node_attachment_row *row, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);
    enum ent_status rc = ENT_OK;

    if (row->name.len == node_key_len(NODE_ATTACHED)) {
        rc = node_store_delete(node->store, NODE_ATTACHED,
            ent_view_of(row->name.data, row->name.len), err);
    }
    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_ATTACHMENT,
                              node_key_view(&key), err);
}

static enum ent_status
rewrap(struct node *node, uint64_t number, const node_attachment_row *row,
    struct ent_error *err)
{
    node_attachment_row changed = *row;
    struct node_attachment_wrap wrap;
    struct ent_message_key key;
    enum ent_status rc = node_attachment_key(node, number, row, &key, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_attachment_wrap_key(node, number, &key, &wrap, &changed, err);
    sodium_memzero(&key, sizeof key);
    return rc != ENT_OK ? rc : node_attachment_put(node, number, &changed, err);
}

static enum ent_status
move(struct node *node, uint64_t number, uint64_t day, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    struct node_attachment_wrap wrap;
    node_attachment_row changed;
    struct ent_message_key key;
    enum ent_status rc = node_attachment_get(node, number, &row, err);

    if (rc != ENT_OK || row->wrapped.len == 0 || row->day == day) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = node_attachment_key(node, number, row, &key, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    changed = *row;
    changed.day = day;
    rc = node_attachment_wrap_key(node, number, &key, &wrap, &changed, err);
    sodium_memzero(&key, sizeof key);
    return rc != ENT_OK ? rc : node_attachment_put(node, number, &changed, err);
}

enum ent_status
node_attachments_move(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, uint64_t day, struct ent_error *err)
{
    for (uint8_t place = 0;; place++) {
        uint64_t number;
        enum ent_status rc = node_attached_next(
            node, NODE_ATTACHED_IN, sender, id, &place, &number, err);

        if (rc == ENT_OK) {
            rc = move(node, number, day, err);
        }
        if (rc != ENT_OK || place == UINT8_MAX) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

enum ent_status
node_attachment_rewrap(struct node *node, uint64_t day, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_ATTACHMENT);

    for (;;) {
        ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_ATTACHMENT,
            ent_view_of(key, len), 0, key, &value, err);

        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__attachment_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK && row->day == day && row->wrapped.len > 0) {
            rc = rewrap(node, ent_get_be(key, 8), row, err);
        }
        if (rc != ENT_OK || !node_key_after(key, len)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

/* ---- chunks ---- */

static struct node_key
chunk_key(uint64_t number, unsigned kind, uint64_t index)
{
    struct node_key key = {.len = 13};

    ent_put_be(key.bytes, number, 8);
    key.bytes[8] = (uint8_t)kind;
    ent_put_be(key.bytes + 9, index, 4);
    return key;
}

enum ent_status
node_chunk_put(struct node *node, uint64_t number, uint32_t index,
    struct ent_view sealed, struct ent_error *err)
{
    struct node_key key = chunk_key(number, KIND_CHUNK, index);

    return node_store_put(
        node->store, NODE_CHUNK, node_key_view(&key), sealed, err);
}

enum ent_status
node_chunk_get(struct node *node, uint64_t number, uint32_t index,
    struct ent_view *ret_sealed, struct ent_error *err)
{
    struct node_key key = chunk_key(number, KIND_CHUNK, index);

    return node_store_get(
        node->store, NODE_CHUNK, node_key_view(&key), ret_sealed, err);
}

enum ent_status
node_chunk_node_put(struct node *node, uint64_t number, unsigned level,
    uint64_t index, const struct ent_digest *hash, struct ent_error *err)
{
    struct node_key key = chunk_key(number, KIND_NODE + level, index);

    return node_store_put(node->store, NODE_CHUNK, node_key_view(&key),
        ent_view_of(hash->bytes, sizeof hash->bytes), err);
}

bool
node_chunk_node_get(struct node *node, uint64_t number, unsigned level,
    uint64_t index, struct ent_digest *ret_hash)
{
    struct node_key key = chunk_key(number, KIND_NODE + level, index);
    struct ent_view value;

    if (node_store_get(node->store, NODE_CHUNK, node_key_view(&key), &value,
            NULL) != ENT_OK ||
        value.len != sizeof ret_hash->bytes) {
        return false;
    }
    memcpy(ret_hash->bytes, value.data, sizeof ret_hash->bytes);
    return true;
}

enum ent_status
node_chunk_prune(struct node *node, uint64_t number, size_t *budget,
    uint32_t *ret_chunks, bool *ret_done, struct ent_error *err)
{
    struct node_key key = chunk_key(number, 0, 0);

    *ret_chunks = 0;
    *ret_done = false;
    while (*budget > 0) {
        enum ent_status rc = node_store_seek(node->store, NODE_CHUNK,
            node_key_view(&key), 8, key.bytes, NULL, err);

        if (rc == ENT_NOT_FOUND) {
            *ret_done = true;
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_CHUNK, node_key_view(&key), err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        *ret_chunks += key.bytes[8] == KIND_CHUNK;
        (*budget)--;
    }
    return ENT_OK;
}

/* ---- what is to be done ---- */

static struct node_key
errand_key(enum node_errand kind, uint64_t number)
{
    struct node_key key = {.len = 9};

    key.bytes[0] = (uint8_t)kind;
    ent_put_be(key.bytes + 1, number, 8);
    return key;
}

enum ent_status
node_errand_put(struct node *node, enum node_errand kind, uint64_t number,
    struct ent_error *err)
{
    struct node_key key = errand_key(kind, number);

    node->errands_due = true;
    return node_store_put(node->store, NODE_ERRAND, node_key_view(&key),
        (struct ent_view){0}, err);
}

enum ent_status
node_errand_delete(struct node *node, enum node_errand kind, uint64_t number,
    struct ent_error *err)
{
    struct node_key key = errand_key(kind, number);

    return node_store_delete(
        node->store, NODE_ERRAND, node_key_view(&key), err);
}

enum ent_status
node_errand_next(struct node *node, enum node_errand kind, uint64_t *number,
    struct ent_error *err)
{
    struct node_key key = errand_key(kind, *number);
    enum ent_status rc = node_store_seek(
        node->store, NODE_ERRAND, node_key_view(&key), 1, key.bytes, NULL, err);

    if (rc == ENT_OK) {
        *number = ent_get_be(key.bytes + 1, 8);
    }
    return rc;
}
