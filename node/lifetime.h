/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lifetime - until when a row has a use, in one table sorted by time.
 *
 * Nothing is ever looked for by walking what is kept: whoever writes a row that
 * must go one day says so here, and node/pruning.h takes what is first. Times
 * are those of the full hour that follows: to the millisecond they would say on
 * the disk when a message came.
 */
#ifndef NODE_LIFETIME_H
#define NODE_LIFETIME_H

#include "node/slots.h"
#include "node/store.h"

/* How long after the expiry of a bundle its sender may still ask what became of
 * it: the longest life of a delivery once more. */
#define NODE_ANSWER_LIFE_MS (7 * NODE_DAY_MS)

/* The full hour that follows, or this one. */
static inline uint64_t
node_lifetime_hour(uint64_t at_ms)
{
    return (at_ms + NODE_HOUR_MS - 1) / NODE_HOUR_MS * NODE_HOUR_MS;
}

enum node_life_kind {
    NODE_LIFE_BUNDLE = 1,   /* a bundle, and that its messages were seen */
    NODE_LIFE_RECEIPT = 2,  /* a receipt of ours, and the answers in it */
    NODE_LIFE_SETTLED = 3,  /* their receipt, and what it proves */
    NODE_LIFE_CUSTODY = 4,  /* a broker's, and what it proves */
    NODE_LIFE_COPY = 5,     /* a submission that was never sealed */
    NODE_LIFE_DELIVERY = 6, /* the time in which a bundle of ours may arrive */
    NODE_LIFE_UPLOAD = 7,   /* a file that no message has taken up */
    NODE_LIFE_QUOTA = 8,    /* what one officer asked for */
    NODE_LIFE_PASSING = 9,  /* what was looked up as it passed */
    NODE_LIFE_ASKED = 10,   /* who asked the lists in an hour */
};

struct node_life {
    uint64_t until_ms;
    enum node_life_kind kind;
    uint64_t number; /* in the table of its kind */
};

enum ent_status node_lifetime_put(struct node_store *store,
    enum node_life_kind kind, uint64_t number, uint64_t until_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* What ends first, whenever that is; ENT_NOT_FOUND when nothing is there. */
enum ent_status node_lifetime_first(struct node_store *store,
    struct node_life *ret_life, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status node_lifetime_delete(struct node_store *store,
    const struct node_life *life, struct ent_error *err) ENT_MUST_CHECK;

#endif
