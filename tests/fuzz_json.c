/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any text never misbehaves, and what reads is written to a
 * text that reads back to the same packed bytes. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/message.h"
#include "tests/scalars.pb-c.h"

static enum ent_status
read_and_pack(const ProtobufCMessageDescriptor *type, struct ent_view text,
    struct ent_arena *arena, struct ent_bytes *ret_wire,
    struct ent_bytes *ret_text)
{
    ProtobufCMessage *message;
    struct ent_error err;

    ent_arena_reset(arena);
    if (ent_json_read(text, type, arena, &message, &err) != ENT_OK) {
        return ENT_BAD_INPUT;
    }
    if (ent_pb_pack(message, ret_wire, &err) != ENT_OK ||
        ent_json_write(message, text.len % 2 == 0, ret_text, &err) != ENT_OK) {
        abort();
    }
    return ENT_OK;
}

static void
read_twice(const ProtobufCMessageDescriptor *type, struct ent_view text)
{
    static struct ent_arena arena;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes written = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire_again = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes written_again = {0};

    if (arena.block == NULL &&
        ent_arena_init(&arena, ENT_MESSAGE_ARENA, NULL) != ENT_OK) {
        abort();
    }
    if (read_and_pack(type, text, &arena, &wire, &written) != ENT_OK ||
        written.len > ENT_JSON_MAX) {
        return;
    }
    if (read_and_pack(type, ent_bytes_view(&written), &arena, &wire_again,
            &written_again) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&wire), ent_bytes_view(&wire_again))) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    read_twice(&entente__v1__message__descriptor, ent_view_of(data, len));
    read_twice(&entente__test__scalars__descriptor, ent_view_of(data, len));
    return 0;
}
