/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "proto/base/time.h"

#define DAY_MS UINT64_C(86400000)

static void
expect_time(const char *text, uint64_t want)
{
    uint64_t ms = 1;

    expect_ok(ent_time_parse(view(text), &ms, &last_error));
    if (ms != want) {
        fail_msg("%s: %" PRIu64 " instead of %" PRIu64, text, ms, want);
    }
}

static void
times_are_read_in_any_offset(void **state)
{
    (void)state;
    expect_time("1970-01-01T00:00:00Z", 0);
    expect_time("2026-11-22T10:00:00Z", UINT64_C(1795341600000));
    expect_time("2026-11-22T17:00:00+07:00", UINT64_C(1795341600000));
    expect_time("2026-11-22t04:30:00-05:30", UINT64_C(1795341600000));
    expect_time("2026-11-22T10:00:00-00:00", UINT64_C(1795341600000));
    expect_time("2024-02-29T23:59:59.999z", UINT64_C(1709251199999));
    expect_time("2026-11-22T10:00:00.5Z", UINT64_C(1795341600500));
    expect_time("2026-11-22T10:00:00.123999999Z", UINT64_C(1795341600123));
    expect_time("2200-12-31T23:59:59Z", UINT64_C(7289654399000));
}

static void
what_no_calendar_or_clock_has_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11-22",
        "2026-11-22T10:00:00",
        "2026-11-22 10:00:00Z",
        "2026-11-22T10:00Z",
        "2026-11-22T10:00:00Z ",
        " 2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00ZZ",
        "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00.1234567890Z",
        "2026-11-22T10:00:00,5Z",
        "2026-11-22T10:00:00+7:00",
        "2026-11-22T10:00:00+0700",
        "2026-11-22T10:00:00+24:00",
        "2026-11-22T10:00:00+07:60",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-00-22T10:00:00Z",
        "2026-13-22T10:00:00Z",
        "2026-11-31T10:00:00Z",
        "2026-11-00T10:00:00Z",
        "2026-02-29T10:00:00Z",
        "2100-02-29T10:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2200-12-31T23:59:59-00:01",
        "2201-01-01T00:00:00Z",
        "26-11-22T10:00:00Z",
        "2026-1-22T10:00:00Z",
        "+026-11-22T10:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t ms = 7;

        if (ent_time_parse(view(bad[i]), &ms, &last_error) != ENT_BAD_INPUT) {
            fail_msg("%s", bad[i]);
        }
        assert_true(ms == 7);
    }
}

static void
a_buddhist_year_is_refused_in_those_words(void **state)
{
    uint64_t ms;

    (void)state;
    expect_status(
        ent_date_parse(view("2569-11-22"), &ms, &last_error), ENT_BAD_INPUT);
    assert_string_equal(last_error.text,
        "year 2569 is not between 1970 and 2200 (the Buddhist era is 543 "
        "ahead)");
}

static void
a_date_is_its_first_millisecond(void **state)
{
    uint64_t ms;

    (void)state;
    expect_ok(ent_date_parse(view("2026-01-01"), &ms, &last_error));
    assert_true(ms == UINT64_C(1767225600000));
    expect_ok(ent_date_parse(view("2000-02-29"), &ms, &last_error));
    assert_true(ms == UINT64_C(951782400000));
    expect_status(
        ent_date_parse(view("2026-01-01T"), &ms, &last_error), ENT_BAD_INPUT);
    expect_status(
        ent_date_parse(view("1900-02-28"), &ms, &last_error), ENT_BAD_INPUT);
}

static void
times_are_written_as_rfc_3339(void **state)
{
    char text[ENT_TIME_TEXT_MAX];

    (void)state;
    ent_time_format(UINT64_C(1795341600000), text);
    assert_string_equal(text, "2026-11-22T10:00:00Z");
    ent_time_format(UINT64_C(1795341600007), text);
    assert_string_equal(text, "2026-11-22T10:00:00.007Z");
    ent_time_format(UINT64_MAX, text);
    assert_string_equal(text, "584556019-04-03T14:25:51.615Z");
}

/* The C library, an outside witness, agrees on every day; and each time reads
 * back as it was written. */
static void
every_day_is_the_one_others_have(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < 231 * 365; day++) {
        const uint64_t ms = day * DAY_MS + day * 997 % DAY_MS;
        const time_t seconds = (time_t)(ms / 1000);
        char text[ENT_TIME_TEXT_MAX];
        char witness[ENT_TIME_TEXT_MAX];
        struct tm tm;
        uint64_t again;

        ent_time_format(ms, text);
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_int_equal(strftime(witness, sizeof witness, "%FT%T", &tm), 19);
        assert_memory_equal(text, witness, 19);
        expect_ok(ent_time_parse(view(text), &again, &last_error));
        assert_true(again == ms);
    }
}

