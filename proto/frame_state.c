/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"

/* Fields of one stream besides its receipts, with those of Stream inside. */
#define STREAM_FIELDS 9

/* What decoding takes for each stream and each receipt beside their bytes. */
#define STREAM_ROOM ((size_t)1024)
#define RECEIPT_ROOM ((size_t)64)

static const struct ent_pb_limits limits = {
    .size_max = ENT_FRAME_PAYLOAD_MAX,
    .fields_max = 2 + ENT_STATE_STREAMS_MAX *
                          (1 + STREAM_FIELDS + ENT_STATE_RECEIPTS_MAX),
    .reserved_below = 0,
};

/* ---- encode ---- */

struct page {
    Entente__V1__State message;
    Entente__V1__StreamState *list[ENT_STATE_STREAMS_MAX];
    Entente__V1__StreamState streams[ENT_STATE_STREAMS_MAX];
    Entente__V1__Stream ids[ENT_STATE_STREAMS_MAX];
    ProtobufCBinaryData receipts[ENT_STATE_STREAMS_MAX][ENT_STATE_RECEIPTS_MAX];
};

static void
page_free(struct page **page)
{
    free(*page);
    *page = NULL;
}

static void
stream_write(
    const struct ent_stream_state *state, struct page *page, size_t index)
{
    Entente__V1__StreamState *out = &page->streams[index];

    assert(state->receipt_count <= ENT_STATE_RECEIPTS_MAX);

    *out = (Entente__V1__StreamState)ENTENTE__V1__STREAM_STATE__INIT;
    page->ids[index] = ent_field_from_stream(&state->stream);
    out->role = (Entente__V1__StateRole)state->role;
    out->stream = &page->ids[index];
    out->settled_up_to = state->settled_up_to;
    out->chain = ent_field_bytes(state->chain.bytes, ENT_DIGEST_LEN, true);
    out->n_receipts = state->receipt_count;
    out->receipts = page->receipts[index];
    for (size_t i = 0; i < state->receipt_count; i++) {
        page->receipts[index][i] =
            ent_field_bytes(state->receipts[i].bytes, ENT_DIGEST_LEN, false);
    }
    page->list[index] = out;
}

enum ent_status
ent_state_encode(const struct ent_state *state, struct ent_bytes *ret_payload,
    struct ent_error *err)
{
    ENT_AUTO(page_free) struct page *page = NULL;

    assert(state->stream_count <= ENT_STATE_STREAMS_MAX);

    page = calloc(1, sizeof *page);
    if (page == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "encoding a page of states");
    }
    page->message = (Entente__V1__State)ENTENTE__V1__STATE__INIT;
    for (size_t i = 0; i < state->stream_count; i++) {
        stream_write(&state->streams[i], page, i);
    }
    page->message.n_streams = state->stream_count;
    page->message.streams = page->list;
    page->message.last_page = state->last_page;
    return ent_pb_pack(&page->message.base, ret_payload, err);
}

/* ---- decode ---- */

static enum ent_status
chain_read(ProtobufCBinaryData data, struct ent_digest *ret_chain,
    struct ent_error *err)
{
    const struct ent_field field = {
        "chain", data, ret_chain->bytes, ENT_DIGEST_LEN};

    if (data.len == 0) {
        *ret_chain = (struct ent_digest){0};
        return ENT_OK;
    }
    return ent_field_read(&field, 1, err);
}

static enum ent_status
stream_read(const Entente__V1__StreamState *message,
    struct ent_stream_state *ret_state, struct ent_error *err)
{
    enum ent_status rc;

    if (message->role == ENTENTE__V1__STATE_ROLE__STATE_ROLE_UNSPECIFIED) {
        return ent_fail(err, ENT_BAD_INPUT, "role: missing");
    }
    if (message->n_receipts > ENT_STATE_RECEIPTS_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "receipts: %zu of them", message->n_receipts);
    }
    rc = ent_field_stream(message->stream, &ret_state->stream, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = chain_read(message->chain, &ret_state->chain, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < message->n_receipts; i++) {
        const struct ent_field field = {"receipts", message->receipts[i],
            ret_state->receipts[i].bytes, ENT_DIGEST_LEN};

        rc = ent_field_read(&field, 1, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    ret_state->role = (uint32_t)message->role;
    ret_state->settled_up_to = message->settled_up_to;
    ret_state->receipt_count = message->n_receipts;
    return ENT_OK;
}

static enum ent_status
page_read(const Entente__V1__State *message, struct ent_state *ret_state,
    struct ent_error *err)
{
    if (message->n_streams > ENT_STATE_STREAMS_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "streams: %zu of them", message->n_streams);
    }
    for (size_t i = 0; i < message->n_streams; i++) {
        enum ent_status rc =
            stream_read(message->streams[i], &ret_state->streams[i], err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "streams[%zu]", i);
            return rc;
        }
    }
    ret_state->stream_count = message->n_streams;
    ret_state->last_page = message->last_page;
    return ENT_OK;
}

enum ent_status
ent_state_decode(
    struct ent_view payload, struct ent_state *ret_state, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *message;
    enum ent_status rc;

    if (payload.len > ENT_FRAME_PAYLOAD_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a payload of %zu bytes", payload.len);
    }
    rc = ent_arena_init(&arena,
        payload.len + ENT_STATE_STREAMS_MAX *
                          (STREAM_ROOM + ENT_STATE_RECEIPTS_MAX * RECEIPT_ROOM),
        err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_pb_unpack(&entente__v1__state__descriptor, payload, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return page_read((const Entente__V1__State *)message, ret_state, err);
}
