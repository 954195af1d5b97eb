/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_talk.h"

#include "proto/pace.h"

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

/* Signatures a second, and how many may come at once. */
#define PACE UINT64_C(10)
#define BURST (ENT_PACE_BURST_S * PACE)

static void
set_pace(struct scene *scene)
{
    scene->quota.signatures = PACE;
    scene_restart(scene);
}

/* Small bundles, each in a turn of its own, without looking at the answers. */
static uint64_t
flood(struct scene *scene, const struct party *from, uint64_t first,
    uint64_t count)
{
    const struct party *to = from == MAESAI ? TACHILEIK : MAESAI;
    uint64_t size = 0;

    for (uint64_t i = first; i < first + count; i++) {
        struct made made = make_bundle(scene, from, to, ROUTINE, i, 1, 100);

        send_made(scene, from, BULK, &made);
        size = made_size(&made);
        made_free(&made);
    }
    return size;
}

static void
who_has_too_much_checked_gets_credit_back_later(void **state)
{
    struct scene *scene = *state;
    uint64_t size;

    set_pace(scene);
    connect_both(scene, MAESAI); /* two HELLOs cost as much as two bundles */
    (void)flood(scene, MAESAI, 1, BURST - 2);
    forget_sent(scene);
    size = flood(scene, MAESAI, BURST - 1, 2);
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_CUSTODY);
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_CUSTODY);
    expect_silence(scene);
    assert_true(broker_due(scene->broker) <= scene->now.boot_ms + 2 * SECOND);
    pass(scene, SECOND);
    expect_credit(scene, MAESAI, BULK, 2 * size);
    expect_silence(scene);
}

static void
who_then_goes_on_is_sent_away_for_a_while(void **state)
{
    struct scene *scene = *state;

    set_pace(scene);
    connect_both(scene, MAESAI);
    (void)flood(scene, MAESAI, 1, ENT_PACE_BURSTS_MAX * BURST - 2);
    forget_sent(scene);
    (void)flood(scene, MAESAI, ENT_PACE_BURSTS_MAX * BURST - 1, 1);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_QUOTA, NULL);
    forget_sent(scene);
    greet(scene, MAESAI, BULK, GENEROUS);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_QUOTA, NULL);
    pass(scene, 2 * SECOND);
    greet(scene, MAESAI, BULK, GENEROUS);
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_HELLO);
}

/* Junk that the broker has to check, until it greets anew. */
static void
flood_with(struct scene *scene, enum ent_frame_type type)
{
    for (uint64_t i = 0; i < ENT_PACE_BURSTS_MAX * BURST; i++) {
        say(scene, MAESAI, BULK, type, view("junk"), NOTHING);
    }
    forget_sent(scene);
    greet(scene, MAESAI, BULK, GENEROUS);
}

static void
everything_that_is_signed_costs_a_check(void **state)
{
    static const enum ent_frame_type signed_types[] = {ENT_FRAME_BUNDLE,
        ENT_FRAME_RECEIPT, ENT_FRAME_SKIP, ENT_FRAME_OBJECT, ENT_FRAME_CUSTODY};
    struct scene *scene = *state;

    for (size_t i = 0; i < sizeof signed_types / sizeof signed_types[0]; i++) {
        set_pace(scene);
        connect_both(scene, MAESAI);
        flood_with(scene, signed_types[i]);
        expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_QUOTA, NULL);
    }
    set_pace(scene);
    connect_both(scene, MAESAI);
    flood_with(scene, ENT_FRAME_FETCH); /* nobody signs that */
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_HELLO);
}

