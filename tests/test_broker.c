/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_talk.h"

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
    make_again(&made, TACHILEIK); /* a forged one says nothing of clocks */
    expect_refused(scene, &made, ENT_REFUSAL_NOT_AUTHENTIC);
    make_again(&made, MAESAI);
    expect_refused(scene, &made, ENT_REFUSAL_CLOCKS_DIFFER);

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
what_was_here_before_or_came_too_far_is_refused(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_signatures signatures = {.count = 1};
    struct ent_hop hop = {.count = 1};

    expect_ok(ent_signing_sign(&MAESAI->signer, ENT_TYPE_LABEL,
        ent_bytes_view(&made.label_wire), &signatures.list[0], &last_error));
    connect_both(scene, MAESAI);
    hop.brokers[0] = scene->all.broker.cert.address;
    for (int i = 0; i < 2; i++) {
        ent_bytes_free(&made.head);
        expect_ok(ent_bundle_encode_head(&hop, ent_bytes_view(&made.label_wire),
            &signatures, &made.head, &last_error));
        expect_refused(scene, &made, ENT_REFUSAL_BAD_FRAME);
        for (hop.count = 0; hop.count < ENT_HOPS_MAX; hop.count++) {
            strcpy(hop.brokers[hop.count].text, "broker-hanoi@vn");
        }
    }
    made_free(&made);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_office_is_greeted_with_the_same_lane_and_credit),
        SCENE_TEST(who_has_not_said_hello_is_asked_to),
        SCENE_TEST(an_unknown_key_is_not_served_and_not_let_in),
        SCENE_TEST(an_office_greets_under_its_own_certificate_only),
        SCENE_TEST(a_newer_certificate_in_a_greeting_is_taken),
        SCENE_TEST(a_second_connection_takes_the_lane_from_the_first),
        SCENE_TEST(a_frame_that_cannot_be_read_ends_the_conversation),
        SCENE_TEST(a_bundle_is_taken_into_custody_and_handed_over),
        SCENE_TEST(what_has_custody_outlives_the_broker),
        SCENE_TEST(the_same_bundle_again_gets_custody_again_and_is_kept_once),
        SCENE_TEST(
            another_label_for_a_place_is_kept_as_evidence_without_custody),
        SCENE_TEST(flash_goes_first_whatever_came_before_it),
        SCENE_TEST(what_is_not_urgent_never_goes_on_the_urgent_connection),
        SCENE_TEST(many_bundles_are_taken_in_one_commit),
        SCENE_TEST(what_is_not_authentic_or_in_time_is_refused_alone),
        SCENE_TEST(a_head_that_is_no_bundle_ends_the_conversation),
        SCENE_TEST(what_was_here_before_or_came_too_far_is_refused),
        SCENE_TEST(a_quota_keeps_a_reserve_for_flash),
        SCENE_TEST(a_full_store_refuses_and_goes_on),
    };

    return cmocka_run_group_tests_name("broker", tests, NULL, NULL);
}
