/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment - a file that goes with a message, in sealed chunks.
 *
 * It is cut every 64 KiB and sealed as one libsodium secretstream, whose last
 * chunk says that it is the last. A chunk's name is its leaf in a tree of the
 * shape of RFC 9162 over all of them, and the message has the root: so each
 * chunk is known for what it is when it comes, in whatever order, and the file
 * can be proven years later. The message has the key, so that whoever destroys
 * the message has destroyed the file. docs/PROTOCOL.md, section 9.6.
 */
#ifndef ENT_PROTO_ATTACHMENT_H
#define ENT_PROTO_ATTACHMENT_H

#include <sodium.h>

#include "proto/message.h"
#include "proto/tree.h"

#define ENT_ATTACHMENTS_MAX 16 /* of one message */
#define ENT_ATTACHMENT_SIZE_MAX (UINT64_C(1) << 40)
#define ENT_CHUNK_LEN 65536
#define ENT_CHUNK_OVERHEAD 17
#define ENT_CHUNK_SEALED_MAX (ENT_CHUNK_LEN + ENT_CHUNK_OVERHEAD)
#define ENT_CHUNK_PATH_MAX 24 /* nodes: 2^24 chunks are 2^40 bytes */
#define ENT_ATTACHMENT_KEY_LEN 32
#define ENT_ATTACHMENT_HEADER_LEN 24

/* Of a file of `size` bytes (1 to ENT_ATTACHMENT_SIZE_MAX). */
uint32_t ent_attachment_chunks(uint64_t size);
/* Bytes of its chunk `index`, as they are in the file. */
size_t ent_attachment_chunk_len(uint64_t size, uint32_t index);
/* Bytes of the file in its first `chunks` chunks. */
uint64_t ent_attachment_bytes(uint64_t size, uint32_t chunks);

/* True when the note says all that is needed for the file to travel. */
bool ent_attachment_travels(const Entente__V1__AttachmentNote *note);

/* How far a file is sealed or opened. A secret; wipe it. */
struct ent_attachment_cipher {
    crypto_secretstream_xchacha20poly1305_state stream;
    crypto_hash_sha256_state hash;
    uint64_t bytes;           /* of the file, so far */
    struct ent_digest sha256; /* of the file: once sealed, or as it must be */
};

/* Begin to seal under a new key; and to open. ENT_REJECTED: no such header. */
void ent_attachment_seal_begin(uint8_t ret_key[static ENT_ATTACHMENT_KEY_LEN],
    uint8_t ret_header[static ENT_ATTACHMENT_HEADER_LEN],
    struct ent_attachment_cipher *ret_cipher);
enum ent_status ent_attachment_open_begin(
    const uint8_t key[static ENT_ATTACHMENT_KEY_LEN],
    const uint8_t header[static ENT_ATTACHMENT_HEADER_LEN],
    const struct ent_digest *sha256, struct ent_attachment_cipher *ret_cipher,
    struct ent_error *err) ENT_MUST_CHECK;

/* Seal the next chunk of a file of `size` bytes; `out` has room for its bytes
 * and ENT_CHUNK_OVERHEAD. After the last, cipher->sha256 is the file's. */
void ent_attachment_seal(struct ent_attachment_cipher *cipher, uint64_t size,
    struct ent_view chunk, uint8_t *out);

/* Open the next one. ENT_REJECTED: it is not that chunk of a file of that size,
 * or with the last the file is not the one whose SHA-256 was promised. */
enum ent_status ent_attachment_open(struct ent_attachment_cipher *cipher,
    uint64_t size, struct ent_view sealed, uint8_t *out,
    struct ent_error *err) ENT_MUST_CHECK;

/* The cipher for later, readable to who has the key alone. */
#define ENT_ATTACHMENT_REST_LEN (24 + sizeof(struct ent_attachment_cipher) + 16)
void ent_attachment_rest_seal(const struct ent_attachment_cipher *cipher,
    const uint8_t key[static ENT_ATTACHMENT_KEY_LEN],
    uint8_t out[static ENT_ATTACHMENT_REST_LEN]);
/* ENT_REJECTED: of another file, or of another build of this program. */
enum ent_status ent_attachment_rest_open(struct ent_view rest,
    const uint8_t key[static ENT_ATTACHMENT_KEY_LEN],
    struct ent_attachment_cipher *ret_cipher,
    struct ent_error *err) ENT_MUST_CHECK;

/* Whether a chunk that came belongs in a file of that size and root: its
 * number, its length, and its path to the root. ENT_REJECTED says what not. */
enum ent_status ent_attachment_check(const Entente__V1__AttachmentChunk *chunk,
    uint64_t size, const struct ent_digest *root,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
