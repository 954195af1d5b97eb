/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbour - one of those whom this node talks to itself: a broker, or over a
 * direct link another office. Two connections, one for FLASH and IMMEDIATE and
 * one for all else, each with a greeting and credit of its own.
 */
#ifndef NODE_NEIGHBOUR_H
#define NODE_NEIGHBOUR_H

#include "node/confirmations.h"
#include "node/connection.h"
#include "proto/pace.h"

/* All zero is nobody. */
struct node_neighbour {
    bool is_broker;
    bool is_accepted; /* an office that connected to us */
    struct ent_certificate certificate;
    char endpoint[ENT_ENDPOINT_MAX + 1];
    struct node_connection lanes[2]; /* urgent, bulk */
    uint64_t since_ms;               /* greeted on both */
    uint64_t lost_ms;                /* on neither, from then on */
    bool is_doubted; /* what it has in custody was let go other ways since */
    struct ent_pace pace; /* of an office, whatever it connects by */
    struct node_confirmations *confirmations; /* brokers only */
};

/* Begin to connect to a configured broker, whose certificate must verify under
 * the authority of its state. `neighbour` is nobody, and stays where it is. */
enum ent_status node_neighbour_open_broker(struct node *node, void *zmq_context,
    const struct node_broker *broker, struct node_neighbour *neighbour,
    struct ent_error *err) ENT_MUST_CHECK;
/* The certificate in its file, verified under the keys of its authority. */
enum ent_status node_neighbour_read_broker(struct node *node,
    const struct node_broker *broker, struct ent_rollover *ret_authority,
    struct ent_bytes *ret_wire, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;
/* Connect again, to a neighbour that we connected to: its certificate, or our
 * link key, is another. */
enum ent_status node_neighbour_reopen(struct node *node, void *zmq_context,
    struct node_neighbour *neighbour, struct ent_error *err) ENT_MUST_CHECK;
/* The same to an office, under the certificate that we know. */
enum ent_status node_neighbour_open_office(struct node *node, void *zmq_context,
    const struct ent_certificate *certificate, const char *endpoint,
    struct node_neighbour *neighbour, struct ent_error *err) ENT_MUST_CHECK;
void node_neighbour_close(struct node_neighbour *neighbour);

static inline bool
node_neighbour_is_nobody(const struct node_neighbour *neighbour)
{
    return neighbour->certificate.address.text[0] == '\0';
}

/* The connection for what is urgent, or for the rest. */
struct node_connection *node_neighbour_lane(
    struct node_neighbour *neighbour, bool urgent);
/* Greeted on both connections; on one at least. */
bool node_neighbour_is_whole(const struct node_neighbour *neighbour);
bool node_neighbour_is_there(const struct node_neighbour *neighbour);

/* Hand it a frame after the commit, on the other connection if need be. What
 * cannot leave is dropped: whatever matters is sent again from the store. */
void node_neighbour_send(
    struct node_neighbour *neighbour, const struct node_effect *effect);

/* The turn was taken back, and this frame does not leave: credit that it cost
 * is there again, credit that it gave is owed still. */
void node_neighbour_take_back(
    struct node_neighbour *neighbour, const struct node_effect *effect);

/* Queue the credit that is owed, and name the receipts that were stored. */
enum ent_status node_neighbour_settle_up(struct node *node,
    struct node_neighbour *neighbour, uint64_t via,
    struct ent_error *err) ENT_MUST_CHECK;

/* Say goodbye, when stopping. */
void node_neighbour_bye(struct node_neighbour *neighbour);

/* When a connection of it has something to do by itself, ms. */
uint64_t node_neighbour_due(const struct node_neighbour *neighbour);

#endif
