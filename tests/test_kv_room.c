/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a store is in use is counted now and then, and never wrong where
 * it matters. */
#include "tests/kv_store.h"

#define MIB ((uint64_t)1024 * 1024)
#define ROOM_MAX (16 * MIB)
#define KEYS 40000

/* The same numbers in each run. */
static uint32_t
next_number(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static struct ent_kv *
open_sized(void **state, uint64_t size_max)
{
    struct ent_kv_options options = kv_options;
    struct ent_kv *kv = NULL;

    options.size_max = size_max;
    expect_ok(ent_kv_open(*state, &options, &kv, &last_error));
    return kv;
}

static struct ent_kv *
new_sized(void **state, uint64_t size_max)
{
    expect_ok(ent_kv_create(*state, &kv_options, &last_error));
    return open_sized(state, size_max);
}

/* Some rows put or put again, here and there; what committing it said. */
static enum ent_status
put_some(struct ent_kv *kv, uint32_t *seed)
{
    struct ent_kv_txn *txn = begin(kv, true);
    uint32_t rows = next_number(seed) % 20 + 1;

    for (uint32_t i = 0; i < rows; i++) {
        uint32_t key = next_number(seed) % KEYS;
        size_t len = next_number(seed) % 3 == 0 ? next_number(seed) % VALUE_MAX
                                                : next_number(seed) % 100;

        expect_ok(ent_kv_put(
            txn, LETTERS, key_of(key), value_of(key, len), &last_error));
    }
    return ent_kv_commit(&txn, &last_error);
}

static void
delete_every_second(struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, true);

    expect_ok(ent_kv_put(txn, NOTES, key_of(1), value_of(1, 9), &last_error));
    for (uint64_t key = 0; key < KEYS; key += 2) {
        enum ent_status rc =
            ent_kv_delete(txn, LETTERS, key_of(key), &last_error);

        assert_true(rc == ENT_OK || rc == ENT_NOT_FOUND);
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
}

/* In use, counted; and as a transaction that begins is told. */
static void
look(struct ent_kv *kv, uint64_t *ret_used, uint64_t *ret_told)
{
    struct ent_kv_txn *txn;
    uint64_t entries;
    uint64_t ignored;

    expect_ok(ent_kv_usage(kv, ret_used, &entries, &last_error));
    txn = begin(kv, true);
    ent_kv_room(txn, ret_told, &ignored);
    ent_kv_abort(&txn);
}

/* ---- tests ---- */

static void
a_store_fills_to_its_end_and_no_further(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_sized(state, ROOM_MAX);
    uint32_t seed = 1;

    for (int filling = 0; filling < 3; filling++) {
        uint64_t used = 0;
        uint64_t told;

        while (put_some(kv, &seed) == ENT_OK) {
            look(kv, &used, &told);
            assert_true(used <= ROOM_MAX);
        }
        look(kv, &used, &told);
        assert_true(used > ROOM_MAX / 100 * 98 && used <= ROOM_MAX);
        delete_every_second(kv);
    }
}

static void
what_is_in_use_is_told_nearly_and_from_the_middle_on_exactly(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_sized(state, 64 * MIB);
    uint32_t seed = 2;
    bool was_about = false;
    uint64_t used;
    uint64_t told;

    for (int i = 0; i < 700; i++) {
        expect_ok(put_some(kv, &seed));
        look(kv, &used, &told);
        was_about |= told != used;
        assert_true(told < used + 3 * MIB / 2 && used < told + 3 * MIB / 2);
    }
    assert_true(was_about);
    ent_kv_close(&kv);
    kv = open_sized(state, used + used / 2);
    for (int i = 0; i < 50; i++) {
        expect_ok(put_some(kv, &seed));
        look(kv, &used, &told);
        assert_int_equal(told, used);
    }
}

static void
what_was_deleted_is_seen_after_a_while(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_sized(state, 64 * MIB);
    uint32_t seed = 3;
    uint64_t before;
    uint64_t used;
    uint64_t told;

    do {
        expect_ok(put_some(kv, &seed));
        look(kv, &before, &told);
    } while (before < 4 * MIB);
    delete_every_second(kv);
    for (int i = 0; i < 256; i++) {
        put(kv, LETTERS, 1, "one row");
    }
    look(kv, &used, &told);
    assert_true(used < before / 4 * 3);
    assert_true(told < used + MIB / 4);
}

/* As when store_limit is lowered. */
static void
who_is_above_the_end_can_still_shrink(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_sized(state, ROOM_MAX);
    struct ent_kv_txn *txn;
    uint32_t seed = 4;
    uint64_t used;
    uint64_t told;

    do {
        expect_ok(put_some(kv, &seed));
        look(kv, &used, &told);
    } while (used < 6 * MIB);
    ent_kv_close(&kv);
    kv = open_sized(state, 2 * MIB);
    txn = begin(kv, true);
    for (uint64_t key = 0; key < 40; key++) {
        expect_ok(ent_kv_put(
            txn, STAMPS, key_of(key), value_of(1, VALUE_MAX), &last_error));
    }
    expect_status(ent_kv_commit(&txn, &last_error), ENT_FULL);
    delete_every_second(kv);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_store_fills_to_its_end_and_no_further),
        KV_TEST(what_is_in_use_is_told_nearly_and_from_the_middle_on_exactly),
        KV_TEST(what_was_deleted_is_seen_after_a_while),
        KV_TEST(who_is_above_the_end_can_still_shrink),
    };

    return cmocka_run_group_tests_name("kv_room", tests, NULL, NULL);
}
