/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/schema/delivery.pb-c.h"

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE
#define SETTLED ENTENTE__V1__ANSWER_CODE__SETTLED
#define NOT_YET ENTENTE__V1__ANSWER_CODE__NOT_YET
#define RESEAL ENTENTE__V1__ANSWER_CODE__RESEAL
#define SKIPPED ENTENTE__V1__ANSWER_CODE__SKIPPED

#define NOTHING ((struct ent_view){0})
#define MAESAI (&scene->all.maesai)
#define TACHILEIK (&scene->all.tachileik)

static struct made
from_maesai(struct scene *scene, uint32_t precedence, uint64_t first)
{
    return make_bundle(scene, MAESAI, TACHILEIK, precedence, first, 1, 100);
}

/* Mae Sai leaves a bundle and is told so. */
static void
leave(struct scene *scene, enum lane lane, const struct made *made)
{
    send_made(scene, MAESAI, lane, made);
    expect_custody(scene, MAESAI, lane, made);
    expect_credit(scene, MAESAI, lane, made_size(made));
}

/* Tachileik answers; the broker holds its receipt. */
static struct ent_bytes
answer(struct scene *scene, enum lane lane, const struct made *made,
    uint32_t code, uint64_t settled_up_to)
{
    struct ent_bytes receipt =
        make_receipt(scene, TACHILEIK, made, 1, code, settled_up_to);
    const struct sent *sent;
    static struct ent_state state;
    struct ent_digest hash = ent_digest_of(ent_bytes_view(&receipt));

    say(scene, TACHILEIK, lane, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    sent = expect_sent(scene, TACHILEIK, lane, ENT_FRAME_STATE);
    expect_ok(
        ent_state_decode(ent_bytes_view(&sent->payload), &state, &last_error));
    assert_int_equal(state.stream_count, 1);
    assert_true(ent_digest_equal(&state.streams[0].receipts[0], &hash));
    return receipt;
}

static void
expect_receipt(struct scene *scene, enum lane lane, struct ent_view receipt)
{
    const struct sent *sent =
        expect_sent(scene, MAESAI, lane, ENT_FRAME_RECEIPT);

    assert_true(ent_view_equal(ent_bytes_view(&sent->payload), receipt));
}

/* ---- coming in ---- */

static void
an_office_is_greeted_with_the_same_lane_and_credit(void **state)
{
    struct scene *scene = *state;
    const struct sent *sent;
    struct ent_hello hello;

    greet(scene, MAESAI, URGENT, ENT_CREDIT_MIN);
    sent = expect_sent(scene, MAESAI, URGENT, ENT_FRAME_HELLO);
    expect_ok(
        ent_hello_decode(ent_bytes_view(&sent->payload), &hello, &last_error));
    assert_int_equal(hello.lane, ENTENTE__V1__LANE__URGENT);
    assert_true(hello.credit >= ENT_CREDIT_MIN);
    assert_true(ent_view_equal(
        hello.certificate, ent_bytes_view(&scene->all.broker.wire)));
    expect_silence(scene);
}

static void
who_has_not_said_hello_is_asked_to(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    send_made(scene, MAESAI, BULK, &made);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
    expect_silence(scene);
    made_free(&made);
}

static void
an_unknown_key_is_not_served_and_not_let_in(void **state)
{
    struct scene *scene = *state;
    struct party stranger = scene->all.maesai;

    memset(stranger.cert.link_key, 0x77, sizeof stranger.cert.link_key);
    greet(scene, &stranger, BULK, GENEROUS);
    expect_bye(scene, &stranger, BULK, ENT_REFUSAL_NOT_SERVED, NULL);
    assert_false(broker_admit(scene->broker, stranger.cert.link_key));
    assert_true(broker_admit(scene->broker, MAESAI->cert.link_key));
}

static void
an_office_greets_under_its_own_certificate_only(void **state)
{
    struct scene *scene = *state;
    struct party borrowed = scene->all.maesai;

    borrowed.wire = scene->all.tachileik.wire;
    greet(scene, &borrowed, BULK, GENEROUS);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_NOT_AUTHENTIC, NULL);
}

