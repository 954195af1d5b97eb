/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/incoming_case.h"

/* ---- in order ---- */

static void
bundles_in_order_are_settled_one_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < HISTORY_LEN; i++) {
        assert_int_equal(receive(&history[i]), ENT_ARRIVAL_IN_ORDER);
        assert_int_equal(handed_count, 0);
        expect_settled(2 * i + 2, &history[i]);
    }
    assert_false(incoming.forked);
}

static void
what_was_settled_is_a_duplicate(void **state)
{
    (void)state;
    receive(&history[0]);
    receive(&history[1]);
    assert_int_equal(receive(&history[0]), ENT_ARRIVAL_DUPLICATE);
    assert_int_equal(receive(&history[1]), ENT_ARRIVAL_DUPLICATE);
    expect_settled(4, &history[1]);
}

static void
a_bundle_that_does_not_continue_the_chain_is_a_fork(void **state)
{
    struct letter other = make_letter(&history[5].after, 3, 2, "other");

    (void)state;
    receive(&history[0]);
    assert_int_equal(receive(&other), ENT_ARRIVAL_FORK);
    assert_true(incoming.forked);
    expect_settled(2, &history[0]);
}

static void
a_bundle_half_settled_is_a_fork(void **state)
{
    struct letter other = make_letter(&history[0].label.previous, 1, 3, "x");

    (void)state;
    receive(&history[0]);
    assert_int_equal(receive(&other), ENT_ARRIVAL_FORK);
    assert_true(incoming.forked);
}

static void
after_a_fork_what_continues_the_chain_is_still_taken(void **state)
{
    struct letter other = make_letter(&history[5].after, 3, 2, "other");

    (void)state;
    receive(&history[0]);
    receive(&other);
    assert_int_equal(receive(&history[1]), ENT_ARRIVAL_IN_ORDER);
    expect_settled(4, &history[1]);
    assert_true(incoming.forked);
}

