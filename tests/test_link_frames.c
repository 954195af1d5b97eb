/* SPDX-License-Identifier: Apache-2.0 */
/* What travels over a connection, and what is no frame. */
#include "tests/link_place.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

/* A peer of the library itself: CURVE under `caller`'s key, but no rules. */
static void *
raw_peer(struct place *place, struct caller *caller, const char *routing_id)
{
    void *socket = zmq_socket(place->context, ZMQ_DEALER);
    const int linger = 0;

    assert_non_null(socket);
    (void)zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    (void)zmq_setsockopt(
        socket, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
    (void)zmq_setsockopt(
        socket, ZMQ_CURVE_SERVERKEY, place->key, sizeof place->key);
    (void)zmq_setsockopt(
        socket, ZMQ_CURVE_PUBLICKEY, caller->key, sizeof caller->key);
    (void)zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY,
        ent_secret_reveal(caller->secret), ENT_SECRET_LEN);
    ent_secret_conceal(caller->secret);
    assert_int_equal(zmq_connect(socket, place->endpoint), 0);
    return socket;
}

static void
send_parts(void *socket, size_t count, const void *head, size_t head_len,
    struct ent_view rest)
{
    for (size_t i = 0; i < count; i++) {
        const int flags = i + 1 < count ? ZMQ_SNDMORE : 0;
        const struct ent_view part =
            i == 0 ? ent_view_of(head, head_len) : rest;

        assert_int_equal(
            zmq_send(socket, part.data, part.len, flags), (int)part.len);
    }
}

/* ---- tests ---- */

static void
a_bundle_travels_both_ways_with_its_body(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame there = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame back = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    struct place *place = *state;
    struct caller caller;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);
    expect_ok(ent_bytes_alloc(ENT_FRAME_BODY_MAX, &body, &last_error));
    memset(body.data, 'x', body.len);

    expect_ok(ent_link_send(caller.link, NULL, ENT_FRAME_BUNDLE, view("head"),
        ent_bytes_view(&body), &last_error));
    expect_ok(receive(place, place->listener, &there));
    assert_int_equal(there.type, ENT_FRAME_BUNDLE);
    assert_true(ent_view_equal(there.body, ent_bytes_view(&body)));

    expect_ok(ent_link_send(place->listener, &there.route, there.type,
        there.payload, there.body, &last_error));
    expect_ok(receive(place, caller.link, &back));
    expect_bytes(back.payload, "head");
    assert_true(ent_view_equal(back.body, ent_bytes_view(&body)));
    caller_fini(&caller);
}

