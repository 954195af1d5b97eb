/* SPDX-License-Identifier: Apache-2.0 */
/* Whose request is next. */
#include "node/api_queue.h"

#include <stdlib.h>

#include "tests/support.h"

/* A request of `client`, so long; its first byte is `mark`. */
static void
come(struct node_api_queue *queue, char client, size_t len, uint8_t mark)
{
    struct node_api_queued *room = node_api_queue_room(queue);

    assert_non_null(room);
    assert_int_equal(zmq_msg_init_size(&room->client, 5), 0);
    memset(zmq_msg_data(&room->client), client, 5);
    assert_int_equal(zmq_msg_init_size(&room->payload, len), 0);
    memset(zmq_msg_data(&room->payload), mark, len);
    node_api_queue_add(queue);
}

/* The mark of the one that is next; 0: none. */
static uint8_t
next(struct node_api_queue *queue)
{
    struct node_api_queued request;
    uint8_t mark;

    if (!node_api_queue_take(queue, SIZE_MAX, &request)) {
        return 0;
    }
    mark = *(uint8_t *)zmq_msg_data(&request.payload);
    zmq_msg_close(&request.client);
    zmq_msg_close(&request.payload);
    return mark;
}

static struct node_api_queue queue;

static int
clear(void **state)
{
    (void)state;
    node_api_queue_clear(&queue);
    queue = (struct node_api_queue){0};
    return 0;
}

static void
the_smallest_request_is_next(void **state)
{
    (void)state;
    come(&queue, 'a', 300000, 1);
    come(&queue, 'b', 200, 2);
    come(&queue, 'c', 1000, 3);
    assert_int_equal(next(&queue), 2);
    assert_int_equal(next(&queue), 3);
    assert_int_equal(next(&queue), 1);
    assert_int_equal(next(&queue), 0);
    assert_int_equal(queue.bytes, 0);
}

static void
of_one_program_the_first_is_first(void **state)
{
    (void)state;
    come(&queue, 'a', 300000, 1);
    come(&queue, 'a', 200, 2);
    come(&queue, 'b', 1000, 3);
    assert_int_equal(next(&queue), 3);
    assert_int_equal(next(&queue), 1);
    assert_int_equal(next(&queue), 2);
}

static void
equal_ones_go_as_they_came(void **state)
{
    (void)state;
    for (uint8_t i = 1; i <= 9; i++) {
        come(&queue, (char)('a' + i), 100, i);
    }
    for (uint8_t i = 1; i <= 9; i++) {
        assert_int_equal(next(&queue), i);
    }
}

/* However many small ones come. */
static void
a_large_one_waits_a_few_turns_at_most(void **state)
{
    size_t turns = 0;

    (void)state;
    come(&queue, 'a', 300000, 1);
    for (uint8_t mark = 0; mark != 1; turns++) {
        assert_true(turns <= NODE_API_PASSED_MAX + 1 + NODE_API_BEFORE_MAX);
        come(&queue, (char)('b' + turns), 100, 2);
        mark = next(&queue);
        node_api_queue_pass(&queue);
    }
    assert_true(turns > NODE_API_PASSED_MAX);
}

/* Programs that hand in much hand in again as soon as they are answered; each
 * turn has room for one of them. */
static void
a_small_one_waits_behind_no_number_of_large_ones(void **state)
{
    (void)state;
    for (uint8_t bulk = 0; bulk < 32; bulk++) {
        come(&queue, (char)bulk, 200000, 1);
    }
    for (int turn = 0; turn < 200; turn++) {
        if (turn % 7 != 6) {
            assert_int_equal(next(&queue), 1);
            come(&queue, (char)(turn % 32), 200000, 1);
            node_api_queue_pass(&queue);
            continue;
        }
        come(&queue, 'Z', 500, 2);
        assert_int_equal(next(&queue), 2);
        node_api_queue_pass(&queue);
    }
}

/* ... and a few small ones go before it. */
static void
only_one_that_waited_long_goes_before_who_is_quick(void **state)
{
    (void)state;
    come(&queue, 'a', 300000, 1);
    come(&queue, 'b', 300000, 1);
    for (size_t i = 0; i < 2 * NODE_API_PASSED_MAX; i++) {
        node_api_queue_pass(&queue);
    }
    assert_true(queue.favours);
    for (char client = 'c'; client < 'c' + NODE_API_BEFORE_MAX + 2; client++) {
        come(&queue, client, 100, 2);
    }
    for (size_t i = 0; i < NODE_API_BEFORE_MAX; i++) {
        assert_int_equal(next(&queue), 2);
    }
    assert_int_equal(next(&queue), 1);
    assert_int_equal(next(&queue), 2);
    assert_int_equal(next(&queue), 2);
    assert_int_equal(next(&queue), 1);
}

