/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/stream_internal.h"

#include <assert.h>
#include <inttypes.h>

#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"

/*
 * One bundle at its sender. Every arrow that is not drawn changes nothing.
 *
 *              due                custody
 *     WAITING ------> SENT ----------------> CUSTODY
 *        ^  ^          |  ^                     |
 *        |  | not yet  |  | due, lost           |
 *        |  +----------+  +---------------------+
 *        |                                      |  not yet
 *        +--------------------------------------+
 *
 *     each of these three:  settled --------------------------> SETTLED
 *                           expired, reseal,                       ^
 *                           withdrawn, revoked ---> SKIPPING       | settled
 *                                                      |           |
 *                                                      +-----------+
 *                                                      | skipped   |
 *                                                      v           |
 *                                                   SKIPPED -------+
 *
 * While nothing is heard, what is SENT or SKIPPING is sent again and again.
 */
#define RETRY_FIRST_MS UINT64_C(2000)
#define RETRY_MAX_MS UINT64_C(60000)
#define PUT_OFF_FIRST_MS UINT64_C(5000)
#define PUT_OFF_MAX_MS UINT64_C(600000)
#define DOUBLINGS_MAX 10 /* more than either maximum needs */

void
ent_outgoing_init(
    const struct ent_stream_id *stream, struct ent_outgoing *ret_outgoing)
{
    *ret_outgoing = (struct ent_outgoing){
        .next = 1,
        .chain = ent_chain_genesis(stream),
    };
}

enum ent_status
ent_outgoing_append(struct ent_outgoing *outgoing,
    const struct ent_label *label, struct ent_view label_wire,
    struct ent_dispatch *ret_dispatch, struct ent_error *err)
{
    struct ent_digest chain_after;

    assert(outgoing != NULL && label != NULL && ret_dispatch != NULL);

    if (outgoing->frozen) {
        return ent_fail(err, ENT_REJECTED, "the stream is frozen by a fork");
    }
    if (label->first != outgoing->next ||
        !ent_digest_equal(&label->previous, &outgoing->chain)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "sealed for place %" PRIu64 ", the next is %" PRIu64, label->first,
            outgoing->next);
    }
    if (!span_is_valid(label->first, label->count)) {
        return ent_fail(
            err, ENT_FULL, "no place for %" PRIu32 " messages", label->count);
    }

    chain_after = ent_chain_next(&outgoing->chain, label_wire);
    *ret_dispatch = (struct ent_dispatch){
        .state = ENT_DISPATCH_WAITING,
        .first = label->first,
        .count = label->count,
        .precedence = label->stream.precedence,
        .label_hash = ent_digest_of(label_wire),
        .chain_before = outgoing->chain,
        .chain_after = chain_after,
        .expires_at = label->expires_at,
    };
    outgoing->next += label->count;
    outgoing->chain = chain_after;
    return ENT_OK;
}

enum ent_claim
ent_outgoing_claim(struct ent_outgoing *outgoing, uint64_t settled_up_to,
    const struct ent_digest *theirs, const struct ent_digest *ours)
{
    bool known = settled_up_to <= outgoing->settled_up_to;

    if (settled_up_to == outgoing->next - 1) {
        ours = &outgoing->chain;
    }
    if (settled_up_to >= outgoing->next || (ours == NULL && !known) ||
        (ours != NULL && !ent_digest_equal(theirs, ours))) {
        outgoing->frozen = true;
        return ENT_CLAIM_FORK;
    }
    if (settled_up_to < outgoing->settled_up_to) {
        return ENT_CLAIM_OLDER;
    }
    if (known) {
        return ENT_CLAIM_KNOWN;
    }
    outgoing->settled_up_to = settled_up_to;
    return ENT_CLAIM_NEWS;
}

uint64_t
ent_custody_pause_ms(uint32_t precedence)
{
    switch (precedence) {
    case ENTENTE__V1__PRECEDENCE__FLASH:
        return UINT64_C(30) * 1000;
    case ENTENTE__V1__PRECEDENCE__IMMEDIATE:
        return UINT64_C(5) * 60 * 1000;
    default:
        return UINT64_C(60) * 60 * 1000;
    }
}

/* The nth pause, n from 1: each twice as long as the one before. */
static uint64_t
doubled(uint64_t first_ms, uint64_t max_ms, uint32_t n)
{
    uint64_t pause_ms;

    if (n > DOUBLINGS_MAX) {
        return max_ms;
    }
    pause_ms = first_ms << (n - 1);
    return pause_ms < max_ms ? pause_ms : max_ms;
}

static void
count_up(uint32_t *counter)
{
    if (*counter < UINT32_MAX) {
        (*counter)++;
    }
}

/* Nothing to do before `pause_ms` have passed; but a bundle expires in time. */
static void
pause_for(struct ent_dispatch *dispatch, uint64_t pause_ms, uint64_t now_ms)
{
    uint64_t expiry = time_after(dispatch->expires_at, ENT_EXPIRY_GRACE_MS);

    dispatch->due = time_after(now_ms, pause_ms);
    if (dispatch->state != ENT_DISPATCH_SKIPPING && dispatch->due > expiry) {
        dispatch->due = expiry;
    }
}

static void
put_off(struct ent_dispatch *dispatch, uint64_t now_ms)
{
    if (dispatch->state != ENT_DISPATCH_SKIPPING) {
        dispatch->state = ENT_DISPATCH_WAITING;
    }
    count_up(&dispatch->put_off);
    pause_for(dispatch,
        doubled(PUT_OFF_FIRST_MS, PUT_OFF_MAX_MS, dispatch->put_off), now_ms);
}

