/* SPDX-License-Identifier: Apache-2.0 */
/*
 * renewal - a renewed certificate, of the same or of new keys, put in place
 * while the node runs: ours, and those of our brokers.
 *
 * It takes effect at one point, which the journal has. What was signed under
 * the one before stays what it was (node/peers.h: signer); what is not settled
 * of it is sealed anew. Brokers and peers are told at once, and a new link key
 * makes the connections anew after the commit. What is wrong with a file
 * changes nothing and raises an alarm.
 */
#ifndef NODE_RENEWAL_H
#define NODE_RENEWAL_H

#include "node/rules.h"

/* Read our keys and certificate, and those of the brokers, again. */
enum ent_status node_renewal_run(struct node *node,
    struct node_rules_report *report, struct ent_error *err) ENT_MUST_CHECK;

/* After the commit, and when the turn was taken back. */
void node_renewal_keep(struct node *node);
void node_renewal_take_back(struct node *node);

/* Say in the log, once a day, which certificates are over within 30 days. */
void node_renewal_watch(struct node *node);

#endif
