/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a turn that are held as they lie in memory. */
#include "node/written.h"

#include <stdlib.h>

#include "node/copy.h"
#include "tests/written_store.h"

static void
hold(struct node_store *store, const node_copy_row *row)
{
    struct node_key key = key_of(1);

    expect_ok(node_store_hold(
        store, NODE_COPY, node_key_view(&key), &row->base, &last_error));
}

static const node_copy_row *
held(struct node_store *store)
{
    struct node_key key = key_of(1);

    return (const node_copy_row *)node_store_held(
        store, NODE_COPY, node_key_view(&key));
}

static void
expect_copy(struct node_store *store, const char *to, uint64_t number)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct node_key key = key_of(1);

    expect_ok(node_row_get(store, NODE_COPY, node_key_view(&key),
        &entente__rest__v1__copy_row__descriptor, (ProtobufCMessage **)&row,
        &last_error));
    assert_string_equal(row->to, to);
    assert_string_equal(row->clause, "");
    assert_int_equal(row->number, number);
    assert_int_equal(row->content.len, 3);
    assert_memory_equal(row->content.data, "abc", 3);
}

/* A row whose texts are gone when this returns. */
static void
hold_one(struct node_store *store, uint64_t number)
{
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    char to[] = "blo-tachileik@mm";
    char clause[] = "";
    uint8_t content[] = {'a', 'b', 'c'};

    row.to = to;
    row.clause = clause;
    row.content = (ProtobufCBinaryData){.data = content, .len = sizeof content};
    row.number = number;
    hold(store, &row);
    memset(to, 'x', sizeof to - 1);
    memset(clause, 'x', sizeof clause);
    memset(content, 'x', sizeof content);
}