static void
a_newer_certificate_in_a_greeting_is_taken(void **state)
{
    struct scene *scene = *state;
    size_t number = broker_registry_by_key(
        scene->registry, scene->all.maesai.cert.link_key);

    scene->all.maesai.cert.serial += 1;
    party_certify(&scene->all.maesai, &scene->all.thailand);
    greet(scene, MAESAI, BULK, GENEROUS);
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_HELLO);
    assert_int_equal(
        broker_registry_at(scene->registry, number)->certificate.serial,
        scene->all.maesai.cert.serial);
}

static void
a_second_connection_takes_the_lane_from_the_first(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    const struct sent *sent;

    connect_both(scene, TACHILEIK);
    scene_hang_up(scene);
    greet(scene, TACHILEIK, BULK, GENEROUS);
    sent = &scene->sent[scene->read_count++]; /* on the old route */
    assert_int_equal(sent->type, ENT_FRAME_BYE);
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_HELLO);
    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    made_free(&made);
}

static void
a_frame_that_cannot_be_read_ends_the_conversation(void **state)
{
    struct scene *scene = *state;
    struct ent_frame frame;

    connect_both(scene, MAESAI);
    frame = frame_from(scene, MAESAI, BULK, 0, NOTHING, NOTHING);
    turn(scene, &frame, 1);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
    turn(scene, &frame, 1);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
    greet(scene, MAESAI, BULK, GENEROUS);
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_HELLO);
}

/* ---- custody and forwarding ---- */

static void
a_bundle_is_taken_into_custody_and_handed_over(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, URGENT, &made);
    expect_bundle(scene, TACHILEIK, URGENT, &made);
    expect_silence(scene);
    made_free(&made);
}

static void
what_has_custody_outlives_the_broker(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    scene_restart(scene);
    connect_both(scene, TACHILEIK);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    made_free(&made);
}

static void
the_same_bundle_again_gets_custody_again_and_is_kept_once(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    leave(scene, BULK, &made);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
    connect_both(scene, TACHILEIK);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    expect_silence(scene);
    made_free(&made);
}

static void
another_label_for_a_place_is_kept_as_evidence_without_custody(void **state)
{
    struct scene *scene = *state;
    struct made one = from_maesai(scene, ROUTINE, 1);
    struct made two = from_maesai(scene, ROUTINE, 1);

    two.label.previous.bytes[0] ^= 1;
    make_again(&two, MAESAI);
    connect_both(scene, MAESAI);
    leave(scene, BULK, &one);
    for (int i = 0; i < 2; i++) {
        send_made(scene, MAESAI, BULK, &two);
        expect_credit(scene, MAESAI, BULK, made_size(&two));
        expect_silence(scene);
    }
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 2);
    connect_both(scene, TACHILEIK);
    expect_bundle(scene, TACHILEIK, BULK, &one);
    expect_bundle(scene, TACHILEIK, BULK, &two);
    made_free(&one);
    made_free(&two);
}

static void
flash_goes_first_whatever_came_before_it(void **state)
{
    struct scene *scene = *state;
    struct made routine[3];
    struct made flash = from_maesai(scene, FLASH, 1);

    connect_both(scene, MAESAI);
    for (size_t i = 0; i < 3; i++) {
        routine[i] = from_maesai(scene, ROUTINE, i + 1);
        leave(scene, BULK, &routine[i]);
    }
    leave(scene, URGENT, &flash);
    greet(scene, TACHILEIK, BULK, GENEROUS); /* and no urgent connection */
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_HELLO);
    expect_bundle(scene, TACHILEIK, BULK, &flash);
    for (size_t i = 0; i < 3; i++) {
        expect_bundle(scene, TACHILEIK, BULK, &routine[i]);
        made_free(&routine[i]);
    }
    expect_silence(scene);
    made_free(&flash);
}

