/* SPDX-License-Identifier: Apache-2.0 */
/* Long values: in a file of their own, and durable before who put them is. */
#include "tests/kv_boxes.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"

static void
a_short_one_is_in_the_log_and_waits_for_the_disk_once(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    size_t before = syncs;

    keep_box(kv, 1, SHORT_LEN);
    assert_int_equal(syncs, before + 1);
    assert_true(has_box(kv, 1, SHORT_LEN));
    again = after_a_power_cut(state);
    assert_true(has_box(again, 1, SHORT_LEN));
    ent_kv_close(&again);
    ent_kv_close(&kv);
    kv = open_store(state);
    assert_true(has_box(kv, 1, SHORT_LEN));
}

/* Its file, and the log: LMDB writes its header with O_DSYNC. */
static void
a_long_one_is_in_its_file_and_the_tables_are_left(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    const off_t size = data_size(state);
    size_t before = syncs;

    keep_box(kv, 1, LONG_LEN);
    assert_int_equal(syncs, before + 2);
    assert_int_equal(data_size(state), size);
    assert_true(has_box(kv, 1, LONG_LEN));
    again = after_a_power_cut(state);
    assert_true(has_box(again, 1, LONG_LEN));
}

static void
what_is_committed_ahead_is_there_for_the_next_one_at_once(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

    sync_hold(true);
    keep_ahead(kv, 1);
    assert_true(ent_kv_is_going(kv));
    assert_false(ent_kv_is_done(kv));
    assert_true(has_box(kv, 1, LONG_LEN));
    again = after_a_power_cut(state);
    assert_false(has_box(again, 1, LONG_LEN));
    ent_kv_close(&again);
    sync_hold(false);
    expect_ok(ent_kv_finish(kv, &last_error));
    assert_false(ent_kv_is_going(kv));
    assert_true(has_box(kv, 1, LONG_LEN));
    again = after_a_power_cut(state);
    assert_true(has_box(again, 1, LONG_LEN));
}

static void
a_descriptor_can_be_read_from_when_it_is_done(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct pollfd call = {.events = POLLIN};

    assert_int_equal(ent_kv_done_file(kv), -1);
    sync_hold(true);
    keep_ahead(kv, 1);
    call.fd = ent_kv_done_file(kv);
    assert_int_equal(poll(&call, 1, 0), 0);
    sync_hold(false);
    assert_int_equal(poll(&call, 1, 10000), 1);
    assert_true(ent_kv_is_done(kv));
    expect_ok(ent_kv_finish(kv, &last_error));
    assert_int_equal(ent_kv_done_file(kv), -1);
}

static void
the_next_commit_waits_for_it_and_comes_after_it(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

    for (uint64_t i = 0; i < 20; i++) {
        keep_ahead(kv, i);
    }
    throw_away(kv, 3);
    assert_false(ent_kv_is_going(kv));
    again = after_a_power_cut(state);
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(has_box(again, i, LONG_LEN), i != 3);
    }
}

static void
who_reads_while_it_is_going_waits_for_it(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = NULL;

    sync_errno = EIO;
    keep_ahead(kv, 1);
    expect_status(ent_kv_begin(kv, false, &txn, &last_error), ENT_IO);
    sync_errno = 0;
    ent_kv_close(&kv);
    kv = open_store(state);
    assert_false(has_box(kv, 1, LONG_LEN));
}

static void
who_only_reads_does_not_see_what_is_not_committed(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = begin(kv, true);
    struct ent_kv_txn *reader = NULL;

    put_box(txn, 1, SHORT_LEN);
    reader = begin(kv, false);
    assert_false(has_box_in(reader, 1, SHORT_LEN));
    assert_true(has_box_in(txn, 1, SHORT_LEN));
    ent_kv_abort(&reader);
    ent_kv_abort(&txn);
}

static void
no_space_is_written_ahead_while_it_is_going(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    off_t size;

    keep_box(kv, 1, LONG_LEN);
    sync_hold(true);
    keep_ahead(kv, 2);
    size = data_size(state);
    assert_true(ent_kv_prepare(kv)); /* in another moment */
    assert_int_equal(data_size(state), size);
    sync_hold(false);
}

