/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What seals and veils values; a file of its own, because a broker has no
 * cipher in it.
 *
 * Its keys are not the MAC's and are made of it: BLAKE2b-256 under that key of
 * a name of their own, where MACs are BLAKE2b-128 of what begins otherwise.
 *
 * XChaCha20-Poly1305 is HChaCha20 of the key and the first 16 bytes of a nonce,
 * and then ChaCha20-Poly1305 (RFC 8439) under what that gives, with four zeros
 * and the other 8 bytes for a nonce (draft-irtf-cfrg-xchacha-03, 2.3). Values
 * that are sealed in one transaction share the 16 bytes, so that HChaCha20 is
 * computed once for all of them, and their 8 bytes are counted. A veil is
 * XChaCha20 by the same means, under the other key.
 */
#include "proto/base/kv_internal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "proto/base/random.h"

#define SEAL_CONTEXT "entente store cipher v3"
#define VEIL_CONTEXT "entente store veil v4"
#define PREFIX_LEN ENT_KV_PREFIX_LEN
#define NONCE_LEN ENT_KV_NONCE_LEN
#define SHORT_LEN crypto_aead_chacha20poly1305_ietf_NPUBBYTES

_Static_assert(PREFIX_LEN == crypto_core_hchacha20_INPUTBYTES &&
                   NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
                   SHORT_LEN == 4 + NONCE_LEN - PREFIX_LEN,
    "a long nonce is a prefix and what a short one ends with");
_Static_assert(
    ENT_KV_SEAL_LEN == NONCE_LEN + crypto_aead_chacha20poly1305_ietf_ABYTES,
    "a sealed value has both");

static struct ent_kv_sealer
sealer_of(
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], const char *context)
{
    struct ent_kv_sealer sealer = {.count = 0};

    (void)crypto_generichash(sealer.key, sizeof sealer.key,
        (const uint8_t *)context, strlen(context), store_key,
        ENT_KV_STORE_KEY_LEN);
    return sealer;
}

static void
init(const uint8_t store_key[static ENT_KV_STORE_KEY_LEN],
    struct ent_kv_sealer *ret_sealer, struct ent_kv_sealer *ret_veiler)
{
    *ret_sealer = sealer_of(store_key, SEAL_CONTEXT);
    *ret_veiler = sealer_of(store_key, VEIL_CONTEXT);
}

static void
learn(const struct ent_kv_sealer *sealer, struct ent_kv_subkey *subkey,
    const uint8_t prefix[static PREFIX_LEN])
{
    memcpy(subkey->prefix, prefix, PREFIX_LEN);
    (void)crypto_core_hchacha20(subkey->key, prefix, sealer->key, NULL);
    subkey->known = true;
}

/* The prefix of what is sealed in this transaction. */
static const struct ent_kv_subkey *
own_subkey(struct ent_kv_sealer *sealer)
{
    uint8_t prefix[PREFIX_LEN];

    if (!sealer->own.known) {
        ent_random(prefix, sizeof prefix);
        learn(sealer, &sealer->own, prefix);
        sealer->count = 0;
    }
    return &sealer->own;
}

static bool
is_for(const struct ent_kv_subkey *subkey, const uint8_t *prefix)
{
    return subkey->known && memcmp(subkey->prefix, prefix, PREFIX_LEN) == 0;
}

/* Prefixes are random: so is the place of one among those that are kept. */
static const struct ent_kv_subkey *
find_subkey(struct ent_kv_sealer *sealer, const uint8_t *prefix)
{
    struct ent_kv_subkey *kept = &sealer->kept[prefix[0] % ENT_KV_SUBKEYS_KEPT];

    if (is_for(&sealer->own, prefix)) {
        return &sealer->own;
    }
    if (!is_for(kept, prefix)) {
        learn(sealer, kept, prefix);
    }
    return kept;
}

static void
shorten(const uint8_t nonce[static NONCE_LEN], uint8_t out[static SHORT_LEN])
{
    memset(out, 0, 4);
    memcpy(out + 4, nonce + PREFIX_LEN, NONCE_LEN - PREFIX_LEN);
}

/* The key for one value more, whose nonce is put in front of it. */
static const uint8_t *
next_key(struct ent_kv_sealer *sealer, uint8_t out[static NONCE_LEN],
    uint8_t ret_nonce[static SHORT_LEN])
{
    const struct ent_kv_subkey *subkey = own_subkey(sealer);

    assert(sealer->count < UINT64_MAX);
    memcpy(out, subkey->prefix, PREFIX_LEN);
    ent_put_be(out + PREFIX_LEN, sealer->count++, NONCE_LEN - PREFIX_LEN);
    shorten(out, ret_nonce);
    return subkey->key;
}

static void
seal(struct ent_kv_sealer *sealer, struct ent_view place, struct ent_view value,
    uint8_t *out)
{
    uint8_t nonce[SHORT_LEN];
    const uint8_t *key = next_key(sealer, out, nonce);

    (void)crypto_aead_chacha20poly1305_ietf_encrypt(out + NONCE_LEN, NULL,
        value.data, value.len, place.data, place.len, NULL, nonce, key);
}

static bool
open_sealed(struct ent_kv_sealer *sealer, struct ent_view place,
    struct ent_view stored, uint8_t *out)
{
    const struct ent_kv_subkey *subkey = find_subkey(sealer, stored.data);
    uint8_t nonce[SHORT_LEN];

    shorten(stored.data, nonce);
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL,
               stored.data + NONCE_LEN, stored.len - NONCE_LEN, place.data,
               place.len, nonce, subkey->key) == 0;
}

static void
veil(struct ent_kv_sealer *veiler, struct ent_view value, uint8_t *out)
{
    uint8_t nonce[SHORT_LEN];
    const uint8_t *key = next_key(veiler, out, nonce);

    (void)crypto_stream_chacha20_ietf_xor(
        out + NONCE_LEN, value.data, value.len, nonce, key);
}

static void
unveil(struct ent_kv_sealer *veiler, struct ent_view stored, uint8_t *out)
{
    const struct ent_kv_subkey *subkey = find_subkey(veiler, stored.data);
    uint8_t nonce[SHORT_LEN];

    shorten(stored.data, nonce);
    (void)crypto_stream_chacha20_ietf_xor(out, stored.data + NONCE_LEN,
        stored.len - NONCE_LEN, nonce, subkey->key);
}

const struct ent_kv_cipher ent_kv_cipher = {
    .init = init,
    .seal = seal,
    .open = open_sealed,
    .veil = veil,
    .unveil = unveil,
};
