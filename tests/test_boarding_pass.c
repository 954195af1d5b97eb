/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/base/time.h"
#include "proto/boarding_pass.h"

/* One leg and nothing more; two legs with all that is conditional. */
#define SHORT "M1SUK/SOMCHAIMR       EABC123 BKKMNLTG 0620 334Y023A0025 100"
#define LONG                                                                   \
    "M2SUK/SOMCHAIMR       EABC123 BKKMNLTG 0620 334Y023A0025 14B"             \
    ">6181W 6333BTG 0217123456001"                                             \
    "2A2172345678901 1TG TG TH123456789     N   NXYZ"                          \
    "ABC123 MNLICNPR 0416A001C001F0002 10F"                                    \
    "0D2172345678902"                                                          \
    "^108MEUCIQDS"

static enum ent_status
parse_on(const char *date, const char *text, struct ent_boarding_pass *ret_pass)
{
    uint64_t now_ms;

    expect_ok(ent_date_parse(view(date), &now_ms, &last_error));
    return ent_boarding_pass_parse(view(text), now_ms, ret_pass, &last_error);
}

static struct ent_boarding_pass
read_pass(const char *text)
{
    struct ent_boarding_pass pass;

    expect_ok(parse_on("2026-11-29", text, &pass));
    return pass;
}

static void
expect_complaint(const char *text, const char *sentence)
{
    struct ent_boarding_pass pass = {.surname = "UNTOUCHED"};

    expect_status(parse_on("2026-11-29", text, &pass), ENT_BAD_INPUT);
    assert_string_equal(last_error.text, sentence);
    assert_string_equal(pass.surname, "UNTOUCHED");
}

/* The short one, with other characters from a column on, counted from 1. */
static const char *
changed(size_t column, const char *to)
{
    static char text[128];

    (void)snprintf(text, sizeof text, "%s", SHORT);
    memcpy(text + column - 1, to, strlen(to));
    return text;
}

static void
one_leg_is_read(void **state)
{
    struct ent_boarding_pass pass = read_pass(SHORT);

    (void)state;
    assert_string_equal(pass.surname, "SUK");
    assert_string_equal(pass.given, "SOMCHAIMR");
    assert_false(pass.name_may_be_cut);
    assert_int_equal(pass.leg_count, 1);
    assert_string_equal(pass.legs[0].booking, "ABC123");
    assert_string_equal(pass.legs[0].from, "BKK");
    assert_string_equal(pass.legs[0].to, "MNL");
    assert_string_equal(pass.legs[0].flight, "TG620");
    assert_string_equal(pass.legs[0].date, "2026-11-30");
    assert_int_equal(pass.legs[0].compartment, 'Y');
    assert_string_equal(pass.legs[0].seat, "023A");
    assert_string_equal(pass.legs[0].sequence, "0025");
    assert_int_equal(pass.legs[0].status, '1');
    assert_string_equal(pass.legs[0].ticket, "");
    assert_int_equal(pass.legs[0].documents, '\0');
    assert_int_equal(pass.bag_count, 0);
    assert_false(pass.has_signature);
}

static void
legs_baggage_tickets_and_a_signature_are_read(void **state)
{
    struct ent_boarding_pass pass = read_pass(LONG);

    (void)state;
    assert_int_equal(pass.leg_count, 2);
    assert_string_equal(pass.legs[0].ticket, "2172345678901");
    assert_int_equal(pass.legs[0].documents, '1');
    assert_int_equal(pass.bag_count, 1);
    assert_string_equal(pass.bags[0], "0217123456001");
    assert_string_equal(pass.legs[1].from, "MNL");
    assert_string_equal(pass.legs[1].flight, "PR416A");
    assert_string_equal(pass.legs[1].date, "2027-01-01");
    assert_string_equal(pass.legs[1].seat, "001F");
    assert_true(pass.has_signature);
}

static void
flights_are_written_as_people_write_them(void **state)
{
    (void)state;
    assert_string_equal(
        read_pass(changed(37, "K6 0001 ")).legs[0].flight, "K61");
    assert_string_equal(
        read_pass(changed(37, "THA1234 ")).legs[0].flight, "THA1234");
    assert_string_equal(
        read_pass(changed(37, "K6 000A ")).legs[0].flight, "K60A");
    assert_string_equal(
        read_pass(changed(37, "TG 20   ")).legs[0].flight, "TG20");
}

