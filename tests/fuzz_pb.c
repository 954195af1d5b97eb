/* SPDX-License-Identifier: Apache-2.0 */
/* Property: unpacking any bytes never misbehaves, and what unpacks packs to the
 * same bytes. The first byte says as what to unpack the rest. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/base/pb.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/message.pb-c.h"

#define ARENA_SIZE ((size_t)1024 * 1024)

static void
unpack(const ProtobufCMessageDescriptor *descriptor, struct ent_view wire,
    unsigned reserved_below)
{
    static struct ent_arena arena;
    const struct ent_pb_limits limits = {
        .size_max = 65536,
        .fields_max = 4096,
        .reserved_below = reserved_below,
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_error err;
    ProtobufCMessage *message;

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
