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
 * fixed size; encode/decode give them a stable form at rest.
 * docs/PROTOCOL.md, section 3.
 */
#ifndef ENT_PROTO_STREAM_H
#define ENT_PROTO_STREAM_H

#include "proto/delivery.h"

/* ---- sender ---- */

struct ent_outgoing {
    uint64_t next;            /* sequence of the next message, from 1 */
    struct ent_digest chain;  /* after the last bundle sealed */
    uint64_t settled_up_to;   /* as the recipient's newest receipt says */
    bool frozen;              /* a fork: seal nothing more in this stream */
};

void ent_outgoing_init(
    const struct ent_stream_id *stream, struct ent_outgoing *ret_outgoing);

enum ent_dispatch_state {
    ENT_DISPATCH_WAITING = 1, /* to be sent when `due` */
    ENT_DISPATCH_SENT = 2,    /* under way; sent again when `due` */
    ENT_DISPATCH_CUSTODY = 3, /* a broker holds it; asked again when `due` */
    ENT_DISPATCH_SETTLED = 4, /* final: every message has an outcome */
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
    uint64_t due;      /* ms; when the next TICK has something to do */
    uint32_t attempts; /* since the last sign of life */
    uint32_t skip_reason;
};

/* Take the next position: fills first, chain values, and advances `outgoing`.
 * `label_wire` is the encoded label that was made for outgoing->next and
 * outgoing->chain. ENT_REJECTED when frozen. */
enum ent_status ent_outgoing_append(struct ent_outgoing *outgoing,
    const struct ent_label *label, struct ent_view label_wire,
    struct ent_dispatch *ret_dispatch, struct ent_error *err) ENT_MUST_CHECK;

enum ent_dispatch_event {
    ENT_EVENT_TICK,      /* time passed, or the link came up */
    ENT_EVENT_CONNECTED, /* resume: everything unsettled is due now */
    ENT_EVENT_CUSTODY,   /* a broker signed for it */
    ENT_EVENT_CUSTODY_LOST, /* the broker withdrew: send again */
    ENT_EVENT_SETTLED,   /* receipt with all outcomes, or of the skip */
    ENT_EVENT_NOT_YET,
    ENT_EVENT_RESEAL,
    ENT_EVENT_STALE,
};

enum ent_dispatch_action {
    ENT_ACT_NOTHING,
    ENT_ACT_SEND,      /* the same bytes again */
    ENT_ACT_SEND_SKIP, /* the same skip again */
    ENT_ACT_SETTLE,    /* record the outcomes; it is final */
    ENT_ACT_SKIP,      /* sign a skip for it (dispatch->skip_reason), then send;
                          SKIP_RESEALED: seal its messages anew first */
    ENT_ACT_REINCARNATE, /* take a newer incarnation, seal everything anew */
};

/* One event at `now_ms`. A TICK before `due` does nothing. After expires_at
 * plus 20 minutes a TICK turns any unsettled bundle into SKIP_EXPIRED. A
 * SETTLED overrides every other state but SETTLED. */
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

/* An authentic bundle has come. `label_hash` is ent_digest_of(label bytes).
 * On IN_ORDER `ret_completed` is how many entries of `early` (from its front,
 * in order) follow on and are to be handed to the desk, unless they were
 * released before; they have been dropped from `incoming` and copied to
 * `ret_early`. */
enum ent_arrival ent_incoming_bundle(struct ent_incoming *incoming,
    const struct ent_label *label, struct ent_view label_wire, uint64_t now_ms,
    struct ent_early ret_early[static ENT_RANGES_MAX], size_t *ret_completed);

/* An authentic skip has come. Like a bundle whose messages are nothing:
 * DUPLICATE when passed already, FORK when chain_before is not ours at that
 * place, TOO_FAR (retry later) when its place has not come yet. */
enum ent_arrival ent_incoming_skip(struct ent_incoming *incoming,
    const struct ent_skip *skip, uint64_t now_ms,
    struct ent_early ret_early[static ENT_RANGES_MAX], size_t *ret_completed);

/* How long a gap may hold back what came after it: 2 s FLASH, 30 s IMMEDIATE,
 * 5 min PRIORITY, else 1 h. */
uint64_t ent_gap_wait_ms(uint32_t precedence);

/* Early bundles whose gap outlived its waiting time: marks them released and
 * copies them to `ret_early`, in order; returns how many. `ret_missing` is how
 * many messages are missing before the first of them. */
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
#define ENT_DISPATCH_REST_LEN (1 + 1 + 8 + 4 + 4 + 32 * 3 + 8 + 8 + 4 + 4)

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