/* It goes in a turn of its own. */
static void
what_has_no_room_in_this_turn_waits(void **state)
{
    struct node_api_queued request;

    (void)state;
    come(&queue, 'a', 300000, 1);
    assert_false(node_api_queue_take(&queue, 299999, &request));
    assert_int_equal(queue.count, 1);
    assert_int_equal(next(&queue), 1);
}

/* ---- in slices ---- */

/* The next one is served a slice, and returns. */
static uint8_t
next_slice(void)
{
    struct node_api_queued request;
    uint8_t mark;

    if (!node_api_queue_take(&queue, SIZE_MAX, &request)) {
        return 0;
    }
    mark = *(uint8_t *)zmq_msg_data(&request.payload);
    request.touched = true;
    node_api_queue_return(&queue, &request);
    return mark;
}

static void
who_returns_is_the_first_of_its_program_and_not_before_who_is_small(
    void **state)
{
    (void)state;
    come(&queue, 'a', 300000, 1);
    come(&queue, 'a', 200, 2);
    assert_int_equal(next_slice(), 1);
    come(&queue, 'b', 300000, 3);
    come(&queue, 'c', 100, 4);
    assert_int_equal(next(&queue), 4);
    assert_int_equal(next(&queue), 0); /* one slice in a turn */
    node_api_queue_begin(&queue);
    assert_int_equal(next_slice(), 1);
    node_api_queue_begin(&queue);
    assert_int_equal(next(&queue), 1);
    assert_int_equal(next(&queue), 2);
    assert_int_equal(next(&queue), 3);
    assert_int_equal(queue.bytes, 0);
}

static void
there_is_always_room_for_who_returns(void **state)
{
    struct node_api_queued request;

    (void)state;
    come(&queue, 'a', 100, 1);
    assert_true(node_api_queue_take(&queue, SIZE_MAX, &request));
    for (size_t i = 0; i < NODE_API_QUEUE_MAX; i++) {
        come(&queue, (char)i, 100, 2);
    }
    node_api_queue_return(&queue, &request);
    assert_null(node_api_queue_room(&queue));
    assert_int_equal(next(&queue), 1);
}

static void
of_a_turn_that_is_taken_back_nobody_returns(void **state)
{
    (void)state;
    come(&queue, 'a', 300000, 1);
    come(&queue, 'b', 400000, 2);
    assert_int_equal(next_slice(), 1);
    node_api_queue_begin(&queue);
    node_api_queue_take_back(&queue); /* it was not served in that one */
    assert_int_equal(next_slice(), 1);
    node_api_queue_take_back(&queue);
    assert_int_equal(next(&queue), 2);
    assert_int_equal(next(&queue), 0);
    assert_int_equal(queue.bytes, 0);
}

/* ---- a turn ---- */

#define LARGE (NODE_API_TURN_BYTES / 4)

static void
large_ones_share_a_turn_until_it_is_full(void **state)
{
    struct node_api_turn turn = {0};

    (void)state;
    assert_true(node_api_turn_room(&turn) == SIZE_MAX); /* any is served */
    for (size_t i = 1; i < 4; i++) {
        node_api_turn_add(&turn, LARGE, 0);
        assert_int_equal(
            node_api_turn_room(&turn), NODE_API_TURN_BYTES - i * LARGE);
    }
    node_api_turn_add(&turn, 1, LARGE); /* a long answer counts too */
    assert_int_equal(node_api_turn_room(&turn), 0);
}

static void
a_small_one_that_comes_after_a_large_one_ends_the_turn(void **state)
{
    struct node_api_turn turn = {0};

    (void)state;
    node_api_turn_add(&turn, LARGE, 0);
    assert_true(node_api_turn_room(&turn) > LARGE);
    node_api_turn_add(&turn, NODE_API_SMALL, 0);
    assert_int_equal(node_api_turn_room(&turn), NODE_API_SMALL);
}