static void
what_is_not_urgent_never_goes_on_the_urgent_connection(void **state)
{
    struct scene *scene = *state;
    struct made routine = from_maesai(scene, ROUTINE, 1);
    struct made immediate = from_maesai(scene, IMMEDIATE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &routine);
    leave(scene, BULK, &immediate);
    greet(scene, TACHILEIK, URGENT, GENEROUS);
    (void)expect_sent(scene, TACHILEIK, URGENT, ENT_FRAME_HELLO);
    expect_bundle(scene, TACHILEIK, URGENT, &immediate);
    expect_silence(scene);
    greet(scene, TACHILEIK, BULK, GENEROUS);
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_HELLO);
    expect_bundle(scene, TACHILEIK, BULK, &routine);
    expect_silence(scene);
    made_free(&routine);
    made_free(&immediate);
}

static void
many_bundles_are_taken_in_one_commit(void **state)
{
    struct scene *scene = *state;
    struct made made[64];
    struct ent_frame frames[64];
    uint64_t bytes = 0;

    connect_both(scene, MAESAI);
    for (size_t i = 0; i < 64; i++) {
        made[i] = from_maesai(scene, ROUTINE, i + 1);
        frames[i] = frame_from(scene, MAESAI, BULK, ENT_FRAME_BUNDLE,
            ent_bytes_view(&made[i].head), ent_bytes_view(&made[i].body));
        bytes += made_size(&made[i]);
    }
    turn(scene, frames, 64);
    for (size_t i = 0; i < 64; i++) {
        expect_custody(scene, MAESAI, BULK, &made[i]);
    }
    expect_credit(scene, MAESAI, BULK, bytes);
    expect_silence(scene);
    connect_both(scene, TACHILEIK);
    for (size_t i = 0; i < 64; i++) {
        expect_bundle(scene, TACHILEIK, BULK, &made[i]);
        made_free(&made[i]);
    }
}

/* ---- what is not taken ---- */

/* Offer `made`: refused for `reason`, and nothing kept. */
static void
expect_refused(struct scene *scene, const struct made *made, uint32_t reason)
{
    send_made(scene, MAESAI, BULK, made);
    expect_bye(scene, MAESAI, BULK, reason, made);
    expect_credit(scene, MAESAI, BULK, made_size(made));
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
}

static void
what_is_not_authentic_or_in_time_is_refused_alone(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    make_again(&made, TACHILEIK); /* signed by somebody else */
    expect_refused(scene, &made, ENT_REFUSAL_NOT_AUTHENTIC);

    make_again(&made, MAESAI);
    made.body.data[made.body.len - 1] ^= 1;
    expect_refused(scene, &made, ENT_REFUSAL_NOT_AUTHENTIC);
    made.body.data[made.body.len - 1] ^= 1;

    made.label.sealed_at = scene->now.wall_ms + HOUR;
    make_again(&made, MAESAI);
    expect_refused(scene, &made, ENT_REFUSAL_NOT_AUTHENTIC);

    made.label.sealed_at = scene->now.wall_ms - 2 * HOUR;
    made.label.expires_at = scene->now.wall_ms - HOUR;
    make_again(&made, MAESAI);
    expect_refused(scene, &made, ENT_REFUSAL_EXPIRED);

    made.label.sealed_at = scene->now.wall_ms;
    made.label.expires_at = scene->now.wall_ms + HOUR;
    made.label.stream.sender = TACHILEIK->cert.address;
    make_again(&made, TACHILEIK); /* authentic, but not the connection's */
    expect_refused(scene, &made, ENT_REFUSAL_NOT_AUTHENTIC);

    made.label.stream.sender = MAESAI->cert.address;
    strcpy(made.label.stream.recipient.text, "ncc@kh");
    make_again(&made, MAESAI);
    expect_refused(scene, &made, ENT_REFUSAL_NOT_SERVED);

    made.label.stream.recipient = TACHILEIK->cert.address;
    make_again(&made, MAESAI);
    leave(scene, BULK, &made); /* the conversation went on all the while */
    made_free(&made);
}