static void
a_name_that_a_peer_gives_itself_proves_nothing(void **state)
{
    const uint8_t head[] = {1, ENT_FRAME_FETCH};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct place *place = *state;
    struct caller honest;
    struct caller other;
    void *raw;

    caller_init(&honest);
    caller_init(&other);
    let_in(place, &other);
    raw = raw_peer(place, &other, (const char *)"ncc@kh");
    assert_int_equal(wait_for_event(place), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    send_parts(raw, 2, head, sizeof head, view("who am I"));
    expect_ok(receive(place, place->listener, &frame));
    assert_memory_equal(frame.link_key, other.key, sizeof other.key);
    (void)zmq_close(raw);
    caller_fini(&other);
    caller_fini(&honest);
}

/* libzmq would hand the name over to the second one, were it told to. */
static void
one_name_for_two_gives_neither_what_is_the_others(void **state)
{
    const uint8_t head[] = {1, ENT_FRAME_FETCH};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct place *place = *state;
    struct caller first;
    struct caller second;
    void *raw[2];
    char heard[32];

    caller_init(&first);
    caller_init(&second);
    let_in(place, &first);
    let_in(place, &second);
    raw[0] = raw_peer(place, &first, "ncc@kh");
    assert_int_equal(wait_for_event(place), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    raw[1] = raw_peer(place, &second, "ncc@kh");
    assert_int_equal(wait_for_event(place), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    send_parts(raw[1], 2, head, sizeof head, view("second"));
    send_parts(raw[0], 2, head, sizeof head, view("first"));
    for (;;) {
        expect_ok(receive(place, place->listener, &frame));
        if (ent_view_equal(frame.payload, view("first"))) {
            break;
        }
        assert_memory_equal(frame.link_key, second.key, sizeof second.key);
        ent_frame_free(&frame);
    }
    assert_memory_equal(frame.link_key, first.key, sizeof first.key);
    expect_ok(ent_link_send(place->listener, &frame.route, frame.type,
        view("to the first"), (struct ent_view){0}, &last_error));
    assert_int_equal(zmq_recv(raw[0], heard, sizeof heard, 0), sizeof head);
    assert_int_equal(zmq_recv(raw[0], heard, sizeof heard, 0), 12);
    assert_memory_equal(heard, "to the first", 12);
    assert_int_equal(zmq_recv(raw[1], heard, sizeof heard, ZMQ_DONTWAIT), -1);
    (void)zmq_close(raw[0]);
    (void)zmq_close(raw[1]);
    caller_fini(&first);
    caller_fini(&second);
}

/* Of a connection that says nothing nothing is kept beyond a few seconds. */
static void
who_says_nothing_is_cut_off(void **state)
{
    struct place *place = *state;
    const char *port = strrchr(place->endpoint, ':');
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct pollfd poll_of = {.events = POLLIN};
    const int64_t end = now_ms() + WAIT_MAX_MS;
    char said[128];
    ssize_t len = 1;

    assert_non_null(port);
    to.sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10));
    poll_of.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        connect(poll_of.fd, (const struct sockaddr *)&to, sizeof to), 0);
    while (len > 0) { /* its greeting, and then the end */
        assert_true(now_ms() < end);
        if (poll(&poll_of, 1, 100) > 0) {
            len = recv(poll_of.fd, said, sizeof said, 0);
        }
    }
    (void)close(poll_of.fd);
}

static void
malformed_frames_are_consumed_and_the_next_one_is_heard(void **state)
{
    static const struct {
        size_t parts;
        uint8_t head[3];
        size_t head_len;
    } bad[] = {
        {1, {1, ENT_FRAME_FETCH}, 2},     /* no payload */
        {3, {1, ENT_FRAME_FETCH}, 2},     /* a body where none belongs */
        {2, {1, ENT_FRAME_BUNDLE}, 2},    /* none where one belongs */
        {4, {1, ENT_FRAME_BUNDLE}, 2},    /* too many */
        {4000, {1, ENT_FRAME_BUNDLE}, 2}, /* far too many */
        {2, {2, ENT_FRAME_FETCH}, 2},     /* another version */
        {2, {1, 0}, 2},                   /* no type */
        {2, {1, ENT_FRAME_BYE + 1}, 2},   /* unknown type */
        {2, {1, ENT_FRAME_FETCH, 0}, 3},  /* a longer head */
        {2, {1}, 0},                      /* none */
    };
    const uint8_t good[] = {1, ENT_FRAME_FETCH};
    struct place *place = *state;
    struct caller caller;
    void *raw;

    caller_init(&caller);
    let_in(place, &caller);
    raw = raw_peer(place, &caller, "");
    assert_int_equal(wait_for_event(place), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};

        send_parts(raw, bad[i].parts, bad[i].head, bad[i].head_len, view("x"));
        expect_status(receive(place, place->listener, &frame), ENT_BAD_INPUT);
        assert_true(frame.route.len > 0);
        assert_null(frame.parts);
        send_parts(raw, 2, good, sizeof good, view("again"));
        expect_to_hear(place, &caller, "again");
    }
    (void)zmq_close(raw);
    caller_fini(&caller);
}

