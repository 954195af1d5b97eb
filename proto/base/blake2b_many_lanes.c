/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/blake2b_many_internal.h"

/*
 * A wide register holds the same word of each lane, so that one instruction
 * does for all of them what RFC 7693 does for one. The blocks lie in memory the
 * other way round, a word behind the other of the same lane:
 *
 *     lane 0   a0 a1 a2 a3 ...             word 0   a0 b0 c0 d0
 *     lane 1   b0 b1 b2 b3 ...    become   word 1   a1 b1 c1 d1
 *     lane 2   c0 c1 c2 c3 ...             word 2   a2 b2 c2 d2
 *     lane 3   d0 d1 d2 d3 ...             word 3   a3 b3 c3 d3
 */

const uint64_t ent_blake2b_start[8] = {
    UINT64_C(0x6a09e667f3bcc908),
    UINT64_C(0xbb67ae8584caa73b),
    UINT64_C(0x3c6ef372fe94f82b),
    UINT64_C(0xa54ff53a5f1d36f1),
    UINT64_C(0x510e527fade682d1),
    UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b),
    UINT64_C(0x5be0cd19137e2179),
};

#if defined(__x86_64__)

#include <immintrin.h>

#define ROUNDS 12
#define WORDS 16

/* SIGMA: which words of the block each round takes, in which order. Rounds
 * are a loop: unrolled they gain 6 percent, and a minute of each sanitized
 * build. */
static const uint8_t orders[ROUNDS][WORDS] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
};

/* G and a round of it, for words of either width. Macros, since a function
 * would be compiled for one processor and not for that of its caller. */
#define MIX(wide, v, a, b, c, d, x, y)                                         \
    do {                                                                       \
        v[a] += v[b] + (x);                                                    \
        v[d] = wide##_turn_32(v[d] ^ v[a]);                                    \
        v[c] += v[d];                                                          \
        v[b] = wide##_turn_24(v[b] ^ v[c]);                                    \
        v[a] += v[b] + (y);                                                    \
        v[d] = wide##_turn_16(v[d] ^ v[a]);                                    \
        v[c] += v[d];                                                          \
        v[b] = wide##_turn_63(v[b] ^ v[c]);                                    \
    } while (0)

#define ROUND(wide, v, m, order)                                               \
    do {                                                                       \
        MIX(wide, v, 0, 4, 8, 12, m[order[0]], m[order[1]]);                   \
        MIX(wide, v, 1, 5, 9, 13, m[order[2]], m[order[3]]);                   \
        MIX(wide, v, 2, 6, 10, 14, m[order[4]], m[order[5]]);                  \
        MIX(wide, v, 3, 7, 11, 15, m[order[6]], m[order[7]]);                  \
        MIX(wide, v, 0, 5, 10, 15, m[order[8]], m[order[9]]);                  \
        MIX(wide, v, 1, 6, 11, 12, m[order[10]], m[order[11]]);                \
        MIX(wide, v, 2, 7, 8, 13, m[order[12]], m[order[13]]);                 \
        MIX(wide, v, 3, 4, 9, 14, m[order[14]], m[order[15]]);                 \
    } while (0)

/* ---- four lanes ---- */

#define AVX2 __attribute__((target("avx2")))

typedef uint64_t four __attribute__((vector_size(32)));

AVX2 static inline four
four_turn_32(four words)
{
    return (four)_mm256_shuffle_epi32((__m256i)words, 0xb1);
}

AVX2 static inline four
four_turn_24(four words)
{
    const __m256i bytes = _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13,
        14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);

    return (four)_mm256_shuffle_epi8((__m256i)words, bytes);
}

AVX2 static inline four
four_turn_16(four words)
{
    const __m256i bytes = _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12,
        13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);

    return (four)_mm256_shuffle_epi8((__m256i)words, bytes);
}

AVX2 static inline four
four_turn_63(four words)
{
    return words >> 63 | (words + words);
}

AVX2 static inline four
four_at(const void *words)
{
    return (four)_mm256_loadu_si256(words);
}

/* Four words of each block, turned over. */
AVX2 static inline void
four_words(const uint8_t *const *blocks, size_t at, four *ret)
{
    const __m256i a = _mm256_loadu_si256((const void *)(blocks[0] + at));
    const __m256i b = _mm256_loadu_si256((const void *)(blocks[1] + at));
    const __m256i c = _mm256_loadu_si256((const void *)(blocks[2] + at));
    const __m256i d = _mm256_loadu_si256((const void *)(blocks[3] + at));
    const __m256i ab02 = _mm256_unpacklo_epi64(a, b);
    const __m256i ab13 = _mm256_unpackhi_epi64(a, b);
    const __m256i cd02 = _mm256_unpacklo_epi64(c, d);
    const __m256i cd13 = _mm256_unpackhi_epi64(c, d);

    ret[0] = (four)_mm256_permute2x128_si256(ab02, cd02, 0x20);
    ret[1] = (four)_mm256_permute2x128_si256(ab13, cd13, 0x20);
    ret[2] = (four)_mm256_permute2x128_si256(ab02, cd02, 0x31);
    ret[3] = (four)_mm256_permute2x128_si256(ab13, cd13, 0x31);
}

