/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirmations - the receipts that were stored in this turn, by stream: after
 * the commit they are named to the broker in STATE, so that it may forget them.
 */
#ifndef NODE_CONFIRMATIONS_H
#define NODE_CONFIRMATIONS_H

#include "node/node.h"
#include "proto/frame.h"

struct node_confirmations;

enum ent_status node_confirmations_new(
    struct node_confirmations **ret_confirmations,
    struct ent_error *err) ENT_MUST_CHECK;
void node_confirmations_free(struct node_confirmations **confirmations);

/* ENT_BUSY when there are too many in one turn: this one waits to be repeated.
 */
enum ent_status node_confirmations_add(struct node_confirmations *confirmations,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err) ENT_MUST_CHECK;

/* Queue as many STATE frames to `via` as it takes; then there are none. */
enum ent_status node_confirmations_queue(struct node *node,
    struct node_confirmations *confirmations, uint64_t via,
    struct ent_error *err) ENT_MUST_CHECK;

/* The turn was taken back: none of them was stored. */
void node_confirmations_forget(struct node_confirmations *confirmations);

#endif
