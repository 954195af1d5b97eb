/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept, what it costs, and how it is read again. */
#include "tests/kv_store.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- durability ---- */

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

    if (ent_kv_open(path, &kv_options, &kv, NULL) != ENT_OK ||
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
    kv = open_store(state); /* with it or without */
    assert_true(get(kv, LETTERS, 1, "a") != ENT_IO);
    put(kv, LETTERS, 2, "b");
    expect_ok(get(kv, LETTERS, 2, "b"));
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

/* ---- room ---- */

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

/* ---- reading ---- */

static uint64_t
disk_room_of(struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, true);
    uint64_t room = ent_kv_disk_room(txn);

    ent_kv_abort(&txn);
    return room;
}

/* Pages of the file that hold nothing are room too, on a full disk. */
static void
what_the_disk_still_lets_it_put_is_known(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static const uint8_t value[10000];
    struct ent_kv_txn *txn = begin(kv, true);
    uint64_t before = ent_kv_disk_room(txn);

    assert_true(before > UINT64_C(1) << 40);
    expect_ok(ent_kv_put(
        txn, 0, key_of(1), ent_view_of(value, sizeof value), &last_error));
    assert_true(ent_kv_disk_room(txn) <= before - sizeof value);
    ent_kv_abort(&txn);
    disk_full = true;
    before = disk_room_of(kv);
    assert_true(
        before < (uint64_t)data_size(state) + (uint64_t)long_size(state));
    disk_full = false;
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
        ent_kv_cursor_next(cursor, &key, &value, &error), ENT_NOT_FOUND);
    assert_string_equal(error.text, "untouched");
    assert_int_equal(key.len, 7);
    assert_int_equal(value.len, 9);
    expect_ok(ent_kv_commit(&txn, &error)); /* none of that was a failure */
    ent_kv_cursor_close(&cursor);
    ent_kv_cursor_close(&cursor);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(what_is_committed_is_there_after_reopening),
        KV_TEST(what_is_aborted_never_was),
        KV_TEST(every_commit_is_synced_before_it_returns),
        KV_TEST(a_killed_process_loses_only_what_it_had_not_committed),
        KV_TEST(a_failed_sync_ends_the_use_of_a_store),
        KV_TEST(a_full_disk_is_full_and_not_broken),
        KV_TEST(a_full_store_keeps_what_it_has_and_goes_on_after_deleting),
        KV_TEST(what_the_disk_still_lets_it_put_is_known),
        KV_TEST(a_read_sees_the_store_as_it_was),
        KV_TEST(not_found_leaves_error_and_results_alone),
        KV_TEST(an_empty_key_seeks_the_first_and_a_short_one_its_prefix),
    };

    return cmocka_run_group_tests_name("kv", tests, NULL, NULL);
}
