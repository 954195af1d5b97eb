/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that somebody said are one incident. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/link.h"

/* ---- the vocabulary ---- */

static struct ent_id
id_of(uint8_t number)
{
    struct ent_id id = {{1}};

    id.bytes[14] = number; /* none is the next of another */
    return id;
}

static void
join(uint8_t one, uint8_t other)
{
    const struct node_linked a = {.id = id_of(one)};
    const struct node_linked b = {.id = id_of(other)};

    expect_ok(node_link_put(
        world.nodes[MAESAI], &a, &b, "duty officer", "", &last_error));
}

static size_t
linked(uint8_t number)
{
    struct node_linked all[NODE_LINKED_MAX];
    struct ent_id id = id_of(number);
    size_t count = 0;

    expect_ok(
        node_link_all(world.nodes[MAESAI], &id, all, &count, &last_error));
    return count;
}

/* ---- tests ---- */

static void
what_is_linked_over_another_is_one_too(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    join(1, 2);
    join(3, 2);
    join(4, 5);
    assert_int_equal(linked(1), 2);
    assert_int_equal(linked(2), 2);
    assert_int_equal(linked(3), 2);
    assert_int_equal(linked(4), 1);
    assert_int_equal(linked(6), 0);
    end_turn(MAESAI);
    journal_is_good(MAESAI);
}

static void
said_again_it_is_journalled_once(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    join(1, 2);
    join(1, 2);
    join(2, 1);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_LINK), 2);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_LINKED), 1);
}

static void
a_link_can_be_taken_back(void **state)
{
    struct ent_id a = id_of(1);
    struct ent_id b = id_of(2);
    struct node *node = world.nodes[MAESAI];

    (void)state;
    begin_turn(MAESAI);
    join(1, 2);
    expect_ok(node_link_delete(node, &b, &a, &last_error));
    assert_int_equal(linked(1), 0);
    expect_status(node_link_delete(node, &a, &b, &last_error), ENT_NOT_FOUND);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_LINK), 0);
}

static void
links_go_with_a_message(void **state)
{
    struct node_linked id = {.id = post(MAESAI, TACHILEIK, hotline)};
    struct node_linked other = {.id = id_of(2)};

    (void)state;
    exchange();
    begin_turn(MAESAI);
    expect_ok(node_link_put(
        world.nodes[MAESAI], &id, &other, "duty officer", "", &last_error));
    join(2, 3);
    end_turn(MAESAI);
    world.now += 32 * DAY;
    tidy(MAESAI);
    begin_turn(MAESAI);
    assert_int_equal(linked(2), 1);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_LINK), 2);
}

/* What could not be told or counted whole is not said. */
static void
one_incident_has_no_more_messages_than_are_told(void **state)
{
    const struct node_linked first = {.id = id_of(1)};
    const struct node_linked one_more = {.id = id_of(100)};
    struct node *node = world.nodes[MAESAI];

    (void)state;
    begin_turn(MAESAI);
    for (uint8_t i = 2; i <= 41; i++) {
        join(1, i);
    }
    for (uint8_t i = 51; i < 51 + NODE_LINKED_MAX - 41; i++) {
        join(50, i);
    }
    join(41, 50);
    assert_int_equal(linked(1), NODE_LINKED_MAX);
    assert_int_equal(linked(51), NODE_LINKED_MAX);
    join(2, 3); /* they are one already */
    expect_status(
        node_link_put(node, &first, &one_more, "duty officer", "", &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(
        last_error.text, "more than 65 messages would be one incident");
    expect_status(
        node_link_put(node, &one_more, &first, "duty officer", "", &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(linked(100), 0);
    end_turn(MAESAI);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_linked_over_another_is_one_too),
        TEST(said_again_it_is_journalled_once),
        TEST(a_link_can_be_taken_back),
        TEST(links_go_with_a_message),
        TEST(one_incident_has_no_more_messages_than_are_told),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
