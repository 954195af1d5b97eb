/* SPDX-License-Identifier: Apache-2.0 */
/* Long values, and the power that is cut. */
#include "tests/kv_boxes.h"

#include "proto/base/redo.h"

#define LARGE_LEN ((size_t)200 * 1024)

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

static void
a_power_cut_between_its_file_and_the_log_undoes_all_of_it(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;
    struct ent_kv_txn *txn;

    keep_box(kv, 1, LONG_LEN);
    make_copy(state);
    copy_file(state, "data.mdb");
    copy_file(state, ENT_REDO_FILE);
    txn = begin(kv, true);
    delete_box(txn, 1);
    put_box(txn, 2, LONG_LEN);
    expect_ok(ent_kv_commit_ahead(&txn, &last_error));
    expect_ok(ent_kv_finish(kv, &last_error));
    copy_file(state, "long.mdb");
    again = open_copy(state);
    assert_true(has_box(again, 1, LONG_LEN));
    keep_box(again, 2, LONG_LEN); /* over what nobody knows of */
    assert_true(has_box(again, 2, LONG_LEN));
}

static void
what_is_deleted_beside_others_leaves_the_file_too(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    for (uint64_t i = 0; i < 8; i++) {
        struct ent_kv_txn *txn = begin(kv, true);

        put_box(txn, i, LONG_LEN);
        if (i > 0) {
            delete_box(txn, i - 1);
        }
        expect_ok(i % 2 == 0 ? ent_kv_commit(&txn, &last_error)
                             : ent_kv_commit_ahead(&txn, &last_error));
        expect_ok(ent_kv_finish(kv, &last_error));
        for (uint64_t k = 0; k <= i; k++) {
            assert_int_equal(has_box(kv, k, LONG_LEN), k == i);
        }
    }
    keep_box(kv, 8, LONG_LEN);
    assert_int_equal(in_the_files(kv), 4); /* two, and their rows */
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
    return key % 25 == 0 ? LONG_LEN - key : 40 + key * 7;
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

static bool
is_as(const enum fate *fates, struct ent_kv *kv)
{
    bool is = true;

    for (size_t i = 0; i < MODEL_KEYS; i++) {
        is = is && has_box(kv, i, model_len(i)) == (fates[i] == THERE);
    }
    return is;
}

static void
whatever_happens_all_that_was_finished_is_there_and_nothing_else(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static struct model model;
    size_t ahead = 0;

    random_begin(777);
    while (model.next < MODEL_KEYS) {
        const uint64_t chance = random_below(30);

        model_transaction(&model, kv);
        ahead += ent_kv_is_going(kv);
        if (chance < 2) {
            ENT_AUTO(ent_kv_close) struct ent_kv *again = NULL;

            expect_ok(ent_kv_finish(kv, &last_error));
            again = after_a_power_cut(state);
            assert_true(is_as(model.committed, again));
        } else if (chance == 2) {
            ent_kv_close(&kv);
            kv = open_store(state);
            assert_true(is_as(model.committed, kv));
        }
    }
    assert_true(is_as(model.committed, kv));
    assert_true(ahead > 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(a_power_cut_behind_who_deleted_it_does_not_leave_it_for_ever),
        KV_TEST(a_power_cut_between_its_file_and_the_log_undoes_all_of_it),
        KV_TEST(what_is_deleted_beside_others_leaves_the_file_too),
        KV_TEST(
            whatever_happens_all_that_was_finished_is_there_and_nothing_else),
    };

    return cmocka_run_group_tests_name("kv_long_crash", tests, NULL, NULL);
}