static void
what_is_taken_back_behind_it_leaves_it(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;

    keep_box(kv, 1, SHORT_LEN);
    keep_ahead(kv, 2);
    txn = begin(kv, true);
    put_box(txn, 3, SHORT_LEN);
    delete_box(txn, 1);
    delete_box(txn, 2);
    assert_false(has_box_in(txn, 2, LONG_LEN));
    ent_kv_abort(&txn);
    assert_true(has_box(kv, 1, SHORT_LEN));
    assert_true(has_box(kv, 2, LONG_LEN));
    assert_false(has_box(kv, 3, SHORT_LEN));
    ent_kv_close(&kv);
    kv = open_store(state);
    assert_true(has_box(kv, 1, SHORT_LEN));
    assert_true(has_box(kv, 2, LONG_LEN));
    assert_false(has_box(kv, 3, SHORT_LEN));
}

/* ---- a disk that fails ---- */

static void
what_fails_ahead_ends_the_store_and_was_never_there(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = NULL;

    keep_box(kv, 1, LONG_LEN);
    sync_errno = EIO;
    keep_ahead(kv, 2);
    expect_status(ent_kv_finish(kv, &last_error), ENT_IO);
    assert_non_null(strstr(last_error.text, "look at the disk"));
    sync_errno = 0;
    expect_status(ent_kv_finish(kv, &last_error), ENT_IO);
    expect_status(ent_kv_begin(kv, true, &txn, &last_error), ENT_IO);
    ent_kv_close(&kv);
    kv = open_store(state);
    assert_true(has_box(kv, 1, LONG_LEN));
    assert_false(has_box(kv, 2, LONG_LEN));
    keep_box(kv, 2, LONG_LEN); /* in its place */
    assert_true(has_box(kv, 2, LONG_LEN));
}

static void
a_commit_behind_one_that_fails_is_refused(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;

    sync_hold(true);
    keep_ahead(kv, 1);
    txn = begin(kv, true);
    put_box(txn, 2, SHORT_LEN);
    sync_errno = EIO;
    sync_hold(false);
    expect_status(ent_kv_commit(&txn, &last_error), ENT_IO);
    assert_null(txn);
    sync_errno = 0;
    ent_kv_close(&kv);
    kv = open_store(state);
    assert_false(has_box(kv, 1, LONG_LEN));
    assert_false(has_box(kv, 2, SHORT_LEN));
}

static void
who_does_not_go_ahead_is_told_that_the_disk_is_full_and_goes_on(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;

    keep_box(kv, 1, SHORT_LEN);
    txn = begin(kv, true);
    put_box(txn, 2, LONG_LEN);
    sync_errno = ENOSPC;
    expect_status(ent_kv_commit(&txn, &last_error), ENT_FULL);
    sync_errno = 0;
    put(kv, NOTES, 1, "and nothing of that");
    assert_true(has_box(kv, 1, SHORT_LEN));
    assert_false(has_box(kv, 2, LONG_LEN));
    keep_box(kv, 2, LONG_LEN);
    assert_true(has_box(kv, 2, LONG_LEN));
}

/* It is known before the transaction is over whether there was room. */
static void
nobody_goes_ahead_on_a_disk_that_is_nearly_full(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    const off_t size = data_size(state);

    disk_short = true;
    keep_ahead(kv, 1);
    assert_false(ent_kv_is_going(kv));
    assert_int_equal(data_size(state), size);
    disk_short = false;
    disk_full = true;
    keep_ahead(kv, 2);
    assert_false(ent_kv_is_going(kv));
    disk_full = false;
    assert_true(has_box(kv, 1, LONG_LEN));
    assert_true(has_box(kv, 2, LONG_LEN));
}

/* ---- what is deleted ---- */

static void
what_is_deleted_is_gone_and_leaves_the_file_later(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

    keep_box(kv, 1, LONG_LEN);
    keep_box(kv, 2, SHORT_LEN);
    throw_away(kv, 1);
    throw_away(kv, 2);
    assert_false(has_box(kv, 1, LONG_LEN));
    assert_false(has_box(kv, 2, SHORT_LEN));
    again = after_a_power_cut(state);
    assert_false(has_box(again, 1, LONG_LEN));
    assert_false(has_box(again, 2, SHORT_LEN));
    keep_box(again, 3, LONG_LEN);
    keep_box(kv, 3, LONG_LEN);
    assert_int_equal(in_the_files(again), 2); /* and its row */
    assert_int_equal(in_the_files(kv), 2);
}

