/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kv_store.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

const struct ent_kv_table kv_tables[6] = {
    [LETTERS] = {.name = "letters", .key_len = KEY_LEN},
    [STAMPS] = {.name = "stamps", .key_len = KEY_LEN},
    [NOTES] = {.name = "notes", .key_len = KEY_LEN, .form = ENT_KV_BARE},
    [LABELS] = {.name = "labels", .key_len = KEY_LEN, .form = ENT_KV_AUTHENTIC},
    [POUCHES] = {.name = "pouches", .key_len = KEY_LEN, .form = ENT_KV_VEILED},
    [BOXES] = {.name = "boxes",
        .key_len = KEY_LEN,
        .form = ENT_KV_VEILED,
        .is_long = true},
};

const struct ent_kv_options kv_options = {
    .tables = kv_tables,
    .table_count = 6,
    .size_max = STORE_MAX,
    .cipher = &ent_kv_cipher,
    .store_key = "thirty-two bytes of a secret key",
};

/* What the disk answers: LMDB calls these two by name, so ours come first. */
int sync_errno;
size_t sync_failures;
bool disk_full;
bool disk_short;
size_t syncs;
int blocks_errno;
off_t blocks_asked;

static pthread_mutex_t hold_mutex = PTHREAD_MUTEX_INITIALIZER;

void
sync_hold(bool hold)
{
    if (hold) {
        assert_int_equal(pthread_mutex_lock(&hold_mutex), 0);
    } else {
        assert_int_equal(pthread_mutex_unlock(&hold_mutex), 0);
    }
}

int
fdatasync(int fd)
{
    (void)pthread_mutex_lock(&hold_mutex);
    (void)pthread_mutex_unlock(&hold_mutex);
    syncs++;
    if (sync_errno != 0 || sync_failures > 0) {
        sync_failures -= sync_failures > 0;
        errno = sync_errno != 0 ? sync_errno : EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int
fallocate(int fd, int mode, off_t offset, off_t len)
{
    int rc = (int)syscall(SYS_fallocate, fd, mode, offset, len);

    blocks_asked = len;
    if (blocks_errno != 0) {
        errno = blocks_errno;
        return -1;
    }
    return rc;
}

int
fstatvfs(int fd, struct statvfs *ret_disk)
{
    (void)fd;
    *ret_disk = (struct statvfs){.f_frsize = 4096,
        .f_bavail = disk_full    ? 1
                    : disk_short ? 25600
                                 : 1 << 30};
    return 0;
}

/* ---- the store ---- */

struct ent_kv *
open_store(void **state)
{
    struct ent_kv *kv = NULL;

    expect_ok(ent_kv_open(*state, &kv_options, &kv, &last_error));
    return kv;
}

struct ent_kv *
new_store(void **state)
{
    expect_ok(ent_kv_create(*state, &kv_options, &last_error));
    return open_store(state);
}

void
expect_refused(void **state, const char *why)
{
    struct ent_kv *kv = NULL;

    expect_status(ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_IO);
    assert_non_null(strstr(last_error.text, why));
    assert_null(kv);
}

struct ent_kv_txn *
begin(struct ent_kv *kv, bool write)
{
    struct ent_kv_txn *txn = NULL;

    expect_ok(ent_kv_begin(kv, write, &txn, &last_error));
    return txn;
}

struct ent_view
key_of(uint64_t number)
{
    static uint8_t key[KEY_LEN];

    ent_put_be(key, number, sizeof key);
    return ent_view_of(key, sizeof key);
}

void
put(struct ent_kv *kv, size_t table, uint64_t key, const char *value)
{
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(txn, table, key_of(key), view(value), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
    assert_null(txn);
}

enum ent_status
get(struct ent_kv *kv, size_t table, uint64_t key, const char *want)
{
    struct ent_kv_txn *txn = begin(kv, false);
    struct ent_view value;
    enum ent_status rc;

    rc = ent_kv_get(txn, table, key_of(key), &value, &last_error);
    if (rc == ENT_OK) {
        expect_bytes(value, want);
    }
    ent_kv_abort(&txn);
    return rc;
}

const char *
data_file(void **state)
{
    static char path[64];

    (void)snprintf(path, sizeof path, "%s/data.mdb", (char *)*state);
    return path;
}

off_t
data_size(void **state)
{
    struct stat stat_of;

    assert_int_equal(stat(data_file(state), &stat_of), 0);
    return stat_of.st_size;
}

off_t
long_size(void **state)
{
    struct stat stat_of;
    char path[64];

    (void)snprintf(path, sizeof path, "%s/long.mdb", (char *)*state);
    assert_int_equal(stat(path, &stat_of), 0);
    return stat_of.st_size;
}

/* ---- what lies on the disk ---- */

struct disk {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
};

static struct disk
open_disk(void **state, const char *table)
{
    struct disk disk = {0};

    assert_int_equal(mdb_env_create(&disk.env), 0);
    assert_int_equal(mdb_env_set_maxdbs(disk.env, 8), 0);
    assert_int_equal(mdb_env_open(disk.env, *state, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(disk.env, NULL, 0, &disk.txn), 0);
    assert_int_equal(mdb_dbi_open(disk.txn, table, 0, &disk.dbi), 0);
    return disk;
}

static void
close_disk(struct disk *disk)
{
    assert_int_equal(mdb_txn_commit(disk->txn), 0);
    mdb_env_close(disk->env);
}

size_t
read_disk(void **state, const char *table, uint64_t key, uint8_t *out)
{
    struct disk disk = open_disk(state, table);
    struct ent_view view = key_of(key);
    MDB_val at = {.mv_size = view.len, .mv_data = (void *)view.data};
    MDB_val stored;

    assert_int_equal(mdb_get(disk.txn, disk.dbi, &at, &stored), 0);
    memcpy(out, stored.mv_data, stored.mv_size);
    close_disk(&disk);
    return stored.mv_size;
}

void
write_disk_at(void **state, const char *table, struct ent_view key,
    const uint8_t *bytes, size_t len)
{
    struct disk disk = open_disk(state, table);
    MDB_val at = {.mv_size = key.len, .mv_data = (void *)key.data};
    MDB_val stored = {.mv_size = len, .mv_data = (void *)bytes};

    assert_int_equal(mdb_put(disk.txn, disk.dbi, &at, &stored, 0), 0);
    close_disk(&disk);
}

void
write_disk(void **state, const char *table, uint64_t key, const uint8_t *bytes,
    size_t len)
{
    write_disk_at(state, table, key_of(key), bytes, len);
}

/* ---- chance ---- */

static uint64_t random_state;

void
random_begin(uint64_t seed)
{
    random_state = seed;
}

uint64_t
random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

struct ent_view
value_of(uint64_t number, size_t len)
{
    static uint8_t bytes[VALUE_MAX];

    assert_true(len <= sizeof bytes);
    random_begin(number * 1000003 + len + 1);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)random_below(256);
    }
    return ent_view_of(bytes, len);
}