static void
a_name_that_fills_its_field_may_be_cut(void **state)
{
    struct ent_boarding_pass pass =
        read_pass(changed(3, "NILAVADHANANANDA/CHA"));

    (void)state;
    assert_true(pass.name_may_be_cut);
    assert_string_equal(pass.given, "CHA");
    pass = read_pass(changed(3, "SUHARTO             "));
    assert_string_equal(pass.surname, "SUHARTO");
    assert_string_equal(pass.given, "");
}

/* A code has the day of the year, and no year. */
static void
a_flight_is_in_the_nearest_year(void **state)
{
    static const char *const cases[][3] = {
        {"2026-11-29", "001", "2027-01-01"},
        {"2026-11-29", "332", "2026-11-28"},
        {"2027-01-03", "365", "2026-12-31"},
        {"2028-06-01", "060", "2028-02-29"},
        {"2029-01-02", "366", "2028-12-31"},
        {"2027-12-30", "366", "2028-12-31"},
    };
    struct ent_boarding_pass pass;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_ok(parse_on(cases[i][0], changed(45, cases[i][1]), &pass));
        assert_string_equal(pass.legs[0].date, cases[i][2]);
    }
    assert_string_equal(read_pass(changed(45, "   ")).legs[0].date, "");
}

static void
what_is_wrong_is_told_by_its_column(void **state)
{
    (void)state;
    expect_complaint(changed(1, "S"),
        "column 1: the format must be M and the number of legs, 1 to 4, as M1 "
        "(IATA Resolution 792)");
    expect_complaint(changed(2, "5"),
        "column 1: the format must be M and the number of legs, 1 to 4, as M1 "
        "(IATA Resolution 792)");
    expect_complaint(changed(5, "4"),
        "column 3: the name must be a surname, / and given names in capital "
        "letters (IATA Resolution 792)");
    expect_complaint(changed(31, "bkk"),
        "column 31: the airport of departure must be three capital letters, as "
        "BKK (IATA Resolution 792)");
    expect_complaint(changed(34, "MN "),
        "column 34: the airport of arrival must be three capital letters, as "
        "BKK (IATA Resolution 792)");
    expect_complaint(changed(40, "O620"),
        "column 37: the flight must be a carrier's two or three characters in "
        "three places and a number in five, as TG 0660 (IATA Resolution 792)");
    expect_complaint(changed(45, "000"),
        "column 45: the date of flight must be a day of the year, 001 to 366 "
        "(IATA Resolution 792)");
    expect_complaint(changed(45, "3 4"),
        "column 45: the date of flight must be a day of the year, 001 to 366 "
        "(IATA Resolution 792)");
    expect_complaint(changed(59, "0G"),
        "column 59: the size of what is conditional must be two hexadecimal "
        "digits (IATA Resolution 792)");
    expect_complaint(changed(59, "01"),
        "column 59: the size of what is conditional must be no more than what "
        "follows it (IATA Resolution 792)");
    expect_complaint(changed(10, "\x01"),
        "column 10: the code must be of letters, digits and signs of ASCII "
        "(IATA Resolution 792)");
    expect_complaint(SHORT "AB",
        "column 61: the end must be where the last leg ends, or ^ there (IATA "
        "Resolution 792)");
    expect_complaint(SHORT "^102ABC",
        "column 67: the end must be where the signature ends (IATA Resolution "
        "792)");
}

static void
a_code_that_breaks_off_says_where(void **state)
{
    struct ent_boarding_pass pass;

    (void)state;
    expect_complaint("M1SUK",
        "ends at column 5, within the name of 20 characters (IATA Resolution "
        "792)");
    expect_complaint("",
        "ends at column 0, within the format of 2 characters (IATA Resolution "
        "792)");
    for (size_t len = 0; len < strlen(LONG); len++) {
        bool whole = len == strlen(LONG) - strlen("^108MEUCIQDS");

        expect_status(ent_boarding_pass_parse(
                          ent_view_of(LONG, len), 0, &pass, &last_error),
            whole ? ENT_OK : ENT_BAD_INPUT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_leg_is_read),
        cmocka_unit_test(legs_baggage_tickets_and_a_signature_are_read),
        cmocka_unit_test(flights_are_written_as_people_write_them),
        cmocka_unit_test(a_name_that_fills_its_field_may_be_cut),
        cmocka_unit_test(a_flight_is_in_the_nearest_year),
        cmocka_unit_test(what_is_wrong_is_told_by_its_column),
        cmocka_unit_test(a_code_that_breaks_off_says_where),
    };

    return cmocka_run_group_tests_name("boarding_pass", tests, NULL, NULL);
}
