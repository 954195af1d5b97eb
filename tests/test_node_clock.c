/* SPDX-License-Identifier: Apache-2.0 */
/* Whose word about the time ends a doubt, and what never does. */
#include "tests/two_offices_rows.h"

#include "node/alarms.h"
#include "node/clock.h"
#include "proto/refusal.h"

static const struct ent_party first = {{1}};
static const struct ent_party second = {{2}};

/* ---- the vocabulary ---- */

/* The store was last written at `world.now`; its node starts so much later. */
static void
start_after(int64_t ms)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_clock_keep(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    world.now = (uint64_t)((int64_t)world.now + ms);
    crash(MAESAI);
    expect_ok(node_clock_judge(world.nodes[MAESAI], &last_error));
}

static bool
is_in_doubt(void)
{
    return world.nodes[MAESAI]->clock_doubt;
}

static void
witness(const struct ent_party *peer, uint64_t signed_at)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_clock_witness(node, peer, signed_at, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Whoever is in doubt says so. */
static size_t
alarms(void)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    if (is_in_doubt()) {
        expect_ok(node_clock_keep(node, &last_error));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return alarms_of(MAESAI, NODE_ALARM_CLOCK);
}

/* Somebody looked at a watch. */
static void
confirm(void)
{
    Entente__V1__ClockRequest request = ENTENTE__V1__CLOCK_REQUEST__INIT;
    Entente__V1__ClockReply reply = ENTENTE__V1__CLOCK_REPLY__INIT;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[MAESAI];

    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    request.confirm = true;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_clock(node, &request, &arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Mae Sai alone is ahead when it seals a message; the right time comes back
 * before anybody has answered. */
static struct ent_id
seal_ahead(int64_t ms)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_id id;

    introduce();
    world.now += (uint64_t)ms;
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_clock_keep(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    world.now -= (uint64_t)ms;
    return id;
}

/* ---- tests ---- */

static void
a_weekend_is_no_reason_to_doubt(void **state)
{
    (void)state;
    start_after(3 * (int64_t)DAY);
    assert_false(is_in_doubt());
    assert_int_equal(alarms(), 0);
}

static void
two_peers_with_the_same_time_end_it_and_one_does_not(void **state)
{
    (void)state;
    start_after(40 * (int64_t)DAY);
    assert_true(is_in_doubt());
    assert_int_equal(alarms(), 1);
    witness(&first, world.now - HOUR);
    witness(&second, world.now - HOUR);
    witness(&first, world.now + HOUR);
    witness(&second, world.now + HOUR);
    witness(&first, world.now);
    witness(&first, world.now + 1000);
    assert_true(is_in_doubt());
    witness(&second, world.now - 1000);
    assert_false(is_in_doubt());
    assert_int_equal(alarms(), 0);
    journal_is_good(MAESAI);
}

/* What was signed at that time can be repeated by whoever set the clock. */
static void
no_peer_makes_a_clock_right_that_was_set_back(void **state)
{
    (void)state;
    start_after(-(int64_t)HOUR);
    assert_true(is_in_doubt());
    witness(&first, world.now);
    witness(&second, world.now);
    assert_true(is_in_doubt());
}

static void
while_in_doubt_the_time_that_was_kept_does_not_move(void **state)
{
    uint64_t kept = world.now;

    (void)state;
    start_after(-(int64_t)HOUR);
    assert_int_equal(alarms(), 1);
    assert_int_equal(number_of(MAESAI, "clock"), kept);
}

/* Beside the clock that only counts, it is set while the node runs. */
static bool
is_doubted_when_set_by(int64_t ms)
{
    struct node *node = world.nodes[MAESAI];

    node->clock_doubt = false;
    node_clock_watch(node);
    assert_false(is_in_doubt());
    world.now = (uint64_t)((int64_t)world.now + ms);
    node_clock_watch(node);
    return is_in_doubt();
}

static void
a_clock_that_is_set_while_the_node_runs_is_doubted(void **state)
{
    const int64_t minute = (int64_t)HOUR / 60;

    (void)state;
    assert_false(is_doubted_when_set_by(minute));
    assert_false(is_doubted_when_set_by(-minute));
    assert_true(is_doubted_when_set_by(10 * minute));
    assert_true(is_doubted_when_set_by(-10 * minute));
}

/* What waited for the doubt to end goes on at once, and what was put off by a
 * clock that was ahead is looked at again. */
static void
who_believes_it_again_looks_at_what_waited(void **state)
{
    struct node *node;

    (void)state;
    start_after(40 * (int64_t)DAY);
    node = world.nodes[MAESAI];
    node->errands_due = false;
    node->reckon_due = false;
    confirm();
    assert_false(is_in_doubt());
    assert_true(node->errands_due);
    assert_true(node->reckon_due);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_CLOCK), 1);
    confirm(); /* of nothing: there is no doubt */
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_CLOCK), 1);
}

static void
a_new_doubt_needs_new_witnesses(void **state)
{
    (void)state;
    start_after(40 * (int64_t)DAY);
    witness(&first, world.now);
    assert_true(is_doubted_when_set_by((int64_t)HOUR));
    witness(&second, world.now);
    assert_true(is_in_doubt());
    witness(&first, world.now);
    assert_false(is_in_doubt());
}

