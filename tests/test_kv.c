/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/kv.h"

enum { LETTERS, STAMPS, NOTES };

#define KEY_LEN 8
#define STORE_MAX ((size_t)4 * 1024 * 1024)

static const struct ent_kv_table tables[] = {
    [LETTERS] = {.name = "letters", .key_len = KEY_LEN},
    [STAMPS] = {.name = "stamps", .key_len = KEY_LEN},
    [NOTES] = {.name = "notes", .key_len = KEY_LEN, .bare = true},
};

static const struct ent_kv_options options = {
    .tables = tables,
    .table_count = 3,
    .size_max = STORE_MAX,
    .mac_key = "thirty-two bytes of a secret key",
};

/* What the disk answers: LMDB calls these two by name, so ours come first. */
static int sync_errno;
static bool disk_full;
static size_t syncs;

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

/* A store of its own in each test's folder. */

static struct ent_kv *
open_store(void **state)
{
    struct ent_kv *kv = NULL;

    expect_ok(ent_kv_open(*state, &options, &kv, &last_error));
    return kv;
}

static struct ent_kv *
new_store(void **state)
{
    expect_ok(ent_kv_create(*state, &options, &last_error));
    return open_store(state);
}

static struct ent_kv_txn *
begin(struct ent_kv *kv, bool write)
{
    struct ent_kv_txn *txn = NULL;

    expect_ok(ent_kv_begin(kv, write, &txn, &last_error));
    return txn;
}

static struct ent_view
key_of(uint64_t number)
{
    static uint8_t key[KEY_LEN];

    ent_put_be(key, number, sizeof key);
    return ent_view_of(key, sizeof key);
}

static void
put(struct ent_kv *kv, size_t table, uint64_t key, const char *value)
{
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(txn, table, key_of(key), view(value), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
    assert_null(txn);
}

/* Read one value: its status, and that it is `want`. */
static enum ent_status
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

/* The path of the data file in a test's folder. */
static const char *
data_file(void **state)
{
    static char path[64];

    (void)snprintf(path, sizeof path, "%s/data.mdb", (char *)*state);
    return path;
}

static off_t
data_size(void **state)
{
    struct stat stat_of;

    assert_int_equal(stat(data_file(state), &stat_of), 0);
    return stat_of.st_size;
}

/* Turn one bit over wherever `bytes` lie in the data file; how often. */
static size_t
damage(void **state, const char *bytes)
{
    off_t size = data_size(state);
    uint8_t *content = malloc((size_t)size);
    int file = open(data_file(state), O_RDWR);
    uint8_t *at = content;
    size_t found = 0;

    assert_non_null(content);
    assert_int_equal(pread(file, content, (size_t)size, 0), size);
    for (;;) {
        size_t rest = (size_t)size - (size_t)(at - content);

        at = memmem(at, rest, bytes, strlen(bytes));
        if (at == NULL) {
            break;
        }
        *at ^= 1;
        assert_int_equal(pwrite(file, at, 1, at - content), 1);
        found++;
    }
    assert_int_equal(close(file), 0);
    free(content);
    return found;
}

/* Durability */

static void
what_is_committed_is_there_after_reopening(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    put(kv, LETTERS, 1, "to Poipet");
    put(kv, NOTES, 1, "");
    ent_kv_close(&kv);
    kv = open_store(state);
    expect_ok(get(kv, LETTERS, 1, "to Poipet"));
    expect_ok(get(kv, NOTES, 1, ""));
    expect_status(get(kv, STAMPS, 1, ""), ENT_NOT_FOUND);
}

static void
what_is_aborted_never_was(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(txn, LETTERS, key_of(1), view("a"), &last_error));
    ent_kv_abort(&txn);
    ent_kv_abort(&txn);
    expect_status(get(kv, LETTERS, 1, ""), ENT_NOT_FOUND);
}

static void
every_commit_is_synced_before_it_returns(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    size_t before = syncs;

    put(kv, LETTERS, 1, "a");
    assert_true(syncs > before);
}

