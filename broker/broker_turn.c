/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define EXPIRE_MAX 256       /* in one commit */
#define EXPIRE_PAUSE_MS 1000 /* between looks */
#define WARN_PAUSE_MS (UINT64_C(3600) * 1000)

/* ---- one frame ---- */

static enum ent_status
take_bad(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    ent_log(ENT_LOG_WARN, COMPONENT, "malformed frame peer=%s",
        visit->office->certificate.address.text);
    return broker_say_bye(broker, visit->line, &visit->frame->route,
        ENT_REFUSAL_BAD_FRAME, "a frame that no version allows", err);
}

/* What comes in the turn of a HELLO was sent before that was answered, and was
 * not charged to it. */
static bool
is_greeted(const struct broker *broker, const struct broker_visit *visit)
{
    return visit->session != NULL && visit->session->turn != broker->turn;
}

/* Two brokers may speak of an authority's keys before they have greeted: by
 * them one knows the other's certificate, and a statement proves itself. */
static bool
is_about_keys(const struct broker *broker, const struct broker_visit *visit)
{
    const struct ent_view payload = visit->frame->payload;
    struct ent_fetch fetch = {0};
    struct ent_object object = {0};

    if (!broker_registry_is_broker(broker->registry, visit->number) ||
        broker_is_beyond(broker, visit)) {
        return false;
    }
    if (visit->frame->type == ENT_FRAME_FETCH) {
        return ent_fetch_decode(payload, &fetch, NULL) == ENT_OK &&
               fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER;
    }
    return visit->frame->type == ENT_FRAME_OBJECT &&
           ent_object_decode(payload, &object, NULL) == ENT_OK &&
           object.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER;
}

static enum ent_status
dispatch(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    if (visit->frame->type != ENT_FRAME_HELLO && !is_greeted(broker, visit) &&
        !is_about_keys(broker, visit)) {
        if (visit->frame->route.dialled != 0) {
            return ENT_OK; /* left over from a conversation that ended */
        }
        return broker_say_bye(broker, visit->line, &visit->frame->route,
            ENT_REFUSAL_BAD_FRAME, "say HELLO first, and wait for mine", err);
    }
    switch (visit->frame->type) {
    case ENT_FRAME_HELLO:
        return broker_is_beyond(broker, visit)
                   ? broker_slow_down(broker, visit, err)
                   : broker_take_hello(broker, visit, err);
    case ENT_FRAME_STATE:
        return broker_take_state(broker, visit, err);
    case ENT_FRAME_BUNDLE:
        return broker_take_bundle(broker, visit, err);
    case ENT_FRAME_RECEIPT:
        return broker_take_receipt(broker, visit, err);
    case ENT_FRAME_SKIP:
        return broker_take_skip(broker, visit, err);
    case ENT_FRAME_CREDIT:
        return ENT_OK; /* taken before the commit, and once */
    case ENT_FRAME_FETCH:
        return broker_take_fetch(broker, visit, err);
    case ENT_FRAME_OBJECT:
        return broker_take_object(broker, visit, err);
    case ENT_FRAME_BYE:
        return broker_take_bye(broker, visit, err);
    case ENT_FRAME_CUSTODY: /* only brokers say that */
        if (broker_registry_is_broker(broker->registry, visit->number)) {
            return broker_take_custody(broker, visit, err);
        }
        break;
    }
    return take_bad(broker, visit, err);
}

bool
broker_identify(struct broker *broker, const struct ent_frame *frame,
    struct broker_visit *ret_visit)
{
    size_t number = broker_registry_by_key(broker->registry, frame->link_key);

    *ret_visit = (struct broker_visit){.frame = frame, .number = number};
    if (number >= broker->line_count) {
        return false;
    }
    ret_visit->office = broker_registry_at(broker->registry, number);
    ret_visit->line = &broker->lines[number];
    ret_visit->session =
        broker_peer_find(&ret_visit->line->peer, &frame->route);
    return broker_trusts(broker, number);
}

/* Its time is to come: one of two clocks is wrong. */
static bool
is_early(const struct broker *broker, const struct broker_office *office)
{
    return office->certificate.not_before > broker->now.wall_ms &&
           broker_registry_counts(broker->registry,
               broker_registry_by_party(broker->registry, &office->party));
}

static enum ent_status
visit_frame(
    struct broker *broker, const struct ent_frame *frame, struct ent_error *err)
{
    struct broker_visit visit;

