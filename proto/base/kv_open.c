/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store is a folder:
 *
 *     data.mdb    the tables
 *     lock.mdb    LMDB's table of readers
 *     owner.lock  held with flock by the one process that has it open
 *
 * It is made under another name and renamed when complete, so that a folder
 * holds a whole store or none. In it, the table "entente.store" describes the
 * others, a row each with its layout, and itself: a version and random bytes,
 * whose MAC tells a wrong storage key before anything else is read.
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN_NAME "entente.store"
#define FORMAT_VERSION 4
#define FORMAT_LEN (4 + 16) /* version, random bytes */
#define LAYOUT_LEN 3        /* key length, form */
#define SIZE_MIN ((size_t)64 * 1024)
#define NAME_MAX_LEN 63
#define NEW_FILE "new.mdb"

/* Readable, so that another format is told from a wrong storage key. */
static const struct ent_kv_table own_table = {
    .name = OWN_NAME, .form = ENT_KV_AUTHENTIC};

static enum ent_status
check_options(const struct ent_kv_options *options, struct ent_error *err)
{
    if (options->table_count == 0 || options->table_count > ENT_KV_TABLES_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a store of %zu tables; 1 to %d",
            options->table_count, ENT_KV_TABLES_MAX);
    }
    if (options->size_max < SIZE_MIN) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a store of at most %zu bytes; give it at least %zu",
            options->size_max, SIZE_MIN);
    }
    for (size_t i = 0; i < options->table_count; i++) {
        const struct ent_kv_table *table = &options->tables[i];
        size_t len = strlen(table->name);

        if ((table->form == ENT_KV_SEALED || table->form == ENT_KV_VEILED) &&
            options->cipher == NULL) {
            return ent_fail(err, ENT_BAD_INPUT,
                "table '%s' is to be sealed, and nothing seals it",
                table->name);
        }
        if (len == 0 || len > NAME_MAX_LEN ||
            strcmp(table->name, OWN_NAME) == 0 || table->key_len == 0 ||
            table->key_len > ENT_KV_KEY_MAX) {
            return ent_fail(err, ENT_BAD_INPUT,
                "table '%s' with keys of %zu bytes; names have 1 to %d "
                "letters and are not ours, keys have 1 to %d bytes",
                table->name, table->key_len, NAME_MAX_LEN, ENT_KV_KEY_MAX);
        }
    }
    return ENT_OK;
}

static struct ent_kv_guard
guard_of(const struct ent_kv_options *options)
{
    struct ent_kv_guard guard = {.cipher = options->cipher};

    memcpy(guard.mac_key, options->store_key, sizeof guard.mac_key);
    if (guard.cipher != NULL) {
        guard.cipher->init(options->store_key, &guard.sealer, &guard.veiler);
    }
    return guard;
}

static const char *const form_names[] = {
    [ENT_KV_SEALED] = "sealed",
    [ENT_KV_AUTHENTIC] = "readable",
    [ENT_KV_BARE] = "readable",
    [ENT_KV_VEILED] = "veiled",
};

/* Making */

static void
encode_layout(const struct ent_kv_table *table, uint8_t out[static LAYOUT_LEN])
{
    static const uint8_t numbers[] = {
        [ENT_KV_AUTHENTIC] = 0,
        [ENT_KV_BARE] = 1,
        [ENT_KV_SEALED] = 2,
        [ENT_KV_VEILED] = 3,
    };

    ent_put_be(out, table->key_len, 2);
    out[2] = numbers[table->form];
}

static int
put_own(MDB_txn *txn, MDB_dbi own, struct ent_kv_guard *guard, const char *key,
    struct ent_view value)
{
    MDB_cursor *writer;
    int rc = mdb_cursor_open(txn, own, &writer);

    if (rc == 0) {
        rc = ent_kv_value_put(
            writer, guard, &own_table, ent_view_text(key), value);
        mdb_cursor_close(writer);
    }
    return rc;
}

static int
write_tables(MDB_txn *txn, const struct ent_kv_options *options)
{
    struct ent_kv_guard guard = guard_of(options);
    uint8_t format[FORMAT_LEN];
    MDB_dbi own;
    int rc;

    ent_put_be(format, FORMAT_VERSION, 4);
    randombytes_buf(format + 4, sizeof format - 4);
    rc = mdb_dbi_open(txn, own_table.name, MDB_CREATE, &own);
    if (rc == 0) {
        rc = put_own(
            txn, own, &guard, OWN_NAME, ent_view_of(format, sizeof format));
    }
    for (size_t i = 0; rc == 0 && i < options->table_count; i++) {
        const struct ent_kv_table *table = &options->tables[i];
        uint8_t layout[LAYOUT_LEN];
        MDB_dbi dbi;

        rc = mdb_dbi_open(txn, table->name, MDB_CREATE, &dbi);
        if (rc == 0) {
            encode_layout(table, layout);
            rc = put_own(txn, own, &guard, table->name,
                ent_view_of(layout, sizeof layout));
        }
    }
    sodium_memzero(&guard, sizeof guard);
    return rc;
}

