/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the messages of a bundle: a block for each day. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/rest.pb-c.h"
#include "node/vault_internal.h"

#define ENTRY_LEN (4 + ENT_MESSAGE_KEY_LEN)

static int
by_day(const void *a, const void *b)
{
    const struct node_vault_key *left = a;
    const struct node_vault_key *right = b;

    if (left->day != right->day) {
        return left->day < right->day ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

/* Wrap (index, key)* under the newest key of the bucket, bound to its place
 * (day, bundle). */
static enum ent_status
put_plain(struct node_store *store, struct node_slots *slots,
    const struct node_key *place, struct ent_view plain, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wrapped = {0};
    Entente__Rest__V1__KeysRow row = ENTENTE__REST__V1__KEYS_ROW__INIT;
    uint8_t nonce[NODE_VAULT_NONCE_LEN];
    const uint8_t *bucket;
    enum ent_status rc;

    rc = node_slots_bucket(
        slots, ent_get_be(place->bytes, 8), true, &bucket, err);
    if (rc == ENT_OK) {
        rc = ent_bytes_alloc(plain.len + NODE_VAULT_TAG_LEN, &wrapped, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    randombytes_buf(nonce, sizeof nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped.data, NULL, plain.data,
        plain.len, place->bytes, place->len, NULL, nonce, bucket);
    row.nonce = (ProtobufCBinaryData){.data = nonce, .len = sizeof nonce};
    row.wrapped =
        (ProtobufCBinaryData){.data = wrapped.data, .len = wrapped.len};
    return node_row_put(store, NODE_KEYS, node_key_view(place), &row.base, err);
}

static enum ent_status
put_block(struct node_store *store, struct node_slots *slots, uint64_t bundle,
    const struct node_vault_key *keys, size_t count, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    struct node_key place = node_key_u64_u64(keys[0].day, bundle);
    enum ent_status rc = ent_bytes_alloc(count * ENTRY_LEN, &plain, err);

    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        ent_put_be(plain.data + i * ENTRY_LEN, keys[i].index, 4);
        memcpy(plain.data + i * ENTRY_LEN + 4, keys[i].key.bytes,
            sizeof keys[i].key.bytes);
    }
    return put_plain(store, slots, &place, ent_bytes_view(&plain), err);
}

/* Those of a bundle mostly are: its messages are kept for as long, and came in
 * their order. */
static bool
are_sorted(const struct node_vault_key *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (by_day(&keys[i - 1], &keys[i]) > 0) {
            return false;
        }
    }
    return true;
}

enum ent_status
node_vault_keys_put(struct node_store *store, struct node_slots *slots,
    uint64_t bundle, struct node_vault_key *keys, size_t count,
    struct ent_error *err)
{
    size_t start = 0;

    if (!are_sorted(keys, count)) {
        qsort(keys, count, sizeof *keys, by_day);
    }
    for (size_t i = 1; i <= count; i++) {
        if (i == count || keys[i].day != keys[start].day) {
            enum ent_status rc =
                put_block(store, slots, bundle, keys + start, i - start, err);

            if (rc != ENT_OK) {
                return rc;
            }
            start = i;
        }
    }
    return ENT_OK;
}

static bool
take_key(struct ent_view plain, size_t at, uint32_t index,
    struct ent_message_key *ret_key)
{
    if (at + ENTRY_LEN > plain.len || ent_get_be(plain.data + at, 4) != index) {
        return false;
    }
    memcpy(ret_key->bytes, plain.data + at + 4, sizeof ret_key->bytes);
    return true;
}

/* Find `index` in an opened block; mostly it is the place in it, too. */
static enum ent_status
find_key(struct ent_view plain, uint32_t index, struct ent_message_key *ret_key,
    struct ent_error *err)
{
    if (take_key(plain, (size_t)index * ENTRY_LEN, index, ret_key)) {
        return ENT_OK;
    }
    for (size_t at = 0; at + ENTRY_LEN <= plain.len; at += ENTRY_LEN) {
        if (take_key(plain, at, index, ret_key)) {
            return ENT_OK;
        }
    }
    return ent_fail(
        err, ENT_NOT_FOUND, "the key of message %u was removed", index);
}

/* The block at `place`: (index, key)*. */
static enum ent_status
open_block(struct node_slots *slots, const struct node_key *place,
    const Entente__Rest__V1__KeysRow *row, struct ent_bytes *ret_plain,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc;

    if (row->nonce.len != NODE_VAULT_NONCE_LEN ||
        row->wrapped.len <= NODE_VAULT_TAG_LEN) {
        return ent_fail(err, ENT_IO, "a block of message keys is odd");
    }
    rc = ent_bytes_alloc(row->wrapped.len - NODE_VAULT_TAG_LEN, &plain, err);
    if (rc == ENT_OK) {
        rc = node_vault_unwrap_any(slots, ent_get_be(place->bytes, 8),
            node_key_view(place), ent_view_of(row->nonce.data, row->nonce.len),
            ent_view_of(row->wrapped.data, row->wrapped.len), plain.data, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_plain = plain;
    plain = (struct ent_bytes){0};
    return ENT_OK;
}

static enum ent_status
get_block(struct node_store *store, struct node_slots *slots,
    const struct node_key *place, struct ent_bytes *ret_plain,
    struct ent_error *err)
{
    const ProtobufCMessage *row = NULL;
    enum ent_status rc = node_row_look(store, NODE_KEYS, node_key_view(place),
        &entente__rest__v1__keys_row__descriptor, &row, err);

    return rc != ENT_OK
               ? rc
               : open_block(slots, place,
                     (const Entente__Rest__V1__KeysRow *)row, ret_plain, err);
}

/* It is the block that was opened last. */
static bool
is_opened(const struct node_slots_opened *opened, const struct node_key *place,
    const Entente__Rest__V1__KeysRow *row)
{
    return opened->plain.data != NULL &&
           row->nonce.len == NODE_VAULT_NONCE_LEN &&
           memcmp(opened->place, place->bytes, sizeof opened->place) == 0 &&
           memcmp(opened->nonce, row->nonce.data, NODE_VAULT_NONCE_LEN) == 0;
}

/* The same, to be looked at until the next call. */
static enum ent_status
look_block(struct node_store *store, struct node_slots *slots,
    const struct node_key *place, struct ent_view *ret_plain,
    struct ent_error *err)
{
    struct node_slots_opened *opened = node_slots_opened(slots);
    const ProtobufCMessage *found = NULL;
    const Entente__Rest__V1__KeysRow *row;
    enum ent_status rc = node_row_look(store, NODE_KEYS, node_key_view(place),
        &entente__rest__v1__keys_row__descriptor, &found, err);

    row = (const Entente__Rest__V1__KeysRow *)found;
    if (rc == ENT_OK && !is_opened(opened, place, row)) {
        ent_bytes_free(&opened->plain);
        rc = open_block(slots, place, row, &opened->plain, err);
        if (rc == ENT_OK) {
            memcpy(opened->place, place->bytes, sizeof opened->place);
            memcpy(opened->nonce, row->nonce.data, NODE_VAULT_NONCE_LEN);
        }
    }
    *ret_plain = ent_bytes_view(&opened->plain);
    return rc;
}

enum ent_status
node_vault_key_get(struct node_store *store, struct node_slots *slots,
    uint64_t bundle, uint64_t day, uint32_t index,
    struct ent_message_key *ret_key, struct ent_error *err)
{
    struct node_key place = node_key_u64_u64(day, bundle);
    struct ent_view plain;
    enum ent_status rc = look_block(store, slots, &place, &plain, err);

    return rc != ENT_OK ? rc : find_key(plain, index, ret_key, err);
}

enum ent_status
node_vault_forget(struct node_store *store, struct node_slots *slots,
    uint64_t bundle, uint64_t day, uint32_t index, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    struct node_key place = node_key_u64_u64(day, bundle);
    size_t kept = 0;
    enum ent_status rc = get_block(store, slots, &place, &plain, err);

    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t at = 0; at + ENTRY_LEN <= plain.len; at += ENTRY_LEN) {
        if (ent_get_be(plain.data + at, 4) != index) {
            memmove(plain.data + kept, plain.data + at, ENTRY_LEN);
            kept += ENTRY_LEN;
        }
    }
    /* Nor is the key to be found in memory, or what it opens. */
    ent_bytes_free(&node_slots_opened(slots)->plain);
    node_opened_forget(node_store_opened(store), bundle);
    if (kept == 0) {
        return node_store_delete(store, NODE_KEYS, node_key_view(&place), err);
    }
    return put_plain(store, slots, &place, ent_view_of(plain.data, kept), err);
}

/* One key more in the block at `place`, which may not be there yet. */
static enum ent_status
add_key(struct node_store *store, struct node_slots *slots,
    const struct node_key *place, uint32_t index,
    const struct ent_message_key *key, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes old = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc = get_block(store, slots, place, &old, err);

    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = ent_bytes_alloc(old.len + ENTRY_LEN, &plain, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (old.len > 0) {
        memcpy(plain.data, old.data, old.len);
    }
    ent_put_be(plain.data + old.len, index, 4);
    memcpy(plain.data + old.len + 4, key->bytes, sizeof key->bytes);
    return put_plain(store, slots, place, ent_bytes_view(&plain), err);
}

enum ent_status
node_vault_move(struct node_store *store, struct node_slots *slots,
    uint64_t bundle, uint64_t day, uint32_t index, uint64_t to_day,
    struct ent_error *err)
{
    struct node_key place = node_key_u64_u64(to_day, bundle);
    struct ent_message_key key;
    enum ent_status rc =
        node_vault_key_get(store, slots, bundle, day, index, &key, err);

    if (rc != ENT_OK || day == to_day) {
        return rc;
    }
    rc = node_vault_forget(store, slots, bundle, day, index, err);
    if (rc == ENT_OK) {
        rc = add_key(store, slots, &place, index, &key, err);
    }
    sodium_memzero(&key, sizeof key);
    return rc;
}

enum ent_status
node_vault_rewrap(struct node_store *store, struct node_slots *slots,
    uint64_t day, struct ent_error *err)
{
    struct node_key place = node_key_u64_u64(day, 0);

    for (;;) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
        enum ent_status rc = node_store_seek(
            store, NODE_KEYS, node_key_view(&place), 8, place.bytes, NULL, err);

        if (rc == ENT_OK) {
            rc = get_block(store, slots, &place, &plain, err);
        }
        if (rc == ENT_OK) {
            rc = put_plain(store, slots, &place, ent_bytes_view(&plain), err);
        }
        if (rc != ENT_OK || !node_key_after(place.bytes, place.len)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}
