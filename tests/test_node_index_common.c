/* SPDX-License-Identifier: Apache-2.0 */
/* The index says of each print which messages have it, many or few. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/index.h"

#define COMMON 5
#define PRINTS 8
#define NUMBERS 1500
#define STEPS 6000

/* Which messages have which prints; no message has none. */
struct model {
    uint8_t prints[2][NUMBERS]; /* bits */
    uint64_t newest[2];
};

static struct node_blind blinds[PRINTS];
static struct model now;
static struct model committed;

static int
setup_index(void **state)
{
    struct node *node;

    if (setup(state) != 0) {
        return -1;
    }
    node = world.nodes[MAESAI];
    now = (struct model){.newest = {0, 0}};
    committed = now;
    blinds[0] = node_index_office(node, false, "blo-one@mm");
    blinds[1] = node_index_office(node, true, "blo-one@mm");
    blinds[2] = node_index_family(node, false, 7);
    blinds[3] = node_index_family(node, false, 8);
    blinds[4] = node_index_list(node, "blo-one@mm");
    for (size_t i = COMMON; i < PRINTS; i++) {
        uint8_t plate = (uint8_t)i;

        blinds[i] = node_index_blind(
            node, false, ENT_LOOKUP_PLATE, ent_view_of(&plate, 1));
    }
    expect_ok(node_store_begin(node->store, &last_error));
    return 0;
}

static int
teardown_index(void **state)
{
    node_store_abort(world.nodes[MAESAI]->store);
    return teardown(state);
}

/* ---- what is done ---- */

static void
put(enum node_way way, uint64_t number, uint8_t prints)
{
    uint8_t list[PRINTS * NODE_BLIND_LEN];
    size_t len = 0;

    for (size_t i = 0; i < PRINTS; i++) {
        if ((prints >> i & 1) != 0) {
            memcpy(list + len, blinds[i].bytes, NODE_BLIND_LEN);
            len += NODE_BLIND_LEN;
        }
    }
    expect_ok(node_index_put(
        world.nodes[MAESAI], way, number, ent_view_of(list, len), &last_error));
    now.prints[way][number] = prints;
    now.newest[way] = number;
}

static void
forget(enum node_way way, uint64_t number)
{
    expect_ok(node_index_forget(world.nodes[MAESAI], way, number, &last_error));
    now.prints[way][number] = 0;
}

static void
close_turn(bool commit)
{
    struct node_store *store = world.nodes[MAESAI]->store;

    if (commit) {
        expect_ok(node_store_commit(store, &last_error));
        committed = now;
    } else {
        node_store_abort(store);
        now = committed;
    }
    expect_ok(node_store_begin(store, &last_error));
}

/* ---- what is said ---- */

static bool
model_has(enum node_way way, uint64_t number, size_t print)
{
    return (now.prints[way][number] >> print & 1) != 0;
}

/* 0: none. */
static uint64_t
model_before(enum node_way way, uint64_t number, size_t print)
{
    uint64_t at = number > NUMBERS ? NUMBERS : number;

    while (at > 0 && !model_has(way, at - 1, print)) {
        at--;
    }
    return at == 0 ? 0 : at - 1;
}

static uint64_t
index_before(enum node_way way, uint64_t number, size_t print)
{
    enum ent_status rc = node_index_before(
        world.nodes[MAESAI], &blinds[print], way, &number, &last_error);

    assert_true(rc == ENT_OK || rc == ENT_NOT_FOUND);
    return rc == ENT_OK ? number : 0;
}

static bool
index_has(enum node_way way, uint64_t number, size_t print)
{
    enum ent_status rc = node_index_has(
        world.nodes[MAESAI], &blinds[print], way, number, &last_error);

    assert_true(rc == ENT_OK || rc == ENT_NOT_FOUND);
    return rc == ENT_OK;
}

static void
expect_everything_as_in_the_model(void)
{
    for (size_t print = 0; print < PRINTS; print++) {
        for (int way = 0; way < 2; way++) {
            uint64_t at = UINT64_MAX;

            do {
                uint64_t want = model_before((enum node_way)way, at, print);

                at = index_before((enum node_way)way, at, print);
                assert_int_equal(at, want);
            } while (at != 0);
        }
    }
}

