/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk - what came for the officers of this office, in the order it was handed
 * over; and what waits for a gap before it.
 */
#ifndef NODE_DESK_H
#define NODE_DESK_H

#include "node/desk_rows.h"
#include "node/rest.pb-c.h"
#include "node/seen.h"
#include "proto/delivery.h"

/* Hand one message over: the next desk sequence. Its SEEN row learns it. */
enum ent_status node_desk_put(struct node *node, const node_desk_row *row,
    struct ent_error *err) ENT_MUST_CHECK;
/* The same with all of a bundle, in their order. */
enum ent_status node_desk_put_all(struct node *node,
    const node_desk_row *const *rows, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;

/* Keep the messages of an early bundle until their turn; take them out. */
enum ent_status node_desk_hold(struct node *node,
    const struct ent_digest *stream, uint64_t first, node_desk_row **rows,
    size_t count, struct ent_error *err) ENT_MUST_CHECK;
/* `missing` messages are still missing before them. */
enum ent_status node_desk_release(struct node *node,
    const struct ent_digest *stream, uint64_t first, uint64_t missing,
    struct ent_error *err) ENT_MUST_CHECK;

/* Its row was `was` (NULL: there was none) and is `is` from now on (NULL: it is
 * deleted); the tally follows. */
enum ent_status node_desk_set(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is,
    struct ent_error *err) ENT_MUST_CHECK;

/* Who sent it, and under which id. ENT_IO: the row does not say so. */
enum ent_status node_desk_origin(const node_desk_row *row,
    struct ent_party *ret_sender, struct ent_id *ret_id,
    struct ent_error *err) ENT_MUST_CHECK;

/* An officer here acknowledged `id` of `sender`. */
enum ent_status node_desk_acknowledge(struct node *node,
    const struct ent_party *sender, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
