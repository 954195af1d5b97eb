/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop - a node's life from its start to a signal: turn after turn of what has
 * come and what is due, and between them waiting for either.
 */
#ifndef NODE_LOOP_H
#define NODE_LOOP_H

#include "node/node.h"

/* Run until a signal says stop (`signal_file` is a signalfd). ENT_OK: a clean
 * stop. ENT_IO: storage failed; everything acknowledged is on disk. */
enum ent_status node_loop_run(
    struct node *node, int signal_file, struct ent_error *err) ENT_MUST_CHECK;

#endif
