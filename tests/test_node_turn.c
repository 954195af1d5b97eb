/* SPDX-License-Identifier: Apache-2.0 */
/* Turns whose commit is on its way: what they queued waits for it. */
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/effects.h"
#include "tests/two_offices.h"

#define BODY_LEN ((size_t)200 * 1024)

/* What the disk answers: LMDB and the log call it by name. It answers nobody
 * while the test has that mutex. */
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;
static bool disk_fails;

int fdatasync(int fd);

int
fdatasync(int fd)
{
    bool fails;

    (void)pthread_mutex_lock(&disk);
    fails = disk_fails;
    (void)pthread_mutex_unlock(&disk);
    if (fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

static void
hold_disk(void)
{
    assert_int_equal(pthread_mutex_lock(&disk), 0);
}

static void
let_disk_go(bool and_fail)
{
    disk_fails = and_fail;
    assert_int_equal(pthread_mutex_unlock(&disk), 0);
}

/* ---- turns ---- */

static struct node *
here(void)
{
    return world.nodes[MAESAI];
}

static void
begin_one(void)
{
    expect_ok(node_turn_begin(here(), world.now, &last_error));
}

/* A frame of its own, to be told by its number. */
static void
queue(uint8_t number)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};

    expect_ok(ent_bytes_copy(ent_view_of(&number, 1), &payload, &last_error));
    expect_ok(node_effects_frame(&here()->effects, NODE_VIA(0), false,
        ENT_FRAME_STATE, &payload, NULL, &last_error));
}

static void
keep_much(uint64_t number)
{
    static uint8_t body[BODY_LEN];
    struct node_key key = node_key_u64(number);

    expect_ok(node_store_put(here()->store, NODE_BODY, node_key_view(&key),
        ent_view_of(body, sizeof body), &last_error));
    expect_ok(node_number_set(here()->store, "test", number, &last_error));
}

static void
a_large_turn(uint8_t number)
{
    begin_one();
    keep_much(1000 + number);
    queue(number);
    expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
}

static void
expect_on_wire(size_t from, const char *numbers)
{
    assert_int_equal(world.flying, from + strlen(numbers));
    for (size_t i = 0; i < strlen(numbers); i++) {
        assert_int_equal(world.wire[from + i].payload.data[0], numbers[i]);
    }
}

static void
what_a_turn_queued_leaves_once_its_commit_is_there(void **state)
{
    const size_t before = world.flying;

    (void)state;
    hold_disk();
    a_large_turn('a');
    assert_true(node_store_is_going(here()->store));
    expect_ok(node_turn_let_out(here(), &last_error));
    expect_on_wire(before, "");
    let_disk_go(false);
    expect_ok(node_turn_finish(here(), &last_error));
    expect_on_wire(before, "a");
    assert_false(node_store_is_going(here()->store));
}

/* It has seen what may not be there tomorrow. */
static void
a_turn_that_changed_nothing_waits_with_the_one_before_it(void **state)
{
    const size_t before = world.flying;

    (void)state;
    hold_disk();
    a_large_turn('a');
    begin_one();
    queue('b');
    expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
    expect_on_wire(before, "");
    let_disk_go(false);
    expect_ok(node_turn_finish(here(), &last_error));
    expect_on_wire(before, "ab");
}

static void
turns_that_change_something_leave_in_their_order(void **state)
{
    const size_t before = world.flying;

    (void)state;
    a_large_turn('a');
    a_large_turn('b');
    a_large_turn('c');
    begin_one();
    expect_ok(node_number_set(here()->store, "test", 7, &last_error));
    queue('d');
    expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
    expect_on_wire(before, "abcd");
}

static void
a_turn_that_is_not_to_go_ahead_is_there_when_it_ends(void **state)
{
    const size_t before = world.flying;

    (void)state;
    a_large_turn('a');
    begin_one();
    keep_much(2000);
    queue('b');
    expect_ok(node_turn_end(here(), ENT_OK, &last_error));
    expect_on_wire(before, "ab");
    assert_false(node_store_is_going(here()->store));
}

static void
a_turn_that_is_taken_back_lets_out_the_one_before_it(void **state)
{
    const size_t before = world.flying;

    (void)state;
    a_large_turn('a');
    begin_one();
    keep_much(2000);
    queue('b');
    expect_status(node_turn_end_ahead(here(), ENT_FULL, &last_error), ENT_FULL);
    expect_on_wire(before, "a");
    a_large_turn('c');
    expect_ok(node_turn_finish(here(), &last_error));
    expect_on_wire(before, "ac");
}

static void
nothing_leaves_of_a_commit_that_failed_nor_behind_it(void **state)
{
    const size_t before = world.flying;

    (void)state;
    hold_disk();
    a_large_turn('a');
    begin_one();
    queue('b');
    expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
    begin_one();
    keep_much(2000);
    queue('c');
    let_disk_go(true);
    expect_status(node_turn_end_ahead(here(), ENT_OK, &last_error), ENT_IO);
    assert_non_null(strstr(last_error.text, "look at the disk"));
    expect_on_wire(before, "");
    expect_status(node_turn_finish(here(), &last_error), ENT_IO);
    expect_on_wire(before, "");
    disk_fails = false;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_a_turn_queued_leaves_once_its_commit_is_there, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            a_turn_that_changed_nothing_waits_with_the_one_before_it, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            turns_that_change_something_leave_in_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_turn_that_is_not_to_go_ahead_is_there_when_it_ends, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            a_turn_that_is_taken_back_lets_out_the_one_before_it, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            nothing_leaves_of_a_commit_that_failed_nor_behind_it, setup,
            teardown),
    };

    return cmocka_run_group_tests_name("node_turn", tests, NULL, NULL);
}
