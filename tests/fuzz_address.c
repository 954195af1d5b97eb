/* SPDX-License-Identifier: Apache-2.0 */
/* Property: what is an address is written as it was read. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/address.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_address address;
    struct ent_error err;

    if (ent_address_parse(ent_view_of(data, len), &address, &err) == ENT_OK &&
        !ent_view_equal(ent_view_text(address.text), ent_view_of(data, len))) {
        abort();
    }
    return 0;
}
