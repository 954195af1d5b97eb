/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocations - the newest revocation list of each state that we deal with,
 * verified under the keys of its authority (node/authorities.h).
 *
 * Lists are signed, so anybody may carry them: we ask the broker for them by
 * the clock, tell it which of our own state's we have, and give away what we
 * have when asked. One that is overdue may be withheld from us; nothing is
 * refused for that, but the operator is told.
 */
#ifndef NODE_REVOCATIONS_H
#define NODE_REVOCATIONS_H

#include "node/node.h"

#define NODE_STATES_MAX 320

struct node_revocations;

enum ent_status node_revocations_new(struct node_revocations **ret_revocations,
    struct ent_error *err) ENT_MUST_CHECK;
void node_revocations_free(struct node_revocations **revocations);

/* True when the newest list of its state has this certificate. */
bool node_revocations_has(
    struct node *node, const struct ent_certificate *certificate);

/* Digest of the list in use for that state; zero: none. */
struct ent_digest node_revocations_digest(struct node *node, const char *state);

/* Its number; 0: none. */
uint64_t node_revocations_number(struct node *node, const char *state);

/* A list came: verify, keep if its number is higher. ENT_REJECTED changes
 * nothing. */
enum ent_status node_revocations_learn(struct node *node, const char *state,
    struct ent_view wire, struct ent_error *err) ENT_MUST_CHECK;

/* Ask the broker for the next list of a state, at most once a minute. */
enum ent_status node_revocations_ask(
    struct node *node, const char *state, struct ent_error *err) ENT_MUST_CHECK;

/* The same for every state that we deal with, whenever it was asked last: upon
 * connecting. */
enum ent_status node_revocations_ask_all(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The same by the clock: every hour, and every ten minutes for a list that is
 * overdue, of which the log is told once. */
enum ent_status node_revocations_refresh(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* For status: the states that we deal with; false past the last. */
struct node_revocation_status {
    const char *state;
    uint64_t number; /* 0: none ever came */
    uint64_t next_update;
    bool overdue;
    size_t revoked;
};
bool node_revocations_at(
    struct node *node, size_t index, struct node_revocation_status *ret_status);

#endif
