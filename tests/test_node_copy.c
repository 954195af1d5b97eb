/* SPDX-License-Identifier: Apache-2.0 */
/* What a receipt makes of the copies of a bundle. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "node/copy_rows.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

#define MANY 20 /* they lie in a block */
#define REFUSED ENTENTE__V1__TRACE_STATE__TRACE_REFUSED
#define EXPIRED ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED

/* ---- the vocabulary ---- */

static struct ent_party
recipient(void)
{
    return ent_address_party(&world.configs[TACHILEIK].address);
}

/* A bundle of ours, of which nobody has heard yet. */
static uint64_t
seal_bundle(struct ent_id ids[static MANY])
{
    node_copy_row *row;
    uint64_t bundle;

    introduce();
    world.up = false;
    begin_turn(MAESAI);
    post_together(MAESAI, TACHILEIK, ids, MANY);
    end_turn(MAESAI);
    row = copy_row(MAESAI, TACHILEIK, &ids[0]);
    bundle = row->bundle;
    assert_int_not_equal(bundle, 0);
    node_row_free(&row);
    return bundle;
}

/* The bundle that it lies in, to be closed. */
static struct node_dispatch
dispatch_of(const struct ent_id *id)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct node *node = world.nodes[MAESAI];
    struct ent_party to = recipient();
    struct node_dispatch dispatch;
    struct ent_digest stream;

    expect_ok(node_copy_get(node, id, &to, &row, &last_error));
    memcpy(stream.bytes, row->stream.data, sizeof stream.bytes);
    expect_ok(
        node_dispatch_get(node, &stream, row->first, &dispatch, &last_error));
    return dispatch;
}

/* Its recipient says that of it; in a turn that was begun. */
static void
settle(const struct ent_id *of, const struct ent_outcome outcomes[static MANY])
{
    ENT_AUTO(node_dispatch_fini)
    struct node_dispatch dispatch = dispatch_of(of);

    expect_ok(node_copy_settle(
        world.nodes[MAESAI], &dispatch, outcomes, MANY, &last_error));
}

static void
all_delivered(struct ent_outcome outcomes[static MANY])
{
    for (uint32_t i = 0; i < MANY; i++) {
        outcomes[i] = (struct ent_outcome){
            .index = i, .code = ENTENTE__V1__OUTCOME_CODE__DELIVERED};
    }
}

/* All of them are delivered. */
static void
deliver(const struct ent_id *of)
{
    struct ent_outcome outcomes[MANY];

    all_delivered(outcomes);
    begin_turn(MAESAI);
    settle(of, outcomes);
    end_turn(MAESAI);
}

static void
acknowledge(const struct ent_id *id)
{
    struct ent_party to = recipient();

    begin_turn(MAESAI);
    expect_ok(node_copy_acknowledged(
        world.nodes[MAESAI], id, &to, "officer", &last_error));
    end_turn(MAESAI);
}

/* What its own row says, whatever lies over it. */
static uint32_t
own_state(const struct ent_id *id)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct node *node = world.nodes[MAESAI];
    struct ent_party to = recipient();

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_rows_get(node, id, &to, &row, &last_error));
    node_store_abort(node->store);
    return row->state;
}

/* Counted again, everything agrees with the tally. */
static void
expect_tally(uint64_t waiting, uint64_t settled)
{
    const struct node *node = world.nodes[MAESAI];

    assert_int_equal(node->tally.waiting, waiting);
    assert_int_equal(node->tally.settled, settled);
    tally_is_good(MAESAI);
}

/* ---- tests ---- */

static void
a_bundle_that_is_delivered_says_so_of_all_its_copies(void **state)
{
    struct ent_id ids[MANY];
    unsigned rows;

    (void)state;
    (void)seal_bundle(ids);
    rows = rows_in(MAESAI, NODE_OUTCOME);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[0]), 0);
    expect_tally(MANY, 1);
    world.up = true;
    pass(6000);
    for (int i = 0; i < MANY; i++) {
        node_copy_row *row = copy_row(MAESAI, TACHILEIK, &ids[i]);

        assert_int_equal(row->state, DELIVERED);
        assert_true(row->settled_at >= row->accepted_at);
        assert_string_equal(row->clause, "");
        assert_string_not_equal(row->keep_clause, "");
        assert_int_equal(own_state(&ids[i]), 0);
        node_row_free(&row);
    }
    assert_int_equal(rows_in(MAESAI, NODE_OUTCOME), rows);
    expect_tally(0, 1 + MANY);
    crash(MAESAI);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[MANY - 1]), DELIVERED);
    expect_tally(0, 1 + MANY);
}

