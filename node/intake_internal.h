/* SPDX-License-Identifier: Apache-2.0 */
/* What intake*.c share: a bundle on its way through here. */
#ifndef NODE_INTAKE_INTERNAL_H
#define NODE_INTAKE_INTERNAL_H

#include "node/incoming.h"
#include "node/opening.h"
#include "node/peers.h"
#include "node/space.h"
#include "proto/message.h"

struct node_arrival {
    const struct ent_bundle *bundle;
    struct ent_view head;
    struct node_peer *peer;
    struct ent_certificate signer; /* under which it was sealed */
    struct node_incoming incoming;
    struct ent_digest label_hash;
    struct ent_early early[ENT_RANGES_MAX];
    size_t completed;
    enum ent_arrival kind;
    bool was_forked;                /* its stream, before */
    struct node_unsealed *unsealed; /* NULL: nobody looked into it */
    struct node_unsealed own;       /* unless it was opened ahead */
    struct node_opening *openings;
    uint32_t opened; /* so many of them; in the others is nothing yet */
};

/* intake.c: an answer without outcomes, for the whole bundle. */
enum ent_status node_intake_answer(struct node *node,
    const struct node_arrival *arrival, uint32_t code, uint32_t reason,
    struct ent_error *err) ENT_MUST_CHECK;

/* intake_open.c: it is authentic and its place is free. Open it, and settle
 * each message in it; or put it off, when there is no space or no key. */
enum ent_status node_intake_take(struct node *node,
    struct node_arrival *arrival, struct ent_error *err) ENT_MUST_CHECK;

/* intake_fork.c: two labels for one place. Kept as evidence, told to the
 * operator; in the journal once for a stream, or repeating it would fill the
 * disk. */
enum ent_status node_intake_fork(struct node *node,
    struct node_arrival *arrival, struct ent_error *err) ENT_MUST_CHECK;

/* intake_room.c: whether there is space for it. `*ret_refusal` 0: there is;
 * else why it is put off, of which somebody here is told. */
enum ent_status node_intake_room(struct node *node,
    const struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, uint32_t *ret_refusal,
    struct ent_error *err) ENT_MUST_CHECK;
/* What one message of it is. */
enum node_bundle_kind node_intake_kind(const ent_message *message);

/* intake_keep.c: what was opened goes to the desk, or is held until the gap
 * before it is closed; the bundle, the answer and the proof are kept. */
enum ent_status node_intake_keep(struct node *node,
    struct node_arrival *arrival, const struct ent_bundle_secrets *secrets,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