static void
count_attempt(struct ent_dispatch *dispatch, uint64_t now_ms)
{
    count_up(&dispatch->attempts);
    pause_for(dispatch,
        doubled(RETRY_FIRST_MS, RETRY_MAX_MS, dispatch->attempts), now_ms);
}

static enum ent_dispatch_action
begin_skip(struct ent_dispatch *dispatch, uint32_t reason, uint64_t now_ms)
{
    dispatch->state = ENT_DISPATCH_SKIPPING;
    dispatch->skip_reason = reason;
    dispatch->attempts = 0;
    dispatch->put_off = 0;
    count_attempt(dispatch, now_ms);
    return ENT_ACT_SKIP;
}

static enum ent_dispatch_action
send_again(struct ent_dispatch *dispatch, uint64_t now_ms)
{
    if (dispatch->state == ENT_DISPATCH_SKIPPING) {
        count_attempt(dispatch, now_ms);
        return ENT_ACT_SEND_SKIP;
    }
    if (now_ms >= time_after(dispatch->expires_at, ENT_EXPIRY_GRACE_MS)) {
        return begin_skip(
            dispatch, ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED, now_ms);
    }
    dispatch->state = ENT_DISPATCH_SENT;
    count_attempt(dispatch, now_ms);
    return ENT_ACT_SEND;
}

static enum ent_dispatch_action
finish(struct ent_dispatch *dispatch, enum ent_dispatch_state state)
{
    dispatch->state = state;
    dispatch->due = UINT64_MAX;
    return ENT_ACT_SETTLE;
}

/* Waiting, and not for a connection: what comes now was sent before the wait
 * began, and says nothing new. */
static bool
is_pausing(const struct ent_dispatch *dispatch, uint64_t now_ms)
{
    return dispatch->state == ENT_DISPATCH_WAITING && now_ms < dispatch->due;
}

static enum ent_dispatch_action
on_connected(struct ent_dispatch *dispatch, uint64_t now_ms)
{
    if (dispatch->state == ENT_DISPATCH_CUSTODY && now_ms < dispatch->due) {
        return ENT_ACT_NOTHING;
    }
    dispatch->attempts = 0;
    return send_again(dispatch, now_ms);
}

/* Custody of what is in custody changes nothing, or a broker could keep a
 * bundle from every other route for ever by repeating itself. */
static enum ent_dispatch_action
on_custody(struct ent_dispatch *dispatch, uint64_t now_ms)
{
    if (dispatch->state == ENT_DISPATCH_CUSTODY ||
        dispatch->state == ENT_DISPATCH_SKIPPING ||
        is_pausing(dispatch, now_ms)) {
        return ENT_ACT_NOTHING;
    }
    dispatch->state = ENT_DISPATCH_CUSTODY;
    dispatch->attempts = 0;
    pause_for(dispatch, ent_custody_pause_ms(dispatch->precedence), now_ms);
    return ENT_ACT_NOTHING;
}

static enum ent_dispatch_action
on_decision(struct ent_dispatch *dispatch, uint32_t reason, uint64_t now_ms)
{
    if (dispatch->state == ENT_DISPATCH_SKIPPING) {
        return ENT_ACT_NOTHING; /* its skip is signed, and stands */
    }
    return begin_skip(dispatch, reason, now_ms);
}

enum ent_dispatch_action
ent_dispatch_step(struct ent_dispatch *dispatch, enum ent_dispatch_event event,
    uint64_t now_ms)
{
    if (dispatch->state == ENT_DISPATCH_SETTLED ||
        (dispatch->state == ENT_DISPATCH_SKIPPED &&
            event != ENT_EVENT_SETTLED)) {
        return ENT_ACT_NOTHING;
    }
    switch (event) {
    case ENT_EVENT_TICK:
        return now_ms < dispatch->due ? ENT_ACT_NOTHING
                                      : send_again(dispatch, now_ms);
    case ENT_EVENT_CONNECTED:
        return on_connected(dispatch, now_ms);
    case ENT_EVENT_CUSTODY:
        return on_custody(dispatch, now_ms);
    case ENT_EVENT_CUSTODY_LOST:
        return dispatch->state == ENT_DISPATCH_CUSTODY
                   ? send_again(dispatch, now_ms)
                   : ENT_ACT_NOTHING;
    case ENT_EVENT_SETTLED:
        return finish(dispatch, ENT_DISPATCH_SETTLED);
    case ENT_EVENT_SKIPPED:
        return dispatch->state == ENT_DISPATCH_SKIPPING
                   ? finish(dispatch, ENT_DISPATCH_SKIPPED)
                   : ENT_ACT_NOTHING;
    case ENT_EVENT_NOT_YET:
        if (!is_pausing(dispatch, now_ms)) {
            put_off(dispatch, now_ms);
        }
        return ENT_ACT_NOTHING;
    case ENT_EVENT_STALE: /* until it is sealed anew it is only put off */
        if (!is_pausing(dispatch, now_ms)) {
            put_off(dispatch, now_ms);
        }
        return ENT_ACT_REINCARNATE;
    case ENT_EVENT_RESEAL:
        return on_decision(
            dispatch, ENTENTE__V1__SKIP_REASON__SKIP_RESEALED, now_ms);
    case ENT_EVENT_WITHDRAWN:
        return on_decision(
            dispatch, ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN, now_ms);
    case ENT_EVENT_REVOKED:
        return on_decision(
            dispatch, ENTENTE__V1__SKIP_REASON__SKIP_REVOKED, now_ms);
    }
    return ENT_ACT_NOTHING;
}
