/* SPDX-License-Identifier: Apache-2.0 */
#include "node/listener.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/ahead.h"
#include "node/uplink_internal.h"
#include "node/welcome.h"
#include "proto/base/log.h"
#include "proto/frame.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"
#include "proto/zap.h"

#define COMPONENT "uplink"

struct node_listener {
    struct node *node;
    struct ent_zap *zap;
    struct ent_link *link;
    struct node_ahead ahead;
};

static bool
admit(void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN])
{
    struct node_listener *listener = context;

    return node_welcome_key(listener->node, link_key) != NULL;
}

enum ent_status
node_listener_open(struct node *node, void *zmq_context,
    struct node_listener **ret_listener, struct ent_error *err)
{
    ENT_AUTO(node_listener_close) struct node_listener *listener = NULL;
    enum ent_status rc;

    listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the listener");
    }
    listener->node = node;
    rc = ent_zap_open(zmq_context, admit, listener, &listener->zap, err);
    if (rc == ENT_OK) {
        rc = ent_link_listen(zmq_context, node->config->listen,
            node_keeper_link(node->keeper), &listener->link, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_listener = listener;
    listener = NULL;
    return ENT_OK;
}

void
node_listener_close(struct node_listener **listener)
{
    if (*listener == NULL) {
        return;
    }
    node_ahead_drop(&(*listener)->ahead);
    ent_link_close(&(*listener)->link);
    ent_zap_close(&(*listener)->zap);
    free(*listener);
    *listener = NULL;
}

void
node_listener_ears(struct node_listener *listener, struct ent_ears *ears)
{
    ent_ears_add(ears, ent_link_ear(listener->link));
    ent_ears_add(ears, ent_zap_ear(listener->zap));
}

/* The conversation on that route is over, or never began. */
static void
say_bye(struct node_listener *listener, const struct ent_route *route,
    uint32_t reason, const char *text)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_bye bye = {.reason = reason};
    struct ent_error err = {0};

    (void)snprintf(bye.text, sizeof bye.text, "%s", text);
    if (ent_bye_encode(&bye, &payload, &err) != ENT_OK ||
        ent_link_send(listener->link, route, ENT_FRAME_BYE,
            ent_bytes_view(&payload), (struct ent_view){0}, &err) != ENT_OK) {
        ent_log(ENT_LOG_DEBUG, COMPONENT, "a BYE did not leave: %s", err.text);
    }
}

/* That lane of the office is this connection from now on. */
static enum ent_status
take_lane(struct node *node, struct node_listener *listener,
    struct node_neighbour *neighbour, const struct ent_route *route,
    const struct ent_hello *hello, struct ent_error *err)
{
    bool urgent = hello->lane == ENTENTE__V1__LANE__URGENT;
    struct node_connection *lane = node_neighbour_lane(neighbour, urgent);

    if (lane->ready && !node_connection_is_on(lane, route)) {
        say_bye(listener, &lane->route, ENT_REFUSAL_CLOSING,
            "another connection took this lane");
    }
    node_connection_accept(node, lane, listener->link, route,
        neighbour->certificate.address.text, urgent);
    return node_uplink_begin(node, neighbour, lane, hello, err);
}

static enum ent_status
take_hello(struct node *node, struct node_listener *listener,
    const struct node_peer *peer, const struct ent_frame *frame,
    struct ent_error *err)
{
    struct node_neighbour *neighbour;
    struct ent_hello hello;
    enum ent_status rc = ent_hello_decode(frame->payload, &hello, err);

