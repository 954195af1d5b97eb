/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/schema/common.pb-c.h"
#include "proto/stream.h"

#define NOW UINT64_C(1700000000000)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define PRIORITY ENTENTE__V1__PRECEDENCE__PRIORITY
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE

#define HISTORY_LEN 80

static const struct ent_stream_id stream = {
    .sender = {.text = "blo-maesai@th"},
    .recipient = {.text = "blo-tachileik@mm"},
    .precedence = ROUTINE,
    .sender_incarnation = 7,
    .recipient_incarnation = 9,
};

/* A bundle as far as a stream can see it. */
struct letter {
    struct ent_label label;
    char wire[24];
    struct ent_digest after;
};

/* The sender's bundles, each of two messages: history[i] has the numbers
 * 2i + 1 and 2i + 2. */
static struct letter history[HISTORY_LEN];

/* The recipient, and what its last step handed out. */
static struct ent_incoming incoming;
static struct ent_early handed[ENT_RANGES_MAX];
static size_t handed_count;

static struct letter
make_letter(const struct ent_digest *previous, uint64_t first, uint32_t count,
    const char *text)
{
    struct letter letter = {
        .label =
            {
                .stream = stream,
                .first = first,
                .count = count,
                .previous = *previous,
            },
    };

    (void)snprintf(letter.wire, sizeof letter.wire, "%s", text);
    letter.after = ent_chain_next(previous, view(letter.wire));
    return letter;
}

static int
setup(void **state)
{
    struct ent_digest chain = ent_chain_genesis(&stream);

    (void)state;
    for (size_t i = 0; i < HISTORY_LEN; i++) {
        char text[24];

        (void)snprintf(text, sizeof text, "letter %zu", i);
        history[i] = make_letter(&chain, 2 * i + 1, 2, text);
        chain = history[i].after;
    }
    ent_incoming_init(&stream, &incoming);
    handed_count = 0;
    return 0;
}

static enum ent_arrival
receive_at(const struct letter *letter, uint64_t now)
{
    handed_count = SIZE_MAX; /* every step says how many it hands out */
    return ent_incoming_bundle(&incoming, &letter->label, view(letter->wire),
        now, handed, &handed_count);
}

static enum ent_arrival
receive(const struct letter *letter)
{
    return receive_at(letter, NOW);
}

static struct ent_skip
skip_of(const struct letter *letter)
{
    return (struct ent_skip){
        .stream = stream,
        .from = letter->label.first,
        .to = letter->label.first + letter->label.count - 1,
        .chain_before = letter->label.previous,
        .chain_after = letter->after,
    };
}

static enum ent_arrival
receive_skip(const struct ent_skip *skip)
{
    handed_count = SIZE_MAX;
    return ent_incoming_skip(&incoming, skip, NOW, handed, &handed_count);
}

static void
expect_settled(uint64_t settled_up_to, const struct letter *last)
{
    assert_int_equal(incoming.settled_up_to, settled_up_to);
    assert_true(ent_digest_equal(&incoming.chain, &last->after));
}

/* The last step handed out exactly these early bundles. */
static void
expect_handed(const size_t *numbers, size_t count)
{
    assert_int_equal(handed_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct letter *letter = &history[numbers[i]];
        struct ent_digest hash = ent_digest_of(view(letter->wire));

        assert_int_equal(handed[i].first, letter->label.first);
        assert_int_equal(handed[i].count, 2);
        assert_true(ent_digest_equal(&handed[i].label_hash, &hash));
    }
}

#define EXPECT_HANDED(...)                                                     \
    expect_handed((const size_t[]){__VA_ARGS__},                               \
        sizeof(const size_t[]){__VA_ARGS__} / sizeof(size_t))

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

#define TEST(name) cmocka_unit_test_setup(name, setup)

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
        TEST(a_receipt_describes_what_is_settled_and_what_waits),
        TEST(a_receipt_has_room_for_all_that_can_wait),
    };

    return cmocka_run_group_tests_name("stream_incoming", tests, NULL, NULL);
}
