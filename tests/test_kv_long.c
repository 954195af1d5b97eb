/* SPDX-License-Identifier: Apache-2.0 */
/* Long values: in a file of their own, and durable before who put them is. */
#include "tests/kv_store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/base/redo.h"

#define COPY "copy"
#define LONG_LEN ((size_t)150 * 1024) /* more than goes to the log */
#define SHORT_LEN 3000
#define LARGE_LEN ((size_t)200 * 1024)

/* ---- the files ---- */

static const char *
file_in(void **state, const char *folder, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s%s", (char *)*state, folder, name);
    return path;
}

static void
copy_file(void **state, const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};

    expect_ok(ent_file_read(
        file_in(state, "", name), 8 * STORE_MAX, &content, &last_error));
    (void)unlink(file_in(state, COPY "/", name));
    expect_ok(ent_file_create(file_in(state, COPY "/", name), 0600,
        ent_bytes_view(&content), &last_error));
}

/* What is on the disk now, of a store that is open. */
static struct ent_kv *
after_a_power_cut(void **state)
{
    struct ent_kv *kv = NULL;

    assert_true(mkdir(file_in(state, COPY, ""), 0700) == 0 || errno == EEXIST);
    copy_file(state, "data.mdb");
    copy_file(state, "long.mdb");
    copy_file(state, ENT_REDO_FILE);
    expect_ok(
        ent_kv_open(file_in(state, COPY, ""), &kv_options, &kv, &last_error));
    return kv;
}

/* ---- values ---- */

static struct ent_view
long_of(uint64_t number, size_t len)
{
    static uint8_t bytes[LONG_LEN];

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(number * 31 + i + (i >> 8));
    }
    return ent_view_of(bytes, len);
}

static void
put_box(struct ent_kv_txn *txn, uint64_t key, size_t len)
{
    expect_ok(
        ent_kv_put(txn, BOXES, key_of(key), long_of(key, len), &last_error));
    expect_ok(
        ent_kv_put(txn, LETTERS, key_of(key), view("its row"), &last_error));
}

static void
delete_box(struct ent_kv_txn *txn, uint64_t key)
{
    expect_ok(ent_kv_delete(txn, BOXES, key_of(key), &last_error));
    expect_ok(ent_kv_delete(txn, LETTERS, key_of(key), &last_error));
}

static bool
has_box_in(struct ent_kv_txn *txn, uint64_t key, size_t len)
{
    struct ent_view value;
    enum ent_status rc =
        ent_kv_get(txn, BOXES, key_of(key), &value, &last_error);

    if (rc == ENT_OK) {
        assert_true(ent_view_equal(value, long_of(key, len)));
    } else {
        expect_status(rc, ENT_NOT_FOUND);
    }
    return rc == ENT_OK;
}

/* With its row, or neither is there. */
static bool
has_box(struct ent_kv *kv, uint64_t key, size_t len)
{
    struct ent_kv_txn *txn = begin(kv, true);
    struct ent_view row;
    bool has_row =
        ent_kv_get(txn, LETTERS, key_of(key), &row, &last_error) == ENT_OK;
    bool has = has_box_in(txn, key, len);

    ent_kv_abort(&txn);
    assert_int_equal(has, has_row);
    return has;
}

static void
keep_box(struct ent_kv *kv, uint64_t key, size_t len)
{
    struct ent_kv_txn *txn = begin(kv, true);

    put_box(txn, key, len);
    expect_ok(ent_kv_commit(&txn, &last_error));
}

static void
throw_away(struct ent_kv *kv, uint64_t key)
{
    struct ent_kv_txn *txn = begin(kv, true);

    delete_box(txn, key);
    expect_ok(ent_kv_commit(&txn, &last_error));
}

/* How many values are there, all that was on its way to the files. */
static uint64_t
in_the_files(struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, false);
    uint64_t entries = 0;
    uint64_t used = 0;

    ent_kv_abort(&txn);
    expect_ok(ent_kv_usage(kv, &used, &entries, &last_error));
    return entries;
}

/* ---- a disk that takes its time ---- */

static void
keep_ahead(struct ent_kv *kv, uint64_t key)
{
    struct ent_kv_txn *txn = begin(kv, true);

    put_box(txn, key, LONG_LEN);
    expect_ok(ent_kv_commit_ahead(&txn, &last_error));
    assert_null(txn);
}

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

    disk_full = true;
    keep_ahead(kv, 1);
    assert_false(ent_kv_is_going(kv));
    disk_full = false;
    assert_true(has_box(kv, 1, LONG_LEN));
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

