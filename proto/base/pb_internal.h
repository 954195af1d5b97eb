/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pb_internal - what the parts of pb share.
 */
#ifndef ENT_PROTO_BASE_PB_INTERNAL_H
#define ENT_PROTO_BASE_PB_INTERNAL_H

#include "proto/base/pb.h"

#define ENT_PB_VARINT_MAX 10

/* Forget and wipe what was allocated after `used` was `mark`: beyond `used` the
 * block is always zero, so that allocating costs nothing. */
void ent_arena_rewind(struct ent_arena *arena, size_t mark);

/* Walk `wire` along `descriptor`, allocating nothing. What passes is bounded
 * and byte for byte what packing it again would give: it is laid out without
 * another look (pb_unpack.c). */
enum ent_status ent_pb_scan(const ProtobufCMessageDescriptor *descriptor,
    struct ent_view wire, const struct ent_pb_limits *limits,
    struct ent_error *err) ENT_MUST_CHECK;

/* How one value of this type travels. */
static inline unsigned
ent_pb_wire_type(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    default:
        return PROTOBUF_C_WIRE_TYPE_VARINT;
    }
}

/* Take a number off the front of `in`, in its shortest form only. */
bool ent_pb_take_long_varint(struct ent_view *in, uint64_t *ret_value);

/* The same, quicker for one or two bytes: nearly all tags and lengths. */
static inline bool
ent_pb_take_varint(struct ent_view *in, uint64_t *ret_value)
{
    size_t len = 1;

    if (in->len < 2) {
        return ent_pb_take_long_varint(in, ret_value);
    }
    *ret_value = in->data[0];
    if (in->data[0] >= 0x80) {
        if (in->data[1] >= 0x80 || in->data[1] == 0) {
            return ent_pb_take_long_varint(in, ret_value);
        }
        *ret_value = (in->data[0] & 0x7fU) | (uint64_t)in->data[1] << 7;
        len = 2;
    }
    in->data += len;
    in->len -= len;
    return true;
}

/* The first field from `field` on whose number is at least `number`; `end` when
 * there is none. They are ascending. */
const ProtobufCFieldDescriptor *ent_pb_field_from(
    const ProtobufCFieldDescriptor *field, const ProtobufCFieldDescriptor *end,
    uint32_t number);

/* Lay `wire`, which has been scanned or was packed here, out in `arena` as
 * `type`. NULL when there is no memory left, or it is not as the scan would
 * have it. */
ProtobufCMessage *ent_pb_lay_out(const ProtobufCMessageDescriptor *type,
    struct ent_view wire, struct ent_arena *arena);

#endif
