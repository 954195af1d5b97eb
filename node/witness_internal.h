/* SPDX-License-Identifier: Apache-2.0 */
/* What witness.c, witness_learn.c and witness_tell.c share. */
#ifndef NODE_WITNESS_INTERNAL_H
#define NODE_WITNESS_INTERNAL_H

#include "node/witness.h"

#define NODE_HEARSAY_MAX 4 /* notes of one office that others hold */

/* As it is known, or new; freed with node_row_free. */
enum ent_status node_witness_load(struct node *node,
    const struct node_peer *peer, node_witness_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_witness_save(struct node *node,
    const struct node_peer *peer, const node_witness_row *row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Something is to be told to that office, soon. */
void node_witness_owe(struct node *node, node_witness_row *row);

/* What was not proven since then may still come. */
bool node_witness_is_patient(const struct node *node, uint64_t since);

/* Bytes of a row for others; a copy, where it was is freed. */
enum ent_status node_witness_bytes(ProtobufCBinaryData *field,
    struct ent_view bytes, struct ent_error *err) ENT_MUST_CHECK;

/* One agreement in use names that office, the other one, and us. */
bool node_witness_is_joint(const struct node *node,
    const struct ent_address *office, const struct ent_address *other);

/* Tell one peer, now. */
enum ent_status node_witness_tell(struct node *node,
    const struct node_peer *peer, node_witness_row *row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Is what others hold of that office of one history with what it said itself in
 * `wire`? */
enum ent_status node_hearsay_settle(struct node *node,
    const struct node_peer *peer, node_witness_row *row, struct ent_view wire,
    const struct ent_checkpoint *now, const struct ent_witness *witness,
    struct ent_error *err) ENT_MUST_CHECK;
/* Notes of other offices that `by` holds. */
enum ent_status node_hearsay_learn(struct node *node,
    const struct node_peer *by, const struct ent_witness *witness,
    struct ent_error *err) ENT_MUST_CHECK;

/* Two statements of that office, or a note and a statement, that no honest
 * office makes: told, journalled and kept, once. */
enum ent_status node_witness_contradict(struct node *node,
    const struct node_peer *peer, node_witness_row *row,
    enum ent_history history, struct ent_view first, struct ent_view second,
    const char *why, struct ent_error *err) ENT_MUST_CHECK;

#endif
