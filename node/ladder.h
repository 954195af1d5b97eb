/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ladder - who is called while nobody acknowledges a hotline alert (`hotline.
 * ladder` of an agreement): at each rung an alarm that names the role, until
 * somebody has answered or the alert counts no more.
 */
#ifndef NODE_LADDER_H
#define NODE_LADDER_H

#include "node/desk.h"

/* An alert came to the desk: its rungs wait for their time. */
enum ent_status node_ladder_set(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* Raise an alarm for each rung that is due; `ret_due` says when the next is
 * (ms, UINT64_MAX: there is none). */
enum ent_status node_ladder_run(
    struct node *node, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

#endif
