/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/seal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "proto/base/zero.h"

/*
 * What HPKE binds besides the key, integers big-endian:
 *
 *     "entente bundle v1"  suite  precedence  mode
 *     17                   2      1           1
 *     sender incarnation  recipient incarnation  first  count
 *     8                   8                      8      4
 *     signing key id  sealing key id  psk id  agreement
 *     16              16              16      32
 *     length  sender  length  recipient
 *     1       to 67   1       to 67
 *
 * An envelope, and the plaintext in it, which fills max(512, Padme) bytes:
 *
 *     envelope_id  commitment  ciphertext      length  message  zeros
 *     16           32          + 16            4
 */
#define BUNDLE_CONTEXT "entente bundle v1"
#define RECEIPT_CONTEXT "entente receipt v1"
#define COMMIT_CONTEXT "entente commit v1"
#define OUTCOMES_CONTEXT "entente outcomes v1"
#define KDF_CONTEXT "entmsg01"

#define INFO_MAX                                                               \
    (17 + 2 + 1 + 1 + 8 + 8 + 8 + 4 + 3 * ENT_KEY_ID_LEN + ENT_DIGEST_LEN +    \
        2 * (1 + ENT_ADDRESS_MAX))
#define PSK_LEN 32
#define PLAIN_MIN ((size_t)512)
#define LENGTH_LEN 4
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define AT_COMMITMENT ENT_ID_LEN
#define AT_CIPHERTEXT (ENT_ID_LEN + ENT_COMMITMENT_LEN)
#define POSITION_LEN (ENT_ID_LEN + 4) /* envelope id, index */
#define OUTCOMES_OVERHEAD (NONCE_LEN + TAG_LEN)

_Static_assert(AT_CIPHERTEXT + TAG_LEN == ENT_ENVELOPE_OVERHEAD,
    "an envelope is id, commitment and ciphertext");
_Static_assert(
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES == ENT_MESSAGE_KEY_LEN &&
        crypto_kdf_KEYBYTES == 32 &&
        crypto_kdf_CONTEXTBYTES == sizeof KDF_CONTEXT - 1,
    "one length of key everywhere");

/* Bytes appended to a buffer that is known to be large enough. */
struct writer {
    uint8_t *at;
};

static void
put(struct writer *writer, const void *data, size_t len)
{
    memcpy(writer->at, data, len);
    writer->at += len;
}

static void
put_number(struct writer *writer, uint64_t value, size_t width)
{
    ent_put_be(writer->at, value, width);
    writer->at += width;
}

static void
put_address(struct writer *writer, const struct ent_address *address)
{
    size_t len = strlen(address->text);

    put_number(writer, len, 1);
    put(writer, address->text, len);
}

/* The info of this bundle, inside `buffer`. */
static struct ent_view
info_of(const struct ent_label *label, uint8_t buffer[static INFO_MAX])
{
    struct writer writer = {.at = buffer};

    put(&writer, BUNDLE_CONTEXT, strlen(BUNDLE_CONTEXT));
    put_number(&writer, label->suite, 2);
    put_number(&writer, label->stream.precedence, 1);
    put_number(&writer, label->mode, 1);
    put_number(&writer, label->stream.sender_incarnation, 8);
    put_number(&writer, label->stream.recipient_incarnation, 8);
    put_number(&writer, label->first, 8);
    put_number(&writer, label->count, 4);
    put(&writer, label->signing_key_id.bytes, ENT_KEY_ID_LEN);
    put(&writer, label->sealing_key_id.bytes, ENT_KEY_ID_LEN);
    put(&writer, label->psk_id.bytes, ENT_KEY_ID_LEN);
    put(&writer, label->agreement.bytes, ENT_DIGEST_LEN);
    put_address(&writer, &label->stream.sender);
    put_address(&writer, &label->stream.recipient);
    return ent_view_of(buffer, (size_t)(writer.at - buffer));
}

static bool
names_psk(const struct ent_label *label)
{
    return sodium_is_zero(label->psk_id.bytes, ENT_KEY_ID_LEN) == 0;
}

