/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "broker/dial.h"

#define SECOND UINT64_C(1000)
#define NOW (3600 * SECOND)

static void
nothing_is_said_on_a_connection_that_is_not_there(void **state)
{
    struct broker_dial dial = {0};

    (void)state;
    assert_false(broker_dial_greets(&dial, false, NOW));
    assert_int_equal(broker_dial_due(&dial), UINT64_MAX);
    broker_dial_up(&dial);
    broker_dial_down(&dial);
    assert_false(broker_dial_greets(&dial, false, NOW));
}

static void
hello_is_said_at_once_when_it_comes_up_and_once(void **state)
{
    struct broker_dial dial = {0};

    (void)state;
    broker_dial_up(&dial);
    assert_int_equal(broker_dial_due(&dial), 0);
    assert_true(broker_dial_greets(&dial, false, NOW));
    assert_false(broker_dial_greets(&dial, false, NOW));
    assert_false(broker_dial_greets(&dial, true, NOW + SECOND));
    assert_int_equal(broker_dial_due(&dial), UINT64_MAX);
}

static void
who_does_not_answer_is_greeted_again_after_a_minute(void **state)
{
    struct broker_dial dial = {0};

    (void)state;
    broker_dial_up(&dial);
    assert_true(broker_dial_greets(&dial, false, NOW));
    assert_int_equal(broker_dial_due(&dial), NOW + 60 * SECOND);
    assert_false(broker_dial_greets(&dial, false, NOW + 59 * SECOND));
    assert_true(broker_dial_greets(&dial, false, NOW + 60 * SECOND));
}

/* The conversation ended: how long until the next HELLO? */
static uint64_t
pause_of(struct broker_dial *dial, uint64_t now_ms)
{
    broker_dial_dismissed(dial);
    assert_false(broker_dial_greets(dial, false, now_ms));
    return broker_dial_due(dial) - now_ms;
}

static void
who_says_goodbye_is_left_alone_longer_each_time(void **state)
{
    struct broker_dial dial = {0};
    uint64_t now_ms = NOW;
    uint64_t pause = SECOND;

    (void)state;
    broker_dial_up(&dial);
    assert_true(broker_dial_greets(&dial, false, now_ms));
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(pause_of(&dial, now_ms), pause);
        now_ms = broker_dial_due(&dial);
        assert_true(broker_dial_greets(&dial, false, now_ms));
        pause = pause * 2 > 60 * SECOND ? 60 * SECOND : pause * 2;
    }
}

static void
a_conversation_makes_the_pauses_short_again(void **state)
{
    struct broker_dial dial = {0};
    uint64_t now_ms = NOW;

    (void)state;
    broker_dial_up(&dial);
    for (unsigned i = 0; i < 5; i++) {
        (void)broker_dial_greets(&dial, false, now_ms);
        (void)pause_of(&dial, now_ms);
        now_ms = broker_dial_due(&dial);
    }
    assert_true(broker_dial_greets(&dial, false, now_ms));
    assert_false(broker_dial_greets(&dial, true, now_ms));
    assert_int_equal(pause_of(&dial, now_ms), SECOND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_on_a_connection_that_is_not_there),
        cmocka_unit_test(hello_is_said_at_once_when_it_comes_up_and_once),
        cmocka_unit_test(who_does_not_answer_is_greeted_again_after_a_minute),
        cmocka_unit_test(who_says_goodbye_is_left_alone_longer_each_time),
        cmocka_unit_test(a_conversation_makes_the_pauses_short_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