/* Who agreed with it before it stepped says nothing of it after. */
static void
a_step_while_in_doubt_needs_new_witnesses_too(void **state)
{
    (void)state;
    start_after(40 * (int64_t)DAY);
    node_clock_watch(world.nodes[MAESAI]);
    witness(&first, world.now);
    world.now += HOUR;
    node_clock_watch(world.nodes[MAESAI]);
    witness(&second, world.now);
    assert_true(is_in_doubt());
    witness(&first, world.now);
    assert_false(is_in_doubt());
}

static void
a_turn_that_is_taken_back_confirmed_nothing(void **state)
{
    Entente__V1__ClockRequest request = ENTENTE__V1__CLOCK_REQUEST__INIT;
    Entente__V1__ClockReply reply = ENTENTE__V1__CLOCK_REPLY__INIT;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node;

    (void)state;
    start_after(-(int64_t)HOUR);
    node = world.nodes[MAESAI];
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    request.confirm = true;
    for (int i = 0; i < 2; i++) {
        expect_ok(node_turn_begin(node, world.now, &last_error));
        expect_ok(node_api_clock(node, &request, &arena, &reply, &last_error));
        assert_true(reply.confirmed);
        assert_int_equal(
            node_turn_end(node, i == 0 ? ENT_FULL : ENT_OK, &last_error),
            i == 0 ? ENT_FULL : ENT_OK);
        assert_int_equal(is_in_doubt(), i == 0);
    }
    assert_int_equal(number_of(MAESAI, "clock"), world.now);
}

static void
who_seals_ahead_of_time_is_told(void **state)
{
    node_copy_row *row;
    struct ent_id id;

    (void)state;
    id = seal_ahead(20 * (int64_t)DAY);
    world.nodes[MAESAI]->clock_doubt = true; /* it is not sealed anew yet */
    drain();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_CLOCK), 1);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(row->state, 0);
    node_row_free(&row);
}

static void
what_was_sealed_ahead_of_time_is_sealed_anew(void **state)
{
    struct ent_id next;
    struct ent_id id;

    (void)state;
    id = seal_ahead(20 * (int64_t)DAY);
    forget_wire(); /* and nobody ever does */
    crash(MAESAI);
    expect_ok(node_clock_judge(world.nodes[MAESAI], &last_error));
    assert_true(is_in_doubt()); /* it was set back */
    next = post(MAESAI, TACHILEIK, hotline);
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    confirm();
    exchange();
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(times_on_desk(TACHILEIK, &next), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

/* Whether an alert is accepted; if not, because nothing is in force. */
static bool
is_accepted(enum who from, enum who to)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    submit(from, to, hotline, &result, &arena);
    assert_string_equal(result->error, "");
    if (!result->copies[0]->accepted) {
        assert_int_equal(result->copies[0]->reason, ENT_REFUSAL_NOT_IN_FORCE);
    }
    return result->copies[0]->accepted;
}

/* Their agreement is over in five days. */
static void
agree_for_five_days(void)
{
    for (int i = 0; i < 2; i++) {
        give_agreement((enum who)i, "until: 2027-12-31", "until: 2026-08-20");
    }
}

static void
an_agreement_that_was_over_stays_over(void **state)
{
    (void)state;
    agree_for_five_days();
    assert_true(is_accepted(MAESAI, TACHILEIK));
    world.now += 10 * DAY;
    assert_false(is_accepted(MAESAI, TACHILEIK));
    start_after(-8 * (int64_t)DAY); /* when it was in force */
    assert_true(is_in_doubt());
    assert_false(is_accepted(MAESAI, TACHILEIK));
    confirm(); /* somebody takes it upon himself */
    assert_true(is_accepted(MAESAI, TACHILEIK));
}

static void
set_while_it_runs_it_revives_nothing_either(void **state)
{
    (void)state;
    agree_for_five_days();
    world.now += 10 * DAY;
    node_clock_watch(world.nodes[MAESAI]);
    world.now -= 8 * DAY;
    assert_true(node_clock_watch(world.nodes[MAESAI]));
    assert_false(is_accepted(MAESAI, TACHILEIK));
}

/* It may be the clock that is wrong: nothing is refused for good. */
static void
what_comes_meanwhile_waits_at_its_recipient(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    agree_for_five_days();
    world.now += 10 * DAY;
    start_after(-8 * (int64_t)DAY);
    id = post(TACHILEIK, MAESAI, hotline);
    exchange();
    assert_int_equal(times_on_desk(MAESAI, &id), 0);
    assert_int_equal(state_of(TACHILEIK, MAESAI, &id), 0);
    confirm();
    exchange();
    exchange();
    assert_int_equal(times_on_desk(MAESAI, &id), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_weekend_is_no_reason_to_doubt),
        TEST(two_peers_with_the_same_time_end_it_and_one_does_not),
        TEST(no_peer_makes_a_clock_right_that_was_set_back),
        TEST(while_in_doubt_the_time_that_was_kept_does_not_move),
        TEST(a_clock_that_is_set_while_the_node_runs_is_doubted),
        TEST(who_believes_it_again_looks_at_what_waited),
        TEST(a_new_doubt_needs_new_witnesses),
        TEST(a_step_while_in_doubt_needs_new_witnesses_too),
        TEST(a_turn_that_is_taken_back_confirmed_nothing),
        TEST(who_seals_ahead_of_time_is_told),
        TEST(what_was_sealed_ahead_of_time_is_sealed_anew),
        TEST(an_agreement_that_was_over_stays_over),
        TEST(set_while_it_runs_it_revives_nothing_either),
        TEST(what_comes_meanwhile_waits_at_its_recipient),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
