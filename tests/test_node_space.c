/* SPDX-License-Identifier: Apache-2.0 */
/* Who finds space in a store, and in what one office may fill of it. */
#include "tests/support.h"

#include "node/space.h"
#include "proto/refusal.h"

#define MIB (UINT64_C(1024) * 1024)
#define RANKS 5
#define DEFERRED 4
#define ROUTINE 3
#define FLASH 0
#define SIZE 10000

/* A store of 320 MiB, of which 10 are nobody's; an office may have 100 MiB and
 * a thousand bundles. A tenth of all is the reserve. */
static struct node_space
empty_space(uint8_t rank)
{
    return (struct node_space){
        .limits = {.bytes = 100 * MIB, .bundles = 1000, .flash_reserve = 10},
        .store_max = 320 * MIB,
        .disk_room = UINT64_MAX,
        .size = SIZE,
        .rank = rank,
    };
}

static void
where_there_is_space_everything_is_taken(void **state)
{
    (void)state;
    for (uint8_t rank = 0; rank < RANKS; rank++) {
        struct node_space space = empty_space(rank);

        assert_int_equal(node_space_judge(&space), 0);
    }
}

static void
the_fuller_a_store_the_more_urgent_what_it_takes(void **state)
{
    (void)state;
    for (uint8_t rank = 0; rank < RANKS; rank++) {
        struct node_space space = empty_space(rank);
        uint64_t most = 310 * MIB - 31 * MIB / 4 * rank;

        space.store_used = most - SIZE;
        assert_int_equal(node_space_judge(&space), 0);
        space.store_used++;
        assert_int_equal(node_space_judge(&space), ENT_REFUSAL_STORE_FULL);
    }
}

static void
nor_does_one_office_fill_its_share_with_what_can_wait(void **state)
{
    (void)state;
    for (uint8_t rank = 0; rank < RANKS; rank++) {
        struct node_space space = empty_space(rank);

        space.usage.bytes = 100 * MIB - 10 * MIB / 4 * rank - SIZE;
        assert_int_equal(node_space_judge(&space), 0);
        space.usage.bytes++;
        assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
        space.usage.bytes = 0;
        space.usage.bundles = 1000 - 100 / 4 * (uint64_t)rank - 1;
        assert_int_equal(node_space_judge(&space), 0);
        space.usage.bundles++;
        assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
    }
}

static void
what_settles_something_goes_beyond_the_share_and_not_without_end(void **state)
{
    struct node_space space = empty_space(ROUTINE);

    (void)state;
    space.usage.bytes = 100 * MIB;
    space.usage.bundles = 1000;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
    space.kind = NODE_SETTLES;
    assert_int_equal(node_space_judge(&space), 0);
    space.usage.bytes = 110 * MIB - SIZE + 1;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
    space.usage.bytes = 0;
    space.usage.bundles = 1100;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
}

static void
when_the_disk_is_full_it_matters_not_who_filled_it(void **state)
{
    (void)state;
    for (uint8_t rank = 0; rank < RANKS; rank++) {
        struct node_space space = empty_space(rank);

        space.disk_room = (1 + (uint64_t)rank) * MIB + SIZE;
        assert_int_equal(node_space_judge(&space), 0);
        space.disk_room--;
        assert_int_equal(node_space_judge(&space), ENT_REFUSAL_STORE_FULL);
        space.disk_room = 0;
        assert_int_equal(node_space_judge(&space), ENT_REFUSAL_STORE_FULL);
    }
}

static void
in_the_store_it_is_as_good_as_a_flash(void **state)
{
    struct node_space space = empty_space(DEFERRED);

    (void)state;
    space.store_used = 309 * MIB;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_STORE_FULL);
    space.kind = NODE_OWED; /* a file does not take what is for alerts */
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_STORE_FULL);
    space.kind = NODE_SETTLES;
    assert_int_equal(node_space_judge(&space), 0);
}

static void
half_of_the_store_is_a_share_when_nobody_says(void **state)
{
    struct node_space space = empty_space(FLASH);

    (void)state;
    space.limits.bytes = 0;
    space.usage.bytes = 160 * MIB - SIZE;
    assert_int_equal(node_space_judge(&space), 0);
    space.usage.bytes++;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
}

static void
no_number_overflows(void **state)
{
    struct node_space space = empty_space(FLASH);

    (void)state;
    space.size = UINT64_MAX;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
    space = empty_space(FLASH);
    space.usage.bytes = UINT64_MAX;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_QUOTA);
    space = empty_space(FLASH);
    space.store_used = UINT64_MAX;
    assert_int_equal(node_space_judge(&space), ENT_REFUSAL_STORE_FULL);
}

static void
rows_beside_a_bundle_count_too(void **state)
{
    (void)state;
    assert_true(node_space_of(0, 1) > 0);
    assert_true(node_space_of(1000, 2) > node_space_of(1000, 1));
    assert_true(node_space_of(1000, 1) > 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_there_is_space_everything_is_taken),
        cmocka_unit_test(the_fuller_a_store_the_more_urgent_what_it_takes),
        cmocka_unit_test(nor_does_one_office_fill_its_share_with_what_can_wait),
        cmocka_unit_test(
            what_settles_something_goes_beyond_the_share_and_not_without_end),
        cmocka_unit_test(when_the_disk_is_full_it_matters_not_who_filled_it),
        cmocka_unit_test(in_the_store_it_is_as_good_as_a_flash),
        cmocka_unit_test(half_of_the_store_is_a_share_when_nobody_says),
        cmocka_unit_test(no_number_overflows),
        cmocka_unit_test(rows_beside_a_bundle_count_too),
    };

    return cmocka_run_group_tests_name("node_space", tests, NULL, NULL);
}
