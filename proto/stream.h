/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - the delivery state machine: what to send, hold, settle and answer.
 *
 * Pure: events in, actions out, time as an argument; no socket, disk or clock.
 * The caller persists the state it is given back in the same commit as what the
 * action asks for, and acts on the network only after that commit.
 *
 * The sender keeps one `ent_outgoing` per stream and one `ent_dispatch` per
 * bundle; the recipient one `ent_incoming` per stream. They are plain values of
 * fixed size, so that a step can be tried on a copy and the copy dropped;
 * encode/decode give them a stable form at rest.
 *
 * An answer or a custody receipt is an event only of the dispatch whose
 * label_hash it names (SKIPPED: the hash of its skip). A label hash that is not
 * ours at one of our places is a fork: the caller sets `frozen` and keeps both.
 * docs/PROTOCOL.md, section 3.
 */
#ifndef ENT_PROTO_STREAM_H
#define ENT_PROTO_STREAM_H

#include "proto/delivery.h"

/* ---- sender ---- */

struct ent_outgoing {
    uint64_t next;           /* sequence of the next message, from 1 */
    struct ent_digest chain; /* after the last bundle sealed */
    uint64_t settled_up_to;  /* as the recipient's newest receipt says */
    bool frozen;             /* a fork: seal nothing more in this stream */
};

void ent_outgoing_init(
    const struct ent_stream_id *stream, struct ent_outgoing *ret_outgoing);

enum ent_dispatch_state {
    ENT_DISPATCH_WAITING = 1,  /* to be sent when `due` */
    ENT_DISPATCH_SENT = 2,     /* under way; sent again when `due` */
    ENT_DISPATCH_CUSTODY = 3,  /* a broker holds it; asked again when `due` */
    ENT_DISPATCH_SETTLED = 4,  /* final: every message has an outcome */
    ENT_DISPATCH_SKIPPING = 5, /* a skip stands for it, sent when `due` */
    ENT_DISPATCH_SKIPPED = 6,  /* final: the recipient settled the skip */
};

/* One bundle of a stream, from sealing to settlement. */
struct ent_dispatch {
    enum ent_dispatch_state state;
    uint64_t first;
    uint32_t count;
    uint32_t precedence;
    struct ent_digest label_hash;
    struct ent_digest chain_before;
    struct ent_digest chain_after;
    uint64_t expires_at;
    uint64_t due;         /* ms; when the next TICK has something to do */
    uint32_t attempts;    /* since the last sign of life */
    uint32_t put_off;     /* how often it was answered NOT_YET */
    uint32_t skip_reason; /* Entente__V1__SkipReason, 0 while there is none */
};

/* Take the next position: fills first, chain values, and advances `outgoing`.
 * `label_wire` is the encoded label that was made for outgoing->next and
 * outgoing->chain; ENT_BAD_INPUT when it was made for another place, as after
 * a failed commit. ENT_REJECTED when frozen, ENT_FULL at the end of numbers. */
enum ent_status ent_outgoing_append(struct ent_outgoing *outgoing,
    const struct ent_label *label, struct ent_view label_wire,
    struct ent_dispatch *ret_dispatch, struct ent_error *err) ENT_MUST_CHECK;

/* What the recipient's settled_up_to and chain, out of a receipt, are to us. */
enum ent_claim {
    ENT_CLAIM_NEWS,  /* further than we knew */
    ENT_CLAIM_KNOWN, /* as far as we knew */
    ENT_CLAIM_OLDER, /* overtaken on its way, or they were rolled back */
    ENT_CLAIM_FORK,  /* not our history, or more than we ever sealed (we were
                        rolled back): `outgoing` is frozen now */
};

/* `ours` is chain_after of our bundle that ends at `settled_up_to`, the genesis
 * at 0, NULL when we have no bundle that ends there (any more). */
enum ent_claim ent_outgoing_claim(struct ent_outgoing *outgoing,
    uint64_t settled_up_to, const struct ent_digest *theirs,
    const struct ent_digest *ours);

