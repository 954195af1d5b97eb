/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/link_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "proto/zap.h"

/*
 * A listening link is a ROUTER, a connecting one a DEALER; neither ever does
 * both. Routing ids are libzmq's own and name a connection, never an office.
 */
#define HEAD_LEN 2
#define FRAME_VERSION 1
#define PARTS_MAX 4 /* route, head, payload, body */

struct ent_link {
    struct ent_ear ear;     /* of its socket */
    struct ent_ear monitor; /* connecting link only */
    bool listens;
    bool up;
};

struct parts {
    zmq_msg_t list[PARTS_MAX];
    size_t count; /* of those in `list` */
    size_t total; /* that came */
};

/* ---- a link's life ---- */

static enum ent_status
endpoint_failed(const char *verb, const char *endpoint, struct ent_error *err)
{
    return ent_fail(err, errno == EINVAL ? ENT_BAD_INPUT : ENT_IO, "%s %s: %s",
        verb, endpoint, zmq_strerror(errno));
}

static enum ent_status
link_new(void *zmq_context, bool listens, struct ent_link **ret_link,
    struct ent_error *err)
{
    ENT_AUTO(ent_link_close) struct ent_link *link = NULL;
    void *socket;

    link = calloc(1, sizeof *link);
    if (link == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a link");
    }
    link->listens = listens;
    socket = zmq_socket(zmq_context, listens ? ZMQ_ROUTER : ZMQ_DEALER);
    if (socket == NULL) {
        return ent_fail(
            err, ENT_IO, "making a socket: %s", zmq_strerror(errno));
    }
    link->ear = ent_ear_of(socket);
    *ret_link = link;
    link = NULL;
    return ENT_OK;
}

/* Only one socket can be bound where the handler listens: if ours can, there
 * is none. */
static enum ent_status
check_handler(void *zmq_context, struct ent_error *err)
{
    void *probe = zmq_socket(zmq_context, ZMQ_REP);
    bool bound;

    if (probe == NULL) {
        return ent_fail(
            err, ENT_IO, "making a socket: %s", zmq_strerror(errno));
    }
    bound = zmq_bind(probe, ENT_ZAP_ENDPOINT) == 0;
    if (bound) {
        (void)zmq_unbind(probe, ENT_ZAP_ENDPOINT); /* at once; see zap.c */
    }
    (void)zmq_close(probe);
    if (bound) {
        return ent_fail(err, ENT_REJECTED,
            "no ZAP handler is bound: everybody could connect");
    }
    return ENT_OK;
}

enum ent_status
ent_link_listen(void *zmq_context, const char *endpoint,
    struct ent_secret *link_secret, struct ent_link **ret_link,
    struct ent_error *err)
{
    ENT_AUTO(ent_link_close) struct ent_link *link = NULL;
    enum ent_status rc;

    assert(zmq_context != NULL && endpoint != NULL && link_secret != NULL);

