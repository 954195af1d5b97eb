/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/stream.h"

#define NOW UINT64_C(1700000000000)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE
#define EXPIRED ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED
#define WITHDRAWN ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN
#define RESEALED ENTENTE__V1__SKIP_REASON__SKIP_RESEALED
#define REVOKED ENTENTE__V1__SKIP_REASON__SKIP_REVOKED

static const struct ent_stream_id stream = {
    .sender = {.text = "blo-maesai@th"},
    .recipient = {.text = "blo-tachileik@mm"},
    .precedence = ROUTINE,
    .sender_incarnation = 7,
    .recipient_incarnation = 9,
};

static struct ent_outgoing
new_stream(void)
{
    struct ent_outgoing outgoing;

    ent_outgoing_init(&stream, &outgoing);
    return outgoing;
}

/* The label of what comes next in `outgoing`. */
static struct ent_label
next_label(const struct ent_outgoing *outgoing, uint32_t count)
{
    return (struct ent_label){
        .stream = stream,
        .first = outgoing->next,
        .count = count,
        .previous = outgoing->chain,
        .sealed_at = NOW,
        .expires_at = NOW + DAY,
    };
}

static struct ent_dispatch
append(struct ent_outgoing *outgoing, uint32_t count, const char *wire)
{
    struct ent_label label = next_label(outgoing, count);
    struct ent_dispatch dispatch;

    expect_ok(ent_outgoing_append(
        outgoing, &label, view(wire), &dispatch, &last_error));
    return dispatch;
}

/* A bundle that waits to be sent. */
static struct ent_dispatch
new_bundle(void)
{
    struct ent_outgoing outgoing = new_stream();

    return append(&outgoing, 3, "label");
}

/* A bundle that was sent at NOW. */
static struct ent_dispatch
sent_bundle(void)
{
    struct ent_dispatch bundle = new_bundle();

    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW), ENT_ACT_SEND);
    return bundle;
}

static struct ent_dispatch
bundle_in_custody(uint32_t precedence)
{
    struct ent_dispatch bundle = sent_bundle();

    bundle.precedence = precedence;
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CUSTODY, NOW), ENT_ACT_NOTHING);
    return bundle;
}

/* A bundle for which a skip was signed at NOW. */
static struct ent_dispatch
skipped_bundle(enum ent_dispatch_event event)
{
    struct ent_dispatch bundle = sent_bundle();

    assert_int_equal(ent_dispatch_step(&bundle, event, NOW), ENT_ACT_SKIP);
    return bundle;
}

static void
expect_unchanged(
    struct ent_dispatch bundle, enum ent_dispatch_event event, uint64_t now)
{
    uint8_t before[ENT_DISPATCH_REST_LEN];
    uint8_t after[ENT_DISPATCH_REST_LEN];

    ent_dispatch_encode(&bundle, before);
    assert_int_equal(ent_dispatch_step(&bundle, event, now), ENT_ACT_NOTHING);
    ent_dispatch_encode(&bundle, after);
    assert_memory_equal(before, after, sizeof before);
}

/* ---- the stream ---- */

static void
the_first_bundle_begins_at_one_and_the_genesis(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_digest genesis = ent_chain_genesis(&stream);
    struct ent_dispatch bundle = append(&outgoing, 3, "label");
    struct ent_digest hash = ent_digest_of(view("label"));
    struct ent_digest after = ent_chain_next(&genesis, view("label"));

    (void)state;
    assert_int_equal(bundle.state, ENT_DISPATCH_WAITING);
    assert_int_equal(bundle.first, 1);
    assert_int_equal(bundle.count, 3);
    assert_int_equal(bundle.precedence, ROUTINE);
    assert_int_equal(bundle.expires_at, NOW + DAY);
    assert_true(ent_digest_equal(&bundle.label_hash, &hash));
    assert_true(ent_digest_equal(&bundle.chain_before, &genesis));
    assert_true(ent_digest_equal(&bundle.chain_after, &after));
}

static void
each_bundle_continues_the_one_before(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 1, "two");

    (void)state;
    assert_int_equal(two.first, 4);
    assert_int_equal(outgoing.next, 5);
    assert_true(ent_digest_equal(&two.chain_before, &one.chain_after));
    assert_true(ent_digest_equal(&outgoing.chain, &two.chain_after));
}