static unsigned
rows_of_index(void)
{
    static const enum node_table tables[] = {
        NODE_INDEX, NODE_INDEXED, NODE_COMMON, NODE_COMMON_LIST};
    struct node_store *store = world.nodes[MAESAI]->store;
    unsigned rows = 0;

    node_store_abort(store);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        rows += rows_in(MAESAI, tables[i]);
    }
    expect_ok(node_store_begin(store, &last_error));
    return rows;
}

/* ---- tests ---- */

static void
kinds_that_many_messages_share_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < PRINTS; i++) {
        assert_int_equal(node_blind_is_common(blinds[i].bytes), i < COMMON);
    }
}

static void
whatever_is_put_and_forgotten_the_answers_are_right(void **state)
{
    uint32_t dice = 1;

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        enum node_way way;
        uint64_t number;

        dice = dice * 1664525u + 1013904223u;
        way = (enum node_way)(dice >> 31);
        number = now.newest[way] + 1 + ((dice >> 8) % 16 == 0) * 40u;
        if ((dice >> 20) % 3 != 0 && number < NUMBERS) {
            put(way, number, (uint8_t)(1 + (dice >> 12) % 255));
        } else {
            forget(way, (dice >> 10) % (now.newest[way] + 1));
        }
        number = (dice >> 9) % NUMBERS;
        assert_int_equal(index_has(way, number, dice >> 16 & 7),
            model_has(way, number, dice >> 16 & 7));
        if (step % 16 == 0) {
            assert_int_equal(index_before(way, number, dice >> 19 & 7),
                model_before(way, number, dice >> 19 & 7));
        }
        if (step % 100 == 99) {
            close_turn(step % 500 != 499);
            expect_everything_as_in_the_model();
        }
    }
    close_turn(true);
    for (int way = 0; way < 2; way++) {
        for (uint64_t i = 1; i <= now.newest[way]; i++) {
            forget((enum node_way)way, i);
        }
    }
    expect_everything_as_in_the_model();
    close_turn(true);
    assert_int_equal(rows_of_index(), 0);
}

/* However many there are: most of it is said once for 256 of them. */
static void
what_many_share_takes_a_row_for_many(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 1000; i++) {
        put(NODE_CAME, i, 1u << 0 | 1u << 2);
    }
    close_turn(true);
    assert_int_equal(rows_of_index(), 4 * 2 + 4);
}

static void
a_row_that_is_damaged_is_told(void **state)
{
    struct node_key key = {.len = 25};
    struct node_store *store = world.nodes[MAESAI]->store;
    uint64_t number = 3;

    (void)state;
    put(NODE_CAME, 1, 1);
    memcpy(key.bytes, blinds[0].bytes, NODE_BLIND_LEN);
    memset(key.bytes + NODE_BLIND_LEN + 1, 0xff, 8);
    expect_ok(node_store_put(
        store, NODE_COMMON, node_key_view(&key), view("odd"), &last_error));
    expect_status(node_index_has(world.nodes[MAESAI], &blinds[0], NODE_CAME, 1,
                      &last_error),
        ENT_IO);
    expect_status(node_index_before(world.nodes[MAESAI], &blinds[0], NODE_CAME,
                      &number, &last_error),
        ENT_IO);
    expect_status(
        node_index_forget(world.nodes[MAESAI], NODE_CAME, 1, &last_error),
        ENT_IO);
    expect_status(node_index_put(world.nodes[MAESAI], NODE_CAME, 2,
                      ent_view_of(&blinds[0], NODE_BLIND_LEN), &last_error),
        ENT_IO);
}

#define INDEX_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, setup_index, teardown_index)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        INDEX_TEST(kinds_that_many_messages_share_are_known),
        INDEX_TEST(whatever_is_put_and_forgotten_the_answers_are_right),
        INDEX_TEST(what_many_share_takes_a_row_for_many),
        INDEX_TEST(a_row_that_is_damaged_is_told),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_index_common", tests, NULL, NULL);
}
