/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit_bundle - the bare primitives of a bundle and of its receipt, as
 * bench-limit moves them: X25519 for the bundle; a key, an AEAD and a leaf hash
 * for each message; a hash tree; one Ed25519 signature, and one for the
 * receipt. What does not verify or open ends the program.
 */
#ifndef TOOLS_BENCH_LIMIT_BUNDLE_H
#define TOOLS_BENCH_LIMIT_BUNDLE_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT_BUNDLE_MAX 1024 /* messages */
#define LIMIT_SIZE_MAX 65536  /* bytes of each */
#define LIMIT_HASH 32

/* Of one side, and what it knows of the other. */
struct limit_keys {
    uint8_t sign_pk[crypto_sign_PUBLICKEYBYTES];
    uint8_t sign_sk[crypto_sign_SECRETKEYBYTES];
    uint8_t other_sign_pk[crypto_sign_PUBLICKEYBYTES];
    uint8_t box_pk[crypto_scalarmult_BYTES]; /* the recipient's */
    uint8_t box_sk[crypto_scalarmult_SCALARBYTES];
};

/* What stands before the sealed messages of a bundle. */
struct limit_head {
    uint64_t number;
    uint64_t count;
    uint8_t ephemeral[crypto_scalarmult_BYTES];
    uint8_t root[LIMIT_HASH];
    uint8_t signature[crypto_sign_BYTES];
};

struct limit_receipt {
    uint64_t number;
    uint8_t root[LIMIT_HASH];
    uint8_t signature[crypto_sign_BYTES];
};

void limit_keys_make(struct limit_keys *sender, struct limit_keys *recipient);

/* Of a bundle of so many messages, `size` bytes each. */
size_t limit_bundle_len(size_t count, size_t size);

/* `count` times the same `size` bytes, into `out`, with room for them. */
void limit_bundle_seal(const struct limit_keys *keys, uint64_t number,
    size_t count, const uint8_t *plain, size_t size, uint8_t *out);

/* Verify and open a bundle, whose head is the first of it. */
void limit_bundle_open(const struct limit_keys *keys, const uint8_t *bundle,
    size_t size, struct limit_head *ret_head);

void limit_receipt_sign(const struct limit_keys *keys,
    const struct limit_head *head, struct limit_receipt *ret_receipt);
void limit_receipt_verify(
    const struct limit_keys *keys, const struct limit_receipt *receipt);

#endif
