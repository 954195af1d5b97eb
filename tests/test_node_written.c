/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a turn: what is read is what was put last, whenever it is written. */
#include "node/written.h"

#include <stdlib.h>

#include "node/copy.h"
#include "tests/written_store.h"

#define STEPS 4000

/* What the rows must be: a byte for each key, its length too; 0: none. */
struct model {
    uint8_t now[KEYS];
    uint8_t committed[KEYS];
};

static void
expect_walk(struct node_store *store, const struct model *model)
{
    struct node_key at = {.len = node_key_len(NODE_COPY)};
    struct ent_view value;
    size_t found = 0;
    size_t there = 0;

    while (node_store_seek(store, NODE_COPY, node_key_view(&at), 0, at.bytes,
               &value, &last_error) == ENT_OK) {
        size_t number = (size_t)ent_get_be(at.bytes, 8) - 1;

        assert_true(number < KEYS);
        expect_run_of(value, model->now[number]);
        found++;
        if (!node_key_after(at.bytes, at.len)) {
            break;
        }
    }
    for (size_t i = 0; i < KEYS; i++) {
        there += model->now[i] != 0;
    }
    assert_int_equal(found, there);
}

static void
end_turn(struct node_store *store, struct model *model, bool commit)
{
    if (commit) {
        expect_ok(node_store_commit(store, &last_error));
        memcpy(model->committed, model->now, sizeof model->now);
    } else {
        node_store_abort(store);
        memcpy(model->now, model->committed, sizeof model->now);
    }
    expect_ok(node_store_begin(store, &last_error));
}

static void
what_is_read_is_what_was_put_last(void **state)
{
    struct node_store *store = new_store(state);
    struct model model = {0};

    srand(7);
    for (size_t i = 0; i < STEPS; i++) {
        size_t number = (size_t)rand() % KEYS;
        uint8_t byte = (uint8_t)(1 + rand() % UINT8_MAX);
        struct node_key key = key_of(number);

        switch (rand() % 16) {
        case 0:
            end_turn(store, &model, true);
            break;
        case 1:
            end_turn(store, &model, false);
            break;
        case 2:
            expect_walk(store, &model);
            break;
        case 3:
        case 4:
            expect_ok(node_store_delete(
                store, NODE_COPY, node_key_view(&key), &last_error));
            model.now[number] = 0;
            break;
        default:
            put(store, number, byte);
            model.now[number] = byte;
        }
        number = (size_t)rand() % KEYS;
        expect_row(store, number, model.now[number]);
    }
    node_store_close(&store);
}

/* What was got stays, though the row goes to the store for a walk; and a row
 * may be put of its own bytes. */
static void
a_value_is_valid_until_its_row_is_put_again(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key key = key_of(1);
    struct node_key at = {.len = node_key_len(NODE_COPY)};
    struct ent_view value;

    put(store, 1, 200);
    expect_ok(node_store_get(
        store, NODE_COPY, node_key_view(&key), &value, &last_error));
    expect_ok(node_store_seek(
        store, NODE_COPY, node_key_view(&at), 0, at.bytes, NULL, &last_error));
    expect_run_of(value, 200);
    put(store, 1, 100);
    expect_ok(node_store_get(
        store, NODE_COPY, node_key_view(&key), &value, &last_error));
    expect_ok(node_store_put(store, NODE_COPY, node_key_view(&key),
        ent_view_of(value.data + 10, 90), &last_error));
    expect_ok(node_store_get(
        store, NODE_COPY, node_key_view(&key), &value, &last_error));
    assert_int_equal(value.len, 90);
    assert_int_equal(value.data[89], 100);
    node_store_close(&store);
}

