/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>

#include "proto/window.h"

#define MIB ((uint64_t)1024 * 1024)

static void
credit_is_spent_and_comes_back_but_never_grows(void **state)
{
    struct ent_window window = ent_window_begin(2 * MIB);

    (void)state;
    assert_true(ent_window_spend(&window, 2 * MIB - 1));
    assert_false(ent_window_spend(&window, 2));
    assert_true(ent_window_spend(&window, 1));
    ent_window_refill(&window, MIB);
    assert_int_equal(window.credit, MIB);
    ent_window_refill(&window, UINT64_MAX);
    assert_int_equal(window.credit, 2 * MIB);
}

static void
what_we_granted_is_charged_and_given_back(void **state)
{
    struct ent_window window = ent_window_begin(MIB);

    (void)state;
    assert_true(ent_window_charge(&window, ENT_WINDOW_GRANT));
    assert_false(ent_window_charge(&window, 1));
    assert_int_equal(ent_window_give_back(&window), ENT_WINDOW_GRANT);
    assert_int_equal(ent_window_give_back(&window), 0);
    assert_true(ent_window_charge(&window, 1));
}

static void
what_did_not_leave_is_owed_still(void **state)
{
    struct ent_window window = ent_window_begin(MIB);

    (void)state;
    assert_true(ent_window_charge(&window, 1000));
    assert_int_equal(ent_window_give_back(&window), 1000);
    ent_window_owe(&window, 1000);
    assert_true(ent_window_charge(&window, ENT_WINDOW_GRANT - 1000));
    assert_false(ent_window_charge(&window, 1));
    assert_int_equal(ent_window_give_back(&window), ENT_WINDOW_GRANT);
}

static void
before_a_greeting_nothing_passes(void **state)
{
    struct ent_window window = {0};

    (void)state;
    assert_false(ent_window_spend(&window, 1));
    assert_false(ent_window_charge(&window, 1));
    ent_window_refill(&window, MIB);
    assert_false(ent_window_spend(&window, 1));
}

/* Property: whatever is spent and refilled, credit stays between 0 and what was
 * granted, and nothing is sent that was not there. */
static void
credit_never_leaves_its_bounds(void **state)
{
    struct ent_window window = ent_window_begin(3 * MIB);
    uint64_t under_way = 0;
    uint8_t seed[randombytes_SEEDBYTES] = {7};
    uint32_t random[4000];

    (void)state;
    randombytes_buf_deterministic(random, sizeof random, seed);
    for (size_t i = 0; i < 4000; i++) {
        uint64_t bytes = random[i] % (2 * MIB);

        if (random[i] % 3 == 0) {
            ent_window_refill(&window, bytes);
            under_way -= bytes < under_way ? bytes : under_way;
        } else if (ent_window_spend(&window, bytes)) {
            under_way += bytes;
        }
        assert_true(window.credit + under_way == 3 * MIB);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credit_is_spent_and_comes_back_but_never_grows),
        cmocka_unit_test(what_we_granted_is_charged_and_given_back),
        cmocka_unit_test(what_did_not_leave_is_owed_still),
        cmocka_unit_test(before_a_greeting_nothing_passes),
        cmocka_unit_test(credit_never_leaves_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