static void
numbers_that_cannot_be_are_not_answered(void **state)
{
    struct letter impossible[] = {
        make_letter(&history[0].label.previous, 0, 2, "zero"),
        make_letter(&history[0].label.previous, 1, 0, "empty"),
        make_letter(&history[0].label.previous, UINT64_MAX, 1, "last"),
        make_letter(&history[0].label.previous, UINT64_MAX - 1, 2, "wraps"),
        make_letter(&history[0].label.previous, 1, UINT32_MAX, "crowd"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
        assert_int_equal(receive(&impossible[i]), ENT_ARRIVAL_TOO_FAR);
        assert_int_equal(handed_count, 0);
    }
    assert_int_equal(incoming.early_count, 0);
    assert_false(incoming.forked);
}

/* ---- early ---- */

static void
an_early_bundle_waits_for_what_is_before_it(void **state)
{
    (void)state;
    assert_int_equal(receive(&history[2]), ENT_ARRIVAL_EARLY);
    assert_int_equal(receive(&history[1]), ENT_ARRIVAL_EARLY);
    assert_int_equal(incoming.settled_up_to, 0);
    assert_int_equal(receive(&history[0]), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(1, 2);
    expect_settled(6, &history[2]);
    assert_int_equal(incoming.early_count, 0);
}

static void
each_gap_holds_back_only_what_is_behind_it(void **state)
{
    (void)state;
    receive(&history[5]);
    receive(&history[1]);
    receive(&history[3]);
    assert_int_equal(receive(&history[0]), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(1);
    expect_settled(4, &history[1]);
    assert_int_equal(receive(&history[4]), ENT_ARRIVAL_EARLY);
    assert_int_equal(receive(&history[2]), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(3, 4, 5);
    expect_settled(12, &history[5]);
}

static void
an_early_bundle_again_is_a_duplicate(void **state)
{
    (void)state;
    receive(&history[3]);
    assert_int_equal(receive(&history[3]), ENT_ARRIVAL_DUPLICATE);
    assert_int_equal(incoming.early_count, 1);
}

static void
another_label_in_an_early_place_is_a_fork(void **state)
{
    struct letter others[] = {
        make_letter(&history[3].label.previous, 7, 2, "same place"),
        make_letter(&history[3].label.previous, 7, 1, "shorter"),
        make_letter(&history[3].label.previous, 7, 3, "longer"),
        make_letter(&history[3].label.previous, 6, 2, "into it"),
        make_letter(&history[3].label.previous, 8, 2, "out of it"),
        make_letter(&history[3].label.previous, 5, 6, "around it"),
        make_letter(&history[3].label.previous, 1, 8, "from the start"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        setup(state);
        receive(&history[3]);
        assert_int_equal(receive(&others[i]), ENT_ARRIVAL_FORK);
        assert_true(incoming.forked);
        assert_int_equal(incoming.early_count, 1);
    }
}

static void
early_neighbours_that_do_not_link_are_a_fork(void **state)
{
    struct letter below = make_letter(&history[1].after, 5, 2, "below");
    struct letter above = make_letter(&below.after, 9, 2, "above");

    (void)state;
    receive(&history[3]);
    assert_int_equal(receive(&below), ENT_ARRIVAL_FORK);
    assert_int_equal(receive(&above), ENT_ARRIVAL_FORK);
    assert_int_equal(incoming.early_count, 1);
    assert_int_equal(receive(&history[2]), ENT_ARRIVAL_EARLY);
    assert_int_equal(receive(&history[4]), ENT_ARRIVAL_EARLY);
}

static void
a_held_bundle_off_the_chain_is_handed_out_as_forked(void **state)
{
    struct letter other = make_letter(&history[0].after, 3, 2, "other");
    struct letter next = make_letter(&other.after, 5, 2, "next of other");

    (void)state;
    receive(&history[2]); /* continues history[1], not `other` */
    receive(&history[3]);
    receive(&history[0]);
    assert_int_equal(receive(&other), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(2);
    assert_true(handed[0].forked);
    assert_true(incoming.forked);
    expect_settled(4, &other);

    /* its place is free, and what stood behind it is the next to be judged */
    assert_int_equal(incoming.early_count, 1);
    assert_int_equal(receive(&next), ENT_ARRIVAL_IN_ORDER);
    EXPECT_HANDED(3);
    assert_true(handed[0].forked);
    expect_settled(6, &next);
    assert_int_equal(incoming.early_count, 0);
}

static void
sixty_four_wait_and_no_more(void **state)
{
    (void)state;
    for (size_t i = 1; i <= ENT_RANGES_MAX; i++) {
        assert_int_equal(receive(&history[i]), ENT_ARRIVAL_EARLY);
    }
    assert_int_equal(
        receive(&history[ENT_RANGES_MAX + 1]), ENT_ARRIVAL_TOO_FAR);
    assert_int_equal(receive(&history[0]), ENT_ARRIVAL_IN_ORDER);
    assert_int_equal(handed_count, ENT_RANGES_MAX);
    expect_settled(2 * ENT_RANGES_MAX + 2, &history[ENT_RANGES_MAX]);
}

static void
a_bundle_may_come_from_very_far_ahead(void **state)
{
    struct letter far =
        make_letter(&history[5].after, UINT64_MAX - 1024, 1024, "far");
    struct letter beyond = make_letter(&far.after, UINT64_MAX - 1, 1, "beyond");
    uint64_t missing;

    (void)state;
    assert_int_equal(receive(&far), ENT_ARRIVAL_EARLY);
    assert_int_equal(receive(&beyond), ENT_ARRIVAL_FORK); /* overlaps */
    assert_int_equal(
        ent_incoming_release(&incoming, FLASH, NOW + HOUR, handed, &missing),
        1);
    assert_true(missing == UINT64_MAX - 1025);
    assert_int_equal(receive(&history[0]), ENT_ARRIVAL_IN_ORDER);
    assert_int_equal(incoming.early_count, 1);
}

/* ---- receipts ---- */

static void
a_receipt_describes_what_is_settled_and_what_waits(void **state)
{
    struct ent_receipt receipt = {.further_count = 17};

    (void)state;
    receive(&history[0]);
    receive(&history[2]);
    receive(&history[3]);
    receive(&history[6]);
    ent_incoming_describe(&incoming, &receipt);
    assert_int_equal(receipt.settled_up_to, 2);
    assert_true(ent_digest_equal(&receipt.chain, &history[0].after));
    assert_int_equal(receipt.further_count, 2);
    assert_int_equal(receipt.further[0].first, 5);
    assert_int_equal(receipt.further[0].last, 8);
    assert_int_equal(receipt.further[1].first, 13);
    assert_int_equal(receipt.further[1].last, 14);
}

static void
a_receipt_has_room_for_all_that_can_wait(void **state)
{
    struct ent_receipt receipt = {0};

    (void)state;
    for (uint64_t i = 0; i < ENT_RANGES_MAX; i++) {
        struct letter lone =
            make_letter(&history[0].after, 10 + 2 * i, 1, "lone");

        assert_int_equal(receive(&lone), ENT_ARRIVAL_EARLY);
    }
    ent_incoming_describe(&incoming, &receipt);
    assert_int_equal(receipt.further_count, ENT_RANGES_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bundles_in_order_are_settled_one_by_one),
        TEST(what_was_settled_is_a_duplicate),
        TEST(a_bundle_that_does_not_continue_the_chain_is_a_fork),
        TEST(a_bundle_half_settled_is_a_fork),
        TEST(after_a_fork_what_continues_the_chain_is_still_taken),
        TEST(numbers_that_cannot_be_are_not_answered),
        TEST(an_early_bundle_waits_for_what_is_before_it),
        TEST(each_gap_holds_back_only_what_is_behind_it),
        TEST(an_early_bundle_again_is_a_duplicate),
        TEST(another_label_in_an_early_place_is_a_fork),
        TEST(early_neighbours_that_do_not_link_are_a_fork),
        TEST(a_held_bundle_off_the_chain_is_handed_out_as_forked),
        TEST(sixty_four_wait_and_no_more),
        TEST(a_bundle_may_come_from_very_far_ahead),
        TEST(a_receipt_describes_what_is_settled_and_what_waits),
        TEST(a_receipt_has_room_for_all_that_can_wait),
    };

    return cmocka_run_group_tests_name("stream_incoming", tests, NULL, NULL);
}
