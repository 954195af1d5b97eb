/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blake2b_many - BLAKE2b (RFC 7693) with 32 bytes of output and no key, of many
 * inputs at once: each in a lane of its own of the processor's wide registers.
 *
 * The digests are those of libsodium's crypto_generichash, which is what
 * computes them where a processor has no such registers, and one that is left
 * alone. How long it takes and what memory it touches tells of the lengths
 * alone; but what is hashed is left on the stack, so it is for what everybody
 * may see: the envelopes of bundles are ciphertext.
 */
#ifndef ENT_PROTO_BASE_BLAKE2B_MANY_H
#define ENT_PROTO_BASE_BLAKE2B_MANY_H

#include "proto/base/bytes.h"

#define ENT_BLAKE2B_LEN 32

/* Of each input the digest of `prefix` and of it, in their order. The digests
 * must not lie in what is still to be hashed. */
void ent_blake2b_many(uint8_t prefix, const struct ent_view *inputs,
    size_t count, uint8_t (*ret_digests)[ENT_BLAKE2B_LEN]);

/* How many lanes this processor has: 8 with AVX-512, 4 with AVX2, else 1. */
size_t ent_blake2b_lanes(void);

/* The same in 8, 4 or 1 of them, and no more than there are: for tests. */
void ent_blake2b_many_in(size_t lanes, uint8_t prefix,
    const struct ent_view *inputs, size_t count,
    uint8_t (*ret_digests)[ENT_BLAKE2B_LEN]);

#endif
