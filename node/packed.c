/* SPDX-License-Identifier: Apache-2.0 */
#include "node/packed.h"

#include <sodium.h>

#include "proto/base/pb.h"

enum ent_status
node_packed_init(struct node_packed *packed, const ProtobufCMessage *row,
    struct ent_error *err)
{
    enum ent_status rc;

    packed->large = (struct ent_bytes){0};
    if (ent_pb_pack_into(
            row, packed->room, sizeof packed->room, &packed->wire)) {
        return ENT_OK;
    }
    packed->wire = ent_view_of(packed->room, sizeof packed->room);
    rc = ent_pb_pack(row, &packed->large, err);
    if (rc == ENT_OK) {
        packed->wire = ent_bytes_view(&packed->large);
    }
    return rc;
}

/* Beside what is large, all of the room may have been used. */
void
node_packed_fini(struct node_packed *packed)
{
    if (packed->large.data != NULL) {
        ent_bytes_free(&packed->large);
        packed->wire = ent_view_of(packed->room, sizeof packed->room);
    }
    sodium_memzero((uint8_t *)(uintptr_t)packed->wire.data, packed->wire.len);
}
