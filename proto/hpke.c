/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/hpke.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

/*
 * RFC 9180, with its section in front of each step:
 *
 *     4.1    DH, enc --> shared_secret         KEM suite id
 *     5.1    shared_secret, psk, info --> exporter_secret
 *     5.3    exporter_secret, context --> exported     HPKE suite id
 *
 * There is no AEAD in this suite (id 0xFFFF), so the key schedule makes neither
 * key nor nonce.
 */
#define HASH_LEN crypto_auth_hmacsha256_BYTES
#define EXPORT_MAX ((size_t)255 * HASH_LEN)
#define PSK_LEN_MIN 32 /* 5.1.2: at least 32 bytes of entropy */
#define MODE_BASE 0x00
#define MODE_PSK 0x01

_Static_assert(HASH_LEN == 32, "HKDF-SHA256 gives 32 bytes");

/* 4.1: "KEM", I2OSP(kem_id, 2). */
static const uint8_t kem_suite[] = {'K', 'E', 'M', 0x00, 0x20};

/* 5.1: "HPKE", then the ids of KEM, KDF and AEAD. */
static const uint8_t hpke_suite[] = {
    'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0xFF, 0xFF};

#define SUITE(bytes) ent_view_of(bytes, sizeof(bytes))

/* HMAC-SHA256 fed with views; the state is wiped at the end. */
struct mac {
    crypto_auth_hmacsha256_state state;
};

static void
mac_begin(struct mac *mac, struct ent_view key)
{
    /* RFC 5869: no salt is HashLen zeros, which pad to the same HMAC key. */
    static const uint8_t none[HASH_LEN];

    if (key.len == 0) {
        key = ent_view_of(none, sizeof none);
    }
    crypto_auth_hmacsha256_init(&mac->state, key.data, key.len);
}

static void
mac_put(struct mac *mac, struct ent_view data)
{
    if (data.len > 0) {
        crypto_auth_hmacsha256_update(&mac->state, data.data, data.len);
    }
}

static void
mac_end(struct mac *mac, uint8_t out[static HASH_LEN])
{
    crypto_auth_hmacsha256_final(&mac->state, out);
    sodium_memzero(mac, sizeof *mac);
}

/* "HPKE-v1", suite id, label: what section 4 puts before every input. */
static void
mac_put_label(struct mac *mac, struct ent_view suite, const char *label)
{
    mac_put(mac, ent_view_text("HPKE-v1"));
    mac_put(mac, suite);
    mac_put(mac, ent_view_text(label));
}

/* 4: LabeledExtract(salt, label, ikm). */
static void
labelled_extract(struct ent_view suite, struct ent_view salt, const char *label,
    struct ent_view ikm, uint8_t ret_prk[static HASH_LEN])
{
    struct mac mac;

    mac_begin(&mac, salt);
    mac_put_label(&mac, suite, label);
    mac_put(&mac, ikm);
    mac_end(&mac, ret_prk);
}

/* 4: LabeledExpand(prk, label, info, len). */
static void
labelled_expand(struct ent_view suite, const uint8_t prk[static HASH_LEN],
    const char *label, struct ent_view info, uint8_t *out, size_t len)
{
    uint8_t block[HASH_LEN];
    uint8_t wanted[2];
    size_t done = 0;

    assert(len <= EXPORT_MAX);

    ent_put_be(wanted, len, sizeof wanted);
    for (uint8_t counter = 1; done < len; counter++) {
        size_t part = len - done < HASH_LEN ? len - done : HASH_LEN;
        struct mac mac;

        mac_begin(&mac, ent_view_of(prk, HASH_LEN));
        if (done > 0) {
            mac_put(&mac, ent_view_of(block, sizeof block));
        }
        mac_put(&mac, ent_view_of(wanted, sizeof wanted));
        mac_put_label(&mac, suite, label);
        mac_put(&mac, info);
        mac_put(&mac, ent_view_of(&counter, 1));
        mac_end(&mac, block);
        memcpy(out + done, block, part);
        done += part;
    }
    sodium_memzero(block, sizeof block);
}

/* 7.1.3: DeriveKeyPair. */
static void
derive_key_pair(const uint8_t seed[static 32],
    uint8_t ret_secret[static crypto_scalarmult_SCALARBYTES],
    uint8_t ret_public[static ENT_PUBLIC_KEY_LEN])
{
    uint8_t prk[HASH_LEN];

    labelled_extract(SUITE(kem_suite), (struct ent_view){0}, "dkp_prk",
        ent_view_of(seed, 32), prk);
    labelled_expand(SUITE(kem_suite), prk, "sk", (struct ent_view){0},
        ret_secret, crypto_scalarmult_SCALARBYTES);
    crypto_scalarmult_base(ret_public, ret_secret);
    sodium_memzero(prk, sizeof prk);
}

/* 4.1: ExtractAndExpand(dh, kem_context), kem_context = enc, pkR. */
static void
shared_secret_of(const uint8_t dh[static 32],
    const uint8_t enc[static ENT_HPKE_ENC_LEN],
    const uint8_t recipient_key[static ENT_PUBLIC_KEY_LEN],
    uint8_t ret_shared[static HASH_LEN])
{
    uint8_t context[ENT_HPKE_ENC_LEN + ENT_PUBLIC_KEY_LEN];
    uint8_t prk[HASH_LEN];

    memcpy(context, enc, ENT_HPKE_ENC_LEN);
    memcpy(context + ENT_HPKE_ENC_LEN, recipient_key, ENT_PUBLIC_KEY_LEN);
    labelled_extract(SUITE(kem_suite), (struct ent_view){0}, "eae_prk",
        ent_view_of(dh, 32), prk);
    labelled_expand(SUITE(kem_suite), prk, "shared_secret",
        ent_view_of(context, sizeof context), ret_shared, HASH_LEN);
    sodium_memzero(prk, sizeof prk);
}

/* 5.1: VerifyPSKInputs. */
static enum ent_status
check_psk(const struct ent_hpke_psk *psk, struct ent_error *err)
{
    if (psk == NULL) {
        return ENT_OK;
    }
    if (psk->psk.len < PSK_LEN_MIN || psk->id.len == 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "pair key of %zu bytes with an id of %zu bytes", psk->psk.len,
            psk->id.len);
    }
    return ENT_OK;
}

