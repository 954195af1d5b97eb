/* SPDX-License-Identifier: Apache-2.0 */
/* Which copies were surely never here. */
#include "tests/two_offices_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/known.h"
#include "proto/refusal.h"

#define NOW UINT64_C(1790000000000)
#define MANY (NODE_KNOWN_MAX + NODE_KNOWN_MAX / 2)

static struct node_known known;

/* The same for the same number. */
static struct ent_id
id_at(uint64_t ms, uint64_t number)
{
    struct ent_id id;

    ent_put_be(id.bytes, ms, 6);
    ent_put_be(id.bytes + 6, 0x7000, 2);
    ent_put_be(id.bytes + 8, number * UINT64_C(0xd1342543de82ef95), 8);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

static struct ent_party
party_of(uint8_t byte)
{
    struct ent_party party;

    memset(party.bytes, byte, sizeof party.bytes);
    return party;
}

static bool
may_be(uint64_t ms, uint64_t number, uint8_t to)
{
    const struct ent_id id = id_at(ms, number);
    const struct ent_party party = party_of(to);

    return node_known_may_be(&known, &id, &party);
}

static void
add(uint64_t ms, uint64_t number, uint8_t to)
{
    const struct ent_id id = id_at(ms, number);
    const struct ent_party party = party_of(to);

    node_known_add(&known, &id, &party);
}

static int
begin_at_now(void **state)
{
    (void)state;
    node_known_begin(&known, NOW);
    return 0;
}

static void
who_knows_nothing_says_nothing(void **state)
{
    (void)state;
    memset(&known, 0, sizeof known);
    add(NOW + 1, 1, 1);
    assert_true(may_be(NOW, 1, 1));
    assert_true(may_be(NOW + 1, 2, 1));
    assert_int_equal(known.newest, 0);
}

static void
what_is_not_newer_than_the_store_may_be_in_it(void **state)
{
    (void)state;
    assert_true(may_be(NOW, 1, 1));
    assert_true(may_be(0, 1, 1));
    assert_false(may_be(NOW + 1, 1, 1));
}

static void
a_message_may_be_here_for_one_and_not_for_another(void **state)
{
    (void)state;
    add(NOW + 1, 1, 1);
    assert_true(may_be(NOW + 1, 1, 1));
    assert_false(may_be(NOW + 1, 1, 2));
    assert_false(may_be(NOW + 1, 2, 1));
}

/* In whichever order, and however many they are. */
static void
what_was_added_may_always_be_here(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        add(NOW + 1 + i / 100 - i % 7, i, (uint8_t)(i % 3));
        if (i % 1000 == 0) {
            for (uint64_t k = i % 977; k <= i; k += 977) {
                assert_true(
                    may_be(NOW + 1 + k / 100 - k % 7, k, (uint8_t)(k % 3)));
            }
        }
    }
}

/* Also of ids that somebody counts up. */
static void
nearly_all_that_is_new_is_told_to_be(void **state)
{
    size_t unsure[2] = {0};

    (void)state;
    for (uint64_t i = 0; i < NODE_KNOWN_MAX; i++) {
        struct ent_id id = id_at(NOW + 1, 0);
        const struct ent_party to = party_of(1);

        ent_put_be(id.bytes + 8, i, 8);
        unsure[0] += node_known_may_be(&known, &id, &to);
        node_known_add(&known, &id, &to);
    }
    node_known_begin(&known, NOW);
    for (uint64_t i = 0; i < NODE_KNOWN_MAX; i++) {
        unsure[1] += may_be(NOW + 1, i, 1);
        add(NOW + 1, i, 1);
    }
    assert_true(unsure[0] < NODE_KNOWN_MAX / 100);
    assert_true(unsure[1] < NODE_KNOWN_MAX / 100);
}

/* What is newer than all of those that are forgotten then is new again. */
static void
when_there_are_too_many_it_begins_anew(void **state)
{
    (void)state;
    for (uint64_t i = 0; i <= NODE_KNOWN_MAX; i++) {
        add(NOW + 5, i, 1);
    }
    assert_true(may_be(NOW + 5, NODE_KNOWN_MAX + 1, 1));
    assert_false(may_be(NOW + 6, 0, 1));
    add(NOW + 6, 0, 1);
    assert_true(may_be(NOW + 6, 0, 1));
}

/* ---- at an office ---- */

/* A message with that id: why it is refused; 0: it is not. */
static uint32_t
hand_in(const struct ent_id *id, const char *json)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK, with_id(json, id), &result, &arena);
    return refusal_of(result);
}

/* It is here once, with the content that came first. */
static void
expect_known(const struct ent_id *id, size_t copies)
{
    assert_int_equal(hand_in(id, not_agreed), ENT_REFUSAL_ID_REUSED);
    assert_int_equal(hand_in(id, hotline), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COPY), copies);
}

/* Also one of which the clock says that it is not made yet. */
static void
what_was_handed_in_is_known_after_a_start(void **state)
{
    struct node *const *node = &world.nodes[MAESAI];
    const uint64_t newest = world.now + 5 * DAY;
    const struct ent_id ids[] = {
        id_at(world.now, 5), id_at(newest, 2), id_at(world.now + 1, 3)};

    (void)state;
    introduce();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(hand_in(&ids[i], hotline), 0);
    }
    assert_int_equal((*node)->known.newest, newest);
    for (int started = 0; started < 2; started++) {
        for (size_t i = 0; i < 3; i++) {
            expect_known(&ids[i], 4);
        }
        crash(MAESAI);
        assert_true((*node)->known.loaded);
        assert_int_equal((*node)->known.newest, newest);
    }
}

static void
a_turn_that_is_taken_back_makes_nothing_forgotten(void **state)
{
    struct node *node = world.nodes[MAESAI];
    const struct ent_id id = id_at(world.now + 9 * DAY, 4);

    (void)state;
    introduce();
    expect_ok(node_turn_begin(node, world.now, &last_error));
    node_known_add(&node->known, &id, &node->party);
    expect_ok(node_known_flush(node, &last_error));
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_int_equal(hand_in(&id, hotline), 0);
    crash(MAESAI);
    expect_known(&id, 2);
}

static void
a_store_that_does_not_say_what_it_had_is_looked_into(void **state)
{
    const struct ent_id id = id_at(world.now, 5);
    struct node *node = world.nodes[MAESAI];

    (void)state;
    introduce();
    assert_int_equal(hand_in(&id, hotline), 0);
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_number_set(node->store, "newest copy", 0, &last_error));
    expect_ok(node_store_commit(node->store, &last_error));
    for (int started = 0; started < 2; started++) {
        crash(MAESAI);
        assert_false(world.nodes[MAESAI]->known.loaded);
        expect_known(&id, 2);
    }
}

#define KNOWN(test) cmocka_unit_test_setup(test, begin_at_now)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KNOWN(who_knows_nothing_says_nothing),
        KNOWN(what_is_not_newer_than_the_store_may_be_in_it),
        KNOWN(a_message_may_be_here_for_one_and_not_for_another),
        KNOWN(what_was_added_may_always_be_here),
        KNOWN(nearly_all_that_is_new_is_told_to_be),
        KNOWN(when_there_are_too_many_it_begins_anew),
        TEST(what_was_handed_in_is_known_after_a_start),
        TEST(a_turn_that_is_taken_back_makes_nothing_forgotten),
        TEST(a_store_that_does_not_say_what_it_had_is_looked_into),
    };

    return cmocka_run_group_tests_name("node_known", tests, NULL, NULL);
}
