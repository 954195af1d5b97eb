/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of one bundle: sent, kept by others, put off, skipped, settled.
 */
#include "tests/outgoing_case.h"

/* ---- sending and silence ---- */

static void
a_new_bundle_is_due_at_once(void **state)
{
    struct ent_dispatch bundle = new_bundle();

    (void)state;
    assert_true(bundle.due <= NOW);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW), ENT_ACT_SEND);
    assert_int_equal(bundle.state, ENT_DISPATCH_SENT);
}

static void
a_tick_before_its_time_does_nothing(void **state)
{
    (void)state;
    expect_unchanged(sent_bundle(), ENT_EVENT_TICK, NOW + 2 * SECOND - 1);
}

static void
silence_doubles_the_pause_up_to_a_minute(void **state)
{
    static const uint64_t seconds[] = {2, 4, 8, 16, 32, 60, 60, 60};
    struct ent_dispatch bundle = new_bundle();
    uint64_t now = NOW;

    (void)state;
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        assert_int_equal(
            ent_dispatch_step(&bundle, ENT_EVENT_TICK, now), ENT_ACT_SEND);
        assert_int_equal(bundle.due - now, seconds[i] * SECOND);
        now = bundle.due;
    }
}

static void
the_count_of_attempts_does_not_wrap_around(void **state)
{
    struct ent_dispatch bundle = new_bundle();

    (void)state;
    bundle.attempts = UINT32_MAX;
    bundle.put_off = UINT32_MAX;
    ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW);
    assert_int_equal(bundle.attempts, UINT32_MAX);
    assert_int_equal(bundle.due, NOW + MINUTE);
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW);
    assert_int_equal(bundle.put_off, UINT32_MAX);
    assert_int_equal(bundle.due, NOW + 10 * MINUTE);
}

static void
connecting_sends_at_once_and_begins_the_pauses_anew(void **state)
{
    struct ent_dispatch bundle = sent_bundle();

    (void)state;
    ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW + 2 * SECOND);
    ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW + 6 * SECOND);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CONNECTED, NOW + 7 * SECOND),
        ENT_ACT_SEND);
    assert_int_equal(bundle.due, NOW + 9 * SECOND);
}

/* ---- custody ---- */

static void
custody_pauses_by_precedence(void **state)
{
    (void)state;
    assert_int_equal(bundle_in_custody(FLASH).due, NOW + 30 * SECOND);
    assert_int_equal(bundle_in_custody(IMMEDIATE).due, NOW + 5 * MINUTE);
    assert_int_equal(bundle_in_custody(ROUTINE).due, NOW + HOUR);
    assert_int_equal(bundle_in_custody(ROUTINE).state, ENT_DISPATCH_CUSTODY);
}

static void
connecting_leaves_custody_alone_until_its_pause_ends(void **state)
{
    struct ent_dispatch bundle = bundle_in_custody(FLASH);

    (void)state;
    expect_unchanged(bundle, ENT_EVENT_CONNECTED, NOW + 29 * SECOND);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CONNECTED, NOW + 30 * SECOND),
        ENT_ACT_SEND);
}

static void
a_broker_cannot_prolong_custody_by_repeating_itself(void **state)
{
    (void)state;
    expect_unchanged(
        bundle_in_custody(FLASH), ENT_EVENT_CUSTODY, NOW + 29 * SECOND);
}

static void
after_its_pause_a_bundle_in_custody_is_sent_again(void **state)
{
    struct ent_dispatch bundle = bundle_in_custody(FLASH);

    (void)state;
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW + 30 * SECOND),
        ENT_ACT_SEND);
    assert_int_equal(bundle.state, ENT_DISPATCH_SENT);
    assert_int_equal(bundle.due, NOW + 32 * SECOND); /* custody was life */
    ent_dispatch_step(&bundle, ENT_EVENT_CUSTODY, NOW + 31 * SECOND);
    assert_int_equal(bundle.due, NOW + 61 * SECOND);
}

static void
withdrawn_custody_sends_again(void **state)
{
    struct ent_dispatch bundle = bundle_in_custody(ROUTINE);

    (void)state;
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CUSTODY_LOST, NOW + SECOND),
        ENT_ACT_SEND);
    assert_int_equal(bundle.state, ENT_DISPATCH_SENT);
    expect_unchanged(bundle, ENT_EVENT_CUSTODY_LOST, NOW + SECOND);
}

/* ---- not yet, stale ---- */

static void
not_yet_doubles_the_pause_up_to_ten_minutes(void **state)
{
    static const uint64_t seconds[] = {5, 10, 20, 40, 80, 160, 320, 600, 600};
    struct ent_dispatch bundle = sent_bundle();
    uint64_t now = NOW;

    (void)state;
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        assert_int_equal(ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, now),
            ENT_ACT_NOTHING);
        assert_int_equal(bundle.state, ENT_DISPATCH_WAITING);
        assert_int_equal(bundle.due - now, seconds[i] * SECOND);
        now = bundle.due;
        assert_int_equal(
            ent_dispatch_step(&bundle, ENT_EVENT_TICK, now), ENT_ACT_SEND);
    }
}

