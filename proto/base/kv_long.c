/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of long values. They lie in a file of their own, which LMDB too keeps
 * and syncs as it does by default, because a log would write them twice and
 * tables in which they lay would have to be committed with each of them:
 *
 *     long.mdb    "entente.store", with the id of the store that it belongs to,
 *                 and the tables
 *
 * A value is in it before the transaction that put it is committed, in the log
 * or the tables, and leaves it after that of the one that deleted it. So a
 * crash leaves at worst a value that nobody knows of: one that was put is put
 * again under the same key, or deleted with the row that names it, as no key is
 * used twice; of one that was deleted the log says so, or where the tables were
 * committed the row "entente.long" of the store's own table, and it is deleted
 * after the next start.
 *
 * What is on its way is kept in memory, as it is stored:
 *
 *     now     what the transaction that writes has put and deleted
 *     kept    what is committed in the log, and not in the file
 *     going   both, of a commit that is under way (proto/base/kv_commit.c)
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what a transaction does ---- */

static const struct ent_kv_row *
find(const struct ent_kv_txn *txn, size_t table, struct ent_view key)
{
    const struct ent_kv_long *longs = &txn->kv->longs;
    const struct ent_kv_rows *const lists[] = {
        &longs->now, &longs->kept, &longs->going_now, &longs->going_kept};
    const struct ent_kv_row *row = NULL;

    for (size_t i = txn->write ? 0 : 1; row == NULL && i < 4; i++) {
        row = ent_kv_rows_find(lists[i], table, key);
    }
    return row;
}

/* What lies in the file; `*ret_stored` until the reader is let go. */
static int
look(struct ent_kv_long *longs, size_t table, struct ent_view key,
    MDB_val *ret_stored)
{
    MDB_val at = {.mv_size = key.len, .mv_data = (void *)key.data};
    int rc = longs->reader == NULL
                 ? mdb_txn_begin(longs->env, NULL, MDB_RDONLY, &longs->reader)
                 : mdb_txn_renew(longs->reader);

    return rc != 0
               ? rc
               : mdb_get(longs->reader, longs->dbis[table], &at, ret_stored);
}

static void
let_go(struct ent_kv_long *longs)
{
    if (longs->reader != NULL) {
        mdb_txn_reset(longs->reader);
    }
}

static enum ent_status
read_stored(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view stored, struct ent_view *ret_value, struct ent_error *err)
{
    return ent_kv_value_read(txn->values, &txn->kv->guard,
        &txn->kv->tables[table], key, stored, ret_value, err);
}

enum ent_status
ent_kv_long_get(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view *ret_value, struct ent_error *err)
{
    struct ent_kv_long *longs = &txn->kv->longs;
    const struct ent_kv_row *row = find(txn, table, key);
    enum ent_status status = ENT_NOT_FOUND;
    MDB_val stored;
    int rc;

    if (row != NULL) {
        return row->is_deleted
                   ? ENT_NOT_FOUND
                   : read_stored(txn, table, key,
                         ent_view_of(row->bytes, row->len), ret_value, err);
    }
    rc = look(longs, table, key, &stored);
    if (rc == 0) {
        status = read_stored(txn, table, key,
            ent_view_of(stored.mv_data, stored.mv_size), ret_value, err);
    } else if (rc != MDB_NOTFOUND) {
        status = ent_fail(err, ent_kv_status(rc), "reading table '%s': %s",
            txn->kv->tables[table].name, mdb_strerror(rc));
    }
    let_go(longs);
    return status;
}

static int
set_now(struct ent_kv_long *longs, struct ent_kv_row *row)
{
    if (row == NULL || !ent_kv_rows_reserve(&longs->now, 1)) {
        free(row);
        return ENOMEM;
    }
    ent_kv_rows_set(&longs->now, row);
    return 0;
}

int
ent_kv_long_put(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view value)
{
    struct ent_kv *kv = txn->kv;
    const size_t len = ent_kv_value_len(&kv->tables[table], value.len);
    struct ent_kv_row *row = ent_kv_row_new(table, key, len);

    if (row != NULL) {
        ent_kv_value_write(
            &kv->guard, &kv->tables[table], key, value, row->bytes);
    }
    return set_now(&kv->longs, row);
}

int
ent_kv_long_delete(struct ent_kv_txn *txn, size_t table, struct ent_view key)
{
    struct ent_kv_long *longs = &txn->kv->longs;
    const struct ent_kv_row *row = find(txn, table, key);
    MDB_val stored = {.mv_size = row == NULL ? 0 : row->len};
    struct ent_kv_row *deleted;
    int rc = row == NULL       ? look(longs, table, key, &stored)
             : row->is_deleted ? MDB_NOTFOUND
                               : 0;

    let_go(longs);
    if (rc != 0) {
        return rc;
    }
    deleted = ent_kv_row_new(table, key, 0);
    if (deleted != NULL) {
        deleted->is_deleted = true;
        deleted->freed = stored.mv_size;
    }
    return set_now(longs, deleted);
}

/* ---- the file ---- */

