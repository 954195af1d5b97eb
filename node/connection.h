/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection - one connection to a neighbour: made, greeted, lost and greeted
 * again, with the credit that it has. One that we made is a link of its own;
 * one that was made to us is a route of the listener's.
 */
#ifndef NODE_CONNECTION_H
#define NODE_CONNECTION_H

#include "node/ahead.h"
#include "node/node.h"
#include "proto/link.h"
#include "proto/window.h"

struct node_connection {
    struct ent_link *link;
    bool accepted;          /* the link is the listener's, and it is `route` */
    struct ent_route route; /* accepted only */
    bool gone;              /* accepted only: sending failed */
    const char *peer;       /* whose address it is, for the log */
    bool urgent;            /* FLASH and IMMEDIATE, or all else */
    bool up;                /* the connection is there */
    bool ready;             /* the other side has greeted us */
    struct ent_window window;
    struct node_ahead ahead; /* frames of the bulk lane */
    bool starved;            /* a bundle waits for credit */
    uint64_t greet_at;       /* when nobody answered; UINT64_MAX: not waiting */
    uint64_t greet_pause;
};

/* Begin to connect; greeting begins when the connection is there. `server` is
 * the certificate whose link key must answer; it outlives the connection. */
enum ent_status node_connection_open(struct node *node, void *zmq_context,
    const char *endpoint, const struct ent_certificate *server, bool urgent,
    struct node_connection *ret_connection,
    struct ent_error *err) ENT_MUST_CHECK;
void node_connection_close(struct node_connection *connection);

/* An office greeted us on that route of the listener: greet back. What was on
 * this lane before is forgotten. */
void node_connection_accept(struct node *node,
    struct node_connection *connection, struct ent_link *listener,
    const struct ent_route *route, const char *peer, bool urgent);
bool node_connection_is_on(
    const struct node_connection *connection, const struct ent_route *route);

/* What to wait for, of a connection that we made. */
void node_connection_ears(
    struct node_connection *connection, struct ent_ears *ears);
/* Frames may have come on a link of its own. */
bool node_connection_has_news(const struct node_connection *connection);

/* Greet at the next look: what we say of ourselves is another. */
void node_connection_greet_anew(
    const struct node *node, struct node_connection *connection);

/* Notice that it was made or lost, and greet when it is time. True: what was
 * under way on it is lost. */
bool node_connection_watch(
    struct node *node, struct node_connection *connection);

/* HELLO came, with that much credit; BYE came: greet again, later and later. */
void node_connection_greeted(
    struct node_connection *connection, uint64_t credit);
void node_connection_dismissed(
    const struct node *node, struct node_connection *connection);

/* True, and the credit is spent, when a bundle of `bytes` may go now. */
bool node_connection_spend(struct node_connection *connection, uint64_t bytes);
/* They may be sent again. */
void node_connection_refill(struct node_connection *connection, uint64_t bytes);

/* Send a frame at once. */
enum ent_status node_connection_send(struct node_connection *connection,
    enum ent_frame_type type, const struct ent_bytes *payload,
    struct ent_view body, struct ent_error *err) ENT_MUST_CHECK;

/* When it has something to do by itself, ms; UINT64_MAX: nothing. */
uint64_t node_connection_due(const struct node_connection *connection);

#endif
