/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb.h"

#include <assert.h>

#include "proto/base/pb_internal.h"

/*
 * Input goes through two gates:
 *
 *     scan      walks the bytes along the descriptor, allocates nothing, and
 *               knows the name of what it refuses: all but the one encoding
 *               that packing gives
 *     lay out   puts what is left into an arena that cannot grow
 */

enum ent_status
ent_pb_unpack_own(const ProtobufCMessageDescriptor *descriptor,
    struct ent_view wire, struct ent_arena *arena,
    ProtobufCMessage **ret_message, struct ent_error *err)
{
    const size_t mark = arena->used;
    ProtobufCMessage *message;

    arena->exhausted = false;
    message = ent_pb_lay_out(descriptor, wire, arena);
    if (message == NULL) {
        ent_arena_rewind(arena, mark);
        return arena->exhausted ? ent_fail(err, ENT_NO_MEMORY,
                                      "%s: unpacks to more than %zu bytes",
                                      descriptor->short_name, arena->size)
                                : ent_fail(err, ENT_BAD_INPUT, "%s: malformed",
                                      descriptor->short_name);
    }
    *ret_message = message;
    return ENT_OK;
}

enum ent_status
ent_pb_unpack(const ProtobufCMessageDescriptor *descriptor,
    struct ent_view wire, const struct ent_pb_limits *limits,
    struct ent_arena *arena, ProtobufCMessage **ret_message,
    struct ent_error *err)
{
    enum ent_status rc;

    assert(descriptor != NULL && limits != NULL && arena != NULL);
    assert(ret_message != NULL);

    if (wire.len > limits->size_max) {
        return ent_fail(err, ENT_BAD_INPUT, "%s: %zu bytes, more than %zu",
            descriptor->short_name, wire.len, limits->size_max);
    }
    rc = ent_pb_scan(descriptor, wire, limits, err);
    return rc != ENT_OK
               ? rc
               : ent_pb_unpack_own(descriptor, wire, arena, ret_message, err);
}
