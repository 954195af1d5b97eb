/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lifecycle - what becomes of a message after it was sent: its sender corrects,
 * withdraws, recalls or re-classifies it (node/raise.h), its recipient answers.
 *
 * What is said of a message (node/fate.h) is true of it whether it came already
 * or not: one that comes late is never shown as if nothing had been said. Only
 * what the same office sent can be meant. A recalled message is removed at
 * once: its key is taken out of the store, and the bucket that wrapped it is
 * renewed.
 */
#ifndef NODE_LIFECYCLE_H
#define NODE_LIFECYCLE_H

#include "node/copy.h"
#include "node/desk.h"
#include "node/fate.h"
#include "proto/message.h"

/* A new message that `sender` sent us was taken: what it says of others is
 * applied, and a recall answered. */
enum ent_status node_lifecycle_take(struct node *node,
    const struct ent_address *sender, const ent_message *message,
    const struct ent_id *id, struct ent_error *err) ENT_MUST_CHECK;

/* All that a message of `sender` corrects or withdraws came, and was shown. */
bool node_lifecycle_mends(struct node *node, const struct ent_address *sender,
    const ent_message *message);

/* What a row of the desk looks into that was settled. */
struct node_settled {
    struct ent_id by;
    struct ent_id raised_by;
    node_raise raise;
};

/* A message is put on the desk: what was said of it before is true of it. The
 * row is changed, and may look into `said` then; of a recalled one only the row
 * is left. */
enum ent_status node_lifecycle_settle(struct node *node,
    const struct ent_party *sender, const struct ent_id *id, node_desk_row *row,
    struct node_settled *said, struct ent_error *err) ENT_MUST_CHECK;

/* Whether we may say that to `to`: only what was sent from here to there can be
 * corrected, withdrawn, recalled or re-classified, or what may have been with a
 * store that is lost. NULL, or what is wrong, in `arena`. */
enum ent_status node_lifecycle_check(struct node *node,
    const ent_message *message, const struct ent_address *to,
    struct ent_arena *arena, const char **ret_fault,
    struct ent_error *err) ENT_MUST_CHECK;

/* What a withdrawal or recall leaves out of its header is that of the message
 * that it means, as `to` got it, while we still have that. */
enum ent_status node_lifecycle_fill(struct node *node, ent_message *message,
    const char *to, struct ent_error *err) ENT_MUST_CHECK;

/* We said it: noted on our copy, and what has not left yet does not leave. */
enum ent_status node_lifecycle_said(struct node *node,
    const ent_message *message, const struct ent_id *id,
    const struct ent_party *to, struct ent_error *err) ENT_MUST_CHECK;

#endif
