/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keytext.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "ed25519:";

#define PREFIX_LEN (sizeof prefix - 1)

void
ent_key_format(
    const struct ent_verify_key *key, char out[static ENT_KEY_TEXT_LEN + 1])
{
    memcpy(out, prefix, PREFIX_LEN);
    (void)sodium_bin2base64(out + PREFIX_LEN, ENT_KEY_TEXT_LEN + 1 - PREFIX_LEN,
        key->bytes, sizeof key->bytes,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

enum ent_status
ent_key_parse(
    struct ent_view text, struct ent_verify_key *ret_key, struct ent_error *err)
{
    struct ent_verify_key key;
    enum ent_status rc;
    size_t len = 0;

    if (text.len != ENT_KEY_TEXT_LEN ||
        memcmp(text.data, prefix, PREFIX_LEN) != 0 ||
        sodium_base642bin(key.bytes, sizeof key.bytes,
            (const char *)text.data + PREFIX_LEN, text.len - PREFIX_LEN, NULL,
            &len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        len != sizeof key.bytes) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a public key is 'ed25519:' and 43 letters of base64url");
    }
    rc = ent_verify_key_check(&key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_key = key;
    return ENT_OK;
}

void
ent_key_id_format(
    const struct ent_key_id *id, char out[static ENT_KEY_ID_TEXT_LEN + 1])
{
    (void)sodium_bin2hex(
        out, ENT_KEY_ID_TEXT_LEN + 1, id->bytes, sizeof id->bytes);
}

enum ent_status
ent_key_id_parse(
    struct ent_view text, struct ent_key_id *ret_id, struct ent_error *err)
{
    struct ent_key_id id;
    size_t len = 0;

    if (sodium_hex2bin(id.bytes, sizeof id.bytes, (const char *)text.data,
            text.len, " ", &len, NULL) != 0 ||
        len != sizeof id.bytes) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a key's id has %d hexadecimal digits", ENT_KEY_ID_TEXT_LEN);
    }
    *ret_id = id;
    return ENT_OK;
}

void
ent_fingerprint_format(
    const struct ent_key_id *id, char out[static ENT_FINGERPRINT_LEN + 1])
{
    for (size_t i = 0; i < ENT_KEY_ID_LEN; i += 2) {
        out += sprintf(out, "%s%02x%02x", i == 0 ? "" : " ", id->bytes[i],
            id->bytes[i + 1]);
    }
}