static void
expect_duration(const char *text, uint64_t want)
{
    uint64_t ms = 1;

    expect_ok(ent_duration_parse(view(text), &ms, &last_error));
    if (ms != want) {
        fail_msg("%s: %" PRIu64 " instead of %" PRIu64, text, ms, want);
    }
}

static void
durations_are_read(void **state)
{
    (void)state;
    expect_duration("PT5M", 5 * 60000);
    expect_duration("P30D", 30 * DAY_MS);
    expect_duration("P1M", 30 * DAY_MS);
    expect_duration("P3W", 21 * DAY_MS);
    expect_duration("P1Y2M3DT4H5M6S", (365 + 60 + 3) * DAY_MS + 14706000);
    expect_duration("PT36H", 36 * 3600000);
    expect_duration("P2DT12H", 60 * 3600000);
    expect_duration("PT0S", 0);
    expect_duration("P100Y", 36500 * DAY_MS);
}

static void
what_is_no_duration_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "P",
        "PT",
        "5M",
        "P5",
        "PT5",
        "P5H",
        "PT5D",
        "P1DT",
        "P1D2Y",
        "P1D1D",
        "P3WT5M",
        "P1Y3W",
        "P3W4W",
        "PT3W",
        "-P1D",
        "P-1D",
        "P1.5D",
        "PT0,5S",
        "p1d",
        " P1D",
        "P1D ",
        "PT5MT5M",
        "P101Y",
        "P100YT1S",
        "P99999999999999999999Y",
        "PT18446744073709551616S",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t ms = 7;

        if (ent_duration_parse(view(bad[i]), &ms, &last_error) !=
            ENT_BAD_INPUT) {
            fail_msg("%s", bad[i]);
        }
        assert_true(ms == 7);
    }
    assert_int_equal(
        ent_duration_parse(ent_view_of("P1\0D", 4), &(uint64_t){0}, NULL),
        ENT_BAD_INPUT);
}

static void
expect_words(uint64_t ms, const char *want)
{
    char text[ENT_TIME_TEXT_MAX];

    ent_duration_format(ms, text);
    assert_string_equal(text, want);
}

static void
durations_are_told_in_two_units_at_most(void **state)
{
    (void)state;
    expect_words(0, "0 s");
    expect_words(7, "7 ms");
    expect_words(1500, "1 s 500 ms");
    expect_words(5 * 60000, "5 min");
    expect_words(5 * 60000 + 1, "5 min");
    expect_words(51 * 3600000, "2 d 3 h");
    expect_words(2 * DAY_MS + 60000, "2 d");
    expect_words(UINT64_MAX, "213503982334 d 14 h");
}

static void
expect_month(const char *text, uint32_t year, uint32_t month)
{
    uint32_t got_year;
    uint32_t got_month;
    uint64_t ms;

    expect_ok(ent_time_parse(view(text), &ms, &last_error));
    ent_time_month(ms, &got_year, &got_month);
    assert_int_equal(got_year, year);
    assert_int_equal(got_month, month);
}

static void
a_month_is_that_of_utc(void **state)
{
    (void)state;
    expect_month("2026-02-28T23:59:59Z", 2026, 2);
    expect_month("2026-03-01T00:00:00Z", 2026, 3);
    expect_month("2026-03-01T06:00:00+07:00", 2026, 2);
    expect_month("2024-12-31T23:59:59Z", 2024, 12);
}

static void
clocks_run(void **state)
{
    const uint64_t now = ent_time_now_ms();
    const uint64_t boot = ent_time_boot_ms();
    /* time() may lag by a tick of the kernel, across a second. */
    const uint64_t seconds = (uint64_t)time(NULL);

    (void)state;
    assert_true(now / 1000 <= seconds + 1);
    assert_true(now / 1000 + 60 > seconds);
    assert_true(boot > 0 && ent_time_boot_ms() >= boot);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_in_any_offset),
        cmocka_unit_test(what_no_calendar_or_clock_has_is_refused),
        cmocka_unit_test(a_buddhist_year_is_refused_in_those_words),
        cmocka_unit_test(a_date_is_its_first_millisecond),
        cmocka_unit_test(times_are_written_as_rfc_3339),
        cmocka_unit_test(every_day_is_the_one_others_have),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(durations_are_told_in_two_units_at_most),
        cmocka_unit_test(a_month_is_that_of_utc),
        cmocka_unit_test(clocks_run),
    };

    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
