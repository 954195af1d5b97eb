/* SPDX-License-Identifier: Apache-2.0 */
/* The file of long values (proto/base/kv_long.c): made, opened, closed. */
#include "proto/base/kv_internal.h"

#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

bool
ent_kv_has_long(const struct ent_kv_table *tables, size_t count)
{
    bool has = false;

    for (size_t i = 0; i < count; i++) {
        has = has || tables[i].is_long;
    }
    return has;
}

static enum ent_status
path_in(const char *folder, char out[static PATH_MAX], struct ent_error *err)
{
    int len = snprintf(out, PATH_MAX, "%s/" ENT_KV_LONG_FILE, folder);

    return len >= 0 && len < PATH_MAX ? ENT_OK
                                      : ent_fail(err, ENT_BAD_INPUT,
                                            "the path of a store is too long");
}

/* ---- making it ---- */

static int
make_tables(MDB_txn *txn, const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN])
{
    struct ent_kv_guard guard = ent_kv_guard_of(options);
    MDB_dbi dbi;
    int rc = mdb_dbi_open(txn, ENT_KV_OWN_NAME, MDB_CREATE, &dbi);

    if (rc == 0) {
        rc = ent_kv_own_put(txn, dbi, &guard, ENT_KV_LONG_ID_NAME,
            ent_view_of(id, ENT_REDO_ID_LEN));
    }
    for (size_t i = 0; rc == 0 && i < options->table_count; i++) {
        if (options->tables[i].is_long) {
            rc = mdb_dbi_open(txn, options->tables[i].name, MDB_CREATE, &dbi);
        }
    }
    sodium_memzero(&guard, sizeof guard);
    return rc;
}

enum ent_status
ent_kv_long_create(int folder, const char *path,
    const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN], struct ent_error *err)
{
    char file[PATH_MAX];
    enum ent_status rc;

    if (!ent_kv_has_long(options->tables, options->table_count)) {
        return ENT_OK;
    }
    rc = path_in(path, file, err);
    if (rc != ENT_OK) {
        return rc;
    }
    (void)unlinkat(folder, ENT_KV_LONG_FILE, 0); /* of one cut short */
    return ent_kv_make_env(file, options, id, make_tables, err);
}

/* ---- opening it ---- */

static enum ent_status
check_id(struct ent_kv *kv, MDB_txn *txn,
    const uint8_t id[static ENT_REDO_ID_LEN], struct ent_error *err)
{
    MDB_val key = {.mv_size = sizeof ENT_KV_LONG_ID_NAME - 1,
        .mv_data = (void *)ENT_KV_LONG_ID_NAME};
    struct ent_view value = {0};
    MDB_val stored;
    MDB_dbi own;

    if (mdb_dbi_open(txn, ENT_KV_OWN_NAME, 0, &own) != 0 ||
        mdb_get(txn, own, &key, &stored) != 0 ||
        ent_kv_own_value(kv, ENT_KV_LONG_ID_NAME, &stored, &value) != ENT_OK ||
        !ent_view_equal(value, ent_view_of(id, ENT_REDO_ID_LEN))) {
        return ent_fail(err, ENT_IO,
            "its " ENT_KV_LONG_FILE " is damaged, or another store's");
    }
    return ENT_OK;
}

static enum ent_status
open_tables(struct ent_kv *kv, MDB_txn *txn,
    const uint8_t id[static ENT_REDO_ID_LEN], struct ent_error *err)
{
    enum ent_status status = check_id(kv, txn, id, err);

    for (size_t i = 0; status == ENT_OK && i < kv->table_count; i++) {
        if (kv->tables[i].is_long &&
            mdb_dbi_open(txn, kv->tables[i].name, 0, &kv->longs.dbis[i]) != 0) {
            status = ent_fail(err, ENT_IO,
                "its " ENT_KV_LONG_FILE " has no table '%s'",
                kv->tables[i].name);
        }
    }
    return status;
}

enum ent_status
ent_kv_long_open(struct ent_kv *kv, const char *path, size_t size_max,
    const uint8_t id[static ENT_REDO_ID_LEN], struct ent_error *err)
{
    MDB_txn *txn = NULL;
    char file[PATH_MAX];
    enum ent_status status;
    int rc;

    if (!ent_kv_has_long(kv->tables, kv->table_count)) {
        return ENT_OK;
    }
    status = path_in(path, file, err);
    if (status == ENT_OK) {
        status =
            ent_kv_open_env(file, size_max, MDB_NOSUBDIR, &kv->longs.env, err);
    }
    if (status != ENT_OK) {
        return status;
    }
    rc = mdb_txn_begin(kv->longs.env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return ent_kv_env_failed(file, rc, err);
    }
    status = open_tables(kv, txn, id, err);
    if (status != ENT_OK) {
        mdb_txn_abort(txn);
        return status;
    }
    rc = mdb_txn_commit(txn); /* keeps the tables open */
    return rc == 0 ? ENT_OK : ent_kv_env_failed(file, rc, err);
}

void
ent_kv_long_close(struct ent_kv_long *longs)
{
    if (longs->reader != NULL) {
        mdb_txn_abort(longs->reader);
    }
    ent_kv_rows_free(&longs->now);
    ent_kv_rows_free(&longs->kept);
    ent_kv_rows_free(&longs->going_now);
    ent_kv_rows_free(&longs->going_kept);
    ent_kv_close_env(&longs->env);
}