static void
a_turn_that_begins_with_a_small_one_is_short(void **state)
{
    struct node_api_turn turn = {0};

    (void)state;
    node_api_turn_add(&turn, 100, 100);
    assert_int_equal(
        node_api_turn_room(&turn), NODE_API_SHORT_TURN_BYTES - 200);
    node_api_turn_add(&turn, 100, NODE_API_SHORT_TURN_BYTES);
    assert_int_equal(node_api_turn_room(&turn), 0);
}

static void
a_turn_is_short_while_something_urgent_is_under_way(void **state)
{
    struct node_api_turn turn = {.is_urgent = true};

    (void)state;
    assert_true(node_api_turn_room(&turn) == SIZE_MAX); /* one at least, */
    node_api_turn_add(&turn, NODE_API_URGENT_TURN_BYTES / 2, 0);
    assert_int_equal(node_api_turn_room(&turn), NODE_API_SMALL); /* a slice */
    node_api_turn_add(&turn, NODE_API_URGENT_TURN_BYTES / 2, 0);
    assert_int_equal(node_api_turn_room(&turn), 0);
}

static void
no_large_one_follows_a_small_one_while_something_urgent_is_under_way(
    void **state)
{
    struct node_api_turn turn = {.is_urgent = true};

    (void)state;
    node_api_turn_add(&turn, 100, 100);
    assert_int_equal(node_api_turn_room(&turn), NODE_API_SMALL);
}

static void
small_ones_have_an_end_too(void **state)
{
    struct node_api_turn turn = {0};

    (void)state;
    for (size_t i = 0; i < NODE_API_QUEUE_MAX; i++) {
        assert_true(node_api_turn_room(&turn) > 0);
        node_api_turn_add(&turn, 10, 10);
    }
    assert_int_equal(node_api_turn_room(&turn), 0);
}

static void
it_has_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < NODE_API_QUEUE_MAX; i++) {
        come(&queue, (char)i, 10, 1);
    }
    assert_null(node_api_queue_room(&queue));
    assert_int_equal(next(&queue), 1);
    assert_non_null(node_api_queue_room(&queue));
    node_api_queue_clear(&queue);
    come(&queue, 'a', NODE_API_QUEUE_BYTES, 1);
    assert_null(node_api_queue_room(&queue));
}

/* Or what was another program's is told to who takes its place. */
static void
a_new_one_knows_nothing_of_who_had_its_place(void **state)
{
    struct node_api_queued *request = &queue.list[0];

    (void)state;
    come(&queue, 'a', 100, 1);
    request->number = 4711;
    request->at = request->done = 50;
    request->left = true;
    assert_int_equal(next(&queue), 1);
    come(&queue, 'b', 100, 2);
    assert_int_equal(request->number, 0);
    assert_int_equal(request->at + request->done, 0);
    assert_false(request->left || request->touched);
}

#define QUEUE_TEST(name) cmocka_unit_test_setup_teardown(name, clear, clear)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_smallest_request_is_next),
        QUEUE_TEST(of_one_program_the_first_is_first),
        QUEUE_TEST(equal_ones_go_as_they_came),
        QUEUE_TEST(a_large_one_waits_a_few_turns_at_most),
        QUEUE_TEST(a_small_one_waits_behind_no_number_of_large_ones),
        QUEUE_TEST(only_one_that_waited_long_goes_before_who_is_quick),
        QUEUE_TEST(what_has_no_room_in_this_turn_waits),
        QUEUE_TEST(
            who_returns_is_the_first_of_its_program_and_not_before_who_is_small),
        QUEUE_TEST(there_is_always_room_for_who_returns),
        QUEUE_TEST(of_a_turn_that_is_taken_back_nobody_returns),
        QUEUE_TEST(large_ones_share_a_turn_until_it_is_full),
        QUEUE_TEST(a_small_one_that_comes_after_a_large_one_ends_the_turn),
        QUEUE_TEST(a_turn_that_begins_with_a_small_one_is_short),
        QUEUE_TEST(a_turn_is_short_while_something_urgent_is_under_way),
        QUEUE_TEST(
            no_large_one_follows_a_small_one_while_something_urgent_is_under_way),
        QUEUE_TEST(small_ones_have_an_end_too),
        QUEUE_TEST(it_has_an_end),
        QUEUE_TEST(a_new_one_knows_nothing_of_who_had_its_place),
    };

    return cmocka_run_group_tests_name("node_api_queue", tests, NULL, NULL);
}
