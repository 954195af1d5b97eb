/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/reply.h"

#include <stdlib.h>

enum ent_status
broker_reply_new(const struct ent_route *route, enum ent_frame_type type,
    struct ent_bytes *payload, struct broker_reply **ret_reply,
    struct ent_error *err)
{
    struct broker_reply *reply = calloc(1, sizeof *reply);

    if (reply == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a reply");
    }
    reply->route = *route;
    reply->type = type;
    reply->payload = *payload;
    *payload = (struct ent_bytes){0};
    *ret_reply = reply;
    return ENT_OK;
}

void
broker_reply_free(struct broker_reply **reply)
{
    if (*reply == NULL) {
        return;
    }
    ent_bytes_free(&(*reply)->payload);
    free(*reply);
    *reply = NULL;
}

void
broker_replies_push(struct broker_replies *replies, struct broker_reply **reply)
{
    struct broker_reply *added = *reply;

    *reply = NULL;
    added->next = NULL;
    if (replies->last == NULL) {
        replies->first = added;
    } else {
        replies->last->next = added;
    }
    replies->last = added;
    replies->count++;
    replies->bytes += added->payload.len;
}

struct broker_reply *
broker_replies_pop(struct broker_replies *replies)
{
    struct broker_reply *reply = replies->first;

    if (reply == NULL) {
        return NULL;
    }
    replies->first = reply->next;
    if (replies->first == NULL) {
        replies->last = NULL;
    }
    replies->count--;
    replies->bytes -= reply->payload.len;
    reply->next = NULL;
    return reply;
}

bool
broker_replies_are_full(const struct broker_replies *replies)
{
    return replies->count >= BROKER_BACKLOG_MAX ||
           replies->bytes >= BROKER_BACKLOG_BYTES_MAX;
}

void
broker_replies_clear(struct broker_replies *replies)
{
    for (;;) {
        struct broker_reply *reply = broker_replies_pop(replies);

        if (reply == NULL) {
            return;
        }
        broker_reply_free(&reply);
    }
}
