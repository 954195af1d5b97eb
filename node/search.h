/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - messages that came or were sent and have all the keys that are asked
 * for, in a span of time, the newest first.
 *
 * Whatever is asked, one step looks at so many entries at most: a search goes
 * on where the step before it ended, so that an alert never waits for it. Times
 * are those of our clock when a message came or was accepted.
 */
#ifndef NODE_SEARCH_H
#define NODE_SEARCH_H

#include "node/found.h"

#define NODE_SEARCH_TERMS_MAX 32
#define NODE_SEARCH_ANY_MAX 32 /* blocks that one number is in */
#define NODE_SEARCH_STEP 20000 /* entries that one step looks at */

/* One of `any` must be the message's. */
struct node_search_term {
    struct node_blind any[NODE_SEARCH_ANY_MAX];
    size_t count;
};

/* Where it is, of one way. */
struct node_search_place {
    uint64_t before; /* the next one looked at is older; 0: at its end */
    bool waits;      /* `found`, to be taken */
    struct node_found found;
};

struct node_search {
    struct node_search_term terms[NODE_SEARCH_TERMS_MAX];
    size_t term_count;
    uint64_t from_ms;
    uint64_t until_ms;
    struct node_search_place places[2]; /* by enum node_way */
    size_t budget;                      /* entries still to be looked at */
};

/* Begin at the newest of a way that is not after until_ms. */
enum ent_status node_search_begin(struct node *node, struct node_search *search,
    enum node_way way, struct ent_error *err) ENT_MUST_CHECK;

/* The newest of what is left waits in the place of that way until it is taken.
 * ENT_NOT_FOUND: there is no more; ENT_BUSY: the budget is used up, and the
 * places say where to go on. */
enum ent_status node_search_next(struct node *node, struct node_search *search,
    enum node_way *ret_way, struct ent_error *err) ENT_MUST_CHECK;
void node_search_taken(struct node_search *search, enum node_way way);

#endif