static void
deleting_what_is_not_there_says_so(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;

    keep_box(kv, 1, SHORT_LEN);
    keep_box(kv, 2, LONG_LEN);
    txn = begin(kv, true);
    for (uint64_t i = 1; i <= 2; i++) {
        delete_box(txn, i);
        expect_status(
            ent_kv_delete(txn, BOXES, key_of(i), &last_error), ENT_NOT_FOUND);
    }
    expect_status(
        ent_kv_delete(txn, BOXES, key_of(3), &last_error), ENT_NOT_FOUND);
    ent_kv_abort(&txn);
}

/* ---- a file that is not as it was ---- */

static void
a_file_that_is_missing_cut_or_another_stores_is_told(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    char from[128];

    keep_box(kv, 1, LONG_LEN);
    ent_kv_close(&kv);
    (void)snprintf(from, sizeof from, "%s", file_in(state, "", "long.mdb"));
    assert_int_equal(truncate(from, 8192), 0);
    expect_refused(state, "long.mdb' is not a whole store: it has been cut");
    assert_int_equal(unlink(from), 0);
    expect_refused(state, "long.mdb'");
    assert_int_equal(mkdir(file_in(state, COPY, ""), 0700), 0);
    expect_ok(
        ent_kv_create(file_in(state, COPY, ""), &kv_options, &last_error));
    assert_int_equal(rename(file_in(state, COPY, "/long.mdb"), from), 0);
    expect_refused(state, "another store's");
}

static void
long_values_are_sealed_or_veiled(void **state)
{
    const struct ent_kv_table tables[] = {
        {.name = "open", .key_len = 8, .form = ENT_KV_BARE, .is_long = true}};
    struct ent_kv_options options = kv_options;

    options.tables = tables;
    options.table_count = 1;
    expect_status(ent_kv_create(*state, &options, &last_error), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "'open'"));
}

static void
nobody_finds_in_the_file_what_was_put(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};
    const struct ent_view value = long_of(1, 64);

    keep_box(kv, 1, LONG_LEN);
    ent_kv_close(&kv);
    expect_ok(ent_file_read(
        file_in(state, "", "long.mdb"), 8 * STORE_MAX, &content, &last_error));
    assert_null(memmem(content.data, content.len, value.data, value.len));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_short_one_is_in_the_log_and_waits_for_the_disk_once),
        KV_TEST(a_long_one_is_in_its_file_and_the_tables_are_left),
        KV_TEST(what_is_committed_ahead_is_there_for_the_next_one_at_once),
        KV_TEST(a_descriptor_can_be_read_from_when_it_is_done),
        KV_TEST(the_next_commit_waits_for_it_and_comes_after_it),
        KV_TEST(who_reads_while_it_is_going_waits_for_it),
        KV_TEST(who_only_reads_does_not_see_what_is_not_committed),
        KV_TEST(no_space_is_written_ahead_while_it_is_going),
        KV_TEST(what_is_taken_back_behind_it_leaves_it),
        KV_TEST(what_fails_ahead_ends_the_store_and_was_never_there),
        KV_TEST(a_commit_behind_one_that_fails_is_refused),
        KV_TEST(
            who_does_not_go_ahead_is_told_that_the_disk_is_full_and_goes_on),
        KV_TEST(nobody_goes_ahead_on_a_disk_that_is_nearly_full),
        KV_TEST(what_is_deleted_is_gone_and_leaves_the_file_later),
        KV_TEST(deleting_what_is_not_there_says_so),
        KV_TEST(a_file_that_is_missing_cut_or_another_stores_is_told),
        KV_TEST(long_values_are_sealed_or_veiled),
        KV_TEST(nobody_finds_in_the_file_what_was_put),
    };

    return cmocka_run_group_tests_name("kv_long", tests, NULL, NULL);
}
