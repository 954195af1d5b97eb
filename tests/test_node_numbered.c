/* SPDX-License-Identifier: Apache-2.0 */
/* Which copy a number of a submission stands for. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/numbered.h"
#include "proto/base/log.h"

#define FAR 100000

static struct node *
maesai(void)
{
    return world.nodes[MAESAI];
}

static struct node_numbered_copy
copy_of(uint64_t number)
{
    struct node_numbered_copy copy = {{{0}}, {{0}}};

    ent_put_be(copy.id.bytes, number, 8);
    ent_put_be(copy.to.bytes, number + 1, 8);
    return copy;
}

static void
put(uint64_t number)
{
    const struct node_numbered_copy copy = copy_of(number);

    expect_ok(node_numbered_put(maesai(), number, &copy, &last_error));
}

static void
forget(uint64_t number)
{
    expect_ok(node_numbered_delete(maesai(), number, &last_error));
}

static bool
is_there(uint64_t number)
{
    const struct node_numbered_copy wanted = copy_of(number);
    struct node_numbered_copy copy;
    enum ent_status rc =
        node_numbered_get(maesai(), number, &copy, &last_error);

    if (rc == ENT_NOT_FOUND) {
        return false;
    }
    expect_ok(rc);
    assert_memory_equal(&copy, &wanted, sizeof copy);
    return true;
}

/* 0: there is none. */
static uint64_t
next_from(uint64_t number)
{
    struct node_numbered_copy copy;
    struct node_numbered_copy wanted;
    enum ent_status rc =
        node_numbered_next(maesai(), &number, &copy, &last_error);

    if (rc == ENT_NOT_FOUND) {
        return 0;
    }
    expect_ok(rc);
    wanted = copy_of(number);
    assert_memory_equal(&copy, &wanted, sizeof copy);
    return number;
}

static void
a_number_stands_for_the_copy_that_it_was_put_for(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    for (uint64_t i = 1; i < 100; i++) {
        assert_false(is_there(i));
        put(i);
    }
    for (uint64_t i = 99; i > 0; i--) {
        assert_true(is_there(i));
    }
    end_turn(MAESAI);
    crash(MAESAI);
    begin_turn(MAESAI);
    for (uint64_t i = 1; i < 100; i++) {
        assert_true(is_there(i));
    }
    assert_false(is_there(0));
    assert_false(is_there(100));
    end_turn(MAESAI);
}

static void
numbers_that_follow_each_other_share_a_row(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    for (uint64_t i = 0; i < NODE_NUMBERED_BLOCK; i++) {
        put(NODE_NUMBERED_BLOCK + i);
    }
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_NUMBER), 1);
    begin_turn(MAESAI);
    put(2 * NODE_NUMBERED_BLOCK);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_NUMBER), 2);
}

static void
a_walk_goes_over_numbers_that_stand_for_nothing(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    assert_int_equal(next_from(0), 0);
    put(1);
    put(NODE_NUMBERED_BLOCK - 1);
    put(NODE_NUMBERED_BLOCK);
    put(FAR);
    for (int i = 0; i < 2; i++) { /* in the turn that put them, and after */
        assert_int_equal(next_from(0), 1);
        assert_int_equal(next_from(2), NODE_NUMBERED_BLOCK - 1);
        assert_int_equal(next_from(NODE_NUMBERED_BLOCK), NODE_NUMBERED_BLOCK);
        assert_int_equal(next_from(NODE_NUMBERED_BLOCK + 1), FAR);
        assert_int_equal(next_from(FAR + 1), 0);
        assert_int_equal(next_from(UINT64_MAX), 0);
        end_turn(MAESAI);
        crash(MAESAI);
        begin_turn(MAESAI);
    }
    end_turn(MAESAI);
}

static void
a_row_goes_with_the_last_of_its_numbers(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    put(1);
    put(2);
    forget(1);
    forget(3);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_NUMBER), 1);
    begin_turn(MAESAI);
    assert_false(is_there(1));
    assert_int_equal(next_from(0), 2);
    forget(2);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_NUMBER), 0);
    begin_turn(MAESAI);
    put(3);
    assert_int_equal(next_from(0), 3);
    end_turn(MAESAI);
}

static void
what_a_turn_put_is_not_there_when_it_is_taken_back(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    put(1);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    put(2);
    forget(1);
    expect_status(node_turn_end(maesai(), ENT_FULL, &last_error), ENT_FULL);
    begin_turn(MAESAI);
    assert_true(is_there(1));
    assert_false(is_there(2));
    end_turn(MAESAI);
}

static uint64_t
new_number(void)
{
    uint64_t number;
    uint64_t last;

    expect_ok(node_numbered_new(maesai(), &number, &last_error));
    expect_ok(node_numbered_last(maesai(), &last, &last_error));
    assert_int_equal(last, number);
    return number;
}

static void
no_number_is_given_out_twice(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    assert_int_equal(new_number(), 1);
    assert_int_equal(new_number(), 2);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    assert_int_equal(new_number(), 3);
    end_turn(MAESAI);
    crash(MAESAI);
    begin_turn(MAESAI);
    assert_int_equal(new_number(), 4);
    end_turn(MAESAI);
    assert_int_equal(number_of(MAESAI, "submission"), 4);
}

static void
a_number_of_a_turn_that_is_taken_back_is_given_out_again(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    assert_int_equal(new_number(), 1);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    assert_int_equal(new_number(), 2);
    expect_status(node_turn_end(maesai(), ENT_FULL, &last_error), ENT_FULL);
    begin_turn(MAESAI);
    assert_int_equal(new_number(), 2);
    end_turn(MAESAI);
}

static void
a_row_that_is_odd_is_not_read(void **state)
{
    static const uint8_t odd[33] = {1};
    struct node_key key = node_key_u64(0);
    uint64_t number = 1;
    struct node_numbered_copy copy;

    (void)state;
    begin_turn(MAESAI);
    expect_ok(node_store_put(maesai()->store, NODE_NUMBER, node_key_view(&key),
        ent_view_of(odd, sizeof odd), &last_error));
    expect_status(node_numbered_get(maesai(), 1, &copy, &last_error), ENT_IO);
    expect_status(
        node_numbered_next(maesai(), &number, &copy, &last_error), ENT_IO);
    end_turn(MAESAI);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_number_stands_for_the_copy_that_it_was_put_for),
        TEST(numbers_that_follow_each_other_share_a_row),
        TEST(a_walk_goes_over_numbers_that_stand_for_nothing),
        TEST(a_row_goes_with_the_last_of_its_numbers),
        TEST(what_a_turn_put_is_not_there_when_it_is_taken_back),
        TEST(no_number_is_given_out_twice),
        TEST(a_number_of_a_turn_that_is_taken_back_is_given_out_again),
        TEST(a_row_that_is_odd_is_not_read),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_numbered", tests, NULL, NULL);
}
