/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/link_place.h"

#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#define EVENTS_OF_LISTENER                                                     \
    (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |    \
        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                                  \
        ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED)

bool
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
    assert_int_equal(zmq_socket_monitor(ent_link_ear(place->listener)->socket,
                         "inproc://listener-events", EVENTS_OF_LISTENER),
        0);
    place->monitor = zmq_socket(place->context, ZMQ_PAIR);
    assert_int_equal(
        zmq_connect(place->monitor, "inproc://listener-events"), 0);
}

void
listen_at(struct place *place, const char *endpoint)
{
    size_t size = sizeof place->endpoint;

    expect_ok(ent_link_listen(place->context, endpoint, place->secret,
        &place->listener, &last_error));
    assert_int_equal(zmq_getsockopt(ent_link_ear(place->listener)->socket,
                         ZMQ_LAST_ENDPOINT, place->endpoint, &size),
        0);
    watch_listener(place);
}

void
stop_listening(struct place *place)
{
    if (place->monitor != NULL) {
        const int linger = 0;

        (void)zmq_socket_monitor(
            ent_link_ear(place->listener)->socket, NULL, 0);
        (void)zmq_setsockopt(
            place->monitor, ZMQ_LINGER, &linger, sizeof linger);
        (void)zmq_close(place->monitor);
        place->monitor = NULL;
    }
    ent_link_close(&place->listener);
}

int
place_open(void **state)
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

int
place_close(void **state)
{
    struct place *place = *state;

    stop_listening(place);
    ent_zap_close(&place->zap);
    ent_secret_free(&place->secret);
    (void)zmq_ctx_term(place->context);
    free(place);
    return 0;
}

void
caller_init(struct caller *caller)
{
    memset(caller, 0, sizeof *caller);
    expect_ok(ent_secret_new(&caller->secret, &last_error));
    ent_link_public_key(caller->secret, caller->key);
}

void
caller_fini(struct caller *caller)
{
    ent_link_close(&caller->link);
    ent_secret_free(&caller->secret);
}

void
call(struct place *place, struct caller *caller)
{
    expect_ok(ent_link_connect(place->context, place->endpoint, place->key,
        caller->secret, &caller->link, &last_error));
}

void
let_in(struct place *place, const struct caller *caller)
{
    assert_in_range(place->admitted_count, 0, KEYS_MAX - 1);
    memcpy(place->admitted[place->admitted_count++], caller->key,
        sizeof caller->key);
}

/* ---- waiting ---- */

int64_t
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
        {.socket = place->zap == NULL ? NULL : ent_zap_ear(place->zap)->socket,
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

void
wait_until_up(struct place *place, struct caller *caller)
{
    bool up = false;
    bool down = false;

    while (!up) {
        wait_for(place, ent_link_monitor_ear(caller->link)->socket, NULL);
        ent_link_events(caller->link, &up, &down);
    }
}

void
wait_until_down(struct place *place, struct caller *caller)
{
    bool up = false;
    bool down = false;

    while (!down) {
        wait_for(place, ent_link_monitor_ear(caller->link)->socket, NULL);
        ent_link_events(caller->link, &up, &down);
    }
    assert_false(up);
}

unsigned
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

bool
is_refusal(unsigned event)
{
    return event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH ||
           event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ||
           event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
}

/* ---- talking ---- */

enum ent_status
receive(struct place *place, struct ent_link *link, struct ent_frame *frame)
{
    enum ent_status rc;

    do {
        wait_for(place, ent_link_ear(link)->socket, NULL);
        rc = ent_link_receive(link, frame, &last_error);
    } while (rc == ENT_BUSY);
    return rc;
}

void
say(struct caller *caller, const char *text)
{
    expect_ok(ent_link_send(caller->link, NULL, ENT_FRAME_FETCH, view(text),
        (struct ent_view){0}, &last_error));
}

void
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
