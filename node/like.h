/* SPDX-License-Identifier: Apache-2.0 */
/*
 * like - messages here that may be about the incident of another: the same
 * case, the same vehicle or container, the same event (proto/likeness.h). They
 * are shown to an officer, who links them or not (node/link.h).
 */
#ifndef NODE_LIKE_H
#define NODE_LIKE_H

#include "node/found.h"
#include "proto/likeness.h"

#define NODE_LIKE_DAYS 14 /* reports of one event come so far apart at most */
#define NODE_LIKES_MAX 64
#define NODE_LIKE_ENTRIES 20000
#define NODE_LIKE_OPENED 256

struct node_like {
    struct node_found found;
    struct ent_likeness likeness;
};

struct node_likes {
    struct node_like list[NODE_LIKES_MAX]; /* what shares most comes first */
    size_t count;
    bool cut; /* there may be more: the budget was used up */
};

/* How much may be looked at before an alert waits for it: of the index, and of
 * messages, which are to be opened. What was is taken off. Of messages that
 * came one after the other the next begins where the one before did. */
struct node_like_budget {
    size_t entries;
    size_t opened;

    /* the rest is zero to begin with */
    uint64_t until_ms;  /* later ones were not looked at */
    uint64_t before[2]; /* by enum node_way: their numbers begin there */
};

/* What is like `subject`, whose message is `message`: in the days around it, by
 * strong identifiers first. */
enum ent_status node_like_find(struct node *node,
    const struct node_found *subject, const ent_message *message,
    struct node_like_budget *budget, struct node_likes *ret_likes,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