static void
a_flood_costs_nobody_else_anything(void **state)
{
    struct scene *scene = *state;
    struct made made =
        make_bundle(scene, TACHILEIK, MAESAI, ROUTINE, 1, 1, 100);

    set_pace(scene);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    (void)flood(scene, MAESAI, 1, (ENT_PACE_BURSTS_MAX + 1) * BURST);
    forget_sent(scene);
    send_made(scene, TACHILEIK, BULK, &made);
    expect_custody(scene, TACHILEIK, BULK, &made);
    expect_credit(scene, TACHILEIK, BULK, made_size(&made));
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

/* Also when it comes after they asked. */
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
    expect_object(scene, TACHILEIK, URGENT, ent_bytes_view(&second));
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
expect_list(struct scene *scene, const struct party *to, const char *state,
    const struct ent_bytes *list)
{
    const struct sent *sent = expect_sent(scene, to, URGENT, ENT_FRAME_OBJECT);
    struct ent_object object;

    expect_ok(ent_object_decode(
        ent_bytes_view(&sent->payload), &object, &last_error));
    assert_int_equal(object.kind, REVOCATIONS);
    assert_string_equal(object.subject, state);
    assert_true(ent_view_equal(object.wire, ent_bytes_view(list)));
}

/* Who is connected may have direct links that this broker does not see. */
static void
a_newer_revocation_list_goes_at_once_to_all_who_are_there(void **state)
{
    struct scene *scene = *state;
    struct ent_bytes first = make_revocation(
        scene, "mm", &scene->all.myanmar, 1, &scene->all.yangon);
    struct ent_bytes second = make_revocation(
        scene, "mm", &scene->all.myanmar, 2, &scene->all.yangon);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    say_object(scene, TACHILEIK, REVOCATIONS, "mm", ent_bytes_view(&first));
    expect_list(scene, MAESAI, "mm", &first);
    expect_list(scene, TACHILEIK, "mm", &first);
    say_object(scene, MAESAI, REVOCATIONS, "mm", ent_bytes_view(&first));
    expect_silence(scene); /* it is nothing new */
    say_object(scene, MAESAI, REVOCATIONS, "mm", ent_bytes_view(&second));
    expect_list(scene, MAESAI, "mm", &second);
    expect_list(scene, TACHILEIK, "mm", &second);
    pass(scene, MINUTE);
    expect_silence(scene);
    ent_bytes_free(&first);
    ent_bytes_free(&second);
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
    expect_list(scene, MAESAI, "mm", &list);
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

static void
what_came_on_urgent_connections_is_handled_before_all_else(void **state)
{
    struct scene *scene = *state;
    struct ent_frame frames[6];

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    for (size_t i = 0; i < 6; i++) {
        frames[i] = frame_from(scene, i % 3 == 1 ? TACHILEIK : MAESAI,
            i % 2 == 0 ? BULK : URGENT, ENT_FRAME_CREDIT, NOTHING, NOTHING);
        frames[i].type = (enum ent_frame_type)(i + 1); /* to know it by */
    }
    assert_int_equal(broker_urgent_first(scene->broker, frames, 6), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(frames[i].type, 2 * i + 2);
        assert_int_equal(frames[3 + i].type, 2 * i + 1);
    }
}

static void
who_has_not_said_hello_is_not_urgent(void **state)
{
    struct scene *scene = *state;
    struct ent_frame frame =
        frame_from(scene, MAESAI, URGENT, ENT_FRAME_CREDIT, NOTHING, NOTHING);

    assert_int_equal(broker_urgent_first(scene->broker, &frame, 1), 0);
    greet(scene, MAESAI, URGENT, GENEROUS);
    assert_int_equal(broker_urgent_first(scene->broker, &frame, 1), 1);
    frame.link_key[0] ^= 1; /* nobody's */
    assert_int_equal(broker_urgent_first(scene->broker, &frame, 1), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(credit_bounds_what_lies_under_way),
        SCENE_TEST(more_than_its_credit_ends_a_conversation),
        SCENE_TEST(who_has_too_much_checked_gets_credit_back_later),
        SCENE_TEST(who_then_goes_on_is_sent_away_for_a_while),
        SCENE_TEST(everything_that_is_signed_costs_a_check),
        SCENE_TEST(a_flood_costs_nobody_else_anything),
        SCENE_TEST(answers_wait_for_a_full_connection),
        SCENE_TEST(one_who_is_gone_is_forgotten_until_he_greets_again),
        SCENE_TEST(with_nothing_to_do_the_broker_is_not_due),
        SCENE_TEST(the_newest_manifest_is_handed_out_to_who_asks),
        SCENE_TEST(certificates_are_handed_out_and_the_brokers_own_too),
        SCENE_TEST(who_has_a_newer_manifest_is_asked_for_it),
        SCENE_TEST(a_newer_revocation_list_goes_at_once_to_all_who_are_there),
        SCENE_TEST(one_who_is_revoked_is_out_at_once_on_an_open_connection),
        SCENE_TEST(what_came_on_urgent_connections_is_handled_before_all_else),
        SCENE_TEST(who_has_not_said_hello_is_not_urgent),
        SCENE_TEST(when_it_stops_everybody_is_told),
    };

    return cmocka_run_group_tests_name("broker_flow", tests, NULL, NULL);
}
