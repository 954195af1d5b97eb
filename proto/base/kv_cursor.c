/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LMDB's own cursors move when what they stand on is written or deleted, and
 * how has changed between its versions. Ours remember the key they stand on;
 * after any write they are placed anew by it.
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT64_MAX /* no number of writes: place it by the key */

enum ent_status
ent_kv_cursor_open(struct ent_kv_txn *txn, size_t table,
    struct ent_kv_cursor **ret_cursor, struct ent_error *err)
{
    struct ent_kv_cursor *cursor;
    int rc;

    assert(table < txn->kv->table_count && ret_cursor != NULL);
    assert(!txn->kv->tables[table].is_long);

    cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "opening a cursor");
    }
    rc = mdb_cursor_open(txn->mdb, txn->kv->dbis[table], &cursor->mdb);
    if (rc != 0) {
        free(cursor);
        return ent_fail(
            err, ent_kv_status(rc), "opening a cursor: %s", mdb_strerror(rc));
    }
    cursor->txn = txn;
    cursor->table = table;
    cursor->next = txn->cursors;
    txn->cursors = cursor;
    *ret_cursor = cursor;
    return ENT_OK;
}

void
ent_kv_cursor_close(struct ent_kv_cursor **cursor)
{
    struct ent_kv_cursor *old = *cursor;

    if (old == NULL) {
        return;
    }
    if (old->txn != NULL) {
        struct ent_kv_cursor **link = &old->txn->cursors;

        while (*link != old) {
            link = &(*link)->next;
        }
        *link = old->next;
        mdb_cursor_close(old->mdb);
    }
    free(old);
    *cursor = NULL;
}

static void
remember(struct ent_kv_cursor *cursor, struct ent_view key)
{
    if (key.len > 0) {
        memcpy(cursor->key, key.data, key.len);
    }
    cursor->key_len = key.len;
    cursor->placed = true;
    cursor->writes = cursor->txn->writes;
}

/* What LMDB's cursor stands on now, checked; `rc` is what moving it gave. */
static enum ent_status
give(struct ent_kv_cursor *cursor, int rc, const MDB_val *mdb_key,
    const MDB_val *stored, struct ent_view *ret_key, struct ent_view *ret_value,
    struct ent_error *err)
{
    struct ent_kv *kv = cursor->txn->kv;
    const struct ent_kv_table *table = &kv->tables[cursor->table];
    struct ent_view key;
    enum ent_status status;

    if (rc == MDB_NOTFOUND) {
        cursor->writes = NOWHERE;
        return ENT_NOT_FOUND;
    }
    if (rc != 0) {
        return ent_fail(err, ent_kv_status(rc), "walking table '%s': %s",
            table->name, mdb_strerror(rc));
    }
    key = ent_view_of(mdb_key->mv_data, mdb_key->mv_size);
    if (key.len != table->key_len) {
        return ent_fail(
            err, ENT_IO, "a key in table '%s' is damaged", table->name);
    }
    remember(cursor, key); /* a damaged value can be walked past */
    status = ent_kv_value_read(cursor->txn->values, &kv->guard, table, key,
        ent_view_of(stored->mv_data, stored->mv_size), ret_value, err);
    if (status == ENT_OK) {
        *ret_key = key;
    }
    return status;
}

enum ent_status
ent_kv_cursor_seek(struct ent_kv_cursor *cursor, struct ent_view key,
    struct ent_view *ret_key, struct ent_view *ret_value, struct ent_error *err)
{
    MDB_val mdb_key = {.mv_size = key.len, .mv_data = (void *)key.data};
    MDB_val stored;
    int rc;

    assert(cursor->txn != NULL);
    assert(key.len <= cursor->txn->kv->tables[cursor->table].key_len);

    rc = mdb_cursor_get(cursor->mdb, &mdb_key, &stored,
        key.len == 0 ? MDB_FIRST : MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND) {
        remember(cursor, key);
    }
    return give(cursor, rc, &mdb_key, &stored, ret_key, ret_value, err);
}

/* Place LMDB's cursor on the first key greater than the remembered one. */
static int
move_past(struct ent_kv_cursor *cursor, MDB_val *key, MDB_val *stored)
{
    int rc;

    key->mv_data = cursor->key;
    key->mv_size = cursor->key_len;
    rc = mdb_cursor_get(cursor->mdb, key, stored, MDB_SET_RANGE);
    if (rc == 0 && key->mv_size == cursor->key_len &&
        memcmp(key->mv_data, cursor->key, cursor->key_len) == 0) {
        rc = mdb_cursor_get(cursor->mdb, key, stored, MDB_NEXT);
    }
    return rc;
}

enum ent_status
ent_kv_cursor_next(struct ent_kv_cursor *cursor, struct ent_view *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    MDB_val key = {0};
    MDB_val stored;
    int rc;

    assert(cursor->txn != NULL);

    if (!cursor->placed || cursor->key_len == 0) {
        rc = mdb_cursor_get(cursor->mdb, &key, &stored, MDB_FIRST);
    } else if (cursor->writes == cursor->txn->writes) {
        rc = mdb_cursor_get(cursor->mdb, &key, &stored, MDB_NEXT);
    } else {
        rc = move_past(cursor, &key, &stored);
    }
    return give(cursor, rc, &key, &stored, ret_key, ret_value, err);
}
