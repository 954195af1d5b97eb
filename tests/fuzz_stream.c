/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever comes, in whatever order, true or forged, the state of a
 * stream stays one that can be: it survives being written and read, what is
 * settled never moves back, and what is final stays final. The input is a list
 * of happenings, each a byte and its arguments. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/stream.h"

#define BUNDLES_MAX 100
#define EVENTS (ENT_EVENT_REVOKED + 1)

struct input {
    const uint8_t *at;
    size_t left;
};

static struct {
    uint64_t now;
    struct ent_outgoing outgoing;
    struct ent_label labels[BUNDLES_MAX];
    struct ent_dispatch dispatches[BUNDLES_MAX];
    size_t count;
    struct ent_incoming incoming;
} world;

static void
require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The next `width` bytes as a number; zeros when there are no more. */
static uint64_t
next(struct input *input, size_t width)
{
    uint64_t value = 0;

    for (; width > 0; width--) {
        value <<= 8;
        if (input->left > 0) {
            value |= *input->at++;
            input->left--;
        }
    }
    return value;
}

/* Stands for the bytes of a label: all in which two of them can differ here. */
static struct ent_view
wire_of(const struct ent_label *label)
{
    static uint8_t wire[16 + ENT_DIGEST_LEN];

    ent_put_be(wire, label->first, 8);
    ent_put_be(wire + 8, label->count, 4);
    ent_put_be(wire + 12, label->mode, 4);
    memcpy(wire + 16, label->previous.bytes, ENT_DIGEST_LEN);
    return ent_view_of(wire, sizeof wire);
}

/* Chain values that are about: before each bundle of ours, or after the last.
 */
static const struct ent_digest *
some_chain(struct input *input)
{
    size_t i = next(input, 1);

    return i < world.count ? &world.labels[i].previous : &world.outgoing.chain;
}

static void
check_incoming(const struct ent_incoming *before)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes rest = {0};
    struct ent_receipt receipt;
    uint64_t above;

    require(world.incoming.settled_up_to >= before->settled_up_to);
    require(world.incoming.forked || !before->forked);
    require(ent_incoming_encode(&world.incoming, &rest, NULL) == ENT_OK);
    require(ent_incoming_decode(ent_bytes_view(&rest), &world.incoming, NULL) ==
            ENT_OK);

    ent_incoming_describe(&world.incoming, &receipt);
    require(receipt.further_count <= ENT_RANGES_MAX);
    above = receipt.settled_up_to + 1;
    for (size_t i = 0; i < receipt.further_count; i++) {
        require(receipt.further[i].first > above);
        require(receipt.further[i].last >= receipt.further[i].first);
        above = receipt.further[i].last + 1;
    }
}

/* What is settled has grown by just this much. */
static void
check_arrival(enum ent_arrival arrival, uint64_t count,
    const struct ent_incoming *before, const struct ent_early *early,
    size_t completed)
{
    uint64_t settled = before->settled_up_to;

    require(completed <= before->early_count);
    require(arrival == ENT_ARRIVAL_IN_ORDER || completed == 0);
    require(arrival != ENT_ARRIVAL_FORK || world.incoming.forked);
    if (arrival == ENT_ARRIVAL_IN_ORDER) {
        settled += count;
    }
    for (size_t i = 0; i < completed; i++) {
        require(early[i].first == settled + 1 || early[i].forked);
        require(!early[i].forked || i == completed - 1);
        settled += early[i].forked ? 0 : early[i].count;
    }
    require(world.incoming.settled_up_to == settled);
    require(world.incoming.early_count ==
            before->early_count - completed + (arrival == ENT_ARRIVAL_EARLY));
}

static void
receive_bundle(const struct ent_label *label)
{
    struct ent_incoming before = world.incoming;
    struct ent_early early[ENT_RANGES_MAX];
    size_t completed;
    enum ent_arrival arrival = ent_incoming_bundle(
        &world.incoming, label, wire_of(label), world.now, early, &completed);

    check_arrival(arrival, label->count, &before, early, completed);
    check_incoming(&before);
}

static void
receive_skip(const struct ent_skip *skip)
{
    struct ent_incoming before = world.incoming;
    struct ent_early early[ENT_RANGES_MAX];
    size_t completed;
    enum ent_arrival arrival =
        ent_incoming_skip(&world.incoming, skip, world.now, early, &completed);

    require(arrival != ENT_ARRIVAL_EARLY);
    check_arrival(
        arrival, skip->to - skip->from + 1, &before, early, completed);
    check_incoming(&before);
}

static void
release(uint32_t precedence)
{
    struct ent_incoming before = world.incoming;
    struct ent_early early[ENT_RANGES_MAX];
    uint64_t due = ent_incoming_due(&world.incoming, precedence);
    uint64_t missing;
    size_t count = ent_incoming_release(
        &world.incoming, precedence, world.now, early, &missing);

    require((count > 0) == (due <= world.now));
    require((count > 0) == (missing > 0));
    require(ent_incoming_due(&world.incoming, precedence) > world.now);
    for (size_t i = 1; i < count; i++) {
        require(early[i - 1].first < early[i].first);
    }
    check_incoming(&before);
}

