/* SPDX-License-Identifier: Apache-2.0 */
/* Property: decoding any bytes never misbehaves, and what decodes encodes
 * back to the same bytes, unless later versions added fields to it. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/label.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_label label;
    struct ent_label twice;
    struct ent_error err;

    if (ent_label_decode(ent_view_of(data, len), &label, &err) != ENT_OK) {
        return 0;
    }
    if (ent_label_encode(&label, &again, &err) != ENT_OK || again.len > len ||
        !ent_view_equal(ent_bytes_view(&again), ent_view_of(data, again.len)) ||
        ent_label_decode(ent_bytes_view(&again), &twice, &err) != ENT_OK) {
        abort();
    }
    return 0;
}
