/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any bytes as what an office says of journals never
 * misbehaves, and what opens can be made again from what it says. The input is
 * a payload that gets signed first, so that reading goes deep; then it is read
 * as a Signed as it is. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/witness.h"
#include "tests/parties.h"

static const struct party *
maesai(void)
{
    static struct parties parties;

    if (parties.maesai.wire.len == 0) {
        parties_init(&parties);
    }
    return &parties.maesai;
}

static void
expect_again(const struct ent_witness *witness, struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_error err;

    if (ent_witness_make(witness, &maesai()->signer, &again, &err) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_view input = ent_view_of(data, len);
    struct ent_witness witness;
    struct ent_error err;

    (void)!ent_witness_peek(input, &witness, &err);
    if (len == 0 || len > ENT_WITNESS_LEN_MAX - 512 ||
        ent_signed_make(&maesai()->signer, ENT_TYPE_WITNESS, input, &wire,
            &err) != ENT_OK) {
        return 0;
    }
    if (ent_witness_open(
            ent_bytes_view(&wire), &maesai()->cert, &witness, &err) == ENT_OK) {
        expect_again(&witness, ent_bytes_view(&wire));
    }
    return 0;
}
