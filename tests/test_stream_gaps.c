/* SPDX-License-Identifier: Apache-2.0 */
/* What is missing: skipped by its sender, or given up. */
#include "tests/incoming_case.h"

/* ---- skips ---- */

static void
a_skip_in_its_turn_moves_the_stream(void **state)
{
    struct ent_skip skip = skip_of(&history[0]);

    (void)state;
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_IN_ORDER);
    expect_settled(2, &history[0]);
    assert_int_equal(receive(&history[1]), ENT_ARRIVAL_IN_ORDER);
    expect_settled(4, &history[1]);
}

static void
a_skip_completes_what_waited_behind_it(void **state)
{
    struct ent_skip skip = skip_of(&history[0]);

    (void)state;
    receive(&history[1]);
    receive(&history[2]);
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(1, 2);
    expect_settled(6, &history[2]);
}

static void
a_skip_before_its_turn_must_come_again(void **state)
{
    struct ent_skip skip = skip_of(&history[2]);

    (void)state;
    receive(&history[0]);
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_TOO_FAR);
    assert_int_equal(incoming.early_count, 0);
    receive(&history[1]);
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_IN_ORDER);
    expect_settled(6, &history[2]);
}

static void
a_skip_of_what_is_passed_is_a_duplicate(void **state)
{
    struct ent_skip delivered = skip_of(&history[0]);
    struct ent_skip skipped = skip_of(&history[1]);

    (void)state;
    receive(&history[0]);
    assert_int_equal(receive_skip(&delivered), ENT_ARRIVAL_DUPLICATE);
    receive_skip(&skipped);
    assert_int_equal(receive_skip(&skipped), ENT_ARRIVAL_DUPLICATE);
    assert_int_equal(receive(&history[1]), ENT_ARRIVAL_DUPLICATE);
    expect_settled(4, &history[1]);
}

static void
a_skip_of_what_waits_early_is_a_duplicate(void **state)
{
    struct ent_skip skip = skip_of(&history[2]);

    (void)state;
    receive(&history[2]);
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_DUPLICATE);
    assert_int_equal(incoming.early_count, 1);
    assert_false(incoming.forked);
}

static void
a_skip_from_another_chain_is_a_fork(void **state)
{
    struct ent_skip skip = skip_of(&history[1]);

    (void)state;
    receive(&history[0]);
    skip.chain_before = history[7].after;
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_FORK);
    assert_true(incoming.forked);
    expect_settled(2, &history[0]);
}

static void
a_skip_of_another_bundle_than_the_early_one_is_a_fork(void **state)
{
    struct ent_skip before = skip_of(&history[2]);
    struct ent_skip after = skip_of(&history[2]);

    (void)state;
    receive(&history[2]);
    before.chain_before = history[7].after;
    assert_int_equal(receive_skip(&before), ENT_ARRIVAL_FORK);
    after.chain_after = history[7].after;
    assert_int_equal(receive_skip(&after), ENT_ARRIVAL_FORK);
    assert_int_equal(incoming.early_count, 1);
}

static void
a_skip_of_anything_but_one_bundle_is_a_fork(void **state)
{
    struct ent_skip over = skip_of(&history[0]); /* with one that is here */
    struct ent_skip part = skip_of(&history[2]);
    struct ent_skip passed = skip_of(&history[0]);

    (void)state;
    receive(&history[2]);
    over.to = 6;
    over.chain_after = history[2].after;
    assert_int_equal(receive_skip(&over), ENT_ARRIVAL_FORK);
    part.to--;
    assert_int_equal(receive_skip(&part), ENT_ARRIVAL_FORK);
    receive(&history[0]);
    passed.to = 4;
    passed.chain_after = history[1].after;
    assert_int_equal(receive_skip(&passed), ENT_ARRIVAL_FORK);
    expect_settled(2, &history[0]);
    assert_int_equal(incoming.early_count, 1);
}

