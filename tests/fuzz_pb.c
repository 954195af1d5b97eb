/* SPDX-License-Identifier: Apache-2.0 */
/* Property: unpacking any bytes never misbehaves, and what unpacks packs to the
 * same bytes, by protobuf-c too. The first byte says as what to unpack the
 * rest. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/message.pb-c.h"

#define ARENA_SIZE ((size_t)1024 * 1024)
#define SIZE_LIMIT 65536

static void
expect_packs_to(const ProtobufCMessage *message, struct ent_view wire)
{
    static uint8_t packed[SIZE_LIMIT];

    if (protobuf_c_message_get_packed_size(message) != wire.len ||
        protobuf_c_message_pack(message, packed) != wire.len ||
        (wire.len > 0 && memcmp(packed, wire.data, wire.len) != 0)) {
        abort();
    }
}

static void
unpack(const ProtobufCMessageDescriptor *descriptor, struct ent_view wire,
    unsigned reserved_below)
{
    static struct ent_arena arena;
    const struct ent_pb_limits limits = {
        .size_max = SIZE_LIMIT,
        .fields_max = 4096,
        .reserved_below = reserved_below,
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_error err;
    ProtobufCMessage *message;
    ProtobufCMessage *theirs;

    if (arena.block == NULL &&
        ent_arena_init(&arena, ARENA_SIZE, NULL) != ENT_OK) {
        abort();
    }
    ent_arena_reset(&arena);
    if (ent_pb_unpack(descriptor, wire, &limits, &arena, &message, &err) !=
        ENT_OK) {
        return;
    }
    if (ent_pb_pack(message, &again, NULL) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
    expect_packs_to(message, wire);
    theirs = protobuf_c_message_unpack(descriptor, NULL, wire.len, wire.data);
    if (theirs == NULL) {
        abort();
    }
    expect_packs_to(theirs, wire);
    protobuf_c_message_free_unpacked(theirs, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) {
        return 0;
    }
    if (data[0] == 'L') {
        unpack(&entente__v1__label__descriptor, ent_view_of(data + 1, len - 1),
            64);
    } else {
        unpack(&entente__v1__message__descriptor,
            ent_view_of(data + 1, len - 1), 0);
    }
    return 0;
}
