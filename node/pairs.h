/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs - keys that two offices gave each other by hand, 32 random bytes each:
 * what is sealed with one besides the recipient's sealing key stays closed even
 * to who records it today and can compute that key one day (RFC 9180,
 * mode_psk). They lie in the store, wrapped under the storage key.
 *
 * An agreement names by its id the key that two offices use (`pair_keys`).
 * Where it does, nothing is sealed without, and a bundle without is refused.
 */
#ifndef NODE_PAIRS_H
#define NODE_PAIRS_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "policy/decide.h"
#include "proto/label.h"

#define NODE_PAIR_KEY_LEN 32

/* The key that our agreement demands between us and that office, and where it
 * says so; false: none. */
bool node_pair_demanded(const struct node *node,
    const struct ent_address *office, struct ent_key_id *ret_key_id,
    size_t *ret_line);

/* Keep a key, for use with that office; again changes nothing. */
enum ent_status node_pair_put(struct node *node,
    const struct ent_address *office,
    const uint8_t key[static NODE_PAIR_KEY_LEN], struct ent_key_id *ret_key_id,
    struct ent_error *err) ENT_MUST_CHECK;

/* Wipe the result. ENT_NOT_FOUND: it is not here. */
enum ent_status node_pair_get(struct node *node,
    const struct ent_key_id *key_id, uint8_t ret_key[static NODE_PAIR_KEY_LEN],
    struct ent_error *err) ENT_MUST_CHECK;
bool node_pair_has(struct node *node, const struct ent_key_id *key_id);

/* The first with an id of at least `*key_id`, which it becomes. ENT_NOT_FOUND;
 * freed with node_row_free. */
enum ent_status node_pair_next(struct node *node, struct ent_key_id *key_id,
    Entente__Rest__V1__PairRow **ret_row, struct ent_error *err) ENT_MUST_CHECK;

/* Deny what would have to be sealed with a key that is not here. */
void node_pair_judge(struct node *node, const struct ent_address *recipient,
    struct ent_decision *decision);

/* What is to be done with a bundle, by the key that its label names. */
enum node_pair_verdict {
    NODE_PAIR_FINE,
    NODE_PAIR_MISSING, /* it cannot be opened before that key is imported */
    NODE_PAIR_LATER,   /* its sender does not have our agreement yet */
    NODE_PAIR_REFUSED, /* its sender agreed to another key, or to one at all */
};

/* `demanded` (NULL: none) is what our agreement asks for; `same_rules`: the
 * bundle was sealed under that agreement; `here`: the key it names is. */
enum node_pair_verdict node_pair_decide(const struct ent_key_id *demanded,
    const struct ent_label *label, bool same_rules, bool here);
/* The same of a bundle that came. */
enum node_pair_verdict node_pair_look(
    struct node *node, const struct ent_label *label);

#endif