static void
a_skip_that_leads_elsewhere_exposes_what_waits_behind_it(void **state)
{
    struct ent_skip skip = skip_of(&history[0]);

    (void)state;
    receive(&history[1]);
    skip.chain_after = history[9].after;
    assert_int_equal(receive_skip(&skip), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(1);
    assert_true(handed[0].forked);
    expect_settled(2, &history[9]);
}

static void
a_skip_of_impossible_numbers_is_not_answered(void **state)
{
    struct ent_skip backwards = skip_of(&history[0]);
    struct ent_skip from_zero = skip_of(&history[0]);
    struct ent_skip everything = skip_of(&history[0]);

    (void)state;
    backwards.from = 3;
    from_zero.from = 0;
    everything.to = UINT64_MAX;
    assert_int_equal(receive_skip(&backwards), ENT_ARRIVAL_TOO_FAR);
    assert_int_equal(receive_skip(&from_zero), ENT_ARRIVAL_TOO_FAR);
    assert_int_equal(receive_skip(&everything), ENT_ARRIVAL_TOO_FAR);
    assert_int_equal(handed_count, 0);
    assert_int_equal(incoming.settled_up_to, 0);
}

/* ---- gaps that last ---- */

static size_t
release(uint32_t precedence, uint64_t now, uint64_t *ret_missing)
{
    handed_count =
        ent_incoming_release(&incoming, precedence, now, handed, ret_missing);
    return handed_count;
}

static void
a_gap_waits_by_precedence(void **state)
{
    (void)state;
    assert_int_equal(ent_gap_wait_ms(FLASH), 2 * SECOND);
    assert_int_equal(ent_gap_wait_ms(IMMEDIATE), 30 * SECOND);
    assert_int_equal(ent_gap_wait_ms(PRIORITY), 5 * MINUTE);
    assert_int_equal(ent_gap_wait_ms(ROUTINE), HOUR);
}

static void
what_outlives_its_gap_is_released_and_says_what_is_missing(void **state)
{
    uint64_t missing;

    (void)state;
    assert_true(ent_incoming_due(&incoming, FLASH) == UINT64_MAX);
    receive_at(&history[3], NOW);
    assert_int_equal(ent_incoming_due(&incoming, FLASH), NOW + 2 * SECOND);
    assert_int_equal(release(FLASH, NOW + 2 * SECOND - 1, &missing), 0);
    assert_int_equal(release(FLASH, NOW + 2 * SECOND, &missing), 1);
    EXPECT_HANDED(3);
    assert_true(handed[0].released);
    assert_int_equal(missing, 6);
    assert_true(ent_incoming_due(&incoming, FLASH) == UINT64_MAX);
    assert_int_equal(release(FLASH, NOW + HOUR, &missing), 0);
}

static void
what_was_released_is_not_handed_out_as_new_when_its_gap_fills(void **state)
{
    uint64_t missing;

    (void)state;
    receive_at(&history[1], NOW);
    release(FLASH, NOW + 2 * SECOND, &missing);
    receive_at(&history[2], NOW + 3 * SECOND);
    assert_int_equal(receive(&history[0]), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(1, 2);
    assert_true(handed[0].released);
    assert_false(handed[1].released);
}

static void
behind_a_gap_given_up_nothing_waits_again(void **state)
{
    uint64_t missing;

    (void)state;
    receive_at(&history[1], NOW);
    release(FLASH, NOW + 2 * SECOND, &missing);
    receive_at(&history[2], NOW + 9 * SECOND);
    assert_true(ent_incoming_due(&incoming, FLASH) <= NOW + 9 * SECOND);
    assert_int_equal(release(FLASH, NOW + 9 * SECOND, &missing), 1);
    EXPECT_HANDED(2);
    assert_int_equal(missing, 2);
}

static void
a_second_gap_has_its_own_time(void **state)
{
    uint64_t missing;

    (void)state;
    receive_at(&history[1], NOW);
    receive_at(&history[3], NOW + SECOND);
    assert_int_equal(release(FLASH, NOW + 2 * SECOND, &missing), 1);
    EXPECT_HANDED(1);
    assert_int_equal(missing, 2);
    assert_int_equal(ent_incoming_due(&incoming, FLASH), NOW + 3 * SECOND);
    assert_int_equal(release(FLASH, NOW + 3 * SECOND, &missing), 1);
    EXPECT_HANDED(3);
    assert_int_equal(missing, 4);
}

static void
what_stands_before_is_never_released_after(void **state)
{
    uint64_t missing;

    (void)state;
    receive_at(&history[5], NOW);
    receive_at(&history[1], NOW + SECOND);
    assert_int_equal(release(FLASH, NOW + 2 * SECOND, &missing), 2);
    EXPECT_HANDED(1, 5);
    assert_int_equal(missing, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_skip_in_its_turn_moves_the_stream),
        TEST(a_skip_completes_what_waited_behind_it),
        TEST(a_skip_before_its_turn_must_come_again),
        TEST(a_skip_of_what_is_passed_is_a_duplicate),
        TEST(a_skip_of_what_waits_early_is_a_duplicate),
        TEST(a_skip_from_another_chain_is_a_fork),
        TEST(a_skip_of_another_bundle_than_the_early_one_is_a_fork),
        TEST(a_skip_of_anything_but_one_bundle_is_a_fork),
        TEST(a_skip_that_leads_elsewhere_exposes_what_waits_behind_it),
        TEST(a_skip_of_impossible_numbers_is_not_answered),
        TEST(a_gap_waits_by_precedence),
        TEST(what_outlives_its_gap_is_released_and_says_what_is_missing),
        TEST(what_was_released_is_not_handed_out_as_new_when_its_gap_fills),
        TEST(behind_a_gap_given_up_nothing_waits_again),
        TEST(a_second_gap_has_its_own_time),
        TEST(what_stands_before_is_never_released_after),
    };

    return cmocka_run_group_tests_name("stream_gaps", tests, NULL, NULL);
}
