/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>

#include "node/route.h"
#include "proto/schema/common.pb-c.h"

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE

#define FIRST_BROKER (UINT64_C(1) << 0)
#define SECOND_BROKER (UINT64_C(1) << 1)
#define DIRECT (UINT64_C(1) << 2)
#define ROUTES 3

/* Two brokers and a direct link, all there, and a bundle that is new. */
static void
set_out(struct node_route routes[static ROUTES])
{
    routes[0] = (struct node_route){.via = "broker-a@th", .is_ready = true};
    routes[1] = (struct node_route){.via = "broker-b@th", .is_ready = true};
    routes[2] = (struct node_route){
        .via = "blo-tachileik@mm", .is_ready = true, .is_direct = true};
}

static uint64_t
choose(const struct node_route *routes, uint32_t precedence)
{
    return node_route_choose(routes, ROUTES, precedence);
}

static void
who_has_no_way_waits(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    for (size_t i = 0; i < ROUTES; i++) {
        routes[i].is_ready = false;
    }
    assert_int_equal(choose(routes, ROUTINE), 0);
    assert_int_equal(choose(routes, FLASH), 0);
    assert_int_equal(node_route_choose(routes, 0, FLASH), 0);
}

static void
the_direct_way_comes_first_and_then_the_brokers_in_order(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    assert_int_equal(choose(routes, ROUTINE), DIRECT);
    routes[2].is_ready = false;
    assert_int_equal(choose(routes, ROUTINE), FIRST_BROKER);
    routes[0].is_ready = false;
    assert_int_equal(choose(routes, ROUTINE), SECOND_BROKER);
}

static void
flash_goes_on_all_ways_at_once(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    assert_int_equal(
        choose(routes, FLASH), FIRST_BROKER | SECOND_BROKER | DIRECT);
    routes[1].is_ready = false;
    assert_int_equal(choose(routes, FLASH), FIRST_BROKER | DIRECT);
}

static void
custody_gives_way_to_who_has_not_had_it(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    routes[2].is_ready = false;
    routes[0].in_custody = true;
    assert_int_equal(choose(routes, ROUTINE), SECOND_BROKER);
    routes[1].tries = 100; /* and still rather than who holds it already */
    assert_int_equal(choose(routes, ROUTINE), SECOND_BROKER);
    routes[1].is_ready = false;
    assert_int_equal(choose(routes, ROUTINE), FIRST_BROKER);
}

static void
who_does_not_answer_is_left_after_two_sendings(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    routes[2].tries = 1;
    assert_int_equal(choose(routes, ROUTINE), DIRECT);
    routes[2].tries = 2;
    assert_int_equal(choose(routes, ROUTINE), FIRST_BROKER);
    routes[0].tries = 2;
    assert_int_equal(choose(routes, ROUTINE), SECOND_BROKER);
    routes[1].tries = 2;
    assert_int_equal(choose(routes, ROUTINE), DIRECT); /* all over again */
}

static void
who_refused_is_asked_again_only_when_nobody_else_is_there(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    routes[2].has_refused = true;
    assert_int_equal(choose(routes, ROUTINE), FIRST_BROKER);
    assert_int_equal(choose(routes, FLASH), FIRST_BROKER | SECOND_BROKER);
    routes[0].is_ready = false;
    routes[1].is_ready = false;
    assert_int_equal(choose(routes, ROUTINE), DIRECT);
    assert_int_equal(choose(routes, FLASH), DIRECT);
}

/* Property: whatever was and is, one way is chosen (for FLASH at least one) of
 * those that are there, and none only when none is. */
static void
as_long_as_a_way_is_there_one_is_taken(void **state)
{
    uint8_t seed[randombytes_SEEDBYTES] = {3};
    uint32_t random[9000];

    (void)state;
    randombytes_buf_deterministic(random, sizeof random, seed);
    for (size_t round = 0; round < 1500; round++) {
        struct node_route routes[6];
        uint64_t there = 0;
        uint64_t one;
        uint64_t all;

        for (size_t i = 0; i < 6; i++) {
            uint32_t dice = random[round * 6 + i];

            routes[i] = (struct node_route){.via = "",
                .is_ready = dice & 1,
                .is_direct = dice & 2,
                .has_refused = dice & 4,
                .in_custody = dice & 8,
                .tries = dice >> 4 & 7};
            there |= routes[i].is_ready ? UINT64_C(1) << i : 0;
        }
        one = node_route_choose(routes, 6, ROUTINE);
        all = node_route_choose(routes, 6, FLASH);
        assert_int_equal(one & ~there, 0);
        assert_int_equal(all & ~there, 0);
        assert_int_equal(one & (one - 1), 0);
        assert_true((one != 0) == (there != 0));
        assert_true((one & all) == one);
    }
}

/* Property: a bundle that nobody answers is given to every way in the end. */
static void
no_way_is_left_out_for_ever(void **state)
{
    struct node_route routes[ROUTES];

    (void)state;
    set_out(routes);
    for (size_t i = 0; i < 12; i++) {
        uint64_t via = choose(routes, ROUTINE);

        for (size_t k = 0; k < ROUTES; k++) {
            routes[k].tries += (via >> k & 1) != 0;
        }
    }
    for (size_t k = 0; k < ROUTES; k++) {
        assert_int_equal(routes[k].tries, 4);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_no_way_waits),
        cmocka_unit_test(
            the_direct_way_comes_first_and_then_the_brokers_in_order),
        cmocka_unit_test(flash_goes_on_all_ways_at_once),
        cmocka_unit_test(custody_gives_way_to_who_has_not_had_it),
        cmocka_unit_test(who_does_not_answer_is_left_after_two_sendings),
        cmocka_unit_test(
            who_refused_is_asked_again_only_when_nobody_else_is_there),
        cmocka_unit_test(as_long_as_a_way_is_there_one_is_taken),
        cmocka_unit_test(no_way_is_left_out_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
