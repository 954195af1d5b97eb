/* SPDX-License-Identifier: Apache-2.0 */
/* Long values in a store, and on a disk, that is full. */
#include "tests/kv_boxes.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define MANY 8

static enum ent_status
try_box(struct ent_kv *kv, uint64_t key, size_t len)
{
    struct ent_kv_txn *txn = begin(kv, true);
    enum ent_status rc;

    put_box(txn, key, len);
    rc = ent_kv_commit(&txn, &last_error);
    if (rc != ENT_OK) {
        expect_status(rc, ENT_FULL);
    }
    return rc;
}

static enum ent_status
try_note(struct ent_kv *kv, uint64_t key)
{
    static uint8_t note[3000];
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(
        txn, NOTES, key_of(key), ent_view_of(note, sizeof note), &last_error));
    return ent_kv_commit(&txn, &last_error);
}

/* How many boxes there are then. */
static uint64_t
fill(struct ent_kv *kv)
{
    uint64_t count = 0;

    while (try_box(kv, count, LONG_LEN) == ENT_OK) {
        count++;
    }
    return count;
}

static void
fill_to_the_brim(struct ent_kv *kv)
{
    uint64_t key = 5000;

    while (try_note(kv, key) == ENT_OK) {
        key++;
    }
}

static void
in_a_full_store_who_deletes_more_than_it_puts_always_can(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static uint8_t note[5000];
    const uint64_t count = fill(kv);
    struct ent_kv_txn *txn;

    fill_to_the_brim(kv);
    txn = begin(kv, true);
    for (uint64_t i = 0; i < count / 2; i++) {
        delete_box(txn, i);
    }
    for (uint64_t i = 0; i < 4; i++) {
        expect_ok(ent_kv_put(txn, NOTES, key_of(i),
            ent_view_of(note, sizeof note), &last_error));
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
}

static void
what_was_deleted_in_a_full_store_has_room_for_another_at_once(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    const uint64_t count = fill(kv);
    struct ent_kv_txn *txn = begin(kv, true);

    for (uint64_t i = 0; i < count / 2; i++) {
        delete_box(txn, i);
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    expect_ok(try_box(kv, count, LONG_LEN));
}

/* One that never was in the file frees nothing there. */
static void
what_is_put_and_deleted_at_once_makes_no_room(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t count = fill(kv);
    struct ent_kv_txn *txn = begin(kv, true);

    for (uint64_t i = 0; i < 4; i++) {
        put_box(txn, 1000 + i, LONG_LEN);
        delete_box(txn, 1000 + i);
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    expect_status(try_box(kv, count, LONG_LEN), ENT_FULL);
}

static void
pages_that_hold_nothing_are_room_on_a_full_disk(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;

    for (uint64_t i = 0; i < 20; i++) {
        keep_box(kv, i, LONG_LEN);
    }
    txn = begin(kv, true);
    for (uint64_t i = 0; i < 20; i++) {
        delete_box(txn, i);
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    disk_full = true;
    keep_box(kv, 100, SHORT_LEN);
    ent_kv_close(&kv);
    kv = open_store(state);
    txn = begin(kv, true);
    assert_true(ent_kv_disk_room(txn) > 1024 * 1024);
    ent_kv_abort(&txn);
    disk_full = false;
}

/* LMDB writes nothing over that is in use: what is deleted may need room. */
static void
on_a_full_disk_what_is_deleted_waits_and_nothing_else_does(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

    keep_box(kv, 1, LONG_LEN);
    disk_full = true;
    throw_away(kv, 1);
    sync_failures = 1; /* of its file */
    put(kv, NOTES, 1, "small");
    assert_int_equal(sync_failures, 0);
    again = after_a_power_cut(state);
    disk_full = false;
    assert_false(has_box(again, 1, LONG_LEN));
    assert_false(has_box(kv, 1, LONG_LEN));
    put(again, NOTES, 2, "more");
    put(kv, NOTES, 2, "more");
    assert_int_equal(in_the_files(again), 2); /* both notes */
    assert_int_equal(in_the_files(kv), 2);
}

static off_t
spare_of(void **state)
{
    struct stat stat_of;

    assert_int_equal(stat(file_in(state, "", "spare"), &stat_of), 0);
    return stat_of.st_size;
}

/* Who deletes is told that there was no room, and has it then. */
static void
room_that_is_kept_for_deleting_is_given_up_for_it(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;

    keep_box(kv, 1, LONG_LEN);
    while (ent_kv_prepare(kv)) {
    }
    assert_int_equal(spare_of(state), 1024 * 1024);
    disk_full = true;
    sync_failures = 1;
    expect_status(try_note(kv, 1), ENT_FULL);
    assert_int_equal(spare_of(state), 1024 * 1024);
    sync_failures = 1;
    txn = begin(kv, true);
    delete_box(txn, 1);
    expect_status(ent_kv_commit(&txn, &last_error), ENT_FULL);
    assert_int_equal(spare_of(state), 0);
    throw_away(kv, 1);
    assert_false(ent_kv_prepare(kv));
    assert_int_equal(spare_of(state), 0);
    disk_full = false;
    while (ent_kv_prepare(kv)) {
    }
    assert_int_equal(spare_of(state), 1024 * 1024);
}

/* ---- blocks ---- */

/* What a commit says whose files may be no longer than that, as a quota does.
 */
static enum ent_status
commit_limited(struct ent_kv_txn **txn, rlim_t size,
    enum ent_status (*commit)(struct ent_kv_txn **txn, struct ent_error *err))
{
    struct rlimit before;
    struct rlimit limit;
    enum ent_status rc;

    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = (struct rlimit){.rlim_cur = size, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    rc = commit(txn, &last_error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    return rc;
}

static void
who_may_not_let_a_file_grow_does_not_go_ahead_and_is_told(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;
    rlim_t size;

    for (uint64_t i = 1; i <= MANY; i++) {
        keep_box(kv, i, LONG_LEN);
    }
    size = (rlim_t)long_size(state);
    for (rlim_t more = 0; more < LONG_LEN; more += LONG_LEN / 4) {
        txn = begin(kv, true);
        put_box(txn, MANY + 1, LONG_LEN);
        expect_status(
            commit_limited(&txn, size + more, ent_kv_commit_ahead), ENT_FULL);
    }
    keep_ahead(kv, MANY + 1);
    expect_ok(ent_kv_finish(kv, &last_error));
    for (uint64_t i = 1; i <= MANY + 1; i++) {
        assert_true(has_box(kv, i, LONG_LEN));
    }
}

static void
a_sync_that_fails_is_no_want_of_room(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;
    rlim_t size;

    keep_box(kv, 1, LONG_LEN);
    size = (rlim_t)long_size(state) + 4 * 1024 * 1024;
    txn = begin(kv, true);
    put_box(txn, 2, LONG_LEN);
    sync_failures = 1;
    expect_status(commit_limited(&txn, size, ent_kv_commit), ENT_IO);
    assert_int_equal(sync_failures, 0);
    assert_true(long_size(state) < (off_t)(4 * LONG_LEN)); /* as it was */
    expect_status(ent_kv_begin(kv, true, &txn, &last_error), ENT_IO);
}

static void
who_finds_no_blocks_gives_back_those_it_found(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    off_t size;

    keep_box(kv, 1, LONG_LEN);
    size = long_size(state);
    blocks_errno = EDQUOT;
    keep_ahead(kv, 2);
    blocks_errno = 0;
    assert_false(ent_kv_is_going(kv));
    assert_true(blocks_asked >= (off_t)(2 * LONG_LEN));
    assert_true(long_size(state) < size + (off_t)(2 * LONG_LEN));
    assert_true(has_box(kv, 2, LONG_LEN));
}

static void
who_finds_no_more_blocks_than_it_wants_goes_ahead(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;
    rlim_t size;

    keep_box(kv, 1, LONG_LEN);
    size = (rlim_t)long_size(state) + 4 * 1024 * 1024;
    txn = begin(kv, true);
    put_box(txn, 2, LONG_LEN);
    expect_status(commit_limited(&txn, size, ent_kv_commit_ahead), ENT_OK);
    assert_true(ent_kv_is_going(kv));
    expect_ok(ent_kv_finish(kv, &last_error));
}

static void
a_file_system_that_promises_no_blocks_holds_nobody_up(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    keep_box(kv, 1, LONG_LEN);
    blocks_errno = EOPNOTSUPP;
    keep_ahead(kv, 2);
    blocks_errno = 0;
    assert_true(ent_kv_is_going(kv));
    expect_ok(ent_kv_finish(kv, &last_error));
}

static void
who_goes_ahead_has_blocks_for_it(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    off_t size;

    keep_box(kv, 1, LONG_LEN);
    keep_ahead(kv, 2);
    size = long_size(state);
    assert_true(size > (off_t)(3 * LONG_LEN));
    keep_ahead(kv, 3);
    expect_ok(ent_kv_finish(kv, &last_error));
    assert_int_equal(long_size(state), size); /* for others too */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(in_a_full_store_who_deletes_more_than_it_puts_always_can),
        KV_TEST(what_was_deleted_in_a_full_store_has_room_for_another_at_once),
        KV_TEST(what_is_put_and_deleted_at_once_makes_no_room),
        KV_TEST(pages_that_hold_nothing_are_room_on_a_full_disk),
        KV_TEST(room_that_is_kept_for_deleting_is_given_up_for_it),
        KV_TEST(on_a_full_disk_what_is_deleted_waits_and_nothing_else_does),
        KV_TEST(who_may_not_let_a_file_grow_does_not_go_ahead_and_is_told),
        KV_TEST(a_sync_that_fails_is_no_want_of_room),
        KV_TEST(who_finds_no_blocks_gives_back_those_it_found),
        KV_TEST(who_finds_no_more_blocks_than_it_wants_goes_ahead),
        KV_TEST(a_file_system_that_promises_no_blocks_holds_nobody_up),
        KV_TEST(who_goes_ahead_has_blocks_for_it),
    };

    return cmocka_run_group_tests_name("kv_long_room", tests, NULL, NULL);
}
