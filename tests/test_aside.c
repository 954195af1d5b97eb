/* SPDX-License-Identifier: Apache-2.0 */
/* One piece of work at a time, in another thread. */
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "proto/base/aside.h"
#include "tests/support.h"

struct piece {
    int gate[2]; /* it waits until that is closed */
    pthread_t where;
    int sum;
};

static void
work(void *context)
{
    struct piece *piece = context;
    char ignored;

    if (piece->gate[0] != 0) {
        (void)!read(piece->gate[0], &ignored, 1);
    }
    piece->where = pthread_self();
    piece->sum++;
}

static struct ent_aside *
start(void)
{
    struct ent_aside *aside = NULL;

    expect_ok(ent_aside_start("test", &aside, &last_error));
    return aside;
}

static void
a_piece_is_done_in_another_thread_and_then_another_one(void **state)
{
    ENT_AUTO(ent_aside_stop) struct ent_aside *aside = start();
    struct piece piece = {.sum = 0};

    (void)state;
    for (int i = 1; i <= 1000; i++) {
        ent_aside_begin(aside, work, &piece);
        assert_true(ent_aside_is_begun(aside));
        ent_aside_finish(aside);
        assert_false(ent_aside_is_begun(aside));
        assert_int_equal(piece.sum, i);
    }
    assert_false(pthread_equal(piece.where, pthread_self()));
}

static void
its_owner_can_ask_and_wait_for_a_descriptor(void **state)
{
    ENT_AUTO(ent_aside_stop) struct ent_aside *aside = start();
    struct pollfd call = {.fd = ent_aside_file(aside), .events = POLLIN};
    struct piece piece = {.sum = 0};

    (void)state;
    assert_int_equal(pipe(piece.gate), 0);
    ent_aside_begin(aside, work, &piece);
    assert_false(ent_aside_is_done(aside));
    assert_int_equal(poll(&call, 1, 0), 0);
    assert_int_equal(close(piece.gate[1]), 0);
    assert_int_equal(poll(&call, 1, 10000), 1);
    assert_true(ent_aside_is_done(aside));
    assert_true(ent_aside_is_begun(aside));
    ent_aside_finish(aside);
    assert_int_equal(poll(&call, 1, 0), 0);
    assert_int_equal(piece.sum, 1);
    assert_int_equal(close(piece.gate[0]), 0);
}

static void
nothing_to_finish_takes_no_time(void **state)
{
    ENT_AUTO(ent_aside_stop) struct ent_aside *aside = start();

    (void)state;
    assert_false(ent_aside_is_begun(aside));
    assert_false(ent_aside_is_done(aside));
    ent_aside_finish(aside);
}

static void
what_is_under_way_is_done_before_it_stops(void **state)
{
    struct ent_aside *aside = start();
    struct piece piece = {.sum = 0};

    (void)state;
    ent_aside_begin(aside, work, &piece);
    ent_aside_stop(&aside);
    assert_null(aside);
    assert_int_equal(piece.sum, 1);
    ent_aside_stop(&aside);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_piece_is_done_in_another_thread_and_then_another_one),
        cmocka_unit_test(its_owner_can_ask_and_wait_for_a_descriptor),
        cmocka_unit_test(nothing_to_finish_takes_no_time),
        cmocka_unit_test(what_is_under_way_is_done_before_it_stops),
    };

    return cmocka_run_group_tests_name("aside", tests, NULL, NULL);
}
