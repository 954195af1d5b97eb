/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed - one of our files on its way to one recipient.
 *
 * Nothing of it leaves before the recipient has signed that the message it
 * belongs to was delivered: so a file goes only where its message was permitted
 * to go and did go. Then its chunks travel as messages of the DEFERRED stream,
 * a window of them at a time, each judged by what the agreement says of that
 * message now. What was answered is never sent again; what expired is.
 */
#ifndef NODE_FEED_H
#define NODE_FEED_H

#include "node/copy.h"
#include "node/upload.h"
#include "policy/decide.h"
#include "proto/address.h"

/* Chunks that fill a bundle; and that may be on their way at once: what brokers
 * hold of one file, and what is there twice at its sender. */
#define NODE_FEED_GROUP 15
#define NODE_FEED_WINDOW (8 * NODE_FEED_GROUP)

/* Can all these files still be sent? ENT_BAD_INPUT says which not. */
enum ent_status node_feed_check(struct node *node,
    const struct node_enclosed *enclosed, struct ent_error *err) ENT_MUST_CHECK;

/* The message for `to` was accepted, with those of these files that policy left
 * in it; it is deleted on `day`. */
enum ent_status node_feed_start(struct node *node, const struct ent_id *id,
    const struct ent_address *to, const ent_message *message,
    const struct node_enclosed *enclosed, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* The copy of a message changed: delivered, its files go; over, they do not;
 * deleted, nothing is left of them. */
enum ent_status node_feed_follow(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was,
    const node_copy_row *is, struct ent_error *err) ENT_MUST_CHECK;

/* The copy of a chunk has its last state. */
enum ent_status node_feed_settle(struct node *node, const node_copy_row *chunk,
    struct ent_error *err) ENT_MUST_CHECK;

/* May that chunk go to `to`? As its message may, now. */
enum ent_status node_feed_judge(struct node *node,
    const Entente__V1__AttachmentChunk *chunk, const struct ent_address *to,
    struct ent_decision *ret_decision, struct ent_error *err) ENT_MUST_CHECK;

/* Hand up to `*budget` chunks of feed `number` to the sealer. */
enum ent_status node_feed_run(struct node *node, uint64_t number,
    size_t *budget, struct ent_error *err) ENT_MUST_CHECK;

/* The message goes to its recipient again, which lost it: its files that are
 * still here begin anew with it. Their places in `ret_places`; of the others
 * nothing is left here. */
enum ent_status node_feed_restart(struct node *node, const struct ent_id *id,
    const struct ent_party *to, uint32_t ret_places[static ENT_ATTACHMENTS_MAX],
    size_t *ret_count, struct ent_error *err) ENT_MUST_CHECK;
/* It has the message again: they go. */
enum ent_status node_feed_again(struct node *node, const struct ent_id *id,
    const struct ent_party *to, struct ent_error *err) ENT_MUST_CHECK;

typedef Entente__Rest__V1__FeedRow node_feed_row; /* a generated name */

/* ENT_NOT_FOUND is ordinary. Free with node_row_free. */
enum ent_status node_feed_get(struct node *node, uint64_t number,
    node_feed_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;

#endif
