/* SPDX-License-Identifier: Apache-2.0 */
/* Copies that were accepted and sealed together, as one row. */
#include "tests/two_offices_rows.h"

#include <stdio.h>
#include <string.h>

#include "node/copy_rows.h"
#include "node/outbox.h"
#include "node/sealer.h"
#include "proto/refusal.h"

#define COUNT 24
#define FIRST NODE_COPY_BLOCK_MAX

/* ---- a block ---- */

static node_copy_row rows[COUNT];
static node_copy_row *list[COUNT];
static struct ent_id ids[COUNT];
static uint8_t prints[COUNT][NODE_PRINT_LEN];
static uint8_t stream[ENT_DIGEST_LEN];
static struct node_copy_draft draft;

static int
alike(void **state)
{
    static const node_copy_row empty = ENTENTE__REST__V1__COPY_ROW__INIT;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        memset(ids[i].bytes, (int)i + 1, sizeof ids[i].bytes);
        memset(prints[i], (int)i + 100, sizeof prints[i]);
        rows[i] = empty;
        rows[i].to = (char *)"blo-tachileik@mm";
        rows[i].clause = (char *)"families";
        rows[i].keep_clause = (char *)"keep";
        rows[i].number = 1000 + i * 2;
        rows[i].valid_until = 2000 + i;
        rows[i].accepted_at = 77;
        rows[i].content.data = prints[i];
        rows[i].content.len = NODE_PRINT_LEN;
        rows[i].stream.data = stream;
        rows[i].stream.len = sizeof stream;
        rows[i].bundle = 5;
        rows[i].index = (uint32_t)(FIRST + i);
        list[i] = &rows[i];
    }
    return 0;
}

static bool
make(size_t count)
{
    return node_copy_draft_make(&draft, ids, list, count);
}

static bool
stands(size_t i)
{
    return node_copy_block_entry(&draft.block, (uint32_t)(FIRST + i)) != NULL;
}

static void
expect_row(size_t i)
{
    node_copy_row row;

    assert_true(stands(i));
    assert_memory_equal(
        node_copy_block_entry(&draft.block, (uint32_t)(FIRST + i))->id,
        ids[i].bytes, ENT_ID_LEN);
    node_copy_block_row(&draft.block, (uint32_t)(FIRST + i), &row);
    assert_int_equal(row.content.len, NODE_PRINT_LEN);
    assert_memory_equal(row.content.data, prints[i], NODE_PRINT_LEN);
    assert_int_equal(row.number, rows[i].number);
    assert_int_equal(row.valid_until, rows[i].valid_until);
    assert_int_equal(row.index, rows[i].index);
    assert_string_equal(row.to, rows[i].to);
    assert_string_equal(row.clause, rows[i].clause);
    assert_string_equal(row.keep_clause, rows[i].keep_clause);
    assert_int_equal(row.accepted_at, 77);
    assert_int_equal(row.bundle, 5);
    assert_memory_equal(row.stream.data, stream, sizeof stream);
}

static void
each_copy_of_a_block_has_what_is_its_own(void **state)
{
    (void)state;
    assert_true(make(COUNT));
    expect_ok(node_copy_block_check(&draft.block, &last_error));
    assert_int_equal(node_copy_block_bundle(&draft.block), 5);
    assert_int_equal(node_copy_block_first(&draft.block), FIRST);
    for (size_t i = 0; i < COUNT; i++) {
        expect_row(i);
    }
    assert_null(node_copy_block_entry(&draft.block, FIRST - 1));
    assert_null(node_copy_block_entry(&draft.block, FIRST + COUNT));
}

/* Whatever it is that a row says and the others do not. */
static void
who_says_something_else_stands_for_himself(void **state)
{
    Entente__Rest__V1__Raise raised = ENTENTE__REST__V1__RAISE__INIT;

    (void)state;
    rows[1].accepted_at = 78;
    rows[2].to = (char *)"blo-poipet@kh";
    rows[3].clause = (char *)"other";
    rows[4].keep_clause = (char *)"other";
    rows[5].state = DELIVERED;
    rows[6].sentence = (char *)"because";
    rows[7].raised = &raised;
    rows[8].acknowledged_by = (char *)"somebody";
    rows[9].stream.data = ids[0].bytes;
    rows[9].stream.len = ENT_ID_LEN;
    rows[10].content.len = 0;
    rows[11].given = rows[0].content;
    rows[12].listed_until = 1;
    memset(ids[13].bytes, 0, sizeof ids[13].bytes);
    list[14] = NULL;
    assert_true(make(COUNT));
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(stands(i) == (i == 0 || i > 14));
    }
    expect_row(15);
}

