/* SPDX-License-Identifier: Apache-2.0 */
/* Which century a date of a machine readable zone is of, and what of it may be
 * unknown. */
#include "tests/support.h"

#include "tests/zones.h"

static void
expect_dates(
    const char *today, struct ent_mrz_date birth, struct ent_mrz_date expiry)
{
    const struct ent_mrz mrz = passport(birth, expiry);
    struct ent_mrz again;
    char text[ENT_MRZ_TEXT_MAX];

    expect_ok(ent_mrz_format(&mrz, text, &last_error));
    expect_ok(parse_on(today, text, &again));
    assert_memory_equal(&again.birth, &birth, sizeof birth);
    assert_memory_equal(&again.expiry, &expiry, sizeof expiry);
}

static void
nobody_is_born_in_the_future(void **state)
{
    (void)state;
    expect_dates("2026-11-29", DATE(1926, 12, 1), DATE(2030, 1, 1));
    expect_dates("2026-11-29", DATE(2026, 11, 29), DATE(2030, 1, 1));
    expect_dates("2026-11-29", DATE(1926, 12, 0), DATE(2030, 1, 1));
    expect_dates("2026-11-29", DATE(2026, 11, 0), DATE(2030, 1, 1));
    expect_dates("2026-11-29", DATE(2026, 0, 0), DATE(2030, 1, 1));
    expect_dates("2026-11-29", DATE(1927, 0, 0), DATE(2030, 1, 1));
    expect_dates("2101-01-01", DATE(2099, 12, 31), DATE(2110, 1, 1));
}

/* In the east it is tomorrow already, and a child is born there. */
static void
today_is_where_it_is_latest(void **state)
{
    const struct ent_mrz mrz = passport(DATE(2026, 11, 30), DATE(2031, 11, 29));
    struct ent_mrz again;
    char text[ENT_MRZ_TEXT_MAX];

    (void)state;
    expect_ok(ent_mrz_format(&mrz, text, &last_error));
    expect_ok(ent_mrz_parse(view(text),
        day_ms("2026-11-29") + UINT64_C(15) * 3600 * 1000, &again,
        &last_error));
    assert_int_equal(again.birth.year, 2026);
    expect_ok(parse_on("2026-11-29", text, &again));
    assert_int_equal(again.birth.year, 1926);
}

static void
a_document_expires_in_the_nearest_year(void **state)
{
    (void)state;
    expect_dates("2026-11-29", DATE(1980, 1, 1), DATE(2036, 11, 28));
    expect_dates("2026-11-29", DATE(1980, 1, 1), DATE(1995, 7, 12));
    expect_dates("2026-11-29", DATE(1980, 1, 1), DATE(2076, 1, 1));
    expect_dates("2026-11-29", DATE(1980, 1, 1), DATE(1977, 1, 1));
    expect_dates("2095-01-01", DATE(2080, 1, 1), DATE(2105, 1, 1));
    expect_dates("2095-01-01", DATE(2080, 1, 1), DATE(2145, 1, 1));
    expect_dates("2003-01-01", DATE(1980, 1, 1), DATE(1998, 1, 1));
}

static void
parts_of_a_date_may_be_unknown(void **state)
{
    (void)state;
    expect_dates("2026-11-29", DATE(0, 0, 0), DATE(2030, 1, 1));
    expect_dates("2026-11-29", DATE(1950, 0, 0), DATE(0, 0, 0));
    expect_dates("2026-11-29", DATE(0, 2, 29), DATE(2030, 0, 0));
    expect_dates("2026-11-29", DATE(1961, 0, 31), DATE(2030, 1, 1));
}

static void
a_date_is_one_of_the_calendar(void **state)
{
    (void)state;
    expect_dates("2026-11-29", DATE(2000, 2, 29), DATE(2030, 1, 1));
    expect_complaint(changed(TD3, 2, 16, "13"),
        "line 2, column 16: the month of the date of birth must be 01 to 12, "
        "or << if it is not known (ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 2, 26, "32"),
        "line 2, column 26: the day of the date of expiry must be a day of "
        "that month, or << if it is not known (ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 2, 14, "750229"),
        "line 2, column 18: the day of the date of birth must be a day of that "
        "month, or << if it is not known (ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 2, 14, "7<"),
        "line 2, column 14: the year of the date of birth must be two digits, "
        "or << if it is not known (ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 2, 18, "00"),
        "line 2, column 18: the day of the date of birth must be a day of that "
        "month, or << if it is not known (ICAO Doc 9303-3)");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_born_in_the_future),
        cmocka_unit_test(today_is_where_it_is_latest),
        cmocka_unit_test(a_document_expires_in_the_nearest_year),
        cmocka_unit_test(parts_of_a_date_may_be_unknown),
        cmocka_unit_test(a_date_is_one_of_the_calendar),
    };

    return cmocka_run_group_tests_name("mrz_date", tests, NULL, NULL);
}
