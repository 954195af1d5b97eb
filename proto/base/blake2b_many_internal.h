/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blake2b_many_internal - between what gives blocks to the lanes
 * (blake2b_many.c) and what compresses them (blake2b_many_lanes.c).
 */
#ifndef ENT_PROTO_BASE_BLAKE2B_MANY_INTERNAL_H
#define ENT_PROTO_BASE_BLAKE2B_MANY_INTERNAL_H

#include <stdalign.h>

#include "proto/base/blake2b_many.h"

#define ENT_BLAKE2B_LANES_MAX 8
#define ENT_BLAKE2B_BLOCK_LEN 128

/* A column for each lane, in the names of RFC 7693, 3.2: h; t with the bytes of
 * this block; f as a mask; m, which may lie anywhere. */
struct ent_blake2b_lanes {
    alignas(64) uint64_t chain[8][ENT_BLAKE2B_LANES_MAX];
    alignas(64) uint64_t taken[ENT_BLAKE2B_LANES_MAX];
    alignas(64) uint64_t last[ENT_BLAKE2B_LANES_MAX];
    const uint8_t *blocks[ENT_BLAKE2B_LANES_MAX];
};

extern const uint64_t ent_blake2b_start[8]; /* IV */

/* Compress the block of each lane into its chain. */
typedef void ent_blake2b_compress(struct ent_blake2b_lanes *lanes);

/* What does it for as many lanes; NULL where this processor has not so many,
 * and for one. */
ent_blake2b_compress *ent_blake2b_compress_of(size_t lanes);

#endif
