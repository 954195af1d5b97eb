/* SPDX-License-Identifier: Apache-2.0 */
#include "node/vault.h"

#include <sodium.h>
#include <string.h>

#include "node/lifetime.h"
#include "node/rest.pb-c.h"
#include "node/vault_internal.h"

/* To be read soon, as it was put. */
static enum ent_status
remember(struct node_store *store, uint64_t number, struct ent_view row,
    struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    enum ent_status rc = node_bundle_new(number, row, &bundle, err);

    if (rc == ENT_OK) {
        node_bundles_add(node_store_bundles(store), bundle);
    }
    return rc;
}

static enum ent_status
put_row(struct node_store *store, uint64_t number,
    const struct node_vault_bundle *bundle, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__Rest__V1__BundleRow row = ENTENTE__REST__V1__BUNDLE_ROW__INIT;
    struct node_key key = node_key_u64(number);
    enum ent_status rc;

    row.head.data = (uint8_t *)(uintptr_t)bundle->head.data;
    row.head.len = bundle->head.len;
    row.body.data = (uint8_t *)(uintptr_t)bundle->body.data;
    row.body.len = bundle->body.len;
    row.outgoing = bundle->outgoing;
    row.at = bundle->at_ms;
    row.ids.data = (uint8_t *)(uintptr_t)bundle->ids;
    row.ids.len = bundle->id_count * sizeof *bundle->ids;
    rc = ent_pb_pack(&row.base, &wire, err);
    if (rc == ENT_OK) {
        rc = node_store_put(store, NODE_BUNDLE, node_key_view(&key),
            ent_bytes_view(&wire), err);
    }
    return rc != ENT_OK ? rc
                        : remember(store, number, ent_bytes_view(&wire), err);
}

static uint64_t
last_use(const struct node_vault_bundle *bundle)
{
    uint64_t until_ms = bundle->until_ms;

    for (size_t i = 0; i < bundle->key_count; i++) {
        uint64_t end_ms = bundle->keys[i].day * NODE_DAY_MS;

        until_ms = end_ms > until_ms ? end_ms : until_ms;
    }
    return until_ms;
}

enum ent_status
node_vault_put(struct node_store *store, struct node_slots *slots,
    struct node_vault_bundle *bundle, uint64_t *ret_number,
    struct ent_error *err)
{
    uint64_t until_ms = last_use(bundle);
    uint64_t number;
    enum ent_status rc = node_number_next(store, "bundle", &number, err);

