/* SPDX-License-Identifier: Apache-2.0 */
/* Property: decoding any bytes never misbehaves, and what decodes encodes to
 * the same bytes. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct ent_arena arena;
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    const struct ent_view wire = ent_view_of(data, len);
    struct ent_error err;
    ent_message *message;

    if (arena.block == NULL &&
        ent_arena_init(&arena, ENT_MESSAGE_ARENA, NULL) != ENT_OK) {
        abort();
    }
    ent_arena_reset(&arena);
    if (ent_message_decode(wire, &arena, &message, &err) != ENT_OK) {
        return 0;
    }
    if (ent_message_encode(message, &again, &err) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
    return 0;
}
