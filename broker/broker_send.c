/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"

enum ent_status
broker_answer(struct broker *broker, const struct ent_route *route,
    enum ent_frame_type type, struct ent_bytes *payload, struct ent_error *err)
{
    struct broker_reply *reply = NULL;
    enum ent_status rc;

    rc = broker_reply_new(route, type, payload, &reply, err);
    if (rc != ENT_OK) {
        return rc;
    }
    broker_replies_push(&broker->replies, &reply);
    return ENT_OK;
}

static enum ent_status
answer_bye(struct broker *broker, const struct ent_route *route,
    const struct ent_bye *bye, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc;

    rc = ent_bye_encode(bye, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return broker_answer(broker, route, ENT_FRAME_BYE, &payload, err);
}

enum ent_status
broker_refuse(struct broker *broker, const struct ent_route *route,
    uint32_t reason, const struct ent_stream_id *stream, uint64_t first,
    const char *text, struct ent_error *err)
{
    struct ent_bye bye = {
        .reason = reason,
        .about_stream = true,
        .stream = *stream,
        .first = first,
    };

    (void)snprintf(bye.text, sizeof bye.text, "%s", text);
    return answer_bye(broker, route, &bye, err);
}

enum ent_status
broker_say_bye(struct broker *broker, struct broker_line *line,
    const struct ent_route *route, uint32_t reason, const char *text,
    struct ent_error *err)
{
    struct ent_bye bye = {.reason = reason};

    if (line != NULL) {
        broker_end_route(line, route);
    }
    (void)snprintf(bye.text, sizeof bye.text, "%s", text);
    return answer_bye(broker, route, &bye, err);
}

void
broker_end_lane(struct broker_line *line, enum broker_lane lane)
{
    broker_replies_clear(&line->backlog[lane]);
    broker_told_free(&line->told[lane]);
    broker_peer_end(&line->peer, lane);
}

void
broker_end_route(struct broker_line *line, const struct ent_route *route)
{
    for (size_t i = 0; i < BROKER_LANES; i++) {
        if (broker_session_is(&line->peer.lanes[i], route)) {
            broker_end_lane(line, (enum broker_lane)i);
        }
    }
}

/* The line and lane of a route; NULL: no conversation is going on there. */
static struct broker_line *
line_on(struct broker *broker, const struct ent_route *route,
    enum broker_lane *ret_lane)
{
    for (size_t i = 0; i < broker->line_count; i++) {
        for (size_t lane = 0; lane < BROKER_LANES; lane++) {
            if (broker_session_is(&broker->lines[i].peer.lanes[lane], route)) {
                *ret_lane = (enum broker_lane)lane;
                return &broker->lines[i];
            }
        }
    }
    return NULL;
}

/* Keep a reply until its connection has room again; an office that never reads
 * loses its session, and says HELLO when it is well. */
static void
hold_back(struct broker *broker, struct broker_line *line,
    enum broker_lane lane, struct broker_reply **reply)
{
    broker->blocked = true;
    if (broker_replies_are_full(&line->backlog[lane])) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "a peer does not read, ending its conversation");
        broker_end_lane(line, lane);
        broker_reply_free(reply);
        return;
    }
    broker_replies_push(&line->backlog[lane], reply);
}

static void
deliver(struct broker *broker, struct broker_reply *reply)
{
    enum broker_lane lane = BROKER_BULK;
    struct broker_line *line = line_on(broker, &reply->route, &lane);
    enum ent_status rc;

    if (line != NULL && line->backlog[lane].first != NULL) {
        hold_back(broker, line, lane, &reply);
        return;
    }
    rc = broker->port.send(broker->port.context, &reply->route, reply->type,
        ent_bytes_view(&reply->payload), (struct ent_view){0}, NULL);
    if (rc == ENT_BUSY && line != NULL) {
        hold_back(broker, line, lane, &reply);
        return;
    }
    if (rc != ENT_OK && line != NULL) {
        broker_end_lane(line, lane);
    }
    broker_reply_free(&reply);
}

void
broker_deliver(struct broker *broker)
{
    for (;;) {
        struct broker_reply *reply = broker_replies_pop(&broker->replies);

        if (reply == NULL) {
            return;
        }
        deliver(broker, reply);
    }
}