/* What it says lies elsewhere; it may be put again. */
static void
a_row_that_is_taken_does_not_go_to_the_store(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key key = key_of(1);
    Entente__Rest__V1__CopyRow row = ENTENTE__REST__V1__COPY_ROW__INIT;
    struct ent_view value;

    row.number = 7;
    put(store, 2, 100);
    for (int again = 0; again < 2; again++) {
        const Entente__Rest__V1__CopyRow *taken;

        expect_ok(node_store_hold(
            store, NODE_COPY, node_key_view(&key), &row.base, &last_error));
        taken = (const Entente__Rest__V1__CopyRow *)node_store_take(
            store, NODE_COPY, node_key_view(&key));
        assert_int_equal(taken->number, 7);
        assert_null(node_store_take(store, NODE_COPY, node_key_view(&key)));
        assert_null(node_store_held(store, NODE_COPY, node_key_view(&key)));
        expect_row(store, 1, 0);
    }
    expect_ok(node_store_commit(store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    expect_row(store, 1, 0);
    expect_row(store, 2, 100);
    expect_ok(node_store_hold(
        store, NODE_COPY, node_key_view(&key), &row.base, &last_error));
    (void)node_store_take(store, NODE_COPY, node_key_view(&key));
    put(store, 1, 50);
    expect_ok(node_store_commit(store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    expect_ok(node_store_get(
        store, NODE_COPY, node_key_view(&key), &value, &last_error));
    expect_run_of(value, 50);
    node_store_close(&store);
}

static uint8_t *
change(struct node_store *store, uint64_t number)
{
    struct node_key key = {.len = node_key_len(NODE_COMMON)};
    uint8_t *value = NULL;

    ent_put_be(key.bytes, number, 8);
    expect_ok(node_store_change(
        store, NODE_COMMON, node_key_view(&key), 32, &value, &last_error));
    return value;
}

/* Whatever becomes of the turn, and whether the row was there or not. */
static void
a_row_can_be_changed_where_it_is_kept(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key at = {.len = node_key_len(NODE_COMMON)};
    struct node_key key = {.len = node_key_len(NODE_COMMON)};
    struct ent_view value;
    uint8_t *bytes;

    ent_put_be(key.bytes, 1, 8);
    change(store, 1)[0] |= 1;
    change(store, 1)[31] |= 2;
    expect_ok(node_store_seek(store, NODE_COMMON, node_key_view(&at), 0,
        at.bytes, &value, &last_error));
    assert_int_equal(value.data[0], 1);
    assert_int_equal(value.data[31], 2);
    change(store, 1)[0] |= 4; /* it is read again */
    expect_ok(node_store_commit(store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    change(store, 1)[0] = 0;
    node_store_abort(store);
    expect_ok(node_store_begin(store, &last_error));
    bytes = change(store, 1);
    assert_int_equal(bytes[0], 5);
    assert_int_equal(bytes[31], 2);
    expect_ok(node_store_delete(
        store, NODE_COMMON, node_key_view(&key), &last_error));
    bytes = change(store, 1);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[31], 0);
    expect_ok(node_store_put(
        store, NODE_COMMON, node_key_view(&key), view("short"), &last_error));
    expect_status(node_store_change(store, NODE_COMMON, node_key_view(&key), 32,
                      &bytes, &last_error),
        ENT_IO);
    node_store_close(&store);
}

/* Also when they go to the store in between, and others come. */
static void
rows_that_are_changed_in_turns_are_told_apart(void **state)
{
    struct node_store *store = new_store(state);

    for (uint8_t round = 1; round <= 4; round++) {
        for (uint8_t i = 0; i < KEYS; i++) {
            uint8_t *bytes = change(store, i);

            assert_int_equal(bytes[0], round == 1 ? 0 : i + round - 1);
            bytes[0] = (uint8_t)(i + round);
            assert_int_equal(change(store, i)[0], i + round);
        }
        if (round == 2) {
            expect_ok(node_store_commit(store, &last_error));
            expect_ok(node_store_begin(store, &last_error));
            change(store, KEYS)[0] = 1; /* where another one was */
        }
    }
    node_store_close(&store);
}

/* So that a failed allocation is one, with the sanitizer too. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void
what_could_not_be_kept_is_not_committed_without(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key key = key_of(1);
    uint8_t byte = 0;

    put(store, 1, 100);
    expect_ok(node_store_commit(store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    put(store, 2, 100);
    expect_status(node_store_put(store, NODE_COPY, node_key_view(&key),
                      ent_view_of(&byte, SIZE_MAX / 4), &last_error),
        ENT_NO_MEMORY);
    expect_status(node_store_commit(store, &last_error), ENT_NO_MEMORY);
    expect_ok(node_store_begin(store, &last_error));
    expect_row(store, 1, 100);
    expect_row(store, 2, 0);
    node_store_close(&store);
}

static void
many_rows_of_one_turn_are_all_kept(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key key;
    struct ent_view value;

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 5000; i++) {
            key = key_of(i);
            expect_ok(node_store_put(store, NODE_COPY, node_key_view(&key),
                node_key_view(&key), &last_error));
        }
        expect_ok(node_store_commit(store, &last_error));
        expect_ok(node_store_begin(store, &last_error));
    }
    for (size_t i = 0; i < 5000; i++) {
        key = key_of(i);
        expect_ok(node_store_get(
            store, NODE_COPY, node_key_view(&key), &value, &last_error));
        assert_memory_equal(value.data, key.bytes, key.len);
    }
    node_store_close(&store);
}

/* A row goes to the store once, however often it was put. */
static void
a_row_counts_once_however_often_it_is_put(void **state)
{
    struct node_written *written = node_written_new();
    struct node_key key = key_of(0);
    struct node_written_row row;
    size_t at = 0;

    (void)state;
    for (size_t i = 1; i < 100; i++) {
        expect_ok(node_written_put(written, NODE_COPY, node_key_view(&key),
            ent_view_of(key.bytes, i % key.len), &last_error));
    }
    assert_true(node_written_bytes(written) < 200);
    assert_true(node_written_next(written, &at, &row));
    assert_int_equal(row.value.len, 99 % key.len);
    assert_false(node_written_next(written, &at, &row));
    node_written_clear(written);
    assert_int_equal(node_written_bytes(written), 0);
    node_written_free(&written);
}

static void
nothing_of_a_turn_can_be_read_in_memory_afterwards(void **state)
{
    struct node_written *written = node_written_new();
    struct node_key key = key_of(0);
    struct ent_view value;
    bool deleted;

    (void)state;
    expect_ok(node_written_put(written, NODE_COPY, node_key_view(&key),
        ent_view_text("what was said"), &last_error));
    expect_ok(node_written_get(written, NODE_COPY, node_key_view(&key), &value,
        &deleted, &last_error));
    node_written_clear(written);
    for (size_t i = 0; i < value.len; i++) { /* its room is used again */
        assert_int_equal(value.data[i], 0);
    }
    expect_status(node_written_get(written, NODE_COPY, node_key_view(&key),
                      &value, &deleted, &last_error),
        ENT_NOT_FOUND);
    node_written_free(&written);
}

/* A node refuses what has no room any more, and rows of this turn take some. */
static void
what_is_put_takes_room_before_it_is_written(void **state)
{
    struct node_store *store = new_store(state);
    uint64_t before;
    uint64_t after;
    uint64_t most;

    node_store_room(store, &before, &most);
    for (size_t i = 0; i < KEYS; i++) {
        put(store, i, UINT8_MAX);
    }
    node_store_room(store, &after, &most);
    assert_true(after >= before + (uint64_t)KEYS * UINT8_MAX);
    node_store_close(&store);
}

static void
the_same_key_in_another_table_is_another_row(void **state)
{
    struct node_written *written = node_written_new();
    struct node_key key = key_of(0);
    struct ent_view value;
    bool deleted;

    (void)state;
    expect_ok(node_written_put(written, NODE_COPY, node_key_view(&key),
        ent_view_text("copy"), &last_error));
    expect_ok(node_written_delete(
        written, NODE_SEEN, node_key_view(&key), &last_error));
    expect_ok(node_written_get(written, NODE_COPY, node_key_view(&key), &value,
        &deleted, &last_error));
    assert_false(deleted);
    assert_true(ent_view_equal(value, ent_view_text("copy")));
    expect_ok(node_written_get(written, NODE_SEEN, node_key_view(&key), &value,
        &deleted, &last_error));
    assert_true(deleted);
    expect_status(node_written_get(written, NODE_META, node_key_view(&key),
                      &value, &deleted, &last_error),
        ENT_NOT_FOUND);
    node_written_free(&written);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_read_is_what_was_put_last),
        STORE_TEST(a_value_is_valid_until_its_row_is_put_again),
        STORE_TEST(a_row_can_be_changed_where_it_is_kept),
        STORE_TEST(rows_that_are_changed_in_turns_are_told_apart),
        STORE_TEST(what_could_not_be_kept_is_not_committed_without),
        STORE_TEST(many_rows_of_one_turn_are_all_kept),
        cmocka_unit_test(a_row_counts_once_however_often_it_is_put),
        cmocka_unit_test(nothing_of_a_turn_can_be_read_in_memory_afterwards),
        STORE_TEST(what_is_put_takes_room_before_it_is_written),
        cmocka_unit_test(the_same_key_in_another_table_is_another_row),
        STORE_TEST(a_row_that_is_taken_does_not_go_to_the_store),
    };

    return cmocka_run_group_tests_name("node_written", tests, NULL, NULL);
}
