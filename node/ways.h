/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ways - by which neighbours a bundle of ours has gone, kept in its row: what
 * the next way is chosen by (node/route.h), and what a trace shows.
 */
#ifndef NODE_WAYS_H
#define NODE_WAYS_H

#include "node/dispatch.h"

typedef Entente__Rest__V1__Way node_way; /* a generated name */

/* The oldest is forgotten when there are more. */
#define NODE_WAYS_MAX 8

/* Choose where this bundle of `bytes` for `to` goes now, pay for it, and note
 * it in the row. `ret_via` is 0 when it cannot go now: no way leads there, or
 * there is no credit. */
enum ent_status node_ways_take(struct node *node,
    struct node_dispatch *dispatch, const struct ent_address *to,
    uint64_t bytes, uint64_t *ret_via, struct ent_error *err) ENT_MUST_CHECK;

/* What the row says of that neighbour; NULL: it never had the bundle. */
node_way *node_ways_find(const struct node_dispatch *dispatch, const char *via);

/* That broker signed for it. */
enum ent_status node_ways_custody(struct node *node,
    struct node_dispatch *dispatch, const char *via,
    struct ent_error *err) ENT_MUST_CHECK;

/* That broker does not take it, or holds it no longer. */
void node_ways_refuse(struct node_dispatch *dispatch, const char *via);

/* Some broker holds it; some neighbour has it and may yet answer. */
bool node_ways_in_custody(const struct node_dispatch *dispatch);
bool node_ways_open(const struct node_dispatch *dispatch);

#endif