/* By one that commits the tables: then no log says it. */
static void
a_power_cut_behind_who_deleted_it_does_not_leave_it_for_ever(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    static uint8_t large[LARGE_LEN];
    struct ent_kv_txn *txn;

    keep_box(kv, 1, LONG_LEN);
    txn = begin(kv, true);
    delete_box(txn, 1);
    expect_ok(ent_kv_put(
        txn, NOTES, key_of(1), ent_view_of(large, sizeof large), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
    again = after_a_power_cut(state);
    assert_false(has_box(again, 1, LONG_LEN));
    keep_box(again, 2, LONG_LEN);
    assert_int_equal(in_the_files(again), 3); /* its row, and that note */
    ent_kv_close(&again);
    again = after_a_power_cut(state); /* and is not deleted for ever */
    keep_box(again, 2, LONG_LEN);
    ent_kv_close(&again);
    expect_ok(ent_kv_open(
        file_in(state, COPY, ""), &kv_options, &again, &last_error));
    assert_true(has_box(again, 2, LONG_LEN));
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

/* ---- a file that is not as it was ---- */

static void
expect_refused(void **state, const char *why)
{
    struct ent_kv *kv = NULL;

    expect_status(ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_IO);
    assert_non_null(strstr(last_error.text, why));
    assert_null(kv);
}

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

/* ---- chance ---- */

#define MODEL_KEYS 400

enum fate { UNUSED, THERE, GONE };

struct model {
    enum fate committed[MODEL_KEYS];
    enum fate now[MODEL_KEYS];
    size_t next;
};

static size_t
model_len(uint64_t key)
{
    return key % 16 == 0 ? LONG_LEN / 2 + key : 40 + key * 7;
}

static void
model_transaction(struct model *model, struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, true);
    uint64_t steps = random_below(5);

    for (uint64_t i = 0; i < steps && model->next < MODEL_KEYS; i++) {
        uint64_t key = random_below(model->next + 1);

        if (key == model->next || random_below(3) > 0) {
            put_box(txn, model->next, model_len(model->next));
            model->now[model->next++] = THERE;
        } else if (model->now[key] == THERE) {
            delete_box(txn, key);
            model->now[key] = GONE;
        }
        if (model->next > 0) {
            key = random_below(model->next);
            assert_int_equal(
                has_box_in(txn, key, model_len(key)), model->now[key] == THERE);
        }
    }
    switch (random_below(5)) {
    case 0:
        ent_kv_abort(&txn);
        memcpy(model->now, model->committed, sizeof model->now);
        while (model->next > 0 && model->now[model->next - 1] == UNUSED) {
            model->next--; /* given again, as numbers are */
        }
        return;
    case 1:
        expect_ok(ent_kv_commit(&txn, &last_error));
        break;
    default:
        expect_ok(ent_kv_commit_ahead(&txn, &last_error));
    }
    memcpy(model->committed, model->now, sizeof model->now);
}

static void
expect_as_committed(const struct model *model, struct ent_kv *kv)
{
    for (size_t i = 0; i < MODEL_KEYS; i++) {
        assert_int_equal(
            has_box(kv, i, model_len(i)), model->committed[i] == THERE);
    }
}

static void
whatever_happens_all_that_was_finished_is_there_and_nothing_else(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static struct model model;

    random_begin(777);
    while (model.next < MODEL_KEYS) {
        const uint64_t chance = random_below(30);

        model_transaction(&model, kv);
        if (chance < 2) {
            ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

            expect_ok(ent_kv_finish(kv, &last_error));
            again = after_a_power_cut(state);
            expect_as_committed(&model, again);
        } else if (chance == 2) {
            ent_kv_close(&kv);
            kv = open_store(state);
            expect_as_committed(&model, kv);
        }
    }
    expect_as_committed(&model, kv);
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
        KV_TEST(what_is_taken_back_behind_it_leaves_it),
        KV_TEST(what_fails_ahead_ends_the_store_and_was_never_there),
        KV_TEST(a_commit_behind_one_that_fails_is_refused),
        KV_TEST(
            who_does_not_go_ahead_is_told_that_the_disk_is_full_and_goes_on),
        KV_TEST(nobody_goes_ahead_on_a_disk_that_is_nearly_full),
        KV_TEST(what_is_deleted_is_gone_and_leaves_the_file_later),
        KV_TEST(deleting_what_is_not_there_says_so),
        KV_TEST(a_power_cut_behind_who_deleted_it_does_not_leave_it_for_ever),
        KV_TEST(on_a_full_disk_what_is_deleted_waits_and_nothing_else_does),
        KV_TEST(a_file_that_is_missing_cut_or_another_stores_is_told),
        KV_TEST(long_values_are_sealed_or_veiled),
        KV_TEST(nobody_finds_in_the_file_what_was_put),
        KV_TEST(
            whatever_happens_all_that_was_finished_is_there_and_nothing_else),
    };

    return cmocka_run_group_tests_name("kv_long", tests, NULL, NULL);
}
