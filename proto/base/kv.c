/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* Room for values that is kept for the next transaction. */
#define VALUES_ROOM_KEPT_MAX ((size_t)64 * 1024)
/* Until who was told to come again should have come. */
#define SETTLING_TURNS 16
#define FULL_MARGIN ((uint64_t)1024 * 1024)
#define LOG_DISK_MIN ((uint64_t)64 * 1024 * 1024) /* free, to log anything */

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

/* Failing */

/* What is free on its disk; as much as can be, when that cannot be known. */
static uint64_t
free_on_disk(const struct ent_kv *kv)
{
    struct statvfs disk;

    return fstatvfs(kv->lock, &disk) != 0
               ? UINT64_MAX
               : (uint64_t)disk.f_bavail * disk.f_frsize;
}

/* LMDB reports a short write, which is how a disk fills up in the midst of one,
 * as EIO. Nothing of that commit counts either way. */
static bool
disk_is_full(const struct ent_kv *kv, uint64_t bytes)
{
    return free_on_disk(kv) < FULL_MARGIN + 2 * (bytes + ENT_REDO_LEN);
}

static enum ent_status
broke(struct ent_kv *kv, const char *why, struct ent_error *err)
{
    kv->broken = true;
    return ent_fail(err, ENT_IO,
        "committing: %s; nobody knows what the disk has now, so this program "
        "ends: look at the disk, then start it again",
        why);
}

/* The tables are as they were committed last, and what the log has comes into
 * them again: all that was confirmed stays. */
static enum ent_status
take_back(struct ent_kv *kv, struct ent_error *err)
{
    struct ent_error why = {0};

    return !ent_kv_redo_is_ahead(kv) || ent_kv_redo_recover(kv, &why) == ENT_OK
               ? ENT_OK
               : broke(kv, why.text, err);
}

/* The tables could not be committed, and `bytes` more with them; `rc` is what
 * LMDB said. */
static enum ent_status
settling_failed(
    struct ent_kv *kv, uint64_t bytes, int rc, struct ent_error *err)
{
    bool full =
        ent_kv_status(rc) == ENT_FULL || (rc == EIO && disk_is_full(kv, bytes));