/* A process that commits key 1, writes key 2 and is killed. */
static void
be_killed_while_writing(const char *path)
{
    struct ent_kv_txn *txn = NULL;
    struct ent_kv *kv = NULL;

    if (ent_kv_open(path, &options, &kv, NULL) != ENT_OK ||
        ent_kv_begin(kv, true, &txn, NULL) != ENT_OK ||
        ent_kv_put(txn, LETTERS, key_of(1), view("kept"), NULL) != ENT_OK ||
        ent_kv_commit(&txn, NULL) != ENT_OK ||
        ent_kv_begin(kv, true, &txn, NULL) != ENT_OK ||
        ent_kv_put(txn, LETTERS, key_of(2), view("lost"), NULL) != ENT_OK) {
        _exit(1);
    }
    (void)raise(SIGKILL);
}

static void
a_killed_process_loses_only_what_it_had_not_committed(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    int status = 0;
    pid_t pid;

    ent_kv_close(&kv);
    pid = fork();
    if (pid == 0) {
        be_killed_while_writing(*state);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    kv = open_store(state);
    expect_ok(get(kv, LETTERS, 1, "kept"));
    expect_status(get(kv, LETTERS, 2, ""), ENT_NOT_FOUND);
    put(kv, LETTERS, 2, "written");
}

static void
a_failed_sync_ends_the_use_of_a_store(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(txn, LETTERS, key_of(1), view("a"), &last_error));
    sync_errno = EIO;
    expect_status(ent_kv_commit(&txn, &last_error), ENT_IO);
    sync_errno = 0;
    assert_null(txn);
    expect_status(ent_kv_begin(kv, false, &txn, &last_error), ENT_IO);

    ent_kv_close(&kv);
    kv = open_store(state);
    expect_status(get(kv, LETTERS, 1, ""), ENT_NOT_FOUND);
}

static void
a_full_disk_is_full_and_not_broken(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    for (int i = 0; i < 2; i++) {
        struct ent_kv_txn *txn = begin(kv, true);

        expect_ok(ent_kv_put(txn, LETTERS, key_of(1), view("a"), &last_error));
        sync_errno = i == 0 ? ENOSPC : EIO; /* EIO: after a short write */
        disk_full = true;
        expect_status(ent_kv_commit(&txn, &last_error), ENT_FULL);
        sync_errno = 0;
        disk_full = false;
    }
    put(kv, LETTERS, 1, "a");
    expect_ok(get(kv, LETTERS, 1, "a"));
}

/* Who may open what */

static void
opening_never_makes_a_store(void **state)
{
    struct ent_kv *kv = NULL;
    char path[64];

    expect_status(
        ent_kv_open(*state, &options, &kv, &last_error), ENT_NOT_FOUND);
    assert_non_null(strstr(last_error.text, "init"));
    (void)snprintf(path, sizeof path, "%s/none", (char *)*state);
    expect_status(ent_kv_open(path, &options, &kv, &last_error), ENT_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    assert_null(kv);
}

static void
a_store_is_made_once_and_for_its_owner_alone(void **state)
{
    struct stat stat_of;
    char path[64];
    char file[80];

    (void)snprintf(path, sizeof path, "%s/store", (char *)*state);
    expect_ok(ent_kv_create(path, &options, &last_error));
    expect_status(ent_kv_create(path, &options, &last_error), ENT_EXISTS);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0700);
    (void)snprintf(file, sizeof file, "%s/data.mdb", path);
    assert_int_equal(stat(file, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    assert_int_equal(unlink(file), 0);
    (void)snprintf(file, sizeof file, "%s/owner.lock", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0); /* nothing else was left in it */
}

static void
a_creation_cut_short_can_be_repeated(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = NULL;
    char path[64];
    int file;

    (void)snprintf(path, sizeof path, "%s/new.mdb", (char *)*state);
    file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "half", 4), 4);
    assert_int_equal(close(file), 0);
    kv = new_store(state);
    put(kv, LETTERS, 1, "a");
}

static void
a_creation_that_fails_leaves_no_store(void **state)
{
    struct ent_kv *kv = NULL;

    sync_errno = EIO;
    expect_status(ent_kv_create(*state, &options, &last_error), ENT_IO);
    sync_errno = 0;
    expect_status(
        ent_kv_open(*state, &options, &kv, &last_error), ENT_NOT_FOUND);
    kv = new_store(state);
    ent_kv_close(&kv);
}

