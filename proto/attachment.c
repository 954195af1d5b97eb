/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/attachment.h"

#include <assert.h>
#include <string.h>

_Static_assert(
    ENT_CHUNK_OVERHEAD == crypto_secretstream_xchacha20poly1305_ABYTES &&
        ENT_ATTACHMENT_KEY_LEN ==
            crypto_secretstream_xchacha20poly1305_KEYBYTES &&
        ENT_ATTACHMENT_HEADER_LEN ==
            crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    "a secretstream has other sizes");

#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

static const char rest_context[] = "entente attachment rest v1";

uint32_t
ent_attachment_chunks(uint64_t size)
{
    assert(size > 0 && size <= ENT_ATTACHMENT_SIZE_MAX);

    return (uint32_t)((size + ENT_CHUNK_LEN - 1) / ENT_CHUNK_LEN);
}

size_t
ent_attachment_chunk_len(uint64_t size, uint32_t index)
{
    uint64_t before = (uint64_t)index * ENT_CHUNK_LEN;

    assert(before < size);

    return size - before < ENT_CHUNK_LEN ? (size_t)(size - before)
                                         : ENT_CHUNK_LEN;
}

uint64_t
ent_attachment_bytes(uint64_t size, uint32_t chunks)
{
    uint64_t bytes = (uint64_t)chunks * ENT_CHUNK_LEN;

    return bytes < size ? bytes : size;
}

bool
ent_attachment_travels(const Entente__V1__AttachmentNote *note)
{
    return note->root.len == ENT_DIGEST_LEN &&
           note->key.len == ENT_ATTACHMENT_KEY_LEN &&
           note->header.len == ENT_ATTACHMENT_HEADER_LEN &&
           note->sha256.len == ENT_DIGEST_LEN && note->size > 0 &&
           note->size <= ENT_ATTACHMENT_SIZE_MAX;
}

/* ---- sealing and opening ---- */

void
ent_attachment_seal_begin(uint8_t ret_key[static ENT_ATTACHMENT_KEY_LEN],
    uint8_t ret_header[static ENT_ATTACHMENT_HEADER_LEN],
    struct ent_attachment_cipher *ret_cipher)
{
    memset(ret_cipher, 0, sizeof *ret_cipher);
    crypto_secretstream_xchacha20poly1305_keygen(ret_key);
    crypto_secretstream_xchacha20poly1305_init_push(
        &ret_cipher->stream, ret_header, ret_key);
    crypto_hash_sha256_init(&ret_cipher->hash);
}

enum ent_status
ent_attachment_open_begin(const uint8_t key[static ENT_ATTACHMENT_KEY_LEN],
    const uint8_t header[static ENT_ATTACHMENT_HEADER_LEN],
    const struct ent_digest *sha256, struct ent_attachment_cipher *ret_cipher,
    struct ent_error *err)
{
    memset(ret_cipher, 0, sizeof *ret_cipher);
    ret_cipher->sha256 = *sha256;
    crypto_hash_sha256_init(&ret_cipher->hash);
    return crypto_secretstream_xchacha20poly1305_init_pull(
               &ret_cipher->stream, header, key) == 0
               ? ENT_OK
               : ent_fail(err, ENT_REJECTED, "an attachment has no header");
}

/* What the next chunk of the file is marked with. */
static uint8_t
tag_at(const struct ent_attachment_cipher *cipher, uint64_t size, size_t len)
{
    return cipher->bytes + len == size
               ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
               : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
}

void
ent_attachment_seal(struct ent_attachment_cipher *cipher, uint64_t size,
    struct ent_view chunk, uint8_t *out)
{
    uint8_t tag = tag_at(cipher, size, chunk.len);

    assert(cipher->bytes % ENT_CHUNK_LEN == 0 && cipher->bytes < size);
    assert(chunk.len == ent_attachment_chunk_len(
                            size, (uint32_t)(cipher->bytes / ENT_CHUNK_LEN)));

    crypto_secretstream_xchacha20poly1305_push(
        &cipher->stream, out, NULL, chunk.data, chunk.len, NULL, 0, tag);
    crypto_hash_sha256_update(&cipher->hash, chunk.data, chunk.len);
    cipher->bytes += chunk.len;
    if (cipher->bytes == size) {
        crypto_hash_sha256_final(&cipher->hash, cipher->sha256.bytes);
    }
}

enum ent_status
ent_attachment_open(struct ent_attachment_cipher *cipher, uint64_t size,
    struct ent_view sealed, uint8_t *out, struct ent_error *err)
{
    struct ent_digest sha256;
    size_t len;
    uint8_t tag = 0;

