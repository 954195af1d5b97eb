/* SPDX-License-Identifier: Apache-2.0 */
/* What query.c and query_answer.c share: one query, while it is answered. */
#ifndef NODE_QUERY_INTERNAL_H
#define NODE_QUERY_INTERNAL_H

#include "node/list.h"
#include "node/query.h"

#define QUERY_KEYS_MAX 64
#define QUERY_WHOLE_DATE_LEN 10 /* 1990-04-17 */

struct query_asking {
    struct node *node;
    const ent_message *query;
    const struct ent_address *asker;
    struct node_blind keys[QUERY_KEYS_MAX];
    size_t key_count;
    struct node_list_hits hits;
    bool unsure; /* people have to look */
};

/* With the first alert of which he may hear. */
enum ent_status node_query_answer_hit(struct query_asking *asking,
    bool *ret_answered, struct ent_error *err) ENT_MUST_CHECK;

/* Nothing that he may hear of is on a list here. */
enum ent_status node_query_answer_no_hit(const struct query_asking *asking,
    bool *ret_answered, struct ent_error *err) ENT_MUST_CHECK;

#endif
