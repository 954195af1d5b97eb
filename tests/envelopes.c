/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/envelopes.h"

#include <stdlib.h>
#include <string.h>

#include "proto/bundle.h"

struct ent_bytes
envelopes_frame(uint64_t first, uint32_t count, size_t size, size_t growth)
{
    struct ent_bytes body;
    size_t body_len = 0;
    uint8_t *out;

    for (uint32_t i = 0; i < count; i++) {
        body_len += 4 + ENT_ENVELOPE_OVERHEAD + size + i * growth;
    }
    if (ent_bytes_alloc(body_len, &body, NULL) != ENT_OK) {
        abort();
    }
    out = body.data;
    for (uint32_t i = 0; i < count; i++) {
        const size_t len = ENT_ENVELOPE_OVERHEAD + size + i * growth;

        ent_put_be(out, len, 4);
        memset(out + 4, (int)(first + i), len);
        out += 4 + len;
    }
    return body;
}
