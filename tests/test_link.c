/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#include "proto/link.h"
#include "proto/zap.h"

/* Real sockets on the loopback device. Nothing here waits for a length of time:
 * each wait ends with an event, or fails after WAIT_MAX_MS. */
#define WAIT_MAX_MS 10000
#define KEYS_MAX 4

#define EVENTS_OF_LISTENER                                                     \
    (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |    \
        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                                  \
        ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED)

struct place {
    void *context;
    struct ent_zap *zap;
    struct ent_link *listener;
    void *monitor; /* what the library says about the listener */
    struct ent_secret *secret;
    uint8_t key[ENT_PUBLIC_KEY_LEN];
    char endpoint[64];
    uint8_t admitted[KEYS_MAX][ENT_PUBLIC_KEY_LEN];
    size_t admitted_count;
    unsigned refused; /* times that somebody was not let in */
};

struct caller {
    struct ent_secret *secret;
    uint8_t key[ENT_PUBLIC_KEY_LEN];
    struct ent_link *link;
};

static bool
admit(void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN])
{
    struct place *place = context;

    for (size_t i = 0; i < place->admitted_count; i++) {
        if (memcmp(place->admitted[i], link_key, ENT_PUBLIC_KEY_LEN) == 0) {
            return true;
        }
    }
    place->refused++;
    return false;
}

static void
watch_listener(struct place *place)
{
    assert_int_equal(zmq_socket_monitor(ent_link_socket(place->listener),
                         "inproc://listener-events", EVENTS_OF_LISTENER),
        0);
    place->monitor = zmq_socket(place->context, ZMQ_PAIR);
    assert_int_equal(
        zmq_connect(place->monitor, "inproc://listener-events"), 0);
}

static void
listen_at(struct place *place, const char *endpoint)
{
    size_t size = sizeof place->endpoint;

    expect_ok(ent_link_listen(place->context, endpoint, place->secret,
        &place->listener, &last_error));
    assert_int_equal(zmq_getsockopt(ent_link_socket(place->listener),
                         ZMQ_LAST_ENDPOINT, place->endpoint, &size),
        0);
    watch_listener(place);
}

static void
stop_listening(struct place *place)
{
    if (place->monitor != NULL) {
        const int linger = 0;

        (void)zmq_socket_monitor(ent_link_socket(place->listener), NULL, 0);
        (void)zmq_setsockopt(
            place->monitor, ZMQ_LINGER, &linger, sizeof linger);
        (void)zmq_close(place->monitor);
        place->monitor = NULL;
    }
    ent_link_close(&place->listener);
}

static int
set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    place->context = zmq_ctx_new();
    expect_ok(ent_secret_new(&place->secret, &last_error));
    ent_link_public_key(place->secret, place->key);
    expect_ok(
        ent_zap_open(place->context, admit, place, &place->zap, &last_error));
    listen_at(place, "tcp://127.0.0.1:*");
    *state = place;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *place = *state;

    stop_listening(place);
    ent_zap_close(&place->zap);
    ent_secret_free(&place->secret);
    (void)zmq_ctx_term(place->context);
    free(place);
    return 0;
}

static void
caller_init(struct caller *caller)
{
    memset(caller, 0, sizeof *caller);
    expect_ok(ent_secret_new(&caller->secret, &last_error));
    ent_link_public_key(caller->secret, caller->key);
}

static void
caller_fini(struct caller *caller)
{
    ent_link_close(&caller->link);
    ent_secret_free(&caller->secret);
}

static void
call(struct place *place, struct caller *caller)
{
    expect_ok(ent_link_connect(place->context, place->endpoint, place->key,
        caller->secret, &caller->link, &last_error));
}

static void
let_in(struct place *place, const struct caller *caller)
{
    assert_in_range(place->admitted_count, 0, KEYS_MAX - 1);
    memcpy(place->admitted[place->admitted_count++], caller->key,
        sizeof caller->key);
}

static int64_t
now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait until one of three sockets has something (NULL is none), serving the
 * ZAP handler meanwhile; fails when nothing ever comes. */
