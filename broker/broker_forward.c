/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"

/*
 * For each office, FLASH first: what is fresh, then rounds of what was put off
 * or has no answer. A walk stops where credit or room on the connection ends,
 * and goes on from there.
 */
enum outcome {
    SENT,
    HELD,    /* the next broker has signed for it */
    SKIPPED, /* nothing to be sent here, go on */
    STOPPED, /* no credit, no room, or no connection any more */
};

/* Where one precedence of one office stands. */
struct lane {
    size_t number;
    struct broker_line *line;
    struct broker_session *session;
    const struct broker_office *office;
    uint8_t rank;
    /* Where no more fits now: what is less urgent does not overtake there. The
     * urgent connection is left before the other one is looked at. */
    const struct broker_session *stopped;
};

/* A send that failed: wait for room, or the connection is gone. */
static enum outcome
stop(struct broker *broker, const struct lane *lane, enum ent_status rc)
{
    if (rc == ENT_BUSY) {
        broker->blocked = true;
        return STOPPED;
    }
    ent_log(ENT_LOG_INFO, COMPONENT, "disconnected peer=%s",
        lane->office->certificate.address.text);
    broker_end_lane(lane->line,
        lane->session == &lane->line->peer.lanes[BROKER_URGENT] ? BROKER_URGENT
                                                                : BROKER_BULK);
    return STOPPED;
}

/* It is dropped, and its sender told, in the next commit. */
static enum outcome
note_damaged(struct broker *broker, const struct broker_entry *entry)
{
    if (broker->damaged_count < BROKER_DAMAGED_MAX) {
        broker->damaged[broker->damaged_count++] = *entry;
    }
    return SKIPPED;
}

/* A neighbour must know who signed what it gets. */
static enum ent_status
introduce(struct broker *broker, const struct lane *lane,
    const struct ent_address *signer)
{
    return broker_registry_is_broker(broker->registry, lane->number)
               ? broker_introduce(
                     broker, lane->line, lane->session, signer, NULL)
               : ENT_OK;
}

static enum outcome
send_entry(struct broker *broker, const struct lane *lane,
    const struct broker_entry *entry)
{
    const bool skip = entry->kind == BROKER_SKIP;
    struct ent_view head;
    struct ent_view body;
    enum ent_status rc;

    if (broker->clock.doubt == ENT_DOUBT_NONE &&
        entry->drop_at <= broker->now.wall_ms) {
        return SKIPPED;
    }
    if (!broker_route_may_repeat(
            entry->held_at, entry->rank, broker->now.wall_ms)) {
        return HELD;
    }
    if (broker_spool_read(broker->spool, entry, &head, &body, NULL) != ENT_OK) {
        return note_damaged(broker, entry);
    }
    if (!skip && !ent_window_spend(&lane->session->window, entry->size)) {
        return STOPPED;
    }
    rc = introduce(broker, lane, &entry->sender);
    if (rc == ENT_OK) {
        rc = broker->port.send(broker->port.context, &lane->session->route,
            skip ? ENT_FRAME_SKIP : ENT_FRAME_BUNDLE, head, body, NULL);
    }
    if (rc != ENT_OK) {
        if (!skip) {
            ent_window_refill(&lane->session->window, entry->size);
        }
        return stop(broker, lane, rc);
    }
    return SENT;
}

static enum outcome
send_receipt(struct broker *broker, const struct lane *lane,
    const struct broker_receipt *receipt)
{
    struct ent_receipt known;
    enum ent_status rc = ENT_OK;

    if (broker_registry_is_broker(broker->registry, lane->number) &&
        ent_receipt_peek(receipt->wire, &known, NULL) == ENT_OK) {
        rc = introduce(broker, lane, &known.stream.recipient);
    }
    if (rc == ENT_OK) {
        rc = broker->port.send(broker->port.context, &lane->session->route,
            ENT_FRAME_RECEIPT, receipt->wire, (struct ent_view){0}, NULL);
    }
    return rc == ENT_OK ? SENT : stop(broker, lane, rc);
}

/* Who gave us the bundle learns that a broker further on has it too, and who
 * that is. */
static enum outcome
send_custody(
    struct broker *broker, const struct lane *lane, struct ent_view wire)
{
    struct ent_custody known;
    enum ent_status rc;