    if (broker_identify(broker, frame, &visit)) {
        return dispatch(broker, &visit, err);
    }
    if (visit.line == NULL) {
        return broker_say_bye(broker, NULL, &frame->route,
            ENT_REFUSAL_NOT_SERVED, "you are not served here", err);
    }
    return broker_say_bye(broker, visit.line, &frame->route,
        is_early(broker, visit.office) ? ENT_REFUSAL_CLOCKS_DIFFER
                                       : ENT_REFUSAL_KEY_REVOKED,
        is_early(broker, visit.office)
            ? "your certificate is not valid yet by our clock"
            : "your certificate is not valid any more",
        err);
}

static bool
is_urgent(const struct broker *broker, const struct ent_frame *frame)
{
    const size_t number =
        broker_registry_by_key(broker->registry, frame->link_key);

    return number < broker->line_count &&
           broker_session_is(
               &broker->lines[number].peer.lanes[BROKER_URGENT], &frame->route);
}

size_t
broker_urgent_first(
    const struct broker *broker, struct ent_frame *frames, size_t count)
{
    size_t urgent = 0;

    for (size_t i = 0; i < count; i++) {
        const struct ent_frame frame = frames[i];

        if (is_urgent(broker, &frame)) {
            memmove(&frames[urgent + 1], &frames[urgent],
                (i - urgent) * sizeof frames[0]);
            frames[urgent++] = frame;
        }
    }
    return urgent;
}

/* ---- turns ---- */

/* BYE to who gave us an entry that we hold no more, if it is connected; else
 * it asks by itself, later. */
static enum ent_status
tell_sender(struct broker *broker, const struct broker_entry *entry,
    struct ent_error *err)
{
    struct broker_line *line = broker_line_of(broker, &entry->from);
    const struct broker_session *session;
    const struct ent_stream_id stream = {
        .sender = entry->sender,
        .recipient = entry->recipient,
        .precedence = broker_rank_precedence(entry->rank),
        .sender_incarnation = entry->sender_incarnation,
        .recipient_incarnation = entry->recipient_incarnation,
    };

    session =
        line == NULL ? NULL : broker_peer_session(&line->peer, entry->rank);
    if (session == NULL || entry->sender.text[0] == '\0') {
        return ENT_OK;
    }
    return broker_refuse(broker, &session->route, ENT_REFUSAL_STORE_FULL,
        &stream, entry->first, "it was lost here: send it again", err);
}

/* A bundle that could not be read again: drop it, and let its sender know. */
static enum ent_status
withdraw(struct broker *broker, const struct broker_entry *entry,
    struct ent_error *err)
{
    struct broker_entry known;
    enum ent_status rc;

    rc = broker_spool_find(
        broker->spool, &entry->stream, entry->first, entry->kind, &known, err);
    if (rc == ENT_NOT_FOUND ||
        (rc == ENT_OK && known.arrival != entry->arrival)) {
        return ENT_OK; /* dropped meanwhile */
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "a spooled frame is damaged, dropping it first=%" PRIu64, entry->first);
    rc = broker_spool_drop(broker->spool, entry, err);
    return rc != ENT_OK ? rc : tell_sender(broker, entry, err);
}

static enum ent_status
expire(struct broker *broker, struct ent_error *err)
{
    size_t dropped = 0;
    enum ent_status rc;

    if (broker->clock.doubt != ENT_DOUBT_NONE) {
        return ENT_OK;
    }
    rc = broker_spool_expire(
        broker->spool, broker->now.wall_ms, EXPIRE_MAX, &dropped, err);
    if (rc == ENT_OK && dropped > 0) {
        ent_log(ENT_LOG_INFO, COMPONENT, "expired count=%zu", dropped);
    }
    broker->expire_more = dropped == EXPIRE_MAX;
    return rc;
}

static enum ent_status
handle_all(struct broker *broker, const struct ent_frame *frames, size_t count,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < broker->damaged_count; i++) {
        rc = withdraw(broker, &broker->damaged[i], err);
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = visit_frame(broker, &frames[i], err);
    }
    if (rc == ENT_OK && broker->expire_at <= broker->now.boot_ms) {
        rc = expire(broker, err);
    }
    return rc != ENT_OK ? rc : broker_clock_keep(broker, err);
}

