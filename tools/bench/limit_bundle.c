/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/limit_bundle.h"

#include <string.h>

#include "tools/bench/program.h"

#define HASH LIMIT_HASH
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

void
limit_keys_make(struct limit_keys *sender, struct limit_keys *recipient)
{
    bench_must(
        crypto_sign_keypair(sender->sign_pk, sender->sign_sk) == 0 &&
            crypto_sign_keypair(recipient->sign_pk, recipient->sign_sk) == 0 &&
            crypto_box_keypair(recipient->box_pk, recipient->box_sk) == 0,
        "no keys");
    memcpy(sender->box_pk, recipient->box_pk, sizeof sender->box_pk);
    memcpy(sender->other_sign_pk, recipient->sign_pk, sizeof sender->sign_pk);
    memcpy(recipient->other_sign_pk, sender->sign_pk, sizeof sender->sign_pk);
}

size_t
limit_bundle_len(size_t count, size_t size)
{
    return sizeof(struct limit_head) + count * (size + TAG);
}

/* X25519 with a key of this bundle alone, and what comes of it. */
static void
agree(
    const uint8_t *secret, const uint8_t *public, uint8_t ret_key[static HASH])
{
    uint8_t shared[crypto_scalarmult_BYTES];

    bench_must(crypto_scalarmult(shared, secret, public) == 0, "no shared key");
    crypto_generichash(ret_key, HASH, shared, sizeof shared, NULL, 0);
    sodium_memzero(shared, sizeof shared);
}

static void
message_key(const uint8_t *secret, uint64_t index, uint8_t ret_key[static HASH])
{
    crypto_generichash(
        ret_key, HASH, (const uint8_t *)&index, sizeof index, secret, HASH);
}

/* The root over `count` leaves, which are used up. */
static void
tree_root(uint8_t (*leaves)[HASH], size_t count, uint8_t ret_root[static HASH])
{
    while (count > 1) {
        size_t half = (count + 1) / 2;

        for (size_t i = 0; i + 1 < count; i += 2) {
            uint8_t parent[HASH];

            crypto_generichash(
                parent, HASH, leaves[i], sizeof(uint8_t[2 * HASH]), NULL, 0);
            memcpy(leaves[i / 2], parent, HASH);
        }
        if (count % 2 == 1) {
            memmove(leaves[half - 1], leaves[count - 1], HASH);
        }
        count = half;
    }
    memcpy(ret_root, leaves[0], HASH);
}

void
limit_bundle_seal(const struct limit_keys *keys, uint64_t number, size_t count,
    const uint8_t *plain, size_t size, uint8_t *out)
{
    static uint8_t leaves[LIMIT_BUNDLE_MAX][HASH];
    const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {0};
    struct limit_head head = {.number = number, .count = count};
    uint8_t ephemeral[crypto_scalarmult_SCALARBYTES], secret[HASH], key[HASH];
    uint8_t *at = out + sizeof head;

    randombytes_buf(ephemeral, sizeof ephemeral);
    bench_must(
        crypto_scalarmult_base(head.ephemeral, ephemeral) == 0, "no key");
    agree(ephemeral, keys->box_pk, secret);
    for (size_t i = 0; i < count; i++) {
        message_key(secret, i, key);
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            at, NULL, plain, size, NULL, 0, NULL, nonce, key);
        crypto_generichash(leaves[i], HASH, at, size + TAG, NULL, 0);
        at += size + TAG;
    }
    tree_root(leaves, count, head.root);
    crypto_sign_detached(
        head.signature, NULL, head.root, sizeof head.root, keys->sign_sk);
    memcpy(out, &head, sizeof head);
}

void
limit_bundle_open(const struct limit_keys *keys, const uint8_t *bundle,
    size_t size, struct limit_head *ret_head)
{
    static uint8_t leaves[LIMIT_BUNDLE_MAX][HASH];
    static uint8_t plain[LIMIT_SIZE_MAX];
    const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {0};
    const uint8_t *at = bundle + sizeof *ret_head;
    uint8_t secret[HASH], key[HASH], root[HASH];

    memcpy(ret_head, bundle, sizeof *ret_head);
    bench_must(crypto_sign_verify_detached(ret_head->signature, ret_head->root,
                   sizeof ret_head->root, keys->other_sign_pk) == 0,
        "a bundle is not signed");
    agree(keys->box_sk, ret_head->ephemeral, secret);
    for (size_t i = 0; i < ret_head->count; i++) {
        message_key(secret, i, key);
        bench_must(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
                       at, size + TAG, NULL, 0, nonce, key) == 0,
            "a message does not open");
        crypto_generichash(leaves[i], HASH, at, size + TAG, NULL, 0);
        at += size + TAG;
    }
    tree_root(leaves, ret_head->count, root);
    bench_must(
        memcmp(root, ret_head->root, HASH) == 0, "a bundle has another root");
}

void
limit_receipt_sign(const struct limit_keys *keys, const struct limit_head *head,
    struct limit_receipt *ret_receipt)
{
    ret_receipt->number = head->number;
    memcpy(ret_receipt->root, head->root, HASH);
    crypto_sign_detached(ret_receipt->signature, NULL, ret_receipt->root,
        sizeof ret_receipt->root, keys->sign_sk);
}

void
limit_receipt_verify(
    const struct limit_keys *keys, const struct limit_receipt *receipt)
{
    bench_must(crypto_sign_verify_detached(receipt->signature, receipt->root,
                   sizeof receipt->root, keys->other_sign_pk) == 0,
        "a receipt is not signed");
}
