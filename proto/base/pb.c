/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb.h"

#include <assert.h>
#include <string.h>

#include "proto/base/pb_internal.h"

/*
 * Input goes through three gates, cheapest first, none of which trusts the
 * next:
 *
 *     scan      walks the bytes along the descriptor, allocates nothing, and
 *               knows the name of what it refuses
 *     unpack    protobuf-c, in an arena that cannot grow
 *     compare   packs the result again, straight onto the input
 *
 * The last gate is what makes the accepted encoding the only one; the first
 * keeps protobuf-c away from what it handles badly.
 */

/* A buffer that keeps nothing: what is appended must be what comes next. */
struct mirror {
    ProtobufCBuffer base;
    struct ent_view rest;
    bool differs;
};

static void
mirror_append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
    struct mirror *mirror = (struct mirror *)buffer;

    if (mirror->differs || len == 0) {
        return;
    }
    if (len > mirror->rest.len || memcmp(mirror->rest.data, data, len) != 0) {
        mirror->differs = true;
        return;
    }
    mirror->rest.data += len;
    mirror->rest.len -= len;
}

/* Does `message` pack to `wire`, byte for byte? */
static enum ent_status
compare(const ProtobufCMessage *message, struct ent_view wire,
    struct ent_error *err)
{
    struct mirror mirror = {.base.append = mirror_append, .rest = wire};

    (void)protobuf_c_message_pack_to_buffer(message, &mirror.base);
    if (mirror.differs || mirror.rest.len > 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%s: after byte %zu not as it would be packed",
            message->descriptor->short_name, wire.len - mirror.rest.len);
    }
    return ENT_OK;
}

static enum ent_status
unpack(const ProtobufCMessageDescriptor *descriptor, struct ent_view wire,
    struct ent_arena *arena, ProtobufCMessage **ret_message,
    struct ent_error *err)
{
    ProtobufCMessage *message;
    enum ent_status rc;

    message = protobuf_c_message_unpack(
        descriptor, &arena->allocator, wire.len, wire.data);
    if (message == NULL && arena->exhausted) {
        return ent_fail(err, ENT_NO_MEMORY,
            "%s: unpacks to more than %zu bytes", descriptor->short_name,
            arena->size);
    }
    if (message == NULL) {
        return ent_fail(
            err, ENT_BAD_INPUT, "%s: malformed", descriptor->short_name);
    }
    rc = compare(message, wire, err);
    if (rc != ENT_OK) {
        return rc;
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
    size_t mark;
    enum ent_status rc;

    assert(descriptor != NULL && limits != NULL && arena != NULL);
    assert(ret_message != NULL);

    if (wire.len > limits->size_max) {
        return ent_fail(err, ENT_BAD_INPUT, "%s: %zu bytes, more than %zu",
            descriptor->short_name, wire.len, limits->size_max);
    }
    rc = ent_pb_scan(descriptor, wire, limits, err);
    if (rc != ENT_OK) {
        return rc;
    }

    mark = arena->used;
    arena->exhausted = false;
    rc = unpack(descriptor, wire, arena, ret_message, err);
    if (rc != ENT_OK) {
        ent_arena_rewind(arena, mark);
    }
    return rc;
}

enum ent_status
ent_pb_pack(const ProtobufCMessage *message, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    size_t len;

    assert(message != NULL && ret_wire != NULL);

    len = protobuf_c_message_get_packed_size(message);
    if (len > 0) {
        enum ent_status rc = ent_bytes_alloc(len, &wire, err);

        if (rc != ENT_OK) {
            return rc;
        }
        (void)protobuf_c_message_pack(message, wire.data);
    }
    *ret_wire = wire;
    wire = (struct ent_bytes){0};
    return ENT_OK;
}
