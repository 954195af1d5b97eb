/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hpke - RFC 9180, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, export-only.
 *
 * Built on libsodium's crypto_scalarmult and crypto_auth_hmacsha256. The
 * private half of a key pair is reached only through `ent_ecdh`, so a token or
 * a process of its own can hold it.
 */
#ifndef ENT_PROTO_HPKE_H
#define ENT_PROTO_HPKE_H

#include "proto/digest.h"

#define ENT_HPKE_ENC_LEN 32

/* Something that holds an X25519 secret: shared = X25519(secret, point).
 * ENT_REJECTED for a point of low order. */
struct ent_ecdh {
    uint8_t public_key[ENT_PUBLIC_KEY_LEN];
    enum ent_status (*agree)(void *context,
        const uint8_t point[static ENT_PUBLIC_KEY_LEN],
        uint8_t ret_shared[static 32], struct ent_error *err);
    void *context;
};

/* The X25519 secret `secret` (proto/secret.h) as such a holder, which borrows
 * it and must not outlive it (hpke_secret.c). */
struct ent_secret;
enum ent_status ent_secret_ecdh(struct ent_secret *secret,
    struct ent_ecdh *ret_ecdh, struct ent_error *err) ENT_MUST_CHECK;

/* Exporter of one encapsulation (RFC 9180, 5.3). Wipe after use. */
struct ent_hpke {
    uint8_t exporter_secret[32];
};
void ent_hpke_wipe(struct ent_hpke *hpke);

/* PSK and its id: both or neither (mode_psk or mode_base). */
struct ent_hpke_psk {
    struct ent_view psk;
    struct ent_view id;
};

/* SetupBaseS or SetupPSKS. The ephemeral key pair is DeriveKeyPair(seed). */
enum ent_status ent_hpke_setup_sender(
    const uint8_t recipient_key[static ENT_PUBLIC_KEY_LEN],
    const uint8_t seed[static 32], struct ent_view info,
    const struct ent_hpke_psk *psk, uint8_t ret_enc[static ENT_HPKE_ENC_LEN],
    struct ent_hpke *ret_hpke, struct ent_error *err) ENT_MUST_CHECK;

/* SetupBaseR or SetupPSKR. */
enum ent_status ent_hpke_setup_recipient(
    const uint8_t enc[static ENT_HPKE_ENC_LEN], const struct ent_ecdh *ecdh,
    struct ent_view info, const struct ent_hpke_psk *psk,
    struct ent_hpke *ret_hpke, struct ent_error *err) ENT_MUST_CHECK;

/* Export(context, len): len at most 8160. */
void ent_hpke_export(const struct ent_hpke *hpke, struct ent_view context,
    uint8_t *out, size_t len);

#endif
