/* SPDX-License-Identifier: Apache-2.0 */
/* Property: decoding any bytes never misbehaves; what decodes encodes to the
 * same bytes; what is valid as well survives JSON. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/message.h"

#define MUST(call)                                                             \
    do {                                                                       \
        if ((call) != ENT_OK) {                                                \
            abort();                                                           \
        }                                                                      \
    } while (0)

static void
expect_encoding(const ent_message *message, struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};

    MUST(ent_message_encode(message, &again, NULL));
    if (!ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct ent_arena arena;
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    const struct ent_view wire = ent_view_of(data, len);
    struct ent_findings findings;
    struct ent_error err;
    ent_message *message;
    ProtobufCMessage *read;

    if (arena.block == NULL) {
        MUST(ent_arena_init(&arena, 2 * ENT_MESSAGE_ARENA, NULL));
    }
    ent_arena_reset(&arena);
    if (ent_message_decode(wire, &arena, &message, &err) != ENT_OK) {
        return 0;
    }
    expect_encoding(message, wire);
    if (ent_message_validate(message, &findings, &err) != ENT_OK) {
        return 0;
    }
    MUST(ent_json_write(&message->base, false, &text, &err));
    if (text.len <= ENT_JSON_MAX) {
        MUST(ent_json_read(ent_bytes_view(&text),
            &entente__v1__message__descriptor, &arena, &read, &err));
        expect_encoding((const ent_message *)read, wire);
    }
    return 0;
}