static void
a_head_that_is_no_bundle_ends_the_conversation(void **state)
{
    struct scene *scene = *state;

    connect_both(scene, MAESAI);
    say(scene, MAESAI, BULK, ENT_FRAME_BUNDLE, view("no protobuf"), view("?"));
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_MALFORMED, NULL);
    expect_silence(scene);
}

static void
a_quota_keeps_a_reserve_for_flash(void **state)
{
    struct scene *scene = *state;
    struct made routine;
    struct made flash;

    scene->quota = (struct broker_quota){
        .bytes = 1000000, .entries = 10, .flash_reserve = 50};
    scene_restart(scene);
    connect_both(scene, MAESAI);
    for (uint64_t first = 1; first <= 6; first++) {
        routine = from_maesai(scene, ROUTINE, first);
        send_made(scene, MAESAI, BULK, &routine);
        if (first <= 5) {
            expect_custody(scene, MAESAI, BULK, &routine);
        } else {
            expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_QUOTA, &routine);
        }
        expect_credit(scene, MAESAI, BULK, made_size(&routine));
        made_free(&routine);
    }
    flash = from_maesai(scene, FLASH, 1);
    leave(scene, URGENT, &flash);
    made_free(&flash);
}

static void
a_full_store_refuses_and_goes_on(void **state)
{
    struct scene *scene = *state;
    struct made made;
    bool refused = false;
    struct ent_bytes receipt;

    scene->store_size = 4 * 1024 * 1024;
    scene_restart(scene);
    connect_both(scene, MAESAI);
    for (uint64_t first = 1; !refused && first < 100; first++) {
        made = make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, first, 1, 200000);
        send_made(scene, MAESAI, BULK, &made);
        if (scene->sent[scene->read_count].type == ENT_FRAME_BYE) {
            expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_STORE_FULL, &made);
            refused = true;
        } else {
            expect_custody(scene, MAESAI, BULK, &made);
        }
        expect_credit(scene, MAESAI, BULK, made_size(&made));
        if (!refused) {
            made_free(&made);
        }
    }
    assert_true(refused);
    made_free(&made);
    /* Room comes back when something is settled. */
    made = make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 1, 1, 200000);
    connect_both(scene, TACHILEIK);
    forget_sent(scene);
    receipt = answer(scene, BULK, &made, SETTLED, 1);
    forget_sent(scene);
    made_free(&made);
    made = make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 200, 1, 100000);
    leave(scene, BULK, &made);
    made_free(&made);
    ent_bytes_free(&receipt);
}

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

/* Turn over one bit on the disk, in the midst of a run of `byte`s. */
static void
damage(struct scene *scene, uint8_t byte)
{
    char path[100];
    uint8_t run[64];
    uint8_t *content;
    FILE *file;
    size_t len;
    uint8_t *found;

    (void)snprintf(path, sizeof path, "%s/data.mdb", scene->path);
    file = fopen(path, "r+");
    assert_non_null(file);
    content = malloc(STORE_SIZE);
    assert_non_null(content);
    len = fread(content, 1, STORE_SIZE, file);
    memset(run, byte, sizeof run);
    found = memmem(content, len, run, sizeof run);
    assert_non_null(found);
    assert_int_equal(fseek(file, found - content, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
    free(content);
}

static void
a_damaged_bundle_is_given_back_to_its_sender(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 200);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    damage(scene, 200);
    scene_restart(scene);
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

/* ---- credit and full connections ---- */

static void
credit_bounds_what_lies_under_way(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes back = {0};
    struct scene *scene = *state;
    struct made made[3];

    connect_both(scene, MAESAI);
    for (size_t i = 0; i < 3; i++) {
        made[i] =
            make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, i + 1, 1, 500000);
        leave(scene, BULK, &made[i]);
    }
    greet(scene, TACHILEIK, BULK, ENT_CREDIT_MIN);
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_HELLO);
    expect_bundle(scene, TACHILEIK, BULK, &made[0]);
    expect_bundle(scene, TACHILEIK, BULK, &made[1]);
    expect_silence(scene);
    pass(scene, MINUTE);
    expect_silence(scene);
    expect_ok(ent_credit_encode(500000, &back, &last_error));
    say(scene, TACHILEIK, BULK, ENT_FRAME_CREDIT, ent_bytes_view(&back),
        NOTHING);
    expect_bundle(scene, TACHILEIK, BULK, &made[2]);
    expect_silence(scene);
    for (size_t i = 0; i < 3; i++) {
        made_free(&made[i]);
    }
}

