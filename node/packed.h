/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed - the bytes of one row, for as long as it takes to put it: most fit on
 * the stack, and nothing is allocated for them. They are wiped when it is over.
 *
 *     ENT_AUTO(node_packed_fini) struct node_packed packed;
 *
 *     rc = node_packed_init(&packed, row, err);
 */
#ifndef NODE_PACKED_H
#define NODE_PACKED_H

#include <protobuf-c/protobuf-c.h>

#include "proto/base/bytes.h"

#define NODE_PACKED_ROOM 1024

struct node_packed {
    struct ent_view wire;   /* where they lie */
    struct ent_bytes large; /* when there is no room here */
    uint8_t room[NODE_PACKED_ROOM];
};

/* Whatever it returns, node_packed_fini is to be called. */
enum ent_status node_packed_init(struct node_packed *packed,
    const ProtobufCMessage *row, struct ent_error *err) ENT_MUST_CHECK;
void node_packed_fini(struct node_packed *packed);

#endif
