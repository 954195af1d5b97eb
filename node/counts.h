/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts - what stays of messages whose agreement says `then: aggregate`: how
 * many of a family there were in a month, from or to which state. No id, no
 * office, no content: nobody can be found in them.
 *
 * Exercises and tests are not counted, nor what never arrived.
 */
#ifndef NODE_COUNTS_H
#define NODE_COUNTS_H

#include "node/node.h"

struct node_count {
    uint32_t year; /* UTC, in which it was received, or accepted to be sent */
    uint32_t month;
    uint32_t family;
    bool outgoing;
    char state[ENT_STATE_MAX + 1]; /* of the other office */
    uint64_t count;
};

/* One more like that, sent or received at `at_ms`. */
enum ent_status node_counts_add(struct node *node, uint32_t family,
    bool outgoing, const char *state, uint64_t at_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* Walk them, oldest month first: the first one at or after the place `key`,
 * which is then set behind it. All zero begins; ENT_NOT_FOUND is the end. */
enum ent_status node_counts_next(struct node *node,
    uint8_t key[static NODE_KEY_MAX], struct node_count *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