static void
whoever_reads_copies_sees_the_same(void **state)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_party to = {{0}};
    struct ent_id ids[MANY];
    node_copy_row *row;
    struct ent_id id;
    uint64_t number;

    (void)state;
    (void)seal_bundle(ids);
    deliver(&ids[0]);
    begin_turn(MAESAI);
    expect_ok(node_copy_next(node, &ids[2], &to, &row, &last_error));
    assert_int_equal(row->state, DELIVERED);
    number = row->number;
    node_row_free(&row);
    expect_ok(node_copy_by_number(node, number, &id, &to, &row, &last_error));
    assert_memory_equal(id.bytes, ids[2].bytes, sizeof id.bytes);
    assert_int_equal(row->state, DELIVERED);
    node_row_free(&row);
    end_turn(MAESAI);
}

static void
of_a_mixed_bundle_each_copy_ends_as_it_did(void **state)
{
    struct ent_id ids[MANY];
    struct ent_outcome outcomes[MANY];
    node_copy_row *row;

    (void)state;
    (void)seal_bundle(ids);
    all_delivered(outcomes);
    outcomes[1].code = ENTENTE__V1__OUTCOME_CODE__REFUSED;
    outcomes[1].reason = ENT_REFUSAL_PURPOSE_NOT_AGREED;
    (void)snprintf(outcomes[1].clause, sizeof outcomes[1].clause, "uses");
    outcomes[1].line = 7;
    outcomes[2].code = ENTENTE__V1__OUTCOME_CODE__EXPIRED;
    outcomes[2].reason = ENT_REFUSAL_EXPIRED;
    outcomes[3].line = 9;
    begin_turn(MAESAI);
    settle(&ids[0], outcomes);
    end_turn(MAESAI);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[0]), DELIVERED);
    assert_int_equal(own_state(&ids[0]), 0);
    row = copy_row(MAESAI, TACHILEIK, &ids[1]);
    assert_int_equal(row->state, REFUSED);
    assert_int_equal(row->reason, ENT_REFUSAL_PURPOSE_NOT_AGREED);
    assert_string_equal(row->clause, "uses");
    assert_int_equal(row->line, 7);
    node_row_free(&row);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[2]), EXPIRED);
    row = copy_row(MAESAI, TACHILEIK, &ids[3]);
    assert_int_equal(row->state, DELIVERED);
    assert_int_equal(row->line, 9);
    node_row_free(&row);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[4]), DELIVERED);
    expect_tally(0, 1 + MANY);
}

static void
a_copy_that_changed_before_the_receipt_stands_for_itself(void **state)
{
    struct ent_id ids[MANY];
    node_copy_row *row;

    (void)state;
    (void)seal_bundle(ids);
    acknowledge(&ids[3]);
    expect_tally(MANY, 1);
    world.now += 1000;
    deliver(&ids[0]);
    row = copy_row(MAESAI, TACHILEIK, &ids[3]);
    assert_int_equal(row->state, DELIVERED);
    assert_int_equal(row->settled_at, world.now);
    assert_int_equal(row->acknowledged_at, world.now - 1000);
    node_row_free(&row);
    assert_int_equal(own_state(&ids[3]), DELIVERED);
    assert_int_equal(own_state(&ids[2]), 0);
    expect_tally(0, 1 + MANY);
}

static void
a_copy_that_changes_after_it_keeps_what_became_of_it(void **state)
{
    struct ent_id ids[MANY];
    node_copy_row *row;

    (void)state;
    (void)seal_bundle(ids);
    deliver(&ids[0]);
    world.now += 1000;
    acknowledge(&ids[3]);
    assert_int_equal(own_state(&ids[3]), DELIVERED);
    row = copy_row(MAESAI, TACHILEIK, &ids[3]);
    assert_int_equal(row->settled_at, world.now - 1000);
    assert_int_equal(row->acknowledged_at, world.now);
    node_row_free(&row);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[4]), DELIVERED);
    expect_tally(0, 1 + MANY);
}

/* Its receipt comes when it was given up: each copy has a state by then. */
static void
what_was_given_up_and_came_after_all_is_delivered(void **state)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct ent_id ids[MANY];

    (void)state;
    (void)seal_bundle(ids);
    world.now += 8 * DAY;
    begin_turn(MAESAI);
    dispatch = dispatch_of(&ids[0]);
    expect_ok(
        node_copy_expire(world.nodes[MAESAI], &dispatch, false, &last_error));
    end_turn(MAESAI);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[1]),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED);
    expect_tally(0, 1 + MANY);
    deliver(&ids[0]);
    assert_int_equal(own_state(&ids[1]), DELIVERED);
    expect_tally(0, 1 + MANY);
}

