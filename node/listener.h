/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener - where other offices connect to this node: one CURVE server with
 * our own ZAP handler, which lets in who is welcome (node/welcome.h) and nobody
 * else. docs/PROTOCOL.md, section 15.8.
 */
#ifndef NODE_LISTENER_H
#define NODE_LISTENER_H

#include "node/uplink.h"

struct node_listener;

enum ent_status node_listener_open(struct node *node, void *zmq_context,
    struct node_listener **ret_listener, struct ent_error *err) ENT_MUST_CHECK;
void node_listener_close(struct node_listener **listener);

/* What to wait for. */
void node_listener_ears(struct node_listener *listener, struct ent_ears *ears);

/* Where an ear is open: let in who knocks, and handle frames inside the turn,
 * up to `budget` as node_uplink_serve counts; connections take turns. */
enum ent_status node_listener_serve(struct node *node,
    struct node_listener *listener, size_t budget, size_t *handled,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
