/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/stream_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"

/*
 * At rest, integers big-endian, a flag is 0 or 1:
 *
 *     outgoing  version  next  chain  settled_up_to  frozen
 *               1        8     32     8              1
 *
 *     dispatch  version  state  first  count  precedence  label_hash
 *               1        1      8      4      4           32
 *               chain_before  chain_after  expires_at  due
 *               32            32           8           8
 *               attempts  put_off  skip_reason
 *               4         4        4
 *
 *     incoming  version  settled_up_to  chain  forked  number of early
 *               1        8              32     1       1
 *     early     first  count  released  previous  chain_after  label_hash
 *     (each)    8      4      1         32        32           32
 *               arrived_at
 *               8
 *
 * Decoding refuses what the state machine cannot have written.
 */
#define REST_VERSION 1
#define INCOMING_HEAD_LEN (1 + 8 + 32 + 1 + 1)

/* Where the next field is. Whoever makes one has checked the length of all that
 * is going to be read or written. */
struct pen {
    uint8_t *at;
};

struct eye {
    const uint8_t *at;
    bool bad_flag;
};

static void
put(struct pen *pen, uint64_t value, size_t width)
{
    ent_put_be(pen->at, value, width);
    pen->at += width;
}

static void
put_digest(struct pen *pen, const struct ent_digest *digest)
{
    memcpy(pen->at, digest->bytes, sizeof digest->bytes);
    pen->at += sizeof digest->bytes;
}

static uint64_t
get(struct eye *eye, size_t width)
{
    uint64_t value = ent_get_be(eye->at, width);

    eye->at += width;
    return value;
}

static uint32_t
get_u32(struct eye *eye)
{
    return (uint32_t)get(eye, 4);
}

static bool
get_flag(struct eye *eye)
{
    uint64_t value = get(eye, 1);

    eye->bad_flag |= value > 1;
    return value == 1;
}

static struct ent_digest
get_digest(struct eye *eye)
{
    struct ent_digest digest;

    memcpy(digest.bytes, eye->at, sizeof digest.bytes);
    eye->at += sizeof digest.bytes;
    return digest;
}

static enum ent_status
check_head(struct ent_view rest, size_t len, struct ent_error *err)
{
    if (rest.len > 0 && rest.data[0] != REST_VERSION) {
        return ent_fail(
            err, ENT_UNSUPPORTED, "version %u at rest", rest.data[0]);
    }
    if (rest.len == 0 || rest.len != len) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu bytes at rest", rest.len);
    }
    return ENT_OK;
}

void
ent_outgoing_encode(const struct ent_outgoing *outgoing,
    uint8_t out[static ENT_OUTGOING_REST_LEN])
{
    struct pen pen = {.at = out};

    put(&pen, REST_VERSION, 1);
    put(&pen, outgoing->next, 8);
    put_digest(&pen, &outgoing->chain);
    put(&pen, outgoing->settled_up_to, 8);
    put(&pen, outgoing->frozen, 1);
    assert(pen.at == out + ENT_OUTGOING_REST_LEN);
}

enum ent_status
ent_outgoing_decode(struct ent_view rest, struct ent_outgoing *ret_outgoing,
    struct ent_error *err)
{
    struct eye eye = {0};
    struct ent_outgoing outgoing;
    enum ent_status rc;

    rc = check_head(rest, ENT_OUTGOING_REST_LEN, err);
    if (rc != ENT_OK) {
        return rc;
    }
    eye.at = rest.data + 1;
    outgoing.next = get(&eye, 8);
    outgoing.chain = get_digest(&eye);
    outgoing.settled_up_to = get(&eye, 8);
    outgoing.frozen = get_flag(&eye);
    if (eye.bad_flag || outgoing.settled_up_to >= outgoing.next) {
        return ent_fail(err, ENT_BAD_INPUT, "no possible state of a stream");
    }
    *ret_outgoing = outgoing;
    return ENT_OK;
}

void
ent_dispatch_encode(const struct ent_dispatch *dispatch,
    uint8_t out[static ENT_DISPATCH_REST_LEN])
{
    struct pen pen = {.at = out};

    put(&pen, REST_VERSION, 1);
    put(&pen, dispatch->state, 1);
    put(&pen, dispatch->first, 8);
    put(&pen, dispatch->count, 4);
    put(&pen, dispatch->precedence, 4);
    put_digest(&pen, &dispatch->label_hash);
    put_digest(&pen, &dispatch->chain_before);
    put_digest(&pen, &dispatch->chain_after);
    put(&pen, dispatch->expires_at, 8);
    put(&pen, dispatch->due, 8);
    put(&pen, dispatch->attempts, 4);
    put(&pen, dispatch->put_off, 4);
    put(&pen, dispatch->skip_reason, 4);
    assert(pen.at == out + ENT_DISPATCH_REST_LEN);
}

/* SETTLED keeps the reason of a skip that a late answer overrode. */
static bool
reason_fits(const struct ent_dispatch *dispatch)
{
    bool skipped = dispatch->skip_reason != 0;

    if (dispatch->skip_reason > ENTENTE__V1__SKIP_REASON__SKIP_REVOKED) {
        return false;
    }
    switch (dispatch->state) {
    case ENT_DISPATCH_WAITING:
    case ENT_DISPATCH_SENT:
    case ENT_DISPATCH_CUSTODY:
        return !skipped;
    case ENT_DISPATCH_SKIPPING:
    case ENT_DISPATCH_SKIPPED:
        return skipped;
    case ENT_DISPATCH_SETTLED:
        return true;
    }
    return false;
}

