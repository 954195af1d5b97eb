/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate - policy at this office's border, in both directions.
 */
#ifndef NODE_GATE_H
#define NODE_GATE_H

#include "node/node.h"
#include "policy/decide.h"
#include "proto/label.h"

/* May `message` go from us to `recipient`? Always answers. What came from
 * another state is asked for twice: may it go there, and may it go further. */
void node_gate_out(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision);

/* The same of one that was accepted, before it leaves: it has been counted. */
void node_gate_out_again(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision);

/* Might it go once its officers have signed: when it is handed in, and when one
 * of them does. */
void node_gate_hold(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision);
void node_gate_held(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision);

/* A message of that decision (`counts`) goes, or was taken in: counted in the
 * same turn. */
enum ent_status node_gate_count(struct node *node, const ent_message *message,
    const struct ent_address *sender, const struct ent_address *recipient,
    struct ent_error *err) ENT_MUST_CHECK;

/* May `message`, which came from `sender`, be shown here? */
void node_gate_in(struct node *node, const ent_message *message,
    const struct ent_address *sender, struct ent_decision *ret_decision);

/* Digest of the agreement that governs traffic with that office; zero when
 * there is none. */
struct ent_digest node_gate_agreement(
    const struct node *node, const struct ent_address *office);

/* True when what came under this digest can be judged here: it is that of an
 * agreement that was ever in use, and there is one with that office now. Where
 * its file is broken or gone it has to wait, not to be refused. */
bool node_gate_can_judge(struct node *node, const struct ent_address *office,
    const struct ent_digest *agreement);

/* True when the agreement with that office is not in force by a clock that is
 * in doubt: nothing passes, and what comes is not refused for good. */
bool node_gate_is_in_doubt(struct node *node, const struct ent_address *office);

/* True when a bundle with this label was sealed by the rules that hold now. One
 * that was not is judged again before it goes (node/dispatch.c). */
bool node_gate_still_stands(
    const struct node *node, const struct ent_label *label);

#endif
