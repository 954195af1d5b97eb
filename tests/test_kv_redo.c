/* SPDX-License-Identifier: Apache-2.0 */
/* What is committed in the log is there, whatever becomes of the tables. */
#include "tests/kv_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/base/redo.h"

#define COPY "copy"
#define LETTER_LEN 900
#define LARGE_LEN ((size_t)200 * 1024)

static const char *
file_in(void **state, const char *folder, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s%s", (char *)*state, folder, name);
    return path;
}

static void
copy_file(void **state, const char *name, size_t size_max)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};

    expect_ok(ent_file_read(
        file_in(state, "", name), size_max, &content, &last_error));
    (void)unlink(file_in(state, COPY "/", name));
    expect_ok(ent_file_create(file_in(state, COPY "/", name), 0600,
        ent_bytes_view(&content), &last_error));
}

/* What a power cut would leave of a store that is open, in a folder of its own;
 * and opened there. */
static void
copy_store(void **state)
{
    assert_true(mkdir(file_in(state, COPY, ""), 0700) == 0 || errno == EEXIST);
    copy_file(state, "data.mdb", 4 * STORE_MAX);
    copy_file(state, "long.mdb", 4 * STORE_MAX);
    copy_file(state, ENT_REDO_FILE, ENT_REDO_LEN);
}

static struct ent_kv *
after_a_power_cut(void **state)
{
    struct ent_kv *kv = NULL;

    copy_store(state);
    expect_ok(
        ent_kv_open(file_in(state, COPY, ""), &kv_options, &kv, &last_error));
    return kv;
}

/* How often LMDB has committed to the file. */
static uint64_t
commits_of(void **state)
{
    int file = open(data_file(state), O_RDONLY);
    uint64_t last[2] = {0};

    assert_true(file >= 0);
    assert_int_equal(pread(file, &last[0], 8, 144), 8);
    assert_int_equal(pread(file, &last[1], 8, 4096 + 144), 8);
    assert_int_equal(close(file), 0);
    return last[0] > last[1] ? last[0] : last[1];
}

/* In a transaction that writes, so that the tables are not committed for it. */
static enum ent_status
look(struct ent_kv *kv, size_t table, uint64_t key, const char *want)
{
    struct ent_kv_txn *txn = begin(kv, true);
    struct ent_view value;
    enum ent_status rc =
        ent_kv_get(txn, table, key_of(key), &value, &last_error);

    if (rc == ENT_OK) {
        assert_true(ent_view_equal(value, ent_view_text(want)));
    }
    ent_kv_abort(&txn);
    return rc;
}

