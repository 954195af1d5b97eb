/* SPDX-License-Identifier: Apache-2.0 */
#include "node/vault.h"

#include <sodium.h>
#include <string.h>

#include "node/lifetime.h"
#include "node/rest.pb-c.h"
#include "node/vault_internal.h"

#define BODY_SHORT 2048 /* of a message or two: no page of its own for it */

/* ---- rows ---- */

static enum ent_status
put_body(struct node_store *store, const struct node_bundle *parts,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(parts->number);

    return parts->body.len > BODY_SHORT
               ? node_store_put(
                     store, NODE_BODY, node_key_view(&key), parts->body, err)
               : ENT_OK;
}

static enum ent_status
put_row(struct node_store *store, const struct node_bundle *parts,
    struct ent_error *err)
{
    Entente__Rest__V1__BundleRow row = ENTENTE__REST__V1__BUNDLE_ROW__INIT;
    struct node_key key = node_key_u64(parts->number);

    row.head.data = (uint8_t *)(uintptr_t)parts->head.data;
    row.head.len = parts->head.len;
    if (parts->body.len > BODY_SHORT) {
        row.body_len = parts->body.len;
    } else {
        row.body.data = (uint8_t *)(uintptr_t)parts->body.data;
        row.body.len = parts->body.len;
    }
    row.outgoing = parts->outgoing;
    row.at = parts->at_ms;
    row.ids.data = (uint8_t *)(uintptr_t)parts->ids;
    row.ids.len = parts->id_count * sizeof *parts->ids;
    return node_row_put(
        store, NODE_BUNDLE, node_key_view(&key), &row.base, err);
}

/* Put it, and keep it at hand as it was put: it is read soon. But for a long
 * body of one that came: who reads the desk at once has what was opened
 * (node/opened.h), and who comes later finds it where it lies. `own` is its
 * body, to be taken over, or NULL. */
static enum ent_status
put(struct node_store *store, const struct node_bundle *parts,
    struct ent_bytes *own, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct node_bundle kept = *parts;
    enum ent_status rc = put_row(store, parts, err);

    if (!parts->outgoing && parts->body.len > BODY_SHORT) {
        kept.body = (struct ent_view){0};
        kept.whole = false;
    }
    if (rc == ENT_OK) {
        rc = put_body(store, parts, err);
    }
    if (own != NULL) {
        kept.body = (struct ent_view){0};
    }
    if (rc == ENT_OK) {
        rc = node_bundle_new(&kept, &bundle, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (own != NULL) {
        node_bundle_take_body(bundle, own);
    }
    node_bundles_add(node_store_bundles(store), bundle);
    return ENT_OK;
}

/* A bundle of its row; a long body is not read yet. */
static enum ent_status
read_row(uint64_t number, struct ent_view value,
    struct node_bundle **ret_bundle, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *row = NULL;
    struct node_bundle parts = {.number = number};
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__bundle_row__descriptor,
            (ProtobufCMessage **)&row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    parts.head = ent_view_of(row->head.data, row->head.len);
    parts.body = ent_view_of(row->body.data, row->body.len);
    parts.body_len = parts.body.len > 0 ? parts.body.len : row->body_len;
    parts.outgoing = row->outgoing;
    parts.at_ms = row->at;
    parts.ids = (const struct ent_id *)row->ids.data;
    parts.id_count = row->ids.len / ENT_ID_LEN;
    parts.whole = parts.body.len == parts.body_len;
    if (row->ids.len % ENT_ID_LEN != 0 ||
        parts.id_count > ENT_BUNDLE_MESSAGES_MAX ||
        parts.body_len > ENT_BODY_MAX) {
        return ent_fail(err, ENT_IO, "a stored bundle is odd");
    }
    return node_bundle_new(&parts, ret_bundle, err);
}

/* What lies in BODY has no MAC. */
static enum ent_status
read_body(
    struct node_store *store, struct node_bundle *bundle, struct ent_error *err)
{
    struct node_key key = node_key_u64(bundle->number);
    struct ent_view body;
    enum ent_status rc =
        node_store_get(store, NODE_BODY, node_key_view(&key), &body, err);

    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && body.len != bundle->body_len)) {
        return ent_fail(err, ENT_IO, "the body of bundle %llu is damaged",
            (unsigned long long)bundle->number);
    }
    return rc != ENT_OK ? rc : node_bundle_give_body(bundle, body, err);
}

