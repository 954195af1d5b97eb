/* SPDX-License-Identifier: Apache-2.0 */
/* What is handed in by hundreds takes turns, and what was laid out ahead of
 * them serves for all. */
#include "tests/local_programs.h"

#include <unistd.h>

/* How many turns it takes until nothing waits any more. */
static unsigned
serve_all(void)
{
    unsigned turns = 0;

    do {
        serve();
        turns++;
    } while (node_api_has_more(maesai()->api));
    return turns;
}

static void
more_than_a_turn_takes_is_accepted_in_several_and_answered_once(void **state)
{
    const uint64_t before = accepted();

    (void)state;
    text_len = LONG_TEXT;
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    serve();
    assert_in_range(accepted(), before + NODE_API_TURN_BYTES / LONG_TEXT,
        before + NODE_API_TURN_BYTES / LONG_TEXT + SLICE);
    assert_true(is_unanswered(programs[0]));
    assert_int_equal(serve_all(), 2);
    assert_int_equal(accepted(), before + NODE_API_BATCH_MAX);
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
}

/* Or a repetition would be a second message. */
static void
messages_without_ids_are_accepted_in_one_turn_wherever_they_stand(void **state)
{
    const uint64_t before = accepted();

    (void)state;
    text_len = LONG_TEXT;
    bare_first = true;
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, SLICE);
    serve();
    assert_int_equal(accepted(), before + NODE_API_BATCH_MAX);
    assert_int_equal(
        reply_to(programs[0])->submit->n_results, NODE_API_BATCH_MAX);
}

static void
a_small_one_goes_before_the_rest_of_a_large_one(void **state)
{
    (void)state;
    text_len = LONG_TEXT;
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    serve();
    text_len = 1;
    hand_in(programs[1], 500, 1, 1);
    serve();
    expect_accepted(reply_to(programs[1]), 500, 1);
    assert_true(is_unanswered(programs[0]));
    (void)serve_all();
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
}

/* Whoever takes the print of a message takes the same. */
static void
what_was_laid_out_ahead_is_known_when_it_is_handed_in_again(void **state)
{
    struct node *node = maesai();
    struct node_helper *helper = NULL;
    uint64_t before = accepted();

    (void)state;
    text_len = 500;
    expect_ok(node_helper_start(&helper, &last_error));
    expect_ok(node_api_lay_out_ahead(
        node->api, helper, node->given_key, &node->self, &last_error));
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    node_api_fill(node);
    assert_non_null(node->api->queue.list[0].laid);
    (void)usleep(100000);
    serve();
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
    assert_int_equal(accepted(), before + NODE_API_BATCH_MAX);
    node_laids_free(&node->api->laids);
    node_helper_stop(&helper);
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    serve();
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
    assert_int_equal(accepted(), before + NODE_API_BATCH_MAX);
}

/* Somebody else may need it. */
static void
what_could_not_be_laid_out_in_time_keeps_no_place_for_it(void **state)
{
    struct node *node = maesai();
    struct node_helper *helper = NULL;
    const struct node_laid *laid;

    (void)state;
    text_len = LONG_TEXT;
    expect_ok(node_helper_start(&helper, &last_error));
    expect_ok(node_api_lay_out_ahead(
        node->api, helper, node->given_key, &node->self, &last_error));
    hand_in(programs[0], 1, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    serve(); /* mostly sooner than the helper begins */
    laid = node->api->queue.list[0].laid;
    assert_true(laid == NULL || node_laid_foreseen(laid, 0) != NULL);
    (void)serve_all();
    expect_accepted(reply_to(programs[0]), 1, NODE_API_BATCH_MAX);
    node_laids_free(&node->api->laids);
    node_helper_stop(&helper);
}

/* A turn is served of messages that were laid out ahead, from that number on.
 * Who is served soon may be so before that was begun. */
static unsigned
serve_of_laid_out(void)
{
    struct node *node = maesai();
    unsigned from = 1;

    for (unsigned i = 1; i < 40; i++) {
        hand_in(programs[0], from, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
        node_api_fill(node);
        (void)usleep(20000 * i);
        serve();
        if (node_laid_foreseen(node->api->queue.list[0].laid, 0) != NULL) {
            return from;
        }
        (void)serve_all();
        expect_accepted(reply_to(programs[0]), from, NODE_API_BATCH_MAX);
        from += NODE_API_BATCH_MAX;
    }
    fail_msg("nothing is laid out ahead");
    return 0;
}

static void
what_was_laid_out_ahead_stays_so_for_all_its_turns(void **state)
{
    struct node *node = maesai();
    struct node_helper *helper = NULL;
    uint64_t all;
    unsigned from;

    (void)state;
    text_len = LONG_TEXT;
    expect_ok(node_helper_start(&helper, &last_error));
    expect_ok(node_api_lay_out_ahead(
        node->api, helper, node->given_key, &node->self, &last_error));
    from = serve_of_laid_out();
    (void)serve_all();
    expect_accepted(reply_to(programs[0]), from, NODE_API_BATCH_MAX);
    all = accepted();
    node_laids_free(&node->api->laids);
    node_helper_stop(&helper);
    hand_in(programs[0], from, NODE_API_BATCH_MAX, NODE_API_BATCH_MAX);
    (void)serve_all();
    expect_accepted(reply_to(programs[0]), from, NODE_API_BATCH_MAX);
    assert_int_equal(accepted(), all);
}

#define TURNS_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, open_programs, close_programs)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TURNS_TEST(
            more_than_a_turn_takes_is_accepted_in_several_and_answered_once),
        TURNS_TEST(
            messages_without_ids_are_accepted_in_one_turn_wherever_they_stand),
        TURNS_TEST(what_could_not_be_laid_out_in_time_keeps_no_place_for_it),
        TURNS_TEST(a_small_one_goes_before_the_rest_of_a_large_one),
        TURNS_TEST(what_was_laid_out_ahead_stays_so_for_all_its_turns),
        TURNS_TEST(what_was_laid_out_ahead_is_known_when_it_is_handed_in_again),
    };

    return cmocka_run_group_tests_name("node_api_turns", tests, NULL, NULL);
}