static struct ent_hpke_psk
psk_of(const struct ent_label *label, const uint8_t *psk)
{
    return (struct ent_hpke_psk){
        .psk = ent_view_of(psk, PSK_LEN),
        .id = ent_view_of(label->psk_id.bytes, ENT_KEY_ID_LEN),
    };
}

static bool
is_for(const struct ent_label *label,
    const uint8_t sealing_key[static ENT_PUBLIC_KEY_LEN])
{
    struct ent_key_id id = ent_key_id_of(ENT_KEY_SEALING, sealing_key);

    return ent_key_id_equal(&id, &label->sealing_key_id);
}

static void
export_secrets(
    const struct ent_hpke *hpke, struct ent_bundle_secrets *ret_secrets)
{
    ent_hpke_export(hpke, ent_view_text(BUNDLE_CONTEXT), ret_secrets->messages,
        sizeof ret_secrets->messages);
    ent_hpke_export(hpke, ent_view_text(RECEIPT_CONTEXT), ret_secrets->receipt,
        sizeof ret_secrets->receipt);
}

void
ent_bundle_secrets_wipe(struct ent_bundle_secrets *secrets)
{
    sodium_memzero(secrets, sizeof *secrets);
}

enum ent_status
ent_seal_setup(struct ent_label *label,
    const uint8_t recipient_key[static ENT_PUBLIC_KEY_LEN],
    const uint8_t ephemeral_seed[static 32], const uint8_t *psk,
    struct ent_bundle_secrets *ret_secrets, struct ent_error *err)
{
    ENT_AUTO(ent_hpke_wipe) struct ent_hpke hpke = {0};
    const struct ent_hpke_psk pair = psk_of(label, psk);
    uint8_t buffer[INFO_MAX];
    enum ent_status rc;

    assert(ret_secrets != NULL);
    assert(label->suite == ENT_SUITE_X25519 && label->count > 0);
    assert(names_psk(label) == (psk != NULL));
    assert(is_for(label, recipient_key));

    rc = ent_hpke_setup_sender(recipient_key, ephemeral_seed,
        info_of(label, buffer), psk == NULL ? NULL : &pair, label->enc, &hpke,
        err);
    if (rc != ENT_OK) {
        return rc;
    }
    export_secrets(&hpke, ret_secrets);
    return ENT_OK;
}

enum ent_status
ent_seal_receive(const struct ent_label *label, const struct ent_ecdh *ecdh,
    const uint8_t *psk, struct ent_bundle_secrets *ret_secrets,
    struct ent_error *err)
{
    ENT_AUTO(ent_hpke_wipe) struct ent_hpke hpke = {0};
    const struct ent_hpke_psk pair = psk_of(label, psk);
    uint8_t buffer[INFO_MAX];
    enum ent_status rc;

    assert(ecdh != NULL && ret_secrets != NULL);

    if (label->suite != ENT_SUITE_X25519) {
        return ent_fail(
            err, ENT_REJECTED, "sealed with unknown suite %u", label->suite);
    }
    if (!is_for(label, ecdh->public_key)) {
        return ent_fail(err, ENT_REJECTED, "sealed for another key");
    }
    if (names_psk(label) != (psk != NULL)) {
        return ent_fail(err, ENT_REJECTED, "sealed %s",
            psk != NULL ? "without the pair key" : "with a pair key");
    }
    rc = ent_hpke_setup_recipient(label->enc, ecdh, info_of(label, buffer),
        psk == NULL ? NULL : &pair, &hpke, err);
    if (rc != ENT_OK) {
        return rc;
    }
    export_secrets(&hpke, ret_secrets);
    return ENT_OK;
}

struct ent_message_key
ent_seal_message_key(const struct ent_bundle_secrets *secrets, uint32_t index)
{
    struct ent_message_key key;

    crypto_kdf_derive_from_key(
        key.bytes, sizeof key.bytes, index, KDF_CONTEXT, secrets->messages);
    return key;
}

static unsigned
log2_floor(size_t value)
{
    unsigned bits = 0;

    while (value >>= 1) {
        bits++;
    }
    return bits;
}

