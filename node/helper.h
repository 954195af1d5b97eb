/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper - a thread that does, ahead of its turn, what asks nobody: bundles
 * that came are opened (node/unsealer.h), large requests are laid out
 * (node/laid.h), while the node's own thread keeps what came before or waits
 * for the disk; and a share of what both can do at once (node/envelopes.h).
 * Nothing is decided there, and neither the store nor the clock is asked.
 *
 * A task is the helper's from node_helper_begin to node_helper_finish, and its
 * owner's before and after, with all that it looks at. Tasks are done in the
 * order in which they were begun, but for those that are begun first.
 */
#ifndef NODE_HELPER_H
#define NODE_HELPER_H

#include "proto/base/error.h"

struct node_helper;

/* Begins a struct of its owner. All zero but for `run`: not begun. */
struct node_task {
    void (*run)(struct node_task *task); /* in the helper's thread */
    int state;                           /* for helper.c alone */
    struct node_task *next;              /* too */
};

enum ent_status node_helper_start(
    struct node_helper **ret_helper, struct ent_error *err) ENT_MUST_CHECK;
/* No task is under way any more. NULL is fine. */
void node_helper_stop(struct node_helper **helper);

void node_helper_begin(struct node_helper *helper, struct node_task *task);
/* The same before all others that wait: its owner is about to wait for it. */
void node_helper_begin_first(
    struct node_helper *helper, struct node_task *task);
/* Wait until it is done; one that was not run yet is not run any more. */
void node_helper_finish(struct node_helper *helper, struct node_task *task);

#endif
