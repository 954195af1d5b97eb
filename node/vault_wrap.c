/* SPDX-License-Identifier: Apache-2.0 */
/* Under the bucket key of a day. */
#include <sodium.h>

#include "node/vault_internal.h"

enum ent_status
node_vault_unwrap_any(struct node_slots *slots, uint64_t day,
    struct ent_view context, struct ent_view nonce, struct ent_view wrapped,
    uint8_t *ret_plain, struct ent_error *err)
{
    uint64_t generation = UINT64_MAX;
    const uint8_t *bucket;

    while (
        node_slots_bucket_older(slots, day, &generation, &bucket) == ENT_OK) {
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL,
                wrapped.data, wrapped.len, context.data, context.len,
                nonce.data, bucket) == 0) {
            return ENT_OK;
        }
    }
    return generation == UINT64_MAX
               ? ent_fail(err, ENT_NOT_FOUND, "the key was destroyed")
               : ent_fail(err, ENT_IO, "stored message keys do not open");
}

enum ent_status
node_vault_wrap(struct node_slots *slots, uint64_t day, struct ent_view context,
    const struct ent_message_key *key, uint8_t ret_nonce[static 24],
    uint8_t ret_wrapped[static 48], struct ent_error *err)
{
    const uint8_t *bucket;
    enum ent_status rc;

    rc = node_slots_bucket(slots, day, true, &bucket, err);
    if (rc != ENT_OK) {
        return rc;
    }
    randombytes_buf(ret_nonce, NODE_VAULT_NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret_wrapped, NULL, key->bytes,
        sizeof key->bytes, context.data, context.len, NULL, ret_nonce, bucket);
    return ENT_OK;
}

enum ent_status
node_vault_unwrap(struct node_slots *slots, uint64_t day,
    struct ent_view context, struct ent_view nonce, struct ent_view wrapped,
    struct ent_message_key *ret_key, struct ent_error *err)
{
    if (nonce.len != NODE_VAULT_NONCE_LEN ||
        wrapped.len != sizeof ret_key->bytes + NODE_VAULT_TAG_LEN) {
        return ent_fail(err, ENT_IO, "a stored message key is odd");
    }
    return node_vault_unwrap_any(
        slots, day, context, nonce, wrapped, ret_key->bytes, err);
}
