/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known - which copies of messages were surely never here.
 *
 * What a program hands in is looked for first: it may have been handed in
 * before. Nearly all of it is new, and nothing is as slow to find as what is
 * not there. An id begins with its time (RFC 9562); the store knows the time of
 * the newest id that it ever had, and since then this remembers every id as a
 * few bits (B. Bloom, Commun. ACM 13, 1970). What is newer and has not all of
 * its bits is not in the store. Of all else this says nothing, and who asks has
 * to look.
 *
 * Ids are of programs' choice. Whatever they choose, what was here is never
 * said not to have been: at worst the store is looked into for each.
 */
#ifndef NODE_KNOWN_H
#define NODE_KNOWN_H

#include "proto/address.h"
#include "proto/id.h"

struct node;

#define NODE_KNOWN_BLOCKS 4096 /* a power of two, of 512 bits each */
#define NODE_KNOWN_MAX 131072  /* ids remembered; then it begins anew */

/* All zero: it knows nothing, and anything may have been here. */
struct node_known {
    bool loaded;
    uint64_t since;  /* an id of this time, ms, or later is here if it was */
    uint64_t newest; /* time of the newest that ever was here */
    uint64_t stored; /* that, as the store has it; 0: it has another one */
    size_t count;
    uint64_t bits[NODE_KNOWN_BLOCKS][8];
};

/* From now on, of a store that has nothing newer. */
void node_known_begin(struct node_known *known, uint64_t newest);

/* False: this copy was never added, and is not in the store either. */
bool node_known_may_be(const struct node_known *known, const struct ent_id *id,
    const struct ent_party *to);
/* It is put, whatever becomes of the turn. */
void node_known_add(struct node_known *known, const struct ent_id *id,
    const struct ent_party *to);

/* Of the node's store, in its first turn. */
enum ent_status node_known_load(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
/* The turn is about to end; or was taken back. */
enum ent_status node_known_flush(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
void node_known_take_back(struct node_known *known);

#endif