static void
seal(struct input *input)
{
    uint8_t rest[ENT_OUTGOING_REST_LEN];
    struct ent_label *label = &world.labels[world.count];

    if (world.count == BUNDLES_MAX) {
        return;
    }
    *label = (struct ent_label){
        .first = world.outgoing.next,
        .previous = world.outgoing.chain,
    };
    label->count = 1 + (uint32_t)next(input, 1) % 4;
    label->expires_at = world.now + next(input, 3) * 100;
    require(world.outgoing.frozen ==
            (ent_outgoing_append(&world.outgoing, label, wire_of(label),
                 &world.dispatches[world.count], NULL) != ENT_OK));
    world.count += !world.outgoing.frozen;
    ent_outgoing_encode(&world.outgoing, rest);
    require(ent_outgoing_decode(ent_view_of(rest, sizeof rest), &world.outgoing,
                NULL) == ENT_OK);
}

static void
claim(struct input *input)
{
    uint64_t known = world.outgoing.settled_up_to;
    uint64_t settled_up_to = next(input, 1);
    const struct ent_digest *theirs = some_chain(input);
    const struct ent_digest *ours = some_chain(input);
    enum ent_claim claim =
        ent_outgoing_claim(&world.outgoing, settled_up_to, theirs, ours);

    require(world.outgoing.settled_up_to < world.outgoing.next);
    require(
        (claim == ENT_CLAIM_NEWS) == (world.outgoing.settled_up_to > known));
    require(claim != ENT_CLAIM_FORK || world.outgoing.frozen);
}

static void
check_action(
    const struct ent_dispatch *dispatch, enum ent_dispatch_action action)
{
    switch (action) {
    case ENT_ACT_SEND:
        require(dispatch->state == ENT_DISPATCH_SENT);
        break;
    case ENT_ACT_SEND_SKIP:
    case ENT_ACT_SKIP:
        require(dispatch->state == ENT_DISPATCH_SKIPPING);
        require(dispatch->due > world.now);
        break;
    case ENT_ACT_SETTLE:
        require(dispatch->state == ENT_DISPATCH_SETTLED ||
                dispatch->state == ENT_DISPATCH_SKIPPED);
        break;
    default:
        break;
    }
}

static void
step(struct ent_dispatch *dispatch, enum ent_dispatch_event event)
{
    struct ent_dispatch before = *dispatch;
    uint8_t rest[ENT_DISPATCH_REST_LEN];
    enum ent_dispatch_action action =
        ent_dispatch_step(dispatch, event, world.now);

    check_action(dispatch, action);
    require(
        before.state != ENT_DISPATCH_SETTLED ||
        (dispatch->state == ENT_DISPATCH_SETTLED && action == ENT_ACT_NOTHING));
    require(before.state != ENT_DISPATCH_SKIPPED ||
            dispatch->state == ENT_DISPATCH_SKIPPED ||
            event == ENT_EVENT_SETTLED);
    require(before.state != ENT_DISPATCH_SKIPPING ||
            dispatch->state >= ENT_DISPATCH_SETTLED);
    ent_dispatch_encode(dispatch, rest);
    require(ent_dispatch_decode(
                ent_view_of(rest, sizeof rest), dispatch, NULL) == ENT_OK);
}

static struct ent_label
forged_label(struct input *input)
{
    struct ent_label label = {.first = next(input, 1)};

    label.first -= next(input, 1) / 255; /* zero becomes the last of all */
    label.count = (uint32_t)next(input, 1);
    label.previous = *some_chain(input);
    label.mode = (uint32_t)next(input, 1);
    return label;
}

static struct ent_skip
skip_of(const struct ent_dispatch *dispatch)
{
    return (struct ent_skip){
        .from = dispatch->first,
        .to = dispatch->first + dispatch->count - 1,
        .chain_before = dispatch->chain_before,
        .chain_after = dispatch->chain_after,
    };
}

static void
happen(struct input *input)
{
    uint64_t what = next(input, 1) % 9;
    size_t i = world.count > 0 ? next(input, 1) % world.count : 0;
    struct ent_label label;
    struct ent_skip skip;

    if (world.count == 0) {
        what = 0;
    }
    switch (what) {
    case 0:
        seal(input);
        return;
    case 1:
    case 2:
        receive_bundle(&world.labels[i]);
        return;
    case 3:
        label = forged_label(input);
        receive_bundle(&label);
        return;
    case 4:
        skip = skip_of(&world.dispatches[i]);
        receive_skip(&skip);
        return;
    case 5:
        skip = skip_of(&world.dispatches[i]);
        skip.to = next(input, 1);
        skip.chain_after = *some_chain(input);
        receive_skip(&skip);
        return;
    case 6:
        world.now += next(input, 3);
        release((uint32_t)next(input, 1) % 6);
        return;
    case 7:
        claim(input);
        return;
    default:
        step(&world.dispatches[i],
            (enum ent_dispatch_event)(next(input, 1) % EVENTS));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct ent_stream_id stream = {.sender_incarnation = 1};
    struct input input = {.at = data, .left = len};

    world.now = UINT64_C(1700000000000);
    world.count = 0;
    ent_outgoing_init(&stream, &world.outgoing);
    ent_incoming_init(&stream, &world.incoming);
    while (input.left > 0) {
        happen(&input);
    }
    return 0;
}
