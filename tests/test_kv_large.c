/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed values of 4 KiB and more lie in another form than smaller ones. */
#include "tests/kv_store.h"

#define LARGE_MIN 4096
#define LARGE_OVERHEAD (24 + 16)

static void
put_large(void **state, size_t table, uint64_t key, size_t len)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = open_store(state);
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(
        ent_kv_put(txn, table, key_of(key), value_of(7, len), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
}

/* Read it where it lies: its status, and that it is what was put. */
static enum ent_status
get_large(void **state, size_t table, uint64_t key, size_t len)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = open_store(state);
    struct ent_kv_txn *txn = begin(kv, false);
    struct ent_view value = {0};
    enum ent_status rc =
        ent_kv_get(txn, table, key_of(key), &value, &last_error);

    if (rc == ENT_OK) {
        assert_true(ent_view_equal(value, value_of(7, len)));
    }
    ent_kv_abort(&txn);
    return rc;
}

static void
no_flipped_bit_of_a_large_value_goes_unnoticed(void **state)
{
    struct ent_kv *kv = new_store(state);
    uint8_t stored[VALUE_MAX + LARGE_OVERHEAD];
    size_t len;

    ent_kv_close(&kv);
    put_large(state, LETTERS, 1, LARGE_MIN);
    len = read_disk(state, "letters", 1, stored);
    assert_int_equal(len, LARGE_MIN + LARGE_OVERHEAD);
    for (size_t at = 0; at < len; at += at < 48 || at + 48 >= len ? 1 : 61) {
        uint8_t bit = (uint8_t)(1u << at % 8);

        stored[at] ^= bit;
        write_disk(state, "letters", 1, stored, len);
        expect_status(get_large(state, LETTERS, 1, LARGE_MIN), ENT_IO);
        stored[at] ^= bit;
    }
    write_disk(state, "letters", 1, stored, len);
    expect_ok(get_large(state, LETTERS, 1, LARGE_MIN));
}

/* ... however far: it may look like a small one then. */
static void
no_cut_of_a_large_value_goes_unnoticed(void **state)
{
    struct ent_kv *kv = new_store(state);
    uint8_t stored[VALUE_MAX + LARGE_OVERHEAD] = {0};
    size_t len;

    ent_kv_close(&kv);
    put_large(state, LETTERS, 1, LARGE_MIN + 8);
    len = read_disk(state, "letters", 1, stored);
    for (size_t cut = 0; cut < len;
         cut += cut < 60 || len - cut < 70 ? 1 : 83) {
        write_disk(state, "letters", 1, stored, cut);
        expect_status(get_large(state, LETTERS, 1, LARGE_MIN + 8), ENT_IO);
    }
    write_disk(state, "letters", 1, stored, len + 1);
    expect_status(get_large(state, LETTERS, 1, LARGE_MIN + 8), ENT_IO);
}

static void
a_large_value_counts_only_where_it_was_put(void **state)
{
    struct ent_kv *kv = new_store(state);
    uint8_t stored[VALUE_MAX + LARGE_OVERHEAD];
    size_t len;

    ent_kv_close(&kv);
    put_large(state, LETTERS, 1, LARGE_MIN);
    len = read_disk(state, "letters", 1, stored);
    write_disk(state, "letters", 2, stored, len);
    write_disk(state, "stamps", 1, stored, len);
    write_disk(state, "labels", 1, stored, len);
    expect_ok(get_large(state, LETTERS, 1, LARGE_MIN));
    expect_status(get_large(state, LETTERS, 2, LARGE_MIN), ENT_IO);
    expect_status(get_large(state, STAMPS, 1, LARGE_MIN), ENT_IO);
    expect_status(get_large(state, LABELS, 1, LARGE_MIN), ENT_IO);
}

/* Of a large one the disk does not even tell that it is again what it was. */
static void
a_large_value_lies_otherwise_each_time(void **state)
{
    struct ent_kv *kv = new_store(state);
    uint8_t first[VALUE_MAX + LARGE_OVERHEAD];
    uint8_t other[VALUE_MAX + LARGE_OVERHEAD];

    ent_kv_close(&kv);
    put_large(state, LETTERS, 1, LARGE_MIN);
    assert_int_equal(
        read_disk(state, "letters", 1, first), LARGE_MIN + LARGE_OVERHEAD);
    put_large(state, LETTERS, 1, LARGE_MIN);
    assert_int_equal(
        read_disk(state, "letters", 1, other), LARGE_MIN + LARGE_OVERHEAD);
    for (size_t at = 0; at + 16 <= LARGE_MIN + LARGE_OVERHEAD; at += 16) {
        assert_memory_not_equal(first + at, other + at, 16);
    }
    expect_ok(get_large(state, LETTERS, 1, LARGE_MIN));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(no_flipped_bit_of_a_large_value_goes_unnoticed),
        KV_TEST(no_cut_of_a_large_value_goes_unnoticed),
        KV_TEST(a_large_value_counts_only_where_it_was_put),
        KV_TEST(a_large_value_lies_otherwise_each_time),
    };

    return cmocka_run_group_tests_name("kv_large", tests, NULL, NULL);
}
