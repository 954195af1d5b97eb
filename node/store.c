/* SPDX-License-Identifier: Apache-2.0 */
#include "node/store.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/blinding.h"
#include "node/packed.h"
#include "node/store_tables.h"
#include "node/written.h"

/* The row of a table that was looked at last in this turn. */
struct kept_row {
    bool is_known;
    struct node_key key;
    ProtobufCMessage *row; /* NULL: it is known that there is none */
};

struct node_store {
    struct ent_kv *kv;
    struct ent_kv_txn *txn;
    struct node_written *written;
    struct node_blinding blinding;
    bool dirty;
    enum ent_status failed; /* the first put or delete that did, in this turn */
    uint64_t commits;
    struct kept_row kept[NODE_TABLE_COUNT];
    struct node_bundles bundles;
    struct node_opened opened;
};

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

enum ent_status
node_store_begin(struct node_store *store, struct ent_error *err)
{
    assert(store->txn == NULL);
    store->dirty = false;
    store->failed = ENT_OK;
    return ent_kv_begin(store->kv, true, &store->txn, err);
}

static void
drop_kept(struct node_store *store, enum node_table table)
{
    store->kept[table].is_known = false;
    node_row_free(&store->kept[table].row);
}

/* A row is put or deleted. */
static void
drop_old(struct node_store *store, enum node_table table, struct ent_view key)
{
    drop_kept(store, table);
    if (table == NODE_BUNDLE || table == NODE_BODY) {
        node_bundles_forget(&store->bundles, ent_get_be(key.data, key.len));
    }
}

static void
drop_all_kept(struct node_store *store)
{
    for (size_t i = 0; i < NODE_TABLE_COUNT; i++) {
        drop_kept(store, (enum node_table)i);
    }
}

/* A key as it lies in the store. */
static struct node_key
hidden(struct node_store *store, enum node_table table, struct ent_view key)
{
    struct node_key at = {.len = key.len};

    assert(store->txn != NULL && key.len == node_tables[table].key_len);
    node_blinding_hide(&store->blinding, table, key, at.bytes);
    return at;
}

static enum ent_status
write_held(struct node_store *store, const struct node_written_row *row,
    const struct node_key *at, struct ent_error *err)
{
    ENT_AUTO(node_packed_fini) struct node_packed packed;
    enum ent_status rc = node_packed_init(&packed, row->held, err);

    return rc != ENT_OK ? rc
                        : ent_kv_put(store->txn, row->table, node_key_view(at),
                              packed.wire, err);
}

/* To LMDB. */
static enum ent_status
write_row(struct node_store *store, const struct node_written_row *row,
    struct ent_error *err)
{
    struct node_key at = hidden(store, row->table, row->key);
    enum ent_status rc;

    if (row->held != NULL) {
        return write_held(store, row, &at, err);
    }
    if (!row->deleted) {
        return ent_kv_put(
            store->txn, row->table, node_key_view(&at), row->value, err);
    }
    rc = ent_kv_delete(store->txn, row->table, node_key_view(&at), err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
write_late(struct node_store *store, struct ent_error *err)
{
    struct node_written_row row;
    size_t at = 0;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && node_written_next(store->written, &at, &row)) {
        rc = write_row(store, &row, err);
    }
    if (rc == ENT_OK) {
        node_written_let_go(store->written);
    }
    return rc;
}

typedef enum ent_status commit_function(
    struct ent_kv_txn **txn, struct ent_error *err);

static enum ent_status
commit(
    struct node_store *store, commit_function *commit_kv, struct ent_error *err)
{
    enum ent_status rc;

    assert(store->txn != NULL);
    drop_all_kept(store);
    if (!store->dirty) {
        node_store_abort(store);
        return ENT_OK;
    }
    rc = store->failed == ENT_OK
             ? write_late(store, err)
             : ent_fail(err, store->failed, "a row of this turn was not kept");
    if (rc != ENT_OK) {
        node_store_abort(store);
        return rc;
    }
    store->commits++;
    node_written_clear(store->written);
    rc = commit_kv(&store->txn, err);
    if (rc != ENT_OK) {
        node_bundles_clear(&store->bundles);
        node_opened_clear(&store->opened);
    }
    return rc;
}

enum ent_status
node_store_commit(struct node_store *store, struct ent_error *err)
{
    return commit(store, ent_kv_commit, err);
}

enum ent_status
node_store_commit_ahead(struct node_store *store, struct ent_error *err)
{
    return commit(store, ent_kv_commit_ahead, err);
}

enum ent_status
node_store_finish(struct node_store *store, struct ent_error *err)
{
    return ent_kv_finish(store->kv, err);
}

bool
node_store_is_going(const struct node_store *store)
{
    return ent_kv_is_going(store->kv);
}

bool
node_store_is_done(const struct node_store *store)
{
    return ent_kv_is_done(store->kv);
}

int
node_store_done_file(const struct node_store *store)
{
    return ent_kv_done_file(store->kv);
}

bool
node_store_has_changed(const struct node_store *store)
{
    return store->dirty;
}

void
node_store_abort(struct node_store *store)
{
    drop_all_kept(store);
    if (store->dirty) {
        node_bundles_clear(&store->bundles);
        node_opened_clear(&store->opened);
    }
    node_written_clear(store->written);
    ent_kv_abort(&store->txn);
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
    at = hidden(store, table, key);
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
    at = hidden(store, table, key);
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
    drop_kept(store, table);
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
    at = hidden(store, table, key);
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
        drop_kept(store, table);
        rc = node_row_get(store, table, key, descriptor, &kept->row, err);
        kept->is_known = rc == ENT_OK || rc == ENT_NOT_FOUND;
        kept->key.len = key.len;
        memcpy(kept->key.bytes, key.data, key.len);
    }
    *ret_row = kept->row;
    return rc == ENT_OK && kept->row == NULL ? ENT_NOT_FOUND : rc;
}

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
        node_table_is_late(table) ? write_late(store, err) : ENT_OK;

    return rc != ENT_OK ? rc
                        : seek(store->txn, &store->blinding, table, from,
                              prefix_len, ret_key, ret_value, err);
}

int
node_store_order(struct node_store *store, enum node_table table,
    struct ent_view a, struct ent_view b)
{
    const struct node_key left = hidden(store, table, a);
    const struct node_key right = hidden(store, table, b);

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

uint64_t
node_store_number_of(
    const struct node_store *store, const struct ent_party *party)
{
    return node_blinding_number(&store->blinding, party);
}
