/* SPDX-License-Identifier: Apache-2.0 */
/*
 * errands - what is to be done about files, a little in each turn: send chunks,
 * open what came, take away what is over. So a gigabyte never holds up an
 * alert.
 */
#ifndef NODE_ERRANDS_H
#define NODE_ERRANDS_H

#include "node/attachment.h"

/* Do some of it; `ret_more` when a turn's share ended before the work. */
enum ent_status node_errands_run(
    struct node *node, bool *ret_more, struct ent_error *err) ENT_MUST_CHECK;

#endif
