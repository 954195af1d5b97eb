/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that wait for something to come, or for what becomes of a message.
 */
#include <stdio.h>
#include <string.h>

#include "node/api_internal.h"
#include "proto/trace.h"

/* A place for one that waits so long; NULL: it is answered now. */
static struct waiter *
place_for(struct node *node, struct ent_view client, uint64_t number,
    uint64_t wait_ms)
{
    struct node_api *api = node->api;
    struct waiter *waiter = &api->waiters[api->waiter_count];

    if (wait_ms == 0 || api->waiter_count == WAITERS_MAX) {
        return NULL;
    }
    memset(waiter, 0, sizeof *waiter);
    memcpy(waiter->client, client.data, client.len);
    waiter->client_len = client.len;
    waiter->number = number;
    waiter->until_ms =
        node->now_ms +
        (wait_ms < NODE_API_WAIT_MAX_MS ? wait_ms : NODE_API_WAIT_MAX_MS);
    return waiter;
}

bool
node_api_wait(struct node *node, struct ent_view client, uint64_t number,
    const Entente__V1__InboxRequest *request, uint64_t next)
{
    struct waiter *waiter = place_for(node, client, number, request->wait_ms);

    if (waiter == NULL ||
        strlen(request->consumer) >= sizeof waiter->consumer ||
        strlen(request->desk) >= sizeof waiter->desk) {
        return false;
    }
    waiter->from = next;
    waiter->limit = request->limit;
    waiter->through = request->through;
    (void)snprintf(
        waiter->consumer, sizeof waiter->consumer, "%s", request->consumer);
    (void)snprintf(waiter->desk, sizeof waiter->desk, "%s", request->desk);
    waiter->alike = request->alike;
    node->api->waiter_count++;
    return true;
}

bool
node_api_wait_sent(struct node *node, struct ent_view client, uint64_t number,
    const Entente__V1__TraceRequest *request,
    const Entente__V1__TraceReply *reply)
{
    struct waiter *waiter;

    if (request->id[0] == '\0' || reply->n_items == 0 ||
        ent_trace_is_over(reply->items[0]) ||
        strlen(request->id) >= sizeof waiter->sent) {
        return false;
    }
    waiter = place_for(node, client, number, request->wait_ms);
    if (waiter == NULL) {
        return false;
    }
    (void)snprintf(waiter->sent, sizeof waiter->sent, "%s", request->id);
    node->api->waiter_count++;
    return true;
}

static enum ent_status
answer_reader(struct node *node, const struct waiter *waiter, bool over,
    bool *ret_answered, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__InboxReply inbox = ENTENTE__V1__INBOX_REPLY__INIT;
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    enum ent_status rc;

    request.from = waiter->from;
    request.limit = waiter->limit;
    request.through = waiter->through;
    request.consumer = (char *)(uintptr_t)waiter->consumer;
    request.desk = (char *)(uintptr_t)waiter->desk;
    request.alike = waiter->alike;
    rc = node_api_inbox(node, &request, &node->api->arena, &inbox, err);
    *ret_answered = rc == ENT_OK && (over || inbox.n_items > 0);
    if (*ret_answered) {
        rc = node_api_done(node, &request, err);
    }
    if (rc != ENT_OK || !*ret_answered) {
        return rc;
    }
    reply.number = waiter->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply.inbox = &inbox;
    return node_api_reply(
        node, ent_view_of(waiter->client, waiter->client_len), &reply, err);
}

/* It may be deleted meanwhile: then he is told what there is of it. */
static enum ent_status
answer_sender(struct node *node, const struct waiter *waiter, bool over,
    bool *ret_answered, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__TraceReply trace = ENTENTE__V1__TRACE_REPLY__INIT;
    Entente__V1__TraceRequest request = ENTENTE__V1__TRACE_REQUEST__INIT;
    enum ent_status rc;

    request.id = (char *)(uintptr_t)waiter->sent;
    rc = node_api_trace(node, &request, &node->api->arena, &trace, err);
    *ret_answered =
        rc == ENT_NOT_FOUND ||
        (rc == ENT_OK && (over || ent_trace_is_over(trace.items[0])));
    if (!*ret_answered) {
        return rc;
    }
    reply.number = waiter->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_TRACE;
    reply.trace = &trace;
    return node_api_reply(
        node, ent_view_of(waiter->client, waiter->client_len), &reply, err);
}

static enum ent_status
answer(struct node *node, const struct waiter *waiter, bool over,
    bool *ret_answered, struct ent_error *err)
{
    ent_arena_reset(&node->api->arena);
    return waiter->sent[0] == '\0'
               ? answer_reader(node, waiter, over, ret_answered, err)
               : answer_sender(node, waiter, over, ret_answered, err);
}

enum ent_status
node_api_wake(struct node *node, struct ent_error *err)
{
    struct node_api *api = node->api;
    const bool arrived = api->seen_arrivals != node->arrivals;
    const bool ended = api->seen_endings != node->endings;
    size_t i = 0;

    while (i < api->waiter_count) {
        struct waiter *waiter = &api->waiters[i];
        bool over = node->now_ms >= waiter->until_ms;
        bool answered = false;
        enum ent_status rc = ENT_OK;

        if (over || (waiter->sent[0] == '\0' ? arrived : ended)) {
            rc = answer(node, waiter, over, &answered, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (answered) {
            *waiter = api->waiters[--api->waiter_count];
        } else {
            i++;
        }
    }
    api->seen_arrivals = node->arrivals;
    api->seen_endings = node->endings;
    node_checks_forget(api->checks, node->now_ms);
    return ENT_OK;
}

uint64_t
node_api_due(const struct node_api *api)
{
    uint64_t due = node_checks_due(api->checks);

    for (size_t i = 0; i < api->waiter_count; i++) {
        if (api->waiters[i].until_ms < due) {
            due = api->waiters[i].until_ms;
        }
    }
    return due;
}
