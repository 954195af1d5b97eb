/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorities - the keys of the states' authorities: the one that our agreement
 * with a state pins, or for what no agreement covers the configuration, and
 * those that the state's rollover statement joins to it (proto/authority.h).
 *
 * Statements are signed, so anybody may bring them: neighbours, a stick, a file
 * `*.rollover` in the folder of agreements. The newest is kept and told to our
 * neighbours. One that contradicts it is kept beside it, raises an alarm, and
 * stops the following: nothing newer is taken until an agreement or the
 * configuration pins a key that only one of the two speaks of.
 */
#ifndef NODE_AUTHORITIES_H
#define NODE_AUTHORITIES_H

#include "node/rules.h"
#include "proto/authority.h"

struct node_authorities;

enum ent_status node_authorities_new(struct node_authorities **ret_authorities,
    struct ent_error *err) ENT_MUST_CHECK;
void node_authorities_free(struct node_authorities **authorities);

/* In a turn: know what the store has of the configured states, and read the
 * folder. Before that nothing but what is pinned is known. */
enum ent_status node_authorities_load(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The keys of that state's authority; false: nobody pins one. */
bool node_authorities_get(
    struct node *node, const char *state, struct ent_rollover *ret_keys);
/* The same where it is known which key is pinned. */
void node_authorities_join(struct node *node, const char *state,
    const struct ent_verify_key *pinned, struct ent_rollover *ret_keys);

/* The keys of our own state's, of which the configuration pins one: it has one
 * for our state, or the program did not start. */
void node_authorities_own(struct node *node, struct ent_rollover *ret_keys);

/* The number of the statement that is followed, 0: none; whether another one
 * contradicts it. */
uint64_t node_authorities_number(struct node *node, const char *state);
bool node_authorities_forks(struct node *node, const char *state);

/* A statement came: verify, keep and tell it if it is newer. ENT_REJECTED
 * changes nothing but what is said of a contradiction. */
enum ent_status node_authorities_learn(struct node *node, const char *state,
    struct ent_view wire, struct ent_error *err) ENT_MUST_CHECK;

/* Read every `*.rollover` of the folder of agreements. What became of each is
 * in `report` (may be NULL); what cannot be used is an alarm. Without a store,
 * when one is being made, they are remembered only. */
enum ent_status node_authorities_read(struct node *node,
    struct node_rules_report *report, struct ent_error *err) ENT_MUST_CHECK;

/* Ask everybody for that state's statement, at most once in two seconds. */
enum ent_status node_authorities_ask(
    struct node *node, const char *state, struct ent_error *err) ENT_MUST_CHECK;
/* Something of that state did not verify (`rc`, returned unless asking fails):
 * its authority may have a new key. */
enum ent_status node_authorities_doubt(struct node *node, const char *state,
    enum ent_status rc, struct ent_error *err) ENT_MUST_CHECK;

/* Tell the neighbours in `via` our own state's statement, if there is one. */
enum ent_status node_authorities_tell(
    struct node *node, uint64_t via, struct ent_error *err) ENT_MUST_CHECK;

/* The turn was taken back: look into the store again. */
void node_authorities_forget(struct node *node);

#endif
