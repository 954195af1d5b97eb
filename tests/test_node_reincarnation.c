/* SPDX-License-Identifier: Apache-2.0 */
/* A store that was put back from a copy begins anew, a step at a time. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/reincarnation.h"
#include "proto/base/log.h"

#define MANY 12

static const char radio_check[] =
    "{\"purpose\":\"ADMINISTRATION\",\"test\":{\"text\":\"how do you read\"}}";

static struct ent_id urgent[MANY + 1];
static struct ent_id routine[MANY + 1];

/* ---- the vocabulary ---- */

/* Sealed, sent and lost: each in a bundle of its own. */
static void
leave_unsettled(void)
{
    world.lose = 100;
    for (int i = 0; i < MANY; i++) {
        urgent[i] = post(MAESAI, TACHILEIK, hotline);
        pass(10);
        routine[i] = post(MAESAI, TACHILEIK, radio_check);
        pass(10);
    }
}

static void
begin_anew(void)
{
    struct node *maesai = world.nodes[MAESAI];

    expect_ok(node_turn_begin(maesai, world.now, &last_error));
    expect_ok(node_reincarnate(maesai, 0, &last_error));
    expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
}

/* Whether old streams are still being taken back. */
static bool
is_under_way(void)
{
    struct node *maesai = world.nodes[MAESAI];
    uint8_t rank;

    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_reincarnation_rank(maesai, &rank, &last_error));
    node_store_abort(maesai->store);
    return rank < 5;
}

/* The place of a message on Tachileik's desk; 0: none. */
static uint64_t
place_on_desk(const struct ent_id *id)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    uint64_t count = desk_count(TACHILEIK);
    uint64_t place = 0;

    expect_ok(node_store_begin(tachileik->store, &last_error));
    for (uint64_t i = 1; i <= count && place == 0; i++) {
        ENT_AUTO(node_row_free) node_desk_row *row = NULL;

        expect_ok(node_desk_get(tachileik, i, &row, &last_error));
        if (memcmp(row->id.data, id->bytes, sizeof id->bytes) == 0) {
            place = i;
        }
    }
    node_store_abort(tachileik->store);
    return place;
}

/* Each once, delivered, and in the order in which they were accepted. */
static void
expect_all_in_order(const struct ent_id *ids, int count)
{
    uint64_t before = 0;

    for (int i = 0; i < count; i++) {
        uint64_t place = place_on_desk(&ids[i]);

        if (place <= before) {
            fail_msg("message %d lies at %u, behind %u", i, (unsigned)place,
                (unsigned)before);
        }
        assert_int_equal(times_on_desk(TACHILEIK, &ids[i]), 1);
        assert_int_equal(state_of(MAESAI, TACHILEIK, &ids[i]), DELIVERED);
        before = place;
    }
}

static void
let_it_arrive(void)
{
    world.lose = 0;
    for (int i = 0; i < 20; i++) {
        pass(10000);
    }
}

/* ---- tests ---- */

static void
all_of_it_arrives_once_and_in_order(void **state)
{
    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    let_it_arrive();
    expect_all_in_order(urgent, MANY);
    expect_all_in_order(routine, MANY);
    journal_is_good(MAESAI);
}

static void
a_step_takes_back_no_more_than_it_is_allowed(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    unsigned steps = 0;
    bool more = true;

    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    while (more) {
        expect_ok(node_turn_begin(maesai, world.now, &last_error));
        expect_ok(node_reincarnation_run(maesai, 2, &more, &last_error));
        expect_ok(node_turn_end(maesai, ENT_OK, &last_error));
        steps++;
    }
    assert_true(steps > MANY && steps < 2 * MANY);
    assert_false(is_under_way());
}

static void
a_crash_at_any_step_loses_and_doubles_nothing(void **state)
{
    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    world.old_messages = 1;
    for (int i = 0; is_under_way(); i++) {
        assert_true(i < 100);
        crash(MAESAI);
        turn(MAESAI, NULL);
    }
    crash(MAESAI);
    let_it_arrive();
    expect_all_in_order(urgent, MANY);
    expect_all_in_order(routine, MANY);
    journal_is_good(MAESAI);
}

/* Nothing that is written meanwhile overtakes what was accepted before it. */
static void
what_is_new_waits_for_what_is_taken_back(void **state)
{
    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    world.old_messages = 1;
    world.lose = 0;
    urgent[MANY] = post(MAESAI, TACHILEIK, hotline);
    routine[MANY] = post(MAESAI, TACHILEIK, radio_check);
    for (int i = 0; i < 60; i++) {
        pass(2000);
    }
    assert_false(is_under_way());
    let_it_arrive();
    expect_all_in_order(urgent, MANY + 1);
    expect_all_in_order(routine, MANY + 1);
}

/* A bundle of the old life that became due behind the walk. */
static void
what_the_walk_has_passed_is_not_sent_in_the_old_stream(void **state)
{
    struct node *maesai = world.nodes[MAESAI];
    struct node_key key = node_key_meta("leftover");

    (void)state;
    introduce();
    leave_unsettled();
    begin_anew();
    expect_ok(node_store_begin(maesai->store, &last_error));
    expect_ok(node_store_delete(
        maesai->store, NODE_META, node_key_view(&key), &last_error));
    expect_ok(node_store_commit(maesai->store, &last_error));
    let_it_arrive();
    expect_all_in_order(urgent, MANY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_it_arrives_once_and_in_order),
        TEST(a_step_takes_back_no_more_than_it_is_allowed),
        TEST(a_crash_at_any_step_loses_and_doubles_nothing),
        TEST(what_is_new_waits_for_what_is_taken_back),
        TEST(what_the_walk_has_passed_is_not_sent_in_the_old_stream),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_reincarnation", tests, NULL, NULL);
}
