/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/outgoing_case.h"

const struct ent_stream_id stream = {
    .sender = {.text = "blo-maesai@th"},
    .recipient = {.text = "blo-tachileik@mm"},
    .precedence = ROUTINE,
    .sender_incarnation = 7,
    .recipient_incarnation = 9,
};

struct ent_outgoing
new_stream(void)
{
    struct ent_outgoing outgoing;

    ent_outgoing_init(&stream, &outgoing);
    return outgoing;
}

struct ent_label
next_label(const struct ent_outgoing *outgoing, uint32_t count)
{
    return (struct ent_label){
        .stream = stream,
        .first = outgoing->next,
        .count = count,
        .previous = outgoing->chain,
        .sealed_at = NOW,
        .expires_at = NOW + DAY,
    };
}

struct ent_dispatch
append(struct ent_outgoing *outgoing, uint32_t count, const char *wire)
{
    struct ent_label label = next_label(outgoing, count);
    struct ent_dispatch dispatch;

    expect_ok(ent_outgoing_append(
        outgoing, &label, view(wire), &dispatch, &last_error));
    return dispatch;
}

struct ent_dispatch
new_bundle(void)
{
    struct ent_outgoing outgoing = new_stream();

    return append(&outgoing, 3, "label");
}

struct ent_dispatch
sent_bundle(void)
{
    struct ent_dispatch bundle = new_bundle();

    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_TICK, NOW), ENT_ACT_SEND);
    return bundle;
}

struct ent_dispatch
bundle_in_custody(uint32_t precedence)
{
    struct ent_dispatch bundle = sent_bundle();

    bundle.precedence = precedence;
    assert_int_equal(
        ent_dispatch_step(&bundle, ENT_EVENT_CUSTODY, NOW), ENT_ACT_NOTHING);
    return bundle;
}

struct ent_dispatch
skipped_bundle(enum ent_dispatch_event event)
{
    struct ent_dispatch bundle = sent_bundle();

    assert_int_equal(ent_dispatch_step(&bundle, event, NOW), ENT_ACT_SKIP);
    return bundle;
}

void
expect_unchanged(
    struct ent_dispatch bundle, enum ent_dispatch_event event, uint64_t now)
{
    uint8_t before[ENT_DISPATCH_REST_LEN];
    uint8_t after[ENT_DISPATCH_REST_LEN];

    ent_dispatch_encode(&bundle, before);
    assert_int_equal(ent_dispatch_step(&bundle, event, now), ENT_ACT_NOTHING);
    ent_dispatch_encode(&bundle, after);
    assert_memory_equal(before, after, sizeof before);
}
