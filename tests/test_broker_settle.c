/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_talk.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- receipts ---- */

static void
a_receipt_settles_and_is_kept_until_the_sender_has_it(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes receipt;
    struct ent_bytes confirmed;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    receipt = answer(scene, BULK, &made, SETTLED, 1);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);

    scene_restart(scene);
    connect_both(scene, MAESAI);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    confirmed = make_state(&made.label.stream, ent_bytes_view(&receipt));
    say(scene, MAESAI, URGENT, ENT_FRAME_STATE, ent_bytes_view(&confirmed),
        NOTHING);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).receipts, 0);
    scene_restart(scene);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    expect_silence(scene);
    ent_bytes_free(&receipt);
    ent_bytes_free(&confirmed);
    made_free(&made);
}

static void
a_bundle_that_is_settled_already_gets_the_stored_receipt(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes receipt;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    receipt = answer(scene, BULK, &made, SETTLED, 1);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    send_made(scene, MAESAI, BULK, &made);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    expect_credit(scene, MAESAI, BULK, made_size(&made));
    expect_silence(scene);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    ent_bytes_free(&receipt);
    made_free(&made);
}

static void
nobody_settles_what_is_not_for_him(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes forged;
    struct ent_bytes foreign;

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    forged = make_receipt(scene, MAESAI, &made, 1, SETTLED, 1);
    say(scene, MAESAI, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&forged),
        NOTHING);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_NOT_AUTHENTIC, NULL);
    connect_both(scene, MAESAI);
    foreign = make_receipt(scene, TACHILEIK, &made, 1, SETTLED, 1);
    say(scene, MAESAI, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&foreign),
        NOTHING);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_NOT_AUTHENTIC, NULL);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    ent_bytes_free(&forged);
    ent_bytes_free(&foreign);
    made_free(&made);
}

static void
an_answer_about_another_label_settles_nothing(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct made other = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes receipt;

    other.label.previous.bytes[0] ^= 1;
    make_again(&other, MAESAI);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    receipt = answer(scene, BULK, &other, SETTLED, 0);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    forget_sent(scene);
    send_made(scene, MAESAI, BULK, &made);
    expect_custody(scene, MAESAI, BULK, &made);
    ent_bytes_free(&receipt);
    made_free(&made);
    made_free(&other);
}

static void
what_is_covered_but_unanswered_is_asked_for_an_hour_more(void **state)
{
    struct scene *scene = *state;
    struct made one = from_maesai(scene, ROUTINE, 1);
    struct made two = from_maesai(scene, ROUTINE, 2);
    struct ent_bytes receipt;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &one);
    expect_bundle(scene, TACHILEIK, BULK, &one);
    leave(scene, BULK, &two);
    expect_bundle(scene, TACHILEIK, BULK, &two);
    receipt = answer(scene, BULK, &two, SETTLED, 2);
    forget_sent(scene);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    scene_hang_up(scene);
    connect_both(scene, TACHILEIK);
    expect_bundle(scene, TACHILEIK, BULK, &one);
    pass(scene, HOUR + SECOND);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    ent_bytes_free(&receipt);
    made_free(&one);
    made_free(&two);
}

static void
an_unconfirmed_receipt_is_offered_again(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);
    struct ent_bytes receipt;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, URGENT, &made);
    expect_bundle(scene, TACHILEIK, URGENT, &made);
    receipt = answer(scene, URGENT, &made, SETTLED, 1);
    expect_receipt(scene, URGENT, ent_bytes_view(&receipt));
    pass(scene, 29 * SECOND);
    expect_silence(scene);
    pass(scene, SECOND);
    expect_receipt(scene, URGENT, ent_bytes_view(&receipt));
    pass(scene, 59 * SECOND);
    expect_silence(scene);
    pass(scene, SECOND);
    expect_receipt(scene, URGENT, ent_bytes_view(&receipt));
    ent_bytes_free(&receipt);
    made_free(&made);
}

/* ---- sending again ---- */

static void
what_has_no_answer_is_sent_again_at_once_after_reconnecting(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, URGENT, &made);
    expect_bundle(scene, TACHILEIK, URGENT, &made);
    scene_hang_up(scene);
    greet(scene, TACHILEIK, URGENT, GENEROUS);
    scene->read_count++; /* BYE on the old one */
    (void)expect_sent(scene, TACHILEIK, URGENT, ENT_FRAME_HELLO);
    expect_bundle(scene, TACHILEIK, URGENT, &made);
    expect_silence(scene);
    made_free(&made);
}

static void
what_has_no_answer_is_sent_again_after_longer_and_longer_pauses(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    uint64_t pause = 30 * SECOND;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    for (int i = 0; i < 8; i++) {
        pass(scene, pause - SECOND);
        expect_silence(scene);
        pass(scene, SECOND);
        expect_bundle(scene, TACHILEIK, BULK, &made);
        expect_silence(scene);
        pause = 2 * pause > 10 * MINUTE ? 10 * MINUTE : 2 * pause;
    }
    made_free(&made);
}

