/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - the time that an agreement gives for the reply to a message that asks
 * for one (`service_levels`, of its precedence), from delivery on; what its
 * header says (`reply_by`) may be later, and asks for a reply by itself.
 *
 * It is a duty on both sides (node/duties.h): of the recipient to reply, of the
 * sender to ask where the reply is. Both end with a message that names it in
 * in_reply_to and says something of its own: an acknowledgement says that it
 * was read, and an answer to a correction or a recall (lifecycle) something
 * else.
 */
#ifndef NODE_REPLY_H
#define NODE_REPLY_H

#include "node/copy.h"
#include "node/desk.h"

/* ---- at the recipient ---- */

/* A message that came: until when somebody is to reply; 0: nobody need. */
uint64_t node_reply_by(const struct node *node, const ent_message *message,
    const struct ent_decision *decision);
/* We send `message` to `to`: it may reply to something on the desk. */
enum ent_status node_reply_said(struct node *node, const ent_message *message,
    const struct ent_party *to, struct ent_error *err) ENT_MUST_CHECK;

/* ---- at the sender ---- */

/* Until when the recipient of a copy is to reply; 0: it need not, or has not
 * got it. */
uint64_t node_reply_due(const node_copy_row *row);
/* `message` came from `sender`: it may reply to something of ours. */
enum ent_status node_reply_heard(struct node *node,
    const struct ent_party *sender, const ent_message *message,
    struct ent_error *err) ENT_MUST_CHECK;

/* A row of the desk, or of a copy, was this and is that (NULL: none): the duty
 * that goes with it begins or ends. */
enum ent_status node_reply_follow_desk(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_reply_follow_copy(struct node *node,
    const struct ent_id *id, const node_copy_row *was, const node_copy_row *is,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