static void
a_repeated_not_yet_is_one_answer(void **state)
{
    struct ent_dispatch bundle = sent_bundle();

    (void)state;
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW);
    expect_unchanged(bundle, ENT_EVENT_NOT_YET, NOW + SECOND);
    expect_unchanged(bundle, ENT_EVENT_CUSTODY, NOW + SECOND);
}

static void
connecting_ends_the_pause_of_a_not_yet(void **state)
{
    struct ent_dispatch bundle = sent_bundle();

    (void)state;
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CONNECTED, NOW + SECOND),
        ENT_ACT_SEND);
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW + SECOND);
    assert_int_equal(bundle.due, NOW + 11 * SECOND); /* still the second */
}

static void
stale_asks_for_a_new_incarnation_and_only_puts_off(void **state)
{
    struct ent_dispatch bundle = sent_bundle();

    (void)state;
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_STALE, NOW), ENT_ACT_REINCARNATE);
    assert_int_equal(bundle.state, ENT_DISPATCH_WAITING);
    assert_int_equal(bundle.due, NOW + 5 * SECOND);
    assert_int_equal(ent_dispatch_step(&bundle, ENT_EVENT_STALE, NOW + SECOND),
        ENT_ACT_REINCARNATE);
    assert_int_equal(bundle.due, NOW + 5 * SECOND);
}

/* ---- skips ---- */

static void
twenty_minutes_after_its_end_a_skip_stands_for_a_bundle(void **state)
{
    uint64_t end = NOW + DAY + 20 * MINUTE;
    struct ent_dispatch bundle = new_bundle();

    (void)state;
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, end - 1), ENT_ACT_SEND);
    assert_int_equal(bundle.due, end);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, end), ENT_ACT_SKIP);
    assert_int_equal(bundle.state, ENT_DISPATCH_SKIPPING);
    assert_int_equal(bundle.skip_reason, EXPIRED);
    assert_int_equal(bundle.due, end + 2 * SECOND);
}

static void
neither_custody_nor_not_yet_outlives_a_bundle(void **state)
{
    uint64_t end = NOW + DAY + 20 * MINUTE;
    struct ent_dispatch held = new_bundle();
    struct ent_dispatch refused = new_bundle();

    (void)state;
    ent_dispatch_step(&held, ENT_EVENT_TICK, end - SECOND);
    ent_dispatch_step(&held, ENT_EVENT_CUSTODY, end - SECOND);
    assert_int_equal(held.due, end);
    ent_dispatch_step(&refused, ENT_EVENT_TICK, end - SECOND);
    ent_dispatch_step(&refused, ENT_EVENT_NOT_YET, end - SECOND);
    assert_int_equal(refused.due, end);
    assert_int_equal(
        ent_dispatch_step(&held, ENT_EVENT_CONNECTED, end), ENT_ACT_SKIP);
    assert_int_equal(
        ent_dispatch_step(&refused, ENT_EVENT_TICK, end), ENT_ACT_SKIP);
}

static void
a_skip_says_why(void **state)
{
    (void)state;
    assert_int_equal(skipped_bundle(ENT_EVENT_RESEAL).skip_reason, RESEALED);
    assert_int_equal(
        skipped_bundle(ENT_EVENT_WITHDRAWN).skip_reason, WITHDRAWN);
    assert_int_equal(skipped_bundle(ENT_EVENT_REVOKED).skip_reason, REVOKED);
}

static void
a_skip_is_sent_until_it_is_settled(void **state)
{
    struct ent_dispatch bundle = skipped_bundle(ENT_EVENT_RESEAL);

    (void)state;
    expect_unchanged(bundle, ENT_EVENT_TICK, NOW + 2 * SECOND - 1);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW + 2 * SECOND),
        ENT_ACT_SEND_SKIP);
    assert_int_equal(bundle.due, NOW + 6 * SECOND);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CONNECTED, NOW + 9 * DAY),
        ENT_ACT_SEND_SKIP);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_SKIPPED, NOW + 9 * DAY),
        ENT_ACT_SETTLE);
    assert_int_equal(bundle.state, ENT_DISPATCH_SKIPPED);
    assert_true(bundle.due == UINT64_MAX);
}

static void
a_signed_skip_stands(void **state)
{
    struct ent_dispatch bundle = skipped_bundle(ENT_EVENT_WITHDRAWN);

    (void)state;
    expect_unchanged(bundle, ENT_EVENT_RESEAL, NOW);
    expect_unchanged(bundle, ENT_EVENT_REVOKED, NOW);
    expect_unchanged(bundle, ENT_EVENT_CUSTODY, NOW);
    expect_unchanged(bundle, ENT_EVENT_CUSTODY_LOST, NOW);
}

static void
a_skip_that_is_put_off_stays_a_skip(void **state)
{
    struct ent_dispatch bundle = skipped_bundle(ENT_EVENT_RESEAL);

    (void)state;
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW);
    assert_int_equal(bundle.state, ENT_DISPATCH_SKIPPING);
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW + 5 * SECOND),
        ENT_ACT_SEND_SKIP);
}

