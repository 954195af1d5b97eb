/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>
#include <time.h>

#include "proto/schema/message.pb-c.h"
#include "tools/cli/words.h"

#define TEN_O_CLOCK UINT64_C(1763805605000) /* 2025-11-22T10:00:05Z */
#define MINUTE UINT64_C(60000)
#define HOUR (60 * MINUTE)

static char text[CLI_WORDS_MAX];

static void
be_in(const char *zone)
{
    (void)setenv("TZ", zone, 1);
    tzset();
}

static void
expect_left(uint64_t by, uint64_t acknowledged, uint64_t now, const char *want)
{
    cli_time_left(by, acknowledged, now, text);
    assert_string_equal(text, want);
}

static void
a_code_becomes_words(void **state)
{
    (void)state;
    cli_words(&entente__v1__offence__descriptor,
        ENTENTE__V1__OFFENCE__TRAFFICKING_IN_PERSONS, text);
    assert_string_equal(text, "trafficking in persons");
    cli_code(&entente__v1__precedence__descriptor,
        ENTENTE__V1__PRECEDENCE__FLASH, text);
    assert_string_equal(text, "FLASH");
}

static void
nothing_said_is_nothing_shown(void **state)
{
    (void)state;
    cli_words(&entente__v1__offence__descriptor, 0, text);
    assert_string_equal(text, "");
    cli_time_short(0, TEN_O_CLOCK, text);
    assert_string_equal(text, "");
    cli_time_long(0, text);
    assert_string_equal(text, "");
}

static void
a_code_of_a_later_version_is_shown_as_its_number(void **state)
{
    (void)state;
    cli_words(&entente__v1__offence__descriptor, 99, text);
    assert_string_equal(text, "code 99");
}

static void
times_are_those_of_the_clock_on_the_wall(void **state)
{
    (void)state;
    be_in("ICT-7");
    cli_time_short(TEN_O_CLOCK, TEN_O_CLOCK + HOUR, text);
    assert_string_equal(text, "17:00:05");
    cli_time_short(TEN_O_CLOCK, TEN_O_CLOCK + 8 * HOUR, text);
    assert_string_equal(text, "2025-11-22 17:00");
    cli_time_long(TEN_O_CLOCK, text);
    assert_string_equal(text, "2025-11-22 17:00:05 +0700 (10:00:05Z)");
}

/* Myanmar is half an hour off; and there the day of UTC can be another. */
static void
the_day_of_utc_is_told_where_it_is_another(void **state)
{
    (void)state;
    be_in("MMT-6:30");
    cli_time_long(TEN_O_CLOCK + 10 * HOUR, text);
    assert_string_equal(
        text, "2025-11-23 02:30:05 +0630 (2025-11-22 20:00:05Z)");
    be_in("UTC0");
    cli_time_long(TEN_O_CLOCK, text);
    assert_string_equal(text, "2025-11-22 10:00:05 +0000");
}

static void
time_left_is_exact_only_where_it_matters(void **state)
{
    const uint64_t now = TEN_O_CLOCK;

    (void)state;
    expect_left(now + 4 * MINUTE + 10900, 0, now, "4 min 10 s");
    expect_left(now + 35 * MINUTE + 30000, 0, now, "35 min");
    expect_left(now + 3 * HOUR + 5 * MINUTE, 0, now, "3 h 5 min");
    expect_left(now + 27 * HOUR + 59 * MINUTE, 0, now, "1 d 3 h");
    expect_left(now + 999, 0, now, "0 s");
}

static void
what_is_late_says_so_in_words(void **state)
{
    const uint64_t now = TEN_O_CLOCK;

    (void)state;
    expect_left(now, 0, now, "OVERDUE 0 s");
    expect_left(now - 3 * MINUTE, 0, now, "OVERDUE 3 min");
    expect_left(now - 3 * MINUTE, now, now, "acknowledged");
    expect_left(0, 0, now, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_becomes_words),
        cmocka_unit_test(nothing_said_is_nothing_shown),
        cmocka_unit_test(a_code_of_a_later_version_is_shown_as_its_number),
        cmocka_unit_test(times_are_those_of_the_clock_on_the_wall),
        cmocka_unit_test(the_day_of_utc_is_told_where_it_is_another),
        cmocka_unit_test(time_left_is_exact_only_where_it_matters),
        cmocka_unit_test(what_is_late_says_so_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
