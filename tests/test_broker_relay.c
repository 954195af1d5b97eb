/* SPDX-License-Identifier: Apache-2.0 */
/* A broker beside another: Mae Sai is served here, Tachileik is behind Yangon,
 * and there is one more broker in between, Mandalay. */
#include "tests/broker_talk.h"

#include "proto/pace.h"
#include "proto/refusal.h"

/* ---- words ---- */

/* A CUSTODY that another broker has signed is passed on. */
static void
expect_passed(struct scene *scene, enum lane lane, const struct ent_bytes *wire)
{
    const struct sent *sent =
        expect_sent(scene, MAESAI, lane, ENT_FRAME_CUSTODY);

    assert_true(
        ent_view_equal(ent_bytes_view(&sent->payload), ent_bytes_view(wire)));
}

/* Mae Sai leaves a bundle, which goes on to Yangon. */
static struct made
hand_on(struct scene *scene, uint32_t precedence, uint64_t first)
{
    const enum lane lane = precedence == ROUTINE ? BULK : URGENT;
    struct made made = from_maesai(scene, precedence, first);

    leave(scene, lane, &made);
    if (first == 1) {
        expect_certificate(scene, YANGON, lane, MAESAI);
    }
    expect_bundle(scene, YANGON, lane, &made);
    return made;
}

/* Yangon says what a broker, itself or one behind it, has signed. */
static struct ent_bytes
say_custody(struct scene *scene, const struct party *by, enum lane lane,
    const struct made *made)
{
    struct ent_bytes wire = make_custody(scene, by, made);

    if (by != YANGON) {
        say_object(scene, YANGON, CERTIFICATE, by->cert.address.text,
            ent_bytes_view(&by->wire));
    }
    say(scene, YANGON, lane, ENT_FRAME_CUSTODY, ent_bytes_view(&wire), NOTHING);
    return wire;
}

static void
meet(struct scene *scene)
{
    connect_both(scene, MAESAI);
    connect_both(scene, YANGON);
}

/* The bundle that Yangon was given before the test began. */
static struct made handed;

static int
setup_handed_on(void **state)
{
    if (scene_open_relay(state) != 0) {
        return -1;
    }
    meet(*state);
    handed = hand_on(*state, ROUTINE, 1);
    return 0;
}

static int
teardown_handed_on(void **state)
{
    made_free(&handed);
    return scene_close(state);
}

#define HANDED_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, setup_handed_on, teardown_handed_on)

/* ---- custody ---- */

static void
custody_goes_back_behind_the_certificate_of_who_signed(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};

    custody = say_custody(scene, YANGON, BULK, &handed);
    expect_certificate(scene, MAESAI, BULK, YANGON);
    expect_passed(scene, BULK, &custody);
    expect_silence(scene);
}

static void
custody_of_a_broker_further_on_is_passed_on_too(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes near = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes far = {0};

    meet(scene);
    made = hand_on(scene, FLASH, 1);
    near = say_custody(scene, YANGON, URGENT, &made);
    expect_certificate(scene, MAESAI, URGENT, YANGON);
    expect_passed(scene, URGENT, &near);
    far = say_custody(scene, MANDALAY, URGENT, &made);
    expect_certificate(scene, MAESAI, URGENT, MANDALAY);
    expect_passed(scene, URGENT, &far);
    expect_silence(scene);
}

static void
who_was_away_learns_of_custody_when_it_comes_back(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes near = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes far = {0};

    scene_restart(scene);
    connect_both(scene, YANGON);
    expect_certificate(scene, YANGON, BULK, MAESAI);
    expect_bundle(scene, YANGON, BULK, &handed);
    near = say_custody(scene, YANGON, BULK, &handed);
    far = say_custody(scene, MANDALAY, BULK, &handed);
    expect_silence(scene);
    connect_both(scene, MAESAI);
    expect_certificate(scene, MAESAI, BULK, YANGON);
    expect_passed(scene, BULK, &near);
    expect_certificate(scene, MAESAI, BULK, MANDALAY);
    expect_passed(scene, BULK, &far);
    expect_silence(scene);
}

static void
custody_is_told_once_in_each_conversation(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes first = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};

    first = say_custody(scene, YANGON, BULK, &handed);
    forget_sent(scene);
    pass(scene, SECOND);
    again = say_custody(scene, YANGON, BULK, &handed);
    expect_silence(scene);
    scene_hang_up(scene);
    connect_both(scene, MAESAI);
    expect_certificate(scene, MAESAI, BULK, YANGON);
    expect_passed(scene, BULK, &first);
    expect_silence(scene);
}

