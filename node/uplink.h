/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uplink - this node's way to the outside: its neighbours, each by a number
 * that it keeps while the node runs (node/effects.h names them by it).
 *
 * The conversation is written down in broker/broker.h and docs/PROTOCOL.md.
 * What a frame says is handled by intake, settle and peers; this is only the
 * way in and out.
 */
#ifndef NODE_UPLINK_H
#define NODE_UPLINK_H

#include "node/neighbour.h"
#include "node/route.h"

/* Connect to the configured brokers, and listen if we are to. Offices that we
 * connect to are connected to in the first turn. */
enum ent_status node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err) ENT_MUST_CHECK;
void node_uplink_close(struct node_uplink **uplink);

/* What to wait for. */
void node_uplink_ears(struct node_uplink *uplink, struct ent_ears *ears);
/* Something came on an urgent connection that we made and was not heard yet: a
 * turn that goes on with what is not urgent ends. */
bool node_uplink_is_called(struct node_uplink *uplink);

/* Where an ear is open (node_uplink_ears): notice connections made and lost,
 * greet, and handle frames inside the turn: of each connection up to `budget`,
 * where a frame counts 1 and 1 for each KiB, so that no neighbour waits for
 * another. ENT_FULL and ENT_IO end the turn; what a peer did wrong is logged
 * and is not an error. */
enum ent_status node_uplink_serve(struct node *node, size_t budget,
    size_t *ret_handled, struct ent_error *err) ENT_MUST_CHECK;

/* Some neighbour is greeted on that connection and has credit left. */
bool node_uplink_ready(const struct node_uplink *uplink, bool urgent);

/* What is known of the way to `office` over each neighbour, in order of its
 * number; returns how many. What a bundle has been through is not known. */
size_t node_uplink_routes(const struct node_uplink *uplink,
    const struct ent_address *office, bool urgent,
    struct node_route ret_routes[static NODE_NEIGHBOURS_MAX]);

/* True, and the credit is spent, when a bundle of `bytes` may go there now. */
bool node_uplink_spend(struct node_uplink *uplink, unsigned neighbour,
    bool urgent, uint64_t bytes);

/* The neighbours over which `office` may be reached, there or not. */
uint64_t node_uplink_toward(
    const struct node_uplink *uplink, const struct ent_address *office);

/* The certificate of the broker whose frame is being handled; NULL: it came
 * from nobody, or from no broker. */
const struct ent_certificate *node_uplink_broker(const struct node *node);

/* True when the neighbour with that address is greeted on any connection. */
bool node_uplink_has(const struct node_uplink *uplink, const char *address);

/* The receipt in the frame that is being handled is stored: name it to the
 * broker that brought it after the commit. */
enum ent_status node_uplink_confirm(struct node *node,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err) ENT_MUST_CHECK;

/* At the end of a turn: queue CREDIT and STATE that are owed. */
enum ent_status node_uplink_settle_up(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* After the commit: hand a frame to its neighbours. */
void node_uplink_send(
    struct node_uplink *uplink, const struct node_effect *effect);

/* The turn was taken back: none of these leaves, and no receipt is named to a
 * broker that was not stored. */
void node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects);

/* Read the certificate of a configured broker again, and take it when it is
 * newer. At the start: what a broker's greeting once brought counts too. */
enum ent_status node_uplink_renew_broker(struct node *node, size_t index,
    bool *ret_renewed, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_uplink_recall(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* After a commit in which our certificate was renewed: greet anew, or under a
 * new link key connect anew. */
enum ent_status node_uplink_renew(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Say goodbye, when stopping. */
void node_uplink_bye(struct node_uplink *uplink);

/* By number; NULL past the last. Some are nobody. */
const struct node_neighbour *node_uplink_at(
    const struct node_uplink *uplink, size_t number);

/* When it has something to do next, ms; UINT64_MAX: only when called. */
uint64_t node_uplink_due(const struct node_uplink *uplink);
/* When memory is looked at again, by node_uplink_renew, ms. */
uint64_t node_uplink_look_due(const struct node_uplink *uplink);

#endif
