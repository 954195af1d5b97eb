/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emergency - what an office declares when lives are at stake (`emergency` of
 * an agreement): for a time, messages that name it pass by relaxed rules.
 *
 * It is declared and ended by messages (agreement_control), so that each office
 * it concerns holds its signed word; it is known by the id of the one that
 * declared it. When ours is over it is reviewed, which is a duty.
 */
#ifndef NODE_EMERGENCY_H
#define NODE_EMERGENCY_H

#include "node/node.h"
#include "policy/decide.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"

/* A message of ours names one of ours: who declared it is filled in. */
enum ent_status node_emergency_fill(struct node *node, ent_message *message,
    struct ent_arena *arena, struct ent_error *err) ENT_MUST_CHECK;

/* Does the one that `message` names hold for `recipient`? It was declared to
 * them, in the same mode; for a message that is handed in now (`first`) it is
 * not over either. */
bool node_emergency_holds(struct node *node, const ent_message *message,
    const struct ent_address *recipient, bool first);
/* Is the one that a message of `sender` names known to be over when that was
 * made, or of another mode? */
bool node_emergency_is_over(struct node *node, const ent_message *message,
    const struct ent_address *sender);

/* A message between us and `office` passed: what it declares or ends, and that
 * it passed by relaxed rules, is written down. */
enum ent_status node_emergency_passed(struct node *node,
    const ent_message *message, const struct ent_id *id,
    const struct ent_address *office, bool ours, uint32_t relaxed,
    struct ent_error *err) ENT_MUST_CHECK;

/* The message that declared it is deleted. */
enum ent_status node_emergency_forget(struct node *node,
    const struct ent_party *whose, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

/* Somebody reviewed ours. ENT_NOT_FOUND: there is none of that id;
 * ENT_BAD_INPUT: it is not over. */
enum ent_status node_emergency_review(struct node *node,
    const Entente__V1__ReviewRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;

/* For programs: ours, and those of others that we know. */
enum ent_status node_emergency_list(struct node *node, struct ent_arena *arena,
    Entente__V1__EmergencyStatus ***ret_list, size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
