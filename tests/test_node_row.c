/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that lie in one block are what was put, and are freed at once. */
#include "tests/fresh_store.h"

#include <sodium.h>
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"

#define MANY 2000

static void
end(struct node_store **store)
{
    node_store_abort(*store);
    node_store_close(store);
}

/* What is read from where `row` was put. */
static ProtobufCMessage *
put_and_get(struct node_store *store, enum node_table table,
    const ProtobufCMessage *row)
{
    struct node_key key = {.len = node_key_len(table)};
    ProtobufCMessage *read = NULL;

    key.bytes[key.len - 1] = 1;
    expect_ok(
        node_row_put(store, table, node_key_view(&key), row, &last_error));
    expect_ok(node_row_get(store, table, node_key_view(&key), row->descriptor,
        &read, &last_error));
    return read;
}

static void
a_copys_row_is_read_as_it_was_put(void **state)
{
    struct node_store *store = new_store(state);
    Entente__Rest__V1__Raise raised = ENTENTE__REST__V1__RAISE__INIT;
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    uint8_t print[16] = {1, 2, 3};
    node_copy_row *read;

    raised.by = (ProtobufCBinaryData){.data = print, .len = sizeof print};
    raised.at = 9;
    row.to = (char *)(uintptr_t) "blo-tachileik@mm";
    row.content = raised.by;
    row.raised = &raised;
    row.listed_until = UINT64_MAX;
    read = (node_copy_row *)put_and_get(store, NODE_COPY, &row.base);
    assert_string_equal(read->to, row.to);
    assert_string_equal(read->clause, "");
    assert_int_equal(read->content.len, sizeof print);
    assert_memory_equal(read->content.data, print, sizeof print);
    assert_int_equal(read->stream.len, 0);
    assert_memory_equal(read->raised->by.data, print, sizeof print);
    assert_true(read->raised->at == 9 && read->listed_until == UINT64_MAX);
    node_row_free(&read);
    assert_null(read);
    end(&store);
}

/* Numbers of one byte, which take eight when they are laid out. */
static void
a_row_that_takes_far_more_than_its_bytes_is_read_too(void **state)
{
    static uint64_t rungs[MANY];
    struct node_store *store = new_store(state);
    node_desk_row row = ENTENTE__REST__V1__DESK_ROW__INIT;
    node_desk_row *read;

    for (size_t i = 0; i < MANY; i++) {
        rungs[i] = i % 100;
    }
    row.from = (char *)(uintptr_t) "blo-maesai@th";
    row.call_after = rungs;
    row.n_call_after = MANY;
    row.listed_until = 7;
    read = (node_desk_row *)put_and_get(store, NODE_DESK, &row.base);
    assert_string_equal(read->from, row.from);
    assert_int_equal(read->n_call_after, MANY);
    assert_memory_equal(read->call_after, rungs, sizeof rungs);
    assert_true(read->listed_until == 7);
    node_row_free(&read);
    end(&store);
}

static void
what_is_no_row_is_not_read(void **state)
{
    ProtobufCMessage *row = NULL;

    (void)state;
    assert_int_equal(
        node_row_unpack(view("\x0a\x7fnot so long"),
            &entente__rest__v1__copy_row__descriptor, &row, &last_error),
        ENT_IO);
    assert_string_equal(last_error.text, "a stored CopyRow cannot be read");
    assert_null(row);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_copys_row_is_read_as_it_was_put),
        STORE_TEST(a_row_that_takes_far_more_than_its_bytes_is_read_too),
        cmocka_unit_test(what_is_no_row_is_not_read),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_row", tests, NULL, NULL);
}