static void
a_row_that_is_held_is_what_it_was_then(void **state)
{
    struct node_store *store = new_store(state);

    hold_one(store, 7);
    assert_string_equal(held(store)->to, "blo-tachileik@mm");
    assert_string_equal(held(store)->clause, "");
    assert_memory_equal(held(store)->content.data, "abc", 3);
    expect_copy(store, "blo-tachileik@mm", 7);
    hold_one(store, 8);
    expect_ok(node_store_commit(store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    expect_copy(store, "blo-tachileik@mm", 8);
    assert_null(held(store));
    node_store_close(&store);
}

static void
a_row_is_held_until_somebody_reads_it(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key at = {.len = node_key_len(NODE_COPY)};

    assert_null(held(store));
    hold_one(store, 7);
    assert_non_null(held(store));
    expect_copy(store, "blo-tachileik@mm", 7);
    assert_null(held(store));
    hold_one(store, 8);
    assert_non_null(held(store));
    expect_ok(node_store_seek(
        store, NODE_COPY, node_key_view(&at), 0, at.bytes, NULL, &last_error));
    assert_null(held(store));
    expect_copy(store, "blo-tachileik@mm", 8);
    node_store_close(&store);
}

static void
whatever_is_put_or_deleted_is_held_no_more(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key key = key_of(1);

    hold_one(store, 7);
    put(store, 1, 9);
    assert_null(held(store));
    expect_row(store, 1, 9);
    hold_one(store, 7);
    expect_ok(
        node_store_delete(store, NODE_COPY, node_key_view(&key), &last_error));
    assert_null(held(store));
    expect_row(store, 1, 0);
    hold_one(store, 7);
    expect_copy(store, "blo-tachileik@mm", 7);
    hold_one(store, 8);
    node_store_abort(store);
    expect_ok(node_store_begin(store, &last_error));
    assert_null(held(store));
    expect_row(store, 1, 0);
    node_store_close(&store);
}

/* As who changes a row does it. */
static void
a_row_that_is_held_can_be_changed_and_held_again(void **state)
{
    struct node_store *store = new_store(state);
    const node_copy_row *was;
    node_copy_row changed;
    char clause[] = "P-1";

    hold_one(store, 7);
    was = held(store);
    changed = *was;
    changed.number = 8;
    changed.clause = clause;
    hold(store, &changed);
    clause[0] = 'x';
    assert_int_equal(was->number, 7);
    assert_string_equal(was->clause, "");
    assert_string_equal(held(store)->clause, "P-1");
    changed = *held(store);
    changed.clause[0] = '\0';
    hold(store, &changed);
    expect_copy(store, "blo-tachileik@mm", 8);
    node_store_close(&store);
}

static void
a_row_that_is_held_can_be_changed_where_it_lies(void **state)
{
    struct node_store *store = new_store(state);
    struct node_key key = key_of(1);
    uint8_t stream[] = {'a', 'b', 'c'};
    node_copy_row *row;

    hold_one(store, 7);
    row =
        (node_copy_row *)node_store_held(store, NODE_COPY, node_key_view(&key));
    row->number = 8;
    row->content.data =
        node_store_keep(store, ent_view_of(stream, sizeof stream));
    memset(stream, 'x', sizeof stream);
    expect_copy(store, "blo-tachileik@mm", 8);
    expect_ok(node_store_commit(store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    expect_copy(store, "blo-tachileik@mm", 8);
    node_store_close(&store);
}

static void
rows_that_are_held_are_found_in_whatever_order(void **state)
{
    static const size_t steps[] = {1, KEYS - 1, 7}; /* on, back, about */
    struct node_store *store = new_store(state);

    for (size_t i = 0; i < KEYS; i++) {
        node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
        struct node_key key = key_of(i);

        row.number = i;
        expect_ok(node_store_hold(
            store, NODE_COPY, node_key_view(&key), &row.base, &last_error));
    }
    for (size_t i = 0; i < 3 * KEYS; i++) {
        const size_t at = i % KEYS * steps[i / KEYS] % KEYS;
        struct node_key key = key_of(at);
        const node_copy_row *row = (const node_copy_row *)node_store_held(
            store, NODE_COPY, node_key_view(&key));

        assert_non_null(row);
        assert_int_equal(row->number, at);
    }
    node_store_close(&store);
}

static void
a_row_with_messages_of_its_own_is_packed_at_once(void **state)
{
    struct node_store *store = new_store(state);
    Entente__Rest__V1__Raise raised = ENTENTE__REST__V1__RAISE__INIT;
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    node_copy_row *read = NULL;
    struct node_key key = key_of(1);

    hold_one(store, 7);
    raised.at = 9;
    row.raised = &raised;
    hold(store, &row);
    raised.at = 10;
    assert_null(held(store));
    expect_ok(node_row_get(store, NODE_COPY, node_key_view(&key),
        row.base.descriptor, (ProtobufCMessage **)&read, &last_error));
    assert_int_equal(read->raised->at, 9);
    assert_string_equal(read->to, "");
    node_row_free(&read);
    node_store_close(&store);
}

static void
nothing_of_what_is_held_can_be_read_in_memory_afterwards(void **state)
{
    struct node_written *written = node_written_new();
    struct node_key key = key_of(1);
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    const node_copy_row *copy;
    const char *to;

    (void)state;
    row.to = (char *)(uintptr_t) "blo-tachileik@mm";
    row.number = 7;
    expect_ok(node_written_hold(
        written, NODE_COPY, node_key_view(&key), &row.base, &last_error));
    copy = (const node_copy_row *)node_written_held(
        written, NODE_COPY, node_key_view(&key));
    to = copy->to;
    node_written_clear(written);
    assert_int_equal(copy->number, 0); /* its room is used again */
    assert_int_equal(to[0], 0);
    node_written_free(&written);
}

static void
so_many_rows_may_be_held_that_one_chunk_does_not_hold_them(void **state)
{
    struct node_store *store = new_store(state);

    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 1; i <= 5000; i++) {
            node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
            struct node_key key = key_of(i);

            row.number = i;
            row.content.data = key.bytes;
            row.content.len = key.len;
            expect_ok(node_store_hold(
                store, NODE_COPY, node_key_view(&key), &row.base, &last_error));
        }
        expect_ok(node_store_commit(store, &last_error));
        expect_ok(node_store_begin(store, &last_error));
    }
    for (uint64_t i = 1; i <= 5000; i++) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        struct node_key key = key_of(i);

        expect_ok(node_row_get(store, NODE_COPY, node_key_view(&key),
            &entente__rest__v1__copy_row__descriptor, (ProtobufCMessage **)&row,
            &last_error));
        assert_int_equal(row->number, i);
        assert_memory_equal(row->content.data, key.bytes, key.len);
    }
    node_store_close(&store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_row_that_is_held_is_what_it_was_then),
        STORE_TEST(a_row_is_held_until_somebody_reads_it),
        STORE_TEST(whatever_is_put_or_deleted_is_held_no_more),
        STORE_TEST(a_row_that_is_held_can_be_changed_and_held_again),
        STORE_TEST(a_row_that_is_held_can_be_changed_where_it_lies),
        STORE_TEST(rows_that_are_held_are_found_in_whatever_order),
        STORE_TEST(a_row_with_messages_of_its_own_is_packed_at_once),
        STORE_TEST(so_many_rows_may_be_held_that_one_chunk_does_not_hold_them),
        cmocka_unit_test(
            nothing_of_what_is_held_can_be_read_in_memory_afterwards),
    };

    return cmocka_run_group_tests_name("node_written_held", tests, NULL, NULL);
}
