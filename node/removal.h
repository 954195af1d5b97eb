/* SPDX-License-Identifier: Apache-2.0 */
/*
 * removal - a message that was recalled is really gone.
 *
 * Its key is taken out of the block that has it, in the turn in which the
 * recall comes. LMDB never overwrites, so the old block could still be found on
 * disk: therefore, in a turn of its own soon after, everything that the same
 * bucket key wraps is wrapped under a new one, and after that commit the old
 * one is overwritten (node/slots.h). A row of REMOVAL stands from the first
 * step until the last, so that what a crash leaves undone is done at the next
 * start. The sealing key of its epoch could still open what travelled: from
 * when on nobody can is part of the answer.
 */
#ifndef NODE_REMOVAL_H
#define NODE_REMOVAL_H

#include "node/node.h"
#include "proto/message.h"

/* Take out the key of one message; ENT_OK too when it is gone already. */
enum ent_status node_removal_take(struct node *node, uint64_t bundle,
    uint64_t day, uint32_t index, struct ent_error *err) ENT_MUST_CHECK;

/* A key was taken out of the block of that day: its bucket is renewed, so that
 * nothing opens what wrapped it. */
enum ent_status node_removal_note(
    struct node *node, uint64_t day, struct ent_error *err) ENT_MUST_CHECK;

/* Answer the recall `message` about message `of`: what is removed, and when
 * that is final. */
enum ent_status node_removal_answer(struct node *node,
    const ent_message *message, const struct ent_id *of,
    const struct ent_party *sender, struct ent_error *err) ENT_MUST_CHECK;

/* Renew one bucket from which a key was taken out, in turns of its own. Does
 * nothing when there is none. */
enum ent_status node_removal_run(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

#endif
