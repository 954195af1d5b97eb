/* SPDX-License-Identifier: Apache-2.0 */
#include "node/store.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/store_internal.h"

static struct ent_kv_options
options_of(const uint8_t *store_key, size_t size_max)
{
    struct ent_kv_options options = {
        .tables = node_tables,
        .table_count = NODE_TABLE_COUNT,
        .size_max = size_max,
        .cipher = &ent_kv_cipher,
    };

    memcpy(options.store_key, store_key, sizeof options.store_key);
    return options;
}

enum ent_status
node_store_create(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], size_t size_max,
    struct ent_error *err)
{
    struct ent_kv_options options = options_of(store_key, size_max);

    return ent_kv_create(path, &options, err);
}

enum ent_status
node_store_open(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], size_t size_max,
    struct node_store **ret_store, struct ent_error *err)
{
    ENT_AUTO(node_store_close) struct node_store *store = NULL;
    struct ent_kv_options options = options_of(store_key, size_max);
    enum ent_status rc;

    store = calloc(1, sizeof *store);
    if (store == NULL || (store->written = node_written_new()) == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a store");
    }
    rc = ent_kv_open(path, &options, &store->kv, err);
    if (rc != ENT_OK) {
        return rc;
    }
    node_blinding_init(&store->blinding, store_key);
    *ret_store = store;
    store = NULL;
    return ENT_OK;
}

void
node_store_close(struct node_store **store)
{
    if (*store == NULL) {
        return;
    }
    ent_kv_abort(&(*store)->txn);
    ent_kv_close(&(*store)->kv);
    node_bundles_clear(&(*store)->bundles);
    node_opened_clear(&(*store)->opened);
    node_written_free(&(*store)->written);
    sodium_memzero(&(*store)->blinding, sizeof(*store)->blinding);
    free(*store);
    *store = NULL;
}

void
node_store_drop_kept(struct node_store *store, enum node_table table)
{
    store->kept[table].is_known = false;
    node_row_free(&store->kept[table].row);
}

struct node_key
node_store_hidden(
    struct node_store *store, enum node_table table, struct ent_view key)
{
    struct node_key at = {.len = key.len};

    assert(store->txn != NULL && key.len == node_tables[table].key_len);
    node_blinding_hide(&store->blinding, table, key, at.bytes);
    return at;
}

/* A row is put or deleted. */
static void
drop_old(struct node_store *store, enum node_table table, struct ent_view key)
{
    node_store_drop_kept(store, table);
    if (table == NODE_BUNDLE || table == NODE_BODY) {
        node_bundles_forget(&store->bundles, ent_get_be(key.data, key.len));
    }
}

struct node_bundles *
node_store_bundles(struct node_store *store)
{
    return &store->bundles;
}

struct node_opened *
node_store_opened(struct node_store *store)
{
    return &store->opened;
}

bool
node_store_prepare(struct node_store *store)
{
    return ent_kv_prepare(store->kv);
}

uint64_t
node_store_commits(const struct node_store *store)
{
    return store->commits;
}

enum ent_status
node_store_usage(
    struct node_store *store, uint64_t *ret_used, struct ent_error *err)
{
    uint64_t entries;

    return ent_kv_usage(store->kv, ret_used, &entries, err);
}

void
node_store_room(struct node_store *store, uint64_t *ret_used, uint64_t *ret_max)
{
    assert(store->txn != NULL);
    ent_kv_room(store->txn, ret_used, ret_max);
    *ret_used += node_written_bytes(store->written);
}

uint64_t
node_store_disk_room(struct node_store *store)
{
    uint64_t late = node_written_bytes(store->written);
    uint64_t room;

    assert(store->txn != NULL);
    room = ent_kv_disk_room(store->txn);
    return room > late ? room - late : 0;
}

enum ent_status
node_store_get(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_view *ret_value, struct ent_error *err)
{
    struct node_key at;
    bool was_deleted;
    enum ent_status rc = node_table_is_late(table)
                             ? node_written_get(store->written, table, key,
                                   ret_value, &was_deleted, err)
                             : ENT_NOT_FOUND;

    if (rc != ENT_NOT_FOUND) {
        return rc != ENT_OK || !was_deleted ? rc : ENT_NOT_FOUND;
    }
    at = node_store_hidden(store, table, key);
    return ent_kv_get(store->txn, table, node_key_view(&at), ret_value, err);
}