static void
custody_goes_with_the_bundle_once_it_is_settled(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes receipt = {0};

    custody = say_custody(scene, YANGON, BULK, &handed);
    receipt = make_receipt(scene, TACHILEIK, &handed, 1, SETTLED, 1);
    say_object(scene, YANGON, CERTIFICATE, "blo-tachileik@mm",
        ent_bytes_view(&TACHILEIK->wire));
    say(scene, YANGON, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    scene_hang_up(scene);
    forget_sent(scene);
    connect_both(scene, MAESAI);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    expect_silence(scene);
}

static void
custody_that_nobody_certified_signed_is_not_passed_on(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes unknown = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes forged = {0};
    struct party forger = scene->all.maesai;

    unknown = make_custody(scene, MANDALAY, &handed);
    say(scene, YANGON, BULK, ENT_FRAME_CUSTODY, ent_bytes_view(&unknown),
        NOTHING);
    expect_silence(scene);
    forger.cert.address = YANGON->cert.address;
    forged = make_custody(scene, &forger, &handed);
    say(scene, YANGON, BULK, ENT_FRAME_CUSTODY, ent_bytes_view(&forged),
        NOTHING);
    expect_silence(scene);
}

static void
custody_of_another_label_is_not_passed_on(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free)
    struct made other =
        make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 1, 1, 200);
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};

    custody = say_custody(scene, YANGON, BULK, &other);
    expect_silence(scene);
}

/* Its word is for who gave it the bundle: the next broker may have lost it. */
static void
what_a_broker_further_on_holds_is_still_sent_to_the_next(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};

    custody = say_custody(scene, MANDALAY, BULK, &handed);
    forget_sent(scene);
    for (unsigned i = 0; i < 50; i++) {
        pass(scene, MINUTE);
    }
    expect_bundle(scene, YANGON, BULK, &handed);
}

static void
what_the_next_broker_holds_is_not_sent_there_again_for_an_hour(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};

    custody = say_custody(scene, YANGON, BULK, &handed);
    forget_sent(scene);
    for (unsigned i = 0; i < 50; i++) {
        pass(scene, MINUTE);
    }
    expect_silence(scene);
    for (unsigned i = 0; i < 20; i++) {
        pass(scene, MINUTE);
    }
    expect_bundle(scene, YANGON, BULK, &handed);
}

/* ---- what the next broker does not take ---- */

/* Yangon does not take it, for that reason. */
static void
refuse(struct scene *scene, const struct made *made, uint32_t reason)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    const struct ent_bye bye = {.reason = reason,
        .about_stream = true,
        .stream = made->label.stream,
        .first = made->label.first,
        .text = "no"};

    expect_ok(ent_bye_encode(&bye, &payload, &last_error));
    say(scene, YANGON, BULK, ENT_FRAME_BYE, ent_bytes_view(&payload), NOTHING);
}

static void
a_hopeless_refusal_goes_back_until_the_next_broker_signs(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};

    refuse(scene, &handed, ENT_REFUSAL_NOT_AUTHENTIC);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_NOT_AUTHENTIC, &handed);
    send_made(scene, MAESAI, BULK, &handed);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_NOT_AUTHENTIC, &handed);
    forget_sent(scene);
    custody = say_custody(scene, YANGON, BULK, &handed);
    forget_sent(scene);
    send_made(scene, MAESAI, BULK, &handed);
    expect_custody(scene, MAESAI, BULK, &handed);
}

static void
what_the_next_broker_cannot_take_now_goes_again(void **state)
{
    struct scene *scene = *state;

    refuse(scene, &handed, ENT_REFUSAL_STORE_FULL);
    expect_silence(scene); /* its sender need not know */
    pass(scene, MINUTE);
    expect_bundle(scene, YANGON, BULK, &handed);
    forget_sent(scene);
    refuse(scene, &handed, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
    for (unsigned i = 0; i < 5; i++) {
        pass(scene, MINUTE);
    }
    expect_certificate(scene, YANGON, BULK, MAESAI);
    expect_bundle(scene, YANGON, BULK, &handed);
}

/* ---- another way ---- */

/* A broker that knows these: Mae Sai, and where Myanmar is. */
static void
reload(struct scene *scene, const struct party *here, const struct party *way)
{
    struct broker_registry *fresh = make_registry(scene, MAESAI, here);
    const struct party *const brokers[] = {YANGON, MANDALAY};

    for (size_t i = 0; i < 2; i++) {
        expect_ok(broker_registry_add_neighbour(fresh,
            ent_bytes_view(&brokers[i]->wire), &brokers[i]->cert.address,
            scene->now.wall_ms, &last_error));
    }
    broker_registry_lead(fresh, "mm", &way->cert.address);
    expect_ok(broker_reload(scene->broker, &fresh, &last_error));
}

static void
what_waits_for_a_neighbour_goes_by_another_after_a_reload(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes custody = {0};

    custody = say_custody(scene, YANGON, BULK, &handed);
    reload(scene, NULL, MANDALAY);
    forget_sent(scene);
    connect_both(scene, MANDALAY);
    expect_certificate(scene, MANDALAY, BULK, MAESAI);
    expect_bundle(scene, MANDALAY, BULK, &handed);
    expect_silence(scene);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 1);
}