/* Padme (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files",
 * 2019, section 4): keep as many leading bits of a length as its exponent has
 * bits, so that a length says O(log log) bits and grows by at most 12%. */
static size_t
padded_len(size_t len)
{
    unsigned exponent;
    unsigned kept;
    size_t mask;

    if (len <= PLAIN_MIN) {
        return PLAIN_MIN;
    }
    exponent = log2_floor(len);
    kept = log2_floor(exponent) + 1;
    mask = ((size_t)1 << (exponent - kept)) - 1;
    return (len + mask) & ~mask;
}

size_t
ent_seal_envelope_len(size_t message_len)
{
    return padded_len(LENGTH_LEN + message_len) + ENT_ENVELOPE_OVERHEAD;
}

/* envelope_id, u32 index: what ties an envelope to its place. */
static void
write_position(const struct ent_id *envelope_id, uint32_t index,
    uint8_t out[static POSITION_LEN])
{
    memcpy(out, envelope_id->bytes, ENT_ID_LEN);
    ent_put_be(out + ENT_ID_LEN, index, 4);
}

static void
commit(const struct ent_message_key *key,
    const uint8_t position[static POSITION_LEN],
    uint8_t ret_commitment[static ENT_COMMITMENT_LEN])
{
    crypto_generichash_state state;

    crypto_generichash_init(
        &state, key->bytes, sizeof key->bytes, ENT_COMMITMENT_LEN);
    crypto_generichash_update(
        &state, (const uint8_t *)COMMIT_CONTEXT, strlen(COMMIT_CONTEXT));
    crypto_generichash_update(&state, position, POSITION_LEN);
    crypto_generichash_final(&state, ret_commitment, ENT_COMMITMENT_LEN);
    sodium_memzero(&state, sizeof state);
}

/* Each key serves one message, so its nonce can be zero. */
static const uint8_t zero_nonce[NONCE_LEN];

enum ent_status
ent_seal_envelope(const struct ent_message_key *key,
    const struct ent_id *envelope_id, uint32_t index, struct ent_view message,
    uint8_t *out, struct ent_error *err)
{
    uint8_t *const plain = out + AT_CIPHERTEXT; /* sealed in place */
    uint8_t position[POSITION_LEN];
    size_t plain_len;

    assert(key != NULL && envelope_id != NULL && out != NULL);

    if (message.len > ENT_MESSAGE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a message of %zu bytes is above the limit of %zu", message.len,
            ENT_MESSAGE_MAX);
    }
    write_position(envelope_id, index, position);
    memcpy(out, envelope_id->bytes, ENT_ID_LEN);
    commit(key, position, out + AT_COMMITMENT);

    plain_len = padded_len(LENGTH_LEN + message.len);
    ent_put_be(plain, message.len, LENGTH_LEN);
    if (message.len > 0) {
        memcpy(plain + LENGTH_LEN, message.data, message.len);
    }
    memset(plain + LENGTH_LEN + message.len, 0,
        plain_len - LENGTH_LEN - message.len);
    crypto_aead_xchacha20poly1305_ietf_encrypt(plain, NULL, plain, plain_len,
        position, sizeof position, NULL, zero_nonce, key->bytes);
    return ENT_OK;
}

/* The message inside `plain`, if it was padded as the protocol says: another
 * way to pad would be another ciphertext for the same message. */
static enum ent_status
unpad(
    struct ent_view plain, struct ent_view *ret_message, struct ent_error *err)
{
    struct ent_view message;

    message.len = (size_t)ent_get_be(plain.data, LENGTH_LEN);
    message.data = plain.data + LENGTH_LEN;
    if (message.len > ENT_MESSAGE_MAX ||
        padded_len(LENGTH_LEN + message.len) != plain.len) {
        return ent_fail(err, ENT_REJECTED,
            "a message of %zu bytes in %zu of plaintext", message.len,
            plain.len);
    }
    if (!ent_is_zero(
            message.data + message.len, plain.len - LENGTH_LEN - message.len)) {
        return ent_fail(err, ENT_REJECTED, "padding is not zero");
    }
    *ret_message = message;
    return ENT_OK;
}

