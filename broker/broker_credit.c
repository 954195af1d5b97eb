/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer may cost: bytes under way (proto/window.h) and signatures to
 * check (proto/pace.h). Reckoned once for each frame, before the commit, which
 * may be tried twice. */
#include "broker/broker_internal.h"
#include "proto/base/log.h"

/* A neighbour speaks for the offices of whole states. */
#define NEIGHBOUR_PACE 8

static const char *
name_of(const struct broker_visit *visit)
{
    return visit->office->certificate.address.text;
}

/* Signatures that this one may have us check in a second. */
static uint64_t
pace_of(const struct broker *broker, size_t number)
{
    return broker->quota.signatures *
           (broker_registry_is_broker(broker->registry, number) ? NEIGHBOUR_PACE
                                                                : 1);
}

/* ---- what came ---- */

/* Frames that hold something signed. */
static bool
costs_a_check(enum ent_frame_type type)
{
    return type == ENT_FRAME_HELLO || type == ENT_FRAME_BUNDLE ||
           type == ENT_FRAME_RECEIPT || type == ENT_FRAME_SKIP ||
           type == ENT_FRAME_OBJECT || type == ENT_FRAME_CUSTODY;
}

bool
broker_is_beyond(const struct broker *broker, const struct broker_visit *visit)
{
    return ent_pace_is_beyond(&visit->line->pace,
        pace_of(broker, visit->number), broker->now.boot_ms);
}

enum ent_status
broker_slow_down(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    ent_log(ENT_LOG_WARN, COMPONENT,
        "too many signatures to check, the conversation ends peer=%s",
        name_of(visit));
    return broker_say_bye(broker, visit->line, &visit->frame->route,
        ENT_REFUSAL_QUOTA, "more signatures than I check in a second", err);
}

/* One bundle beyond its credit ends a conversation, so that nobody can fill our
 * memory. */
static enum ent_status
charge(struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;

    if (ent_window_charge(
            &visit->session->window, frame->payload.len + frame->body.len)) {
        return ENT_OK;
    }
    ent_log(ENT_LOG_WARN, COMPONENT, "more than its credit peer=%s",
        name_of(visit));
    return broker_say_bye(broker, visit->line, &frame->route,
        ENT_REFUSAL_BAD_FRAME, "more bundles than your credit", err);
}

static enum ent_status
take_credit(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;
    uint64_t bytes;

    if (ent_credit_decode(frame->payload, &bytes, NULL) != ENT_OK) {
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_BAD_FRAME, "a malformed CREDIT", err);
    }
    ent_window_refill(&visit->session->window, bytes);
    return ENT_OK;
}

static enum ent_status
reckon_one(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    if (costs_a_check(visit->frame->type)) {
        ent_pace_count(&visit->line->pace, pace_of(broker, visit->number),
            broker->now.boot_ms);
    }
    if (visit->session == NULL) {
        return ENT_OK; /* of what is heard then each is judged later */
    }
    if (broker_is_beyond(broker, visit)) {
        return broker_slow_down(broker, visit, err);
    }
    switch (visit->frame->type) {
    case ENT_FRAME_BUNDLE:
        return charge(broker, visit, err);
    case ENT_FRAME_CREDIT:
        return take_credit(broker, visit, err);
    default:
        return ENT_OK;
    }
}

enum ent_status
broker_reckon(struct broker *broker, const struct ent_frame *frames,
    size_t count, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        struct broker_visit visit;

        if (broker_identify(broker, &frames[i], &visit)) {
            rc = reckon_one(broker, &visit, err);
        }
    }
    broker_deliver(broker);
    return rc;
}

/* ---- what is given back ---- */

static enum ent_status
give_back(struct broker *broker, struct broker_session *session,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    uint64_t bytes = ent_window_give_back(&session->window);
    enum ent_status rc;

    if (bytes == 0) {
        return ENT_OK;
    }
    rc = ent_credit_encode(bytes, &payload, err);
    return rc != ENT_OK ? rc
                        : broker_answer(broker, &session->route,
                              ENT_FRAME_CREDIT, &payload, err);
}

/* Who is ahead of its pace waits for its credit. */
static bool
is_ahead(const struct broker *broker, size_t number)
{
    return ent_pace_is_ahead(&broker->lines[number].pace,
        pace_of(broker, number), broker->now.boot_ms);
}

enum ent_status
broker_give_credit(struct broker *broker, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < broker->line_count * BROKER_LANES;
         i++) {
        struct broker_session *session =
            &broker->lines[i / BROKER_LANES].peer.lanes[i % BROKER_LANES];

        if (session->open && session->window.owed > 0 &&
            !is_ahead(broker, i / BROKER_LANES)) {
            rc = give_back(broker, session, err);
        }
    }
    return rc;
}

uint64_t
broker_credit_due(const struct broker *broker)
{
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < broker->line_count * BROKER_LANES; i++) {
        const struct broker_line *line = &broker->lines[i / BROKER_LANES];
        const struct broker_session *session =
            &line->peer.lanes[i % BROKER_LANES];

        if (session->open && session->window.owed > 0) {
            uint64_t at = ent_pace_due(&line->pace,
                pace_of(broker, i / BROKER_LANES), broker->now.boot_ms);

            due = at < due ? at : due;
        }
    }
    return due;
}