static void
who_is_served_here_now_gets_what_waited_for_a_neighbour(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    reload(scene, TACHILEIK, YANGON);
    connect_both(scene, TACHILEIK);
    expect_bundle(scene, TACHILEIK, BULK, &made);
    expect_silence(scene);
}

/* Mae Sai is said to be behind who brought it. */
static void
nothing_goes_back_to_who_brought_it_after_a_reload(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = from_behind(scene, TACHILEIK, 1);
    struct broker_registry *fresh;

    connect_both(scene, YANGON);
    bring_certificate(scene, TACHILEIK);
    send_made(scene, YANGON, BULK, &made);
    expect_custody(scene, YANGON, BULK, &made);
    forget_sent(scene);
    fresh = make_registry(scene, TACHILEIK, NULL);
    expect_ok(
        broker_registry_add_neighbour(fresh, ent_bytes_view(&YANGON->wire),
            &YANGON->cert.address, scene->now.wall_ms, &last_error));
    broker_registry_lead(fresh, "th", &YANGON->cert.address);
    expect_ok(broker_reload(scene->broker, &fresh, &last_error));
    pass(scene, MINUTE);
    expect_silence(scene);
}

static void
a_receipt_goes_by_another_neighbour_after_a_reload(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = from_behind(scene, TACHILEIK, 1);
    ENT_AUTO(ent_bytes_free) struct ent_bytes receipt = {0};
    const struct sent *sent;

    meet(scene);
    bring_certificate(scene, TACHILEIK);
    send_made(scene, YANGON, BULK, &made);
    receipt = make_receipt(scene, MAESAI, &made, 1, SETTLED, 1);
    say(scene, MAESAI, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    reload(scene, NULL, MANDALAY);
    forget_sent(scene);
    connect_both(scene, MANDALAY);
    expect_certificate(scene, MANDALAY, BULK, MAESAI);
    sent = expect_sent(scene, MANDALAY, BULK, ENT_FRAME_RECEIPT);
    assert_true(ent_view_equal(
        ent_bytes_view(&sent->payload), ent_bytes_view(&receipt)));
    expect_silence(scene);
}

static void
flash_goes_first_to_the_next_broker_too(void **state)
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
    greet(scene, YANGON, BULK, GENEROUS); /* and no urgent connection */
    (void)expect_sent(scene, YANGON, BULK, ENT_FRAME_HELLO);
    expect_certificate(scene, YANGON, BULK, MAESAI);
    expect_bundle(scene, YANGON, BULK, &flash);
    for (size_t i = 0; i < 3; i++) {
        expect_bundle(scene, YANGON, BULK, &routine[i]);
        made_free(&routine[i]);
    }
    expect_silence(scene);
    made_free(&flash);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HANDED_TEST(custody_goes_back_behind_the_certificate_of_who_signed),
        RELAY_TEST(custody_of_a_broker_further_on_is_passed_on_too),
        HANDED_TEST(who_was_away_learns_of_custody_when_it_comes_back),
        HANDED_TEST(custody_is_told_once_in_each_conversation),
        HANDED_TEST(custody_goes_with_the_bundle_once_it_is_settled),
        HANDED_TEST(custody_that_nobody_certified_signed_is_not_passed_on),
        HANDED_TEST(
            what_the_next_broker_holds_is_not_sent_there_again_for_an_hour),
        HANDED_TEST(a_hopeless_refusal_goes_back_until_the_next_broker_signs),
        HANDED_TEST(custody_of_another_label_is_not_passed_on),
        HANDED_TEST(what_a_broker_further_on_holds_is_still_sent_to_the_next),
        HANDED_TEST(what_the_next_broker_cannot_take_now_goes_again),
        HANDED_TEST(what_waits_for_a_neighbour_goes_by_another_after_a_reload),
        RELAY_TEST(who_is_served_here_now_gets_what_waited_for_a_neighbour),
        RELAY_TEST(nothing_goes_back_to_who_brought_it_after_a_reload),
        RELAY_TEST(a_receipt_goes_by_another_neighbour_after_a_reload),
        RELAY_TEST(flash_goes_first_to_the_next_broker_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