static void
a_skip_begins_its_pauses_anew(void **state)
{
    struct ent_dispatch bundle = sent_bundle();

    (void)state;
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW);
    ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW + 5 * SECOND);
    ent_dispatch_step(&bundle, ENT_EVENT_RESEAL, NOW + 5 * SECOND);
    assert_int_equal(bundle.due, NOW + 7 * SECOND);
    ent_dispatch_step(&bundle, ENT_EVENT_NOT_YET, NOW + 6 * SECOND);
    assert_int_equal(bundle.due, NOW + 11 * SECOND);
}

static void
nobody_settles_a_skip_that_was_never_signed(void **state)
{
    (void)state;
    expect_unchanged(new_bundle(), ENT_EVENT_SKIPPED, NOW);
    expect_unchanged(sent_bundle(), ENT_EVENT_SKIPPED, NOW);
    expect_unchanged(bundle_in_custody(FLASH), ENT_EVENT_SKIPPED, NOW);
}

/* ---- settled ---- */

static void
outcomes_settle_whatever_we_believed(void **state)
{
    struct ent_dispatch bundles[] = {
        new_bundle(),
        sent_bundle(),
        bundle_in_custody(ROUTINE),
        skipped_bundle(ENT_EVENT_RESEAL),
        skipped_bundle(ENT_EVENT_RESEAL),
    };

    (void)state;
    ent_dispatch_step(&bundles[4], ENT_EVENT_SKIPPED, NOW);
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        assert_int_equal(ent_dispatch_step(&bundles[i], ENT_EVENT_SETTLED, NOW),
            ENT_ACT_SETTLE);
        assert_int_equal(bundles[i].state, ENT_DISPATCH_SETTLED);
        assert_true(bundles[i].due == UINT64_MAX);
    }
}

static void
nothing_moves_what_is_final(void **state)
{
    struct ent_dispatch settled = sent_bundle();
    struct ent_dispatch skipped = skipped_bundle(ENT_EVENT_RESEAL);

    (void)state;
    ent_dispatch_step(&settled, ENT_EVENT_SETTLED, NOW);
    ent_dispatch_step(&skipped, ENT_EVENT_SKIPPED, NOW);
    for (enum ent_dispatch_event event = ENT_EVENT_TICK;
         event <= ENT_EVENT_REVOKED; event++) {
        expect_unchanged(settled, event, NOW + 30 * DAY);
        if (event != ENT_EVENT_SETTLED) {
            expect_unchanged(skipped, event, NOW + 30 * DAY);
        }
    }
}

static void
times_end_and_never_begin_again(void **state)
{
    struct ent_dispatch bundle = new_bundle();

    (void)state;
    bundle.expires_at = UINT64_MAX;
    assert_int_equal(ent_dispatch_step(&bundle, ENT_EVENT_TICK, UINT64_MAX - 1),
        ENT_ACT_SEND);
    assert_true(bundle.due == UINT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_bundle_is_due_at_once),
        cmocka_unit_test(a_tick_before_its_time_does_nothing),
        cmocka_unit_test(silence_doubles_the_pause_up_to_a_minute),
        cmocka_unit_test(the_count_of_attempts_does_not_wrap_around),
        cmocka_unit_test(connecting_sends_at_once_and_begins_the_pauses_anew),
        cmocka_unit_test(custody_pauses_by_precedence),
        cmocka_unit_test(connecting_leaves_custody_alone_until_its_pause_ends),
        cmocka_unit_test(a_broker_cannot_prolong_custody_by_repeating_itself),
        cmocka_unit_test(after_its_pause_a_bundle_in_custody_is_sent_again),
        cmocka_unit_test(withdrawn_custody_sends_again),
        cmocka_unit_test(not_yet_doubles_the_pause_up_to_ten_minutes),
        cmocka_unit_test(a_repeated_not_yet_is_one_answer),
        cmocka_unit_test(connecting_ends_the_pause_of_a_not_yet),
        cmocka_unit_test(stale_asks_for_a_new_incarnation_and_only_puts_off),
        cmocka_unit_test(
            twenty_minutes_after_its_end_a_skip_stands_for_a_bundle),
        cmocka_unit_test(neither_custody_nor_not_yet_outlives_a_bundle),
        cmocka_unit_test(a_skip_says_why),
        cmocka_unit_test(a_skip_is_sent_until_it_is_settled),
        cmocka_unit_test(a_signed_skip_stands),
        cmocka_unit_test(a_skip_that_is_put_off_stays_a_skip),
        cmocka_unit_test(a_skip_begins_its_pauses_anew),
        cmocka_unit_test(nobody_settles_a_skip_that_was_never_signed),
        cmocka_unit_test(outcomes_settle_whatever_we_believed),
        cmocka_unit_test(nothing_moves_what_is_final),
        cmocka_unit_test(times_end_and_never_begin_again),
    };

    return cmocka_run_group_tests_name("stream_dispatch", tests, NULL, NULL);
}