static void
a_second_process_is_refused_until_the_first_ends(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv *again = NULL;
    int status = 0;
    pid_t pid;

    pid = fork();
    if (pid == 0) {
        _exit((int)ent_kv_open(*state, &options, &again, NULL));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), ENT_BUSY);

    expect_status(ent_kv_open(*state, &options, &again, &last_error), ENT_BUSY);
    assert_non_null(strstr(last_error.text, "in use by process"));
    ent_kv_close(&kv);
    kv = open_store(state);
}

static void
the_wrong_storage_key_is_named_as_such(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_options other = options;

    ent_kv_close(&kv);
    other.mac_key[0] ^= 1;
    expect_status(ent_kv_open(*state, &other, &kv, &last_error), ENT_REJECTED);
    assert_non_null(
        strstr(last_error.text, "wrong storage key or damaged store"));
}

static void
other_tables_mean_another_version(void **state)
{
    struct ent_kv_table changed[] = {
        tables[0], tables[1], tables[2], {.name = "fourth", .key_len = 1}};
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_options other = options;

    ent_kv_close(&kv);
    other.tables = changed;
    other.table_count = 4;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    other.table_count = 2;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    other.table_count = 3;
    changed[1].key_len = 16;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    changed[1] = tables[1];
    changed[1].bare = true;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    assert_null(kv);
}

static void
options_out_of_bounds_are_refused(void **state)
{
    struct ent_kv_table table = {.name = "t", .key_len = 512};
    struct ent_kv_options other = options;

    other.tables = &table;
    other.table_count = 1;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    table.key_len = 0;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    table = (struct ent_kv_table){.name = "entente.store", .key_len = 1};
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    other = options;
    other.table_count = ENT_KV_TABLES_MAX + 1;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    other = options;
    other.size_max = 4096;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
}

/* Damage */

static void
a_damaged_value_is_never_data(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_cursor *cursor = NULL;
    struct ent_kv_txn *txn;
    struct ent_view key;
    struct ent_view value;

    put(kv, LETTERS, 1, "meet at the bridge");
    put(kv, LETTERS, 2, "all quiet");
    ent_kv_close(&kv);
    assert_true(damage(state, "meet at the bridge") > 0);
    kv = open_store(state);
    expect_status(get(kv, LETTERS, 1, ""), ENT_IO);
    expect_ok(get(kv, LETTERS, 2, "all quiet"));

    txn = begin(kv, false);
    expect_ok(ent_kv_cursor_open(txn, LETTERS, &cursor, &last_error));
    expect_status(
        ent_kv_cursor_next(cursor, &key, &value, &last_error), ENT_IO);
    expect_ok(ent_kv_cursor_next(cursor, &key, &value, &last_error));
    expect_bytes(value, "all quiet");
    ent_kv_abort(&txn);
    ent_kv_cursor_close(&cursor);
}

static void
a_value_under_another_key_is_damaged(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    put(kv, LETTERS, UINT64_C(0x4142434445464748), "a letter");
    ent_kv_close(&kv);
    assert_true(damage(state, "ABCDEFGH") > 0); /* now "@BCDEFGH" */
    kv = open_store(state);
    expect_status(get(kv, LETTERS, UINT64_C(0x4042434445464748), ""), ENT_IO);
}

static void
a_bare_table_leaves_checking_to_its_owner(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    put(kv, NOTES, 1, "signed by itself");
    ent_kv_close(&kv);
    assert_true(damage(state, "signed by itself") > 0);
    kv = open_store(state);
    expect_ok(get(kv, NOTES, 1, "rigned by itself"));
}

static void
a_damaged_description_of_a_store_is_noticed(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    ent_kv_close(&kv);
    assert_true(damage(state, "entente.store") > 0);
    expect_status(ent_kv_open(*state, &options, &kv, &last_error), ENT_IO);
}

static void
expect_refused_at_size(void **state, off_t size)
{
    struct ent_kv *kv = NULL;

    assert_int_equal(truncate(data_file(state), size), 0);
    expect_status(ent_kv_open(*state, &options, &kv, &last_error), ENT_IO);
    assert_null(kv);
}

