/* SPDX-License-Identifier: Apache-2.0 */
/* Property: opening any bytes never misbehaves, and what opens is, byte for
 * byte, what sealing its message gives. The input is tried as an envelope and,
 * since no fuzzer forges a commitment, as the plaintext of one. */
#include "tests/fuzz.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/seal.h"

#define INPUT_MAX 8192
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define AT_CIPHERTEXT (ENT_ID_LEN + ENT_COMMITMENT_LEN)
#define INDEX 7

static const struct ent_message_key key = {{1, 2, 3}};

static void
open_and_compare(const uint8_t *wire, size_t len)
{
    static uint8_t buffer[INPUT_MAX + TAG_LEN];
    static uint8_t again[INPUT_MAX * 2];
    struct ent_envelope envelope = {
        .commitment = {.data = wire + ENT_ID_LEN, .len = ENT_COMMITMENT_LEN},
        .ciphertext = {.data = wire + AT_CIPHERTEXT,
            .len = len - AT_CIPHERTEXT},
    };
    struct ent_view message;

    memcpy(envelope.id.bytes, wire, ENT_ID_LEN);
    if (ent_open_envelope(&key, INDEX, &envelope, buffer, sizeof buffer,
            &message, NULL) != ENT_OK) {
        return;
    }
    if (ent_seal_envelope_len(message.len) != len ||
        ent_seal_envelope(&key, &envelope.id, INDEX, message, again, NULL) !=
            ENT_OK ||
        memcmp(again, wire, len) != 0) {
        abort();
    }
}

/* An envelope with the right commitment around `plain`. */
static size_t
wrap(const uint8_t *plain, size_t len, uint8_t *out)
{
    static const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
    static const struct ent_id id = {{5}};
    uint8_t position[ENT_ID_LEN + 4] = {5};

    if (ent_seal_envelope(&key, &id, INDEX, ent_view_of(NULL, 0), out, NULL) !=
        ENT_OK) {
        abort();
    }
    ent_put_be(position + ENT_ID_LEN, INDEX, 4);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + AT_CIPHERTEXT, NULL, plain,
        len, position, sizeof position, NULL, nonce, key.bytes);
    return AT_CIPHERTEXT + len + TAG_LEN;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t wrapped[INPUT_MAX + AT_CIPHERTEXT + TAG_LEN];

    if (sodium_init() < 0) {
        abort();
    }
    if (len > INPUT_MAX) {
        return 0;
    }
    if (len >= AT_CIPHERTEXT) {
        open_and_compare(data, len);
    }
    open_and_compare(wrapped, wrap(data, len, wrapped));
    return 0;
}
