/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unsealer - a thread that opens bundles ahead of their turn.
 *
 * Verifying, decrypting and reading a bundle takes a third of what a recipient
 * does with it, and asks nobody (node/unsealed.h). So it is done for the next
 * bundles while the node's own thread keeps what came before or waits for the
 * disk. Nothing is decided here: who takes the bundle looks at everything that
 * may have changed meanwhile, and does what was not done.
 *
 * A job is the unsealer's from node_unsealer_begin to node_unsealer_finish, and
 * the caller's before and after. There are a few jobs in all, and so bounded
 * memory.
 */
#ifndef NODE_UNSEALER_H
#define NODE_UNSEALER_H

#include "node/unsealed.h"

#define NODE_UNSEALER_JOBS 3

struct node_unsealer_job {
    struct ent_bundle bundle; /* looks into a frame that stays where it is */
    struct ent_certificate signer;
    bool is_done;     /* it was opened, as far as it can be */
    bool is_verified; /* the bundle is authentic, under that certificate */
    struct node_unsealed unsealed;
    int state; /* for unsealer.c alone */
};

struct node_unsealer;

enum ent_status node_unsealer_start(
    struct node_unsealer **ret_unsealer, struct ent_error *err) ENT_MUST_CHECK;
/* No job is under way any more. */
void node_unsealer_stop(struct node_unsealer **unsealer);

/* A job to be filled in: bundle and signer, and `unsealed` begun. NULL: all are
 * in use. */
struct node_unsealer_job *node_unsealer_take(struct node_unsealer *unsealer);
void node_unsealer_begin(
    struct node_unsealer *unsealer, struct node_unsealer_job *job);
/* Wait until it is done; one that was not begun is not done any more. */
void node_unsealer_finish(
    struct node_unsealer *unsealer, struct node_unsealer_job *job);
/* It is not needed any more: wiped, and free for the next. */
void node_unsealer_release(
    struct node_unsealer *unsealer, struct node_unsealer_job **job);

#endif
