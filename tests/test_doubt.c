/* SPDX-License-Identifier: Apache-2.0 */
/* When a clock is doubted, and when not. */
#include "tests/support.h"

#include "proto/base/doubt.h"

#define MINUTE (UINT64_C(60) * 1000)
#define DAY (24 * 60 * MINUTE)
#define NOW (20000 * DAY)

static void
a_store_that_was_never_written_says_nothing_of_time(void **state)
{
    (void)state;
    assert_int_equal(ent_doubt_since(NOW, 0, DAY), ENT_DOUBT_NONE);
    assert_int_equal(ent_doubt_since(1, 0, DAY), ENT_DOUBT_NONE);
}

static void
five_minutes_back_are_borne_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(
        ent_doubt_since(NOW - 5 * MINUTE, NOW, DAY), ENT_DOUBT_NONE);
    assert_int_equal(
        ent_doubt_since(NOW - 5 * MINUTE - 1, NOW, DAY), ENT_DOUBT_BEHIND);
    assert_int_equal(ent_doubt_since(0, NOW, DAY), ENT_DOUBT_BEHIND);
}

static void
who_was_away_for_longer_than_is_allowed_is_doubted(void **state)
{
    (void)state;
    assert_int_equal(ent_doubt_since(NOW + DAY, NOW, DAY), ENT_DOUBT_NONE);
    assert_int_equal(ent_doubt_since(NOW + DAY + 1, NOW, DAY), ENT_DOUBT_AHEAD);
    assert_int_equal(ent_doubt_since(UINT64_MAX, NOW, DAY), ENT_DOUBT_AHEAD);
}

static void
a_step_of_more_than_five_minutes_is_doubted_either_way(void **state)
{
    (void)state;
    assert_int_equal(ent_doubt_step(NOW, NOW), ENT_DOUBT_NONE);
    assert_int_equal(ent_doubt_step(NOW + 5 * MINUTE, NOW), ENT_DOUBT_NONE);
    assert_int_equal(ent_doubt_step(NOW, NOW + 5 * MINUTE), ENT_DOUBT_NONE);
    assert_int_equal(
        ent_doubt_step(NOW + 5 * MINUTE + 1, NOW), ENT_DOUBT_AHEAD);
    assert_int_equal(
        ent_doubt_step(NOW, NOW + 5 * MINUTE + 1), ENT_DOUBT_BEHIND);
    assert_int_equal(ent_doubt_step(0, UINT64_MAX), ENT_DOUBT_BEHIND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_was_never_written_says_nothing_of_time),
        cmocka_unit_test(five_minutes_back_are_borne_and_no_more),
        cmocka_unit_test(who_was_away_for_longer_than_is_allowed_is_doubted),
        cmocka_unit_test(
            a_step_of_more_than_five_minutes_is_doubted_either_way),
    };

    return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
