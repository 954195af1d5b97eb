/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>

#include "proto/pace.h"

#define RATE UINT64_C(100)
#define BURST (RATE * ENT_PACE_BURST_S)

static void
count(struct ent_pace *pace, uint64_t checks, uint64_t now_ms)
{
    for (uint64_t i = 0; i < checks; i++) {
        ent_pace_count(pace, RATE, now_ms);
    }
}

static void
a_burst_may_come_at_once_and_no_more(void **state)
{
    struct ent_pace pace = {0};

    (void)state;
    count(&pace, BURST, 5000);
    assert_false(ent_pace_is_ahead(&pace, RATE, 5000));
    count(&pace, 1, 5000);
    assert_true(ent_pace_is_ahead(&pace, RATE, 5000));
    count(&pace, (ENT_PACE_BURSTS_MAX - 1) * BURST - 1, 5000);
    assert_false(ent_pace_is_beyond(&pace, RATE, 5000));
    count(&pace, 1, 5000);
    assert_true(ent_pace_is_beyond(&pace, RATE, 5000));
}

static void
time_makes_it_good(void **state)
{
    struct ent_pace pace = {0};

    (void)state;
    count(&pace, BURST + 10, 5000);
    assert_int_equal(ent_pace_due(&pace, RATE, 5000), 5100);
    assert_true(ent_pace_is_ahead(&pace, RATE, 5099));
    assert_false(ent_pace_is_ahead(&pace, RATE, 5100));
    assert_int_equal(ent_pace_due(&pace, RATE, 6000), 6000);
}

static void
who_keeps_its_pace_is_never_ahead(void **state)
{
    struct ent_pace pace = {0};

    (void)state;
    for (uint64_t now_ms = 1000; now_ms < 100000; now_ms += 1000 / RATE) {
        count(&pace, 1, now_ms);
        assert_false(ent_pace_is_ahead(&pace, RATE, now_ms));
    }
}

/* Once it is made good it stays so, however long nothing comes. */
static void
what_is_made_good_is_not_held_against_anybody_again(void **state)
{
    struct ent_pace pace = {0};

    (void)state;
    count(&pace, 2 * BURST, 5000);
    for (uint64_t s = ENT_PACE_BURST_S; s < 1000; s++) {
        assert_false(ent_pace_is_ahead(&pace, RATE, 5000 + 1000 * s));
        assert_true(
            ent_pace_due(&pace, RATE, 5000 + 1000 * s) == 5000 + 1000 * s);
    }
}

/* Twice its pace is seen after as long as a burst lasts. */
static void
who_is_twice_as_fast_is_ahead_after_a_burst(void **state)
{
    struct ent_pace pace = {0};
    uint64_t now_ms = 1000;

    (void)state;
    while (!ent_pace_is_ahead(&pace, RATE, now_ms)) {
        count(&pace, 2, now_ms);
        now_ms += 1000 / RATE;
    }
    assert_in_range(
        now_ms, 1000 + 1000 * ENT_PACE_BURST_S, 1100 + 1000 * ENT_PACE_BURST_S);
}

/* However long it sent too much, it is not kept out for longer than that. */
static void
a_flood_is_forgiven_in_seconds(void **state)
{
    struct ent_pace pace = {0};

    (void)state;
    count(&pace, 1000 * BURST, 5000);
    assert_true(ent_pace_is_beyond(&pace, RATE, 5000));
    assert_false(
        ent_pace_is_beyond(&pace, RATE, 5000 + 1000 * ENT_PACE_BURST_S));
}

/* Monotonic time that stands still, or is read out of order, forgives nothing.
 */
static void
time_that_does_not_pass_forgives_nothing(void **state)
{
    struct ent_pace pace = {0};

    (void)state;
    count(&pace, BURST + 1, 5000);
    assert_true(ent_pace_is_ahead(&pace, RATE, 4000));
    assert_true(ent_pace_is_ahead(&pace, RATE, 5000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_may_come_at_once_and_no_more),
        cmocka_unit_test(time_makes_it_good),
        cmocka_unit_test(what_is_made_good_is_not_held_against_anybody_again),
        cmocka_unit_test(who_keeps_its_pace_is_never_ahead),
        cmocka_unit_test(who_is_twice_as_fast_is_ahead_after_a_burst),
        cmocka_unit_test(a_flood_is_forgiven_in_seconds),
        cmocka_unit_test(time_that_does_not_pass_forgives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
