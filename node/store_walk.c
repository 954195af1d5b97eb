/* SPDX-License-Identifier: Apache-2.0 */
/* Walks through a table, as it is now or as it was. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/store_internal.h"

/* The first key at `at`; or where `from` is no beginning of one, what comes
 * behind the one before it (see node_store_seek). A whole key that is blinded
 * to its end is never a beginning: by chance or by somebody's choice it may be
 * there itself, and lies anywhere. */
static enum ent_status
find(struct ent_kv_cursor *cursor, struct node_blinding *blinding,
    enum node_table table, struct ent_view from, size_t prefix_len,
    const struct node_key *at, struct ent_view *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    size_t stem = node_blinding_stem(table, from);
    struct node_key behind = {.len = from.len};

    if (stem == 0 || stem < from.len) {
        enum ent_status rc = ent_kv_cursor_seek(
            cursor, node_key_view(at), ret_key, ret_value, err);

        if (stem == 0 || (rc != ENT_OK && rc != ENT_NOT_FOUND) ||
            (rc == ENT_OK && memcmp(ret_key->data, at->bytes, stem) == 0)) {
            return rc;
        }
        if (prefix_len >= stem) {
            return ENT_NOT_FOUND; /* all that begins so would be here */
        }
    }
    if (!node_blinding_behind(blinding, table, from, stem, behind.bytes)) {
        return ENT_NOT_FOUND;
    }
    return ent_kv_cursor_seek(
        cursor, node_key_view(&behind), ret_key, ret_value, err);
}

static enum ent_status
seek(struct ent_kv_txn *txn, struct node_blinding *blinding,
    enum node_table table, struct ent_view from, size_t prefix_len,
    uint8_t *ret_key, struct ent_view *ret_value, struct ent_error *err)
{
    ENT_AUTO(ent_kv_cursor_close) struct ent_kv_cursor *cursor = NULL;
    struct node_key at = {.len = from.len};
    struct ent_view key;
    struct ent_view value;
    enum ent_status rc;

    node_blinding_hide(blinding, table, from, at.bytes);
    rc = ent_kv_cursor_open(txn, table, &cursor, err);
    if (rc == ENT_OK) {
        rc = find(
            cursor, blinding, table, from, prefix_len, &at, &key, &value, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (prefix_len > 0 && memcmp(key.data, at.bytes, prefix_len) != 0) {
        return ENT_NOT_FOUND;
    }
    node_blinding_show(blinding, table, key, ret_key);
    if (ret_value != NULL) {
        *ret_value = value;
    }
    return ENT_OK;
}

enum ent_status
node_store_seek(struct node_store *store, enum node_table table,
    struct ent_view from, size_t prefix_len, uint8_t *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    enum ent_status rc =
        node_table_is_late(table) ? node_store_write_late(store, err) : ENT_OK;

    return rc != ENT_OK ? rc
                        : seek(store->txn, &store->blinding, table, from,
                              prefix_len, ret_key, ret_value, err);
}

int
node_store_order(struct node_store *store, enum node_table table,
    struct ent_view a, struct ent_view b)
{
    const struct node_key left = node_store_hidden(store, table, a);
    const struct node_key right = node_store_hidden(store, table, b);

    return memcmp(left.bytes, right.bytes, left.len);
}

enum ent_status
node_store_any(struct node_store *store, enum node_table table, bool *ret_any,
    struct ent_error *err)
{
    struct node_key key = {.len = node_key_len(table)};
    enum ent_status rc = node_store_seek(
        store, table, node_key_view(&key), 0, key.bytes, NULL, err);

    *ret_any = rc == ENT_OK;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_store_cursor(struct node_store *store, enum node_table table,
    struct ent_kv_cursor **ret_cursor, struct ent_error *err)
{
    assert(!node_blinding_hides(table) && !node_table_is_late(table));
    return ent_kv_cursor_open(store->txn, table, ret_cursor, err);
}

struct node_snapshot {
    struct ent_kv_txn *txn;
    struct node_blinding *blinding; /* the store's */
};

enum ent_status
node_snapshot_open(struct node_store *store,
    struct node_snapshot **ret_snapshot, struct ent_error *err)
{
    ENT_AUTO(node_snapshot_close)
    struct node_snapshot *snapshot = calloc(1, sizeof *snapshot);
    enum ent_status rc;

    if (snapshot == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading the store as it was");
    }
    snapshot->blinding = &store->blinding;
    rc = ent_kv_begin(store->kv, false, &snapshot->txn, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_snapshot = snapshot;
    snapshot = NULL;
    return ENT_OK;
}

void
node_snapshot_close(struct node_snapshot **snapshot)
{
    if (*snapshot == NULL) {
        return;
    }
    ent_kv_abort(&(*snapshot)->txn);
    free(*snapshot);
    *snapshot = NULL;
}

enum ent_status
node_snapshot_seek(struct node_snapshot *snapshot, enum node_table table,
    struct ent_view from, size_t prefix_len, uint8_t *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    return seek(snapshot->txn, snapshot->blinding, table, from, prefix_len,
        ret_key, ret_value, err);
}
