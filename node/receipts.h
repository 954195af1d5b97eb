/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipts - what we answer about bundles that came, signed after it is stored.
 *
 * Answers of one turn are collected by stream and leave as one receipt each:
 * one signature may settle many bundles.
 */
#ifndef NODE_RECEIPTS_H
#define NODE_RECEIPTS_H

#include "node/node.h"
#include "proto/stream.h"

/* Answer one bundle (or skip). `sealed` is taken over; a final answer is kept
 * until `until_ms`, in case it is asked for again. */
enum ent_status node_receipts_add(struct node *node,
    const struct ent_stream_id *stream, const struct ent_answer *answer,
    struct ent_bytes *sealed, uint64_t until_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* What that place is answered in this turn; NULL: nothing (yet). */
const struct ent_answer *node_receipts_answer(const struct node *node,
    const struct ent_stream_id *stream, uint64_t first);

/* Whether that place was answered for good in an earlier turn. */
enum ent_status node_receipts_has(struct node *node,
    const struct ent_stream_id *stream, uint64_t first, bool *ret_has,
    struct ent_error *err) ENT_MUST_CHECK;

/* A receipt under a key that we no longer have proves nothing to who knows only
 * the newer one: say the same again under that. `ret_wire` stays empty when
 * there is no need. */
enum ent_status node_receipts_sign_anew(const struct node *node,
    struct ent_view wire, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* It came before: offer the receipt that answered it again. ENT_NOT_FOUND when
 * that place was never answered, or the answer is no longer kept; ENT_EXISTS
 * when another label was. */
enum ent_status node_receipts_again(struct node *node,
    const struct ent_stream_id *stream, uint64_t first,
    const struct ent_digest *label_hash, struct ent_error *err) ENT_MUST_CHECK;

/* The receipt that settled the bundle at `first` of a stream that comes here;
 * looks into the store. ENT_NOT_FOUND is ordinary. */
enum ent_status node_receipts_find(struct node *node,
    const struct ent_digest *stream, uint64_t first, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* At the end of the turn: sign, store, journal and queue them. */
enum ent_status node_receipts_flush(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Receipt `number` and the answers in it have no more use. */
enum ent_status node_receipts_prune(
    struct node *node, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

/* The turn was not committed: forget its answers. */
void node_receipts_forget(struct node *node);

/* The label, or skip, that was answered at that place; ENT_NOT_FOUND. */
enum ent_status node_receipts_label(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    struct ent_digest *ret_label_hash, struct ent_error *err) ENT_MUST_CHECK;

#endif
