/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tools/bench/passage.h"

#define MS UINT64_C(1000000)
#define ROOM 4

/* One, two and three are FLASH; they set out at 10, 20 and 30 ms by the one
 * clock, and at 1010, 1020 and 1030 by that of the nodes. */
static const char *const one = "one", *const two = "two",
                         *const three = "three";

static int
set_out(void **state)
{
    static struct bench_passages passages;

    expect_ok(bench_passages_init(&passages, ROOM, &last_error));
    bench_passages_start(&passages, one, 10 * MS, 1010);
    bench_passages_start(&passages, two, 20 * MS, 1020);
    bench_passages_start(&passages, three, 30 * MS, 1030);
    *state = &passages;
    return 0;
}

static int
arrive(void **state)
{
    bench_passages_fini(*state);
    return 0;
}

static void
expect_passed(const struct bench_passages *passages, enum bench_point point,
    size_t count, uint64_t last_ms)
{
    assert_int_equal(passages->passed[point], count);
    assert_int_equal(passages->took_ns[point][count - 1], last_ms * MS);
}

static void
each_passes_in_the_time_since_it_set_out(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_pass(passages, BENCH_ACCEPTED, 13 * MS);
    expect_passed(passages, BENCH_ACCEPTED, 1, 3);
    bench_passages_pass(passages, BENCH_ACCEPTED, 24 * MS);
    expect_passed(passages, BENCH_ACCEPTED, 2, 4);
    bench_passages_pass(passages, BENCH_RECEIPT, 19 * MS);
    expect_passed(passages, BENCH_RECEIPT, 1, 9);
}

static void
what_was_read_says_when_it_came_to_the_desk(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_read(passages, one, 1012, 17 * MS);
    expect_passed(passages, BENCH_DESK, 1, 2);
    expect_passed(passages, BENCH_READ, 1, 7);
}

/* Long after all of them are delivered. */
static void
several_are_read_in_the_order_in_which_they_set_out(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_read(passages, one, 1012, 500 * MS);
    bench_passages_read(passages, two, 1023, 501 * MS);
    bench_passages_read(passages, three, 1034, 502 * MS);
    expect_passed(passages, BENCH_DESK, 3, 4);
    expect_passed(passages, BENCH_READ, 3, 472);
    assert_true(bench_passages_await_read(passages, 0));
}

static void
what_lies_between_them_is_none_of_them(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_read(passages, "routine", 1011, 15 * MS);
    assert_int_equal(passages->passed[BENCH_DESK], 0);
    bench_passages_read(passages, one, 1012, 17 * MS);
    bench_passages_read(passages, "routine", 1013, 18 * MS);
    expect_passed(passages, BENCH_READ, 1, 7);
    assert_false(bench_passages_await_read(passages, 0));
}

static void
more_than_set_out_are_not_read(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_read(passages, one, 1012, 17 * MS);
    bench_passages_read(passages, two, 1022, 27 * MS);
    bench_passages_read(passages, three, 1032, 37 * MS);
    bench_passages_read(passages, "", 1033, 38 * MS);
    assert_int_equal(passages->passed[BENCH_READ], 3);
}

static void
what_is_read_after_the_end_came_to_the_desk_and_counts_no_more(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_read(passages, one, 1012, 17 * MS);
    bench_passages_end(passages);
    bench_passages_read(passages, two, 1023, 27 * MS);
    expect_passed(passages, BENCH_DESK, 2, 3);
    expect_passed(passages, BENCH_READ, 1, 7);
}

static void
a_clock_that_was_set_back_makes_no_time_of_centuries(void **state)
{
    struct bench_passages *passages = *state;

    bench_passages_read(passages, one, 900, 17 * MS);
    expect_passed(passages, BENCH_DESK, 1, 0);
}

static void
no_memory_is_told_and_leaves_nothing(void **state)
{
    enum { ALLOCATIONS = 1 + BENCH_POINTS };

    (void)state;
    for (size_t i = 1; i <= ALLOCATIONS; i++) {
        struct bench_passages passages;

        fail_allocation(i);
        expect_status(
            bench_passages_init(&passages, ROOM, &last_error), ENT_NO_MEMORY);
        assert_null(passages.starts);
    }
    fail_allocation(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_out, arrive)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_passes_in_the_time_since_it_set_out),
        TEST(what_was_read_says_when_it_came_to_the_desk),
        TEST(several_are_read_in_the_order_in_which_they_set_out),
        TEST(what_lies_between_them_is_none_of_them),
        TEST(more_than_set_out_are_not_read),
        TEST(what_is_read_after_the_end_came_to_the_desk_and_counts_no_more),
        TEST(a_clock_that_was_set_back_makes_no_time_of_centuries),
        cmocka_unit_test(no_memory_is_told_and_leaves_nothing),
    };

    return cmocka_run_group_tests_name("bench_passage", tests, NULL, NULL);
}
