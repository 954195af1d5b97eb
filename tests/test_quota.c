/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked for counts, whatever the clock does. */
#include "tests/support.h"

#include "policy/quota.h"
#include "tests/random_message.h"

#define LIMIT 5
#define ROUNDS 20000

static void
a_new_period_begins_at_nothing(void **state)
{
    struct ent_quota quota = {0};

    (void)state;
    assert_true(ent_quota_used(&quota, 20000) == 0);
    ent_quota_count(&quota, 20000);
    ent_quota_count(&quota, 20000);
    assert_true(ent_quota_used(&quota, 20000) == 2);
    assert_true(ent_quota_used(&quota, 20001) == 0);
    ent_quota_count(&quota, 20001);
    assert_true(ent_quota_used(&quota, 20001) == 1);
}

static void
a_clock_set_back_gives_nothing_anew(void **state)
{
    struct ent_quota quota = {0};

    (void)state;
    ent_quota_count(&quota, 20000);
    ent_quota_count(&quota, 20000);
    assert_true(ent_quota_used(&quota, 19999) == 2);
    ent_quota_count(&quota, 19000);
    assert_true(ent_quota_used(&quota, 20000) == 3);
}

/* However the clock is moved about: no more than the limit for each period that
 * it was in for the first time. */
static void
no_walk_of_the_clock_gives_more_than_its_periods(void **state)
{
    struct random_source random = {.state = UINT64_C(20261129)};
    struct ent_quota quota = {0};
    uint64_t period = 1000;
    uint64_t latest = 0;
    uint64_t periods = 0;
    uint64_t granted = 0;

    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        period += random_below(&random, 7);
        period -= random_below(&random, 7);
        if (ent_quota_used(&quota, period) >= LIMIT) {
            continue;
        }
        if (period > latest) {
            latest = period;
            periods++;
        }
        ent_quota_count(&quota, period);
        granted++;
        assert_true(granted <= LIMIT * periods);
    }
    assert_true(periods > 10 && granted > LIMIT * 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_period_begins_at_nothing),
        cmocka_unit_test(a_clock_set_back_gives_nothing_anew),
        cmocka_unit_test(no_walk_of_the_clock_gives_more_than_its_periods),
    };

    return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
