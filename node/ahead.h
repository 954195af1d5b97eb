/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ahead - frames of one link that were received ahead of their turn.
 *
 * While a large bundle is being taken the next ones are received, and are
 * opened by another thread (node/unsealer.h). A frame is handled in its turn
 * and in the order in which it came, whatever was done ahead; only what is
 * short goes before the large bundles of others, as it would have if they still
 * lay in the socket. Frames that lie here when the link is closed are gone with
 * it, as those in the socket are.
 */
#ifndef NODE_AHEAD_H
#define NODE_AHEAD_H

#include "node/node.h"
#include "node/unsealer.h"
#include "proto/link.h"

#define NODE_AHEAD_MAX 3

struct node_ahead_frame {
    struct ent_frame frame;
    enum ent_status rc; /* of receiving it */
    struct ent_error err;
    struct node_unsealer_job *job; /* NULL: nothing was done */
};

/* All zero: none. */
struct node_ahead {
    struct node_ahead_frame list[NODE_AHEAD_MAX];
    size_t count;
    struct node_unsealer *unsealer; /* of the jobs */
};

/* Start the thread, for requests too (node/laid.h). Without it everything is
 * done in its turn. */
void node_ahead_start(struct node *node);

/* The next frame of `link`, as ent_link_receive gives it. `node->ahead` is
 * what was done of it ahead, until the next call. */
enum ent_status node_ahead_receive(struct node *node, struct node_ahead *ahead,
    struct ent_link *link, struct ent_frame *ret_frame,
    struct ent_error *err) ENT_MUST_CHECK;

/* What was done ahead of the frame that is handled is not needed any more. */
void node_ahead_done(struct node *node);

/* The link is closed. */
void node_ahead_drop(struct node_ahead *ahead);

#endif
