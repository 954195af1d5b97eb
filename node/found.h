/* SPDX-License-Identifier: Apache-2.0 */
/*
 * found - a message that came or was sent, by its number, as much of it as
 * searches, lists and comparisons need.
 */
#ifndef NODE_FOUND_H
#define NODE_FOUND_H

#include "node/index.h"

struct node_found {
    enum node_way way;
    uint64_t number; /* of the desk, or of the submission */
    struct ent_id id;
    char office[ENT_ADDRESS_MAX + 1]; /* it came from, or went to */
    uint32_t family;
    uint32_t precedence;
    uint64_t at_ms; /* it came, or was accepted */
    uint64_t acknowledged_at;
    uint64_t listed_until; /* an entry of a list; 0: it is none */
    uint32_t fate;         /* enum node_fate */
    uint32_t desk;   /* that it is for alone, or is by now (node/desks.h) */
    uint64_t bundle; /* where it lies sealed; 0: not yet */
    uint64_t day;
    uint32_t index;
};

/* ENT_NOT_FOUND: there is none of that number, nothing of it can be read any
 * more, it did not leave (refused here, held for officers to sign), or it is no
 * message of an officer (a file's chunk). */
enum ent_status node_found_get(struct node *node, enum node_way way,
    uint64_t number, struct node_found *ret_found,
    struct ent_error *err) ENT_MUST_CHECK;
/* One that we sent: of its copies one that left and can be read, else one that
 * left. */
enum ent_status node_found_sent(struct node *node, const struct ent_id *id,
    struct node_found *ret_found, struct ent_error *err) ENT_MUST_CHECK;
/* One by who sent it: we, perhaps. */
enum ent_status node_found_of(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct node_found *ret_found,
    struct ent_error *err) ENT_MUST_CHECK;

/* One as programs name it: by its number at the desk, or (0) by the id under
 * which we sent it. ENT_NOT_FOUND says so in words. */
enum ent_status node_found_named(struct node *node, uint64_t sequence,
    const char *id, struct node_found *ret_found,
    struct ent_error *err) ENT_MUST_CHECK;

/* The message itself, in `arena`. ENT_NOT_FOUND: it is not sealed yet, or its
 * key is gone. */
enum ent_status node_found_open(struct node *node,
    const struct node_found *found, struct ent_arena *arena,
    ent_message **ret_message, struct ent_error *err) ENT_MUST_CHECK;

/* Its family's name; "" where the catalogue has none. Never NULL. */
const char *node_found_family(const struct node_found *found);

#endif