static void
a_payload_beyond_its_limit_is_refused(void **state)
{
    const uint8_t head[] = {1, ENT_FRAME_FETCH};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes big = {0};
    struct place *place = *state;
    struct caller caller;
    void *raw;

    caller_init(&caller);
    let_in(place, &caller);
    expect_ok(ent_bytes_alloc(ENT_FRAME_PAYLOAD_MAX + 1, &big, &last_error));
    raw = raw_peer(place, &caller, "");
    send_parts(raw, 2, head, sizeof head, ent_bytes_view(&big));
    expect_status(receive(place, place->listener, &frame), ENT_BAD_INPUT);
    (void)zmq_close(raw);
    caller_fini(&caller);
}

static void
a_part_beyond_the_limit_ends_the_connection_unread(void **state)
{
    const uint8_t head[] = {1, ENT_FRAME_BUNDLE};
    ENT_AUTO(ent_bytes_free) struct ent_bytes big = {0};
    struct ent_frame frame = {0};
    struct place *place = *state;
    struct caller caller;
    void *raw;

    caller_init(&caller);
    let_in(place, &caller);
    expect_ok(ent_bytes_alloc(2 * ENT_FRAME_BODY_MAX, &big, &last_error));
    raw = raw_peer(place, &caller, "");
    assert_int_equal(wait_for_event(place), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    send_parts(raw, 2, head, sizeof head, ent_bytes_view(&big));
    assert_int_equal(wait_for_event(place), ZMQ_EVENT_DISCONNECTED);
    expect_status(
        ent_link_receive(place->listener, &frame, &last_error), ENT_BUSY);
    (void)zmq_close(raw);
    caller_fini(&caller);
}

static enum ent_status
say_to_nobody(struct place *place)
{
    const struct ent_route nobody = {.bytes = "nobody", .len = 6};

    return ent_link_send(place->listener, &nobody, ENT_FRAME_FETCH,
        view("hello"), (struct ent_view){0}, &last_error);
}

/* The descriptor of a link calls, and is not looked at. */
static void
await_call(struct ent_link *link)
{
    struct pollfd call = {.fd = ent_link_ear(link)->file, .events = POLLIN};

    assert_int_equal(poll(&call, 1, 10000), 1);
}

/* The library reads calls in sending too, when some time has passed. */
static void
what_came_before_one_spoke_oneself_is_heard(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_ears ears = {0};
    struct place *place = *state;
    struct caller caller;

    caller_init(&caller);
    let_in(place, &caller);
    call(place, &caller);
    wait_until_up(place, &caller);
    say(&caller, "hello");
    expect_to_hear(place, &caller, "hello");
    expect_status(
        ent_link_receive(place->listener, &frame, &last_error), ENT_BUSY);
    ent_ears_add(&ears, ent_link_ear(place->listener));
    say(&caller, "and more");
    await_call(place->listener);
    (void)usleep(10000);
    expect_status(say_to_nobody(place), ENT_NOT_FOUND);
    expect_ok(ent_ears_wait(&ears, -1, 0, NULL, &last_error));
    assert_true(ent_ear_is_open(ent_link_ear(place->listener)));
    expect_to_hear(place, &caller, "and more");
    caller_fini(&caller);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(a_bundle_travels_both_ways_with_its_body),
        PLACE_TEST(a_name_that_a_peer_gives_itself_proves_nothing),
        PLACE_TEST(one_name_for_two_gives_neither_what_is_the_others),
        PLACE_TEST(who_says_nothing_is_cut_off),
        PLACE_TEST(malformed_frames_are_consumed_and_the_next_one_is_heard),
        PLACE_TEST(a_payload_beyond_its_limit_is_refused),
        PLACE_TEST(a_part_beyond_the_limit_ends_the_connection_unread),
        PLACE_TEST(what_came_before_one_spoke_oneself_is_heard),
    };

    return cmocka_run_group_tests_name("link_frames", tests, NULL, NULL);
}
