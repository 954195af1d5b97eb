/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump - sends what is due, FLASH first, as far as connection and credit allow,
 * and gives up what is over.
 */
#ifndef NODE_PUMP_H
#define NODE_PUMP_H

#include "node/node.h"

/* Send what is due. `ret_more`: stopped at the turn's budget. */
enum ent_status node_pump_run(
    struct node *node, bool *ret_more, struct ent_error *err) ENT_MUST_CHECK;

/* What nobody could take is given up when it is over, connected or not. */
enum ent_status node_pump_expire(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The broker greeted us: what was sent unanswered is due again. */
enum ent_status node_pump_resume(
    struct node *node, bool urgent, struct ent_error *err) ENT_MUST_CHECK;

/* When it has something to do next, ms; UINT64_MAX: nothing waits. */
enum ent_status node_pump_due(
    struct node *node, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

#endif