    if (!full) {
        return broke(kv, mdb_strerror(rc), err);
    }
    if (take_back(kv, err) != ENT_OK) {
        return ENT_IO;
    }
    return ent_fail(err, ENT_FULL,
        "the store is full: nothing was committed (%s)", mdb_strerror(rc));
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

static void
give_values(struct ent_kv *kv, struct ent_kv_txn *txn)
{
    if (kv->values != NULL) {
        ent_kv_values_free(&txn->values);
        return;
    }
    ent_kv_values_shrink(txn->values, VALUES_ROOM_KEPT_MAX);
    kv->values = txn->values;
}

/* Commit the tables, where the log has more. */
static enum ent_status
settle(struct ent_kv *kv, struct ent_error *err)
{
    MDB_txn *open = kv->open;
    int rc;

    if (open == NULL) {
        return ENT_OK;
    }
    kv->open = NULL;
    rc = ent_kv_redo_settle(kv, open);
    return rc == 0 ? ENT_OK : settling_failed(kv, 0, rc, err);
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
    return settle(kv, err);
}

static enum ent_status
make_writable(struct ent_kv *kv, struct ent_error *err)
{
    if (kv->settling == 0) {
        return ENT_OK;
    }
    kv->settling--;
    return settle(kv, err);
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
        return ent_fail(err, ENT_IO,
            "the store is not to be used any more: "
            "an earlier commit failed");
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
        give_values(kv, txn);
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

static void
close_writer(struct ent_kv_txn *txn, size_t table)
{
    if (txn->writers[table] != NULL) {
        mdb_cursor_close(txn->writers[table]);
        txn->writers[table] = NULL;
    }
}

/* Cursors must go before LMDB's transaction does; the structs stay with their
 * owners. */
static void
close_cursors(struct ent_kv_txn *txn)
{
    while (txn->cursors != NULL) {
        struct ent_kv_cursor *cursor = txn->cursors;

        txn->cursors = cursor->next;
        mdb_cursor_close(cursor->mdb);
        cursor->mdb = NULL;
        cursor->next = NULL;
        cursor->txn = NULL;
    }
    for (size_t i = 0; i < txn->kv->table_count; i++) {
        close_writer(txn, i);
    }
}

static void
forget(struct ent_kv_txn **txn)
{
    give_values((*txn)->kv, *txn);
    if ((*txn)->write) {
        (*txn)->kv->writing = false;
    }
    free(*txn);
    *txn = NULL;
}

/* A small one is in the log then, and the tables stay open. Not on a disk that
 * is nearly full: what is confirmed has to have its place in the tables too,
 * and to commit those often leaves pages in the file that can be used again
 * when it cannot grow any more. */
static enum ent_status
commit_mdb(struct ent_kv_txn *txn, struct ent_error *err)
{
    struct ent_kv *kv = txn->kv;
    MDB_txn *mdb = txn->mdb;
    int rc;

    txn->mdb = NULL;
    if (free_on_disk(kv) >= LOG_DISK_MIN && ent_kv_redo_commit(kv)) {
        kv->open = mdb;
        return ENT_OK;
    }
    kv->open = NULL;
    rc = ent_kv_redo_settle(kv, mdb);
    return rc == 0 ? ENT_OK : settling_failed(kv, txn->bytes, rc, err);
}

static enum ent_status
commit_written(struct ent_kv_txn **txn, struct ent_error *err)
{
    enum ent_status rc;

    close_cursors(*txn);
    rc = commit_mdb(*txn, err);
    if (rc == ENT_OK) {
        ent_kv_room_committed(*txn);
    }
    forget(txn);
    return rc;
}

enum ent_status
ent_kv_commit(struct ent_kv_txn **txn, struct ent_error *err)
{
    enum ent_status rc = (*txn)->failed;

    if (rc != ENT_OK) {
        ent_kv_abort(txn);
        return ent_fail(err, rc,
            "nothing was committed: a step of the transaction had failed");
    }
    if (!(*txn)->write || !ent_kv_redo_changed((*txn)->kv)) {
        ent_kv_abort(txn);
        return ENT_OK;
    }
    if (ent_kv_room_is_over(*txn)) {
        size_t size_max = (*txn)->kv->size_max;

        ent_kv_abort(txn);
        return ent_fail(err, ENT_FULL,
            "the store is full (%zu bytes): nothing was committed", size_max);
    }
    return commit_written(txn, err);
}

void
ent_kv_abort(struct ent_kv_txn **txn)
{
    struct ent_kv *kv;

    if (*txn == NULL) {
        return;
    }
    kv = (*txn)->kv;
    close_cursors(*txn);
    if ((*txn)->write && kv->open != NULL &&
        ((*txn)->failed != ENT_OK || ent_kv_redo_changed(kv))) {
        mdb_txn_abort(kv->open);
        kv->open = NULL;
        (void)take_back(kv, NULL); /* or the next one is refused */
    } else {
        drop_mdb(*txn);
    }
    forget(txn);
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
    rc = put_near(txn, table, key, value);
    if (rc != 0) {
        return write_failed(txn, "writing to", table, rc, err);
    }
    return ENT_OK;
}

enum ent_status
ent_kv_delete(struct ent_kv_txn *txn, size_t table, struct ent_view key,
    struct ent_error *err)
{
    struct ent_kv *kv = txn->kv;
    MDB_val mdb_key = {.mv_size = key.len, .mv_data = (void *)key.data};
    int rc;

    assert(txn->write && table < kv->table_count);
    assert(key.len == kv->tables[table].key_len);

    txn->writes++;
    close_writer(txn, table); /* what deleting does to it depends on LMDB */
    rc = mdb_del(txn->mdb, kv->dbis[table], &mdb_key, NULL);
    if (rc == MDB_NOTFOUND) {
        return ENT_NOT_FOUND;
    }
    if (rc != 0) {
        return write_failed(txn, "deleting from", table, rc, err);
    }
    ent_kv_redo_delete(kv, table, key);
    return ENT_OK;
}
