/* SPDX-License-Identifier: Apache-2.0 */
/* Property: a chunk of any bytes is either of the file whose root is known, and
 * then its leaf and path give that root, or refused; the cipher takes any bytes
 * without harm. Input: size (5 bytes), root (32), and an AttachmentChunk. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/attachment.h"

#define HEAD_LEN (5 + ENT_DIGEST_LEN)

static void
try_to_open(const Entente__V1__AttachmentChunk *chunk, uint64_t size,
    const struct ent_digest *root)
{
    static uint8_t out[ENT_CHUNK_LEN];
    struct ent_attachment_cipher cipher;
    struct ent_view data = ent_view_of(chunk->data.data, chunk->data.len);

    if (ent_attachment_open_begin(
            root->bytes, root->bytes, root, &cipher, NULL) == ENT_OK &&
        ent_attachment_open(&cipher, size, data, out, NULL) == ENT_OK) {
        abort(); /* nobody sealed it */
    }
    if (ent_attachment_rest_open(data, root->bytes, &cipher, NULL) == ENT_OK) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct ent_pb_limits limits = {
        .size_max = ENT_MESSAGE_MAX, .fields_max = 256};
    static struct ent_arena arena;
    const Entente__V1__AttachmentChunk *chunk;
    ProtobufCMessage *message;
    struct ent_digest root;
    struct ent_error err;
    uint64_t size;

    if (arena.block == NULL &&
        ent_arena_init(&arena, ENT_MESSAGE_ARENA, NULL) != ENT_OK) {
        abort();
    }
    if (len < HEAD_LEN) {
        return 0;
    }
    size = ent_get_be(data, 5) % ENT_ATTACHMENT_SIZE_MAX + 1;
    memcpy(root.bytes, data + 5, sizeof root.bytes);
    ent_arena_reset(&arena);
    if (ent_pb_unpack(&entente__v1__attachment_chunk__descriptor,
            ent_view_of(data + HEAD_LEN, len - HEAD_LEN), &limits, &arena,
            &message, &err) != ENT_OK) {
        return 0;
    }
    chunk = (const Entente__V1__AttachmentChunk *)message;
    if (ent_attachment_check(chunk, size, &root, &err) == ENT_OK) {
        struct ent_digest leaf = ent_tree_leaf(
            ent_tree_blake2b, ent_view_of(chunk->data.data, chunk->data.len));

        if (chunk->n_path == 0 && !ent_digest_equal(&leaf, &root)) {
            abort();
        }
    }
    try_to_open(chunk, size, &root);
    return 0;
}
