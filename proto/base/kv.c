/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Until who was told to come again should have come. */
#define SETTLING_TURNS 16

enum ent_status
ent_kv_status(int rc)
{
    switch (rc) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ENT_FULL;
    case ENOMEM:
        return ENT_NO_MEMORY;
    default:
        return ENT_IO;
    }
}

/* Transactions */

/* What one transaction read its values into serves the next one. */
static bool
take_values(struct ent_kv *kv, struct ent_kv_txn *txn)
{
    txn->values = kv->values;
    kv->values = NULL;
    if (txn->values == NULL) {
        txn->values = calloc(1, sizeof *txn->values);
    }
    return txn->values != NULL;
}

/* Who only reads sees all that was committed. In the midst of one that writes
 * that cannot be, where the log has more than the tables; soon it can. */
static enum ent_status
make_readable(struct ent_kv *kv, struct ent_error *err)
{
    if (kv->writing && kv->open != NULL) {
        kv->settling = SETTLING_TURNS;
        return ent_fail(err, ENT_BUSY,
            "the tables are committed when the next transaction begins");
    }
    kv->settling = 0;
    return ent_kv_settle(kv, err);
}

static enum ent_status
make_writable(struct ent_kv *kv, struct ent_error *err)
{
    if (kv->settling == 0) {
        return ENT_OK;
    }
    kv->settling--;
    return ent_kv_settle(kv, err);
}

/* LMDB's: the one that is open goes on. */
static int
begin_mdb(struct ent_kv_txn *txn)
{
    int rc = 0;

    if (txn->write && txn->kv->open != NULL) {
        txn->mdb = txn->kv->open;
    } else {
        rc = mdb_txn_begin(
            txn->kv->env, NULL, txn->write ? 0 : MDB_RDONLY, &txn->mdb);
    }
    return rc != 0 || !txn->write ? rc : ent_kv_room_begin(txn);
}

/* End it as if nothing had been done in it. */
static void
drop_mdb(struct ent_kv_txn *txn)
{
    if (txn->mdb != txn->kv->open) {
        mdb_txn_abort(txn->mdb);
    }
    txn->mdb = NULL;
}

static void
begin_writing(struct ent_kv *kv)
{
    kv->writing = true;
    ent_redo_record_clear(&kv->record);
    kv->guard.sealer.own.known = false; /* no nonce of an earlier one */
    kv->guard.veiler.own.known = false;
}

enum ent_status
ent_kv_begin(struct ent_kv *kv, bool write, struct ent_kv_txn **ret_txn,
    struct ent_error *err)
{
    struct ent_kv_txn *txn;
    enum ent_status status;
    int rc;

    assert(kv != NULL && ret_txn != NULL);
    assert(!write || !kv->writing); /* it would wait for itself for ever */

    if (kv->broken) {
        return ent_kv_refuse(err);
    }
    status = write ? make_writable(kv, err) : make_readable(kv, err);
    if (status != ENT_OK) {
        return status;
    }
    txn = calloc(1, sizeof *txn);
    if (txn == NULL || !take_values(kv, txn)) {
        free(txn);
        return ent_fail(err, ENT_NO_MEMORY, "beginning a transaction");
    }
    txn->kv = kv;
    txn->write = write;
    rc = begin_mdb(txn);
    if (rc != 0) {
        drop_mdb(txn);
        ent_kv_values_give(kv, txn);
        free(txn);
        return ent_fail(err, ent_kv_status(rc), "beginning a transaction: %s",
            mdb_strerror(rc));
    }
    if (write) {
        begin_writing(kv);
    }
    *ret_txn = txn;
    return ENT_OK;
}

enum ent_status
ent_kv_get(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view *ret_value, struct ent_error *err)
{
    struct ent_kv *kv = txn->kv;
    MDB_val mdb_key = {.mv_size = key.len, .mv_data = (void *)key.data};
    MDB_val stored;
    int rc;

    assert(table < kv->table_count && key.len == kv->tables[table].key_len);

    if (kv->tables[table].is_long) {
        return ent_kv_long_get(txn, table, key, ret_value, err);
    }
    rc = mdb_get(txn->mdb, kv->dbis[table], &mdb_key, &stored);
    if (rc == MDB_NOTFOUND) {
        return ENT_NOT_FOUND;
    }
    if (rc != 0) {
        return ent_fail(err, ent_kv_status(rc), "reading table '%s': %s",
            kv->tables[table].name, mdb_strerror(rc));
    }
    return ent_kv_value_read(txn->values, &kv->guard, &kv->tables[table], key,
        ent_view_of(stored.mv_data, stored.mv_size), ret_value, err);
}

/* Remember that `txn` cannot be committed any more. */
static enum ent_status
write_failed(struct ent_kv_txn *txn, const char *doing, size_t table, int rc,
    struct ent_error *err)
{
    enum ent_status status = ent_kv_status(rc);

    if (txn->failed == ENT_OK) {
        txn->failed = status;
    }
    return ent_fail(err, status, "%s table '%s': %s", doing,
        txn->kv->tables[table].name, mdb_strerror(rc));
}

/* Rows that are put one after the other mostly lie together, and from where it
 * stands LMDB's cursor finds a place in the same page without a search. */
static int
put_near(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view value)
{
    struct ent_kv *kv = txn->kv;
    struct ent_view stored;
    int rc = 0;

    if (txn->writers[table] == NULL) {
        rc = mdb_cursor_open(txn->mdb, kv->dbis[table], &txn->writers[table]);
    }
    if (rc == 0) {
        rc = ent_kv_value_put(txn->writers[table], &kv->guard,
            &kv->tables[table], key, value, &stored);
    }
    if (rc == 0) {
        ent_kv_redo_put(kv, table, key, stored);
    }
    return rc;
}

enum ent_status
ent_kv_put(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_view value, struct ent_error *err)
{
    int rc;

    assert(txn->write && table < txn->kv->table_count);
    assert(key.len == txn->kv->tables[table].key_len);

    txn->writes++;
    txn->bytes += key.len + value.len;
    rc = txn->kv->tables[table].is_long
             ? ent_kv_long_put(txn, table, key, value)
             : put_near(txn, table, key, value);
    if (rc != 0) {
        return write_failed(txn, "writing to", table, rc, err);
    }
    return ENT_OK;
}

static int
delete_near(struct ent_kv_txn *txn, size_t table, struct ent_view key)
{
    struct ent_kv *kv = txn->kv;
    MDB_val mdb_key = {.mv_size = key.len, .mv_data = (void *)key.data};
    int rc;

    ent_kv_close_writer(txn, table); /* what deleting does to it depends on
                                        LMDB */
    rc = mdb_del(txn->mdb, kv->dbis[table], &mdb_key, NULL);
    if (rc == 0) {
        ent_kv_redo_delete(kv, table, key);
    }
    return rc;
}

enum ent_status
ent_kv_delete(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_error *err)
{
    int rc;

    assert(txn->write && table < txn->kv->table_count);
    assert(key.len == txn->kv->tables[table].key_len);

    txn->writes++;
    rc = txn->kv->tables[table].is_long ? ent_kv_long_delete(txn, table, key)
                                        : delete_near(txn, table, key);
    if (rc == MDB_NOTFOUND) {
        return ENT_NOT_FOUND;
    }
    return rc == 0 ? ENT_OK
                   : write_failed(txn, "deleting from", table, rc, err);
}