/* 5.1: KeySchedule, as far as the exporter secret. */
static void
key_schedule(const uint8_t shared[static HASH_LEN], struct ent_view info,
    const struct ent_hpke_psk *psk, struct ent_hpke *ret_hpke)
{
    static const struct ent_hpke_psk none;
    uint8_t context[1 + HASH_LEN + HASH_LEN];
    uint8_t secret[HASH_LEN];

    context[0] = psk == NULL ? MODE_BASE : MODE_PSK;
    if (psk == NULL) {
        psk = &none;
    }
    labelled_extract(SUITE(hpke_suite), (struct ent_view){0}, "psk_id_hash",
        psk->id, context + 1);
    labelled_extract(SUITE(hpke_suite), (struct ent_view){0}, "info_hash", info,
        context + 1 + HASH_LEN);
    labelled_extract(SUITE(hpke_suite), ent_view_of(shared, HASH_LEN), "secret",
        psk->psk, secret);
    labelled_expand(SUITE(hpke_suite), secret, "exp",
        ent_view_of(context, sizeof context), ret_hpke->exporter_secret,
        sizeof ret_hpke->exporter_secret);
    sodium_memzero(secret, sizeof secret);
}

enum ent_status
ent_hpke_setup_sender(const uint8_t recipient_key[static ENT_PUBLIC_KEY_LEN],
    const uint8_t seed[static 32], struct ent_view info,
    const struct ent_hpke_psk *psk, uint8_t ret_enc[static ENT_HPKE_ENC_LEN],
    struct ent_hpke *ret_hpke, struct ent_error *err)
{
    uint8_t ephemeral[crypto_scalarmult_SCALARBYTES];
    uint8_t enc[ENT_HPKE_ENC_LEN];
    uint8_t dh[crypto_scalarmult_BYTES];
    uint8_t shared[HASH_LEN];
    enum ent_status rc;
    int refused;

    assert(ret_hpke != NULL);

    rc = check_psk(psk, err);
    if (rc != ENT_OK) {
        return rc;
    }
    derive_key_pair(seed, ephemeral, enc);
    refused = crypto_scalarmult(dh, ephemeral, recipient_key);
    sodium_memzero(ephemeral, sizeof ephemeral);
    if (refused != 0) {
        return ent_fail(
            err, ENT_REJECTED, "the recipient's sealing key is a weak point");
    }
    shared_secret_of(dh, enc, recipient_key, shared);
    sodium_memzero(dh, sizeof dh);
    key_schedule(shared, info, psk, ret_hpke);
    sodium_memzero(shared, sizeof shared);
    memcpy(ret_enc, enc, sizeof enc);
    return ENT_OK;
}

enum ent_status
ent_hpke_setup_recipient(const uint8_t enc[static ENT_HPKE_ENC_LEN],
    const struct ent_ecdh *ecdh, struct ent_view info,
    const struct ent_hpke_psk *psk, struct ent_hpke *ret_hpke,
    struct ent_error *err)
{
    uint8_t dh[crypto_scalarmult_BYTES];
    uint8_t shared[HASH_LEN];
    enum ent_status rc;

    assert(ecdh != NULL && ret_hpke != NULL);

    rc = check_psk(psk, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ecdh->agree(ecdh->context, enc, dh, err);
    if (rc != ENT_OK) {
        return rc;
    }
    shared_secret_of(dh, enc, ecdh->public_key, shared);
    sodium_memzero(dh, sizeof dh);
    key_schedule(shared, info, psk, ret_hpke);
    sodium_memzero(shared, sizeof shared);
    return ENT_OK;
}

void
ent_hpke_export(const struct ent_hpke *hpke, struct ent_view context,
    uint8_t *out, size_t len)
{
    labelled_expand(
        SUITE(hpke_suite), hpke->exporter_secret, "sec", context, out, len);
}

void
ent_hpke_wipe(struct ent_hpke *hpke)
{
    sodium_memzero(hpke, sizeof *hpke);
}
