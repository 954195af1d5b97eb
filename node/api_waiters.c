/* SPDX-License-Identifier: Apache-2.0 */
/* Readers that wait for something to come. */
#include <stdio.h>
#include <string.h>

#include "node/api_internal.h"

bool
node_api_wait(struct node *node, struct ent_view client, uint64_t number,
    const Entente__V1__InboxRequest *request, uint64_t next)
{
    struct node_api *api = node->api;
    struct waiter *waiter = &api->waiters[api->waiter_count];
    uint64_t wait = request->wait_ms < NODE_API_WAIT_MAX_MS
                        ? request->wait_ms
                        : NODE_API_WAIT_MAX_MS;

    if (wait == 0 || api->waiter_count == WAITERS_MAX ||
        strlen(request->consumer) >= sizeof waiter->consumer ||
        strlen(request->desk) >= sizeof waiter->desk) {
        return false;
    }
    memcpy(waiter->client, client.data, client.len);
    waiter->client_len = client.len;
    waiter->number = number;
    waiter->until_ms = node->now_ms + wait;
    waiter->from = next;
    waiter->limit = request->limit;
    (void)snprintf(
        waiter->consumer, sizeof waiter->consumer, "%s", request->consumer);
    (void)snprintf(waiter->desk, sizeof waiter->desk, "%s", request->desk);
    waiter->alike = request->alike;
    api->waiter_count++;
    return true;
}

static enum ent_status
answer_waiter(struct node *node, const struct waiter *waiter, bool over,
    bool *ret_answered, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__InboxReply inbox = ENTENTE__V1__INBOX_REPLY__INIT;
    Entente__V1__InboxRequest request = ENTENTE__V1__INBOX_REQUEST__INIT;
    enum ent_status rc;

    request.from = waiter->from;
    request.limit = waiter->limit;
    request.consumer = (char *)(uintptr_t)waiter->consumer;
    request.desk = (char *)(uintptr_t)waiter->desk;
    request.alike = waiter->alike;
    ent_arena_reset(&node->api->arena);
    rc = node_api_inbox(node, &request, &node->api->arena, &inbox, err);
    *ret_answered = rc == ENT_OK && (over || inbox.n_items > 0);
    if (!*ret_answered) {
        return rc;
    }
    reply.number = waiter->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply.inbox = &inbox;
    return node_api_reply(
        node, ent_view_of(waiter->client, waiter->client_len), &reply, err);
}

enum ent_status
node_api_wake(struct node *node, struct ent_error *err)
{
    struct node_api *api = node->api;
    bool news = api->seen_arrivals != node->arrivals;
    size_t i = 0;

    while (i < api->waiter_count) {
        struct waiter *waiter = &api->waiters[i];
        bool over = node->now_ms >= waiter->until_ms;
        bool answered = false;
        enum ent_status rc = ENT_OK;

        if (news || over) {
            rc = answer_waiter(node, waiter, over, &answered, err);
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
