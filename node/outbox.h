/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - messages that programs handed in during this turn and that are
 * sealed in it, before frames are heard and before any request that changes
 * what passes. Nothing of that can have changed since they were judged, so they
 * need no row of their own in between (node/pending.h) and are not judged
 * again.
 *
 * It is open while requests of programs are served. What lies in it is sealed
 * when they were, and before any request that may change what passes
 * (node/sealer.h); or else it becomes pending rows, which are judged again when
 * they are sealed.
 */
#ifndef NODE_OUTBOX_H
#define NODE_OUTBOX_H

#include "node/batch.h"
#include "proto/message.h"

struct node_outbox;
struct node_outgoing;

struct node_outbox *node_outbox_new(void);
void node_outbox_free(struct node_outbox **outbox);

/* What is accepted from now on may lie here; closing it does not empty it. */
void node_outbox_open(struct node *node);
void node_outbox_close(struct node *node);

/* Encode a message, open or not. It lies here until the next one is encoded, or
 * when it is put, until all that was put is sealed or pending. ENT_BAD_INPUT:
 * it is too large to be sent. */
enum ent_status node_outbox_encode(struct node_outbox *outbox,
    const ent_message *message, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
/* It was accepted: the message that was encoded last. Pending at once when this
 * is closed or full. */
enum ent_status node_outbox_put(struct node *node,
    const struct node_outgoing *outgoing, uint64_t number, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* One recipient's of one precedence, in the order they were put. */
struct node_outbox_group {
    uint8_t rank; /* node_rank; FLASH is first */
    const struct ent_address *to;
};
/* The group that is to be sealed first. False: nothing is left. */
bool node_outbox_first(
    struct node_outbox *outbox, struct node_outbox_group *ret_group);

/* Fill the batch from that group: as many as go into one bundle. */
void node_outbox_fill(struct node_outbox *outbox, struct node_batch *batch);
/* They were sealed; until then they are where they were. */
void node_outbox_sealed(
    struct node_outbox *outbox, const struct node_batch *batch);

/* That group, or all, become pending rows. What fails takes the turn back:
 * their programs are told that they were accepted. */
enum ent_status node_outbox_keep_first(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_outbox_keep(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The turn was taken back. */
void node_outbox_forget(struct node_outbox *outbox);

#endif
