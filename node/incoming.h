/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incoming - the streams that come to us: how far each is, and what waits for
 * the gap before it. proto/stream.h decides; here its state lies in the store.
 */
#ifndef NODE_INCOMING_H
#define NODE_INCOMING_H

#include "node/node.h"
#include "proto/stream.h"

/* A stream of theirs, open for a change. */
struct node_incoming {
    struct ent_digest stream;
    struct ent_incoming state;
    uint64_t gap_due; /* where its row in GAP is; UINT64_MAX: none */
};

/* The stream as it is stored, or as it begins. */
enum ent_status node_incoming_load(struct node *node,
    const struct ent_stream_id *stream, struct node_incoming *ret_incoming,
    struct ent_error *err) ENT_MUST_CHECK;

/* Write it back, and when its gap is given up. */
enum ent_status node_incoming_save(struct node *node,
    const struct ent_stream_id *stream, struct node_incoming *incoming,
    struct ent_error *err) ENT_MUST_CHECK;

/* Hand over what was held and is early no more; `missing` messages are still
 * missing before it (0: it is in order, and what was released is not again). */
enum ent_status node_incoming_hand_over(struct node *node,
    const struct ent_digest *stream, const struct ent_early *early,
    size_t count, uint64_t missing, struct ent_error *err) ENT_MUST_CHECK;

/* Gaps of this stream that were given up: what is behind them is handed over.
 * The caller saves it. */
enum ent_status node_incoming_release_due(struct node *node,
    const struct ent_stream_id *stream, struct node_incoming *incoming,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same for every stream whose time has come; `ret_due` says when the next
 * does (ms, UINT64_MAX: there is none). */
enum ent_status node_incoming_release(
    struct node *node, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

#endif