static int
write_row(
    const struct ent_kv_long *longs, MDB_txn *txn, const struct ent_kv_row *row)
{
    MDB_val key = {.mv_size = row->key.len, .mv_data = (void *)row->key.data};
    MDB_val value = {.mv_size = row->len, .mv_data = (void *)row->bytes};
    int rc;

    if (!row->is_deleted) {
        return mdb_put(txn, longs->dbis[row->table], &key, &value, 0);
    }
    rc = mdb_del(txn, longs->dbis[row->table], &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* What is deleted by who is not committed yet stays. */
static int
write_rows(const struct ent_kv_long *longs, MDB_txn *txn,
    const struct ent_kv_rows *kept, const struct ent_kv_rows *now)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < kept->count; i++) {
        rc = write_row(longs, txn, kept->list[i]);
    }
    for (size_t i = 0; rc == 0 && i < now->count; i++) {
        if (!now->list[i]->is_deleted) {
            rc = write_row(longs, txn, now->list[i]);
        }
    }
    return rc;
}

static bool
has_put(const struct ent_kv_rows *rows)
{
    bool has = false;

    for (size_t i = 0; !has && i < rows->count; i++) {
        has = !rows->list[i]->is_deleted;
    }
    return has;
}

static int
write_file(const struct ent_kv_long *longs, const struct ent_kv_rows *kept,
    const struct ent_kv_rows *now)
{
    MDB_txn *txn = NULL;
    int rc;

    if (kept->count == 0 && !has_put(now)) {
        return 0;
    }
    rc = mdb_txn_begin(longs->env, NULL, 0, &txn);
    if (rc != 0) {
        return rc;
    }
    rc = write_rows(longs, txn, kept, now);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

int
ent_kv_long_write(const struct ent_kv_long *longs)
{
    return write_file(longs, &longs->kept, &longs->now);
}

int
ent_kv_long_write_going(const struct ent_kv_long *longs)
{
    return write_file(longs, &longs->going_kept, &longs->going_now);
}

/* ---- commits ---- */

uint64_t
ent_kv_long_bytes(const struct ent_kv_long *longs)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < longs->now.count; i++) {
        bytes += longs->now.list[i]->key.len + longs->now.list[i]->len;
    }
    return bytes;
}

static int64_t
whole_pages(size_t len, size_t page_size)
{
    return (int64_t)((len + page_size - 1) / page_size * page_size);
}

static int64_t
growth(const struct ent_kv_rows *rows, size_t page_size)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const struct ent_kv_row *row = rows->list[i];

        bytes += row->is_deleted ? -whole_pages(row->freed, page_size)
                                 : whole_pages(row->len, page_size);
    }
    return bytes;
}

int64_t
ent_kv_long_growth(const struct ent_kv_long *longs, size_t page_size)
{
    return growth(&longs->now, page_size) + growth(&longs->kept, page_size) +
           growth(&longs->going_now, page_size) +
           growth(&longs->going_kept, page_size);
}

void
ent_kv_long_log(struct ent_kv *kv, bool only_deleted)
{
    for (size_t i = 0; i < kv->longs.now.count; i++) {
        const struct ent_kv_row *row = kv->longs.now.list[i];

        if (row->is_deleted) {
            ent_kv_redo_delete(kv, row->table, row->key);
        } else if (!only_deleted) {
            ent_kv_redo_put(
                kv, row->table, row->key, ent_view_of(row->bytes, row->len));
        }
    }
}

bool
ent_kv_long_reserve(struct ent_kv_long *longs)
{
    return ent_kv_rows_reserve(&longs->kept, longs->now.count) &&
           ent_kv_rows_reserve(&longs->going_kept, longs->now.count);
}

void
ent_kv_long_logged(struct ent_kv_long *longs)
{
    ent_kv_rows_move(&longs->now, &longs->kept, false);
}

void
ent_kv_long_written(struct ent_kv_long *longs)
{
    ent_kv_rows_clear(&longs->kept);
    ent_kv_rows_move(&longs->now, &longs->kept, true);
}

void
ent_kv_long_go(struct ent_kv_long *longs)
{
    assert(longs->going_now.count == 0 && longs->going_kept.count == 0);
    ent_kv_rows_swap(&longs->now, &longs->going_now);
    ent_kv_rows_swap(&longs->kept, &longs->going_kept);
}

void
ent_kv_long_gone(struct ent_kv_long *longs)
{
    assert(longs->kept.count == 0);
    ent_kv_rows_clear(&longs->going_kept);
    ent_kv_rows_move(&longs->going_now, &longs->kept, true);
}

void
ent_kv_long_drop(struct ent_kv_long *longs)
{
    ent_kv_rows_clear(&longs->now);
}

int
ent_kv_long_again(struct ent_kv_long *longs, const struct ent_kv_change *change)
{
    struct ent_kv_row *row =
        ent_kv_row_new(change->table, change->key, change->value.len);

    if (row == NULL || !ent_kv_rows_reserve(&longs->kept, 1)) {
        free(row);
        return ENOMEM;
    }
    row->is_deleted = change->is_deleted;
    if (change->value.len > 0) {
        memcpy(row->bytes, change->value.data, change->value.len);
    }
    ent_kv_rows_set(&longs->kept, row);
    return 0;
}

bool
ent_kv_long_has_put(const struct ent_kv_long *longs)
{
    return has_put(&longs->kept) || has_put(&longs->now);
}
