/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stream_world.h"

#include <stdio.h>

#define MINUTE UINT64_C(60000)

#define RESEALED ENTENTE__V1__SKIP_REASON__SKIP_RESEALED

void
sender_commit(void)
{
    struct sender *sender = &world.sender;
    struct sender_rest *rest = &world.sender_rest;

    ent_outgoing_encode(&sender->outgoing, rest->outgoing);
    for (size_t i = 0; i < sender->count; i++) {
        if (world.dirty[i]) {
            const struct ent_label *label =
                &world.letters[sender->letters[i]].label;

            ent_dispatch_encode(&sender->dispatches[i], rest->dispatches[i]);
            rest->letters[i] = sender->letters[i];
            world.letter_at[label->first] = sender->letters[i];
            world.dirty[i] = false;
        }
    }
    rest->count = sender->count;
    rest->accepted = sender->accepted;
    memcpy(rest->homes, sender->homes, sizeof rest->homes);
    flush(&world.sender_outbox);
}

void
sender_crash(void)
{
    struct sender *sender = &world.sender;
    struct sender_rest *rest = &world.sender_rest;

    expect_ok(
        ent_outgoing_decode(ent_view_of(rest->outgoing, sizeof rest->outgoing),
            &sender->outgoing, &last_error));
    for (size_t i = 0; i < rest->count; i++) {
        expect_ok(ent_dispatch_decode(
            ent_view_of(rest->dispatches[i], sizeof rest->dispatches[i]),
            &sender->dispatches[i], &last_error));
        sender->letters[i] = rest->letters[i];
    }
    sender->count = rest->count;
    sender->accepted = rest->accepted;
    memcpy(sender->homes, rest->homes, sizeof rest->homes);
    memset(world.dirty, 0, sizeof world.dirty);
    world.sender_outbox.count = 0;
    happened[SENDER_FORGOT]++;
}

/* Seal up to three pending messages into one bundle; false when none is. */
bool
sender_seal(void)
{
    struct sender *sender = &world.sender;
    struct letter *letter = &world.letters[world.letter_count];
    size_t want = world.eager ? 1 : 1 + chance(PER_LETTER_MAX);
    uint32_t count = 0;

    CHECK(world.letter_count < LETTERS_MAX && sender->count < LETTERS_MAX);
    for (size_t m = 0; m < sender->accepted && count < want; m++) {
        if (sender->homes[m] == PENDING) {
            sender->homes[m] = SEALED;
            letter->messages[count++] = m;
        }
    }
    if (count == 0) {
        return false;
    }
    letter->label.stream.precedence = world.precedence;
    letter->label.first = sender->outgoing.next;
    letter->label.count = count;
    letter->label.previous = sender->outgoing.chain;
    letter->label.expires_at = world.now + world.life_ms;
    letter->not_yet_until =
        chance(8) == 0 || (world.eager && letter->label.first == 1)
            ? world.now + chance(40 * MINUTE)
            : 0;
    letter->sealed_until = chance(6) == 0 ? world.now + chance(MINUTE) : NEVER;
    (void)snprintf(
        letter->wire, sizeof letter->wire, "letter %zu", world.letter_count);

    expect_ok(ent_outgoing_append(&sender->outgoing, &letter->label,
        view(letter->wire), &sender->dispatches[sender->count], &last_error));
    sender->letters[sender->count] = world.letter_count++;
    world.dirty[sender->count++] = true;
    return true;
}

static void
send_bundle(size_t i)
{
    struct packet packet = {.kind = BUNDLE, .letter = world.sender.letters[i]};

    packet.by_broker =
        world.precedence == ENTENTE__V1__PRECEDENCE__FLASH || chance(2) == 0;
    post(&world.sender_outbox, packet);
    if (world.precedence == ENTENTE__V1__PRECEDENCE__FLASH) {
        packet.by_broker = false;
        post(&world.sender_outbox, packet);
    }
}

static void
send_skip(size_t i)
{
    const struct ent_dispatch *dispatch = &world.sender.dispatches[i];
    struct packet packet = {
        .kind = SKIP,
        .by_broker = chance(2) == 0,
        .letter = world.sender.letters[i],
        .skip =
            {
                .from = dispatch->first,
                .to = dispatch->first + dispatch->count - 1,
                .chain_before = dispatch->chain_before,
                .chain_after = dispatch->chain_after,
                .reason = dispatch->skip_reason,
            },
    };

    post(&world.sender_outbox, packet);
}

