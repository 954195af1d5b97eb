/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contribution - when statistics went from this office to a state last, and
 * when some of its own came: under an agreement that has
 * `statistics.contribute_to_access`, who gives gets. Exercises and tests are
 * neither.
 */
#ifndef NODE_CONTRIBUTION_H
#define NODE_CONTRIBUTION_H

#include "node/node.h"
#include "policy/decide.h"

/* A new message of `sender` was taken, or one goes to `recipient`: noted, if it
 * is a return. */
enum ent_status node_contribution_take(struct node *node,
    const struct ent_address *sender, const ent_message *message,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_contribution_said(struct node *node,
    const struct ent_address *recipient, const ent_message *message,
    struct ent_error *err) ENT_MUST_CHECK;

/* What the gate asks of the recipient's state, when facts->message is a return.
 */
void node_contribution_look(struct node *node,
    const struct ent_address *recipient, struct ent_facts *facts);

#endif
