/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed in by hundreds lets what is urgent pass. */
#include "node/rollback.h"
#include "tests/local_programs.h"

#include <stdio.h>
#include <sysexits.h>

#define MANY 100
#define SLICES 4 /* of MANY */

static void
what_is_handed_in_at_once_is_accepted_at_once(void **state)
{
    const uint64_t before = accepted();

    (void)state;
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    assert_int_equal(accepted(), before + MANY);
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
a_store_that_is_an_old_copy_accepts_nothing(void **state)
{
    const uint64_t before = accepted();

    (void)state;
    hand_in(programs[0], 1, MANY, MANY);
    maesai()->rolled_back = true;
    serve();
    maesai()->rolled_back = false;
    assert_int_equal(accepted(), before);
    assert_string_equal(reply_to(programs[0])->error, NODE_ROLLBACK_TEXT);
}

static void
while_something_is_urgent_it_is_accepted_in_slices_and_answered_once(
    void **state)
{
    uint64_t before;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY);
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
        assert_true(node_api_has_more(maesai()->api));
        assert_int_equal(accepted(), before + i * SLICE);
        assert_true(is_unanswered(programs[0]));
    }
    serve();
    assert_false(node_api_has_more(maesai()->api));
    assert_int_equal(accepted(), before + MANY);
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
once_nothing_is_urgent_the_rest_is_accepted_at_once(void **state)
{
    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    world.now += NODE_URGENT_MS;
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
between_slices_another_program_is_served(void **state)
{
    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    hand_in(programs[1], 500, 1, 1);
    serve();
    expect_accepted(reply_to(programs[1]), 500, 1);
    assert_true(is_unanswered(programs[0]));
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
what_its_program_asks_next_waits_for_all_of_it(void **state)
{
    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    hand_in(programs[0], 500, 1, 1);
    for (unsigned i = 0; i <= SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
    expect_accepted(reply_to(programs[0]), 500, 1);
}

static void
two_large_ones_are_served_in_slices_side_by_side(void **state)
{
    const uint64_t before = accepted() + 1;

    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    node_api_fill(maesai());
    hand_in(programs[1], 500, MANY, MANY);
    for (unsigned i = 0; i < 2 * SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
    expect_accepted(reply_to(programs[1]), 500, MANY);
    assert_int_equal(accepted(), before + 2 * MANY);
}

/* The first alert: nobody knew of it when the turn began. */
static void
a_small_one_that_comes_meanwhile_shares_the_turn_of_the_first_slice(
    void **state)
{
    const uint64_t before = accepted();

    (void)state;
    hand_in(programs[0], 1, MANY, MANY);
    node_api_fill(maesai());
    hand_in(programs[1], 500, 1, 1);
    node_api_ear(maesai()->api)->state = ENT_EAR_QUIET;
    serve();
    expect_accepted(reply_to(programs[1]), 500, 1);
    assert_int_equal(accepted(), before + SLICE + 1);
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

/* Or a repetition would be a second message. */
static void
messages_without_ids_are_accepted_at_once_whatever_is_urgent(void **state)
{
    uint64_t before;
    const Entente__V1__ApiReply *reply;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY - 1);
    serve();
    assert_int_equal(accepted(), before + MANY);
    reply = reply_to(programs[0]);
    assert_int_equal(reply->submit->n_results, MANY);
}

static void
when_a_slice_cannot_be_kept_its_program_is_told_and_can_repeat_all(void **state)
{
    const Entente__V1__ApiReply *reply;
    uint64_t before;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    serve_and_end(ENT_FULL);
    reply = reply_to(programs[0]);
    assert_int_equal(reply->number, 1);
    assert_int_equal(reply->exit_code, EX_TEMPFAIL);
    assert_false(node_api_has_more(maesai()->api));
    assert_int_equal(accepted(), before + SLICE); /* that stays */
    world.now += NODE_URGENT_MS;
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
    assert_int_equal(accepted(), before + MANY);
}

static void
a_turn_that_fails_without_it_takes_nothing_of_it_back(void **state)
{
    struct node *node = maesai();

    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_true(is_unanswered(programs[0]));
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
    }
    expect_accepted(reply_to(programs[0]), 1, MANY);
}

static void
what_a_program_handed_in_that_is_gone_is_accepted_all_the_same(void **state)
{
    uint64_t before;

    (void)state;
    alert();
    before = accepted();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    (void)zmq_close(programs[0]);
    programs[0] = NULL;
    for (unsigned i = 1; i < SLICES; i++) {
        serve();
    }
    assert_int_equal(accepted(), before + MANY);
    assert_false(node_api_has_more(maesai()->api));
}

static void
what_a_node_that_stops_leaves_undone_is_done_when_it_is_asked_again(
    void **state)
{
    const uint64_t before = accepted() + 1;

    (void)state;
    alert();
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    crash(MAESAI);
    (void)zmq_close(programs[0]);
    programs[0] = open_program();
    assert_int_equal(accepted(), before + SLICE);
    hand_in(programs[0], 1, MANY, MANY);
    serve();
    expect_accepted(reply_to(programs[0]), 1, MANY);
    assert_int_equal(accepted(), before + MANY);
    exchange();
    assert_int_equal(desk_count(TACHILEIK), before + MANY);
    journal_is_good(MAESAI);
}

#define SUBMIT_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, open_programs, close_programs)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SUBMIT_TEST(what_is_handed_in_at_once_is_accepted_at_once),
        SUBMIT_TEST(a_store_that_is_an_old_copy_accepts_nothing),
        SUBMIT_TEST(
            while_something_is_urgent_it_is_accepted_in_slices_and_answered_once),
        SUBMIT_TEST(once_nothing_is_urgent_the_rest_is_accepted_at_once),
        SUBMIT_TEST(between_slices_another_program_is_served),
        SUBMIT_TEST(what_its_program_asks_next_waits_for_all_of_it),
        SUBMIT_TEST(two_large_ones_are_served_in_slices_side_by_side),
        SUBMIT_TEST(
            a_small_one_that_comes_meanwhile_shares_the_turn_of_the_first_slice),
        SUBMIT_TEST(
            messages_without_ids_are_accepted_at_once_whatever_is_urgent),
        SUBMIT_TEST(
            when_a_slice_cannot_be_kept_its_program_is_told_and_can_repeat_all),
        SUBMIT_TEST(a_turn_that_fails_without_it_takes_nothing_of_it_back),
        SUBMIT_TEST(
            what_a_program_handed_in_that_is_gone_is_accepted_all_the_same),
        SUBMIT_TEST(
            what_a_node_that_stops_leaves_undone_is_done_when_it_is_asked_again),
    };

    return cmocka_run_group_tests_name("node_api_submit", tests, NULL, NULL);
}
