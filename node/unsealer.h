/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unsealer - bundles that are opened ahead of their turn.
 *
 * Verifying, decrypting and reading a bundle takes a third of what a recipient
 * does with it, and asks nobody (node/unsealed.h). So it is done for the next
 * bundles by another thread (node/helper.h). Nothing is decided there: who
 * takes the bundle looks at everything that may have changed meanwhile, and
 * does what was not done.
 *
 * There are a few jobs in all, and so bounded memory. All calls are of the
 * node's own thread.
 */
#ifndef NODE_UNSEALER_H
#define NODE_UNSEALER_H

#include "node/helper.h"
#include "node/unsealed.h"

#define NODE_UNSEALER_JOBS 3

struct node_unsealer_job {
    struct node_task task;
    struct ent_bundle bundle; /* looks into a frame that stays where it is */
    struct ent_certificate signer;
    bool is_done;     /* it was opened, as far as it can be */
    bool is_verified; /* the bundle is authentic, under that certificate */
    struct node_unsealed unsealed;
    bool is_taken; /* for unsealer.c alone */
};

struct node_unsealer;

/* `helper` is stopped after it. */
enum ent_status node_unsealer_new(struct node_helper *helper,
    struct node_unsealer **ret_unsealer, struct ent_error *err) ENT_MUST_CHECK;
/* No job is in use any more. NULL is fine. */
void node_unsealer_free(struct node_unsealer **unsealer);

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
