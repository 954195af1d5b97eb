/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocations - the newest revocation list of each state that we deal with,
 * verified under the authority key that our agreement with that state pins.
 */
#ifndef NODE_REVOCATIONS_H
#define NODE_REVOCATIONS_H

#include "node/node.h"

struct node_revocations;

enum ent_status node_revocations_new(struct node_revocations **ret_revocations,
    struct ent_error *err) ENT_MUST_CHECK;
void node_revocations_free(struct node_revocations **revocations);

/* True when the newest list of its state has this certificate. */
bool node_revocations_has(
    struct node *node, const struct ent_certificate *certificate);

/* Digest of the list in use for that state; zero: none. */
struct ent_digest node_revocations_digest(struct node *node, const char *state);

/* A list came: verify, keep if its number is higher. ENT_REJECTED changes
 * nothing. */
enum ent_status node_revocations_learn(struct node *node, const char *state,
    struct ent_view wire, struct ent_error *err) ENT_MUST_CHECK;

#endif
