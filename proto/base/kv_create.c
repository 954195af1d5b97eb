/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a store: under another name, renamed when it is complete, so that a
 * folder holds a whole one or none.
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_FILE "new.mdb"

static int
write_tables(MDB_txn *txn, const struct ent_kv_options *options,
    const uint8_t id[static ENT_REDO_ID_LEN])
{
    struct ent_kv_guard guard = ent_kv_guard_of(options);
    const uint8_t applied[ENT_KV_NUMBER_LEN] = {0};
    const struct ent_view nothing = ent_view_of(applied, 0);
    uint8_t format[ENT_KV_FORMAT_LEN];
    MDB_dbi own;
    int rc;

    ent_put_be(format, ENT_KV_FORMAT_VERSION, 4);
    memcpy(format + 4, id, ENT_REDO_ID_LEN);
    rc = mdb_dbi_open(txn, ENT_KV_OWN_NAME, MDB_CREATE, &own);
    if (rc == 0) {
        rc = ent_kv_own_put(txn, own, &guard, ENT_KV_OWN_NAME,
            ent_view_of(format, sizeof format));
    }
    if (rc == 0) {
        rc = ent_kv_own_put(txn, own, &guard, ENT_KV_REDO_NAME,
            ent_view_of(applied, sizeof applied));
    }
    if (rc == 0) {
        rc = ent_kv_own_put(txn, own, &guard, ENT_KV_LONG_NAME, nothing);
    }
    for (size_t i = 0; rc == 0 && i < options->table_count; i++) {
        const struct ent_kv_table *table = &options->tables[i];
        uint8_t layout[ENT_KV_LAYOUT_LEN];
        MDB_dbi dbi;

        if (!table->is_long) {
            rc = mdb_dbi_open(txn, table->name, MDB_CREATE, &dbi);
        }
        if (rc == 0) {
            ent_kv_encode_layout(table, layout);
            rc = ent_kv_own_put(txn, own, &guard, table->name,
                ent_view_of(layout, sizeof layout));
        }
    }
    sodium_memzero(&guard, sizeof guard);
    return rc;
}

/* Make `NEW_FILE` the store, and durable: its name, and its folder's name. */
static enum ent_status
publish(int folder, const char *path, struct ent_error *err)
{
    ENT_AUTO(ent_kv_close_file) int parent = -1;

    parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (renameat(folder, NEW_FILE, folder, ENT_KV_DATA_FILE) != 0 ||
        fsync(folder) != 0 || parent < 0 || fsync(parent) != 0) {
        return ent_fail(err, ENT_IO, "making store '%s' durable: %s", path,
            strerror(errno));
    }
    return ENT_OK;
}

enum ent_status
ent_kv_create(const char *path, const struct ent_kv_options *options,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_close_file) int folder = -1;
    ENT_AUTO(ent_kv_close_file) int lock = -1;
    uint8_t id[ENT_REDO_ID_LEN];
    char file[PATH_MAX];
    enum ent_status rc;
    int len;

    assert(path != NULL);

    rc = ent_kv_check_options(options, err);
    if (rc != ENT_OK) {
        return rc;
    }
    len = snprintf(file, sizeof file, "%s/" NEW_FILE, path);
    if (len < 0 || (size_t)len >= sizeof file) {
        return ent_fail(err, ENT_BAD_INPUT, "the path of a store is too long");
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return ent_fail(err, ent_kv_status(errno), "making folder '%s': %s",
            path, strerror(errno));
    }
    rc = ent_kv_open_folder(path, &folder, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_kv_has_store(folder)) {
        rc = ent_kv_take_lock(folder, path, &lock, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    if (ent_kv_has_store(folder)) { /* if only since a moment ago */
        return ent_fail(
            err, ENT_EXISTS, "there is a store in '%s' already", path);
    }
    (void)unlinkat(folder, NEW_FILE, 0); /* of a creation cut short */
    randombytes_buf(id, sizeof id);
    rc = ent_redo_create(folder, path, options->store_key, id, err);
    if (rc == ENT_OK) {
        rc = ent_kv_long_create(folder, path, options, id, err);
    }
    if (rc == ENT_OK) {
        rc = ent_kv_make_env(file, options, id, write_tables, err);
    }
    if (rc != ENT_OK) {
        (void)unlinkat(folder, ENT_REDO_FILE, 0);
        (void)unlinkat(folder, ENT_KV_LONG_FILE, 0);
        (void)unlinkat(folder, NEW_FILE, 0);
        return rc;
    }
    return publish(folder, path, err);
}
