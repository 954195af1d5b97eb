/* SPDX-License-Identifier: Apache-2.0 */
/* A store, held against a sorted array that does the same. */
#include "tests/kv_store.h"

/* The value's number at each key, 0 for none. */
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

    switch (random_below(7)) {
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

    random_begin(seed);
    for (int round = 0; round < 400; round++) {
        model_transaction(&model, kv);
        if (random_below(20) == 0) {
            ent_kv_close(&kv);
            kv = open_store(state);
        }
    }
}

#define MANY 4000

/* Wherever the last one was put, and in whichever of two tables; short ones, so
 * that pages split all the time, and again in a tree that is there. */
static void
rows_that_are_put_in_any_order_are_all_there(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static uint64_t now[2][MANY];
    struct ent_kv_txn *txn;
    struct ent_view value;

    random_begin(99);
    for (uint64_t i = 1; i <= 20000; i++) {
        size_t table = random_below(2);
        uint64_t key = random_below(4) == 0 ? i % MANY : random_below(MANY);

        if (i % 5000 == 1) {
            txn = begin(kv, true);
        }
        expect_ok(ent_kv_put(txn, table == 0 ? LETTERS : NOTES, key_of(key),
            model_value(i * 5 + 1), &last_error));
        now[table][key] = i * 5 + 1;
        if (i % 5000 == 0) {
            expect_ok(ent_kv_commit(&txn, &last_error));
        }
    }
    txn = begin(kv, false);
    for (uint64_t i = 0; i < 2 * MANY; i++) {
        size_t table = i % 2;
        enum ent_status rc = ent_kv_get(txn, table == 0 ? LETTERS : NOTES,
            key_of(i / 2), &value, &last_error);

        expect_status(rc, now[table][i / 2] == 0 ? ENT_NOT_FOUND : ENT_OK);
        assert_true(rc != ENT_OK ||
                    ent_view_equal(value, model_value(now[table][i / 2])));
    }
    ent_kv_abort(&txn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_store_behaves_like_a_sorted_array),
        KV_TEST(rows_that_are_put_in_any_order_are_all_there),
    };

    return cmocka_run_group_tests_name("kv_model", tests, NULL, NULL);
}