static void
an_empty_or_cut_file_is_refused(void **state)
{
    struct ent_kv *kv = new_store(state);
    off_t size;

    for (uint64_t i = 0; i < 200; i++) {
        put(kv, LETTERS, i, "a letter that takes some room in the store");
    }
    ent_kv_close(&kv);
    size = data_size(state);
    assert_true(size > 6 * 4096);
    expect_refused_at_size(state, size - 4096);
    assert_non_null(strstr(last_error.text, "cut short"));
    expect_refused_at_size(state, 2 * 4096);
    expect_refused_at_size(state, 4096);
    assert_non_null(strstr(last_error.text, "header"));
    expect_refused_at_size(state, 100);
    expect_refused_at_size(state, 0);
    assert_non_null(strstr(last_error.text, "empty"));
    assert_int_equal(data_size(state), 0); /* nobody made a new one of it */
}

/* How many pages the newer header counts, and how many the file has. */
static void
count_pages(void **state, off_t *ret_counted, off_t *ret_there)
{
    int file = open(data_file(state), O_RDONLY);
    uint64_t last[2] = {0};

    assert_int_equal(pread(file, &last[0], 8, 136), 8);
    assert_int_equal(pread(file, &last[1], 8, 4096 + 136), 8);
    assert_int_equal(close(file), 0);
    *ret_counted = (off_t)(last[0] > last[1] ? last[0] : last[1]) + 1;
    *ret_there = data_size(state) / 4096;
}

/* Put many small values, then delete some one by one, so that what is free lies
 * scattered. */
static void
scatter(struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, true);
    uint8_t small[1000] = {0};

    for (uint64_t i = 0; i < 300; i++) {
        expect_ok(ent_kv_put(txn, LETTERS, key_of(i),
            ent_view_of(small, sizeof small), &last_error));
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    for (uint64_t i = 0; i < 300; i += 20) {
        txn = begin(kv, true);
        expect_ok(ent_kv_delete(txn, LETTERS, key_of(i), &last_error));
        expect_ok(ent_kv_commit(&txn, &last_error));
    }
}

/* A large value finds no room among the scattered pages and is put at the end;
 * deleted again at once, its pages are counted and never written. */
