/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of docs/PROTOCOL.md about what travels as a file. */
#include "tests/protocol_keys.h"

#include <stdlib.h>

#include "proto/carriage.h"

#define ARRAY(bytes) ent_view_of(bytes, sizeof(bytes))

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