static void
more_than_its_credit_ends_a_conversation(void **state)
{
    struct scene *scene = *state;
    struct made made =
        make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 1, 1, 1000000);
    struct ent_frame frames[5];

    connect_both(scene, MAESAI);
    for (size_t i = 0; i < 5; i++) { /* the broker grants 4 MiB */
        frames[i] = frame_from(scene, MAESAI, BULK, ENT_FRAME_BUNDLE,
            ent_bytes_view(&made.head), ent_bytes_view(&made.body));
    }
    turn(scene, frames, 5);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
    made_free(&made);
}

static void
answers_wait_for_a_full_connection(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    scene->busy = true;
    send_made(scene, MAESAI, BULK, &made);
    expect_silence(scene);
    assert_true(broker_due(scene->broker) <= scene->now.boot_ms + SECOND);
    scene->busy = false;
    turn(scene, NULL, 0);
    expect_custody(scene, MAESAI, BULK, &made);
    expect_credit(scene, MAESAI, BULK, made_size(&made));
    expect_bundle(scene, TACHILEIK, BULK, &made);
    expect_silence(scene);
    made_free(&made);
}

static void
one_who_is_gone_is_forgotten_until_he_greets_again(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, TACHILEIK);
    connect_both(scene, MAESAI);
    scene->gone = true;
    send_made(scene, MAESAI, BULK, &made);
    scene->gone = false;
    pass(scene, HOUR);
    expect_silence(scene);
    connect_both(scene, TACHILEIK);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    made_free(&made);
}

static void
with_nothing_to_do_the_broker_is_not_due(void **state)
{
    struct scene *scene = *state;
    struct made made =
        make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 1, 1, 1000000);
    struct made more =
        make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 2, 1, 1000000);

    connect_both(scene, MAESAI);
    greet(scene, TACHILEIK, BULK, ENT_CREDIT_MIN);
    assert_true(broker_due(scene->broker) > scene->now.boot_ms + 200);
    send_made(scene, MAESAI, BULK, &made);
    send_made(scene, MAESAI, BULK, &more); /* no credit is left for it */
    pass(scene, HOUR);
    assert_true(broker_due(scene->broker) > scene->now.boot_ms + 200);
    made_free(&made);
    made_free(&more);
}

/* ---- objects ---- */

static void
say_object(struct scene *scene, const struct party *by, uint32_t kind,
    const char *subject, struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = kind, .wire = wire};

    strcpy(object.subject, subject);
    expect_ok(ent_object_encode(&object, &payload, &last_error));
    say(scene, by, BULK, ENT_FRAME_OBJECT, ent_bytes_view(&payload), NOTHING);
}

/* Ask for an object: what comes back. */
static struct ent_view
fetch(struct scene *scene, const struct party *by, uint32_t kind,
    const char *subject, uint64_t newer_than)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch request = {.kind = kind, .newer_than = newer_than};
    const struct sent *sent;
    struct ent_object object;

    strcpy(request.subject, subject);
    expect_ok(ent_fetch_encode(&request, &payload, &last_error));
    say(scene, by, BULK, ENT_FRAME_FETCH, ent_bytes_view(&payload), NOTHING);
    sent = expect_sent(scene, by, BULK, ENT_FRAME_OBJECT);
    expect_ok(ent_object_decode(
        ent_bytes_view(&sent->payload), &object, &last_error));
    assert_string_equal(object.subject, subject);
    assert_int_equal(object.kind, kind);
    return object.wire;
}

#define MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define REVOCATIONS ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST

static void
the_newest_manifest_is_handed_out_to_who_asks(void **state)
{
    struct scene *scene = *state;
    struct ent_bytes second = make_manifest(scene, MAESAI, 2);
    struct ent_bytes first = make_manifest(scene, MAESAI, 1);
    struct ent_bytes foreign = make_manifest(scene, TACHILEIK, 9);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    assert_int_equal(
        fetch(scene, TACHILEIK, MANIFEST, "blo-maesai@th", 0).len, 0);
    say_object(
        scene, MAESAI, MANIFEST, "blo-maesai@th", ent_bytes_view(&second));
    say_object(
        scene, MAESAI, MANIFEST, "blo-maesai@th", ent_bytes_view(&first));
    say_object(
        scene, MAESAI, MANIFEST, "blo-tachileik@mm", ent_bytes_view(&foreign));
    say_object(
        scene, MAESAI, MANIFEST, "blo-maesai@th", ent_bytes_view(&foreign));
    expect_silence(scene);
    scene_restart(scene);
    connect_both(scene, TACHILEIK);
    assert_true(
        ent_view_equal(fetch(scene, TACHILEIK, MANIFEST, "blo-maesai@th", 1),
            ent_bytes_view(&second)));
    assert_int_equal(
        fetch(scene, TACHILEIK, MANIFEST, "blo-maesai@th", 2).len, 0);
    assert_int_equal(
        fetch(scene, TACHILEIK, MANIFEST, "blo-tachileik@mm", 0).len, 0);
    ent_bytes_free(&first);
    ent_bytes_free(&second);
    ent_bytes_free(&foreign);
}

static void
certificates_are_handed_out_and_the_brokers_own_too(void **state)
{
    struct scene *scene = *state;

    connect_both(scene, TACHILEIK);
    assert_true(
        ent_view_equal(fetch(scene, TACHILEIK, CERTIFICATE, "blo-maesai@th", 0),
            ent_bytes_view(&scene->all.maesai.wire)));
    assert_true(ent_view_equal(
        fetch(scene, TACHILEIK, CERTIFICATE, "broker-bangkok@th", 0),
        ent_bytes_view(&scene->all.broker.wire)));
    assert_int_equal(fetch(scene, TACHILEIK, CERTIFICATE, "ncc@kh", 0).len, 0);
}

static void
who_has_a_newer_manifest_is_asked_for_it(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct scene *scene = *state;
    const struct ent_hello hello = {
        .certificate = ent_bytes_view(&scene->all.maesai.wire),
        .manifest_sequence = 4,
        .revocation_number = 2,
        .lane = ENTENTE__V1__LANE__BULK,
        .credit = GENEROUS,
    };
    struct ent_fetch asked;
    const struct sent *sent;

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    say(scene, MAESAI, BULK, ENT_FRAME_HELLO, ent_bytes_view(&payload),
        NOTHING);
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_HELLO);
    sent = expect_sent(scene, MAESAI, BULK, ENT_FRAME_FETCH);
    expect_ok(
        ent_fetch_decode(ent_bytes_view(&sent->payload), &asked, &last_error));
    assert_string_equal(asked.subject, "blo-maesai@th");
    assert_int_equal(asked.kind, MANIFEST);
    sent = expect_sent(scene, MAESAI, BULK, ENT_FRAME_FETCH);
    expect_ok(
        ent_fetch_decode(ent_bytes_view(&sent->payload), &asked, &last_error));
    assert_string_equal(asked.subject, "th");
    assert_int_equal(asked.kind, REVOCATIONS);
}

