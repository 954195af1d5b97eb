/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch - each bundle of ours on its way, from sealing to settlement.
 *
 * A row in DISPATCH holds the state that proto/stream.h decides on; while it is
 * not final a row in DUE says when there is something to do, FLASH first.
 */
#ifndef NODE_DISPATCH_H
#define NODE_DISPATCH_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "proto/stream.h"

/* One row, open for a change. All zero is empty. */
struct node_dispatch {
    struct ent_digest stream;
    struct ent_dispatch state;
    Entente__Rest__V1__DispatchRow *row;
    bool is_due; /* has a row in DUE, at `due` */
    uint64_t due;
};

/* Settled, or its skip is: nothing more will happen to it. */
bool node_dispatch_is_final(const struct ent_dispatch *state);

enum ent_status node_dispatch_get(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    struct node_dispatch *ret_dispatch, struct ent_error *err) ENT_MUST_CHECK;

/* Write state and row back, and move its row in DUE. */
enum ent_status node_dispatch_put(struct node *node,
    struct node_dispatch *dispatch, struct ent_error *err) ENT_MUST_CHECK;
void node_dispatch_fini(struct node_dispatch *dispatch);

/* One event; does what the action asks for: queues frames, makes the skip,
 * seals anew. The row is written. */
enum ent_status node_dispatch_step(struct node *node,
    struct node_dispatch *dispatch, enum ent_dispatch_event event,
    struct ent_error *err) ENT_MUST_CHECK;

/* What stands for it now, to be carried by hand: the bundle, or its skip. A
 * bundle under a key that we no longer have becomes one. ENT_NOT_FOUND: it is
 * settled. */
enum ent_status node_dispatch_frame(struct node *node,
    struct node_dispatch *dispatch, enum ent_frame_type *ret_type,
    struct ent_bytes *ret_payload, struct ent_bytes *ret_body,
    struct ent_error *err) ENT_MUST_CHECK;

/* One bundle of a stream in which nobody is left to hear of a skip: what it
 * carried is sealed anew. */
enum ent_status node_dispatch_abandon(struct node *node,
    struct node_dispatch *dispatch, struct ent_error *err) ENT_MUST_CHECK;

#endif