AVX2 static void
compress_four(struct ent_blake2b_lanes *lanes)
{
    four v[WORDS];
    four m[WORDS];

    for (size_t i = 0; i < WORDS; i += 4) {
        four_words(lanes->blocks, i * sizeof(uint64_t), m + i);
    }
    for (size_t i = 0; i < 8; i++) {
        v[i] = four_at(lanes->chain[i]);
        v[i + 8] = (four){0} + ent_blake2b_start[i];
    }
    v[12] ^= four_at(lanes->taken);
    v[14] ^= four_at(lanes->last);
    for (size_t i = 0; i < ROUNDS; i++) {
        ROUND(four, v, m, orders[i]);
    }
    for (size_t i = 0; i < 8; i++) {
        v[i] ^= v[i + 8] ^ four_at(lanes->chain[i]);
        _mm256_storeu_si256((void *)lanes->chain[i], (__m256i)v[i]);
    }
}

/* ---- eight lanes ---- */

#define AVX512 __attribute__((target("avx512f")))

typedef uint64_t eight __attribute__((vector_size(64)));

/* One instruction, vprorq, whatever the number of bits. */
#define eight_turn_32(words) ((words) >> 32 | (words) << 32)
#define eight_turn_24(words) ((words) >> 24 | (words) << 40)
#define eight_turn_16(words) ((words) >> 16 | (words) << 48)
#define eight_turn_63(words) ((words) >> 63 | (words) << 1)

AVX512 static inline eight
eight_at(const void *words)
{
    return (eight)_mm512_loadu_si512(words);
}

/* Pairs of words, a row for each two lanes, turned over into every other word.
 */
AVX512 static inline void
eight_turn_over(const __m512i *rows, eight *ret)
{
    const __m512i ab04 = _mm512_shuffle_i64x2(rows[0], rows[1], 0x88);
    const __m512i ab26 = _mm512_shuffle_i64x2(rows[0], rows[1], 0xdd);
    const __m512i cd04 = _mm512_shuffle_i64x2(rows[2], rows[3], 0x88);
    const __m512i cd26 = _mm512_shuffle_i64x2(rows[2], rows[3], 0xdd);

    ret[0] = (eight)_mm512_shuffle_i64x2(ab04, cd04, 0x88);
    ret[2] = (eight)_mm512_shuffle_i64x2(ab26, cd26, 0x88);
    ret[4] = (eight)_mm512_shuffle_i64x2(ab04, cd04, 0xdd);
    ret[6] = (eight)_mm512_shuffle_i64x2(ab26, cd26, 0xdd);
}

/* Eight words of each block, turned over. */
AVX512 static inline void
eight_words(const uint8_t *const *blocks, size_t at, eight *ret)
{
    __m512i even[4];
    __m512i odd[4];

    for (size_t i = 0; i < 4; i++) {
        const __m512i a = _mm512_loadu_si512(blocks[2 * i] + at);
        const __m512i b = _mm512_loadu_si512(blocks[2 * i + 1] + at);

        even[i] = _mm512_unpacklo_epi64(a, b);
        odd[i] = _mm512_unpackhi_epi64(a, b);
    }
    eight_turn_over(even, ret);
    eight_turn_over(odd, ret + 1);
}

AVX512 static void
compress_eight(struct ent_blake2b_lanes *lanes)
{
    eight v[WORDS];
    eight m[WORDS];

    for (size_t i = 0; i < WORDS; i += 8) {
        eight_words(lanes->blocks, i * sizeof(uint64_t), m + i);
    }
    for (size_t i = 0; i < 8; i++) {
        v[i] = eight_at(lanes->chain[i]);
        v[i + 8] = (eight){0} + ent_blake2b_start[i];
    }
    v[12] ^= eight_at(lanes->taken);
    v[14] ^= eight_at(lanes->last);
    for (size_t i = 0; i < ROUNDS; i++) {
        ROUND(eight, v, m, orders[i]);
    }
    for (size_t i = 0; i < 8; i++) {
        v[i] ^= v[i + 8] ^ eight_at(lanes->chain[i]);
        _mm512_storeu_si512(lanes->chain[i], (__m512i)v[i]);
    }
}

size_t
ent_blake2b_lanes(void)
{
    if (__builtin_cpu_supports("avx512f")) {
        return 8;
    }
    return __builtin_cpu_supports("avx2") ? 4 : 1;
}

ent_blake2b_compress *
ent_blake2b_compress_of(size_t lanes)
{
    if (lanes > ent_blake2b_lanes()) {
        return NULL;
    }
    return lanes == 8 ? compress_eight : lanes == 4 ? compress_four : NULL;
}

#else

size_t
ent_blake2b_lanes(void)
{
    return 1;
}

ent_blake2b_compress *
ent_blake2b_compress_of(size_t lanes)
{
    (void)lanes;
    return NULL;
}

#endif