static void
a_label_made_for_another_place_is_refused(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_label label = next_label(&outgoing, 1);
    struct ent_dispatch untouched = {.first = 77};

    (void)state;
    label.first = 2;
    expect_status(ent_outgoing_append(&outgoing, &label, view("label"),
                      &untouched, &last_error),
        ENT_BAD_INPUT);
    label.first = 1;
    label.previous.bytes[31] ^= 1;
    expect_status(ent_outgoing_append(&outgoing, &label, view("label"),
                      &untouched, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(untouched.first, 77);
    assert_int_equal(outgoing.next, 1);
}

static void
a_frozen_stream_takes_no_bundle(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_label label = next_label(&outgoing, 1);
    struct ent_dispatch bundle;

    (void)state;
    outgoing.frozen = true;
    expect_status(ent_outgoing_append(
                      &outgoing, &label, view("label"), &bundle, &last_error),
        ENT_REJECTED);
}

static void
numbers_end_and_never_begin_again(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_label label;
    struct ent_dispatch bundle;

    (void)state;
    outgoing.next = UINT64_MAX - 1;
    append(&outgoing, 1, "last");
    assert_true(outgoing.next == UINT64_MAX);
    label = next_label(&outgoing, 1);
    expect_status(ent_outgoing_append(
                      &outgoing, &label, view("label"), &bundle, &last_error),
        ENT_FULL);
}

/* ---- what the recipient claims ---- */

static void
a_receipt_moves_what_is_known_to_be_settled(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_digest genesis = outgoing.chain;
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 2, "two");

    (void)state;
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 0, &genesis, &genesis), ENT_CLAIM_KNOWN);
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 3, &one.chain_after, &one.chain_after),
        ENT_CLAIM_NEWS);
    assert_int_equal(outgoing.settled_up_to, 3);
    assert_int_equal(ent_outgoing_claim(&outgoing, 5, &two.chain_after, NULL),
        ENT_CLAIM_NEWS);
    assert_int_equal(outgoing.settled_up_to, 5);
}

static void
an_older_receipt_moves_nothing_back(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 2, "two");

    (void)state;
    assert_int_equal(ent_outgoing_claim(&outgoing, 5, &two.chain_after, NULL),
        ENT_CLAIM_NEWS);
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 3, &one.chain_after, &one.chain_after),
        ENT_CLAIM_OLDER);
    assert_int_equal(/* long settled and forgotten here */
        ent_outgoing_claim(&outgoing, 3, &one.chain_after, NULL),
        ENT_CLAIM_OLDER);
    assert_int_equal(outgoing.settled_up_to, 5);
    assert_false(outgoing.frozen);
}

static void
another_chain_value_than_ours_freezes_the_stream(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 2, "two");

    (void)state;
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 3, &two.chain_after, &one.chain_after),
        ENT_CLAIM_FORK);
    assert_true(outgoing.frozen);
    assert_int_equal(outgoing.settled_up_to, 0);
}

static void
a_claim_inside_a_bundle_freezes_the_stream(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");

    (void)state;
    assert_int_equal(ent_outgoing_claim(&outgoing, 2, &one.chain_after, NULL),
        ENT_CLAIM_FORK);
    assert_true(outgoing.frozen);
}

static void
nobody_can_settle_what_was_never_sealed(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");

    (void)state;
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 4, &one.chain_after, &one.chain_after),
        ENT_CLAIM_FORK);
    assert_true(outgoing.frozen);
}

static void
a_sender_put_back_from_a_backup_learns_it_from_a_receipt(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_outgoing backup;
    struct ent_dispatch two;

    (void)state;
    append(&outgoing, 3, "one");
    backup = outgoing;
    two = append(&outgoing, 2, "two");
    assert_int_equal(
        ent_outgoing_claim(&backup, 5, &two.chain_after, NULL), ENT_CLAIM_FORK);
    assert_true(backup.frozen);
}

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
        cmocka_unit_test(the_first_bundle_begins_at_one_and_the_genesis),
        cmocka_unit_test(each_bundle_continues_the_one_before),
        cmocka_unit_test(a_label_made_for_another_place_is_refused),
        cmocka_unit_test(a_frozen_stream_takes_no_bundle),
        cmocka_unit_test(numbers_end_and_never_begin_again),
        cmocka_unit_test(a_receipt_moves_what_is_known_to_be_settled),
        cmocka_unit_test(an_older_receipt_moves_nothing_back),
        cmocka_unit_test(another_chain_value_than_ours_freezes_the_stream),
        cmocka_unit_test(a_claim_inside_a_bundle_freezes_the_stream),
        cmocka_unit_test(nobody_can_settle_what_was_never_sealed),
        cmocka_unit_test(
            a_sender_put_back_from_a_backup_learns_it_from_a_receipt),
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

    return cmocka_run_group_tests_name("stream_outgoing", tests, NULL, NULL);
}
