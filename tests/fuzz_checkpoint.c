/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any bytes as a checkpoint never misbehaves, and nobody's
 * bytes are signed by a key that has signed nothing. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/checkpoint.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    /* The base point: a good key whose secret is 1, and unused. */
    static const struct ent_verify_key key = {
        {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}};
    struct ent_view note = ent_view_of(data, len);
    struct ent_checkpoint checkpoint;
    struct ent_error err;

    if (ent_checkpoint_peek(note, &checkpoint, &err) == ENT_OK &&
        ent_checkpoint_open(note, &key, &checkpoint, &err) == ENT_OK) {
        abort();
    }
    return 0;
}
