/* SPDX-License-Identifier: Apache-2.0 */
/* What api.c, api_check.c, api_request.c, api_submit.c and api_waiters.c share.
 */
#ifndef NODE_API_INTERNAL_H
#define NODE_API_INTERNAL_H

#include "node/api.h"
#include "node/api_queue.h"

#define CLIENT_MAX 64
#define WAITERS_MAX 64
#define ASKED_MAX 1024        /* requests of one turn */
#define NODE_API_CHECKS_MAX 4 /* at a time */

/* A program that waits for something to come, or for what becomes of a message
 * that was sent. */
struct waiter {
    uint8_t client[CLIENT_MAX];
    size_t client_len;
    uint64_t number;
    uint64_t until_ms;
    char sent[ENT_ID_TEXT_LEN + 1]; /* of that message; "": a reader */
    uint64_t from;
    uint64_t through;
    uint32_t limit;
    char consumer[64];
    char desk[32]; /* it is on */
    bool alike;
};

/* Who asked in this turn, to be told when it is taken back. */
struct asked {
    uint8_t client[CLIENT_MAX];
    size_t client_len;
    uint64_t number;
};

struct node_api {
    struct ent_ear ear; /* of its socket */
    char path[108];     /* as long as a Unix address can be */
    struct ent_arena arena;
    struct node_api_queue queue;
    struct node_laids *laids;       /* NULL: nothing is laid out ahead */
    struct node_api_queued *served; /* the request that is served now, */
    uint64_t user;                  /* who asks it, of this machine, */
    struct ent_view packed;         /* and what, as it came */
    bool called; /* a small submission came since it is served */
    struct waiter waiters[WAITERS_MAX];
    size_t waiter_count;
    struct waiter kept[WAITERS_MAX]; /* as they were when the turn began */
    size_t kept_count;
    uint64_t seen_arrivals; /* when waiters were last looked at */
    uint64_t seen_endings;
    struct asked asked[ASKED_MAX];
    size_t asked_count;
    struct node_checks *checks;
};

/* Checks under way (node/check.h). What nobody has asked for in a while is
 * forgotten. */
struct node_checks *node_checks_new(void);
void node_checks_free(struct node_checks **checks);
void node_checks_forget(struct node_checks *checks, uint64_t now_ms);
uint64_t node_checks_due(const struct node_checks *checks);

/* Do what one request asks for, and queue the reply. */
enum ent_status node_api_request(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;

/* What has come is taken into the queue, as far as there is room for it. */
void node_api_fill(struct node *node);

/* Accept the messages of a submit request, which is the one that is served. The
 * rest of it may be left for another turn (`served->left`), if something urgent
 * is under way or may have come, or NODE_API_TURN_BYTES of it were accepted,
 * and each message has an id: then it is not answered yet, and
 * node_api_submit_more goes on with it. What was accepted stays so, whatever
 * becomes of the rest; with their ids the same messages can be handed in again.
 * Messages without ids are accepted in one turn or not at all. */
enum ent_status node_api_submit(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_submit_more(struct node *node, struct ent_view client,
    struct ent_error *err) ENT_MUST_CHECK;

/* Give out what is on the desk, and what becomes of messages that were sent; or
 * keep who asks until there is something to say. */
enum ent_status node_api_read(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_follow(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_status node_api_reply(struct node *node, struct ent_view client,
    const Entente__V1__ApiReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* Keep a reader until something comes; false: answer it now. */
bool node_api_wait(struct node *node, struct ent_view client, uint64_t number,
    const Entente__V1__InboxRequest *request, uint64_t next);
/* The same of who asks for a message that was sent, until each copy that
 * `reply` has is in its last state. */
bool node_api_wait_sent(struct node *node, struct ent_view client,
    uint64_t number, const Entente__V1__TraceRequest *request,
    const Entente__V1__TraceReply *reply);

#endif
