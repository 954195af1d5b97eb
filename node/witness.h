/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness - offices hold each other's checkpoints (proto/witness.h), so that
 * nobody changes the history of an office alone, not even who has its store and
 * its keys.
 *
 * Each office is told how long our journal is, with a proof that it grew from
 * what that office holds of it, and what we hold of its own. It is told by the
 * clock, and sooner when much was added; never because of one message. The
 * newest that came is held durably. What contradicts it raises an alarm, is
 * kept as evidence for a third, and never takes its place; a new life of the
 * store, which the office announced, does. What others hold of an office that
 * they and we work with under one agreement is compared as well.
 */
#ifndef NODE_WITNESS_H
#define NODE_WITNESS_H

#include "node/objects.h"
#include "node/peers.h"
#include "proto/history.h"

typedef Entente__Rest__V1__WitnessRow node_witness_row; /* generated */

/* What may stay unproven until the alarm. */
#define NODE_WITNESS_PATIENCE_MS NODE_DAY_MS

/* What one peer said came: verified, held against what is held, and kept.
 * ENT_REJECTED for what is not authentic or not for us. */
enum ent_status node_witness_learn(struct node *node,
    const struct ent_object *object, struct ent_error *err) ENT_MUST_CHECK;

/* By the clock: a new checkpoint, who is to be told, whom to ask. */
enum ent_status node_witness_run(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* When that is due, ms. */
uint64_t node_witness_due(const struct node *node);

/* A neighbour is there: it gets what we last said to those behind it, and is
 * asked for what they said to us. */
enum ent_status node_witness_greet(
    struct node *node, uint64_t via, struct ent_error *err) ENT_MUST_CHECK;

/* Over a direct link: what we said to who asks, if it is newer. */
enum ent_status node_witness_answer(struct node *node,
    const struct ent_fetch *fetch, struct ent_object *object,
    struct ent_error *err) ENT_MUST_CHECK;

/* Heads of two bundles of that office for one place of one stream: the first
 * such pair is kept as evidence. */
enum ent_status node_witness_fork(struct node *node,
    const struct node_peer *peer, struct ent_view first, struct ent_view second,
    struct ent_error *err) ENT_MUST_CHECK;

/* What is known of that office; ENT_NOT_FOUND. Freed with node_row_free. */
enum ent_status node_witness_get(struct node *node,
    const struct ent_party *party, node_witness_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Our checkpoint is made anew, by the key that we have then; or this is the
 * end.
 */
void node_witness_forget(struct node *node);

#endif