enum ent_status
ent_open_envelope(const struct ent_message_key *key, uint32_t index,
    const struct ent_envelope *envelope, uint8_t *buffer, size_t buffer_len,
    struct ent_view *ret_message, struct ent_error *err)
{
    const struct ent_view sealed = envelope->ciphertext;
    uint8_t position[POSITION_LEN];
    uint8_t commitment[ENT_COMMITMENT_LEN];
    enum ent_status rc;

    assert(key != NULL && buffer != NULL && ret_message != NULL);

    if (envelope->commitment.len != ENT_COMMITMENT_LEN ||
        sealed.len < PLAIN_MIN + TAG_LEN) {
        return ent_fail(err, ENT_REJECTED, "too short for an envelope");
    }
    assert(buffer_len >= sealed.len - TAG_LEN);

    /* First of all: a ciphertext may decrypt under more than one key. */
    write_position(&envelope->id, index, position);
    commit(key, position, commitment);
    if (sodium_memcmp(
            commitment, envelope->commitment.data, sizeof commitment) != 0) {
        return ent_fail(err, ENT_REJECTED, "sealed under another key");
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(buffer, NULL, NULL,
            sealed.data, sealed.len, position, sizeof position, zero_nonce,
            key->bytes) != 0) {
        return ent_fail(err, ENT_REJECTED, "ciphertext was altered");
    }
    rc = unpad(ent_view_of(buffer, sealed.len - TAG_LEN), ret_message, err);
    if (rc != ENT_OK) {
        sodium_memzero(buffer, sealed.len - TAG_LEN);
    }
    return rc;
}

#define OUTCOMES_AD_LEN (sizeof OUTCOMES_CONTEXT - 1 + ENT_DIGEST_LEN)

static void
write_outcomes_ad(
    const struct ent_digest *label_hash, uint8_t out[static OUTCOMES_AD_LEN])
{
    struct writer writer = {.at = out};

    put(&writer, OUTCOMES_CONTEXT, strlen(OUTCOMES_CONTEXT));
    put(&writer, label_hash->bytes, ENT_DIGEST_LEN);
}

enum ent_status
ent_seal_outcomes(const struct ent_bundle_secrets *secrets,
    const struct ent_digest *label_hash, struct ent_view plain,
    struct ent_bytes *ret_sealed, struct ent_error *err)
{
    struct ent_bytes sealed;
    uint8_t ad[OUTCOMES_AD_LEN];
    enum ent_status rc;

    assert(plain.len <= ENT_OUTCOMES_MAX && ret_sealed != NULL);

    rc = ent_bytes_alloc(OUTCOMES_OVERHEAD + plain.len, &sealed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    write_outcomes_ad(label_hash, ad);
    randombytes_buf(sealed.data, NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data + NONCE_LEN, NULL,
        plain.data, plain.len, ad, sizeof ad, NULL, sealed.data,
        secrets->receipt);
    *ret_sealed = sealed;
    return ENT_OK;
}

enum ent_status
ent_open_outcomes(const struct ent_bundle_secrets *secrets,
    const struct ent_digest *label_hash, struct ent_view sealed,
    struct ent_bytes *ret_plain, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    uint8_t ad[OUTCOMES_AD_LEN];
    enum ent_status rc;

    assert(ret_plain != NULL);

    if (sealed.len <= OUTCOMES_OVERHEAD ||
        sealed.len > OUTCOMES_OVERHEAD + ENT_OUTCOMES_MAX) {
        return ent_fail(err, ENT_REJECTED, "outcomes of %zu bytes", sealed.len);
    }
    rc = ent_bytes_alloc(sealed.len - OUTCOMES_OVERHEAD, &plain, err);
    if (rc != ENT_OK) {
        return rc;
    }
    write_outcomes_ad(label_hash, ad);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data, NULL, NULL,
            sealed.data + NONCE_LEN, sealed.len - NONCE_LEN, ad, sizeof ad,
            sealed.data, secrets->receipt) != 0) {
        return ent_fail(err, ENT_REJECTED, "outcomes were altered");
    }
    *ret_plain = plain;
    plain = (struct ent_bytes){0};
    return ENT_OK;
}
