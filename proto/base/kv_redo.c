/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions that are durable before their tables are (proto/base/redo.h).
 *
 * LMDB's write transaction stays open over several of ours. What a small one
 * put and deleted is written to the log, as it lies in the tables, and then it
 * is committed; the tables are when a large one is, or the log is full, or
 * somebody reads them as they were. Until then who reads in the open
 * transaction sees all of it. After a crash, or when one of ours has to be
 * taken back, the tables are as they were committed last, and what the log has
 * is put into them again: a row more than once gives what once would.
 *
 *     put     0, table, key, length u32, value as it is stored
 *     delete  1, table, key
 *
 * The row "entente.redo" of the store's own table is the number of the last
 * record that the tables have.
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <string.h>

#define CHANGE_PUT 0
#define CHANGE_DELETE 1

/* ---- what a transaction does ---- */

static uint8_t *
add(struct ent_kv *kv, uint8_t kind, size_t table, struct ent_view key,
    size_t more)
{
    const size_t len = 2 + key.len + more;
    uint8_t *at = NULL;

    if (len <= ENT_KV_LOGGED_MAX && kv->record.len <= ENT_KV_LOGGED_MAX - len) {
        at = ent_redo_record_add(&kv->record, len);
    }
    if (at == NULL) {
        kv->record.is_over = true;
        return NULL;
    }
    at[0] = kind;
    at[1] = (uint8_t)table;
    memcpy(at + 2, key.data, key.len);
    return at + 2 + key.len;
}

void
ent_kv_redo_put(struct ent_kv *kv, size_t table, struct ent_view key,
    struct ent_view stored)
{
    uint8_t *at = add(kv, CHANGE_PUT, table, key, 4 + stored.len);

    if (at != NULL) {
        ent_put_be(at, stored.len, 4);
        memcpy(at + 4, stored.data, stored.len);
    }
}

void
ent_kv_redo_delete(struct ent_kv *kv, size_t table, struct ent_view key)
{
    (void)add(kv, CHANGE_DELETE, table, key, 0);
}

bool
ent_kv_redo_changed(const struct ent_kv *kv)
{
    return kv->record.len > 0 || kv->record.is_over;
}

/* ---- again ---- */

static bool
cut(struct ent_view *content, size_t len, struct ent_view *ret_part)
{
    if (content->len < len) {
        return false;
    }
    *ret_part = ent_view_of(content->data, len);
    *content = ent_view_of(content->data + len, content->len - len);
    return true;
}

bool
ent_kv_change_next(const struct ent_kv_table *tables, size_t table_count,
    struct ent_view *content, struct ent_kv_change *ret_change)
{
    struct ent_kv_change change = {0};
    struct ent_view part;

    if (!cut(content, 2, &part) || part.data[0] > CHANGE_DELETE ||
        part.data[1] >= table_count) {
        return false;
    }
    change.is_deleted = part.data[0] == CHANGE_DELETE;
    change.table = part.data[1];
    if (!cut(content, tables[change.table].key_len, &change.key) ||
        (!change.is_deleted &&
            (!cut(content, 4, &part) ||
                !cut(content, ent_get_be(part.data, 4), &change.value)))) {
        return false;
    }
    *ret_change = change;
    return true;
}

static int
put_again(struct ent_kv *kv, const struct ent_kv_change *change)
{
    MDB_val key = {
        .mv_size = change->key.len, .mv_data = (void *)change->key.data};
    MDB_val value = {
        .mv_size = change->value.len, .mv_data = (void *)change->value.data};
    int rc;

    if (kv->tables[change->table].is_long) {
        return ent_kv_long_again(&kv->longs, change);
    }
    if (!change->is_deleted) {
        return mdb_put(kv->open, kv->dbis[change->table], &key, &value, 0);
    }
    rc = mdb_del(kv->open, kv->dbis[change->table], &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static enum ent_status
apply(void *context, struct ent_view content, struct ent_error *err)
{
    struct ent_kv *kv = context;
    struct ent_kv_change change;

    while (content.len > 0) {
        int rc;

        if (!ent_kv_change_next(
                kv->tables, kv->table_count, &content, &change)) {
            return ent_fail(
                err, ENT_IO, "a record in " ENT_REDO_FILE " cannot be read");
        }
        rc = put_again(kv, &change);
        if (rc != 0) {
            return ent_fail(err, ent_kv_status(rc),
                "putting what " ENT_REDO_FILE " has into table '%s': %s",
                kv->tables[change.table].name, mdb_strerror(rc));
        }
    }
    return ENT_OK;
}

enum ent_status
ent_kv_redo_recover(struct ent_kv *kv, struct ent_error *err)
{
    enum ent_status rc;
    int mdb = mdb_txn_begin(kv->env, NULL, 0, &kv->open);

    if (mdb != 0) {
        kv->open = NULL;
        return ent_fail(err, ent_kv_status(mdb), "%s", mdb_strerror(mdb));
    }
    rc = ent_redo_replay(&kv->redo, apply, kv, err);
    if (rc != ENT_OK || !ent_kv_redo_is_ahead(kv)) {
        mdb_txn_abort(kv->open);
        kv->open = NULL;
    }
    return rc;
}

/* ---- committing ---- */

bool
ent_kv_redo_is_ahead(const struct ent_kv *kv)
{
    return kv->redo.next != kv->redo.first;
}

int
ent_kv_redo_settle(struct ent_kv *kv, MDB_txn *txn)
{
    uint8_t number[ENT_KV_NUMBER_LEN];
    int rc = 0;

    if (ent_kv_redo_is_ahead(kv)) {
        ent_put_be(number, kv->redo.next - 1, sizeof number);
        rc = ent_kv_own_put(txn, kv->own, &kv->guard, ENT_KV_REDO_NAME,
            ent_view_of(number, sizeof number));
    }
    if (rc == 0) {
        rc = ent_kv_long_note(kv, txn);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    rc = mdb_txn_commit(txn);
    if (rc == 0) {
        ent_redo_restart(&kv->redo);
    }
    return rc;
}
