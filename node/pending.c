/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pending.h"

#include <sodium.h>
#include <string.h>

#include "node/vault.h"

#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

static const uint8_t no_nonce[NONCE_LEN]; /* each key is used once */

static enum ent_status
put_at(struct node *node, const struct node_key *key, const struct ent_id *id,
    const struct ent_address *to, uint64_t day, struct ent_view message,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    Entente__Rest__V1__PendingRow row = ENTENTE__REST__V1__PENDING_ROW__INIT;
    struct ent_message_key secret;
    uint8_t nonce[24];
    uint8_t wrapped[48];
    enum ent_status rc;

    rc = ent_bytes_alloc(message.len + TAG_LEN, &sealed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    randombytes_buf(secret.bytes, sizeof secret.bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data, NULL, message.data,
        message.len, id->bytes, sizeof id->bytes, NULL, no_nonce, secret.bytes);
    rc = node_vault_wrap(node->slots, day,
        ent_view_of(id->bytes, sizeof id->bytes), &secret, nonce, wrapped, err);
    sodium_memzero(&secret, sizeof secret);
    if (rc != ENT_OK) {
        return rc;
    }
    row.id.data = (uint8_t *)(uintptr_t)id->bytes;
    row.id.len = sizeof id->bytes;
    row.to = (char *)(uintptr_t)to->text;
    row.day = day;
    row.nonce = (ProtobufCBinaryData){.data = nonce, .len = sizeof nonce};
    row.wrapped = (ProtobufCBinaryData){.data = wrapped, .len = sizeof wrapped};
    row.sealed = (ProtobufCBinaryData){.data = sealed.data, .len = sealed.len};
    return node_row_put(
        node->store, NODE_PENDING, node_key_view(key), &row.base, err);
}

enum ent_status
node_pending_put(struct node *node, const struct ent_id *id,
    const struct ent_address *to, uint32_t precedence, uint64_t number,
    uint64_t day, struct ent_view message, struct ent_error *err)
{
    struct ent_party party = ent_address_party(to);
    struct node_key key = node_key_pending(precedence, &party, number);

    return put_at(node, &key, id, to, day, message, err);
}

enum ent_status
node_pending_hold(struct node *node, const struct ent_id *id,
    const struct ent_address *to, uint32_t precedence, uint64_t number,
    uint64_t day, struct ent_view message, struct ent_error *err)
{
    struct ent_party party = ent_address_party(to);
    struct node_key key = node_key_held(precedence, &party, number);

    return put_at(node, &key, id, to, day, message, err);
}

enum ent_status
node_pending_open(struct node *node, const Entente__Rest__V1__PendingRow *row,
    struct ent_bytes *ret_message, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    struct ent_message_key secret;
    enum ent_status rc;
    int bad;

    rc = node_vault_unwrap(node->slots, row->day,
        ent_view_of(row->id.data, row->id.len),
        ent_view_of(row->nonce.data, row->nonce.len),
        ent_view_of(row->wrapped.data, row->wrapped.len), &secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (row->sealed.len <= TAG_LEN) {
        return ent_fail(err, ENT_IO, "a pending message is empty");
    }
    rc = ent_bytes_alloc(row->sealed.len - TAG_LEN, &plain, err);
    if (rc != ENT_OK) {
        return rc;
    }
    bad = crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data, NULL, NULL,
        row->sealed.data, row->sealed.len, row->id.data, row->id.len, no_nonce,
        secret.bytes);
    sodium_memzero(&secret, sizeof secret);
    if (bad != 0) {
        return ent_fail(err, ENT_IO, "a pending message does not open");
    }
    *ret_message = plain;
    plain = (struct ent_bytes){0};
    return ENT_OK;
}

enum ent_status
node_pending_rewrap(struct node *node, struct ent_view key,
    const Entente__Rest__V1__PendingRow *row, struct ent_error *err)
{
    Entente__Rest__V1__PendingRow changed = *row;
    struct ent_view id = ent_view_of(row->id.data, row->id.len);
    struct ent_message_key secret;
    uint8_t nonce[24];
    uint8_t wrapped[48];
    enum ent_status rc;

    rc = node_vault_unwrap(node->slots, row->day, id,
        ent_view_of(row->nonce.data, row->nonce.len),
        ent_view_of(row->wrapped.data, row->wrapped.len), &secret, err);
    if (rc == ENT_OK) {
        rc = node_vault_wrap(
            node->slots, row->day, id, &secret, nonce, wrapped, err);
        sodium_memzero(&secret, sizeof secret);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed.nonce = (ProtobufCBinaryData){.data = nonce, .len = sizeof nonce};
    changed.wrapped =
        (ProtobufCBinaryData){.data = wrapped, .len = sizeof wrapped};
    return node_row_put(node->store, NODE_PENDING, key, &changed.base, err);
}