    if (ent_custody_peek(wire, &known, NULL) != ENT_OK) {
        return SKIPPED;
    }
    rc = broker_introduce(
        broker, lane->line, lane->session, &known.broker, NULL);
    if (rc == ENT_OK) {
        rc = broker->port.send(broker->port.context, &lane->session->route,
            ENT_FRAME_CUSTODY, wire, (struct ent_view){0}, NULL);
    }
    return rc == ENT_OK ? SENT : stop(broker, lane, rc);
}

/* ---- one walk: bundles and skips, receipts, or custody receipts ---- */

enum cargo_kind {
    RECEIPTS,
    CUSTODIES,
    BUNDLES,
    CARGO_KINDS,
};

/* The next thing at or after `from`, and sending it. */
struct cargo {
    enum cargo_kind kind;
    bool only_put_off;
    union {
        struct broker_entry entry;
        struct broker_receipt receipt;
        struct ent_view custody;
    } item;
};

static enum ent_status
next(struct broker *broker, const struct lane *lane, struct cargo *cargo,
    uint64_t from, uint64_t *ret_arrival, struct ent_error *err)
{
    const struct ent_party *party = &lane->office->party;
    enum ent_status rc;

    switch (cargo->kind) {
    case RECEIPTS:
        rc = broker_spool_next_receipt(
            broker->spool, party, lane->rank, from, &cargo->item.receipt, err);
        *ret_arrival = cargo->item.receipt.arrival;
        return rc;
    case CUSTODIES:
        return broker_spool_next_custody(broker->spool, party, lane->rank, from,
            ret_arrival, &cargo->item.custody, err);
    default:
        rc = broker_spool_next_for(
            broker->spool, party, lane->rank, from, &cargo->item.entry, err);
        *ret_arrival = cargo->item.entry.arrival;
        return rc;
    }
}

static enum outcome
send_item(
    struct broker *broker, const struct lane *lane, const struct cargo *cargo)
{
    if (cargo->kind == RECEIPTS) {
        return send_receipt(broker, lane, &cargo->item.receipt);
    }
    if (cargo->kind == CUSTODIES) {
        return send_custody(broker, lane, cargo->item.custody);
    }
    if (cargo->only_put_off && !cargo->item.entry.put_off) {
        return SKIPPED;
    }
    return send_entry(broker, lane, &cargo->item.entry);
}

static enum ent_status
walk_fresh(struct broker *broker, struct lane *lane, struct broker_walk *walk,
    enum cargo_kind kind, struct ent_error *err)
{
    struct cargo cargo = {.kind = kind};

    while (walk->stirred) {
        uint64_t arrival;
        enum ent_status rc =
            next(broker, lane, &cargo, walk->fresh, &arrival, err);

        if (rc == ENT_NOT_FOUND) {
            broker_walk_idle(walk, broker->now.boot_ms);
            return ENT_OK;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (send_item(broker, lane, &cargo) == STOPPED) {
            lane->stopped = lane->session;
            return ENT_OK;
        }
        broker_walk_sent(walk, arrival);
    }
    return ENT_OK;
}

/* Go on with a round that is due. `ret_done`: it came to its end;
 * `ret_found`: something was there to be sent again. */
static enum ent_status
walk_round(struct broker *broker, struct lane *lane, struct broker_round *round,
    struct cargo *cargo, bool *ret_done, struct ent_error *err)
{
    *ret_done = false;
    while (lane->session->open) {
        uint64_t arrival;
        enum outcome outcome;
        enum ent_status rc =
            next(broker, lane, cargo, round->next, &arrival, err);

        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && arrival >= round->end)) {
            *ret_done = true;
            return ENT_OK;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        outcome = send_item(broker, lane, cargo);
        if (outcome == STOPPED) {
            lane->stopped = lane->session;
            return ENT_OK;
        }
        round->found = round->found || outcome != SKIPPED;
        round->next = arrival + 1;
    }
    return ENT_OK;
}

static enum ent_status
walk_again(struct broker *broker, struct lane *lane, struct broker_walk *walk,
    enum cargo_kind kind, struct ent_error *err)
{
    const uint64_t now_ms = broker->now.boot_ms;
    struct cargo cargo = {.kind = kind, .only_put_off = true};
    bool done = false;
    enum ent_status rc = ENT_OK;

    if (broker_round_is_due(&walk->put_off, now_ms)) {
        rc = walk_round(broker, lane, &walk->put_off, &cargo, &done, err);
        if (rc == ENT_OK && done) {
            broker_walk_put_off_done(walk);
        }
    }
    if (rc == ENT_OK && lane->stopped != lane->session &&
        broker_round_is_due(&walk->unanswered, now_ms)) {
        cargo.only_put_off = false;
        rc = walk_round(broker, lane, &walk->unanswered, &cargo, &done, err);
        if (rc == ENT_OK && done) {
            broker_walk_unanswered_done(walk, now_ms);
        }
    }
    return rc;
}

