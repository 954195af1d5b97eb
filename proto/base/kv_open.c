/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store is a folder:
 *
 *     data.mdb    the tables
 *     lock.mdb    LMDB's table of readers
 *     long.mdb    tables of long values, if there are any, and another such
 *                 table of readers (proto/base/kv_long.c)
 *     redo.log    what was committed and is not in the tables yet
 *     spare       room for deleting (proto/base/kv_spare.c), beside long.mdb
 *     owner.lock  held with flock by the one process that has it open
 *
 * In the tables, "entente.store" describes the others, a row each with its
 * layout, and itself: a version and random bytes, whose MAC tells a wrong
 * storage key before anything else is read. A row more says how much of
 * redo.log the tables have (proto/base/kv_redo.c).
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN_ROWS 3 /* but those of tables */

static const char *const form_names[] = {
    [ENT_KV_SEALED] = "sealed",
    [ENT_KV_AUTHENTIC] = "readable",
    [ENT_KV_BARE] = "readable",
    [ENT_KV_VEILED] = "veiled",
};

static enum ent_status
check_format(struct ent_kv *kv, MDB_txn *txn,
    uint8_t ret_id[static ENT_REDO_ID_LEN], struct ent_error *err)
{
    struct ent_view value;
    MDB_val stored;
    uint64_t version;
    int rc;

    rc = mdb_dbi_open(txn, ENT_KV_OWN_NAME, 0, &kv->own);
    if (rc == 0) {
        rc = ent_kv_own_get(kv, txn, ENT_KV_OWN_NAME, &stored);
    }
    if (rc != 0 || stored.mv_size < 4) {
        return ent_fail(err, ENT_IO,
            "it is damaged, or no store of this program: %s",
            rc == 0 ? "format too short" : mdb_strerror(rc));
    }
    version = ent_get_be(stored.mv_data, 4);
    if (version != ENT_KV_FORMAT_VERSION) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "its format is version %llu; this program reads version %d",
            (unsigned long long)version, ENT_KV_FORMAT_VERSION);
    }
    if (ent_kv_own_value(kv, ENT_KV_OWN_NAME, &stored, &value) != ENT_OK) {
        return ent_fail(
            err, ENT_REJECTED, "wrong storage key or damaged store");
    }
    if (value.len != ENT_KV_FORMAT_LEN) {
        return ent_fail(err, ENT_IO, "what it says of itself is damaged");
    }
    memcpy(ret_id, value.data + 4, ENT_REDO_ID_LEN);
    return ENT_OK;
}

static enum ent_status
read_applied(struct ent_kv *kv, MDB_txn *txn, uint64_t *ret_applied,
    struct ent_error *err)
{
    struct ent_view value = {0};
    MDB_val stored;

    if (ent_kv_own_get(kv, txn, ENT_KV_REDO_NAME, &stored) != 0 ||
        ent_kv_own_value(kv, ENT_KV_REDO_NAME, &stored, &value) != ENT_OK ||
        value.len != ENT_KV_NUMBER_LEN) {
        return ent_fail(err, ENT_IO,
            "what it says of its " ENT_REDO_FILE " is missing or damaged");
    }
    *ret_applied = ent_get_be(value.data, ENT_KV_NUMBER_LEN);
    return ENT_OK;
}

static enum ent_status
read_note(struct ent_kv *kv, MDB_txn *txn, struct ent_error *err)
{
    struct ent_view value = {0};
    MDB_val stored;

    if (ent_kv_own_get(kv, txn, ENT_KV_LONG_NAME, &stored) != 0 ||
        ent_kv_own_value(kv, ENT_KV_LONG_NAME, &stored, &value) != ENT_OK) {
        return ent_fail(err, ENT_IO,
            "what it says of its long values is missing or damaged");
    }
    return ent_kv_long_read_note(kv, value, err);
}

