/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/spool_scene.h"

#include "proto/bundle.h"
#include "tests/envelopes.h"

const struct ent_party sender = {.bytes = "sender"};
const struct ent_party recipient = {.bytes = "recipient"};
const struct ent_digest stream = {.bytes = "stream"};

void
begin(struct scene *scene)
{
    expect_ok(broker_spool_begin(scene->spool, true, &last_error));
}

void
commit(struct scene *scene)
{
    expect_ok(broker_spool_commit(scene->spool, &last_error));
}

struct broker_entry
entry_at(uint64_t first, uint8_t rank, uint64_t drop_at)
{
    struct broker_entry entry = {
        .kind = BROKER_BUNDLE,
        .from = sender,
        .to = recipient,
        .rank = rank,
        .stream = stream,
        .sender_incarnation = 1,
        .recipient_incarnation = 2,
        .first = first,
        .last = first + MESSAGES - 1,
        .drop_at = drop_at,
    };

    entry.hash.bytes[0] = (uint8_t)first;
    return entry;
}

void
put_entry(struct scene *scene, struct broker_entry *entry, uint8_t byte)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes body = envelopes_frame(byte, MESSAGES, 1, 0);

    expect_ok(ent_body_root(
        ent_bytes_view(&body), MESSAGES, &entry->root, &last_error));
    expect_ok(broker_spool_put(
        scene->spool, entry, view("head"), ent_bytes_view(&body), &last_error));
}

struct broker_entry
put(struct scene *scene, uint64_t first, uint8_t rank, uint64_t drop_at)
{
    struct broker_entry entry = entry_at(first, rank, drop_at);

    put_entry(scene, &entry, 'b');
    return entry;
}

void
expect_envelopes(struct ent_view body, uint8_t byte)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes wanted = envelopes_frame(byte, MESSAGES, 1, 0);

    assert_int_equal(body.len, wanted.len);
    assert_memory_equal(body.data, wanted.data, wanted.len);
}

void
expect_body(struct scene *scene, const struct broker_entry *entry, uint8_t byte)
{
    struct ent_view head;
    struct ent_view body;

    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    expect_ok(
        broker_spool_read(scene->spool, entry, &head, &body, &last_error));
    expect_envelopes(body, byte);
    broker_spool_abort(scene->spool);
}

struct broker_receipt
receipt_of(const char *wire)
{
    return (struct broker_receipt){
        .to = sender,
        .recipient = recipient,
        .rank = 1,
        .stream = stream,
        .hash = ent_digest_of(view(wire)),
        .drop_at = 5000,
        .final = true,
        .wire = view(wire),
    };
}