/* ---- all offices ---- */

/* True when nothing is left that waits for room. */
static bool
flush_backlog(struct broker *broker, const struct lane *lane)
{
    struct broker_replies *backlog =
        &lane->line->backlog[lane->session - lane->line->peer.lanes];

    while (backlog->first != NULL) {
        struct broker_reply *reply = backlog->first;
        enum ent_status rc =
            broker->port.send(broker->port.context, &reply->route, reply->type,
                ent_bytes_view(&reply->payload), (struct ent_view){0}, NULL);

        if (rc != ENT_OK) {
            (void)stop(broker, lane, rc);
            return false;
        }
        reply = broker_replies_pop(backlog);
        broker_reply_free(&reply);
    }
    return true;
}

static enum ent_status
forward_rank(struct broker *broker, struct lane *lane, struct ent_error *err)
{
    struct broker_peer *peer = &lane->line->peer;
    struct broker_walk *const walks[CARGO_KINDS] = {
        [RECEIPTS] = &peer->receipts[lane->rank],
        [CUSTODIES] = &peer->custodies[lane->rank],
        [BUNDLES] = &peer->bundles[lane->rank],
    };
    enum ent_status rc = ENT_OK;

    for (enum cargo_kind i = 0; rc == ENT_OK && i < CARGO_KINDS; i++) {
        if (!lane->session->open || lane->stopped == lane->session ||
            !flush_backlog(broker, lane)) {
            return ENT_OK;
        }
        rc = walk_fresh(broker, lane, walks[i], i, err);
        if (rc == ENT_OK && i != CUSTODIES && lane->session->open &&
            !walks[i]->stirred) {
            rc = walk_again(broker, lane, walks[i], i, err);
        }
    }
    return rc;
}

/* Nothing more goes to an office whose certificate was revoked meanwhile, and
 * nothing to who came under a link key that is not its own any more. */
static enum ent_status
shut_out(struct broker *broker, size_t number, struct ent_error *err)
{
    struct broker_line *line = &broker->lines[number];
    const bool trusted = broker_trusts(broker, number);
    const uint8_t *link_key =
        broker_registry_at(broker->registry, number)->certificate.link_key;

    for (size_t i = 0; i < BROKER_LANES; i++) {
        const struct broker_session *session = &line->peer.lanes[i];
        const struct ent_route route = session->route;
        enum ent_status rc = ENT_OK;

        if (!session->open) {
            continue;
        }
        if (!broker_registry_serves(broker->registry, number)) {
            rc = broker_say_bye(broker, line, &route, ENT_REFUSAL_NOT_SERVED,
                "you are not served here any more", err);
        } else if (!trusted) {
            rc = broker_say_bye(broker, line, &route, ENT_REFUSAL_KEY_REVOKED,
                "your certificate is not valid any more", err);
        } else if (memcmp(session->link_key, link_key, ENT_PUBLIC_KEY_LEN) !=
                   0) {
            rc = broker_say_bye(broker, line, &route, ENT_REFUSAL_NOT_SERVED,
                "your certificate names another link key now", err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
forward_to(struct broker *broker, size_t number, struct ent_error *err)
{
    struct lane lane = {
        .number = number,
        .line = &broker->lines[number],
        .office = broker_registry_at(broker->registry, number),
    };
    enum ent_status rc = ENT_OK;

    if (broker_peer_session(&lane.line->peer, 0) == NULL) {
        return ENT_OK;
    }
    rc = shut_out(broker, number, err);
    for (uint8_t rank = 0; rc == ENT_OK && rank < BROKER_RANKS; rank++) {
        lane.rank = rank;
        lane.session = broker_peer_session(&lane.line->peer, rank);
        if (lane.session != NULL && lane.session != lane.stopped) {
            rc = forward_rank(broker, &lane, err);
        }
    }
    return rc;
}

enum ent_status
broker_forward(struct broker *broker, struct ent_error *err)
{
    enum ent_status rc;

    broker->blocked = false;
    rc = broker_spool_begin(broker->spool, false, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; rc == ENT_OK && i < broker->line_count; i++) {
        rc = forward_to(broker, i, err);
    }
    broker_spool_abort(broker->spool);
    return rc;
}
