/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that were handed over together, as one row of the desk. */
#include "tests/two_offices_rows.h"

#include <stdlib.h>
#include <string.h>

#include "node/desk.h"

#define COUNT 20
#define FIRST 100

/* ---- a block ---- */

static node_desk_row rows[COUNT];
static uint8_t ids[COUNT][ENT_ID_LEN];
static struct node_desk_draft draft;

static int
alike(void **state)
{
    static const node_desk_row empty = ENTENTE__REST__V1__DESK_ROW__INIT;

    (void)state;
    memset(ids, 0, sizeof ids);
    for (size_t i = 0; i < COUNT; i++) {
        ids[i][0] = (uint8_t)(i + 1);
        rows[i] = empty;
        rows[i].id.data = ids[i];
        rows[i].id.len = ENT_ID_LEN;
        rows[i].index = (uint32_t)(i * 3);
        rows[i].from = (char *)"blo-maesai@th";
        rows[i].received_at = 77;
        rows[i].bundle = 5;
    }
    return 0;
}

static void
expect_row(uint64_t sequence, size_t of)
{
    node_desk_row row;

    assert_true(node_desk_block_has(&draft.block, sequence));
    node_desk_block_row(&draft.block, sequence, &row);
    assert_memory_equal(row.id.data, ids[of], ENT_ID_LEN);
    assert_int_equal(row.index, rows[of].index);
    assert_string_equal(row.from, rows[of].from);
    assert_int_equal(row.received_at, 77);
    assert_int_equal(row.bundle, 5);
}

static void
each_message_of_a_block_has_its_own_id_and_index(void **state)
{
    (void)state;
    assert_true(node_desk_draft_make(&draft, FIRST, rows, COUNT));
    expect_ok(node_desk_block_check(&draft.block, &last_error));
    assert_int_equal(node_desk_block_last(&draft.block), FIRST + COUNT - 1);
    for (size_t i = 0; i < COUNT; i++) {
        expect_row(FIRST + i, i);
    }
    assert_false(node_desk_block_has(&draft.block, FIRST - 1));
    assert_false(node_desk_block_has(&draft.block, FIRST + COUNT));
}

/* Whatever it is that a row says and the others do not. */
static void
who_says_something_else_stands_for_himself(void **state)
{
    uint64_t call = 1;
    uint32_t to = 1;

    (void)state;
    rows[1].received_at = 78;
    rows[2].from = (char *)"blo-poipet@kh";
    rows[3].clause = (char *)"families";
    rows[4].marking = (char *)"LAP";
    rows[5].print = rows[5].id;
    rows[6].deleted_at = 1;
    rows[7].signed_by = rows[7].id;
    rows[8].kept_by = (char *)"somebody";
    rows[9].call_after = &call;
    rows[9].n_call_after = 1;
    rows[9].call_to = &to;
    rows[9].n_call_to = 1;
    rows[10].desk = 1;
    assert_true(node_desk_draft_make(&draft, FIRST, rows, COUNT));
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(
            node_desk_block_has(&draft.block, FIRST + i) == (i == 0 || i > 10));
    }
    expect_row(FIRST + 11, 11);
}

static void
a_few_are_no_block(void **state)
{
    (void)state;
    assert_false(
        node_desk_draft_make(&draft, FIRST, rows, NODE_DESK_BLOCK_MIN - 1));
    assert_true(node_desk_draft_make(&draft, FIRST, rows, NODE_DESK_BLOCK_MIN));
    rows[3].received_at = 1;
    assert_false(
        node_desk_draft_make(&draft, FIRST, rows, NODE_DESK_BLOCK_MIN));
}

static void
what_was_taken_out_is_passed_over_until_nothing_is_left(void **state)
{
    uint64_t next = 0;

    (void)state;
    assert_true(node_desk_draft_make(&draft, FIRST, rows, COUNT));
    assert_true(node_desk_block_take(&draft.block, FIRST));
    assert_true(node_desk_block_take(&draft.block, FIRST + 1));
    assert_true(node_desk_block_next(&draft.block, 0, &next));
    assert_int_equal(next, FIRST + 2);
    for (uint64_t i = 2; i < COUNT; i++) {
        assert_true(
            node_desk_block_take(&draft.block, FIRST + i) == (i + 1 < COUNT));
    }
    assert_false(node_desk_block_next(&draft.block, 0, &next));
}

static void
an_odd_block_is_not_read(void **state)
{
    (void)state;
    assert_true(node_desk_draft_make(&draft, FIRST, rows, COUNT));
    draft.block.indexes.len--;
    expect_status(node_desk_block_check(&draft.block, &last_error), ENT_IO);
    draft.block.indexes.len++;
    draft.block.here.len++;
    expect_status(node_desk_block_check(&draft.block, &last_error), ENT_IO);
    draft.block.here.len--;
    draft.block.ids.len = 0;
    expect_status(node_desk_block_check(&draft.block, &last_error), ENT_IO);
}

/* ---- at a desk ---- */

static const char line_test[] =
    "{\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\",\"precedence\":"
    "\"ROUTINE\",\"test\":{}}";

