/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/session.h"

#include <assert.h>
#include <string.h>

#define SECOND_MS UINT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)

#define UNANSWERED_PAUSE_MS (30 * SECOND_MS)
#define UNANSWERED_PAUSE_MAX_MS (10 * MINUTE_MS)
#define PUT_OFF_PAUSE_MS (2 * SECOND_MS)
#define PUT_OFF_PAUSE_MAX_MS (5 * MINUTE_MS)

#define NEVER UINT64_MAX

/* ---- one connection ---- */

void
broker_session_begin(struct broker_session *session,
    const struct ent_route *route,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN], uint64_t granted)
{
    *session = (struct broker_session){
        .open = true,
        .route = *route,
        .window = ent_window_begin(
            granted < BROKER_WINDOW_MAX ? granted : BROKER_WINDOW_MAX),
    };
    memcpy(session->link_key, link_key, sizeof session->link_key);
}

void
broker_session_end(struct broker_session *session)
{
    *session = (struct broker_session){0};
}

bool
broker_session_is(
    const struct broker_session *session, const struct ent_route *route)
{
    return session->open && session->route.dialled == route->dialled &&
           session->route.len == route->len &&
           memcmp(session->route.bytes, route->bytes, route->len) == 0;
}

/* ---- sending and sending again ---- */

static struct broker_round
no_round(uint64_t pause)
{
    return (struct broker_round){.due = NEVER, .pause = pause};
}

static void
call_round(struct broker_round *round, uint64_t end, uint64_t now_ms)
{
    round->due = now_ms + round->pause;
    round->next = 0;
    round->end = end;
    round->found = false;
}

static void
lengthen(struct broker_round *round, uint64_t pause_max)
{
    round->pause *= 2;
    if (round->pause > pause_max) {
        round->pause = pause_max;
    }
}

void
broker_walk_begin(struct broker_walk *walk)
{
    *walk = (struct broker_walk){
        .stirred = true,
        .unanswered = no_round(UNANSWERED_PAUSE_MS),
        .put_off = no_round(PUT_OFF_PAUSE_MS),
    };
}

void
broker_walk_again(struct broker_walk *walk)
{
    walk->fresh = 0;
    walk->stirred = true;
}

void
broker_walk_stir(struct broker_walk *walk)
{
    walk->stirred = true;
}

void
broker_walk_sent(struct broker_walk *walk, uint64_t arrival)
{
    assert(arrival >= walk->fresh);
    walk->fresh = arrival + 1;
    walk->sent = true;
}

void
broker_walk_idle(struct broker_walk *walk, uint64_t now_ms)
{
    walk->stirred = false;
    if (walk->sent && walk->unanswered.due == NEVER) {
        call_round(&walk->unanswered, walk->fresh, now_ms);
        walk->sent = false;
    }
}

void
broker_walk_put_off(struct broker_walk *walk, uint64_t now_ms)
{
    if (walk->put_off.due == NEVER) {
        call_round(&walk->put_off, walk->fresh, now_ms);
    }
}

void
broker_walk_settled(struct broker_walk *walk)
{
    walk->unanswered.pause = UNANSWERED_PAUSE_MS;
    walk->put_off.pause = PUT_OFF_PAUSE_MS;
}

bool
broker_round_is_due(const struct broker_round *round, uint64_t now_ms)
{
    return round->due != NEVER && round->due <= now_ms;
}

void
broker_walk_unanswered_done(struct broker_walk *walk, uint64_t now_ms)
{
    struct broker_round *round = &walk->unanswered;

    round->due = NEVER;
    if (!round->found) {
        round->pause = UNANSWERED_PAUSE_MS;
        broker_walk_idle(walk, now_ms);
        return;
    }
    lengthen(round, UNANSWERED_PAUSE_MAX_MS);
    call_round(round, walk->fresh, now_ms);
    walk->sent = false;
}

/* If they are put off again, that answer calls for the next round. */
void
broker_walk_put_off_done(struct broker_walk *walk)
{
    walk->put_off.due = NEVER;
    lengthen(&walk->put_off, PUT_OFF_PAUSE_MAX_MS);
}

uint64_t
broker_walk_due(const struct broker_walk *walk)
{
    return walk->put_off.due < walk->unanswered.due ? walk->put_off.due
                                                    : walk->unanswered.due;
}

/* ---- an office ---- */

void
broker_peer_init(struct broker_peer *peer)
{
    *peer = (struct broker_peer){0};
    for (uint8_t rank = 0; rank < BROKER_RANKS; rank++) {
        broker_walk_begin(&peer->bundles[rank]);
        broker_walk_begin(&peer->receipts[rank]);
        broker_walk_begin(&peer->custodies[rank]);
    }
}

struct broker_session *
broker_peer_session(struct broker_peer *peer, uint8_t rank)
{
    if (rank < BROKER_URGENT_RANKS && peer->lanes[BROKER_URGENT].open) {
        return &peer->lanes[BROKER_URGENT];
    }
    return peer->lanes[BROKER_BULK].open ? &peer->lanes[BROKER_BULK] : NULL;
}

struct broker_session *
broker_peer_find(struct broker_peer *peer, const struct ent_route *route)
{
    for (size_t i = 0; i < BROKER_LANES; i++) {
        if (broker_session_is(&peer->lanes[i], route)) {
            return &peer->lanes[i];
        }
    }
    return NULL;
}

static bool
is_carried_by(
    const struct broker_peer *peer, uint8_t rank, enum broker_lane lane)
{
    const bool urgent = rank < BROKER_URGENT_RANKS;

    return lane == BROKER_URGENT ? urgent
                                 : !urgent || !peer->lanes[BROKER_URGENT].open;
}

static void
begin_walks(struct broker_peer *peer, enum broker_lane lane)
{
    for (uint8_t rank = 0; rank < BROKER_RANKS; rank++) {
        if (is_carried_by(peer, rank, lane)) {
            broker_walk_begin(&peer->bundles[rank]);
            broker_walk_begin(&peer->receipts[rank]);
            broker_walk_begin(&peer->custodies[rank]);
        }
    }
}

static void
stir_walks(struct broker_peer *peer, enum broker_lane lane)
{
    for (uint8_t rank = 0; rank < BROKER_RANKS; rank++) {
        if (is_carried_by(peer, rank, lane)) {
            broker_walk_stir(&peer->bundles[rank]);
            broker_walk_stir(&peer->receipts[rank]);
            broker_walk_stir(&peer->custodies[rank]);
        }
    }
}

void
broker_peer_begin(struct broker_peer *peer, enum broker_lane lane,
    const struct ent_route *route,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN], uint64_t granted)
{
    const bool bulk_carried = lane == BROKER_URGENT &&
                              !peer->lanes[BROKER_URGENT].open &&
                              peer->lanes[BROKER_BULK].open;

    broker_session_begin(&peer->lanes[lane], route, link_key, granted);
    if (bulk_carried) {
        stir_walks(peer, lane);
    } else {
        begin_walks(peer, lane);
    }
}

void
broker_peer_end(struct broker_peer *peer, enum broker_lane lane)
{
    broker_session_end(&peer->lanes[lane]);
    begin_walks(peer, lane);
}
