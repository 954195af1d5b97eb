/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custody - which brokers signed that they hold a bundle of ours, in the order
 * in which we heard of it: our own broker, and then those further on, whose
 * receipts and certificates it brings (docs/PROTOCOL.md 15.10).
 *
 * Only what our own broker says changes what we do: those further on are shown
 * in a trace, and journalled.
 */
#ifndef NODE_CUSTODY_H
#define NODE_CUSTODY_H

#include "node/dispatch.h"

typedef Entente__Rest__V1__Custody node_custody; /* a generated name */

/* Of each bundle; more are ignored. */
#define NODE_CUSTODIES_MAX 16

/* A CUSTODY came from a broker of ours. ENT_REJECTED: of what we never sent, or
 * not authentic, or signed by a broker whose certificate we do not have. */
enum ent_status node_custody_take(struct node *node, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* That broker of ours does not take the bundle, or holds it no longer. */
void node_custody_forget(struct node_dispatch *dispatch, const char *by);

#endif