static struct ent_id sent[COUNT];

/* The first is alone, then come so many at once. */
static int
handed_over(void **state)
{
    int rc = setup(state);

    introduce();
    exchange();
    for (size_t i = 0; i < COUNT; i++) {
        sent[i] = post(MAESAI, TACHILEIK, line_test);
    }
    exchange();
    return rc;
}

#define DESK(test) cmocka_unit_test_setup_teardown(test, handed_over, teardown)
#define BLOCK(test) cmocka_unit_test_setup(test, alike)

static uint64_t
sequence_of(const struct ent_id *id)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    struct node *node = world.nodes[TACHILEIK];
    uint64_t sequence;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_seen_get(
        node, &world.nodes[MAESAI]->party, id, &seen, &last_error));
    sequence = seen->desk;
    node_store_abort(node->store);
    return sequence;
}

static void
acknowledge(const struct ent_id *id)
{
    struct node *node = world.nodes[TACHILEIK];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_desk_acknowledge(
        node, &world.nodes[MAESAI]->party, id, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* By both ways of going through it, and by number, the desk is the same. */
static void
expect_whole_desk(void)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[TACHILEIK];
    struct node_desk_walk walk;
    const uint64_t last = number_of(TACHILEIK, "desk");
    uint64_t at;

    expect_ok(ent_arena_init(&arena, 1u << 20, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_desk_walk_begin(node, 1, &arena, &walk, &last_error));
    for (uint64_t i = 1; i <= last; i++) {
        ENT_AUTO(node_row_free) node_desk_row *next = NULL;
        ENT_AUTO(node_row_free) node_desk_row *got = NULL;
        node_desk_row row;

        expect_ok(node_desk_walk_next(&walk, &at, &row, &last_error));
        assert_int_equal(at, i);
        expect_ok(node_desk_next(node, i, &at, &next, &last_error));
        assert_int_equal(at, i);
        expect_ok(node_desk_get(node, i, &got, &last_error));
        assert_memory_equal(row.id.data, got->id.data, ENT_ID_LEN);
        assert_memory_equal(row.id.data, next->id.data, ENT_ID_LEN);
        assert_int_equal(row.acknowledged_at, got->acknowledged_at);
    }
    assert_int_equal(
        node_desk_walk_next(&walk, &at, &(node_desk_row){0}, &last_error),
        ENT_NOT_FOUND);
    node_desk_walk_close(&walk);
    node_store_abort(node->store);
}

static void
messages_of_a_bundle_lie_in_one_row(void **state)
{
    (void)state;
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK_BLOCK), 1);
    assert_int_equal(desk_count(TACHILEIK), COUNT + 1);
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK), 1);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &sent[i]), 1);
    }
    expect_whole_desk();
    tally_is_good(TACHILEIK);
}

static void
one_that_is_answered_stands_for_itself(void **state)
{
    (void)state;
    acknowledge(&sent[4]);
    acknowledge(&sent[COUNT - 1]);
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK), 3);
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK_BLOCK), 1);
    expect_whole_desk();
    tally_is_good(TACHILEIK);
    for (size_t i = 0; i < COUNT; i++) {
        acknowledge(&sent[i]);
    }
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK_BLOCK), 0);
    expect_whole_desk();
    tally_is_good(TACHILEIK);
}

static void
one_that_is_gone_leaves_the_others(void **state)
{
    struct node *node = world.nodes[TACHILEIK];
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    const uint64_t gone = sequence_of(&sent[7]);
    uint64_t next;

    (void)state;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_desk_get(node, gone, &row, &last_error));
    expect_ok(node_desk_set(node, gone, row, NULL, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    node_row_free(&row);
    expect_ok(node_store_begin(node->store, &last_error));
    expect_status(node_desk_get(node, gone, &row, &last_error), ENT_NOT_FOUND);
    expect_ok(node_desk_next(node, gone, &next, &row, &last_error));
    assert_int_equal(next, gone + 1);
    node_store_abort(node->store);
    tally_is_good(TACHILEIK);
}

static void
they_go_when_their_time_is_over(void **state)
{
    (void)state;
    world.now += 400 * NODE_DAY_MS; /* whatever is agreed */
    tidy(TACHILEIK);
    assert_int_equal(rows_in(TACHILEIK, NODE_DESK_BLOCK), 0);
    assert_int_equal(
        rows_in(TACHILEIK, NODE_DESK), COUNT + 1); /* that it was */
    tally_is_good(TACHILEIK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BLOCK(each_message_of_a_block_has_its_own_id_and_index),
        BLOCK(who_says_something_else_stands_for_himself),
        BLOCK(a_few_are_no_block),
        BLOCK(what_was_taken_out_is_passed_over_until_nothing_is_left),
        BLOCK(an_odd_block_is_not_read),
        DESK(messages_of_a_bundle_lie_in_one_row),
        DESK(one_that_is_answered_stands_for_itself),
        DESK(one_that_is_gone_leaves_the_others),
        DESK(they_go_when_their_time_is_over),
    };

    return cmocka_run_group_tests_name("node_desk_block", tests, NULL, NULL);
}