    rc = check_handler(zmq_context, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = link_new(zmq_context, true, &link, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_link_options_listen(link->ear.socket, endpoint, link_secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (zmq_bind(link->ear.socket, endpoint) != 0) {
        return endpoint_failed("listening at", endpoint, err);
    }
    *ret_link = link;
    link = NULL;
    return ENT_OK;
}

/* The socket on which the library tells what becomes of the connection. */
static enum ent_status
open_monitor(struct ent_link *link, void *zmq_context, struct ent_error *err)
{
    static atomic_uint serial;
    const int linger = 0;
    char endpoint[64];
    void *monitor;

    (void)snprintf(endpoint, sizeof endpoint, "inproc://entente-monitor-%u",
        atomic_fetch_add(&serial, 1));
    if (zmq_socket_monitor(link->ear.socket, endpoint,
            ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0) {
        return ent_fail(
            err, ENT_IO, "watching a socket: %s", zmq_strerror(errno));
    }
    monitor = zmq_socket(zmq_context, ZMQ_PAIR);
    if (monitor == NULL) {
        return ent_fail(
            err, ENT_IO, "making a socket: %s", zmq_strerror(errno));
    }
    link->monitor = ent_ear_of(monitor);
    if (zmq_setsockopt(monitor, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(monitor, endpoint) != 0) {
        return ent_fail(
            err, ENT_IO, "watching a socket: %s", zmq_strerror(errno));
    }
    return ENT_OK;
}

enum ent_status
ent_link_connect(void *zmq_context, const char *endpoint,
    const uint8_t peer_key[static ENT_PUBLIC_KEY_LEN],
    struct ent_secret *link_secret, struct ent_link **ret_link,
    struct ent_error *err)
{
    ENT_AUTO(ent_link_close) struct ent_link *link = NULL;
    enum ent_status rc;

    assert(zmq_context != NULL && endpoint != NULL && link_secret != NULL);

    rc = link_new(zmq_context, false, &link, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_link_options_connect(
        link->ear.socket, endpoint, peer_key, link_secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = open_monitor(link, zmq_context, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (zmq_connect(link->ear.socket, endpoint) != 0) {
        return endpoint_failed("connecting to", endpoint, err);
    }
    *ret_link = link;
    link = NULL;
    return ENT_OK;
}

/*
 * Never with ZMQ_LINGER 0. libzmq 4.3.4 then ends the process (SIGABRT in
 * session_base.cpp, clean_pipes: EAGAIN) when a connection breaks while it is
 * being closed, if the library had taken a part of a message and not yet its
 * last: the pipe to the rest is shut, and it insists on reading it. In a trial
 * with a queue of messages and a peer that resets its connection at that moment
 * one closing in thirty ended so; with a linger none did, as then the rest
 * stays readable until it is sent, or the time is over. What remains is a peer
 * that neither reads nor leaves for all of that time, and leaves in the very
 * moment when it is over: who holds a store closes that first.
 *
 * It also lets the BYE leave that was said last.
 */
void
ent_link_close(struct ent_link **link)
{
    if (*link == NULL) {
        return;
    }
    if ((*link)->monitor.socket != NULL) {
        (void)zmq_socket_monitor((*link)->ear.socket, NULL, 0);
        (void)zmq_close((*link)->monitor.socket);
    }
    if ((*link)->ear.socket != NULL) {
        (void)zmq_close((*link)->ear.socket);
    }
    free(*link);
    *link = NULL;
}

struct ent_ear *
ent_link_ear(struct ent_link *link)
{
    return &link->ear;
}

/* ---- events ---- */

struct ent_ear *
ent_link_monitor_ear(struct ent_link *link)
{
    return &link->monitor;
}

/* Bring the socket up to date with what its own thread has done; libzmq else
 * does so only every millisecond or so. */
static void
refresh(struct ent_link *link)
{
    int events;
    size_t size = sizeof events;

    ent_ear_disturb(&link->ear);
    (void)zmq_getsockopt(link->ear.socket, ZMQ_EVENTS, &events, &size);
}

/* One event: a part with number and value, and a part with the address. */
static bool
next_event(struct ent_ear *monitor, uint16_t *ret_event)
{
    uint8_t head[6];
    uint8_t address[1];
    int len = zmq_recv(monitor->socket, head, sizeof head, ZMQ_DONTWAIT);

    if (len < 0) {
        ent_ear_drained(monitor);
        return false;
    }
    (void)zmq_recv(monitor->socket, address, sizeof address, ZMQ_DONTWAIT);
    memcpy(ret_event, head, sizeof *ret_event); /* in the host's order */
    return true;
}

void
ent_link_events(struct ent_link *link, bool *ret_up, bool *ret_down)
{
    uint16_t event;
    bool was_up = link->up;
    bool lost = false;

    assert(!link->listens);

    while (next_event(&link->monitor, &event)) {
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            link->up = true;
        } else if (event == ZMQ_EVENT_DISCONNECTED) {
            lost = lost || link->up;
            link->up = false;
        }
    }
    *ret_down = was_up && lost;
    *ret_up = link->up && (!was_up || lost);
    if (*ret_up) {
        refresh(link);
    }
}

/* ---- frames ---- */

static void
parts_free(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        (void)zmq_msg_close(&parts->list[i]);
    }
    free(parts);
}

void
ent_frame_free(struct ent_frame *frame)
{
    if (frame->parts != NULL) {
        parts_free(frame->parts);
    }
    memset(frame, 0, sizeof *frame);
}

/* Read one message; of its parts only as many as a frame can have are kept. */
static enum ent_status
receive_parts(struct ent_ear *ear, struct parts *parts, struct ent_error *err)
{
    bool more = true;

    while (more) {
        zmq_msg_t part;

        (void)zmq_msg_init(&part);
        if (zmq_msg_recv(&part, ear->socket, ZMQ_DONTWAIT) < 0) {
            ent_ear_drained(ear);
            (void)zmq_msg_close(&part);
            return errno == EAGAIN || errno == EINTR
                       ? ENT_BUSY
                       : ent_fail(
                             err, ENT_IO, "receiving: %s", zmq_strerror(errno));
        }
        parts->total++;
        more = zmq_msg_more(&part) != 0;
        if (parts->count == PARTS_MAX) {
            (void)zmq_msg_close(&part);
            continue;
        }
        (void)zmq_msg_init(&parts->list[parts->count]);
        (void)zmq_msg_move(&parts->list[parts->count], &part);
        parts->count++;
    }
    return ENT_OK;
}

static struct ent_view
part_view(struct parts *parts, size_t index)
{
    if (index >= parts->count) {
        return (struct ent_view){0};
    }
    return ent_view_of(
        zmq_msg_data(&parts->list[index]), zmq_msg_size(&parts->list[index]));
}

/* The key that our ZAP handler gave the connection as its user id. libzmq
 * 4.3.4 can lose it on the part with the routing id, so it is taken from the
 * last part. */
static bool
read_key(struct parts *parts, uint8_t *ret_key)
{
    const char *user_id =
        zmq_msg_gets(&parts->list[parts->count - 1], "User-Id");
    size_t len;

    return user_id != NULL &&
           strlen(user_id) == 2 * (size_t)ENT_PUBLIC_KEY_LEN &&
           sodium_hex2bin(ret_key, ENT_PUBLIC_KEY_LEN, user_id, strlen(user_id),
               NULL, &len, NULL) == 0 &&
           len == ENT_PUBLIC_KEY_LEN;
}

static enum ent_status
read_origin(struct parts *parts, struct ent_frame *frame, struct ent_error *err)
{
    struct ent_view route = part_view(parts, 0);

    if (route.len == 0 || route.len > sizeof frame->route.bytes) {
        return ent_fail(err, ENT_BAD_INPUT, "a frame without a route");
    }
    memcpy(frame->route.bytes, route.data, route.len);
    frame->route.len = route.len;
    if (parts->count < 2 || !read_key(parts, frame->link_key)) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a frame without the key of its connection");
    }
    return ENT_OK;
}

static enum ent_status
read_frame(struct parts *parts, size_t first, struct ent_frame *frame,
    struct ent_error *err)
{
    struct ent_view head = part_view(parts, first);
    struct ent_view payload = part_view(parts, first + 1);
    struct ent_view body = part_view(parts, first + 2);
    const size_t count = parts->total - first;

    if (count < 2 || count > 3) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a frame of %zu parts, not 2 or 3", count);
    }
    if (head.len != HEAD_LEN || head.data[0] != FRAME_VERSION) {
        return ent_fail(err, ENT_BAD_INPUT, "a frame of another version");
    }
    if (head.data[1] < ENT_FRAME_HELLO || head.data[1] > ENT_FRAME_BYE) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a frame of unknown type %d", head.data[1]);
    }
    if ((count == 3) != (head.data[1] == ENT_FRAME_BUNDLE)) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a body where none belongs, or none");
    }
    if (payload.len > ENT_FRAME_PAYLOAD_MAX || body.len > ENT_FRAME_BODY_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a frame of %zu + %zu bytes",
            payload.len, body.len);
    }
    frame->type = head.data[1];
    frame->payload = payload;
    frame->body = body;
    return ENT_OK;
}

enum ent_status
ent_link_receive(
    struct ent_link *link, struct ent_frame *ret_frame, struct ent_error *err)
{
    struct ent_frame frame = {0};
    struct parts *parts;
    enum ent_status rc;

