/* SPDX-License-Identifier: Apache-2.0 */
/* What a node says and hears on its links. */
#include "tests/uplink_stage.h"

#include "node/alarms.h"
#include "node/objects.h"
#include "node/uplink.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile.h"
#include "proto/pace.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"
#include "proto/zap.h"
#include <stdio.h>
#include <unistd.h>

static void
the_node_speaks_first_and_waits_for_an_answer_on_each_lane(void **state)
{
    (void)state;
    be_greeted();
    assert_false(node_uplink_ready(stage.node->uplink, true));
    greet_back(1, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(false, true);
    assert_false(node_uplink_ready(stage.node->uplink, true));
    greet_back(0, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(true, true);
}

static void
who_greets_as_somebody_else_is_not_talked_to(void **state)
{
    (void)state;
    be_greeted();
    greet_back(0, ent_bytes_view(&stage.node->certificate_wire), 4 * MIB);
    greet_back(1, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(false, true); /* so the other was heard too, or soon is */
    for (int i = 0; i < 50; i++) {
        turn();
        (void)usleep(2000);
    }
    assert_false(node_uplink_ready(stage.node->uplink, true));
}

static void
credit_is_spent_and_a_starved_lane_waits_for_more(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct node_route routes[NODE_NEIGHBOURS_MAX];
    struct node_uplink *uplink;
    struct ent_address office;

    (void)state;
    expect_ok(
        ent_address_parse(view("blo-tachileik@mm"), &office, &last_error));
    meet(2 * MIB);
    uplink = stage.node->uplink;
    assert_true(node_uplink_spend(uplink, 0, false, MIB));
    assert_false(node_uplink_spend(uplink, 0, false, MIB + 1));
    assert_false(node_uplink_ready(uplink, false));
    assert_true(node_uplink_ready(uplink, true)); /* each has its own */
    assert_int_equal(node_uplink_routes(uplink, &office, false, routes), 1);
    assert_false(routes[0].is_ready);
    expect_ok(ent_credit_encode(MIB, &payload, &last_error));
    say(1, ENT_FRAME_CREDIT, &payload, (struct ent_view){0});
    until_ready(false, true);
    assert_true(node_uplink_spend(uplink, 0, false, 2 * MIB));
}

static void
what_came_is_given_back_whatever_became_of_it(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};
    uint64_t bytes = 0;

    (void)state;
    meet(4 * MIB);
    say(0, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    hear(ENT_FRAME_CREDIT, &frame);
    expect_ok(ent_credit_decode(frame.payload, &bytes, &last_error));
    assert_int_equal(bytes, 16);
}

static void
after_a_goodbye_it_greets_again_and_not_at_once(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bye bye = {.reason = ENT_REFUSAL_CLOSING, .text = "stopping"};

    (void)state;
    meet(4 * MIB);
    expect_ok(ent_bye_encode(&bye, &payload, &last_error));
    say(0, ENT_FRAME_BYE, &payload, (struct ent_view){0});
    until_ready(true, false);
    assert_true(node_uplink_ready(stage.node->uplink, false));
    assert_int_equal(node_uplink_due(stage.node->uplink), stage.now + 1000);
    stage.now += 1000;
    hear(ENT_FRAME_HELLO, &frame);
    assert_memory_equal(
        frame.route.bytes, stage.routes[0].bytes, frame.route.len);
    greet_back(0, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(true, true);
}

/* The list comes as an object of that broker: it cannot keep it from us. */
static void
revoke_broker(struct ent_bytes *ret_wire)
{
    struct ent_secret *authority = authority_secret("th");
    struct ent_certificate certificate;
    struct ent_revocation revoked;
    struct ent_signer root;

    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_certificate_peek(
        ent_bytes_view(&stage.certificate), &certificate, &last_error));
    revoked = (struct ent_revocation){
        .key_id = certificate.signing_key_id,
        .address = certificate.address,
        .serial = certificate.serial,
        .revoked_at = stage.now,
    };
    expect_ok(ent_revocation_list_make("th", 1, stage.now, stage.now + DAY,
        &revoked, 1, &root, ret_wire, &last_error));
    ent_secret_free(&authority);
}

static void
a_broker_that_is_revoked_is_left_at_the_next_frame(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *alarm = NULL;
    struct ent_object object = {.kind = NODE_KIND_REVOCATION, .subject = "th"};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};
    uint64_t number = 0;
    struct ent_bye bye;

    (void)state;
    meet(4 * MIB);
    revoke_broker(&list);
    object.wire = ent_bytes_view(&list);
    expect_ok(ent_object_encode(&object, &payload, &last_error));
    say(0, ENT_FRAME_OBJECT, &payload, (struct ent_view){0});
    say(0, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    hear(ENT_FRAME_BYE, &frame);
    expect_ok(ent_bye_decode(frame.payload, &bye, &last_error));
    assert_int_equal(bye.reason, ENT_REFUSAL_KEY_REVOKED);
    until_ready(true, false);
    expect_ok(node_turn_begin(stage.node, stage.now, &last_error));
    expect_ok(node_alarm_next(stage.node, &number, &alarm, &last_error));
    expect_ok(node_turn_end(stage.node, ENT_OK, &last_error));
    assert_int_equal(alarm->kind, NODE_ALARM_CERTIFICATE);
    assert_string_equal(alarm->subject, "broker-bangkok@th");
}

static void
a_turn_that_is_taken_back_costs_no_credit(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    const struct node_bundle parts = {.number = 1, .body = view("body")};
    struct node *node;

    (void)state;
    meet(2 * MIB);
    node = stage.node;
    expect_ok(node_turn_begin(node, stage.now, &last_error));
    expect_ok(ent_bytes_copy(view("head"), &head, &last_error));
    expect_ok(node_bundle_new(&parts, &bundle, &last_error));
    assert_true(node_uplink_spend(node->uplink, 0, false, 8));
    expect_ok(node_effects_frame(&node->effects, NODE_VIA(0), false,
        ENT_FRAME_BUNDLE, &head, &bundle, &last_error));
    assert_int_equal(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_true(node_uplink_spend(node->uplink, 0, false, 2 * MIB));
}

/* Small, and all forged: credit does not hold them back. */
static void
an_office_that_has_too_much_checked_is_sent_away(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bye bye;

    (void)state;
    guest_greets(ENTENTE__V1__LANE__BULK);
    for (int i = 0; i < JUNK; i++) {
        guest_says(ENT_FRAME_BUNDLE, view("junk"), view("and its body"));
    }
    guest_hears(ENT_FRAME_BYE, &frame);
    expect_ok(ent_bye_decode(frame.payload, &bye, &last_error));
    assert_false(bye.about_stream);
    assert_int_equal(bye.reason, ENT_REFUSAL_QUOTA);
}

static void
a_broker_brings_what_all_others_send(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};
    uint64_t given_back = 0;

    (void)state;
    meet(4 * MIB);
    for (int i = 0; i < JUNK; i++) {
        say(0, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    }
    while (given_back < (uint64_t)JUNK * 16) { /* all were looked at */
        uint64_t bytes = 0;

        ent_frame_free(&frame);
        hear(ENT_FRAME_CREDIT, &frame);
        expect_ok(ent_credit_decode(frame.payload, &bytes, &last_error));
        given_back += bytes;
    }
    assert_true(node_uplink_ready(stage.node->uplink, true));
}

/* Whether a bundle on that lane makes the turn a short one in which it is
 * heard. */
static bool
hurries(size_t lane, bool may)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};

    stage.node->may_hurry = may;
    stage.node->hurried = false;
    say(lane, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    hear(ENT_FRAME_CREDIT, &frame); /* it was looked at */
    return stage.node->hurried;
}

static void
what_is_urgent_makes_a_turn_a_short_one_unless_there_were_some(void **state)
{
    (void)state;
    meet(ENT_CREDIT_MIN);
    assert_true(hurries(0, true));
    assert_false(hurries(0, false));
    assert_false(hurries(1, true));
}

static void
what_comes_urgently_makes_the_next_turns_short(void **state)
{
    (void)state;
    meet(ENT_CREDIT_MIN);
    (void)hurries(1, true);
    assert_false(node_is_urgent(stage.node));
    (void)hurries(0, true);
    assert_true(node_is_urgent(stage.node));
}

/* Between two requests that are not urgent. */
static void
a_node_is_called_by_what_is_urgent_alone(void **state)
{
    static const struct ent_bytes junk = {.data = (uint8_t *)"junk", .len = 4};

    (void)state;
    meet(ENT_CREDIT_MIN);
    for (int i = 0; i < 20; i++) {
        turn();
        (void)usleep(5000);
    }
    assert_false(node_uplink_is_called(stage.node->uplink));
    say(1, ENT_FRAME_BUNDLE, &junk, ent_view_of(junk.data, 4));
    (void)usleep(300000);
    assert_false(node_uplink_is_called(stage.node->uplink));
    say(0, ENT_FRAME_BUNDLE, &junk, ent_view_of(junk.data, 4));
    (void)usleep(300000);
    assert_true(node_uplink_is_called(stage.node->uplink));
}

/* ---- how much of a turn ---- */

static void
send_junk(size_t lane, size_t len)
{
    static const uint8_t body[200 * 1024];
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};

    say(lane, ENT_FRAME_BUNDLE, &junk, ent_view_of(body, len));
}

/* What one turn heard, counted as node_uplink_serve does, once all that was
 * sent is there. */
static size_t
heard_in_a_turn(bool may_hurry)
{
    size_t handled = 0;

    (void)usleep(300000);
    stage.node->may_hurry = may_hurry;
    stage.node->hurried = false;
    listen_for_a_moment();
    expect_ok(node_turn_begin(stage.node, stage.now, &last_error));
    expect_ok(node_uplink_serve(stage.node, 256, &handled, &last_error));
    expect_ok(node_turn_end(stage.node, ENT_OK, &last_error));
    return handled;
}

static void
bulk_waits_for_the_next_turn_when_something_is_urgent(void **state)
{
    (void)state;
    meet(ENT_CREDIT_MIN);
    (void)heard_in_a_turn(false);
    send_junk(0, 10);
    send_junk(0, 10);
    send_junk(1, 10);
    assert_int_equal(heard_in_a_turn(true), 2);
    assert_int_equal(heard_in_a_turn(true), 1);
    send_junk(0, 10);
    send_junk(1, 10);
    assert_int_equal(heard_in_a_turn(false), 2);
}

static void
an_office_that_connected_waits_too(void **state)
{
    (void)state;
    guest_greets(ENTENTE__V1__LANE__URGENT);
    (void)heard_in_a_turn(false);
    for (int i = 0; i < 3; i++) {
        guest_says(ENT_FRAME_BUNDLE, view("junk"), view("and its body"));
    }
    assert_int_equal(heard_in_a_turn(true), 1);
    assert_int_equal(heard_in_a_turn(false), 2);
}

static void
a_turn_hears_so_much_of_a_lane(void **state)
{
    (void)state;
    meet(ENT_CREDIT_MIN);
    (void)heard_in_a_turn(false);
    for (int i = 0; i < 3; i++) {
        send_junk(1, 200 * 1024);
    }
    assert_in_range(heard_in_a_turn(false), 256, 2 * 256);
    assert_in_range(heard_in_a_turn(false), 200, 255);
}

static void
neither_lane_takes_the_others_share(void **state)
{
    (void)state;
    meet(ENT_CREDIT_MIN);
    (void)heard_in_a_turn(false);
    for (int i = 0; i < 2; i++) {
        send_junk(0, 200 * 1024);
        send_junk(1, 200 * 1024);
    }
    assert_in_range(heard_in_a_turn(false), 4 * 200, 4 * 202);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LISTENING(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_listening, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_node_speaks_first_and_waits_for_an_answer_on_each_lane),
        TEST(who_greets_as_somebody_else_is_not_talked_to),
        TEST(credit_is_spent_and_a_starved_lane_waits_for_more),
        TEST(what_came_is_given_back_whatever_became_of_it),
        TEST(what_is_urgent_makes_a_turn_a_short_one_unless_there_were_some),
        TEST(what_comes_urgently_makes_the_next_turns_short),
        TEST(a_node_is_called_by_what_is_urgent_alone),
        TEST(bulk_waits_for_the_next_turn_when_something_is_urgent),
        TEST(a_turn_hears_so_much_of_a_lane),
        TEST(neither_lane_takes_the_others_share),
        LISTENING(an_office_that_connected_waits_too),
        TEST(after_a_goodbye_it_greets_again_and_not_at_once),
        TEST(a_broker_that_is_revoked_is_left_at_the_next_frame),
        TEST(a_turn_that_is_taken_back_costs_no_credit),
        LISTENING(an_office_that_has_too_much_checked_is_sent_away),
        LISTENING(a_broker_brings_what_all_others_send),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
