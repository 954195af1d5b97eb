/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/ear.h"

#define PATIENCE_MS 20000

/* Two who speak to each other within one process, and what each hears. */
struct line {
    void *context;
    struct ent_ear here;
    struct ent_ear there;
};

static struct line line;

static int
connect_them(void **state)
{
    void *here;
    void *there;

    (void)state;
    line.context = zmq_ctx_new();
    here = zmq_socket(line.context, ZMQ_PAIR);
    there = zmq_socket(line.context, ZMQ_PAIR);
    assert_int_equal(zmq_bind(here, "inproc://line"), 0);
    assert_int_equal(zmq_connect(there, "inproc://line"), 0);
    line.here = ent_ear_of(here);
    line.there = ent_ear_of(there);
    return 0;
}

static int
hang_up(void **state)
{
    (void)state;
    (void)zmq_close(line.here.socket);
    (void)zmq_close(line.there.socket);
    return zmq_ctx_term(line.context);
}

static void
speak(struct ent_ear *ear)
{
    assert_int_equal(zmq_send(ear->socket, "a", 1, ZMQ_DONTWAIT), 1);
}

/* All that is there; how much that was. */
static size_t
hear(struct ent_ear *ear)
{
    char word[1];
    size_t count = 0;

    while (zmq_recv(ear->socket, word, sizeof word, ZMQ_DONTWAIT) >= 0) {
        count++;
    }
    ent_ear_drained(ear);
    return count;
}

/* Whether it is open after so long at most. */
static bool
is_called(struct ent_ear *ear, long timeout_ms)
{
    struct ent_ears ears = {0};

    ent_ears_add(&ears, ear);
    expect_ok(ent_ears_wait(&ears, -1, timeout_ms, NULL, &last_error));
    return ent_ear_is_open(ear);
}

static void
what_was_there_before_anybody_listened_is_heard(void **state)
{
    (void)state;
    speak(&line.there);
    line.here = ent_ear_of(line.here.socket);
    assert_true(is_called(&line.here, 0));
    assert_int_equal(hear(&line.here), 1);
}

static void
an_ear_is_quiet_until_something_comes(void **state)
{
    (void)state;
    (void)hear(&line.here);
    assert_false(is_called(&line.here, 0));
    speak(&line.there);
    assert_true(is_called(&line.here, PATIENCE_MS));
    assert_int_equal(hear(&line.here), 1);
    assert_false(is_called(&line.here, 0));
}

static void
what_was_left_is_heard_without_another_call(void **state)
{
    char word[1];

    (void)state;
    (void)hear(&line.here);
    speak(&line.there);
    speak(&line.there);
    assert_true(is_called(&line.here, PATIENCE_MS));
    assert_int_equal(zmq_recv(line.here.socket, word, 1, ZMQ_DONTWAIT), 1);
    assert_true(is_called(&line.here, PATIENCE_MS));
    assert_int_equal(hear(&line.here), 1);
}

/* The library takes its call back when it looks for itself, as it does now and
 * then in sending. */
static void
a_call_that_was_taken_back_is_not_lost(void **state)
{
    int events;
    size_t size = sizeof events;

    (void)state;
    (void)hear(&line.here);
    speak(&line.there);
    ent_ear_disturb(&line.here);
    assert_int_equal(
        zmq_getsockopt(line.here.socket, ZMQ_EVENTS, &events, &size), 0);
    assert_true(is_called(&line.here, 0));
    assert_int_equal(hear(&line.here), 1);
}

static void
who_was_disturbed_for_nothing_is_quiet_again(void **state)
{
    (void)state;
    (void)hear(&line.here);
    ent_ear_disturb(&line.here);
    speak(&line.here);
    assert_false(is_called(&line.here, 0));
    assert_int_equal(line.here.state, ENT_EAR_QUIET);
}

static void
only_who_is_spoken_to_hears(void **state)
{
    struct ent_ears ears = {0};

    (void)state;
    (void)hear(&line.here);
    (void)hear(&line.there);
    ent_ears_add(&ears, &line.here);
    ent_ears_add(&ears, &line.there);
    ent_ear_disturb(&line.here);
    speak(&line.here);
    expect_ok(ent_ears_wait(&ears, -1, PATIENCE_MS, NULL, &last_error));
    assert_false(ent_ear_is_open(&line.here));
    assert_true(ent_ear_is_open(&line.there));
}

static void
a_file_that_can_be_read_ends_the_wait(void **state)
{
    struct ent_ears ears = {0};
    bool readable = true;
    int ends[2];

    (void)state;
    (void)hear(&line.here);
    ent_ears_add(&ears, &line.here);
    assert_int_equal(pipe(ends), 0);
    expect_ok(ent_ears_wait(&ears, ends[0], 0, &readable, &last_error));
    assert_false(readable);
    assert_int_equal(write(ends[1], "a", 1), 1);
    expect_ok(
        ent_ears_wait(&ears, ends[0], PATIENCE_MS, &readable, &last_error));
    assert_true(readable);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* Else a failure would end in a loop that never waits. */
static void
who_could_not_be_asked_is_asked_again(void **state)
{
    (void)state;
    errno = EINTR;
    ent_ear_drained(&line.here);
    assert_false(ent_ear_is_open(&line.here));
    speak(&line.there);
    assert_true(is_called(&line.here, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_was_there_before_anybody_listened_is_heard, connect_them,
            hang_up),
        cmocka_unit_test_setup_teardown(
            an_ear_is_quiet_until_something_comes, connect_them, hang_up),
        cmocka_unit_test_setup_teardown(
            what_was_left_is_heard_without_another_call, connect_them, hang_up),
        cmocka_unit_test_setup_teardown(
            a_call_that_was_taken_back_is_not_lost, connect_them, hang_up),
        cmocka_unit_test_setup_teardown(
            who_was_disturbed_for_nothing_is_quiet_again, connect_them,
            hang_up),
        cmocka_unit_test_setup_teardown(
            only_who_is_spoken_to_hears, connect_them, hang_up),
        cmocka_unit_test_setup_teardown(
            a_file_that_can_be_read_ends_the_wait, connect_them, hang_up),
        cmocka_unit_test_setup_teardown(
            who_could_not_be_asked_is_asked_again, connect_them, hang_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
