/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - another office asks whether a person, a vehicle or cargo is on a list
 * here (hit_query), and the node answers by itself (hit_answer): hit or no hit,
 * and of a hit which alert that is and whose. What the alert says is asked for
 * in another message, of people.
 *
 * Alerts of our own state alone are answered for: what a third state gave is
 * its own to answer for. Of an alert the asker hears only where it might go to
 * him itself, or an answer that bears its offence; an answer bears its
 * classification and handling. Otherwise it is as if it were not there. A
 * person is known by all words of a name and a whole date of birth. What the
 * node cannot look up, or cannot answer for sure, stays on the desk, where
 * people answer (node/reply.h); so does what is asked for a third office, and
 * what is given again to a store that was lost.
 */
#ifndef NODE_QUERY_H
#define NODE_QUERY_H

#include "node/node.h"
#include "proto/message.h"

/* A new message of `sender` was taken: true when it is a query, and the answer
 * is on its way. */
enum ent_status node_query_take(struct node *node,
    const struct ent_address *sender, const ent_message *message,
    bool *ret_answered, struct ent_error *err) ENT_MUST_CHECK;

#endif
