/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pending - messages accepted for a recipient and not sealed for it yet: its
 * manifest is still to come, or a bundle of theirs has to be sealed anew.
 *
 * They lie encrypted under a message key of their own, which is wrapped under
 * the bucket of the day they are to be deleted on, like all others.
 */
#ifndef NODE_PENDING_H
#define NODE_PENDING_H

#include "node/node.h"
#include "node/rest.pb-c.h"

/* Keep `message` (encoded) for `to`, in the order of `number`. */
enum ent_status node_pending_put(struct node *node, const struct ent_id *id,
    const struct ent_address *to, uint32_t precedence, uint64_t number,
    uint64_t day, struct ent_view message,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same of what officers have yet to sign: the sealer does not see it. */
enum ent_status node_pending_hold(struct node *node, const struct ent_id *id,
    const struct ent_address *to, uint32_t precedence, uint64_t number,
    uint64_t day, struct ent_view message,
    struct ent_error *err) ENT_MUST_CHECK;

/* Wrap the key of one, at `key`, anew under the newest of its bucket. */
enum ent_status node_pending_rewrap(struct node *node, struct ent_view key,
    const Entente__Rest__V1__PendingRow *row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Decrypt one; ENT_NOT_FOUND when its key was destroyed. */
enum ent_status node_pending_open(struct node *node,
    const Entente__Rest__V1__PendingRow *row, struct ent_bytes *ret_message,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
