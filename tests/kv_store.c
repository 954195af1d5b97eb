/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kv_store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

const struct ent_kv_table kv_tables[4] = {
    [LETTERS] = {.name = "letters", .key_len = KEY_LEN},
    [STAMPS] = {.name = "stamps", .key_len = KEY_LEN},
    [NOTES] = {.name = "notes", .key_len = KEY_LEN, .form = ENT_KV_BARE},
    [LABELS] = {.name = "labels", .key_len = KEY_LEN, .form = ENT_KV_AUTHENTIC},
};

const struct ent_kv_options kv_options = {
    .tables = kv_tables,
    .table_count = 4,
    .size_max = STORE_MAX,
    .cipher = &ent_kv_cipher,
    .store_key = "thirty-two bytes of a secret key",
};

/* What the disk answers: LMDB calls these two by name, so ours come first. */
int sync_errno;
bool disk_full;
size_t syncs;

int
fdatasync(int fd)
{
    syncs++;
    if (sync_errno != 0) {
        errno = sync_errno;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int
fstatvfs(int fd, struct statvfs *ret_disk)
{
    (void)fd;
    *ret_disk =
        (struct statvfs){.f_frsize = 4096, .f_bavail = disk_full ? 1 : 1 << 30};
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
