/* SPDX-License-Identifier: Apache-2.0 */
/*
 * due - when there is something to do for each bundle of ours that is not
 * settled: the rows of DUE, one rank for each precedence, FLASH first.
 */
#ifndef NODE_DUE_H
#define NODE_DUE_H

#include "node/node.h"

#define NODE_DUE_RANKS 5

/* A walk over one rank, soonest first, and what was found last. Rows may be put
 * and deleted under way. */
struct node_due {
    uint8_t key[NODE_KEY_MAX];
    bool is_begun;
    uint64_t at; /* ms */
    struct ent_digest stream;
    uint64_t first;
};

/* From what is due at `from_ms` on. */
struct node_due node_due_walk(uint8_t rank, uint64_t from_ms);

/* ENT_NOT_FOUND at the end of the rank. */
enum ent_status node_due_next(struct node *node, struct node_due *due,
    struct ent_error *err) ENT_MUST_CHECK;

/* Which of the two connections a rank travels on. */
bool node_due_is_urgent(uint8_t rank);

#endif
