/* SPDX-License-Identifier: Apache-2.0 */
/* Prints that are kept at hand are the same as those that are made. */
#include <stdio.h>
#include <string.h>

#include "node/prints.h"
#include "tests/support.h"

static struct node_prints
new_prints(uint8_t key)
{
    struct node_prints prints = {0};

    memset(prints.key, key, sizeof prints.key);
    return prints;
}

static bool
is_same(struct node_blind a, struct node_blind b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* As who has nothing at hand makes it. */
static struct node_blind
made(bool exercise, uint8_t kind, const char *key)
{
    struct node_prints prints = new_prints(1);

    return node_prints_of(&prints, exercise, kind, ent_view_text(key));
}

static void
whoever_was_asked_for_before_a_print_is_the_same(void **state)
{
    struct node_prints prints = new_prints(1);
    char key[NODE_PRINT_KEY_MAX + 3];

    (void)state;
    memset(key, 'x', sizeof key);
    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t number = i * 2654435761u;
        uint8_t kind = (uint8_t)(NODE_PRINT_FAMILY - 1 + (number >> 8) % 4);
        bool exercise = (number >> 12) % 2 == 1;

        (void)snprintf(
            key, sizeof key, "blo-%u@th", (unsigned)((number >> 16) % 40));
        if ((number >> 24) % 8 == 0) {
            memset(key, 'x', sizeof key - 1);
            key[(number >> 20) % sizeof key] = '\0';
        }
        assert_true(
            is_same(node_prints_of(&prints, exercise, kind, ent_view_text(key)),
                made(exercise, kind, key)));
    }
}

static void
whatever_differs_has_another_print(void **state)
{
    struct node_prints other = new_prints(2);
    struct node_blind office = made(false, NODE_PRINT_OFFICE, "blo-maesai@th");

    (void)state;
    assert_false(
        is_same(office, made(true, NODE_PRINT_OFFICE, "blo-maesai@th")));
    assert_false(
        is_same(office, made(false, NODE_PRINT_LIST, "blo-maesai@th")));
    assert_false(
        is_same(office, made(false, NODE_PRINT_OFFICE, "blo-maesai@tl")));
    assert_false(
        is_same(office, node_prints_of(&other, false, NODE_PRINT_OFFICE,
                            ent_view_text("blo-maesai@th"))));
}

/* Of a person's name or papers nothing stays in memory. */
static void
only_families_and_offices_are_kept_at_hand(void **state)
{
    struct node_prints prints = new_prints(1);
    const struct node_prints before = prints;

    (void)state;
    (void)node_prints_of(&prints, false, 1, ent_view_text("AA1234567"));
    (void)node_prints_of(
        &prints, false, NODE_PRINT_FAMILY - 1, ent_view_text("AA1234567"));
    assert_memory_equal(&prints, &before, sizeof prints);
    (void)node_prints_of(
        &prints, false, NODE_PRINT_OFFICE, ent_view_text("blo-maesai@th"));
    assert_memory_not_equal(&prints, &before, sizeof prints);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_was_asked_for_before_a_print_is_the_same),
        cmocka_unit_test(whatever_differs_has_another_print),
        cmocka_unit_test(only_families_and_offices_are_kept_at_hand),
    };

    return cmocka_run_group_tests_name("node_prints", tests, NULL, NULL);
}