    if (rc != ENT_OK) {
        say_bye(listener, &frame->route,
            rc == ENT_UNSUPPORTED ? ENT_REFUSAL_UNSUPPORTED
                                  : ENT_REFUSAL_BAD_FRAME,
            err->text);
        return rc;
    }
    rc = node_uplink_meet(node, &peer->address, &hello, err);
    if (rc == ENT_REJECTED || rc == ENT_BAD_INPUT) {
        say_bye(listener, &frame->route, ENT_REFUSAL_NOT_AUTHENTIC,
            "another certificate of yours is known here");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    neighbour = node_uplink_place(node, &peer->certificate);
    if (neighbour == NULL) {
        say_bye(listener, &frame->route, ENT_REFUSAL_QUOTA, "no place is left");
        return ent_fail(err, ENT_REJECTED, "no place for one more office");
    }
    return take_lane(node, listener, neighbour, &frame->route, &hello, err);
}

static struct node_connection *
lane_on(struct node_neighbour *neighbour, const struct ent_route *route)
{
    for (size_t i = 0; i < 2; i++) {
        if (neighbour->lanes[i].ready &&
            node_connection_is_on(&neighbour->lanes[i], route)) {
            return &neighbour->lanes[i];
        }
    }
    return NULL;
}

static enum ent_status
take(struct node *node, struct node_listener *listener, struct node_peer *peer,
    const struct ent_frame *frame, struct ent_error *err)
{
    struct node_neighbour *neighbour;
    struct node_connection *lane;

    if (frame->type == ENT_FRAME_HELLO) {
        return take_hello(node, listener, peer, frame, err);
    }
    neighbour = node_uplink_accepted(node->uplink, &peer->address);
    lane = neighbour == NULL ? NULL : lane_on(neighbour, &frame->route);
    if (lane == NULL) {
        say_bye(listener, &frame->route, ENT_REFUSAL_BAD_FRAME, "HELLO first");
        return ent_fail(
            err, ENT_BAD_INPUT, "%s has not greeted", peer->address.text);
    }
    if (frame->type == ENT_FRAME_BUNDLE &&
        frame->payload.len + frame->body.len > lane->window.grant) {
        say_bye(listener, &frame->route, ENT_REFUSAL_BAD_FRAME,
            "more than its credit");
        node_connection_dismissed(node, lane);
        return ent_fail(err, ENT_BAD_INPUT, "%s sends more than its credit",
            peer->address.text);
    }
    node->from = node_uplink_via(node->uplink, neighbour);
    return node_uplink_frame(node, neighbour, lane, frame, err);
}

/* A frame came; `rc` is what receiving it came to. */
static enum ent_status
handle(struct node *node, struct node_listener *listener,
    const struct ent_frame *frame, enum ent_status rc, struct ent_error *err)
{
    struct node_peer *peer;

    if (frame->route.len == 0) {
        return rc;
    }
    peer = node_welcome_key(node, frame->link_key);
    if (peer == NULL) {
        say_bye(listener, &frame->route, ENT_REFUSAL_NOT_SERVED,
            "not welcome here any more");
        return ent_fail(err, ENT_REJECTED, "a frame of who is not welcome");
    }
    if (rc != ENT_OK) {
        say_bye(listener, &frame->route, ENT_REFUSAL_BAD_FRAME,
            "a frame that cannot be read");
        return rc;
    }
    return take(node, listener, peer, frame, err);
}

enum ent_status
node_listener_serve(struct node *node, struct node_listener *listener,
    size_t budget, size_t *handled, struct ent_error *err)
{
    if (ent_ear_is_open(ent_zap_ear(listener->zap))) {
        ent_zap_serve(listener->zap);
    }
    while (*handled < budget && !node->hurried &&
           (listener->ahead.count > 0 ||
               ent_ear_is_open(ent_link_ear(listener->link)))) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
        enum ent_status rc = node_ahead_receive(
            node, &listener->ahead, listener->link, &frame, err);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (!node_uplink_is_ours(rc)) {
            rc = handle(node, listener, &frame, rc, err);
            node->from = 0;
        }
        node_ahead_done(node);
        if (node_uplink_is_ours(rc)) {
            return rc;
        }
        if (rc != ENT_OK) {
            ent_log(ENT_LOG_WARN, COMPONENT, "ignoring a frame: %s", err->text);
        }
        *handled += node_uplink_cost(&frame);
    }
    return ENT_OK;
}