enum ent_status
ent_dispatch_decode(struct ent_view rest, struct ent_dispatch *ret_dispatch,
    struct ent_error *err)
{
    struct eye eye = {0};
    struct ent_dispatch dispatch;
    enum ent_status rc;

    rc = check_head(rest, ENT_DISPATCH_REST_LEN, err);
    if (rc != ENT_OK) {
        return rc;
    }
    eye.at = rest.data + 1;
    dispatch.state = (enum ent_dispatch_state)get(&eye, 1);
    dispatch.first = get(&eye, 8);
    dispatch.count = get_u32(&eye);
    dispatch.precedence = get_u32(&eye);
    dispatch.label_hash = get_digest(&eye);
    dispatch.chain_before = get_digest(&eye);
    dispatch.chain_after = get_digest(&eye);
    dispatch.expires_at = get(&eye, 8);
    dispatch.due = get(&eye, 8);
    dispatch.attempts = get_u32(&eye);
    dispatch.put_off = get_u32(&eye);
    dispatch.skip_reason = get_u32(&eye);
    if (!span_is_valid(dispatch.first, dispatch.count) ||
        dispatch.precedence > ENTENTE__V1__PRECEDENCE__FLASH ||
        !reason_fits(&dispatch)) {
        return ent_fail(err, ENT_BAD_INPUT, "no possible state of a bundle");
    }
    *ret_dispatch = dispatch;
    return ENT_OK;
}

static void
early_encode(struct pen *pen, const struct ent_early *early)
{
    put(pen, early->first, 8);
    put(pen, early->count, 4);
    put(pen, early->released, 1);
    put_digest(pen, &early->previous);
    put_digest(pen, &early->chain_after);
    put_digest(pen, &early->label_hash);
    put(pen, early->arrived_at, 8);
}

enum ent_status
ent_incoming_encode(const struct ent_incoming *incoming,
    struct ent_bytes *ret_rest, struct ent_error *err)
{
    size_t len = INCOMING_HEAD_LEN + incoming->early_count * ENT_EARLY_REST_LEN;
    struct ent_bytes rest;
    struct pen pen;
    enum ent_status rc;

    assert(incoming->early_count <= ENT_RANGES_MAX);

    rc = ent_bytes_alloc(len, &rest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    pen.at = rest.data;
    put(&pen, REST_VERSION, 1);
    put(&pen, incoming->settled_up_to, 8);
    put_digest(&pen, &incoming->chain);
    put(&pen, incoming->forked, 1);
    put(&pen, incoming->early_count, 1);
    for (size_t i = 0; i < incoming->early_count; i++) {
        early_encode(&pen, &incoming->early[i]);
    }
    assert(pen.at == rest.data + len);
    *ret_rest = rest;
    return ENT_OK;
}

static struct ent_early
early_decode(struct eye *eye)
{
    struct ent_early early = {.first = get(eye, 8)};

    early.count = get_u32(eye);
    early.released = get_flag(eye);
    early.previous = get_digest(eye);
    early.chain_after = get_digest(eye);
    early.label_hash = get_digest(eye);
    early.arrived_at = get(eye, 8);
    return early;
}

/* May stand after everything up to `last`, with chain value `chain` there:
 * behind a gap, or linked to an early one. What links to the settled part would
 * be settled itself. */
static bool
early_follows(const struct ent_early *early, uint64_t last,
    const struct ent_digest *chain, bool settled)
{
    if (!span_is_valid(early->first, early->count) || early->first <= last) {
        return false;
    }
    return early->first != last + 1 ||
           (!settled && ent_digest_equal(&early->previous, chain));
}

/* How long it must be by what it says itself; 0 when that is not possible. */
static size_t
incoming_len(struct ent_view rest)
{
    size_t early_count;

    if (rest.len < INCOMING_HEAD_LEN) {
        return 0;
    }
    early_count = rest.data[INCOMING_HEAD_LEN - 1];
    return early_count > ENT_RANGES_MAX
               ? 0
               : INCOMING_HEAD_LEN + early_count * ENT_EARLY_REST_LEN;
}

enum ent_status
ent_incoming_decode(struct ent_view rest, struct ent_incoming *ret_incoming,
    struct ent_error *err)
{
    struct ent_incoming incoming = {0};
    const struct ent_digest *chain = &incoming.chain;
    struct eye eye = {0};
    enum ent_status rc;
    uint64_t last;

    rc = check_head(rest, incoming_len(rest), err);
    if (rc != ENT_OK) {
        return rc;
    }
    eye.at = rest.data + 1;
    incoming.settled_up_to = get(&eye, 8);
    incoming.chain = get_digest(&eye);
    incoming.forked = get_flag(&eye);
    incoming.early_count = get(&eye, 1);
    last = incoming.settled_up_to;
    for (size_t i = 0; i < incoming.early_count; i++) {
        struct ent_early *early = &incoming.early[i];

        *early = early_decode(&eye);
        if (!early_follows(early, last, chain, i == 0)) {
            return ent_fail(err, ENT_BAD_INPUT, "early bundle %zu at rest", i);
        }
        last = early->first + early->count - 1;
        chain = &early->chain_after;
    }
    if (eye.bad_flag || last == UINT64_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "no possible state of a stream");
    }
    *ret_incoming = incoming;
    return ENT_OK;
}
