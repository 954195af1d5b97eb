/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restitution - an office lost its store, or had to put back an old one: what
 * it had from us, and may still have, is given to it again.
 *
 * Its manifest says so, signed by itself; nobody else's word counts. Every copy
 * that it had signed for, that is neither deleted here nor recalled, goes again
 * under its own id, as a message of the DEFERRED stream that says that it was
 * delivered before. It is judged by the agreement of now, a window of them is
 * under way at a time, and how far it is lies in the store. The copy itself,
 * and what proves that it was delivered, stays as it is.
 */
#ifndef NODE_RESTITUTION_H
#define NODE_RESTITUTION_H

#include "node/copy.h"
#include "node/peers.h"
#include "proto/message.h"

/* Messages under way to one office. */
#define NODE_RESTITUTION_WINDOW 128

/* The manifest of that office, `wire`, is news: if it says for the first time
 * that a store was lost, giving again begins. */
enum ent_status node_restitution_heed(struct node *node,
    const struct node_peer *peer, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* An errand: look at up to `*budget` submissions for the offices of that
 * number. */
enum ent_status node_restitution_run(struct node *node, uint64_t number,
    size_t *budget, struct ent_error *err) ENT_MUST_CHECK;

/* True when `message`, which is given again, may still be: it is neither
 * deleted nor recalled meanwhile. */
enum ent_status node_restitution_stands(struct node *node,
    const ent_message *message, const struct ent_party *to, bool *ret_stands,
    struct ent_error *err) ENT_MUST_CHECK;

/* The copy that gave a message again has its last state. */
enum ent_status node_restitution_settle(struct node *node,
    const struct ent_party *to, const node_copy_row *given,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
