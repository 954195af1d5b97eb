/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What seals values; a file of its own, because a broker has no cipher in it.
 *
 * Its key is not the MAC's and is made of it: BLAKE2b-256 under that key of a
 * name of its own, where MACs are BLAKE2b-128 of what begins otherwise.
 */
#include "proto/base/kv_internal.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/random.h"

#define KEY_CONTEXT "entente store cipher v3"
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(
    ENT_KV_SEAL_LEN == NONCE_LEN + TAG_LEN, "a sealed value has both");

static void
derive(const uint8_t store_key[static ENT_KV_STORE_KEY_LEN],
    uint8_t ret_key[static ENT_KV_STORE_KEY_LEN])
{
    (void)crypto_generichash(ret_key, ENT_KV_STORE_KEY_LEN,
        (const uint8_t *)KEY_CONTEXT, strlen(KEY_CONTEXT), store_key,
        ENT_KV_STORE_KEY_LEN);
}

static void
seal(const uint8_t key[static ENT_KV_STORE_KEY_LEN], struct ent_view place,
    struct ent_view value, uint8_t *out)
{
    ent_random(out, NONCE_LEN);
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
    .seal = seal,
    .open = open_sealed,
};