static void
what_is_to_be_sealed_anew_is_not_delivered_by_the_bundle_before(void **state)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct node *node = world.nodes[MAESAI];
    struct ent_id ids[MANY];
    struct ent_outcome outcomes[MANY];

    (void)state;
    (void)seal_bundle(ids);
    all_delivered(outcomes);
    begin_turn(MAESAI);
    dispatch = dispatch_of(&ids[0]);
    expect_ok(node_copy_repend(node, &dispatch, &last_error));
    expect_ok(node_copy_settle(node, &dispatch, outcomes, MANY, &last_error));
    end_turn(MAESAI);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[1]), 0);
    expect_tally(MANY, 1);
    world.up = true;
    pass(6000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[1]), DELIVERED);
    expect_tally(0, 1 + MANY);
}

static void
what_is_settled_twice_is_counted_once(void **state)
{
    struct ent_id ids[MANY];
    node_copy_row *row;

    (void)state;
    (void)seal_bundle(ids);
    deliver(&ids[0]);
    world.now += 1000;
    deliver(&ids[0]);
    row = copy_row(MAESAI, TACHILEIK, &ids[0]);
    assert_int_equal(row->settled_at, world.now - 1000);
    node_row_free(&row);
    expect_tally(0, 1 + MANY);
}

static void
a_turn_that_is_taken_back_settles_nothing(void **state)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_id ids[MANY];
    struct ent_outcome outcomes[MANY];

    (void)state;
    (void)seal_bundle(ids);
    all_delivered(outcomes);
    begin_turn(MAESAI);
    settle(&ids[0], outcomes);
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[0]), 0);
    expect_tally(MANY, 1);
    world.up = true;
    pass(6000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[0]), DELIVERED);
    expect_tally(0, 1 + MANY);
}

/* Its number is given out again. */
static void
a_bundle_that_is_taken_back_says_nothing(void **state)
{
    struct node *node = world.nodes[MAESAI];
    struct node_outcome outcome;
    struct ent_id ids[MANY];
    uint64_t bundle;

    (void)state;
    bundle = seal_bundle(ids) + 1;
    begin_turn(MAESAI);
    post_together(MAESAI, TACHILEIK, ids, MANY);
    expect_ok(node_outcome_get(node, bundle, &outcome, &last_error));
    assert_int_equal(node_outcome_count(&outcome), MANY);
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    begin_turn(MAESAI);
    expect_status(
        node_outcome_get(node, bundle, &outcome, &last_error), ENT_NOT_FOUND);
    end_turn(MAESAI);
}

static void
the_row_goes_with_its_bundle_and_after_its_copies_have_theirs(void **state)
{
    struct ent_id ids[MANY];
    uint64_t bundle;

    (void)state;
    bundle = seal_bundle(ids);
    world.up = true;
    pass(6000);
    assert_int_equal(own_state(&ids[0]), 0);
    for (int day = 0; day < 40 && own_state(&ids[0]) == 0; day++) {
        struct node_outcome outcome;

        begin_turn(MAESAI);
        expect_ok(node_outcome_get(
            world.nodes[MAESAI], bundle, &outcome, &last_error));
        end_turn(MAESAI);
        world.now += DAY;
        tidy(MAESAI);
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[0]), DELIVERED);
        expect_tally(0, 1 + MANY);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(own_state(&ids[i]), DELIVERED);
    }
    world.now += 8 * DAY;
    tidy(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_OUTCOME), 0);
    expect_tally(0, 1 + MANY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bundle_that_is_delivered_says_so_of_all_its_copies),
        TEST(whoever_reads_copies_sees_the_same),
        TEST(of_a_mixed_bundle_each_copy_ends_as_it_did),
        TEST(a_copy_that_changed_before_the_receipt_stands_for_itself),
        TEST(a_copy_that_changes_after_it_keeps_what_became_of_it),
        TEST(what_was_given_up_and_came_after_all_is_delivered),
        TEST(what_is_to_be_sealed_anew_is_not_delivered_by_the_bundle_before),
        TEST(what_is_settled_twice_is_counted_once),
        TEST(a_turn_that_is_taken_back_settles_nothing),
        TEST(a_bundle_that_is_taken_back_says_nothing),
        TEST(the_row_goes_with_its_bundle_and_after_its_copies_have_theirs),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_copy", tests, NULL, NULL);
}
