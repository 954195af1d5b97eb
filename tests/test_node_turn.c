/* SPDX-License-Identifier: Apache-2.0 */
/* Turns whose commit is on its way: what they queued waits for it. */
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/effects.h"
#include "node/witness.h"
#include "tests/two_offices.h"

#define BODY_LEN ((size_t)200 * 1024)
#define LATER_US 100000
#define REPLY_LEN ((size_t)600 * 1024)

/* What the disk answers: LMDB and the log call it by name. It answers nobody
 * while it is held. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool disk_held;
static bool disk_fails;

int fdatasync(int fd);

int
fdatasync(int fd)
{
    bool fails;

    (void)pthread_mutex_lock(&mutex);
    while (disk_held) {
        (void)pthread_cond_wait(&changed, &mutex);
    }
    fails = disk_fails;
    (void)pthread_mutex_unlock(&mutex);
    if (fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

static void
set_disk(bool held, bool fails)
{
    (void)pthread_mutex_lock(&mutex);
    disk_held = held;
    disk_fails = fails;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

static void
hold_disk(void)
{
    set_disk(true, false);
}

static void
let_disk_go(bool and_fail)
{
    set_disk(false, and_fail);
}

static void *
let_go_later(void *ignored)
{
    (void)usleep(LATER_US);
    let_disk_go(false);
    return ignored;
}

/* Whoever waits for it until then waits no longer. */
static pthread_t
let_disk_go_later(void)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, let_go_later, NULL), 0);
    return thread;
}

/* A test that fails leaves it as it was. */
static int
setup_disk(void **state)
{
    set_disk(false, false);
    return setup(state);
}

static int
teardown_disk(void **state)
{
    set_disk(false, false);
    return teardown(state);
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
    expect_on_wire(before, "a"); /* and need not wait for the next one */
    a_large_turn('c');
    expect_on_wire(before, "ab");
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
    set_disk(false, false);
}

/* The store finished it for its own reasons: to be read as it was. */
static void
what_waits_leaves_before_what_comes_after_it(void **state)
{
    const size_t before = world.flying;
    struct node_snapshot *snapshot = NULL;

    (void)state;
    a_large_turn('a');
    expect_ok(node_snapshot_open(here()->store, &snapshot, &last_error));
    node_snapshot_close(&snapshot);
    begin_one();
    queue('b');
    expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
    expect_on_wire(before, "ab");
}

/* However often somebody asks while the disk takes its time. */
static void
what_waits_is_bounded(void **state)
{
    static uint8_t reply[REPLY_LEN];
    pthread_t thread;
    size_t most = 0;

    (void)state;
    hold_disk();
    a_large_turn('a');
    thread = let_disk_go_later();
    for (int i = 0; i < 100; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};

        begin_one();
        expect_ok(ent_bytes_copy(
            ent_view_of(reply, sizeof reply), &payload, &last_error));
        expect_ok(node_effects_frame(&here()->effects, 0, false,
            ENT_FRAME_STATE, &payload, NULL, &last_error));
        expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
        most = here()->due.bytes > most ? here()->due.bytes : most;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_in_range(most, 1, 16 * 1024 * 1024);
}

/* It is a file beside the store: one that is ahead makes the store an old copy
 * at the next start. */
static void
the_anchor_waits_for_what_it_is_about(void **state)
{
    pthread_t thread;

    (void)state;
    in_folder(MAESAI, "anchor", world.configs[MAESAI].anchor);
    hold_disk();
    begin_one();
    keep_much(1001);
    expect_ok(node_record(here(), ENT_ENTRY_OLD_COPY, &here()->party,
        &(struct ent_digest){{1}}, &(struct ent_digest){{2}}, 0, &last_error));
    expect_ok(node_turn_end_ahead(here(), ENT_OK, &last_error));
    assert_true(node_store_is_going(here()->store));
    thread = let_disk_go_later();
    world.now += HOUR;
    begin_one();
    expect_ok(node_witness_run(here(), &last_error));
    assert_false(node_store_is_going(here()->store));
    expect_ok(node_turn_end(here(), ENT_OK, &last_error));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(access(world.configs[MAESAI].anchor, F_OK), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_a_turn_queued_leaves_once_its_commit_is_there, setup_disk,
            teardown_disk),
        cmocka_unit_test_setup_teardown(
            a_turn_that_changed_nothing_waits_with_the_one_before_it,
            setup_disk, teardown_disk),
        cmocka_unit_test_setup_teardown(
            turns_that_change_something_leave_in_their_order, setup_disk,
            teardown_disk),
        cmocka_unit_test_setup_teardown(
            a_turn_that_is_not_to_go_ahead_is_there_when_it_ends, setup_disk,
            teardown_disk),
        cmocka_unit_test_setup_teardown(
            a_turn_that_is_taken_back_lets_out_the_one_before_it, setup_disk,
            teardown_disk),
        cmocka_unit_test_setup_teardown(
            nothing_leaves_of_a_commit_that_failed_nor_behind_it, setup_disk,
            teardown_disk),
        cmocka_unit_test_setup_teardown(
            what_waits_leaves_before_what_comes_after_it, setup_disk,
            teardown_disk),
        cmocka_unit_test_setup_teardown(
            what_waits_is_bounded, setup_disk, teardown_disk),
        cmocka_unit_test_setup_teardown(
            the_anchor_waits_for_what_it_is_about, setup_disk, teardown_disk),
    };

    return cmocka_run_group_tests_name("node_turn", tests, NULL, NULL);
}