/* What was not kept is not committed without, whatever the caller makes of it:
 * LMDB's own failures are remembered by proto/base/kv. */
static enum ent_status
note(struct node_store *store, enum ent_status rc)
{
    if (rc != ENT_OK && store->failed == ENT_OK) {
        store->failed = rc;
    }
    return rc;
}

enum ent_status
node_store_put(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_view value, struct ent_error *err)
{
    struct node_key at;

    assert(store->txn != NULL);
    drop_old(store, table, key);
    store->dirty = true;
    if (node_table_is_late(table)) {
        return note(
            store, node_written_put(store->written, table, key, value, err));
    }
    at = node_store_hidden(store, table, key);
    return ent_kv_put(store->txn, table, node_key_view(&at), value, err);
}

/* It is kept from now on, as it is stored. */
static enum ent_status
keep_as_it_is(struct node_store *store, enum node_table table,
    struct ent_view key, size_t len, struct ent_error *err)
{
    static const uint8_t zeros[NODE_CHANGE_MAX];
    struct ent_view value;
    enum ent_status rc = node_store_get(store, table, key, &value, err);

    if (rc == ENT_NOT_FOUND) {
        value = ent_view_of(zeros, len);
        rc = ENT_OK;
    }
    if (rc == ENT_OK && value.len != len) {
        rc = ent_fail(err, ENT_IO, "a stored row is of another length");
    }
    return rc != ENT_OK ? rc : node_store_put(store, table, key, value, err);
}

enum ent_status
node_store_change(struct node_store *store, enum node_table table,
    struct ent_view key, size_t len, uint8_t **ret_value, struct ent_error *err)
{
    uint8_t *value;
    enum ent_status rc = ENT_OK;

    assert(node_table_is_late(table) && len <= NODE_CHANGE_MAX);
    value = node_written_value(store->written, table, key, len);
    if (value == NULL) {
        rc = keep_as_it_is(store, table, key, len, err);
        value = node_written_value(store->written, table, key, len);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_store_drop_kept(store, table);
    *ret_value = value;
    return ENT_OK;
}

enum ent_status
node_store_hold(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessage *row, struct ent_error *err)
{
    assert(store->txn != NULL && node_table_is_late(table));
    drop_old(store, table, key);
    store->dirty = true;
    return note(store, node_written_hold(store->written, table, key, row, err));
}

ProtobufCMessage *
node_store_held(
    const struct node_store *store, enum node_table table, struct ent_view key)
{
    assert(store->txn != NULL && node_table_is_late(table));
    return node_written_held(store->written, table, key);
}

ProtobufCMessage *
node_store_take(
    struct node_store *store, enum node_table table, struct ent_view key)
{
    assert(store->txn != NULL && node_table_is_late(table));
    return node_written_take(store->written, table, key);
}

uint8_t *
node_store_keep(struct node_store *store, struct ent_view bytes)
{
    assert(store->txn != NULL);
    return node_written_keep(store->written, bytes);
}

enum ent_status
node_store_delete(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_error *err)
{
    struct node_key at;
    enum ent_status rc;

    drop_old(store, table, key);
    if (node_table_is_late(table)) {
        store->dirty = true;
        return note(
            store, node_written_delete(store->written, table, key, err));
    }
    at = node_store_hidden(store, table, key);
    rc = ent_kv_delete(store->txn, table, node_key_view(&at), err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    store->dirty = true;
    return rc;
}

enum ent_status
node_row_look(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessageDescriptor *descriptor,
    const ProtobufCMessage **ret_row, struct ent_error *err)
{
    struct kept_row *kept = &store->kept[table];
    enum ent_status rc = ENT_OK;

    if (!kept->is_known || !ent_view_equal(node_key_view(&kept->key), key)) {
        node_store_drop_kept(store, table);
        rc = node_row_get(store, table, key, descriptor, &kept->row, err);
        kept->is_known = rc == ENT_OK || rc == ENT_NOT_FOUND;
        kept->key.len = key.len;
        memcpy(kept->key.bytes, key.data, key.len);
    }
    *ret_row = kept->row;
    return rc == ENT_OK && kept->row == NULL ? ENT_NOT_FOUND : rc;
}

uint64_t
node_store_number_of(
    const struct node_store *store, const struct ent_party *party)
{
    return node_blinding_number(&store->blinding, party);
}
