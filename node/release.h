/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - what officers have to sign before it leaves (`release:
 * two_officers` of an agreement).
 *
 * A copy that may pass is held, encrypted like what is pending, as it would
 * leave: what an officer signs is what goes. It ends by being released, given
 * back to its author, or with its own time (node/batch.h).
 */
#ifndef NODE_RELEASE_H
#define NODE_RELEASE_H

#include "node/submit_internal.h"
#include "proto/schema/api.pb-c.h"

/* Keep a copy until its officers have signed. */
enum ent_status node_release_hold(struct node *node,
    const struct node_outgoing *outgoing, uint64_t number, uint64_t day,
    struct ent_view wire, struct ent_error *err) ENT_MUST_CHECK;

/* An officer has signed copies: each is judged again, and goes, waits for the
 * next officer, or stays what it was with a reason. */
enum ent_status node_release_sign(struct node *node,
    const Entente__V1__SignRequest *request, struct ent_arena *arena,
    Entente__V1__HandledReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* Back to its author. ENT_NOT_FOUND: nothing of that is held. */
enum ent_status node_release_return(struct node *node,
    const Entente__V1__ReturnRequest *request, struct ent_arena *arena,
    Entente__V1__HandledReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* What is held. */
enum ent_status node_release_list(struct node *node,
    const Entente__V1__HeldRequest *request, struct ent_arena *arena,
    Entente__V1__HeldReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_release_count(struct node *node, uint64_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
