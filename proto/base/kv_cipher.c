/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What seals values; a file of its own, because a broker has no cipher in it.
 *
 * Its two keys, for large values and for others, are not the MAC's and are made
 * of it: BLAKE2b-256 under that key of names of their own, where MACs are
 * BLAKE2b-128 of what begins otherwise.
 */
#include "proto/base/kv_internal.h"

#include <sodium.h>
#include <string.h>

#define KEY_CONTEXT "entente store cipher v1"
#define LARGE_CONTEXT "entente store large v1"
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(ENT_KV_LARGE_OVERHEAD == NONCE_LEN + TAG_LEN,
    "a large value has a nonce and a tag");

static void
derive_one(const uint8_t store_key[static ENT_KV_STORE_KEY_LEN],
    const char *context, uint8_t ret_key[static ENT_KV_STORE_KEY_LEN])
{
    (void)crypto_generichash(ret_key, ENT_KV_STORE_KEY_LEN,
        (const uint8_t *)context, strlen(context), store_key,
        ENT_KV_STORE_KEY_LEN);
}

static void
derive(const uint8_t store_key[static ENT_KV_STORE_KEY_LEN],
    uint8_t ret_key[static ENT_KV_STORE_KEY_LEN],
    uint8_t ret_large_key[static ENT_KV_STORE_KEY_LEN])
{
    derive_one(store_key, KEY_CONTEXT, ret_key);
    derive_one(store_key, LARGE_CONTEXT, ret_large_key);
}

static void
apply(const uint8_t key[static ENT_KV_STORE_KEY_LEN],
    const uint8_t mac[static ENT_KV_MAC_LEN], struct ent_view in, uint8_t *out)
{
    uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES] = {0};

    memcpy(nonce, mac, ENT_KV_MAC_LEN);
    (void)crypto_stream_xchacha20_xor(out, in.data, in.len, nonce, key);
}

static void
seal(const uint8_t key[static ENT_KV_STORE_KEY_LEN], struct ent_view place,
    struct ent_view value, uint8_t *out)
{
    randombytes_buf(out, NONCE_LEN);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_LEN, NULL,
        value.data, value.len, place.data, place.len, NULL, out, key);
}

static bool
open_sealed(const uint8_t key[static ENT_KV_STORE_KEY_LEN],
    struct ent_view place, struct ent_view stored, uint8_t *out)
{
    return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL,
               stored.data + NONCE_LEN, stored.len - NONCE_LEN, place.data,
               place.len, stored.data, key) == 0;
}

const struct ent_kv_cipher ent_kv_cipher = {
    .derive = derive,
    .apply = apply,
    .seal = seal,
    .open = open_sealed,
};
