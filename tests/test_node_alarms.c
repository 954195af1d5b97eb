/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices.h"

#include <sodium.h>
#include <stdio.h>

#include "node/alarms.h"
#include "proto/base/log.h"

/* One turn in which an alarm is raised. */
static void
raise_alarm(enum node_alarm_kind kind, const char *subject, const char *text)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_alarm_raise(node, kind, subject, &last_error, "%s", text));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* How many there are; the last of them, freed by the caller. */
static size_t
count_alarms(Entente__Rest__V1__AlarmRow **ret_last)
{
    struct node *node = world.nodes[MAESAI];
    Entente__Rest__V1__AlarmRow *row = NULL;
    uint64_t number = 0;
    size_t count = 0;

    *ret_last = NULL;
    expect_ok(node_store_begin(node->store, &last_error));
    while (node_alarm_next(node, &number, &row, &last_error) == ENT_OK) {
        node_row_free(ret_last);
        *ret_last = row;
        row = NULL;
        number++;
        count++;
    }
    node_store_abort(node->store);
    return count;
}

static void
expect_alarms(size_t want)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *last = NULL;

    assert_int_equal(count_alarms(&last), want);
}

static void
one_cause_has_one_alarm_and_is_counted(void **state)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *last = NULL;

    (void)state;
    raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "at 5");
    world.now += HOUR;
    raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "at 6");
    assert_int_equal(count_alarms(&last), 1);
    assert_int_equal(last->count, 2);
    assert_int_equal(last->last_at - last->raised_at, HOUR);
    assert_string_equal(last->text, "at 6");
    assert_string_equal(node_alarm_name(last->kind), "fork");
}

/* Or whoever repeats it would fill the disk. */
static void
what_repeats_within_a_minute_is_not_written(void **state)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *last = NULL;
    uint64_t commits;

    (void)state;
    raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "at 5");
    commits = node_store_commits(world.nodes[MAESAI]->store);
    for (int i = 0; i < 50; i++) {
        world.now += 1000;
        raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "at 5");
    }
    assert_int_equal(node_store_commits(world.nodes[MAESAI]->store), commits);
    assert_int_equal(count_alarms(&last), 1);
}

static void
the_next_rung_is_told_though_the_first_was_told_just_now(void **state)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *last = NULL;

    (void)state;
    raise_alarm(NODE_ALARM_HOTLINE, "blo-tachileik@mm", "call the desk");
    world.now += 1000;
    raise_alarm(NODE_ALARM_HOTLINE, "blo-tachileik@mm", "call the chief");
    assert_int_equal(count_alarms(&last), 1);
    assert_string_equal(last->text, "call the chief");
    assert_int_equal(last->count, 2);
}

static void
other_kinds_and_other_offices_have_their_own(void **state)
{
    (void)state;
    raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "x");
    raise_alarm(NODE_ALARM_FORK, "blo-myawaddy@mm", "x");
    raise_alarm(NODE_ALARM_MANIFEST, "blo-tachileik@mm", "x");
    expect_alarms(3);
}

static void
an_alarm_stays_until_somebody_clears_it(void **state)
{
    struct node *node;

    (void)state;
    raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "x");
    world.now += 30 * DAY;
    crash(MAESAI);
    expect_alarms(1);
    node = world.nodes[MAESAI];
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_status(node_alarm_clear(node, 7, &last_error), ENT_NOT_FOUND);
    expect_ok(node_alarm_clear(node, 1, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    expect_alarms(0);
    raise_alarm(NODE_ALARM_FORK, "blo-tachileik@mm", "again");
    expect_alarms(1);
}

static void
a_turn_that_is_taken_back_raised_nothing(void **state)
{
    struct node *node = world.nodes[MAESAI];

    (void)state;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_alarm_raise(
        node, NODE_ALARM_FORK, "blo-tachileik@mm", &last_error, "x"));
    expect_status(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    expect_alarms(0);
}

static void
there_are_never_more_than_a_person_can_read(void **state)
{
    struct node *node = world.nodes[MAESAI];

    (void)state;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (int i = 0; i < NODE_ALARMS_MAX + 10; i++) {
        char subject[32];

        (void)snprintf(subject, sizeof subject, "blo-%03d@mm", i);
        expect_ok(
            node_alarm_raise(node, NODE_ALARM_FORK, subject, &last_error, "x"));
    }
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    expect_alarms(NODE_ALARMS_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_cause_has_one_alarm_and_is_counted),
        TEST(what_repeats_within_a_minute_is_not_written),
        TEST(the_next_rung_is_told_though_the_first_was_told_just_now),
        TEST(other_kinds_and_other_offices_have_their_own),
        TEST(an_alarm_stays_until_somebody_clears_it),
        TEST(a_turn_that_is_taken_back_raised_nothing),
        TEST(there_are_never_more_than_a_person_can_read),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_alarms", tests, NULL, NULL);
}
