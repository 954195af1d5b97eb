/* SPDX-License-Identifier: Apache-2.0 */
/* Property: what decodes, encodes to a text that decodes to the same bytes. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/base/armour.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes bytes = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_error err;

    if (ent_armour_decode(ENT_ARMOUR_CERTIFICATE, ent_view_of(data, len),
            &bytes, &err) != ENT_OK) {
        return 0;
    }
    if (ent_armour_encode(ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&bytes), &text,
            NULL) != ENT_OK ||
        ent_armour_decode(ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &again,
            NULL) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&bytes), ent_bytes_view(&again))) {
        abort();
    }
    return 0;
}
