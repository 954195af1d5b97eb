/* SPDX-License-Identifier: Apache-2.0 */
/* Property: decoding any bytes at rest never misbehaves, and what decodes
 * encodes back to the same bytes. The first byte says which decoder. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/stream.h"

static void
expect_same(struct ent_view rest, const void *again, size_t len)
{
    if (rest.len != len || memcmp(rest.data, again, len) != 0) {
        abort();
    }
}

static void
outgoing_there_and_back(struct ent_view rest)
{
    uint8_t again[ENT_OUTGOING_REST_LEN];
    struct ent_outgoing outgoing;

    if (ent_outgoing_decode(rest, &outgoing, NULL) == ENT_OK) {
        ent_outgoing_encode(&outgoing, again);
        expect_same(rest, again, sizeof again);
    }
}

static void
dispatch_there_and_back(struct ent_view rest)
{
    uint8_t again[ENT_DISPATCH_REST_LEN];
    struct ent_dispatch dispatch;

    if (ent_dispatch_decode(rest, &dispatch, NULL) == ENT_OK) {
        ent_dispatch_encode(&dispatch, again);
        expect_same(rest, again, sizeof again);
    }
}

static void
incoming_there_and_back(struct ent_view rest)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_incoming incoming;

    if (ent_incoming_decode(rest, &incoming, NULL) != ENT_OK ||
        ent_incoming_encode(&incoming, &again, NULL) != ENT_OK) {
        return;
    }
    expect_same(rest, again.data, again.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_view rest;

    if (len == 0) {
        return 0;
    }
    rest = ent_view_of(data + 1, len - 1);
    switch (data[0] % 3) {
    case 0:
        outgoing_there_and_back(rest);
        break;
    case 1:
        dispatch_there_and_back(rest);
        break;
    default:
        incoming_there_and_back(rest);
    }
    return 0;
}