static void
what_was_put_off_is_sent_again_soon_and_nothing_else_is(void **state)
{
    struct scene *scene = *state;
    struct made one = from_maesai(scene, ROUTINE, 1);
    struct made two = from_maesai(scene, ROUTINE, 2);
    struct ent_bytes receipts[3];

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &one);
    expect_bundle(scene, TACHILEIK, BULK, &one);
    leave(scene, BULK, &two);
    expect_bundle(scene, TACHILEIK, BULK, &two);

    receipts[0] = answer(scene, BULK, &two, NOT_YET, 0);
    expect_receipt(scene, BULK, ent_bytes_view(&receipts[0]));
    pass(scene, SECOND);
    expect_silence(scene);
    pass(scene, SECOND);
    expect_bundle(scene, TACHILEIK, BULK, &two);
    expect_silence(scene);

    receipts[1] = answer(scene, BULK, &two, NOT_YET, 0);
    expect_receipt(scene, BULK, ent_bytes_view(&receipts[1]));
    pass(scene, 3 * SECOND);
    expect_silence(scene);
    pass(scene, SECOND);
    expect_bundle(scene, TACHILEIK, BULK, &two);

    receipts[2] = answer(scene, BULK, &one, SETTLED, 1);
    expect_receipt(scene, BULK, ent_bytes_view(&receipts[2]));
    expect_silence(scene);
    for (size_t i = 0; i < 3; i++) {
        ent_bytes_free(&receipts[i]);
    }
    made_free(&one);
    made_free(&two);
}

static void
what_expired_is_dropped_twenty_minutes_later(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    pass(scene, 2 * HOUR + 19 * MINUTE);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    pass(scene, MINUTE);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    connect_both(scene, TACHILEIK);
    expect_silence(scene);
    made_free(&made);
}

static void
a_damaged_bundle_is_given_back_to_its_sender(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 200);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    scene_damage(scene, 200);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    turn(scene, NULL, 0);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_STORE_FULL, &made);
    expect_silence(scene);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    made_free(&made);
}

/* ---- skips ---- */

static void
a_skip_takes_the_place_of_its_bundle(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct made skipped = made;
    struct ent_bytes skip;
    struct ent_bytes receipt;
    const struct sent *sent;

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    skip = make_skip(scene, MAESAI, &made);
    for (int i = 0; i < 2; i++) { /* again is no work */
        say(scene, MAESAI, BULK, ENT_FRAME_SKIP, ent_bytes_view(&skip),
            NOTHING);
        assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    }
    send_made(scene, MAESAI, BULK, &made); /* late, from another connection */
    expect_credit(scene, MAESAI, BULK, made_size(&made));
    expect_silence(scene);

    connect_both(scene, TACHILEIK);
    sent = expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_SKIP);
    assert_true(
        ent_view_equal(ent_bytes_view(&sent->payload), ent_bytes_view(&skip)));
    expect_silence(scene);
    skipped.hash = ent_digest_of(ent_bytes_view(&skip));
    receipt = answer(scene, BULK, &skipped, SKIPPED, 1);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    ent_bytes_free(&skip);
    ent_bytes_free(&receipt);
    made_free(&made);
}

static void
an_order_to_seal_anew_settles_nothing_but_the_skip_does(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes receipt;
    struct ent_bytes skip;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    receipt = answer(scene, BULK, &made, RESEAL, 0);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    skip = make_skip(scene, MAESAI, &made);
    say(scene, MAESAI, BULK, ENT_FRAME_SKIP, ent_bytes_view(&skip), NOTHING);
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_SKIP);
    pass(scene, 30 * SECOND);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    pass(scene, 30 * SECOND); /* it came after that round was called */
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_SKIP);
    expect_silence(scene); /* the bundle itself is not sent again */
    ent_bytes_free(&receipt);
    ent_bytes_free(&skip);
    made_free(&made);
}

static void
only_the_sender_skips(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes skip;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made);
    forget_sent(scene);
    skip = make_skip(scene, TACHILEIK, &made);
    say(scene, TACHILEIK, BULK, ENT_FRAME_SKIP, ent_bytes_view(&skip), NOTHING);
    expect_bye(scene, TACHILEIK, BULK, ENT_REFUSAL_NOT_AUTHENTIC, NULL);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    ent_bytes_free(&skip);
    made_free(&made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_receipt_settles_and_is_kept_until_the_sender_has_it),
        SCENE_TEST(a_bundle_that_is_settled_already_gets_the_stored_receipt),
        SCENE_TEST(nobody_settles_what_is_not_for_him),
        SCENE_TEST(an_answer_about_another_label_settles_nothing),
        SCENE_TEST(what_is_covered_but_unanswered_is_asked_for_an_hour_more),
        SCENE_TEST(an_unconfirmed_receipt_is_offered_again),
        SCENE_TEST(what_has_no_answer_is_sent_again_at_once_after_reconnecting),
        SCENE_TEST(
            what_has_no_answer_is_sent_again_after_longer_and_longer_pauses),
        SCENE_TEST(what_was_put_off_is_sent_again_soon_and_nothing_else_is),
        SCENE_TEST(what_expired_is_dropped_twenty_minutes_later),
        SCENE_TEST(a_damaged_bundle_is_given_back_to_its_sender),
        SCENE_TEST(a_skip_takes_the_place_of_its_bundle),
        SCENE_TEST(an_order_to_seal_anew_settles_nothing_but_the_skip_does),
        SCENE_TEST(only_the_sender_skips),
    };

    return cmocka_run_group_tests_name("broker_settle", tests, NULL, NULL);
}
