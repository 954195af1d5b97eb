/* SPDX-License-Identifier: Apache-2.0 */
/* What uplink.c and uplink_frames.c share. */
#ifndef NODE_UPLINK_INTERNAL_H
#define NODE_UPLINK_INTERNAL_H

#include "node/uplink.h"

struct node_uplink {
    struct node_neighbour list[NODE_NEIGHBOURS_MAX];
    size_t count;
};

/* A frame came from that neighbour: hand it to whom it concerns, inside the
 * turn. */
enum ent_status node_uplink_frame(struct node *node,
    struct node_neighbour *neighbour, struct node_connection *lane,
    const struct ent_frame *frame, struct ent_error *err) ENT_MUST_CHECK;

#endif
