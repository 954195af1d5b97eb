/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump - sends what is due, FLASH first, as far as ways and credit allow,
 * and gives up what is over.
 */
#ifndef NODE_PUMP_H
#define NODE_PUMP_H

#include "node/node.h"

/* Send what is due. `ret_more`: stopped at the turn's budget. */
enum ent_status node_pump_run(
    struct node *node, bool *ret_more, struct ent_error *err) ENT_MUST_CHECK;

/* The time of a bundle of ours is over: what nobody could take is given up,
 * connected or not. */
enum ent_status node_pump_expire(struct node *node,
    const struct ent_digest *stream, uint64_t first,
    struct ent_error *err) ENT_MUST_CHECK;

/* The connection to the neighbour with the address `via` was lost, or it
 * greeted us anew: what it was given and nobody answered is due again. */
enum ent_status node_pump_resume(struct node *node, const char *via,
    bool urgent, struct ent_error *err) ENT_MUST_CHECK;

/* The broker `via` is away for long: what it has in custody, and no broker that
 * is there, is due now, so that it takes another way. */
enum ent_status node_pump_doubt(
    struct node *node, const char *via, struct ent_error *err) ENT_MUST_CHECK;

/* When it has something to do next, ms; UINT64_MAX: nothing waits. */
enum ent_status node_pump_due(
    struct node *node, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

#endif
