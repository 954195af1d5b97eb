/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session - one connection of an office: its credit both ways, and how far we
 * are in sending what waits for it.
 *
 * Pure: no socket, no disk; monotonic time is an argument. The rules are those
 * of broker/broker.h, sections 1, 2 and 4.
 */
#ifndef BROKER_SESSION_H
#define BROKER_SESSION_H

#include "broker/route.h"
#include "proto/link.h"
#include "proto/window.h"

/* However much an office grants us, no more lies in its connection. */
#define BROKER_WINDOW_MAX ((uint64_t)8 * 1024 * 1024)

enum broker_lane {
    BROKER_URGENT,
    BROKER_BULK,
    BROKER_LANES,
};

struct broker_session {
    bool open;
    struct ent_route route;
    uint8_t link_key[ENT_PUBLIC_KEY_LEN]; /* that the connection came under */
    uint64_t turn;                        /* of the broker in which it began */
    struct ent_window window;
};

/* Begin a conversation on `route`, with what the office granted; what was
 * before is forgotten. */
void broker_session_begin(struct broker_session *session,
    const struct ent_route *route,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN], uint64_t granted);
void broker_session_end(struct broker_session *session);
bool broker_session_is(
    const struct broker_session *session, const struct ent_route *route);

/* ---- what an office is sent, in one precedence ---- */

/* A round of sending again, over what was sent before it was called. */
struct broker_round {
    uint64_t due;   /* monotonic ms; UINT64_MAX: none is called */
    uint64_t next;  /* arrival to go on with */
    uint64_t end;   /* the first arrival beyond it */
    bool found;     /* something had to be sent again */
    uint64_t pause; /* before the next one */
};

struct broker_walk {
    uint64_t fresh; /* what arrived from here on was never sent */
    bool stirred;   /* there may be something fresh */
    bool sent;      /* something was sent since a round was called */
    struct broker_round unanswered;
    struct broker_round put_off; /* answered NOT_YET */
};

/* A connection began: everything is fresh. */
void broker_walk_begin(struct broker_walk *walk);
/* What came among the rest was never sent: all of it is fresh again. */
void broker_walk_again(struct broker_walk *walk);
/* Something was put into the spool, or may be sent again at last. */
void broker_walk_stir(struct broker_walk *walk);
/* The entry that arrived as `arrival` was sent for the first time. */
void broker_walk_sent(struct broker_walk *walk, uint64_t arrival);
/* Nothing fresh is left: call for a round over what has no answer. */
void broker_walk_idle(struct broker_walk *walk, uint64_t now_ms);
/* A NOT_YET came: call for a round over what was put off. */
void broker_walk_put_off(struct broker_walk *walk, uint64_t now_ms);
/* A SETTLED came: the recipient is well, pauses are short again. */
void broker_walk_settled(struct broker_walk *walk);

bool broker_round_is_due(const struct broker_round *round, uint64_t now_ms);
/* The round came to its end; if it found nothing, everything has an answer. */
void broker_walk_unanswered_done(struct broker_walk *walk, uint64_t now_ms);
void broker_walk_put_off_done(struct broker_walk *walk);

/* When this walk has something to do by itself; UINT64_MAX: never. */
uint64_t broker_walk_due(const struct broker_walk *walk);

/* ---- an office ---- */

struct broker_peer {
    struct broker_session lanes[BROKER_LANES];
    struct broker_walk bundles[BROKER_RANKS];
    struct broker_walk receipts[BROKER_RANKS];
    /* Of brokers further on; once in each conversation. */
    struct broker_walk custodies[BROKER_RANKS];
};

/* Not connected. */
void broker_peer_init(struct broker_peer *peer);

/* The connection on which `rank` goes now; NULL when there is none. */
struct broker_session *broker_peer_session(
    struct broker_peer *peer, uint8_t rank);
/* The session on that route, or NULL. */
struct broker_session *broker_peer_find(
    struct broker_peer *peer, const struct ent_route *route);

/* A lane began or ended. What went over a connection that is no more begins
 * anew; what the bulk lane carried for the urgent one goes on. */
void broker_peer_begin(struct broker_peer *peer, enum broker_lane lane,
    const struct ent_route *route,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN], uint64_t granted);
void broker_peer_end(struct broker_peer *peer, enum broker_lane lane);

#endif