    parts = calloc(1, sizeof *parts);
    if (parts == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a frame");
    }
    rc = receive_parts(&link->ear, parts, err);
    if (rc != ENT_OK) {
        parts_free(parts);
        return rc;
    }
    if (link->listens) {
        rc = read_origin(parts, &frame, err);
    }
    if (rc == ENT_OK) {
        rc = read_frame(parts, link->listens ? 1 : 0, &frame, err);
    }
    if (rc == ENT_OK) {
        frame.parts = parts;
    } else {
        parts_free(parts);
    }
    *ret_frame = frame; /* on failure: route and key, no more */
    return rc;
}

static enum ent_status
send_first(struct ent_link *link, struct ent_view part, struct ent_error *err)
{
    const int flags = ZMQ_DONTWAIT | ZMQ_SNDMORE;

    ent_ear_disturb(&link->ear);
    if (zmq_send(link->ear.socket, part.data, part.len, flags) >= 0) {
        return ENT_OK;
    }
    if (errno == EAGAIN) {
        refresh(link);
        if (zmq_send(link->ear.socket, part.data, part.len, flags) >= 0) {
            return ENT_OK;
        }
    }
    switch (errno) {
    case EAGAIN:
    case EINTR:
        return ent_fail(err, ENT_BUSY, "the connection takes no more now");
    case EHOSTUNREACH:
        return ent_fail(err, ENT_NOT_FOUND, "the connection is gone");
    default:
        return ent_fail(err, ENT_IO, "sending: %s", zmq_strerror(errno));
    }
}

enum ent_status
ent_link_send(struct ent_link *link, const struct ent_route *route,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body,
    struct ent_error *err)
{
    const uint8_t head[HEAD_LEN] = {FRAME_VERSION, (uint8_t)type};
    struct ent_view parts[PARTS_MAX];
    size_t count = 0;
    enum ent_status rc;

    assert(link->listens == (route != NULL));
    assert(payload.len <= ENT_FRAME_PAYLOAD_MAX);
    assert(body.len <= ENT_FRAME_BODY_MAX);

    if (route != NULL) {
        parts[count++] = ent_view_of(route->bytes, route->len);
    }
    parts[count++] = ent_view_of(head, sizeof head);
    parts[count++] = payload;
    if (body.len > 0) {
        parts[count++] = body;
    }
    rc = send_first(link, parts[0], err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 1; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);

        /* The connection was lost in between: libzmq takes the begun message
         * back, and what follows would be taken for a new one. */
        if (zmq_send(link->ear.socket, parts[i].data, parts[i].len, flags) <
            0) {
            return ent_fail(err, link->listens ? ENT_NOT_FOUND : ENT_BUSY,
                "the connection was lost while sending");
        }
    }
    return ENT_OK;
}
