/* SPDX-License-Identifier: Apache-2.0 */
/* Space that is written ahead in quiet moments. */
#include "tests/kv_store.h"

#define MIB ((size_t)1024 * 1024)
#define STEP (4 * MIB)
#define AHEAD_MAX (64 * MIB)
#define ROWS 500 /* of a burst: some 5 MiB */
#define ROW_LEN 10000

static struct ent_kv *
open_large(void **state)
{
    struct ent_kv_options options = kv_options;
    struct ent_kv *kv = NULL;

    options.size_max = 256 * MIB;
    expect_ok(ent_kv_open(*state, &options, &kv, &last_error));
    return kv;
}

static struct ent_kv *
new_large(void **state)
{
    struct ent_kv *kv;

    expect_ok(ent_kv_create(*state, &kv_options, &last_error));
    kv = open_large(state);
    assert_true(ent_kv_prepare(kv)); /* room for deleting, once */
    return kv;
}

/* Rows that nobody has put yet. */
static void
burst(struct ent_kv *kv, uint64_t from)
{
    static uint8_t row[ROW_LEN];
    struct ent_kv_txn *txn = begin(kv, true);

    for (uint64_t i = from; i < from + ROWS; i++) {
        memset(row, (int)(i % 251), sizeof row);
        expect_ok(ent_kv_put(txn, LETTERS, key_of(i),
            ent_view_of(row, sizeof row), &last_error));
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
}

static void
expect_rows(struct ent_kv *kv, uint64_t count)
{
    struct ent_kv_txn *txn = begin(kv, false);
    struct ent_view value;

    for (uint64_t i = 0; i < count; i++) {
        expect_ok(ent_kv_get(txn, LETTERS, key_of(i), &value, &last_error));
        assert_int_equal(value.len, ROW_LEN);
        assert_int_equal(value.data[ROW_LEN - 1], i % 251);
    }
    ent_kv_abort(&txn);
}

static uint64_t
used_of(struct ent_kv *kv)
{
    uint64_t entries;
    uint64_t used;

    expect_ok(ent_kv_usage(kv, &used, &entries, &last_error));
    return used;
}

static void
a_burst_like_the_last_one_finds_its_place(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_large(state);
    const off_t empty = data_size(state);
    off_t grown;
    off_t ready;
    uint64_t used;

    burst(kv, 0);
    grown = data_size(state) - empty;
    assert_true(grown > 5 * (off_t)MIB);
    used = used_of(kv);
    assert_true(ent_kv_prepare(kv)); /* a step, and there is more to do */
    assert_false(ent_kv_prepare(kv));
    assert_false(ent_kv_prepare(kv));
    ready = data_size(state);
    assert_true(
        ready >= empty + 2 * grown && ready < empty + 2 * grown + (off_t)STEP);
    assert_int_equal(used_of(kv), used);
    burst(kv, ROWS);
    assert_int_equal(data_size(state), ready);
    expect_rows(kv, 2 * ROWS);
}

static void
what_was_written_ahead_is_no_damage(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_large(state);
    off_t ready;

    burst(kv, 0);
    while (ent_kv_prepare(kv)) {
    }
    ready = data_size(state);
    ent_kv_close(&kv);
    kv = open_large(state);
    expect_rows(kv, ROWS);
    burst(kv, ROWS);
    expect_rows(kv, 2 * ROWS);
    assert_int_equal(data_size(state), ready);
}

static void
a_store_that_did_not_grow_gets_none(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_large(state);
    off_t before;

    burst(kv, 0);
    ent_kv_close(&kv);
    kv = open_large(state);
    before = data_size(state);
    assert_false(ent_kv_prepare(kv));
    assert_int_equal(data_size(state), before);
}

static void
after_a_large_burst_there_is_so_much_and_no_more(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_large(state);
    off_t full;
    off_t ahead;

    for (uint64_t i = 0; i < 14; i++) {
        burst(kv, i * ROWS);
    }
    full = data_size(state);
    assert_true(full > (off_t)AHEAD_MAX);
    while (ent_kv_prepare(kv)) {
    }
    ahead = data_size(state) - full;
    assert_true(ahead >= (off_t)AHEAD_MAX && ahead < (off_t)(AHEAD_MAX + STEP));
}

static void
in_the_midst_of_writing_nothing_is_prepared(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_large(state);
    struct ent_kv_txn *txn;
    off_t before;

    burst(kv, 0);
    before = data_size(state);
    txn = begin(kv, true);
    assert_false(ent_kv_prepare(kv));
    assert_int_equal(data_size(state), before);
    ent_kv_abort(&txn);
    assert_true(ent_kv_prepare(kv));
}

static void
a_disk_that_is_nearly_full_is_left_alone(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_large(state);
    off_t before;

    burst(kv, 0);
    before = data_size(state);
    disk_full = true;
    assert_false(ent_kv_prepare(kv));
    disk_full = false;
    assert_int_equal(data_size(state), before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_burst_like_the_last_one_finds_its_place),
        KV_TEST(what_was_written_ahead_is_no_damage),
        KV_TEST(a_store_that_did_not_grow_gets_none),
        KV_TEST(after_a_large_burst_there_is_so_much_and_no_more),
        KV_TEST(in_the_midst_of_writing_nothing_is_prepared),
        KV_TEST(a_disk_that_is_nearly_full_is_left_alone),
    };

    return cmocka_run_group_tests_name("kv_space", tests, NULL, NULL);
}