static void
the_first_place_may_be_empty(void **state)
{
    (void)state;
    list[0] = NULL;
    rows[1].fate = 1;
    assert_true(make(COUNT));
    assert_int_equal(node_copy_block_first(&draft.block), FIRST);
    assert_false(stands(0) || stands(1));
    expect_row(2);
}

static void
a_few_are_no_block(void **state)
{
    (void)state;
    assert_false(make(NODE_COPY_BLOCK_MIN - 1));
    assert_true(make(NODE_COPY_BLOCK_MIN));
    rows[3].accepted_at = 1;
    assert_false(make(NODE_COPY_BLOCK_MIN));
}

static void
of_what_was_taken_out_nothing_is_left(void **state)
{
    static const struct node_copy_entry none;
    uint32_t next = 0;

    (void)state;
    assert_true(make(COUNT));
    assert_true(node_copy_block_take(&draft.block, FIRST));
    assert_true(node_copy_block_take(&draft.block, FIRST + 1));
    assert_memory_equal(&draft.entries[1], &none, sizeof none);
    assert_true(node_copy_block_next(&draft.block, 0, &next));
    assert_int_equal(next, FIRST + 2);
    for (uint32_t i = 2; i < COUNT; i++) {
        assert_true(
            node_copy_block_take(&draft.block, FIRST + i) == (i + 1 < COUNT));
    }
    assert_false(node_copy_block_next(&draft.block, 0, &next));
}

static void
an_odd_block_is_not_read(void **state)
{
    (void)state;
    assert_true(make(COUNT));
    draft.block.entries.len--;
    expect_status(node_copy_block_check(&draft.block, &last_error), ENT_IO);
    draft.block.entries.len = 0;
    expect_status(node_copy_block_check(&draft.block, &last_error), ENT_IO);
    draft.block.entries.len = (NODE_COPY_BLOCK_MAX + 1) * sizeof *draft.entries;
    expect_status(node_copy_block_check(&draft.block, &last_error), ENT_IO);
    draft.block.entries.len = COUNT * sizeof *draft.entries;
    draft.block.row = NULL;
    expect_status(node_copy_block_check(&draft.block, &last_error), ENT_IO);
}

/* ---- in a store ---- */

static struct ent_id sent[COUNT];

static struct ent_party
recipient(void)
{
    return ent_address_party(&world.configs[TACHILEIK].address);
}

/* A message with that id, in a turn that was begun: why it is refused; 0: it
 * is not. */
static uint32_t
hand_in_one(const struct ent_id *id, const char *json, struct ent_arena *arena)
{
    Entente__V1__SubmitResult *result;

    submit_one(MAESAI, TACHILEIK, with_id(json, id), &result, arena);
    return refusal_of(result);
}

/* So many of them, sealed as one bundle. */
static void
hand_in(void)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[MAESAI];

    expect_ok(ent_arena_init(&arena, 1 << 24, &last_error));
    node_outbox_open(node);
    for (size_t i = 0; i < COUNT; i++) {
        sent[i] = ent_id_new(world.now);
        assert_int_equal(hand_in_one(&sent[i], hotline, &arena), 0);
    }
    node_outbox_close(node);
    expect_ok(node_sealer_fresh(node, &last_error));
}

static int
handed_in(void **state)
{
    int rc = setup(state);

    introduce();
    exchange();
    begin_turn(MAESAI);
    hand_in();
    end_turn(MAESAI);
    return rc;
}

#define STORE(test) cmocka_unit_test_setup_teardown(test, handed_in, teardown)
#define BLOCK(test) cmocka_unit_test_setup(test, alike)

static void
acknowledge(const struct ent_id *id)
{
    struct ent_party to = recipient();

    begin_turn(MAESAI);
    expect_ok(node_copy_acknowledged(
        world.nodes[MAESAI], id, &to, "officer", &last_error));
    end_turn(MAESAI);
}

/* By every way to a copy it is the same one. */
static void
expect_every_copy(void)
{
    struct node *node = world.nodes[MAESAI];
    const struct ent_party to = recipient();

    for (size_t i = 0; i < COUNT; i++) {
        ENT_AUTO(node_row_free) node_copy_row *got = NULL;
        ENT_AUTO(node_row_free) node_copy_row *next = NULL;
        ENT_AUTO(node_row_free) node_copy_row *numbered = NULL;
        struct ent_party party = {{0}};
        struct ent_id id;

        expect_ok(node_store_begin(node->store, &last_error));
        expect_ok(node_copy_get(node, &sent[i], &to, &got, &last_error));
        expect_ok(node_copy_next(node, &sent[i], &party, &next, &last_error));
        assert_memory_equal(party.bytes, to.bytes, sizeof to.bytes);
        (void)node_key_after(party.bytes, sizeof party.bytes);
        assert_int_equal(node_copy_next(node, &sent[i], &party,
                             &(node_copy_row *){NULL}, &last_error),
            ENT_NOT_FOUND);
        expect_ok(node_copy_by_number(
            node, got->number, &id, &party, &numbered, &last_error));
        node_store_abort(node->store);
        assert_memory_equal(id.bytes, sent[i].bytes, sizeof id.bytes);
        assert_int_equal(got->index, i);
        assert_int_equal(next->index, i);
        assert_int_equal(numbered->index, i);
        assert_string_equal(got->to, addresses[TACHILEIK]);
    }
}