static void
wait_for(struct place *place, void *a, void *b)
{
    zmq_pollitem_t items[3] = {
        {.socket = place->zap == NULL ? NULL : ent_zap_socket(place->zap),
            .events = ZMQ_POLLIN},
        {.socket = a, .events = ZMQ_POLLIN},
        {.socket = b, .events = ZMQ_POLLIN},
    };
    const int64_t end = now_ms() + WAIT_MAX_MS;

    for (;;) {
        int first = items[0].socket == NULL ? 1 : 0;
        int count = (b == NULL ? 2 : 3) - first;
        int ready = zmq_poll(&items[first], count, 100);

        assert_in_range(ready, 0, 3);
        if (first == 0 && (items[0].revents & ZMQ_POLLIN) != 0) {
            ent_zap_serve(place->zap);
        }
        if ((items[1].revents & ZMQ_POLLIN) != 0 ||
            (count + first == 3 && (items[2].revents & ZMQ_POLLIN) != 0)) {
            return;
        }
        assert_true(now_ms() < end);
    }
}

static void
wait_until_up(struct place *place, struct caller *caller)
{
    bool up = false;
    bool down = false;

    while (!up) {
        wait_for(place, ent_link_monitor(caller->link), NULL);
        ent_link_events(caller->link, &up, &down);
    }
}

static void
wait_until_down(struct place *place, struct caller *caller)
{
    bool up = false;
    bool down = false;

    while (!down) {
        wait_for(place, ent_link_monitor(caller->link), NULL);
        ent_link_events(caller->link, &up, &down);
    }
    assert_false(up);
}

/* The next thing that the library reports about the listener. */
static unsigned
wait_for_event(struct place *place)
{
    uint8_t head[6];
    char address[128];
    uint16_t event;

    wait_for(place, place->monitor, NULL);
    assert_int_equal(
        zmq_recv(place->monitor, head, sizeof head, 0), sizeof head);
    assert_true(zmq_recv(place->monitor, address, sizeof address, 0) >= 0);
    memcpy(&event, head, sizeof event);
    return event;
}

static bool
is_refusal(unsigned event)
{
    return event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ||
           event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ||
           event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
}

static enum ent_status
receive(struct place *place, struct ent_link *link, struct ent_frame *frame)
{
    enum ent_status rc;

    do {
        wait_for(place, ent_link_socket(link), NULL);
        rc = ent_link_receive(link, frame, &last_error);
    } while (rc == ENT_BUSY);
    return rc;
}

static void
say(struct caller *caller, const char *text)
{
    expect_ok(ent_link_send(caller->link, NULL, ENT_FRAME_FETCH, view(text),
        (struct ent_view){0}, &last_error));
}

static void
expect_to_hear(
    struct place *place, const struct caller *caller, const char *text)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};

    expect_ok(receive(place, place->listener, &frame));
    assert_int_equal(frame.type, ENT_FRAME_FETCH);
    expect_bytes(frame.payload, text);
    assert_int_equal(frame.body.len, 0);
    assert_memory_equal(frame.link_key, caller->key, sizeof caller->key);
}

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

/* ---- frames ---- */

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_known_key_gets_in_and_its_frames_carry_it),
        TEST(an_unknown_key_is_refused),
        TEST(nobody_can_listen_without_a_handler),
        TEST(with_the_handler_closed_nobody_gets_in),
        TEST(there_is_only_one_handler),
        TEST(a_server_with_another_key_is_not_talked_to),
        TEST(a_peer_without_encryption_is_refused),
        TEST(only_tcp_endpoints_are_taken),
        TEST(a_bundle_travels_both_ways_with_its_body),
        TEST(a_name_that_a_peer_gives_itself_proves_nothing),
        TEST(malformed_frames_are_consumed_and_the_next_one_is_heard),
        TEST(a_payload_beyond_its_limit_is_refused),
        TEST(a_part_beyond_the_limit_ends_the_connection_unread),
        TEST(a_lost_connection_is_told_and_made_again),
        TEST(a_frame_to_one_who_left_is_not_found),
        TEST(what_was_said_before_closing_arrives),
        TEST(one_who_does_not_read_is_told_to_wait),
    };

    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