/* A complete store in the single file `path`. */
static enum ent_status
make_file(const char *path, const struct ent_kv_options *options,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_close_env) MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    enum ent_status status;
    int rc;

    /* The flock is held, so LMDB's own locks are not needed. */
    status = ent_kv_open_env(
        path, options->size_max, MDB_NOSUBDIR | MDB_NOLOCK, &env, err);
    if (status != ENT_OK) {
        return status;
    }
    rc = mdb_txn_begin(env, NULL, 0, &txn);
    if (rc == 0) {
        rc = write_tables(txn, options);
        if (rc == 0) {
            rc = mdb_txn_commit(txn);
        } else {
            mdb_txn_abort(txn);
        }
    }
    return rc == 0 ? ENT_OK : ent_kv_env_failed(path, rc, err);
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
    char file[PATH_MAX];
    enum ent_status rc;
    int len;

    assert(path != NULL);

    rc = check_options(options, err);
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
    rc = make_file(file, options, err);
    if (rc != ENT_OK) {
        (void)unlinkat(folder, NEW_FILE, 0);
        return rc;
    }
    return publish(folder, path, err);
}

/* Opening */

/* A row of the store's own table. The version is read before the MAC is judged,
 * which another version may compute otherwise. */
static int
read_own(
    const struct ent_kv *kv, MDB_txn *txn, const char *key, MDB_val *ret_stored)
{
    MDB_val mdb_key = {.mv_size = strlen(key), .mv_data = (void *)key};

    return mdb_get(txn, kv->own, &mdb_key, ret_stored);
}

static enum ent_status
read_own_value(struct ent_kv *kv, const char *key, const MDB_val *stored,
    struct ent_view *ret_value)
{
    return ent_kv_value_read(NULL, &kv->guard, &own_table, ent_view_text(key),
        ent_view_of(stored->mv_data, stored->mv_size), ret_value, NULL);
}

static enum ent_status
check_format(struct ent_kv *kv, MDB_txn *txn, struct ent_error *err)
{
    struct ent_view value;
    MDB_val stored;
    uint64_t version;
    int rc;

    rc = mdb_dbi_open(txn, own_table.name, 0, &kv->own);
    if (rc == 0) {
        rc = read_own(kv, txn, OWN_NAME, &stored);
    }
    if (rc != 0 || stored.mv_size < 4) {
        return ent_fail(err, ENT_IO,
            "it is damaged, or no store of this program: %s",
            rc == 0 ? "format too short" : mdb_strerror(rc));
    }
    version = ent_get_be(stored.mv_data, 4);
    if (version != FORMAT_VERSION) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "its format is version %llu; this program reads version %d",
            (unsigned long long)version, FORMAT_VERSION);
    }
    if (read_own_value(kv, OWN_NAME, &stored, &value) != ENT_OK) {
        return ent_fail(
            err, ENT_REJECTED, "wrong storage key or damaged store");
    }
    return ENT_OK;
}

static enum ent_status
open_table(struct ent_kv *kv, MDB_txn *txn, size_t index, struct ent_error *err)
{
    const struct ent_kv_table *table = &kv->tables[index];
    uint8_t layout[LAYOUT_LEN];
    struct ent_view value = {0};
    MDB_val stored;
    int rc;

    rc = read_own(kv, txn, table->name, &stored);
    if (rc == 0) {
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
    encode_layout(table, layout);
    if (read_own_value(kv, table->name, &stored, &value) != ENT_OK) {
        return ent_fail(
            err, ENT_IO, "what it says of table '%s' is damaged", table->name);
    }
    if (value.len == LAYOUT_LEN && value.data[2] != layout[2]) {
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
    if (stat.ms_entries != kv->table_count + 1) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "it has %zu tables and this program knows %zu: another version "
            "made it",
            stat.ms_entries - 1, kv->table_count);
    }
    return ENT_OK;
}

static enum ent_status
open_tables(struct ent_kv *kv, struct ent_error *err)
{
    MDB_txn *txn = NULL;
    enum ent_status rc;
    int mdb;

    mdb = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
    if (mdb != 0) {
        return ent_fail(err, ent_kv_status(mdb), "%s", mdb_strerror(mdb));
    }
    rc = check_format(kv, txn, err);
    for (size_t i = 0; rc == ENT_OK && i < kv->table_count; i++) {
        rc = open_table(kv, txn, i, err);
    }
    if (rc == ENT_OK) {
        rc = check_table_count(kv, txn, err);
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

static enum ent_status
lock_and_check(struct ent_kv *kv, const char *path, struct ent_error *err)
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
    return ent_kv_file_check(folder, path, err);
}

enum ent_status
ent_kv_open(const char *path, const struct ent_kv_options *options,
    struct ent_kv **ret_kv, struct ent_error *err)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = NULL;
    enum ent_status rc;

    assert(path != NULL && ret_kv != NULL);

    rc = check_options(options, err);
    if (rc != ENT_OK) {
        return rc;
    }
    kv = calloc(1, sizeof *kv);
    if (kv == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "opening a store");
    }
    kv->lock = -1;
    kv->tables = options->tables;
    kv->table_count = options->table_count;
    kv->size_max = options->size_max;
    kv->page_size = (size_t)sysconf(_SC_PAGESIZE);
    kv->guard = guard_of(options);
    rc = lock_and_check(kv, path, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_kv_open_env(path, options->size_max, 0, &kv->env, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = open_tables(kv, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "store '%s'", path);
        return rc;
    }
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
    ent_kv_values_free(&(*kv)->values);
    ent_kv_close_env(&(*kv)->env);
    ent_kv_close_file(&(*kv)->lock);
    sodium_memzero(*kv, sizeof **kv);
    free(*kv);
    *kv = NULL;
}
