/* SPDX-License-Identifier: Apache-2.0 */
#include "node/keeper.h"

#include <assert.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUBKEY_CONTEXT "entstore"

_Static_assert(NODE_GIVEN_KEY_LEN == crypto_shorthash_siphashx24_KEYBYTES &&
                   NODE_PRINT_LEN == crypto_shorthash_siphashx24_BYTES,
    "a key and a result of SipHash");

enum subkey {
    SUBKEY_STORE = 1,
    SUBKEY_EPHEMERAL = 2,
    SUBKEY_WRAP = 3,
    SUBKEY_PRINT = 4,
    SUBKEY_INDEX = 5,
    SUBKEY_GIVEN = 6,
};

struct node_keeper {
    struct ent_secret *office;
    struct ent_secret *link;
    struct ent_secret *storage;
    struct ent_signer signer;
};

static enum ent_status
read_key(const char *folder, const char *name, enum ent_key_role role,
    const struct ent_passphrase *passphrase, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >=
        (int)sizeof path) {
        return ent_fail(err, ENT_BAD_INPUT, "the path of %s is too long", name);
    }
    return ent_keyfile_read(path, role, passphrase, ret_secret, err);
}

enum ent_status
node_keeper_open(const char *folder, const struct ent_passphrase *passphrase,
    struct node_keeper **ret_keeper, struct ent_error *err)
{
    ENT_AUTO(node_keeper_close) struct node_keeper *keeper = NULL;
    enum ent_status rc;

    keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the keeper");
    }
    rc = read_key(
        folder, "office.key", ENT_KEY_OFFICE, passphrase, &keeper->office, err);
    if (rc == ENT_OK) {
        rc = read_key(
            folder, "link.key", ENT_KEY_LINK, passphrase, &keeper->link, err);
    }
    if (rc == ENT_OK) {
        rc = read_key(folder, "storage.key", ENT_KEY_STORAGE, passphrase,
            &keeper->storage, err);
    }
    if (rc == ENT_OK) {
        rc = ent_secret_signer(
            keeper->office, ENT_KEY_OFFICE, &keeper->signer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_keeper = keeper;
    keeper = NULL;
    return ENT_OK;
}

void
node_keeper_close(struct node_keeper **keeper)
{
    if (*keeper == NULL) {
        return;
    }
    ent_secret_free(&(*keeper)->office);
    ent_secret_free(&(*keeper)->link);
    ent_secret_free(&(*keeper)->storage);
    free(*keeper);
    *keeper = NULL;
}

static bool
is_same_storage(struct node_keeper *a, struct node_keeper *b)
{
    bool same = sodium_memcmp(ent_secret_reveal(a->storage),
                    ent_secret_reveal(b->storage), ENT_SECRET_LEN) == 0;

    ent_secret_conceal(a->storage);
    ent_secret_conceal(b->storage);
    return same;
}

static void
exchange_secrets(struct ent_secret **a, struct ent_secret **b)
{
    struct ent_secret *was = *a;

    *a = *b;
    *b = was;
}

enum ent_status
node_keeper_exchange(struct node_keeper *keeper, struct node_keeper *other,
    struct ent_error *err)
{
    const struct ent_signer signer = keeper->signer;

    if (!is_same_storage(keeper, other)) {
        return ent_fail(err, ENT_REJECTED,
            "storage.key is another one than the store was made with");
    }
    exchange_secrets(&keeper->office, &other->office);
    exchange_secrets(&keeper->link, &other->link);
    keeper->signer = other->signer;
    other->signer = signer;
    return ENT_OK;
}

const struct ent_signer *
node_keeper_signer(const struct node_keeper *keeper)
{
    return &keeper->signer;
}

struct ent_secret *
node_keeper_link(struct node_keeper *keeper)
{
    return keeper->link;
}

struct ent_secret *
node_keeper_storage(struct node_keeper *keeper)
{
    return keeper->storage;
}

static void
subkey_of(
    struct node_keeper *keeper, enum subkey which, uint8_t *ret_key, size_t len)
{
    crypto_kdf_derive_from_key(ret_key, len, which, SUBKEY_CONTEXT,
        ent_secret_reveal(keeper->storage));
    ent_secret_conceal(keeper->storage);
}

static void
subkey(
    struct node_keeper *keeper, enum subkey which, uint8_t ret_key[static 32])
{
    subkey_of(keeper, which, ret_key, 32);
}

void
node_keeper_store_key(
    struct node_keeper *keeper, uint8_t ret_key[static ENT_KV_STORE_KEY_LEN])
{
    subkey(keeper, SUBKEY_STORE, ret_key);
}

void
node_keeper_index_key(
    struct node_keeper *keeper, uint8_t ret_key[static NODE_INDEX_KEY_LEN])
{
    subkey(keeper, SUBKEY_INDEX, ret_key);
}

void
node_keeper_given_key(
    struct node_keeper *keeper, uint8_t ret_key[static NODE_GIVEN_KEY_LEN])
{
    subkey_of(keeper, SUBKEY_GIVEN, ret_key, NODE_GIVEN_KEY_LEN);
}

#define BEFORE_MAX 1024 /* bytes of a message before that end */

/* Of all bytes before the end, and of what that is the end of. */
static void
print_before(const struct node_keeper_message *message,
    const uint8_t key[static crypto_shorthash_siphashx24_KEYBYTES],
    uint8_t ret_print[static NODE_PRINT_LEN])
{
    const struct node_given_end *end = &message->end;
    uint8_t before[BEFORE_MAX + NODE_PRINT_LEN];
    size_t len = message->bytes.len - end->len;

    memcpy(before, message->bytes.data, len);
    memcpy(before + len, end->print, NODE_PRINT_LEN);
    len += NODE_PRINT_LEN;
    (void)crypto_shorthash_siphashx24(ret_print, before, len, key);
    sodium_memzero(before, len);
}

static bool
has_end(const struct node_keeper_message *message)
{
    assert(message->end.len <= message->bytes.len);
    return message->end.len > 0 &&
           message->bytes.len - message->end.len <= BEFORE_MAX;
}

/* Of each message its length, how its print was made, and that. */
static void
add_messages(crypto_generichash_state *state, const uint8_t key[static 32],
    const struct node_keeper_message *messages, size_t count)
{
    static const uint8_t purpose[] = "entente ephemeral prints v3";
    uint8_t own[crypto_shorthash_siphashx24_KEYBYTES];
    uint8_t piece[8 + 1 + NODE_PRINT_LEN];

    (void)crypto_generichash(
        own, sizeof own, purpose, sizeof purpose - 1, key, 32);
    for (size_t i = 0; i < count; i++) {
        const struct ent_view bytes = messages[i].bytes;

        ent_put_be(piece, bytes.len, 8);
        piece[8] = has_end(&messages[i]);
        if (piece[8] != 0) {
            print_before(&messages[i], own, piece + 9);
        } else {
            (void)crypto_shorthash_siphashx24(
                piece + 9, bytes.data, bytes.len, own);
        }
        crypto_generichash_update(state, piece, sizeof piece);
    }
    sodium_memzero(own, sizeof own);
    sodium_memzero(piece, sizeof piece);
}

void
node_keeper_ephemeral(struct node_keeper *keeper,
    const struct ent_digest *stream, uint64_t first,
    const struct node_keeper_message *messages, size_t count,
    uint8_t ret_seed[static 32])
{
    static const uint8_t purpose[] = "entente ephemeral v3";
    crypto_generichash_state state;
    uint8_t key[32];
    uint8_t fresh[32];
    uint8_t position[8];

    subkey(keeper, SUBKEY_EPHEMERAL, key);
    randombytes_buf(fresh, sizeof fresh);
    ent_put_be(position, first, sizeof position);
    crypto_generichash_init(&state, key, sizeof key, 32);
    crypto_generichash_update(&state, purpose, sizeof purpose - 1);
    crypto_generichash_update(&state, fresh, sizeof fresh);
    crypto_generichash_update(&state, stream->bytes, sizeof stream->bytes);
    crypto_generichash_update(&state, position, sizeof position);
    add_messages(&state, key, messages, count);
    crypto_generichash_final(&state, ret_seed, 32);
    sodium_memzero(key, sizeof key);
    sodium_memzero(fresh, sizeof fresh);
    sodium_memzero(&state, sizeof state);
}

void
node_keeper_print(struct node_keeper *keeper, struct ent_view content,
    uint8_t ret_print[static NODE_PRINT_LEN])
{
    uint8_t key[32];

    subkey(keeper, SUBKEY_PRINT, key);
    crypto_generichash(
        ret_print, NODE_PRINT_LEN, content.data, content.len, key, sizeof key);
    sodium_memzero(key, sizeof key);
}

void
node_keeper_wrap(struct node_keeper *keeper, struct ent_view context,
    struct ent_view plain, uint8_t ret_nonce[static NODE_WRAP_NONCE_LEN],
    uint8_t *out)
{
    uint8_t key[32];

    subkey(keeper, SUBKEY_WRAP, key);
    randombytes_buf(ret_nonce, NODE_WRAP_NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, plain.data, plain.len,
        context.data, context.len, NULL, ret_nonce, key);
    sodium_memzero(key, sizeof key);
}

enum ent_status
node_keeper_unwrap(struct node_keeper *keeper, struct ent_view context,
    struct ent_view nonce, struct ent_view wrapped, uint8_t *out,
    size_t out_len, struct ent_error *err)
{
    uint8_t key[32];
    int rc = -1;

    if (nonce.len == NODE_WRAP_NONCE_LEN &&
        wrapped.len == out_len + NODE_WRAP_OVERHEAD) {
        subkey(keeper, SUBKEY_WRAP, key);
        rc = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL,
            wrapped.data, wrapped.len, context.data, context.len, nonce.data,
            key);
        sodium_memzero(key, sizeof key);
    }
    if (rc != 0) {
        return ent_fail(err, ENT_IO, "a stored secret does not open");
    }
    return ENT_OK;
}
