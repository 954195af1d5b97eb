/* SPDX-License-Identifier: Apache-2.0 */
/* What is damaged is noticed, and never served. */
#include "tests/kv_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void
a_damaged_value_is_never_data(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_cursor *cursor = NULL;
    struct ent_kv_txn *txn;
    struct ent_view key;
    struct ent_view value;

    put(kv, LABELS, 1, "meet at the bridge");
    put(kv, LABELS, 2, "all quiet");
    ent_kv_close(&kv);
    assert_true(damage(state, "meet at the bridge") > 0);
    kv = open_store(state);
    expect_status(get(kv, LABELS, 1, ""), ENT_IO);
    expect_ok(get(kv, LABELS, 2, "all quiet"));

    txn = begin(kv, false);
    expect_ok(ent_kv_cursor_open(txn, LABELS, &cursor, &last_error));
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
    expect_status(ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_IO);
}

static void
expect_refused_at_size(void **state, off_t size)
{
    struct ent_kv *kv = NULL;

    assert_int_equal(truncate(data_file(state), size), 0);
    expect_status(ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_IO);
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
        expect_status(get(kv, LETTERS, i, ""), ENT_NOT_FOUND); /* settled */
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

/* Open and read everything: 0 all there, 1 refused or missing, 2 wrong data. */
static int
read_damaged(const char *path)
{
    struct ent_kv_txn *txn = NULL;
    struct ent_kv *kv = NULL;
    int result = 0;

    if (ent_kv_open(path, &kv_options, &kv, NULL) != ENT_OK ||
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
    random_begin(seed);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_damaged_value_is_never_data),
        KV_TEST(a_value_under_another_key_is_damaged),
        KV_TEST(a_bare_table_leaves_checking_to_its_owner),
        KV_TEST(a_damaged_description_of_a_store_is_noticed),
        KV_TEST(an_empty_or_cut_file_is_refused),
        KV_TEST(a_file_that_lmdb_left_short_is_whole),
        KV_TEST(no_flipped_bit_gives_wrong_data),
    };

    return cmocka_run_group_tests_name("kv_damage", tests, NULL, NULL);
}
