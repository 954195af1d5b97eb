/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal - closing a bundle for one recipient, and opening it.
 *
 * One HPKE encapsulation (RFC 9180, export-only) serves a whole bundle; each
 * message has a key of its own derived from the exported secret, so that one
 * message can be disclosed or destroyed without its neighbours. A commitment to
 * the key makes one ciphertext mean one thing. docs/PROTOCOL.md, section 2.
 */
#ifndef ENT_PROTO_SEAL_H
#define ENT_PROTO_SEAL_H

#include "proto/bundle.h"
#include "proto/delivery.h"
#include "proto/hpke.h"

#define ENT_MESSAGE_KEY_LEN 32
#define ENT_OUTCOMES_MAX ((size_t)128 * 1024) /* plaintext of the answers */

/* Key of one message. Wipe it as soon as it is wrapped. */
struct ent_message_key {
    uint8_t bytes[ENT_MESSAGE_KEY_LEN];
};

/* What one encapsulation gives: the secret of the message keys and the one that
 * seals the answers. Wipe with ent_bundle_secrets_wipe. */
struct ent_bundle_secrets {
    uint8_t messages[32];
    uint8_t receipt[32];
};
void ent_bundle_secrets_wipe(struct ent_bundle_secrets *secrets);

/* Sender: encapsulate to `recipient_key` and write label->enc. Everything in
 * the HPKE info (see .c) must be set in `label` before; first and count too.
 * `ephemeral_seed` (32 bytes, secret) makes the ephemeral key. `psk` is NULL
 * or 32 bytes. */
enum ent_status ent_seal_setup(struct ent_label *label,
    const uint8_t recipient_key[static ENT_PUBLIC_KEY_LEN],
    const uint8_t ephemeral_seed[static 32], const uint8_t *psk,
    struct ent_bundle_secrets *ret_secrets,
    struct ent_error *err) ENT_MUST_CHECK;

/* Recipient: the same secrets from label->enc. `ecdh` is where the sealing
 * secret lives (proto/hpke.h). */
enum ent_status ent_seal_receive(const struct ent_label *label,
    const struct ent_ecdh *ecdh, const uint8_t *psk,
    struct ent_bundle_secrets *ret_secrets,
    struct ent_error *err) ENT_MUST_CHECK;

/* k_i of the bundle. */
struct ent_message_key ent_seal_message_key(
    const struct ent_bundle_secrets *secrets, uint32_t index);

/* Bytes of the envelope around a message of `message_len`: max(512, Padme)
 * of 4 + message_len, and ENT_ENVELOPE_OVERHEAD. */
size_t ent_seal_envelope_len(size_t message_len);

/* Seal `message` as envelope `index`; `out` has ent_seal_envelope_len bytes. */
enum ent_status ent_seal_envelope(const struct ent_message_key *key,
    const struct ent_id *envelope_id, uint32_t index, struct ent_view message,
    uint8_t *out, struct ent_error *err) ENT_MUST_CHECK;

/* Open one: compares the commitment, decrypts, checks length and zeros.
 * `ret_message` is the message inside `buffer`, which must have room for the
 * plaintext (envelope->ciphertext.len). ENT_REJECTED for any failure. */
enum ent_status ent_open_envelope(const struct ent_message_key *key,
    uint32_t index, const struct ent_envelope *envelope, uint8_t *buffer,
    size_t buffer_len, struct ent_view *ret_message,
    struct ent_error *err) ENT_MUST_CHECK;

/* Answers about a bundle, sealed under secrets->receipt with a random nonce in
 * front; associated data: "entente outcomes v1" and the label hash. */
enum ent_status ent_seal_outcomes(const struct ent_bundle_secrets *secrets,
    const struct ent_digest *label_hash, struct ent_view plain,
    struct ent_bytes *ret_sealed, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_open_outcomes(const struct ent_bundle_secrets *secrets,
    const struct ent_digest *label_hash, struct ent_view sealed,
    struct ent_bytes *ret_plain, struct ent_error *err) ENT_MUST_CHECK;

#endif
