/* SPDX-License-Identifier: Apache-2.0 */
/* What uplink*.c and listener.c share. */
#ifndef NODE_UPLINK_INTERNAL_H
#define NODE_UPLINK_INTERNAL_H

#include "node/listener.h"
#include "node/uplink.h"
#include "proto/frame.h"

/* How long a broker may be away until what it has in custody is let go other
 * ways: longer than a connection takes to be made again. */
#define NODE_CUSTODIAN_AWAY_MS 10000

/* Brokers in the order of the configuration, then offices that we connect to,
 * then those that connected to us. */
struct node_uplink {
    struct node_neighbour list[NODE_NEIGHBOURS_MAX];
    size_t count;
    struct node_listener *listener; /* NULL: nobody can connect */
    uint64_t listen_at;             /* open it again then; 0: it is open */
    uint64_t look_at;               /* at memory, ms */
    void *zmq;                      /* the process's context */
};

/* What the other side did wrong is its own affair; our storage is not. */
bool node_uplink_is_ours(enum ent_status rc);

/* What a frame takes of a turn's budget: 1, and 1 for each KiB of it. */
static inline size_t
node_uplink_cost(const struct ent_frame *frame)
{
    return 1 + (frame->payload.len + frame->body.len) / 1024;
}

/* A HELLO of that office or broker: its certificate must be its own, and of an
 * office it is learned. ENT_REJECTED, ENT_BAD_INPUT. */
enum ent_status node_uplink_meet(struct node *node,
    const struct ent_address *address, const struct ent_hello *hello,
    struct ent_error *err) ENT_MUST_CHECK;
/* The conversation on that lane begins. */
enum ent_status node_uplink_begin(struct node *node,
    struct node_neighbour *neighbour, struct node_connection *lane,
    const struct ent_hello *hello, struct ent_error *err) ENT_MUST_CHECK;

/* Connect to the configured offices whose certificate and endpoint are known,
 * and anew when either is another. */
enum ent_status node_uplink_dial(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The neighbour that an office is which connected to us; NULL: none yet. Its
 * place, made if need be; NULL: none is left. */
struct node_neighbour *node_uplink_accepted(
    struct node_uplink *uplink, const struct ent_address *address);
struct node_neighbour *node_uplink_place(
    struct node *node, const struct ent_certificate *certificate);
uint64_t node_uplink_via(
    const struct node_uplink *uplink, const struct node_neighbour *neighbour);

/* An open connection outlives a revocation and an agreement: ENT_REJECTED when
 * an office is not welcome any more, and its conversations are over. */
enum ent_status node_uplink_check(struct node *node,
    struct node_neighbour *neighbour, struct ent_error *err) ENT_MUST_CHECK;

/* A broker greets with this certificate: taken when it is newer, of the same
 * link key, and counts. */
enum ent_status node_uplink_meet_broker(struct node *node,
    struct ent_view certificate, struct ent_error *err) ENT_MUST_CHECK;

/* A frame came from that neighbour: hand it to whom it concerns, inside the
 * turn. */
enum ent_status node_uplink_frame(struct node *node,
    struct node_neighbour *neighbour, struct node_connection *lane,
    const struct ent_frame *frame, struct ent_error *err) ENT_MUST_CHECK;

#endif