static enum ent_status
open_table(struct ent_kv *kv, MDB_txn *txn, size_t index, struct ent_error *err)
{
    const struct ent_kv_table *table = &kv->tables[index];
    uint8_t layout[ENT_KV_LAYOUT_LEN];
    struct ent_view value = {0};
    MDB_val stored;
    int rc;

    rc = ent_kv_own_get(kv, txn, table->name, &stored);
    if (rc == 0 && !table->is_long) {
        rc = mdb_dbi_open(txn, table->name, 0, &kv->dbis[index]);
    }
    if (rc == MDB_NOTFOUND) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "it has no table '%s': another version made it", table->name);
    }
    if (rc != 0) {
        return ent_fail(err, ent_kv_status(rc), "opening table '%s': %s",
            table->name, mdb_strerror(rc));
    }
    ent_kv_encode_layout(table, layout);
    if (ent_kv_own_value(kv, table->name, &stored, &value) != ENT_OK) {
        return ent_fail(
            err, ENT_IO, "what it says of table '%s' is damaged", table->name);
    }
    if (value.len == ENT_KV_LAYOUT_LEN && value.data[2] != layout[2]) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "table '%s' lies in it in another form than this program's (%s): "
            "another version made it; begin a new store",
            table->name, form_names[table->form]);
    }
    if (!ent_view_equal(value, ent_view_of(layout, sizeof layout))) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "table '%s' has another layout: another version made it",
            table->name);
    }
    return ENT_OK;
}

static enum ent_status
check_table_count(const struct ent_kv *kv, MDB_txn *txn, struct ent_error *err)
{
    MDB_stat stat;
    int rc;

    rc = mdb_stat(txn, kv->own, &stat);
    if (rc != 0) {
        return ent_fail(err, ent_kv_status(rc), "%s", mdb_strerror(rc));
    }
    if (stat.ms_entries != kv->table_count + OWN_ROWS) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "it has %zu tables and this program knows %zu: another version "
            "made it",
            stat.ms_entries - OWN_ROWS, kv->table_count);
    }
    return ENT_OK;
}

/* And what the log of that store has to begin with. */
static enum ent_status
open_tables(struct ent_kv *kv, uint8_t ret_id[static ENT_REDO_ID_LEN],
    uint64_t *ret_applied, struct ent_error *err)
{
    MDB_txn *txn = NULL;
    enum ent_status rc;
    int mdb;

    mdb = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
    if (mdb != 0) {
        return ent_fail(err, ent_kv_status(mdb), "%s", mdb_strerror(mdb));
    }
    rc = check_format(kv, txn, ret_id, err);
    for (size_t i = 0; rc == ENT_OK && i < kv->table_count; i++) {
        rc = open_table(kv, txn, i, err);
    }
    if (rc == ENT_OK) {
        rc = check_table_count(kv, txn, err);
    }
    if (rc == ENT_OK) {
        rc = read_applied(kv, txn, ret_applied, err);
    }
    if (rc == ENT_OK) {
        rc = read_note(kv, txn, err);
    }
    if (rc != ENT_OK) {
        mdb_txn_abort(txn);
        return rc;
    }
    mdb = mdb_txn_commit(txn); /* keeps the tables open */
    return mdb == 0
               ? ENT_OK
               : ent_fail(err, ent_kv_status(mdb), "%s", mdb_strerror(mdb));
}

/* What was committed is in the tables, or will be with the next commit. */
static enum ent_status
open_log(struct ent_kv *kv, const char *path,
    const uint8_t id[static ENT_REDO_ID_LEN], uint64_t applied,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_close_file) int folder = -1;
    enum ent_status rc = ent_kv_open_folder(path, &folder, err);

    if (rc == ENT_OK) {
        rc = ent_redo_open(
            folder, path, kv->guard.mac_key, id, applied, &kv->redo, err);
    }
    return rc != ENT_OK ? rc : ent_kv_redo_recover(kv, err);
}

