/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What seals values; a file of its own, because a broker has no cipher in it.
 *
 * The key is another one than the MAC's, made of it: BLAKE2b-256 under that key
 * of a name of its own, where MACs are BLAKE2b-128 of what begins otherwise.
 */
#include "proto/base/kv_internal.h"

#include <sodium.h>
#include <string.h>

#define KEY_CONTEXT "entente store cipher v1"

static void
derive(const uint8_t store_key[static ENT_KV_STORE_KEY_LEN],
    uint8_t ret_key[static ENT_KV_STORE_KEY_LEN])
{
    (void)crypto_generichash(ret_key, ENT_KV_STORE_KEY_LEN,
        (const uint8_t *)KEY_CONTEXT, sizeof KEY_CONTEXT - 1, store_key,
        ENT_KV_STORE_KEY_LEN);
}

static void
apply(const uint8_t key[static ENT_KV_STORE_KEY_LEN],
    const uint8_t mac[static ENT_KV_MAC_LEN], struct ent_view in, uint8_t *out)
{
    uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES] = {0};

    memcpy(nonce, mac, ENT_KV_MAC_LEN);
    (void)crypto_stream_xchacha20_xor(out, in.data, in.len, nonce, key);
}

const struct ent_kv_cipher ent_kv_cipher = {.derive = derive, .apply = apply};