enum ent_dispatch_event {
    ENT_EVENT_TICK,         /* time passed, or the link came up */
    ENT_EVENT_CONNECTED,    /* resume: a TICK for which everything unsettled is
                               due, except in custody */
    ENT_EVENT_CUSTODY,      /* a broker signed for it */
    ENT_EVENT_CUSTODY_LOST, /* the broker withdrew: send again */
    ENT_EVENT_SETTLED,      /* answered SETTLED: all outcomes are here */
    ENT_EVENT_NOT_YET,
    ENT_EVENT_RESEAL,
    ENT_EVENT_STALE,     /* only while `highest` is not below our incarnation */
    ENT_EVENT_SKIPPED,   /* answered SKIPPED: its skip is settled */
    ENT_EVENT_WITHDRAWN, /* our own decision: it shall not arrive */
    ENT_EVENT_REVOKED,   /* our own key or permission is gone */
};

enum ent_dispatch_action {
    ENT_ACT_NOTHING,
    ENT_ACT_SEND,      /* the same bytes again */
    ENT_ACT_SEND_SKIP, /* the same skip again */
    ENT_ACT_SETTLE,    /* record the outcomes, or that it is SKIPPED: final */
    ENT_ACT_SKIP,      /* sign a skip for it (dispatch->skip_reason), then send;
                          SKIP_RESEALED: seal its messages anew first */
    ENT_ACT_REINCARNATE, /* take a newer incarnation, seal everything anew */
};

/* After its expires_at a bundle may still arrive, by other clocks than ours. */
#define ENT_EXPIRY_GRACE_MS (UINT64_C(20) * 60 * 1000)

/* One event at `now_ms`. A TICK before `due` does nothing. After expires_at
 * plus 20 minutes a TICK turns any unsettled bundle into SKIP_EXPIRED. A
 * SETTLED overrides every other state but SETTLED. One skip stands for one
 * bundle: from `first` with `count`, chain_before to chain_after. */
enum ent_dispatch_action ent_dispatch_step(struct ent_dispatch *dispatch,
    enum ent_dispatch_event event, uint64_t now_ms);

/* Pause after a custody receipt: 30 s FLASH, 5 min IMMEDIATE, else 1 h. */
uint64_t ent_custody_pause_ms(uint32_t precedence);

/* ---- recipient ---- */

/* A bundle that came before its turn. */
struct ent_early {
    uint64_t first;
    uint32_t count;
    bool released; /* its gap outlived the waiting time */
    bool forked;   /* only in what is handed out: see ent_incoming_bundle */
    struct ent_digest previous;
    struct ent_digest chain_after;
    struct ent_digest label_hash;
    uint64_t arrived_at;
};

struct ent_incoming {
    uint64_t settled_up_to;
    struct ent_digest chain; /* at settled_up_to */
    bool forked;
    struct ent_early early[ENT_RANGES_MAX]; /* ascending, not overlapping */
    size_t early_count;
};

void ent_incoming_init(
    const struct ent_stream_id *stream, struct ent_incoming *ret_incoming);

enum ent_arrival {
    ENT_ARRIVAL_IN_ORDER,  /* store, hand to the desk, and then every early
                              bundle that its coming completes */
    ENT_ARRIVAL_EARLY,     /* store and hold back until released */
    ENT_ARRIVAL_DUPLICATE, /* answer with the stored receipt */
    ENT_ARRIVAL_FORK,      /* same place, other label: evidence, alarm */
    ENT_ARRIVAL_TOO_FAR,   /* no room to remember it: do not answer */
};

/* An authentic bundle has come. On IN_ORDER `ret_completed` is how many entries
 * of `early` (from its front, in order) follow on and are to be handed to the
 * desk, unless they were released before; they have been dropped from
 * `incoming` and copied to `ret_early`. Otherwise it is 0.
 *
 * FORK: not taken, and `incoming` is marked `forked` for ever; it still takes
 * what continues its chain. Answer with the newest receipt and what is stored
 * for that place, in which the sender sees the fork. What is handed out may be
 * one entry that is `forked`: a bundle held for its turn that does not continue
 * the chain.
 * It was answered already, so it goes to the desk like the others, marked as
 * out of order, and is evidence; its place is free for what does continue.
 *
 * DUPLICATE behind settled_up_to is judged by place alone: the caller compares
 * with the label it stored there, and another one is a fork too.
 *
 * To find out whether a bundle would be taken before opening it, step a copy:
 * NOT_YET, RESEAL and STALE are for IN_ORDER and EARLY, and drop the copy. */
