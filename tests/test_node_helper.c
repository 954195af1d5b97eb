/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "node/helper.h"

#define TASKS 4
#define HELD_US 20000

/* A task that writes down that it ran; one that is held says first that it is
 * run, and waits at the gate. */
struct noted {
    struct node_task task;
    bool is_held;
    char name;
};

static char order[TASKS + 1]; /* in which they ran, by name */
static atomic_size_t ran;
static sem_t begun;
static sem_t gate;
static struct node_helper *helper;
static struct noted tasks[TASKS];

static void
pass(sem_t *at)
{
    while (sem_wait(at) != 0) {
    }
}

static void
note(struct node_task *task)
{
    const struct noted *noted = (const struct noted *)task;

    if (noted->is_held) {
        (void)sem_post(&begun);
        pass(&gate);
        (void)usleep(HELD_US); /* whoever does not wait for it is first */
    }
    order[atomic_fetch_add(&ran, 1)] = noted->name;
}

/* The first holds the thread until the gate is opened. */
static int
start(void **state)
{
    (void)state;
    memset(order, 0, sizeof order);
    atomic_store(&ran, 0);
    assert_int_equal(sem_init(&begun, 0, 0), 0);
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    for (size_t i = 0; i < TASKS; i++) {
        tasks[i] = (struct noted){
            .task = {.run = note}, .is_held = i == 0, .name = (char)('a' + i)};
    }
    expect_ok(node_helper_start(&helper, &last_error));
    node_helper_begin(helper, &tasks[0].task);
    pass(&begun);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    node_helper_stop(&helper);
    assert_null(helper);
    assert_int_equal(sem_destroy(&gate), 0);
    assert_int_equal(sem_destroy(&begun), 0);
    return 0;
}

/* All that were begun have run. */
static void
open_and_await(size_t count)
{
    assert_int_equal(sem_post(&gate), 0);
    while (atomic_load(&ran) < count) {
        (void)usleep(100);
    }
}

static void
tasks_are_done_in_the_order_in_which_they_were_begun(void **state)
{
    (void)state;
    for (size_t i = 1; i < TASKS; i++) {
        node_helper_begin(helper, &tasks[i].task);
    }
    open_and_await(TASKS);
    assert_string_equal(order, "abcd");
}

static void
one_that_is_begun_first_goes_before_all_that_wait(void **state)
{
    (void)state;
    node_helper_begin(helper, &tasks[1].task);
    node_helper_begin(helper, &tasks[2].task);
    node_helper_begin_first(helper, &tasks[3].task);
    open_and_await(TASKS);
    assert_string_equal(order, "adbc");
}

static void
one_that_is_begun_first_alone_does_not_lose_the_next(void **state)
{
    (void)state;
    node_helper_begin_first(helper, &tasks[1].task);
    node_helper_begin(helper, &tasks[2].task);
    open_and_await(3);
    assert_string_equal(order, "abc");
}

static void
one_that_was_not_run_yet_is_its_owners_again_and_not_run(void **state)
{
    (void)state;
    for (size_t i = 1; i < TASKS; i++) {
        node_helper_begin(helper, &tasks[i].task);
    }
    node_helper_finish(helper, &tasks[3].task); /* the last, */
    node_helper_finish(helper, &tasks[1].task); /* and one before others */
    node_helper_begin(helper, &tasks[3].task);
    open_and_await(3);
    assert_string_equal(order, "acd");
}

static void
one_that_runs_is_waited_for_and_can_be_begun_again(void **state)
{
    (void)state;
    for (size_t rounds = 1; rounds <= 3; rounds++) {
        assert_int_equal(sem_post(&gate), 0);
        node_helper_finish(helper, &tasks[0].task);
        assert_int_equal(atomic_load(&ran), rounds);
        node_helper_begin(helper, &tasks[0].task);
        pass(&begun);
    }
    open_and_await(4);
}

#define HELPER_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HELPER_TEST(tasks_are_done_in_the_order_in_which_they_were_begun),
        HELPER_TEST(one_that_is_begun_first_goes_before_all_that_wait),
        HELPER_TEST(one_that_was_not_run_yet_is_its_owners_again_and_not_run),
        HELPER_TEST(one_that_is_begun_first_alone_does_not_lose_the_next),
        HELPER_TEST(one_that_runs_is_waited_for_and_can_be_begun_again),
    };

    return cmocka_run_group_tests_name("node_helper", tests, NULL, NULL);
}