static void
put_large(struct ent_kv *kv, uint64_t key)
{
    static uint8_t large[LARGE_LEN];
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(txn, LETTERS, key_of(key),
        ent_view_of(large, sizeof large), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
}

static void delete (struct ent_kv *kv, size_t table, uint64_t key)
{
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_delete(txn, table, key_of(key), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
}

static void
a_small_commit_waits_for_the_disk_once_and_leaves_the_tables(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t commits = commits_of(state);
    size_t before = syncs;

    put(kv, LETTERS, 1, "a");
    put(kv, STAMPS, 1, "b");
    assert_int_equal(syncs, before + 2);
    assert_int_equal(commits_of(state), commits);
}

static void
what_only_the_log_has_is_there_after_a_power_cut(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

    for (size_t table = LETTERS; table <= POUCHES; table++) {
        put(kv, table, 1, "first");
        put(kv, table, 2, "gone");
        put(kv, table, 1, "second");
        delete (kv, table, 2);
    }
    again = after_a_power_cut(state);
    for (size_t table = LETTERS; table <= POUCHES; table++) {
        expect_ok(get(again, table, 1, "second"));
        expect_status(get(again, table, 2, ""), ENT_NOT_FOUND);
    }
}

static void
what_is_taken_back_leaves_what_was_committed_before(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t commits = commits_of(state);
    struct ent_kv_txn *txn;

    put(kv, LETTERS, 1, "kept");
    txn = begin(kv, true);
    expect_ok(ent_kv_put(txn, LETTERS, key_of(1), view("other"), &last_error));
    expect_ok(ent_kv_put(txn, LETTERS, key_of(2), view("more"), &last_error));
    ent_kv_abort(&txn);
    expect_ok(look(kv, LETTERS, 1, "kept"));
    expect_status(look(kv, LETTERS, 2, ""), ENT_NOT_FOUND);
    assert_int_equal(commits_of(state), commits);
    put(kv, LETTERS, 3, "after it");
    ent_kv_close(&kv);
    kv = open_store(state);
    expect_ok(get(kv, LETTERS, 1, "kept"));
    expect_ok(get(kv, LETTERS, 3, "after it"));
    expect_status(get(kv, LETTERS, 2, ""), ENT_NOT_FOUND);
}

static void
a_large_transaction_commits_the_tables_with_all_that_the_log_has(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    uint64_t commits = commits_of(state);

    put(kv, STAMPS, 1, "small");
    put_large(kv, 7);
    assert_int_equal(commits_of(state), commits + 1);
    put(kv, STAMPS, 1, "later"); /* where the first one was */
    assert_int_equal(commits_of(state), commits + 1);
    again = after_a_power_cut(state);
    expect_ok(get(again, STAMPS, 1, "later"));
}

static void
who_reads_between_two_that_write_sees_what_was_committed(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t commits = commits_of(state);
    uint64_t entries = 0;
    uint64_t used = 0;

    put(kv, LETTERS, 1, "a");
    expect_ok(get(kv, LETTERS, 1, "a"));
    assert_int_equal(commits_of(state), commits + 1);
    put(kv, LETTERS, 2, "b");
    expect_ok(ent_kv_usage(kv, &used, &entries, &last_error));
    assert_int_equal(entries, 2);
}

/* There they are as they were before it. */
static void
who_reads_in_the_midst_of_one_that_writes_may_have_to_come_again(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *reader = NULL;
    struct ent_kv_txn *txn;
    struct ent_view value;

    put(kv, LETTERS, 1, "a");
    txn = begin(kv, true);
    expect_status(ent_kv_begin(kv, false, &reader, &last_error), ENT_BUSY);
    ent_kv_abort(&txn);
    put(kv, LETTERS, 2, "b");
    txn = begin(kv, true);
    expect_ok(ent_kv_begin(kv, false, &reader, &last_error));
    expect_ok(ent_kv_get(reader, LETTERS, key_of(2), &value, &last_error));
    ent_kv_abort(&reader);
    ent_kv_abort(&txn);
}

/* More than it has room for, many times. */
static void
a_full_log_commits_the_tables_and_begins_anew(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    uint64_t commits = commits_of(state);
    const uint64_t blocks = ENT_REDO_LEN / ENT_REDO_BLOCK;

    for (uint64_t i = 0; i < 3 * blocks; i++) {
        struct ent_kv_txn *txn = begin(kv, true);

        expect_ok(ent_kv_put(
            txn, LETTERS, key_of(i), value_of(i, LETTER_LEN), &last_error));
        expect_ok(ent_kv_commit(&txn, &last_error));
    }
    assert_in_range(commits_of(state), commits + 2, commits + 4);
    again = after_a_power_cut(state);
    for (uint64_t i = 0; i < 3 * blocks; i++) {
        struct ent_kv_txn *txn = begin(again, true);
        struct ent_view value;

        expect_ok(ent_kv_get(txn, LETTERS, key_of(i), &value, &last_error));
        assert_true(ent_view_equal(value, value_of(i, LETTER_LEN)));
        ent_kv_abort(&txn);
    }
}

/* ---- a file that is not as it was ---- */

static void
write_log(void **state, const char *folder, off_t at, const char *bytes)
{
    int file = open(file_in(state, folder, ENT_REDO_FILE), O_WRONLY);

    assert_true(file >= 0);
    assert_int_equal(
        pwrite(file, bytes, strlen(bytes), at), (ssize_t)strlen(bytes));
    assert_int_equal(close(file), 0);
}

/* Three records, of a block each, behind the first block. */
static struct ent_kv *
three_records(void **state)
{
    struct ent_kv *kv = new_store(state);

    put(kv, LETTERS, 1, "first");
    put(kv, LETTERS, 2, "second");
    put(kv, LETTERS, 3, "third");
    return kv;
}

static void
a_record_that_was_cut_short_was_never_committed(void **state)
{
    struct ent_kv *kv = three_records(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

    write_log(state, "", 3 * ENT_REDO_BLOCK + 60, "cut");
    again = after_a_power_cut(state);
    expect_ok(look(again, LETTERS, 2, "second"));
    expect_status(look(again, LETTERS, 3, ""), ENT_NOT_FOUND);
    put(again, LETTERS, 4, "in its place");
    ent_kv_close(&again);
    expect_ok(ent_kv_open(
        file_in(state, COPY, ""), &kv_options, &again, &last_error));
    expect_ok(get(again, LETTERS, 4, "in its place"));
    ent_kv_close(&kv);
}

/* As if the process had been killed: the folder is as it is, and not owned. */
static void
leave_as_it_is(void **state, struct ent_kv **kv)
{
    char from[128];

    copy_store(state);
    ent_kv_close(kv);
    (void)snprintf(from, sizeof from, "%s", file_in(state, COPY, "/data.mdb"));
    assert_int_equal(rename(from, file_in(state, "", "data.mdb")), 0);
    (void)snprintf(
        from, sizeof from, "%s", file_in(state, COPY, "/" ENT_REDO_FILE));
    assert_int_equal(rename(from, file_in(state, "", ENT_REDO_FILE)), 0);
}

static void
a_damaged_record_before_others_is_told(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = three_records(state);

    leave_as_it_is(state, &kv);
    write_log(state, "", 2 * ENT_REDO_BLOCK + 60, "x");
    expect_refused(state, "record 3 is there, and 2 is not");
}

static void
a_log_that_is_missing_cut_or_another_stores_is_told(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = three_records(state);
    char log[128];

    ent_kv_close(&kv);
    (void)snprintf(log, sizeof log, "%s", file_in(state, "", ENT_REDO_FILE));
    assert_int_equal(rename(log, file_in(state, "", "kept")), 0);
    expect_refused(state, "opening");
    expect_ok(ent_file_create(log, 0600, view("short"), &last_error));
    expect_refused(state, "it has 5 bytes");

    assert_int_equal(mkdir(file_in(state, COPY, ""), 0700), 0);
    expect_ok(
        ent_kv_create(file_in(state, COPY, ""), &kv_options, &last_error));
    assert_int_equal(rename(file_in(state, COPY, "/" ENT_REDO_FILE), log), 0);
    expect_refused(state, "another store's");
}

/* ---- a disk that fails ---- */

static void
a_log_that_cannot_be_written_is_done_without(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    uint64_t commits = commits_of(state);

    put(kv, LETTERS, 1, "logged");
    sync_failures = 1; /* the log's, and not the tables' */
    put(kv, LETTERS, 2, "in the tables");
    assert_int_equal(commits_of(state), commits + 1);
    put(kv, LETTERS, 3, "too");
    assert_int_equal(commits_of(state), commits + 2);
    again = after_a_power_cut(state);
    expect_ok(get(again, LETTERS, 1, "logged"));
    expect_ok(get(again, LETTERS, 2, "in the tables"));
    expect_ok(get(again, LETTERS, 3, "too"));
    put(again, LETTERS, 2, "changed"); /* and in a log that works again */
    expect_ok(look(again, LETTERS, 2, "changed"));
}

static void
a_full_disk_takes_nothing_of_what_the_log_has(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static uint8_t large[LARGE_LEN];
    struct ent_kv_txn *txn;

    put(kv, STAMPS, 1, "logged");
    txn = begin(kv, true);
    expect_ok(ent_kv_put(txn, LETTERS, key_of(9),
        ent_view_of(large, sizeof large), &last_error));
    sync_errno = ENOSPC;
    expect_status(ent_kv_commit(&txn, &last_error), ENT_FULL);
    sync_errno = 0;
    expect_ok(look(kv, STAMPS, 1, "logged"));
    expect_status(look(kv, LETTERS, 9, ""), ENT_NOT_FOUND);
    put_large(kv, 9);
    expect_ok(get(kv, STAMPS, 1, "logged"));
}

static void
on_a_disk_that_is_nearly_full_the_tables_are_committed_at_once(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint64_t commits = commits_of(state);

    disk_full = true;
    put(kv, STAMPS, 1, "in its place");
    disk_full = false;
    assert_int_equal(commits_of(state), commits + 1);
    put(kv, STAMPS, 2, "logged");
    assert_int_equal(commits_of(state), commits + 1);
}

/* ---- any transactions, any power cut ---- */

#define KEYS 40

struct model {
    uint64_t committed[POUCHES + 1][KEYS]; /* 0: none */
    uint64_t now[POUCHES + 1][KEYS];
    uint64_t counter;
};

static struct ent_view
model_value(uint64_t number)
{
    return value_of(number, number % 7 == 0 ? VALUE_MAX : number % 90);
}

static void
change(struct model *model, struct ent_kv_txn *txn)
{
    size_t table = random_below(POUCHES + 1);
    uint64_t key = random_below(KEYS);

    if (random_below(3) > 0) {
        model->now[table][key] = ++model->counter;
        expect_ok(ent_kv_put(
            txn, table, key_of(key), model_value(model->counter), &last_error));
    } else {
        expect_status(ent_kv_delete(txn, table, key_of(key), &last_error),
            model->now[table][key] == 0 ? ENT_NOT_FOUND : ENT_OK);
        model->now[table][key] = 0;
    }
}

static void
transact(struct model *model, struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, true);
    uint64_t steps = random_below(20) == 0 ? 120 : random_below(8);

    for (uint64_t i = 0; i < steps; i++) {
        change(model, txn);
    }
    if (random_below(5) > 0) {
        expect_ok(ent_kv_commit(&txn, &last_error));
        memcpy(model->committed, model->now, sizeof model->now);
    } else {
        ent_kv_abort(&txn);
        memcpy(model->now, model->committed, sizeof model->now);
    }
}

static void
expect_model(const struct model *model, struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, true);

    for (size_t table = 0; table <= POUCHES; table++) {
        for (uint64_t key = 0; key < KEYS; key++) {
            uint64_t number = model->committed[table][key];
            struct ent_view value;
            enum ent_status rc =
                ent_kv_get(txn, table, key_of(key), &value, &last_error);

            expect_status(rc, number == 0 ? ENT_NOT_FOUND : ENT_OK);
            assert_true(
                number == 0 || ent_view_equal(value, model_value(number)));
        }
    }
    ent_kv_abort(&txn);
}

static void
whenever_the_power_is_cut_all_that_was_committed_is_there(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct model model = {.counter = 0};

    random_begin(20261130);
    for (int round = 0; round < 1500; round++) {
        transact(&model, kv);
        if (random_below(40) == 0) {
            struct ent_kv *again = after_a_power_cut(state);

            expect_model(&model, again);
            ent_kv_close(&again);
            expect_model(&model, kv);
        }
        if (random_below(200) == 0) {
            ent_kv_close(&kv);
            kv = open_store(state);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_small_commit_waits_for_the_disk_once_and_leaves_the_tables),
        KV_TEST(what_only_the_log_has_is_there_after_a_power_cut),
        KV_TEST(what_is_taken_back_leaves_what_was_committed_before),
        KV_TEST(
            a_large_transaction_commits_the_tables_with_all_that_the_log_has),
        KV_TEST(who_reads_between_two_that_write_sees_what_was_committed),
        KV_TEST(
            who_reads_in_the_midst_of_one_that_writes_may_have_to_come_again),
        KV_TEST(a_full_log_commits_the_tables_and_begins_anew),
        KV_TEST(a_record_that_was_cut_short_was_never_committed),
        KV_TEST(a_damaged_record_before_others_is_told),
        KV_TEST(a_log_that_is_missing_cut_or_another_stores_is_told),
        KV_TEST(a_log_that_cannot_be_written_is_done_without),
        KV_TEST(a_full_disk_takes_nothing_of_what_the_log_has),
        KV_TEST(on_a_disk_that_is_nearly_full_the_tables_are_committed_at_once),
        KV_TEST(whenever_the_power_is_cut_all_that_was_committed_is_there),
    };

    return cmocka_run_group_tests_name("kv_redo", tests, NULL, NULL);
}
