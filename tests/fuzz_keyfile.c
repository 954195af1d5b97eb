/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any bytes never misbehaves, and what decodes encodes back
 * to the same bytes. The input is tried as a file and as what its armour
 * holds; no passphrase is stretched. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/keyfile_internal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct ent_view input = {.data = data, .len = len};
    struct ent_keyfile keyfile;
    uint8_t again[ENT_KEYFILE_LEN];

    if (ent_keyfile_parse(input, &keyfile, NULL) == ENT_OK) {
        struct ent_keyfile same;

        ent_keyfile_encode(&keyfile, again);
        if (ent_keyfile_decode(ent_view_of(again, sizeof again), &same, NULL) !=
            ENT_OK) {
            abort();
        }
    }
    if (ent_keyfile_decode(input, &keyfile, NULL) == ENT_OK) {
        ent_keyfile_encode(&keyfile, again);
        if (len != sizeof again || memcmp(again, data, len) != 0) {
            abort();
        }
    }
    return 0;
}
