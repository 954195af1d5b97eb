/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_answers - the kinds of requests of the local api, and who answers each.
 * What is to be known of a kind stands in one line of a table; but whether a
 * list_check changes something depends on what it asks (node/api_request.c).
 *
 * A kind of reply has the number of its kind of request.
 */
#ifndef NODE_API_ANSWERS_H
#define NODE_API_ANSWERS_H

#include "node/api_internal.h"

struct node_answer {
    Entente__V1__ApiRequest__RequestCase kind;
    /* Do what is asked, and say in the reply, which is of that kind, what came
     * of it; what the reply looks into lies in the arena. */
    enum ent_status (*answer)(struct node *node,
        const Entente__V1__ApiRequest *request, Entente__V1__ApiReply *reply,
        struct ent_error *err);
    /* Or: do it, and reply now or later. */
    enum ent_status (*serve)(struct node *node, struct ent_view client,
        const Entente__V1__ApiRequest *request, struct ent_error *err);
    bool changes; /* not to be done with a store that is an old copy */
    /* It changes nothing of what passes, nor tells of what waits: what was
     * handed in before need not be sealed first. */
    bool beside;
};

/* NULL: it asks for nothing that is known here. */
const struct node_answer *node_answer_to(
    const Entente__V1__ApiRequest *request);

#endif
