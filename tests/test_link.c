/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets in, and what is told when somebody comes or goes. */
#include "tests/link_place.h"

#include <zmq.h>

/* ---- who gets in ---- */

static void
a_known_key_gets_in_and_its_frames_carry_it(void **state)
{
    struct place *place = *state;
    struct caller caller;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);
    say(&caller, "hello");
    expect_to_hear(place, &caller, "hello");
    caller_fini(&caller);
}

static void
an_unknown_key_is_refused(void **state)
{
    struct place *place = *state;
    struct caller caller;
    bool up;
    bool down;

    caller_init(&caller);
    call(place, &caller);
    assert_true(is_refusal(wait_for_event(place)));
    assert_true(place->refused > 0);
    ent_link_events(caller.link, &up, &down);
    assert_false(up);
    caller_fini(&caller);
}

static void
nobody_can_listen_without_a_handler(void **state)
{
    struct place *place = *state;
    struct ent_link *link = NULL;

    ent_zap_close(&place->zap);
    expect_status(ent_link_listen(place->context, "tcp://127.0.0.1:*",
                      place->secret, &link, &last_error),
        ENT_REJECTED);
    assert_null(link);
}

static void
with_the_handler_closed_nobody_gets_in(void **state)
{
    struct place *place = *state;
    struct caller caller;

    caller_init(&caller);
    let_in(place, &caller);
    ent_zap_close(&place->zap);
    call(place, &caller);
    assert_true(is_refusal(wait_for_event(place)));
    caller_fini(&caller);
}

static void
there_is_only_one_handler(void **state)
{
    struct place *place = *state;
    struct ent_zap *second = NULL;

    expect_status(
        ent_zap_open(place->context, admit, place, &second, &last_error),
        ENT_EXISTS);
    assert_null(second);
}

static void
a_server_with_another_key_is_not_talked_to(void **state)
{
    struct place *place = *state;
    struct caller caller;

    caller_init(&caller);
    let_in(place, &caller);
    place->key[0] ^= 1;
    call(place, &caller);
    assert_true(is_refusal(wait_for_event(place)));
    assert_int_equal(place->refused, 0); /* it never came to that question */
    caller_fini(&caller);
}

static void
a_peer_without_encryption_is_refused(void **state)
{
    struct place *place = *state;
    void *plain = zmq_socket(place->context, ZMQ_DEALER);
    const int linger = 0;

    (void)zmq_setsockopt(plain, ZMQ_LINGER, &linger, sizeof linger);
    assert_int_equal(zmq_connect(plain, place->endpoint), 0);
    assert_true(is_refusal(wait_for_event(place)));
    (void)zmq_close(plain);
}

static void
only_tcp_endpoints_are_taken(void **state)
{
    struct place *place = *state;
    struct ent_link *link = NULL;

    expect_status(ent_link_listen(place->context, "inproc://here",
                      place->secret, &link, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_link_connect(place->context, "ipc:///tmp/there",
                      place->key, place->secret, &link, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_link_connect(place->context, "tcp://nowhere", place->key,
                      place->secret, &link, &last_error),
        ENT_BAD_INPUT);
}

/* ---- coming and going ---- */

static void
a_lost_connection_is_told_and_made_again(void **state)
{
    struct place *place = *state;
    struct caller caller;
    char endpoint[64];
    const int64_t end = now_ms() + WAIT_MAX_MS;
    enum ent_status rc = ENT_OK;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);

    memcpy(endpoint, place->endpoint, sizeof endpoint);
    stop_listening(place);
    wait_until_down(place, &caller);
    while (rc == ENT_OK) {
        rc = ent_link_send(caller.link, NULL, ENT_FRAME_FETCH, view("?"),
            (struct ent_view){0}, &last_error);
        assert_true(now_ms() < end);
    }
    expect_status(rc, ENT_BUSY);

    listen_at(place, endpoint);
    wait_until_up(place, &caller);
    say(&caller, "back");
    expect_to_hear(place, &caller, "back");
    caller_fini(&caller);
}

static void
a_frame_to_one_who_left_is_not_found(void **state)
{
    struct ent_frame frame = {0};
    struct place *place = *state;
    struct caller caller;
    const int64_t end = now_ms() + WAIT_MAX_MS;
    enum ent_status rc;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);
    say(&caller, "bye");
    expect_ok(receive(place, place->listener, &frame));
    caller_fini(&caller);
    do {
        rc = ent_link_send(place->listener, &frame.route, ENT_FRAME_FETCH,
            view("still there?"), (struct ent_view){0}, &last_error);
        assert_true(now_ms() < end);
    } while (rc == ENT_OK || rc == ENT_BUSY);
    expect_status(rc, ENT_NOT_FOUND);
    ent_frame_free(&frame);
}

/* Fewer than the listener's library takes in by itself. */
#define LAST_WORDS 40

static void
what_was_said_before_closing_arrives(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    struct place *place = *state;
    struct caller caller;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);
    expect_ok(ent_bytes_alloc(20000, &body, &last_error));
    memset(body.data, 1, body.len);
    for (int i = 0; i < LAST_WORDS; i++) {
        expect_ok(ent_link_send(caller.link, NULL, ENT_FRAME_BUNDLE,
            view("head"), ent_bytes_view(&body), &last_error));
    }
    caller_fini(&caller);
    for (int i = 0; i < LAST_WORDS; i++) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};

        expect_ok(receive(place, place->listener, &frame));
        assert_int_equal(frame.body.len, body.len);
    }
}

static void
one_who_does_not_read_is_told_to_wait(void **state)
{
    struct ent_frame frame = {0};
    struct place *place = *state;
    struct caller caller;
    uint8_t filler[4096] = {0};
    enum ent_status rc = ENT_OK;
    size_t sent = 0;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);
    say(&caller, "I am deaf");
    expect_ok(receive(place, place->listener, &frame));
    while (rc == ENT_OK && sent < 100000) {
        rc = ent_link_send(place->listener, &frame.route, ENT_FRAME_OBJECT,
            ent_view_of(filler, sizeof filler), (struct ent_view){0},
            &last_error);
        sent++;
    }
    expect_status(rc, ENT_BUSY);
    ent_frame_free(&frame);
    caller_fini(&caller);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(a_known_key_gets_in_and_its_frames_carry_it),
        PLACE_TEST(an_unknown_key_is_refused),
        PLACE_TEST(nobody_can_listen_without_a_handler),
        PLACE_TEST(with_the_handler_closed_nobody_gets_in),
        PLACE_TEST(there_is_only_one_handler),
        PLACE_TEST(a_server_with_another_key_is_not_talked_to),
        PLACE_TEST(a_peer_without_encryption_is_refused),
        PLACE_TEST(only_tcp_endpoints_are_taken),
        PLACE_TEST(a_lost_connection_is_told_and_made_again),
        PLACE_TEST(a_frame_to_one_who_left_is_not_found),
        PLACE_TEST(what_was_said_before_closing_arrives),
        PLACE_TEST(one_who_does_not_read_is_told_to_wait),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