static enum ent_status
open_store(
    struct ent_kv *kv, const char *path, size_t size_max, struct ent_error *err)
{
    uint8_t id[ENT_REDO_ID_LEN];
    uint64_t applied = 0;
    enum ent_status rc = open_tables(kv, id, &applied, err);

    if (rc == ENT_OK) {
        rc = ent_kv_long_open(kv, path, size_max, id, err);
    }
    return rc != ENT_OK ? rc : open_log(kv, path, id, applied, err);
}

static size_t
larger(size_t size, int folder, const char *name)
{
    struct stat stat;

    return fstatat(folder, name, &stat, 0) == 0 && (size_t)stat.st_size > size
               ? (size_t)stat.st_size
               : size;
}

static enum ent_status
lock_and_check(struct ent_kv *kv, const char *path, size_t *ret_size_max,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_close_file) int folder = -1;
    enum ent_status rc;

    rc = ent_kv_open_folder(path, &folder, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_NOT_FOUND || !ent_kv_has_store(folder)) {
        return ent_fail(err, ENT_NOT_FOUND,
            "there is no store in '%s'; the program's init command makes one",
            path);
    }
    rc = ent_kv_take_lock(folder, path, &kv->lock, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_size_max = larger(kv->size_max, folder, ENT_KV_DATA_FILE);
    *ret_size_max = larger(*ret_size_max, folder, ENT_KV_LONG_FILE);
    rc = ent_kv_file_check(folder, path, ENT_KV_DATA_FILE, err);
    if (rc == ENT_OK && ent_kv_has_long(kv->tables, kv->table_count)) {
        rc = ent_kv_file_check(folder, path, ENT_KV_LONG_FILE, err);
        ent_kv_spare_open(kv, folder);
    }
    return rc;
}

enum ent_status
ent_kv_open(const char *path, const struct ent_kv_options *options,
    struct ent_kv **ret_kv, struct ent_error *err)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = NULL;
    size_t size_max = 0;
    enum ent_status rc;

    assert(path != NULL && ret_kv != NULL);

    rc = ent_kv_check_options(options, err);
    if (rc != ENT_OK) {
        return rc;
    }
    kv = calloc(1, sizeof *kv);
    if (kv == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "opening a store");
    }
    kv->lock = -1;
    kv->spare = -1;
    kv->redo.file = -1;
    kv->tables = options->tables;
    kv->table_count = options->table_count;
    kv->size_max = options->size_max;
    kv->page_size = (size_t)sysconf(_SC_PAGESIZE);
    kv->guard = ent_kv_guard_of(options);
    rc = lock_and_check(kv, path, &size_max, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_kv_open_env(path, size_max, 0, &kv->env, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = open_store(kv, path, size_max, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "store '%s'", path);
        return rc;
    }
    ent_kv_space_begin(kv);
    *ret_kv = kv;
    kv = NULL;
    return ENT_OK;
}

void
ent_kv_close(struct ent_kv **kv)
{
    if (*kv == NULL) {
        return;
    }
    assert(!(*kv)->writing);
    if (ent_kv_finish(*kv, NULL) != ENT_OK ||
        ent_kv_settle(*kv, NULL) != ENT_OK) {
        mdb_txn_abort((*kv)->open); /* the log has it */
    }
    ent_aside_stop(&(*kv)->aside);
    ent_kv_long_close(&(*kv)->longs);
    ent_redo_record_free(&(*kv)->going.record);
    ent_redo_close(&(*kv)->redo);
    ent_redo_record_free(&(*kv)->record);
    ent_kv_values_free(&(*kv)->values);
    ent_kv_close_env(&(*kv)->env);
    ent_kv_close_file(&(*kv)->spare);
    ent_kv_close_file(&(*kv)->lock);
    sodium_memzero(*kv, sizeof **kv);
    free(*kv);
    *kv = NULL;
}