static void
copies_of_a_bundle_lie_in_one_row(void **state)
{
    (void)state;
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 1);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_PLACE), COUNT);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 1); /* the first was alone */
    expect_every_copy();
    tally_is_good(MAESAI);
    crash(MAESAI);
    expect_every_copy();
    tally_is_good(MAESAI);
}

static void
one_that_is_answered_stands_for_itself(void **state)
{
    (void)state;
    acknowledge(&sent[4]);
    acknowledge(&sent[COUNT - 1]);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 3);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_PLACE), COUNT - 2);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 1);
    expect_every_copy();
    tally_is_good(MAESAI);
    for (size_t i = 0; i < COUNT; i++) {
        acknowledge(&sent[i]);
    }
    assert_int_equal(rows_in(MAESAI, NODE_COPY_PLACE), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 0);
    expect_every_copy();
    tally_is_good(MAESAI);
}

/* In the turn in which it was sealed, and later. */
static void
what_is_handed_in_again_is_known(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 24, &last_error));
    begin_turn(MAESAI);
    hand_in();
    for (int later = 0; later < 2; later++) {
        assert_int_equal(hand_in_one(&sent[3], hotline, &arena), 0);
        assert_int_equal(
            hand_in_one(&sent[3], not_agreed, &arena), ENT_REFUSAL_ID_REUSED);
        end_turn(MAESAI);
        begin_turn(MAESAI);
    }
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), 1);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 2);
    expect_every_copy();
    tally_is_good(MAESAI);
}

static void
a_place_that_leads_elsewhere_is_damage(void **state)
{
    struct node *node = world.nodes[MAESAI];
    const struct ent_party to = recipient();
    const struct node_key key = node_key_copy(&sent[3], &to);
    uint8_t place[10] = {0};
    struct ent_view value;
    node_copy_row *row = NULL;

    (void)state;
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_store_get(node->store, NODE_COPY_PLACE, node_key_view(&key),
        &value, &last_error));
    assert_int_equal(value.len, sizeof place);
    memcpy(place, value.data, sizeof place);
    for (size_t i = 0; i < sizeof place; i++) {
        place[i] ^= 1;
        expect_ok(
            node_store_put(node->store, NODE_COPY_PLACE, node_key_view(&key),
                ent_view_of(place, sizeof place), &last_error));
        expect_status(
            node_copy_get(node, &sent[3], &to, &row, &last_error), ENT_IO);
        place[i] ^= 1;
    }
    expect_ok(node_store_put(node->store, NODE_COPY_PLACE, node_key_view(&key),
        ent_view_of(place, sizeof place - 1), &last_error));
    expect_status(
        node_copy_get(node, &sent[3], &to, &row, &last_error), ENT_IO);
    node_store_abort(node->store);
}

static void
a_turn_that_is_taken_back_leaves_no_block(void **state)
{
    struct node *node = world.nodes[MAESAI];

    (void)state;
    begin_turn(MAESAI);
    hand_in();
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 1);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_PLACE), COUNT);
    tally_is_good(MAESAI);
}

static void
they_go_when_their_time_is_over(void **state)
{
    (void)state;
    exchange();
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(state_of(MAESAI, TACHILEIK, &sent[i]), DELIVERED);
    }
    tally_is_good(MAESAI);
    world.now += 400 * NODE_DAY_MS; /* whatever is agreed */
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_PLACE), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), COUNT + 1); /* that it was */
    expect_every_copy();
    tally_is_good(MAESAI);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BLOCK(each_copy_of_a_block_has_what_is_its_own),
        BLOCK(who_says_something_else_stands_for_himself),
        BLOCK(the_first_place_may_be_empty),
        BLOCK(a_few_are_no_block),
        BLOCK(of_what_was_taken_out_nothing_is_left),
        BLOCK(an_odd_block_is_not_read),
        STORE(copies_of_a_bundle_lie_in_one_row),
        STORE(one_that_is_answered_stands_for_itself),
        STORE(what_is_handed_in_again_is_known),
        STORE(a_place_that_leads_elsewhere_is_damage),
        STORE(a_turn_that_is_taken_back_leaves_no_block),
        STORE(they_go_when_their_time_is_over),
    };

    return cmocka_run_group_tests_name("node_copy_block", tests, NULL, NULL);
}