    if (rc == ENT_OK) {
        rc = put_row(store, number, bundle, err);
    }
    if (rc == ENT_OK && bundle->key_count > 0) {
        rc = node_vault_keys_put(
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

enum ent_status
node_vault_get(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_error *err)
{
    struct node_bundles *recent = node_store_bundles(store);
    struct node_bundle *bundle = node_bundles_find(recent, number);
    struct node_key key = node_key_u64(number);
    struct ent_view row;
    enum ent_status rc;

    if (bundle != NULL) {
        *ret_bundle = bundle;
        return ENT_OK;
    }
    rc = node_store_get(store, NODE_BUNDLE, node_key_view(&key), &row, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(
            err, ENT_IO, "bundle %llu is missing", (unsigned long long)number);
    }
    if (rc == ENT_OK) {
        rc = node_bundle_new(number, row, &bundle, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_bundles_add(recent, bundle);
    *ret_bundle = bundle;
    return ENT_OK;
}

enum ent_status
node_vault_label(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_label *ret_label,
    struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct ent_bundle decoded;
    enum ent_status rc = node_vault_get(store, number, &bundle, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_bundle_decode_head(bundle->head, &decoded, err) != ENT_OK) {
        return ENT_IO;
    }
    *ret_label = decoded.label;
    *ret_bundle = bundle;
    bundle = NULL;
    return ENT_OK;
}

enum ent_status
node_vault_empty(
    struct node_store *store, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct node_vault_bundle emptied;
    enum ent_status rc = node_vault_get(store, number, &bundle, err);

    if (rc != ENT_OK) {
        return rc;
    }
    emptied = (struct node_vault_bundle){
        .head = bundle->head,
        .outgoing = bundle->outgoing,
        .at_ms = bundle->at_ms,
        .ids = bundle->ids,
        .id_count = bundle->id_count,
    };
    return put_row(store, number, &emptied, err);
}

/* What opening one message takes: its key, and where it lies. */
struct sealed {
    struct ent_message_key key;
    struct node_bundle *bundle;
    struct ent_envelope envelope; /* looks into it */
    uint32_t index;
};

static enum ent_status
find_sealed(struct node_store *store, uint64_t number, uint32_t index,
    struct sealed *sealed, struct ent_error *err)
{
    enum ent_status rc = node_vault_get(store, number, &sealed->bundle, err);

    sealed->index = index;
    return rc != ENT_OK ? rc
                        : node_bundle_envelope(
                              sealed->bundle, index, &sealed->envelope, err);
}

static enum ent_status
open_sealed(const struct sealed *sealed, uint8_t *buffer,
    struct ent_view *ret_message, struct ent_error *err)
{
    return ent_open_envelope(&sealed->key, sealed->index, &sealed->envelope,
        buffer, sealed->envelope.ciphertext.len, ret_message, err);
}

static void
let_go(struct sealed *sealed)
{
    sodium_memzero(&sealed->key, sizeof sealed->key);
    node_bundle_release(&sealed->bundle);
}

enum ent_status
node_vault_open(struct node_store *store, struct node_slots *slots,
    uint64_t number, uint64_t day, uint32_t index,
    struct ent_bytes *ret_message, struct ent_error *err)
{
    ENT_AUTO(let_go) struct sealed sealed = {.bundle = NULL};
    ENT_AUTO(ent_bytes_free) struct ent_bytes buffer = {0};
    struct ent_view message;
    enum ent_status rc =
        node_vault_key_get(store, slots, number, day, index, &sealed.key, err);

    if (rc == ENT_OK) {
        rc = find_sealed(store, number, index, &sealed, err);
    }
    if (rc == ENT_OK) {
        rc = ent_bytes_alloc(sealed.envelope.ciphertext.len, &buffer, err);
    }
    if (rc == ENT_OK) {
        rc = open_sealed(&sealed, buffer.data, &message, err);
    }
    return rc != ENT_OK ? rc : ent_bytes_copy(message, ret_message, err);
}

/* It stays longer there than where it was found. */
static enum ent_status
copy_in(
    struct ent_arena *arena, struct ent_view *message, struct ent_error *err)
{
    uint8_t *copy = ent_arena_alloc(arena, message->len);

    if (copy == NULL) {
        return ent_fail(
            err, ENT_NO_MEMORY, "a message of %zu bytes", message->len);
    }
    memcpy(copy, message->data, message->len);
    *message = ent_view_of(copy, message->len);
    return ENT_OK;
}

enum ent_status
node_vault_open_in(struct node_store *store, struct node_slots *slots,
    uint64_t number, uint64_t day, uint32_t index, struct ent_arena *arena,
    struct ent_view *ret_message, struct ent_error *err)
{
    ENT_AUTO(let_go) struct sealed sealed = {.bundle = NULL};
    uint8_t *buffer;
    enum ent_status rc =
        node_vault_key_get(store, slots, number, day, index, &sealed.key, err);

    if (rc == ENT_OK && node_opened_find(node_store_opened(store), number,
                            index, &sealed.key, ret_message)) {
        return copy_in(arena, ret_message, err);
    }
    if (rc == ENT_OK) {
        rc = find_sealed(store, number, index, &sealed, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    buffer = ent_arena_alloc(arena, sealed.envelope.ciphertext.len);
    return buffer == NULL
               ? ent_fail(err, ENT_NO_MEMORY, "a message of %zu bytes",
                     sealed.envelope.ciphertext.len)
               : open_sealed(&sealed, buffer, ret_message, err);
}
