/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stream_world.h"

#include <inttypes.h>

#define STEPS_MAX 200000

#define START UINT64_C(1700000000000)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)

uint64_t happened[HAPPENINGS];
struct world world;

void
check(bool holds, const char *promise, const char *file, int line)
{
    if (!holds) {
        print_error("seed %" PRIu64 ": not so: %s\n", world.seed, promise);
        _fail(file, line);
    }
}

/* ---- chance ---- */

uint64_t
chance(uint64_t below)
{
    uint64_t z = world.random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

bool
is_calm(void)
{
    return world.now >= world.calm_from;
}

bool
mishap(unsigned percent)
{
    return !is_calm() && chance(100) < percent;
}

/* ---- the network ---- */

static bool
is_sooner(const struct packet *a, const struct packet *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void
swap_packets(size_t a, size_t b)
{
    struct packet packet = world.packets[a];

    world.packets[a] = world.packets[b];
    world.packets[b] = packet;
}

static void
heap_push(const struct packet *packet)
{
    size_t i = world.packet_count++;

    CHECK(i < PACKETS_MAX);
    world.packets[i] = *packet;
    while (i > 0 && is_sooner(&world.packets[i], &world.packets[(i - 1) / 2])) {
        swap_packets(i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static struct packet
heap_pop(void)
{
    struct packet top = world.packets[0];
    size_t i = 0;

    world.packets[0] = world.packets[--world.packet_count];
    for (;;) {
        size_t least = i;

        for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < world.packet_count &&
                is_sooner(&world.packets[child], &world.packets[least])) {
                least = child;
            }
        }
        if (least == i) {
            return top;
        }
        swap_packets(i, least);
        i = least;
    }
}

void
launch(struct packet packet)
{
    unsigned copies = mishap(world.doubling) ? 2 : 1;

    if (!packet.by_broker && !world.connected) {
        return;
    }
    while (copies-- > 0) {
        if (mishap(world.loss)) {
            continue;
        }
        packet.at = world.now + 1 + chance(50);
        if (mishap(world.slowness)) {
            packet.at += chance(chance(8) == 0 ? 40 * MINUTE : 20 * SECOND);
        }
        packet.order = world.order++;
        heap_push(&packet);
    }
}

void
post(struct outbox *outbox, struct packet packet)
{
    CHECK(outbox->count < OUTBOX_MAX);
    outbox->packets[outbox->count++] = packet;
}

void
flush(struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->count; i++) {
        launch(outbox->packets[i]);
    }
    outbox->count = 0;
}

/* ---- the broker: holds what it wants, forwards what it wants ---- */

static void
broker_receive(struct packet packet)
{
    struct packet answer = {
        .kind = CUSTODY,
        .by_broker = true,
        .forwarded = true,
        .letter = packet.letter,
    };

    packet.forwarded = true;
    if (packet.kind == BUNDLE && chance(4) != 0) {
        launch(answer);
        if (mishap(20)) { /* it loses what it promised to keep */
            answer.kind = CUSTODY_LOST;
            if (chance(2) == 0) {
                launch(answer);
            }
            return;
        }
        while (mishap(30)) {
            launch(packet);
        }
    }
    launch(packet);
}

/* ---- the world ---- */

void
world_begin(uint64_t seed)
{
    static const struct ent_stream_id stream = {.sender_incarnation = 1};
    static const uint32_t precedences[] = {
        ENTENTE__V1__PRECEDENCE__FLASH,
        ENTENTE__V1__PRECEDENCE__IMMEDIATE,
        ENTENTE__V1__PRECEDENCE__ROUTINE,
    };

    memset(&world, 0, offsetof(struct world, packets)); /* the rest is large */
    world.sender_outbox.count = 0;
    world.recipient_outbox.count = 0;
    world.seed = seed;
    world.random = seed;
    world.now = START;
    world.calm_from = START + MINUTE + chance(120 * MINUTE);
    world.connected = chance(2) == 0;
    world.loss = (unsigned)chance(50);
    world.doubling = (unsigned)chance(20);
    world.slowness = (unsigned)chance(30);
    world.life_ms = MINUTE + chance(90 * MINUTE);
    world.precedence = precedences[chance(3)];
    world.eager = chance(40) == 0;
    world.to_accept = world.eager ? MESSAGES_MAX : 1 + chance(20);
    ent_outgoing_init(&stream, &world.sender.outgoing);
    ent_incoming_init(&stream, &world.recipient.incoming);
    sender_commit();
    world.recipient_changed = true;
    recipient_commit();
}

static void
deliver(struct packet packet)
{
    if (packet.by_broker && !packet.forwarded) {
        broker_receive(packet);
    } else if (packet.kind == BUNDLE || packet.kind == SKIP) {
        recipient_receive(&packet);
    } else {
        sender_receive(&packet);
    }
}

static void
withdraw_one(void)
{
    size_t i = world.sender.count > 0 ? chance(world.sender.count) : 0;

    if (i < world.sender.count &&
        world.sender.dispatches[i].state <= ENT_DISPATCH_CUSTODY) {
        sender_step(i, ENT_EVENT_WITHDRAWN);
        happened[WITHDRAWN]++;
    }
}

static void
connect(bool connected)
{
    bool came_up = connected && !world.connected;

    world.connected = connected;
    if (came_up) {
        sender_receive_state(&world.recipient_rest.others.incoming);
        sender_step_all(ENT_EVENT_CONNECTED);
    }
}

static void
accept_some(void)
{
    size_t some = 1 + chance(world.eager ? MESSAGES_MAX : 8);

    while (world.sender.accepted < world.to_accept && some-- > 0) {
        world.sender.homes[world.sender.accepted++] = PENDING;
    }
}

/* Now and then something happens that no packet and no timer brings. */
static void
incidents(void)
{
    if (is_calm()) {
        connect(true);
        accept_some();
        while (sender_seal()) {
        }
        return;
    }
    switch (chance(40)) {
    case 0:
        sender_crash();
        return;
    case 1:
        recipient_crash();
        return;
    case 2:
        connect(!world.connected);
        return;
    case 3:
        accept_some();
        return;
    case 4:
    case 5:
    case 6:
        while (sender_seal() && world.eager) {
        }
        return;
    case 7:
        if (chance(20) == 0) {
            withdraw_one();
        }
        return;
    }
}

/* Go to the next moment at which anything is to be done. */
static void
advance(void)
{
    uint64_t next = world.now + (is_calm() ? MINUTE : chance(10 * SECOND));
    uint64_t due = sender_due();

    if (world.packet_count > 0 && world.packets[0].at < next) {
        next = world.packets[0].at;
    }
    if (due < next) {
        next = due;
    }
    due = ent_incoming_due(&world.recipient.incoming, world.precedence);
    if (due < next) {
        next = due;
    }
    if (next > world.now) {
        world.now = next;
    }
}

static bool
is_at_rest(void)
{
    return is_calm() && world.packet_count == 0 &&
           world.sender.accepted == world.to_accept && sender_due() == NEVER;
}

void
world_run(void)
{
    for (unsigned step = 0; !is_at_rest(); step++) {
        CHECK(step < STEPS_MAX);
        advance();
        while (world.packet_count > 0 && world.packets[0].at <= world.now) {
            deliver(heap_pop());
        }
        sender_step_all(ENT_EVENT_TICK);
        recipient_release();
        incidents();
        if (is_calm() || chance(3) != 0) {
            sender_commit();
        }
        if (is_calm() || chance(3) != 0) {
            recipient_commit();
        }
    }
}

void
world_end(void)
{
    ent_bytes_free(&world.recipient_rest.incoming);
}
