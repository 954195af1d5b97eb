/* SPDX-License-Identifier: Apache-2.0 */
/* Property: no bytes make the judging of evidence misbehave, and none prove
 * anything to who knows an authority that has signed nothing. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "policy/verdict.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    /* The base point: a good key whose secret is 1, and unused. */
    static const struct ent_authority_key nobody = {
        .state = "th",
        .key = {{0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
            0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}},
    };
    static struct ent_verdict verdict;
    struct ent_error err = {0};

    if (ent_verdict_reach(ent_view_of(data, len), &nobody, 1, &verdict, &err) !=
        ENT_OK) {
        return 0;
    }
    if (verdict.sound && verdict.anchored) {
        abort();
    }
    ent_verdict_fini(&verdict);
    return 0;
}