static void
a_file_that_lmdb_left_short_is_whole(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static const uint8_t large[400000];
    struct ent_kv_txn *txn;
    uint8_t small[1000] = {0};
    off_t counted = 0;
    off_t there = 0;

    scatter(kv);
    txn = begin(kv, true);
    expect_ok(ent_kv_put(txn, LETTERS, key_of(1000),
        ent_view_of(large, sizeof large), &last_error));
    expect_ok(ent_kv_delete(txn, LETTERS, key_of(1000), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
    ent_kv_close(&kv);
    count_pages(state, &counted, &there);
    assert_true(counted > there);

    kv = open_store(state);
    txn = begin(kv, false);
    for (uint64_t i = 0; i < 300; i++) {
        struct ent_view value;
        enum ent_status rc =
            ent_kv_get(txn, LETTERS, key_of(i), &value, &last_error);

        expect_status(rc, i % 20 == 0 ? ENT_NOT_FOUND : ENT_OK);
        assert_true(rc != ENT_OK ||
                    ent_view_equal(value, ent_view_of(small, sizeof small)));
    }
    ent_kv_abort(&txn);
    ent_kv_close(&kv);
    expect_refused_at_size(state, there / 2 * 4096);
}

/* A small generator, so that a failure can be repeated from its seed. */
static uint64_t random_state;

static uint64_t
random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

/* Open and read everything: 0 all there, 1 refused or missing, 2 wrong data. */
static int
read_damaged(const char *path)
{
    struct ent_kv_txn *txn = NULL;
    struct ent_kv *kv = NULL;
    int result = 0;

    if (ent_kv_open(path, &options, &kv, NULL) != ENT_OK ||
        ent_kv_begin(kv, false, &txn, NULL) != ENT_OK) {
        return 1;
    }
    for (uint64_t i = 0; i < 300; i++) {
        struct ent_view value;
        char want[32];

        (void)snprintf(want, sizeof want, "letter %d", (int)i);
        if (ent_kv_get(txn, LETTERS, key_of(i), &value, NULL) != ENT_OK) {
            result = 1;
        } else if (!ent_view_equal(value, view(want))) {
            return 2;
        }
    }
    return result;
}

/* Pages may be beyond repair (then LMDB stops the process), values may be
 * refused: but no wrong one is ever given out. */
static void
no_flipped_bit_gives_wrong_data(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t seed = 20260101;
    size_t noticed = 0;
    off_t size;
    int file;

    for (uint64_t i = 0; i < 300; i++) {
        char value[32];

        (void)snprintf(value, sizeof value, "letter %d", (int)i);
        put(kv, LETTERS, i, value);
    }
    ent_kv_close(&kv);
    size = data_size(state);
    file = open(data_file(state), O_RDWR);
    random_state = seed;
    for (int round = 0; round < 100; round++) {
        off_t at = (off_t)random_below((uint64_t)size);
        int status = 0;
        uint8_t byte;
        uint8_t flipped;
        pid_t pid;

        assert_int_equal(pread(file, &byte, 1, at), 1);
        flipped = byte ^ (uint8_t)(1u << random_below(8));
        assert_int_equal(pwrite(file, &flipped, 1, at), 1);
        pid = fork();
        if (pid == 0) {
            (void)!freopen("/dev/null", "w", stderr);
            _exit(read_damaged(*state));
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
            print_error("seed %lu, round %d, byte %ld\n", seed, round, at);
            fail();
        }
        noticed += status != 0;
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
    }
    assert_int_equal(close(file), 0);
    assert_true(noticed > 0);
}

/* Room */

/* Put letters of 10 kB until there is no room; how many were committed. */
static uint64_t
fill(struct ent_kv *kv)
{
    static uint8_t letter[10000];
    enum ent_status rc = ENT_OK;
    uint64_t kept = 0;

    while (rc == ENT_OK && kept < 10000) {
        struct ent_kv_txn *txn = begin(kv, true);

        rc = ent_kv_put(txn, LETTERS, key_of(kept),
            ent_view_of(letter, sizeof letter), &last_error);
        if (rc == ENT_OK) {
            rc = ent_kv_commit(&txn, &last_error);
        } else {
            expect_status(ent_kv_commit(&txn, &last_error), rc);
        }
        kept += rc == ENT_OK;
    }
    expect_status(rc, ENT_FULL);
    return kept;
}

static void
a_full_store_keeps_what_it_has_and_goes_on_after_deleting(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t kept = fill(kv);
    struct ent_kv_txn *txn;
    uint64_t entries = 0;
    uint64_t used = 0;

    assert_true(kept > 300);
    expect_ok(ent_kv_usage(kv, &used, &entries, &last_error));
    assert_int_equal(entries, kept);
    assert_true(used > STORE_MAX * 9 / 10 && used <= STORE_MAX);

    txn = begin(kv, true);
    for (uint64_t i = 0; i < kept / 2; i++) {
        expect_ok(ent_kv_delete(txn, LETTERS, key_of(i), &last_error));
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    put(kv, STAMPS, 1, "there is room again");
    expect_ok(get(kv, STAMPS, 1, "there is room again"));
    expect_ok(ent_kv_usage(kv, &used, &entries, &last_error));
    assert_true(used < STORE_MAX * 6 / 10);
}

static void
a_read_sees_the_store_as_it_was(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *reader = begin(kv, false);
    struct ent_view value;

    put(kv, LETTERS, 1, "later");
    assert_int_equal(
        ent_kv_get(reader, LETTERS, key_of(1), &value, NULL), ENT_NOT_FOUND);
    ent_kv_abort(&reader);
    expect_ok(get(kv, LETTERS, 1, "later"));
}

static void
not_found_leaves_error_and_results_alone(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_error error = {.text = "untouched"};
    struct ent_kv_cursor *cursor = NULL;
    struct ent_kv_txn *txn = begin(kv, true);
    struct ent_view key = {.len = 7};
    struct ent_view value = {.len = 9};

    assert_int_equal(
        ent_kv_get(txn, LETTERS, key_of(1), &value, &error), ENT_NOT_FOUND);
    assert_int_equal(
        ent_kv_delete(txn, LETTERS, key_of(1), &error), ENT_NOT_FOUND);
    expect_ok(ent_kv_cursor_open(txn, LETTERS, &cursor, &error));
    assert_int_equal(
        ent_kv_cursor_last(cursor, &key, &value, &error), ENT_NOT_FOUND);
    assert_string_equal(error.text, "untouched");
    assert_int_equal(key.len, 7);
    assert_int_equal(value.len, 9);
    expect_ok(ent_kv_commit(&txn, &error)); /* none of that was a failure */
    ent_kv_cursor_close(&cursor);
    ent_kv_cursor_close(&cursor);
}

static void
out_of_memory_opens_nothing(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    ent_kv_close(&kv);
    fail_allocation(1);
    expect_status(
        ent_kv_open(*state, &options, &kv, &last_error), ENT_NO_MEMORY);
    assert_null(kv);
    kv = open_store(state); /* the lock is free again */
}

/* A model: the value's number at each key, 0 for none. */

#define MODEL_KEYS 150

struct model {
    uint64_t committed[MODEL_KEYS];
    uint64_t now[MODEL_KEYS];
    uint64_t counter;
    int64_t cursor; /* key last given, -1: not placed */
};

/* Lengths from nothing to several pages. */
static struct ent_view
model_value(uint64_t number)
{
    static uint8_t bytes[9000];
    size_t len = (number * 2654435761u) % (number % 5 == 0 ? 9000 : 90);

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(number + i * 7);
    }
    return ent_view_of(bytes, len);
}

/* Compare what the store gave with the model's first key >= `from`. */
static void
expect_model(struct model *model, int64_t from, enum ent_status rc,
    struct ent_view key, struct ent_view value)
{
    while (from < MODEL_KEYS && model->now[from] == 0) {
        from++;
    }
    if (from == MODEL_KEYS) {
        expect_status(rc, ENT_NOT_FOUND);
        return;
    }
    expect_ok(rc);
    assert_int_equal(ent_get_be(key.data, key.len), from);
    assert_true(ent_view_equal(value, model_value(model->now[from])));
    model->cursor = from;
}

static void
model_write(struct model *model, struct ent_kv_txn *txn)
{
    uint64_t key = random_below(MODEL_KEYS);

    if (random_below(3) > 0) {
        model->now[key] = ++model->counter;
        expect_ok(ent_kv_put(txn, LETTERS, key_of(key),
            model_value(model->counter), &last_error));
        return;
    }
    expect_status(ent_kv_delete(txn, LETTERS, key_of(key), &last_error),
        model->now[key] == 0 ? ENT_NOT_FOUND : ENT_OK);
    model->now[key] = 0;
}

static void
model_read(
    struct model *model, struct ent_kv_txn *txn, struct ent_kv_cursor *cursor)
{
    uint64_t at = random_below(MODEL_KEYS);
    struct ent_view key = {0};
    struct ent_view value = {0};
    enum ent_status rc;
    int64_t last = MODEL_KEYS - 1;

    switch (random_below(8)) {
    case 0:
        rc = ent_kv_get(txn, LETTERS, key_of(at), &value, &last_error);
        expect_status(rc, model->now[at] == 0 ? ENT_NOT_FOUND : ENT_OK);
        if (rc == ENT_OK) {
            assert_true(ent_view_equal(value, model_value(model->now[at])));
        }
        return;
    case 1:
        model->cursor = (int64_t)at; /* when nothing is found, too */
        rc = ent_kv_cursor_seek(cursor, key_of(at), &key, &value, &last_error);
        expect_model(model, (int64_t)at, rc, key, value);
        return;
    case 2:
        while (last > 0 && model->now[last] == 0) {
            last--;
        }
        rc = ent_kv_cursor_last(cursor, &key, &value, &last_error);
        if (model->now[last] != 0) {
            expect_model(model, last, rc, key, value);
        }
        return;
    default:
        rc = ent_kv_cursor_next(cursor, &key, &value, &last_error);
        expect_model(model, model->cursor + 1, rc, key, value);
    }
}

/* One transaction of up to 60 steps, with a cursor that walks throughout. */
static void
model_transaction(struct model *model, struct ent_kv *kv)
{
    ENT_AUTO(ent_kv_cursor_close) struct ent_kv_cursor *cursor = NULL;
    struct ent_kv_txn *txn = begin(kv, true);
    uint64_t steps = random_below(60);

    expect_ok(ent_kv_cursor_open(txn, LETTERS, &cursor, &last_error));
    model->cursor = -1;
    for (uint64_t i = 0; i < steps; i++) {
        if (random_below(2) == 0) {
            model_write(model, txn);
        } else {
            model_read(model, txn, cursor);
        }
    }
    if (random_below(4) > 0) {
        expect_ok(ent_kv_commit(&txn, &last_error));
        memcpy(model->committed, model->now, sizeof model->now);
    } else {
        ent_kv_abort(&txn);
        memcpy(model->now, model->committed, sizeof model->now);
    }
}

static void
a_store_behaves_like_a_sorted_array(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct model model = {.cursor = -1};
    uint64_t seed = 4242;

    random_state = seed;
    for (int round = 0; round < 400; round++) {
        model_transaction(&model, kv);
        if (random_below(20) == 0) {
            ent_kv_close(&kv);
            kv = open_store(state);
        }
    }
}

static void
an_empty_key_seeks_the_first_and_a_short_one_its_prefix(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_cursor *cursor = NULL;
    struct ent_view value;
    struct ent_view key;
    struct ent_kv_txn *txn;

    put(kv, LETTERS, UINT64_C(0x0100000000000000), "one");
    put(kv, LETTERS, UINT64_C(0x0200000000000005), "two");
    txn = begin(kv, false);
    expect_ok(ent_kv_cursor_open(txn, LETTERS, &cursor, &last_error));
    expect_ok(ent_kv_cursor_seek(
        cursor, (struct ent_view){0}, &key, &value, &last_error));
    expect_bytes(value, "one");
    expect_ok(
        ent_kv_cursor_seek(cursor, view("\x02"), &key, &value, &last_error));
    expect_bytes(value, "two");
    expect_status(
        ent_kv_cursor_seek(cursor, view("\x03"), &key, &value, &last_error),
        ENT_NOT_FOUND);
    expect_status(
        ent_kv_cursor_next(cursor, &key, &value, &last_error), ENT_NOT_FOUND);
    ent_kv_cursor_close(&cursor);
    ent_kv_abort(&txn);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_committed_is_there_after_reopening),
        TEST(what_is_aborted_never_was),
        TEST(every_commit_is_synced_before_it_returns),
        TEST(a_killed_process_loses_only_what_it_had_not_committed),
        TEST(a_failed_sync_ends_the_use_of_a_store),
        TEST(a_full_disk_is_full_and_not_broken),
        TEST(opening_never_makes_a_store),
        TEST(a_store_is_made_once_and_for_its_owner_alone),
        TEST(a_creation_cut_short_can_be_repeated),
        TEST(a_creation_that_fails_leaves_no_store),
        TEST(a_second_process_is_refused_until_the_first_ends),
        TEST(the_wrong_storage_key_is_named_as_such),
        TEST(other_tables_mean_another_version),
        TEST(options_out_of_bounds_are_refused),
        TEST(a_damaged_value_is_never_data),
        TEST(a_value_under_another_key_is_damaged),
        TEST(a_bare_table_leaves_checking_to_its_owner),
        TEST(a_damaged_description_of_a_store_is_noticed),
        TEST(an_empty_or_cut_file_is_refused),
        TEST(a_file_that_lmdb_left_short_is_whole),
        TEST(no_flipped_bit_gives_wrong_data),
        TEST(a_full_store_keeps_what_it_has_and_goes_on_after_deleting),
        TEST(a_read_sees_the_store_as_it_was),
        TEST(not_found_leaves_error_and_results_alone),
        TEST(out_of_memory_opens_nothing),
        TEST(a_store_behaves_like_a_sorted_array),
        TEST(an_empty_key_seeks_the_first_and_a_short_one_its_prefix),
    };

    return cmocka_run_group_tests_name("kv", tests, NULL, NULL);
}
