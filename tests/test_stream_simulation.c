/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is promised of a stream, whatever happens in its world: every message
 * accepted is handed to the desk exactly once, or the sender knows that it was
 * not; the desk's order is the stream's unless a gap outlived its time; nothing
 * is settled here that is not settled there.
 *
 * A broken promise prints the seed; ENT_SEED=n runs that world alone.
 */
#include "tests/stream_world.h"

#include <inttypes.h>
#include <stdlib.h>

#define SEEDS 2000

static void
check_streams_agree(void)
{
    const struct ent_outgoing *outgoing = &world.sender.outgoing;
    const struct ent_incoming *incoming = &world.recipient.incoming;

    CHECK(incoming->settled_up_to == outgoing->next - 1);
    CHECK(ent_digest_equal(&incoming->chain, &outgoing->chain));
    CHECK(incoming->early_count == 0);
    CHECK(!incoming->forked && !outgoing->frozen);
    for (size_t i = 0; i < world.sender.count; i++) {
        CHECK(world.sender.dispatches[i].state == ENT_DISPATCH_SETTLED ||
              world.sender.dispatches[i].state == ENT_DISPATCH_SKIPPED);
        sender_check_settled(i);
    }
}

/* Each bundle that was taken is at the desk once; no other is. What was handed
 * over in its turn follows everything before it. */
static void
check_desk(void)
{
    const struct recipient *recipient = &world.recipient;
    bool at_desk[LETTERS_MAX] = {false};
    uint64_t last = 0;

    for (size_t i = 0; i < recipient->desk_count; i++) {
        const struct desk_entry *entry = &recipient->desk[i];
        uint64_t first = world.letters[entry->letter].label.first;

        CHECK(!at_desk[entry->letter]);
        at_desk[entry->letter] = true;
        if (!entry->released) {
            CHECK(first > last);
            last = first;
        }
    }
    for (size_t i = 0; i < world.sender.count; i++) {
        size_t letter = world.sender.letters[i];

        CHECK(at_desk[letter] ==
              (recipient->codes[letter] == ENTENTE__V1__ANSWER_CODE__SETTLED));
    }
}

/* How often each message is at the desk. */
static void
count_delivered(unsigned ret_delivered[static MESSAGES_MAX])
{
    const struct recipient *recipient = &world.recipient;

    for (size_t i = 0; i < recipient->desk_count; i++) {
        size_t index = recipient->desk[i].letter;
        const struct letter *letter = &world.letters[index];

        for (size_t k = 0; k < letter->label.count; k++) {
            ret_delivered[letter->messages[k]] +=
                recipient->is_new[index] >> k & 1;
        }
    }
}

/* Delivered once; or given up by its sender; or its sender was told that it
 * came too late. */
static void
check_messages(void)
{
    unsigned delivered[MESSAGES_MAX] = {0};
    bool told[MESSAGES_MAX] = {false};

    count_delivered(delivered);
    for (size_t i = 0; i < world.sender.count; i++) {
        size_t index = world.sender.letters[i];
        const struct letter *letter = &world.letters[index];
        bool settled = world.sender.dispatches[i].state == ENT_DISPATCH_SETTLED;

        for (size_t k = 0; k < letter->label.count; k++) {
            told[letter->messages[k]] |= settled;
            CHECK(!settled || world.recipient.late[index] ||
                  delivered[letter->messages[k]] == 1);
        }
    }
    for (size_t m = 0; m < world.to_accept; m++) {
        CHECK(delivered[m] <= 1);
        CHECK(told[m] || delivered[m] == 0);
        CHECK(told[m] || world.sender.homes[m] == GIVEN_UP);
        CHECK(world.sender.homes[m] != PENDING);
    }
}

static void
live_through(uint64_t seed)
{
    world_begin(seed);
    world_run();
    check_streams_agree();
    check_desk();
    check_messages();
    world_end();
}

static void
whatever_happens_each_message_ends_once_and_both_sides_agree(void **state)
{
    const char *only = getenv("ENT_SEED");

    (void)state;
    if (only != NULL) {
        live_through(strtoull(only, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        live_through(seed);
    }
    for (int i = 0; i < HAPPENINGS; i++) {
        if (happened[i] < 10) {
            fail_msg("happening %d: %" PRIu64 " times", i, happened[i]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            whatever_happens_each_message_ends_once_and_both_sides_agree),
    };

    return cmocka_run_group_tests_name("stream_simulation", tests, NULL, NULL);
}
