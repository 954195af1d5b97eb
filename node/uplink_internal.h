/* SPDX-License-Identifier: Apache-2.0 */
/* What uplink.c and uplink_frames.c share. */
#ifndef NODE_UPLINK_INTERNAL_H
#define NODE_UPLINK_INTERNAL_H

#include "node/confirmations.h"
#include "node/connection.h"
#include "node/uplink.h"

struct node_uplink {
    struct node_connection lanes[2]; /* urgent, bulk */
    bool has_broker;
    struct ent_certificate broker;
    uint64_t since_ms;
    struct node_confirmations *confirmations;
};

/* A frame came: hand it to whom it concerns, inside the turn. */
enum ent_status node_uplink_frame(struct node *node,
    struct node_connection *lane, const struct ent_frame *frame,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