/* Its messages go into a new bundle, or are given up with it. */
static void
begin_skip(size_t i)
{
    const struct ent_dispatch *dispatch = &world.sender.dispatches[i];
    const struct letter *letter = &world.letters[world.sender.letters[i]];
    bool anew = dispatch->skip_reason == RESEALED &&
                world.now < letter->label.expires_at;

    for (size_t k = 0; k < dispatch->count; k++) {
        world.sender.homes[letter->messages[k]] = anew ? PENDING : GIVEN_UP;
    }
    happened[EXPIRED] +=
        dispatch->skip_reason == ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED;
    happened[SEALED_ANEW] += anew;
    send_skip(i);
}

/* Nothing is settled here that is not settled there, on disk. */
void
sender_check_settled(size_t i)
{
    const struct recipient *there = &world.recipient_rest.others;
    uint8_t code = there->codes[world.sender.letters[i]];

    if (world.sender.dispatches[i].state == ENT_DISPATCH_SETTLED) {
        CHECK(code == ENTENTE__V1__ANSWER_CODE__SETTLED);
        happened[OVERRIDDEN] += world.sender.dispatches[i].skip_reason != 0;
    } else {
        CHECK(code == ENTENTE__V1__ANSWER_CODE__SKIPPED);
    }
}

void
sender_step(size_t i, enum ent_dispatch_event event)
{
    world.dirty[i] = true;
    switch (ent_dispatch_step(&world.sender.dispatches[i], event, world.now)) {
    case ENT_ACT_NOTHING:
        return;
    case ENT_ACT_SEND:
        send_bundle(i);
        return;
    case ENT_ACT_SEND_SKIP:
        send_skip(i);
        return;
    case ENT_ACT_SKIP:
        begin_skip(i);
        return;
    case ENT_ACT_SETTLE:
        sender_check_settled(i);
        return;
    case ENT_ACT_REINCARNATE:
        CHECK(false); /* nobody answers STALE here */
    }
}

void
sender_step_all(enum ent_dispatch_event event)
{
    for (size_t i = 0; i < world.sender.count; i++) {
        if (event != ENT_EVENT_TICK ||
            world.sender.dispatches[i].due <= world.now) {
            sender_step(i, event);
        }
    }
}

/* Our chain value after number `last`; NULL when no bundle of ours ends there.
 */
static const struct ent_digest *
our_chain_at(uint64_t last)
{
    for (size_t i = 0; i < world.sender.count; i++) {
        const struct ent_dispatch *dispatch = &world.sender.dispatches[i];

        if (last == 0) {
            return &dispatch->chain_before;
        }
        if (dispatch->first + dispatch->count - 1 == last) {
            return &dispatch->chain_after;
        }
    }
    return NULL;
}

/* What the recipient says of itself on a new connection: never less than it
 * said before. */
void
sender_receive_state(const struct ent_incoming *incoming)
{
    enum ent_claim claim =
        ent_outgoing_claim(&world.sender.outgoing, incoming->settled_up_to,
            &incoming->chain, our_chain_at(incoming->settled_up_to));

    CHECK(claim == ENT_CLAIM_NEWS || claim == ENT_CLAIM_KNOWN);
}

static void
on_receipt(size_t i, const struct packet *packet)
{
    enum ent_claim claim =
        ent_outgoing_claim(&world.sender.outgoing, packet->settled_up_to,
            &packet->chain, our_chain_at(packet->settled_up_to));

    CHECK(claim != ENT_CLAIM_FORK);
    CHECK(world.sender.outgoing.settled_up_to <=
          world.recipient_rest.others.incoming.settled_up_to);
    switch (packet->code) {
    case ENTENTE__V1__ANSWER_CODE__SETTLED:
        sender_step(i, ENT_EVENT_SETTLED);
        return;
    case ENTENTE__V1__ANSWER_CODE__SKIPPED:
        sender_step(i, ENT_EVENT_SKIPPED);
        return;
    case ENTENTE__V1__ANSWER_CODE__NOT_YET:
        sender_step(i, ENT_EVENT_NOT_YET);
        return;
    default:
        sender_step(i, ENT_EVENT_RESEAL);
    }
}

void
sender_receive(const struct packet *packet)
{
    size_t i = 0;

    while (world.sender.letters[i] != packet->letter) {
        i++;
        CHECK(i < world.sender.count); /* nothing uncommitted was ever sent */
    }
    switch (packet->kind) {
    case RECEIPT:
        on_receipt(i, packet);
        return;
    case CUSTODY:
        sender_step(i, ENT_EVENT_CUSTODY);
        happened[IN_CUSTODY]++;
        return;
    default:
        sender_step(i, ENT_EVENT_CUSTODY_LOST);
        happened[CUSTODY_BROKEN]++;
    }
}

uint64_t
sender_due(void)
{
    uint64_t due = NEVER;

    for (size_t i = 0; i < world.sender.count; i++) {
        if (world.sender.dispatches[i].due < due) {
            due = world.sender.dispatches[i].due;
        }
    }
    return due;
}