/* ---- putting ---- */

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
    struct node_bundle parts = {.head = bundle->head,
        .body = bundle->body,
        .body_len = bundle->body.len,
        .outgoing = bundle->outgoing,
        .at_ms = bundle->at_ms,
        .ids = bundle->ids,
        .id_count = bundle->id_count,
        .whole = true};
    uint64_t until_ms = last_use(bundle);
    uint64_t number;
    enum ent_status rc = node_number_next(store, "bundle", &number, err);

    if (rc == ENT_OK) {
        parts.number = number;
        rc = put(store, &parts, bundle->own, err);
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

/* ---- reading ---- */

/* A bundle, whose body need not be there. */
static enum ent_status
find(struct node_store *store, uint64_t number, struct node_bundle **ret_bundle,
    struct ent_error *err)
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
        rc = read_row(number, row, &bundle, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_bundles_add(recent, bundle);
    *ret_bundle = bundle;
    return ENT_OK;
}

/* With its body, if it has one; that may not be what was put. */
static enum ent_status
find_with_body(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    enum ent_status rc = find(store, number, &bundle, err);

    if (rc == ENT_OK && bundle->body.len != bundle->body_len) {
        rc = read_body(store, bundle, err);
        node_bundles_add(node_store_bundles(store), bundle);
    }
    if (rc == ENT_OK) {
        *ret_bundle = bundle;
        bundle = NULL;
    }
    return rc;
}

static enum ent_status
read_label(const struct node_bundle *bundle, struct ent_label *ret_label,
    struct ent_error *err)
{
    struct ent_bundle decoded;

    if (ent_bundle_decode_head(bundle->head, &decoded, err) != ENT_OK) {
        return ENT_IO;
    }
    *ret_label = decoded.label;
    return ENT_OK;
}

/* The body is what its label was signed for. */
static enum ent_status
check(struct node_bundle *bundle, struct ent_error *err)
{
    struct ent_digest root = {{0}};
    struct ent_label label;
    enum ent_status rc = read_label(bundle, &label, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_body_root(bundle->body, label.count, &root, err) != ENT_OK ||
        !ent_digest_equal(&root, &label.root)) {
        return ent_fail(err, ENT_IO, "the body of bundle %llu is damaged",
            (unsigned long long)bundle->number);
    }
    bundle->whole = true;
    return ENT_OK;
}

enum ent_status
node_vault_get(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    enum ent_status rc = find_with_body(store, number, &bundle, err);

    if (rc == ENT_OK && !bundle->whole) {
        rc = check(bundle, err);
    }
    if (rc == ENT_OK) {
        *ret_bundle = bundle;
        bundle = NULL;
    }
    return rc;
}

enum ent_status
node_vault_label(struct node_store *store, uint64_t number,
    struct node_bundle **ret_bundle, struct ent_label *ret_label,
    struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    enum ent_status rc = find(store, number, &bundle, err);

    if (rc == ENT_OK) {
        rc = read_label(bundle, ret_label, err);
    }
    if (rc == ENT_OK) {
        *ret_bundle = bundle;
        bundle = NULL;
    }
    return rc;
}

/* ---- ending ---- */

static enum ent_status
delete_body(struct node_store *store, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_store_delete(store, NODE_BODY, node_key_view(&key), err);
}

enum ent_status
node_vault_empty(
    struct node_store *store, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct node_bundle emptied;
    enum ent_status rc = find(store, number, &bundle, err);

    if (rc == ENT_OK) {
        rc = delete_body(store, number, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    emptied = *bundle;
    emptied.body = (struct ent_view){0};
    emptied.body_len = 0;
    emptied.whole = true;
    return put(store, &emptied, NULL, err);
}

enum ent_status
node_vault_delete(
    struct node_store *store, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);
    enum ent_status rc = delete_body(store, number, err);

    return rc != ENT_OK ? rc
                        : node_store_delete(
                              store, NODE_BUNDLE, node_key_view(&key), err);
}

/* ---- messages ---- */

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
    /* Its own tag tells whether it is whole. */
    enum ent_status rc = find_with_body(store, number, &sealed->bundle, err);

    sealed->index = index;
    return rc != ENT_OK ? rc
                        : node_bundle_envelope(
                              sealed->bundle, index, &sealed->envelope, err);
}

static enum ent_status
open_sealed(const struct sealed *sealed, uint8_t *buffer,
    struct ent_view *ret_message, struct ent_error *err)
{
    enum ent_status rc =
        ent_open_envelope(&sealed->key, sealed->index, &sealed->envelope,
            buffer, sealed->envelope.ciphertext.len, ret_message, err);

    return rc == ENT_REJECTED ? ENT_IO : rc; /* it is not what was put */
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

enum ent_status
node_vault_open_in(struct node_store *store, struct node_slots *slots,
    uint64_t number, uint64_t day, uint32_t index, struct ent_arena *arena,
    struct node_plain *ret_message, struct ent_error *err)
{
    ENT_AUTO(let_go) struct sealed sealed = {.bundle = NULL};
    uint8_t *buffer;
    enum ent_status rc =
        node_vault_key_get(store, slots, number, day, index, &sealed.key, err);

    if (rc == ENT_OK && node_opened_find(node_store_opened(store), number,
                            index, &sealed.key, ret_message)) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = find_sealed(store, number, index, &sealed, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    buffer = ent_arena_alloc(arena, sealed.envelope.ciphertext.len);
    if (buffer == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "a message of %zu bytes",
            sealed.envelope.ciphertext.len);
    }
    rc = open_sealed(&sealed, buffer, &ret_message->wire, err);
    if (rc == ENT_OK) {
        ret_message->is_bare = ent_message_is_bare(ret_message->wire);
    }
    return rc;
}