static void
one_who_is_revoked_is_out_at_once_on_an_open_connection(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes list = make_revocation(
        scene, "mm", &scene->all.myanmar, 1, &scene->all.tachileik);
    struct ent_bytes forged = make_revocation(
        scene, "th", &scene->all.myanmar, 1, &scene->all.maesai);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    say_object(scene, TACHILEIK, REVOCATIONS, "th", ent_bytes_view(&forged));
    assert_true(broker_admit(scene->broker, MAESAI->cert.link_key));
    say_object(scene, MAESAI, REVOCATIONS, "mm", ent_bytes_view(&list));
    expect_bye(scene, TACHILEIK, URGENT, ENT_REFUSAL_KEY_REVOKED, NULL);
    expect_bye(scene, TACHILEIK, BULK, ENT_REFUSAL_KEY_REVOKED, NULL);
    assert_false(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    leave(scene, BULK, &made);
    expect_silence(scene); /* nothing goes there any more */
    greet(scene, TACHILEIK, BULK, GENEROUS);
    expect_bye(scene, TACHILEIK, BULK, ENT_REFUSAL_KEY_REVOKED, NULL);
    scene_restart(scene);
    assert_false(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    ent_bytes_free(&list);
    ent_bytes_free(&forged);
    made_free(&made);
}

static void
when_it_stops_everybody_is_told(void **state)
{
    struct scene *scene = *state;

    connect_both(scene, MAESAI);
    broker_stop(scene->broker);
    expect_bye(scene, MAESAI, URGENT, ENT_REFUSAL_CLOSING, NULL);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_CLOSING, NULL);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_office_is_greeted_with_the_same_lane_and_credit),
        TEST(who_has_not_said_hello_is_asked_to),
        TEST(an_unknown_key_is_not_served_and_not_let_in),
        TEST(an_office_greets_under_its_own_certificate_only),
        TEST(a_newer_certificate_in_a_greeting_is_taken),
        TEST(a_second_connection_takes_the_lane_from_the_first),
        TEST(a_frame_that_cannot_be_read_ends_the_conversation),
        TEST(a_bundle_is_taken_into_custody_and_handed_over),
        TEST(what_has_custody_outlives_the_broker),
        TEST(the_same_bundle_again_gets_custody_again_and_is_kept_once),
        TEST(another_label_for_a_place_is_kept_as_evidence_without_custody),
        TEST(flash_goes_first_whatever_came_before_it),
        TEST(what_is_not_urgent_never_goes_on_the_urgent_connection),
        TEST(many_bundles_are_taken_in_one_commit),
        TEST(what_is_not_authentic_or_in_time_is_refused_alone),
        TEST(a_head_that_is_no_bundle_ends_the_conversation),
        TEST(a_quota_keeps_a_reserve_for_flash),
        TEST(a_full_store_refuses_and_goes_on),
        TEST(a_receipt_settles_and_is_kept_until_the_sender_has_it),
        TEST(a_bundle_that_is_settled_already_gets_the_stored_receipt),
        TEST(nobody_settles_what_is_not_for_him),
        TEST(an_answer_about_another_label_settles_nothing),
        TEST(what_is_covered_but_unanswered_is_asked_for_an_hour_more),
        TEST(an_unconfirmed_receipt_is_offered_again),
        TEST(what_has_no_answer_is_sent_again_at_once_after_reconnecting),
        TEST(what_has_no_answer_is_sent_again_after_longer_and_longer_pauses),
        TEST(what_was_put_off_is_sent_again_soon_and_nothing_else_is),
        TEST(what_expired_is_dropped_twenty_minutes_later),
        TEST(a_damaged_bundle_is_given_back_to_its_sender),
        TEST(a_skip_takes_the_place_of_its_bundle),
        TEST(only_the_sender_skips),
        TEST(credit_bounds_what_lies_under_way),
        TEST(more_than_its_credit_ends_a_conversation),
        TEST(answers_wait_for_a_full_connection),
        TEST(one_who_is_gone_is_forgotten_until_he_greets_again),
        TEST(with_nothing_to_do_the_broker_is_not_due),
        TEST(the_newest_manifest_is_handed_out_to_who_asks),
        TEST(certificates_are_handed_out_and_the_brokers_own_too),
        TEST(who_has_a_newer_manifest_is_asked_for_it),
        TEST(one_who_is_revoked_is_out_at_once_on_an_open_connection),
        TEST(when_it_stops_everybody_is_told),
    };

    return cmocka_run_group_tests_name("broker", tests, NULL, NULL);
}
