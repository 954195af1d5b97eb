/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts, skips and other answers, carried back on a stick. */
#include "tests/carry_stick.h"

#include <sodium.h>

#include "node/keeping.h"
#include "node/manifest.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

static void
without_a_network_an_alert_and_its_receipt_are_carried(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 0);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][KNOWN], 0);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

static void
a_receipt_that_the_wire_lost_comes_by_stick(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;

    (void)state;
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    deliver_one();
    forget_wire();
    world.up = false;
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_true(outcomes.of[ENT_FRAME_RECEIPT][TAKEN] >= 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_receipt_of_somebody_unknown_is_put_off(void **state)
{
    struct outcomes outcomes = {.reason = 0};

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, hotline);
    (void)carry(MAESAI, TACHILEIK);
    write_stick(TACHILEIK, MAESAI, carried);
    /* A store made anew knows nobody. */
    node_close(&world.nodes[MAESAI]);
    {
        char command[PATH_MAX + 16];

        (void)snprintf(
            command, sizeof command, "rm -r '%s'", world.configs[MAESAI].store);
        assert_int_equal(system(command), 0);
    }
    expect_ok(node_init(&world.configs[MAESAI], &last_error));
    expect_ok(
        node_open(&world.configs[MAESAI], &world.nodes[MAESAI], &last_error));
    read_some(MAESAI, carried, carried->count - 1, 1, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][NOT_YET], 1);
    assert_int_equal(outcomes.reason, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
}

static void
what_expired_is_carried_as_a_skip_and_confirmed(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t due;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    world.now += 2 * DAY;
    expect_ok(node_keeping_turn(
        world.nodes[MAESAI], world.now, NODE_KEEPING_ROWS, &due, &last_error));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][TAKEN], 1);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id),
        ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

/* The recipient's sealing keys are gone: it says so by stick, and gets it
 * sealed anew by stick. */
static void
an_answer_that_settles_nothing_is_carried_back_too(void **state)
{
    struct node *tachileik = world.nodes[TACHILEIK];
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t due;
    size_t count;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, carried);
    expect_ok(node_slots_destroy(
        tachileik->slots, 0, world.now + 3 * DAY, &count, &last_error));
    expect_ok(node_turn_begin(tachileik, world.now, &last_error));
    expect_ok(node_manifest_rotate(tachileik, &due, &last_error));
    expect_ok(node_turn_end(tachileik, ENT_OK, &last_error));
    read_stick(TACHILEIK, carried, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][NOT_YET], 1);
    assert_int_equal(outcomes.reason, ENT_REFUSAL_SEALING_KEY_GONE);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][TAKEN], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    (void)carry(TACHILEIK, MAESAI);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

/* Its receipt is too old to be in every file: who carries the skip, because he
 * never heard, still gets it. */
static void
an_old_receipt_is_carried_to_who_asks_for_it(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t due;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    (void)carry(MAESAI, TACHILEIK);
    world.now += 20 * DAY;
    expect_ok(node_keeping_turn(
        world.nodes[MAESAI], world.now, NODE_KEEPING_ROWS, &due, &last_error));
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 0);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][KNOWN], 1);
    outcomes = carry(TACHILEIK, MAESAI);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][TAKEN], 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STICK_TEST(without_a_network_an_alert_and_its_receipt_are_carried),
        STICK_TEST(a_receipt_that_the_wire_lost_comes_by_stick),
        STICK_TEST(a_receipt_of_somebody_unknown_is_put_off),
        STICK_TEST(what_expired_is_carried_as_a_skip_and_confirmed),
        STICK_TEST(an_answer_that_settles_nothing_is_carried_back_too),
        STICK_TEST(an_old_receipt_is_carried_to_who_asks_for_it),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_carry_answers", tests, NULL, NULL);
}