enum ent_arrival ent_incoming_bundle(struct ent_incoming *incoming,
    const struct ent_label *label, struct ent_view label_wire, uint64_t now_ms,
    struct ent_early ret_early[static ENT_RANGES_MAX], size_t *ret_completed);

/* An authentic skip has come. Like a bundle whose messages are nothing: answer
 * IN_ORDER with SKIPPED; DUPLICATE when passed already, or when its bundle is
 * here and waits for its turn (answer what is stored for that place: SETTLED or
 * SKIPPED); FORK when chain_before is not ours at that place, or it covers
 * anything but exactly one bundle that we know of; TOO_FAR (it will be sent
 * again) when its place has not come yet. A skip for an incarnation of ours
 * that is gone needs no state: the caller answers SKIPPED. */
enum ent_arrival ent_incoming_skip(struct ent_incoming *incoming,
    const struct ent_skip *skip, uint64_t now_ms,
    struct ent_early ret_early[static ENT_RANGES_MAX], size_t *ret_completed);

/* How long a gap may hold back what came after it: 2 s FLASH, 30 s IMMEDIATE,
 * 5 min PRIORITY, else 1 h. */
uint64_t ent_gap_wait_ms(uint32_t precedence);

/* Early bundles whose gap outlived its waiting time: marks them released and
 * copies them to `ret_early`, in order; returns how many. `ret_missing` is how
 * many messages are missing before the first of them. A gap's time begins when
 * the first bundle behind it comes, so call this after every EARLY too: what
 * comes behind a gap that was given up need not wait again. */
size_t ent_incoming_release(struct ent_incoming *incoming, uint32_t precedence,
    uint64_t now_ms, struct ent_early ret_early[static ENT_RANGES_MAX],
    uint64_t *ret_missing);

/* When ent_incoming_release has something to do next; UINT64_MAX: never. */
uint64_t ent_incoming_due(
    const struct ent_incoming *incoming, uint32_t precedence);

/* settled_up_to, further ranges and chain of a receipt about this stream. */
void ent_incoming_describe(
    const struct ent_incoming *incoming, struct ent_receipt *receipt);

/* ---- at rest: big-endian, versioned, fixed fields in order ---- */

#define ENT_OUTGOING_REST_LEN (1 + 8 + 32 + 8 + 1)
#define ENT_DISPATCH_REST_LEN (1 + 1 + 8 + 4 + 4 + 32 * 3 + 8 + 8 + 4 + 4 + 4)
#define ENT_EARLY_REST_LEN (8 + 4 + 1 + 32 * 3 + 8)
#define ENT_INCOMING_REST_MAX                                                  \
    (1 + 8 + 32 + 1 + 1 + ENT_RANGES_MAX * ENT_EARLY_REST_LEN)

void ent_outgoing_encode(const struct ent_outgoing *outgoing,
    uint8_t out[static ENT_OUTGOING_REST_LEN]);
enum ent_status ent_outgoing_decode(struct ent_view rest,
    struct ent_outgoing *ret_outgoing, struct ent_error *err) ENT_MUST_CHECK;
void ent_dispatch_encode(const struct ent_dispatch *dispatch,
    uint8_t out[static ENT_DISPATCH_REST_LEN]);
enum ent_status ent_dispatch_decode(struct ent_view rest,
    struct ent_dispatch *ret_dispatch, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_incoming_encode(const struct ent_incoming *incoming,
    struct ent_bytes *ret_rest, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_incoming_decode(struct ent_view rest,
    struct ent_incoming *ret_incoming, struct ent_error *err) ENT_MUST_CHECK;

#endif
