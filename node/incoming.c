/* SPDX-License-Identifier: Apache-2.0 */
#include "node/incoming.h"

#include <string.h>

#include "node/desk.h"
#include "node/streams.h"
#include "proto/base/log.h"

#define COMPONENT "intake"

enum ent_status
node_incoming_load(struct node *node, const struct ent_stream_id *stream,
    struct node_incoming *ret_incoming, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct node_incoming *incoming = ret_incoming;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc;

    incoming->stream = ent_chain_genesis(stream);
    rc = node_stream_get(
        node, NODE_INCOMING, &incoming->stream, &id, &rest, &row, err);
    if (rc == ENT_NOT_FOUND) {
        ent_incoming_init(stream, &incoming->state);
        incoming->gap_due = UINT64_MAX;
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = ent_incoming_decode(rest, &incoming->state, err);
    }
    if (rc == ENT_OK) {
        incoming->gap_due =
            ent_incoming_due(&incoming->state, stream->precedence);
    }
    return rc;
}

static enum ent_status
move_gap(struct node *node, struct node_incoming *incoming, uint64_t due,
    struct ent_error *err)
{
    struct node_key key = node_key_gap(incoming->gap_due, &incoming->stream);
    enum ent_status rc = ENT_OK;

    if (incoming->gap_due == due) {
        return ENT_OK;
    }
    if (incoming->gap_due != UINT64_MAX) {
        rc = node_store_delete(node->store, NODE_GAP, node_key_view(&key), err);
    }
    if (rc == ENT_OK && due != UINT64_MAX) {
        key = node_key_gap(due, &incoming->stream);
        rc = node_store_put(node->store, NODE_GAP, node_key_view(&key),
            (struct ent_view){0}, err);
    }
    incoming->gap_due = due;
    return rc;
}

enum ent_status
node_incoming_save(struct node *node, const struct ent_stream_id *stream,
    struct node_incoming *incoming, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes rest = {0};
    enum ent_status rc = ent_incoming_encode(&incoming->state, &rest, err);

    if (rc == ENT_OK) {
        rc = node_stream_put(node, NODE_INCOMING, &incoming->stream, stream,
            ent_bytes_view(&rest), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return move_gap(node, incoming,
        ent_incoming_due(&incoming->state, stream->precedence), err);
}

/* Hand over what was held and is no longer early. */
enum ent_status
node_incoming_hand_over(struct node *node, const struct ent_digest *stream,
    const struct ent_early *early, size_t count, uint64_t missing,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        if (missing > 0 || !early[i].released) {
            uint64_t lacking = early[i].forked ? 1 : missing;

            rc = node_desk_release(node, stream, early[i].first, lacking, err);
        }
    }
    return rc;
}

/* Gaps of this stream that were given up: what is behind them is released. */
enum ent_status
node_incoming_release_due(struct node *node, const struct ent_stream_id *stream,
    struct node_incoming *incoming, struct ent_error *err)
{
    struct ent_early early[ENT_RANGES_MAX];
    uint64_t missing = 0;
    size_t count = ent_incoming_release(
        &incoming->state, stream->precedence, node->now_ms, early, &missing);

    if (count > 0) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "released out of order peer=%s bundles=%zu missing=%llu",
            stream->sender.text, count, (unsigned long long)missing);
    }
    return node_incoming_hand_over(
        node, &incoming->stream, early, count, missing == 0 ? 1 : missing, err);
}

static enum ent_status
release_stream(
    struct node *node, const struct ent_digest *stream, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct node_incoming incoming;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc;

    rc = node_stream_get(node, NODE_INCOMING, stream, &id, &rest, &row, err);
    if (rc == ENT_OK) {
        rc = node_incoming_load(node, &id, &incoming, err);
    }
    if (rc == ENT_OK) {
        rc = node_incoming_release_due(node, &id, &incoming, err);
    }
    return rc != ENT_OK ? rc : node_incoming_save(node, &id, &incoming, err);
}

enum ent_status
node_incoming_release(
    struct node *node, uint64_t *ret_due, struct ent_error *err)
{
    for (;;) {
        uint8_t key[NODE_KEY_MAX] = {0};
        struct ent_digest stream;
        uint64_t due;
        enum ent_status rc = node_store_seek(node->store, NODE_GAP,
            ent_view_of(key, node_key_len(NODE_GAP)), 0, key, NULL, err);

        if (rc == ENT_NOT_FOUND) {
            *ret_due = UINT64_MAX;
            return ENT_OK;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        due = ent_get_be(key, 8);
        if (due > node->now_ms) {
            *ret_due = due;
            return ENT_OK;
        }
        memcpy(stream.bytes, key + 8, sizeof stream.bytes);
        rc = node_store_delete(node->store, NODE_GAP,
            ent_view_of(key, node_key_len(NODE_GAP)), err);
        if (rc == ENT_OK) {
            rc = release_stream(node, &stream, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
}
