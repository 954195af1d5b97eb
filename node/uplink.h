/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uplink - this node's two connections to its broker: one for FLASH and
 * IMMEDIATE, one for all else, each with a credit of its own.
 *
 * The conversation is written down in broker/broker.h and docs/PROTOCOL.md.
 * What a frame says is handled by intake, settle and peers; this is only the
 * way in and out.
 */
#ifndef NODE_UPLINK_H
#define NODE_UPLINK_H

#include <zmq.h>

#include "node/node.h"

#define NODE_UPLINK_ITEMS 4 /* two sockets and their monitors */

/* Connect to the configured broker, whose certificate must verify under the
 * authority of its state. Without a broker it is never ready. */
enum ent_status node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err) ENT_MUST_CHECK;
void node_uplink_close(struct node_uplink **uplink);

/* Sockets to poll; returns how many (0 without a broker). */
size_t node_uplink_poll(
    struct node_uplink *uplink, zmq_pollitem_t items[static NODE_UPLINK_ITEMS]);

/* Notice connections made and lost, greet, and handle up to `budget` frames
 * inside the current turn. ENT_IO and ENT_FULL end the turn; what a peer did
 * wrong is logged and is not an error. */
enum ent_status node_uplink_serve(struct node *node, size_t budget,
    size_t *ret_handled, struct ent_error *err) ENT_MUST_CHECK;

/* Both greeted each other on that connection. */
bool node_uplink_ready(const struct node_uplink *uplink, bool urgent);

/* True, and the credit is spent, when a bundle of `bytes` may go now. */
bool node_uplink_spend(struct node_uplink *uplink, bool urgent, uint64_t bytes);

/* A receipt is stored: name it to the broker after the commit. */
enum ent_status node_uplink_confirm(struct node_uplink *uplink,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err) ENT_MUST_CHECK;

/* At the end of a turn: queue CREDIT and STATE that are owed. */
enum ent_status node_uplink_settle_up(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* After the commit: hand a frame to its connection. A frame that cannot leave
 * is dropped: whatever matters is sent again from the store. */
void node_uplink_send(
    struct node_uplink *uplink, const struct node_effect *effect);

/* The turn was taken back: none of these leaves. Credit that was spent is there
 * again, credit to give back is owed still, and no receipt is named to the
 * broker that was not stored. */
void node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects);

/* Say goodbye, when stopping. */
void node_uplink_bye(struct node_uplink *uplink);

/* For status. */
bool node_uplink_connected(
    const struct node_uplink *uplink, uint64_t *ret_since_ms);
const struct ent_certificate *node_uplink_broker(
    const struct node_uplink *uplink);

/* When it has something to do next, ms; UINT64_MAX: only when polled. */
uint64_t node_uplink_due(const struct node_uplink *uplink);

#endif
