/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pins - signing keys of other offices that somebody of this office compared by
 * telephone. Of an office that is pinned no certificate for another key is
 * taken, whoever signed it, until that key is pinned: an alarm says that one
 * came. So a forged certificate of its authority, too, is noticed.
 */
#ifndef NODE_PINS_H
#define NODE_PINS_H

#include "node/peers.h"

/* The key that is pinned; ENT_NOT_FOUND: none is. */
enum ent_status node_pin_get(struct node *node, const struct ent_party *party,
    struct ent_key_id *ret_key_id, struct ent_error *err) ENT_MUST_CHECK;

/* Take this certificate of an office and pin its key. ENT_BAD_INPUT: it is no
 * certificate that counts here, or its key is not `key_id`. The office's
 * address in `ret_address`. */
enum ent_status node_pin_put(struct node *node, struct ent_view certificate,
    const struct ent_key_id *key_id, struct ent_address *ret_address,
    struct ent_error *err) ENT_MUST_CHECK;

/* Its keys are taken again as its authority certifies them. ENT_NOT_FOUND. */
enum ent_status node_pin_remove(struct node *node,
    const struct ent_address *address, struct ent_error *err) ENT_MUST_CHECK;

/* A certificate came: ENT_REJECTED, and an alarm, when another key of that
 * office is pinned. */
enum ent_status node_pin_check(struct node *node,
    const struct ent_certificate *certificate,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
