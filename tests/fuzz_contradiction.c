/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading and judging any bytes as a contradiction never misbehaves;
 * what decodes encodes back to the same bytes; and an authority that has signed
 * nothing of it proves nothing. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/contradiction.h"
#include "tests/parties.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    /* The base point: a good key whose secret is 1, and unused. */
    static const struct ent_verify_key unused = {
        {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}};
    static struct parties parties;
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_contradiction_verdict verdict;
    struct ent_contradiction contradiction;
    struct ent_view wire = ent_view_of(data, len);
    struct ent_address office;
    struct ent_error err;

    if (parties.maesai.wire.len == 0) {
        parties_init(&parties);
    }
    if (ent_contradiction_decode(wire, &contradiction, &err) != ENT_OK) {
        return 0;
    }
    (void)!ent_contradiction_peek(&contradiction, &office, &err);
    (void)!ent_contradiction_judge(
        &contradiction, &parties.thailand.signer.key, &verdict, &err);
    if (ent_contradiction_encode(&contradiction, &again, &err) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire) ||
        ent_contradiction_judge(&contradiction, &unused, &verdict, &err) ==
            ENT_OK) {
        abort();
    }
    return 0;
}
