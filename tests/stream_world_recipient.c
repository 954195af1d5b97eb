/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stream_world.h"

void
recipient_commit(void)
{
    struct recipient_rest *rest = &world.recipient_rest;

    if (!world.recipient_changed) {
        return;
    }
    world.recipient_changed = false;
    ent_bytes_free(&rest->incoming);
    expect_ok(ent_incoming_encode(
        &world.recipient.incoming, &rest->incoming, &last_error));
    rest->others = world.recipient;
    flush(&world.recipient_outbox);
}

void
recipient_crash(void)
{
    struct recipient_rest *rest = &world.recipient_rest;

    world.recipient = rest->others;
    memset(&world.recipient.incoming, 0xff, sizeof world.recipient.incoming);
    expect_ok(ent_incoming_decode(ent_bytes_view(&rest->incoming),
        &world.recipient.incoming, &last_error));
    world.recipient_outbox.count = 0;
    world.recipient_changed = false;
    happened[RECIPIENT_FORGOT]++;
}

static void
hand_over(size_t letter, bool released)
{
    struct recipient *recipient = &world.recipient;

    CHECK(recipient->desk_count < LETTERS_MAX);
    recipient->desk[recipient->desk_count++] =
        (struct desk_entry){.letter = letter, .released = released};
}

static void
hand_over_early(const struct ent_early *early, size_t count, bool released)
{
    for (size_t i = 0; i < count; i++) {
        CHECK(!early[i].forked);
        if (released || !early[i].released) {
            hand_over(world.letter_at[early[i].first], released);
        }
    }
}

void
recipient_release(void)
{
    struct ent_early early[ENT_RANGES_MAX];
    uint64_t missing;
    size_t count = ent_incoming_release(&world.recipient.incoming,
        world.precedence, world.now, early, &missing);

    CHECK(count == 0 || missing > 0);
    world.recipient_changed |= count > 0;
    hand_over_early(early, count, true);
    happened[RELEASED] += count;
}

static void
answer(size_t letter, uint32_t code)
{
    struct ent_receipt receipt = {0};
    struct packet packet = {
        .kind = RECEIPT,
        .by_broker = chance(2) == 0,
        .letter = letter,
        .code = code,
    };

    ent_incoming_describe(&world.recipient.incoming, &receipt);
    packet.settled_up_to = receipt.settled_up_to;
    packet.chain = receipt.chain;
    post(&world.recipient_outbox, packet);
}

/* Open it and decide: which of its messages are new, unless it is too late. */
static void
take(size_t index)
{
    struct recipient *recipient = &world.recipient;
    const struct letter *letter = &world.letters[index];
    bool late = world.now >= letter->label.expires_at;

    recipient->late[index] = late;
    happened[LATE] += late;
    recipient->codes[index] = ENTENTE__V1__ANSWER_CODE__SETTLED;
    for (size_t k = 0; k < letter->label.count && !late; k++) {
        bool *seen = &recipient->seen[letter->messages[k]];

        CHECK(!*seen); /* it is not sealed anew before it is sure not to come */
        *seen = true;
        recipient->is_new[index] |= (uint8_t)(1u << k);
    }
}

static void
on_bundle(size_t index)
{
    const struct letter *letter = &world.letters[index];
    struct ent_incoming after = world.recipient.incoming;
    struct ent_early early[ENT_RANGES_MAX];
    size_t completed;
    enum ent_arrival arrival = ent_incoming_bundle(&after, &letter->label,
        view(letter->wire), world.now, early, &completed);

    CHECK(arrival != ENT_ARRIVAL_FORK);
    if (arrival == ENT_ARRIVAL_TOO_FAR) {
        happened[TOO_FAR]++;
        return;
    }
    if (arrival == ENT_ARRIVAL_DUPLICATE) {
        CHECK(world.recipient.codes[index] != 0);
        answer(index, world.recipient.codes[index]);
        happened[DUPLICATE]++;
        return;
    }
    CHECK(world.recipient.codes[index] == 0);
    if (world.now < letter->not_yet_until) {
        answer(index, ENTENTE__V1__ANSWER_CODE__NOT_YET);
        happened[NOT_YET]++;
        return;
    }
    if (world.now >= letter->sealed_until) {
        answer(index, ENTENTE__V1__ANSWER_CODE__RESEAL);
        happened[RESEAL]++;
        return;
    }
    world.recipient.incoming = after;
    take(index);
    if (arrival == ENT_ARRIVAL_IN_ORDER) {
        hand_over(index, false);
        hand_over_early(early, completed, false);
        happened[DELIVERED_IN_ORDER]++;
    } else {
        happened[HELD]++;
    }
    answer(index, world.recipient.codes[index]);
}

static void
on_skip(const struct packet *packet)
{
    struct recipient *recipient = &world.recipient;
    uint64_t settled_up_to = recipient->incoming.settled_up_to;
    struct ent_early early[ENT_RANGES_MAX];
    size_t completed;
    enum ent_arrival arrival = ent_incoming_skip(
        &recipient->incoming, &packet->skip, world.now, early, &completed);

    CHECK(arrival != ENT_ARRIVAL_FORK);
    if (arrival == ENT_ARRIVAL_TOO_FAR) {
        return;
    }
    if (arrival == ENT_ARRIVAL_IN_ORDER) {
        CHECK(recipient->codes[packet->letter] == 0);
        recipient->codes[packet->letter] = ENTENTE__V1__ANSWER_CODE__SKIPPED;
        hand_over_early(early, completed, false);
        happened[SKIPPED]++;
    } else {
        happened[HELD_AND_SKIPPED] += packet->skip.from > settled_up_to;
    }
    CHECK(recipient->codes[packet->letter] != 0);
    answer(packet->letter, recipient->codes[packet->letter]);
}

void
recipient_receive(const struct packet *packet)
{
    world.recipient_changed = true;
    if (packet->kind == BUNDLE) {
        on_bundle(packet->letter);
    } else {
        on_skip(packet);
    }
}
