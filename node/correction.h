/* SPDX-License-Identifier: Apache-2.0 */
/*
 * correction - the times that an agreement gives for corrections and
 * withdrawals (`correction`): who has a wrong message is told within one, and
 * who is told has applied it within the other. Each is a duty (node/duties.h)
 * until it is done. Recalls need no person: a node answers them itself.
 *
 * We owe it to everybody who has the message: to those it was sent to, once we
 * said it to one of them, and to those it was passed on to, once its originator
 * has said it to us.
 */
#ifndef NODE_CORRECTION_H
#define NODE_CORRECTION_H

#include "node/copy.h"
#include "node/desk.h"

/* Its sender has corrected or withdrawn a message of the desk: until when that
 * is to be applied; 0: nothing is agreed. */
uint64_t node_correction_apply_by(const struct node *node, const char *from);

/* We said that of message `id`: whoever else has it is to be told. */
enum ent_status node_correction_said(struct node *node, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;
/* `sender` said it of its message, which may have gone on from here. */
enum ent_status node_correction_heard(struct node *node,
    const struct ent_party *sender, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

/* Our officer has answered what was said of message `id` of `sender`. */
enum ent_status node_correction_applied(struct node *node,
    const struct ent_party *sender, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

/* A row of the desk, or of a copy, was this and is that (NULL: none): the duty
 * that goes with it begins or ends. */
enum ent_status node_correction_follow_desk(struct node *node,
    uint64_t sequence, const node_desk_row *was, const node_desk_row *is,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_correction_follow_copy(struct node *node,
    const struct ent_id *id, const node_copy_row *was, const node_copy_row *is,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