    if (cipher->bytes >= size || cipher->bytes % ENT_CHUNK_LEN != 0) {
        return ent_fail(err, ENT_REJECTED, "a chunk after the last");
    }
    len = ent_attachment_chunk_len(
        size, (uint32_t)(cipher->bytes / ENT_CHUNK_LEN));
    if (sealed.len != len + ENT_CHUNK_OVERHEAD ||
        crypto_secretstream_xchacha20poly1305_pull(&cipher->stream, out, NULL,
            &tag, sealed.data, sealed.len, NULL, 0) != 0 ||
        tag != tag_at(cipher, size, len)) {
        return ent_fail(err, ENT_REJECTED,
            "a chunk at byte %llu does not open, or is not the last of the "
            "file where it must be",
            (unsigned long long)cipher->bytes);
    }
    crypto_hash_sha256_update(&cipher->hash, out, len);
    cipher->bytes += len;
    if (cipher->bytes < size) {
        return ENT_OK;
    }
    crypto_hash_sha256_final(&cipher->hash, sha256.bytes);
    return ent_digest_equal(&sha256, &cipher->sha256)
               ? ENT_OK
               : ent_fail(err, ENT_REJECTED,
                     "the whole file has another SHA-256 than its message "
                     "says");
}

/* ---- for later ---- */

static void
rest_key(const uint8_t *key, uint8_t ret_key[static 32])
{
    crypto_generichash(ret_key, 32, (const uint8_t *)rest_context,
        sizeof rest_context - 1, key, ENT_ATTACHMENT_KEY_LEN);
}

void
ent_attachment_rest_seal(const struct ent_attachment_cipher *cipher,
    const uint8_t key[static ENT_ATTACHMENT_KEY_LEN],
    uint8_t out[static ENT_ATTACHMENT_REST_LEN])
{
    uint8_t own[32];

    rest_key(key, own);
    randombytes_buf(out, NONCE_LEN);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_LEN, NULL,
        (const uint8_t *)cipher, sizeof *cipher, NULL, 0, NULL, out, own);
    sodium_memzero(own, sizeof own);
}

enum ent_status
ent_attachment_rest_open(struct ent_view rest,
    const uint8_t key[static ENT_ATTACHMENT_KEY_LEN],
    struct ent_attachment_cipher *ret_cipher, struct ent_error *err)
{
    uint8_t own[32];
    int bad = -1;

    rest_key(key, own);
    if (rest.len == ENT_ATTACHMENT_REST_LEN) {
        bad = crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)ret_cipher,
            NULL, NULL, rest.data + NONCE_LEN, rest.len - NONCE_LEN, NULL, 0,
            rest.data, own);
    }
    sodium_memzero(own, sizeof own);
    return bad == 0 ? ENT_OK
                    : ent_fail(err, ENT_REJECTED,
                          "what was kept of an attachment does not open");
}

/* ---- a chunk that came ---- */

static enum ent_status
take_path(const Entente__V1__AttachmentChunk *chunk,
    struct ent_tree_path *ret_path, struct ent_error *err)
{
    if (chunk->n_path > ENT_CHUNK_PATH_MAX) {
        return ent_fail(
            err, ENT_REJECTED, "a path of %zu nodes", chunk->n_path);
    }
    for (size_t i = 0; i < chunk->n_path; i++) {
        if (chunk->path[i].len != ENT_DIGEST_LEN) {
            return ent_fail(
                err, ENT_REJECTED, "a node of %zu bytes", chunk->path[i].len);
        }
        memcpy(ret_path->nodes[i].bytes, chunk->path[i].data, ENT_DIGEST_LEN);
    }
    ret_path->count = chunk->n_path;
    return ENT_OK;
}

enum ent_status
ent_attachment_check(const Entente__V1__AttachmentChunk *chunk, uint64_t size,
    const struct ent_digest *root, struct ent_error *err)
{
    uint32_t chunks = ent_attachment_chunks(size);
    struct ent_tree_path path = {.count = 0};
    struct ent_digest leaf;
    enum ent_status rc;

    if (chunk->chunk >= chunks) {
        return ent_fail(
            err, ENT_REJECTED, "chunk %u of %u", chunk->chunk, chunks);
    }
    if (chunk->data.len !=
        ent_attachment_chunk_len(size, chunk->chunk) + ENT_CHUNK_OVERHEAD) {
        return ent_fail(err, ENT_REJECTED, "chunk %u has %zu bytes",
            chunk->chunk, chunk->data.len);
    }
    rc = take_path(chunk, &path, err);
    if (rc != ENT_OK) {
        return rc;
    }
    leaf = ent_tree_leaf(
        ent_tree_blake2b, ent_view_of(chunk->data.data, chunk->data.len));
    return ent_tree_verify_inclusion(
               ent_tree_blake2b, &leaf, chunk->chunk, chunks, &path, root)
               ? ENT_OK
               : ent_fail(err, ENT_REJECTED,
                     "chunk %u is not of the file of its message",
                     chunk->chunk);
}
