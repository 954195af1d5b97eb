/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealing - a batch becomes a bundle: its place in the stream, one
 * encapsulation, one signature, and everything that is kept of it.
 */
#ifndef NODE_SEALING_H
#define NODE_SEALING_H

#include "node/batch.h"

/* Seal `batch` (at least one message) for its peer, whose manifest has a key.
 * ENT_REJECTED, and nothing is written, when the stream has forked or the
 * peer's key is not usable. */
enum ent_status node_sealing_run(struct node *node,
    const struct node_batch *batch, struct ent_error *err) ENT_MUST_CHECK;

/* True when that stream forked and nothing more is sealed in it. */
enum ent_status node_sealing_frozen(struct node *node,
    const struct node_batch *batch, bool *ret_frozen,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
