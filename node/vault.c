/* SPDX-License-Identifier: Apache-2.0 */
#include "node/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/lifetime.h"
#include "node/rest.pb-c.h"

#define ENTRY_LEN (4 + ENT_MESSAGE_KEY_LEN)
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

static uint64_t
later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

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
    uint8_t nonce[NONCE_LEN];
    const uint8_t *bucket;
    enum ent_status rc;

    rc = node_slots_bucket(
        slots, ent_get_be(place->bytes, 8), true, &bucket, err);
    if (rc == ENT_OK) {
        rc = ent_bytes_alloc(plain.len + TAG_LEN, &wrapped, err);
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

static enum ent_status
put_keys(struct node_store *store, struct node_slots *slots, uint64_t bundle,
    const struct node_vault_key *keys, size_t count, struct ent_error *err)
{
    size_t start = 0;

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

static enum ent_status
put_row(struct node_store *store, uint64_t number,
    const struct node_vault_bundle *bundle, struct ent_error *err)
{
    Entente__Rest__V1__BundleRow row = ENTENTE__REST__V1__BUNDLE_ROW__INIT;
    ProtobufCBinaryData list[ENT_BUNDLE_MESSAGES_MAX];
    struct node_key key = node_key_u64(number);

    for (size_t i = 0; i < bundle->id_count; i++) {
        list[i].data = (uint8_t *)(uintptr_t)bundle->ids[i].bytes;
        list[i].len = sizeof bundle->ids[i].bytes;
    }
    row.head.data = (uint8_t *)(uintptr_t)bundle->head.data;
    row.head.len = bundle->head.len;
    row.body.data = (uint8_t *)(uintptr_t)bundle->body.data;
    row.body.len = bundle->body.len;
    row.outgoing = bundle->outgoing;
    row.at = bundle->at_ms;
    row.ids = list;
    row.n_ids = bundle->id_count;
    return node_row_put(
        store, NODE_BUNDLE, node_key_view(&key), &row.base, err);
}

enum ent_status
node_vault_put(struct node_store *store, struct node_slots *slots,
    struct node_vault_bundle *bundle, uint64_t *ret_number,
    struct ent_error *err)
{
    uint64_t until_ms = bundle->until_ms;
    uint64_t number;
    enum ent_status rc = node_number_next(store, "bundle", &number, err);

    if (rc == ENT_OK) {
        rc = put_row(store, number, bundle, err);
    }
    if (rc == ENT_OK && bundle->key_count > 0) {
        qsort(bundle->keys, bundle->key_count, sizeof *bundle->keys, by_day);
        until_ms = later_of(
            until_ms, bundle->keys[bundle->key_count - 1].day * NODE_DAY_MS);
        rc = put_keys(
            store, slots, number, bundle->keys, bundle->key_count, err);
    }
    if (rc == ENT_OK) {
        rc = node_lifetime_put(store, NODE_LIFE_BUNDLE, number, until_ms, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    bundle->until_ms = until_ms;
    *ret_number = number;
    return ENT_OK;
}

static enum ent_status
must_be(enum ent_status rc, uint64_t bundle, struct ent_error *err)
{
    return rc != ENT_NOT_FOUND ? rc
                               : ent_fail(err, ENT_IO, "bundle %llu is missing",
                                     (unsigned long long)bundle);
}

enum ent_status
node_vault_get(struct node_store *store, uint64_t bundle, void *ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(bundle);

    return must_be(
        node_row_get(store, NODE_BUNDLE, node_key_view(&key),
            &entente__rest__v1__bundle_row__descriptor, ret_row, err),
        bundle, err);
}

/* To be looked at: messages of one bundle are mostly read one after the other.
 */
static enum ent_status
look(struct node_store *store, uint64_t bundle,
    const Entente__Rest__V1__BundleRow **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_u64(bundle);
    const ProtobufCMessage *row = NULL;
    enum ent_status rc =
        must_be(node_row_look(store, NODE_BUNDLE, node_key_view(&key),
                    &entente__rest__v1__bundle_row__descriptor, &row, err),
            bundle, err);

    *ret_row = (const Entente__Rest__V1__BundleRow *)row;
    return rc;
}

enum ent_status
node_vault_label(struct node_store *store, uint64_t bundle, void *ret_row,
    struct ent_label *ret_label, struct ent_error *err)
{
    Entente__Rest__V1__BundleRow **row = ret_row;
    struct ent_bundle decoded;
    struct ent_view head;
    struct ent_view body;
    enum ent_status rc = node_vault_get(store, bundle, ret_row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    head = ent_view_of((*row)->head.data, (*row)->head.len);
    body = ent_view_of((*row)->body.data, (*row)->body.len);
    rc = body.len == 0 ? ent_bundle_decode_head(head, &decoded, err)
                       : ent_bundle_decode(head, body, &decoded, err);
    if (rc != ENT_OK) {
        return ENT_IO;
    }
    *ret_label = decoded.label;
    return ENT_OK;
}

enum ent_status
node_vault_empty(
    struct node_store *store, uint64_t bundle, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *row = NULL;
    Entente__Rest__V1__BundleRow changed;
    struct node_key key = node_key_u64(bundle);
    enum ent_status rc = node_vault_get(store, bundle, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    changed.body = (ProtobufCBinaryData){0};
    return node_row_put(
        store, NODE_BUNDLE, node_key_view(&key), &changed.base, err);
}

/* Find `index` in an opened block. */
static enum ent_status
find_key(struct ent_view plain, uint32_t index, struct ent_message_key *ret_key,
    struct ent_error *err)
{
    for (size_t at = 0; at + ENTRY_LEN <= plain.len; at += ENTRY_LEN) {
        if (ent_get_be(plain.data + at, 4) == index) {
            memcpy(ret_key->bytes, plain.data + at + 4, sizeof ret_key->bytes);
            return ENT_OK;
        }
    }
    return ent_fail(
        err, ENT_NOT_FOUND, "the key of message %u was removed", index);
}

/* Open with whichever key of the bucket wrapped it: while it is renewed there
 * are two. `ret_plain` has room for it. */
static enum ent_status
unwrap(struct node_slots *slots, uint64_t day, struct ent_view context,
    struct ent_view nonce, struct ent_view wrapped, uint8_t *ret_plain,
    struct ent_error *err)
{
    uint64_t generation = UINT64_MAX;
    const uint8_t *bucket;

    while (
        node_slots_bucket_older(slots, day, &generation, &bucket) == ENT_OK) {
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL,
                wrapped.data, wrapped.len, context.data, context.len,
                nonce.data, bucket) == 0) {
            return ENT_OK;
        }
    }
    return generation == UINT64_MAX
               ? ent_fail(err, ENT_NOT_FOUND, "the key was destroyed")
               : ent_fail(err, ENT_IO, "stored message keys do not open");
}

/* The block at `place`: (index, key)*. */
static enum ent_status
open_block(struct node_slots *slots, const struct node_key *place,
    const Entente__Rest__V1__KeysRow *row, struct ent_bytes *ret_plain,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc;

    if (row->nonce.len != NONCE_LEN || row->wrapped.len <= TAG_LEN) {
        return ent_fail(err, ENT_IO, "a block of message keys is odd");
    }
    rc = ent_bytes_alloc(row->wrapped.len - TAG_LEN, &plain, err);
    if (rc == ENT_OK) {
        rc = unwrap(slots, ent_get_be(place->bytes, 8), node_key_view(place),
            ent_view_of(row->nonce.data, row->nonce.len),
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
    return opened->plain.data != NULL && row->nonce.len == NONCE_LEN &&
           memcmp(opened->place, place->bytes, sizeof opened->place) == 0 &&
           memcmp(opened->nonce, row->nonce.data, NONCE_LEN) == 0;
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
            memcpy(opened->nonce, row->nonce.data, NONCE_LEN);
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
    /* Nor is the key to be found in memory. */
    ent_bytes_free(&node_slots_opened(slots)->plain);
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

/* The envelope at `index` of a stored body. */
static enum ent_status
find_envelope(struct ent_view body, uint32_t index,
    struct ent_envelope *ret_envelope, struct ent_error *err)
{
    size_t offset = 0;

    for (uint32_t i = 0; ent_body_next(body, &offset, ret_envelope); i++) {
        if (i == index) {
            return ENT_OK;
        }
    }
    return ent_fail(err, ENT_IO, "a bundle has no message %u", index);
}

enum ent_status
node_vault_open(struct node_store *store, struct node_slots *slots,
    uint64_t bundle, uint64_t day, uint32_t index,
    struct ent_bytes *ret_message, struct ent_error *err)
{
    const Entente__Rest__V1__BundleRow *row = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes buffer = {0};
    struct ent_message_key key;
    struct ent_envelope envelope;
    struct ent_view message;
    enum ent_status rc;

    rc = node_vault_key_get(store, slots, bundle, day, index, &key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = look(store, bundle, &row, err);
    if (rc == ENT_OK) {
        rc = find_envelope(
            ent_view_of(row->body.data, row->body.len), index, &envelope, err);
    }
    if (rc == ENT_OK) {
        rc = ent_bytes_alloc(envelope.ciphertext.len, &buffer, err);
    }
    if (rc == ENT_OK) {
        rc = ent_open_envelope(
            &key, index, &envelope, buffer.data, buffer.len, &message, err);
    }
    sodium_memzero(&key, sizeof key);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_bytes_copy(message, ret_message, err);
}

enum ent_status
node_vault_wrap(struct node_slots *slots, uint64_t day, struct ent_view context,
    const struct ent_message_key *key, uint8_t ret_nonce[static 24],
    uint8_t ret_wrapped[static 48], struct ent_error *err)
{
    const uint8_t *bucket;
    enum ent_status rc;

    rc = node_slots_bucket(slots, day, true, &bucket, err);
    if (rc != ENT_OK) {
        return rc;
    }
    randombytes_buf(ret_nonce, NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret_wrapped, NULL, key->bytes,
        sizeof key->bytes, context.data, context.len, NULL, ret_nonce, bucket);
    return ENT_OK;
}

enum ent_status
node_vault_unwrap(struct node_slots *slots, uint64_t day,
    struct ent_view context, struct ent_view nonce, struct ent_view wrapped,
    struct ent_message_key *ret_key, struct ent_error *err)
{
    if (nonce.len != NONCE_LEN ||
        wrapped.len != sizeof ret_key->bytes + TAG_LEN) {
        return ent_fail(err, ENT_IO, "a stored message key is odd");
    }
    return unwrap(slots, day, context, nonce, wrapped, ret_key->bytes, err);
}
