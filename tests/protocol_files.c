/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of docs/PROTOCOL.md about what travels as a file. */
#include "tests/protocol_keys.h"

#include <stdlib.h>

#include "proto/attachment.h"
#include "proto/carriage.h"

/* A file while it is put together. */
struct file {
    uint8_t bytes[8192];
    size_t len;
};

static void
add(struct file *file, struct ent_view bytes)
{
    assert_true(file->len + bytes.len <= sizeof file->bytes);
    if (bytes.len > 0) {
        memcpy(file->bytes + file->len, bytes.data, bytes.len);
    }
    file->len += bytes.len;
}

static void
add_envelope(struct file *body, struct ent_view envelope)
{
    uint8_t len[4];

    ent_put_be(len, envelope.len, sizeof len);
    add(body, ARRAY(len));
    add(body, envelope);
}

/* Put a frame in; its head is what the block says. */
static void
add_frame(struct file *file, const char *key, const struct ent_carried *frame)
{
    uint8_t head[ENT_CARRIAGE_HEAD_LEN];

    ent_carriage_head(frame, head);
    expect_vector(block_named("carriage"), key, ARRAY(head));
    add(file, ARRAY(head));
    add(file, frame->payload);
    add(file, frame->body);
}

void
a_file_of_frames_has_these_bytes(void **state)
{
    const struct block *block = block_named("carriage");
    const struct block *sealed = block_named("bundle");
    struct ent_carried bundle = {
        .type = ENT_FRAME_BUNDLE, .payload = block_bytes(sealed, "head")};
    struct ent_carried skip = {.type = ENT_FRAME_SKIP,
        .payload = block_bytes(block_named("skip"), "signed")};
    struct file file = {.len = 0};
    struct file body = {.len = 0};
    uint8_t end[ENT_CARRIAGE_END_LEN];
    struct ent_digest digest;

    (void)state;
    add_envelope(&body, block_bytes(sealed, "envelope-0"));
    add_envelope(&body, block_bytes(sealed, "envelope-1"));
    bundle.body = ent_view_of(body.bytes, body.len);
    add(&file, view("entente carry 1\n"));
    add_frame(&file, "head-bundle", &bundle);
    add_frame(&file, "head-skip", &skip);
    ent_carriage_end(2, end);
    expect_vector(block, "end", ARRAY(end));
    expect_vector(block, "mark", ent_view_of(end, 4));
    add(&file, ARRAY(end));
    digest = ent_digest_of(ent_view_of(file.bytes, file.len));
    expect_vector(block, "file-hash", ARRAY(digest.bytes));
}

/* One chunk of that file, sealed; its leaf. */
static struct ent_digest
seal_chunk(struct ent_attachment_cipher *cipher, uint64_t size,
    const uint8_t *content, uint32_t index, uint8_t *out)
{
    size_t len = ent_attachment_chunk_len(size, index);

    ent_attachment_seal(cipher, size,
        ent_view_of(content + (size_t)index * ENT_CHUNK_LEN, len), out);
    return ent_tree_leaf(
        ent_tree_blake2b, ent_view_of(out, len + ENT_CHUNK_OVERHEAD));
}

void
a_file_is_cut_and_sealed_to_these_chunks(void **state)
{
    const struct block *block = block_named("attachment");
    const uint64_t size = block_number(block, "size");
    static uint8_t content[2 * ENT_CHUNK_LEN];
    static uint8_t sealed[ENT_CHUNK_SEALED_MAX];
    struct ent_attachment_cipher cipher;
    struct ent_digest none = {{0}};
    struct ent_digest leaves[2];
    struct ent_digest root;

    (void)state;
    assert_int_equal(ent_attachment_chunks(size), 2);
    for (size_t i = 0; i < size; i++) {
        content[i] = (uint8_t)(i % 251);
    }
    /* A header that is given begins the same stream on both sides. */
    expect_ok(ent_attachment_open_begin(
        block_array(block, "key", ENT_ATTACHMENT_KEY_LEN),
        block_array(block, "header", ENT_ATTACHMENT_HEADER_LEN), &none, &cipher,
        &last_error));
    leaves[0] = seal_chunk(&cipher, size, content, 0, sealed);
    leaves[1] = seal_chunk(&cipher, size, content, 1, sealed);
    root = ent_tree_root(ent_tree_blake2b, leaves, 2);
    expect_vector(block, "leaf-0", ARRAY(leaves[0].bytes));
    expect_vector(block, "chunk-1",
        ent_view_of(
            sealed, ent_attachment_chunk_len(size, 1) + ENT_CHUNK_OVERHEAD));
    expect_vector(block, "leaf-1", ARRAY(leaves[1].bytes));
    expect_vector(block, "root", ARRAY(root.bytes));
    expect_vector(block, "sha256", ARRAY(cipher.sha256.bytes));
}
