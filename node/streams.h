/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streams - the rows of OUTGOING and INCOMING: who a stream is between, and the
 * state that proto/stream.h keeps of it.
 */
#ifndef NODE_STREAMS_H
#define NODE_STREAMS_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "proto/stream.h"

/* The identity and the state of a stream of ours. `ret_state` looks into
 * `ret_row`, which the caller frees. ENT_NOT_FOUND. */
enum ent_status node_stream_get(struct node *node, enum node_table table,
    const struct ent_digest *stream, struct ent_stream_id *ret_id,
    struct ent_view *ret_state, Entente__Rest__V1__StreamRow **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_stream_put(struct node *node, enum node_table table,
    const struct ent_digest *stream, const struct ent_stream_id *id,
    struct ent_view state, struct ent_error *err) ENT_MUST_CHECK;

#endif