/* One commit. When it fails, nothing of it is answered. */
static enum ent_status
commit_group(struct broker *broker, const struct ent_frame *frames,
    size_t count, struct ent_error *err)
{
    enum ent_status rc;

    rc = broker_spool_begin(broker->spool, true, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = handle_all(broker, frames, count, err);
    if (rc == ENT_OK) {
        rc = broker_spool_commit(broker->spool, err);
    }
    broker_spool_abort(broker->spool);
    if (rc != ENT_OK) {
        broker_replies_clear(&broker->replies);
        return rc;
    }
    broker->damaged_count = 0;
    broker_deliver(broker);
    return ENT_OK;
}

/* There is no room for this frame, even alone. */
static enum ent_status
refuse_for_room(
    struct broker *broker, const struct ent_frame *frame, struct ent_error *err)
{
    struct ent_bundle bundle;

    if (frame->type != ENT_FRAME_BUNDLE ||
        ent_bundle_decode(frame->payload, frame->body, &bundle, NULL) !=
            ENT_OK) {
        return ENT_OK; /* its sender offers it again */
    }
    return broker_refuse(broker, &frame->route, ENT_REFUSAL_STORE_FULL,
        &bundle.label.stream, bundle.label.first, "the broker's store is full",
        err);
}

/* What frees room may follow what finds none: each gets its own chance. */
static enum ent_status
commit_one_by_one(struct broker *broker, const struct ent_frame *frames,
    size_t count, struct ent_error *err)
{
    size_t refused = 0;

    for (size_t i = 0; i < count; i++) {
        enum ent_status rc = commit_group(broker, &frames[i], 1, err);

        if (rc == ENT_FULL) {
            refused++;
            rc = refuse_for_room(broker, &frames[i], err);
            broker_deliver(broker);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    if (refused > 0) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "the store is full, refusing frames=%zu", refused);
    }
    return ENT_OK;
}

static bool
has_work(struct broker *broker, size_t count)
{
    bool expired;

    if (count > 0 || broker->damaged_count > 0 || broker_clock_is_due(broker)) {
        return true;
    }
    if (broker->clock.doubt != ENT_DOUBT_NONE ||
        broker->expire_at > broker->now.boot_ms ||
        broker_spool_begin(broker->spool, false, NULL) != ENT_OK) {
        return false;
    }
    expired = broker_spool_has_expired(broker->spool, broker->now.wall_ms);
    broker_spool_abort(broker->spool);
    return expired;
}

static enum ent_status
handle(struct broker *broker, const struct ent_frame *frames, size_t count,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = broker_reckon(broker, frames, count, err);
    if (rc == ENT_OK) {
        rc = commit_group(broker, frames, count, err);
    }
    if (rc == ENT_FULL) {
        rc = commit_one_by_one(broker, frames, count, err);
    }
    return rc;
}

/* A revocation list that is overdue may have been withheld from us. */
static void
warn_of_lists(struct broker *broker)
{
    if (broker->warn_at > broker->now.boot_ms) {
        return;
    }
    broker->warn_at = broker->now.boot_ms + WARN_PAUSE_MS;
    for (size_t i = 0;; i++) {
        const char *state = broker_registry_state(broker->registry, i);

        if (state == NULL) {
            return;
        }
        if (broker_registry_list_overdue(
                broker->registry, state, broker->now.wall_ms)) {
            ent_log(ENT_LOG_WARN, COMPONENT,
                "revocation list overdue, carrying on with the old one "
                "state=%s",
                state);
        }
    }
}

/* What is lost with it is sent, offered or fetched again by whom it is of. */
static void
warn_of_damage(struct broker *broker)
{
    const uint64_t damaged = broker_spool_damaged(broker->spool);

    if (damaged != broker->damage_told) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "the store holds damaged values, which were passed over: look at "
            "the disk");
        broker->damage_told = damaged;
    }
}

enum ent_status
broker_turn(struct broker *broker, const struct ent_frame *frames, size_t count,
    const struct broker_now *now, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    assert(count <= BROKER_GROUP_MAX);

    broker->now = *now;
    broker->turn++;
    broker_clock_watch(broker);
    broker_add_lines(broker);
    if (has_work(broker, count)) {
        rc = handle(broker, frames, count, err);
    }
    if (rc == ENT_OK) {
        rc = broker_give_credit(broker, err);
    }
    broker_deliver(broker);
    if (broker->expire_at <= now->boot_ms) {
        broker->expire_at =
            now->boot_ms + (broker->expire_more ? 0 : EXPIRE_PAUSE_MS);
        warn_of_lists(broker);
        warn_of_damage(broker);
    }
    if (rc == ENT_OK) {
        rc = broker_forward(broker, err);
    }
    if (rc == ENT_OK) {
        rc = broker_tell_lists(broker, err);
    }
    broker_deliver(broker);
    broker_greet_neighbours(broker);
    return rc;
}
