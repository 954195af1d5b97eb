/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/country.h"
#include "proto/identifier.h"

static bool
is_good(enum ent_identifier kind, const char *text)
{
    return ent_identifier_check(kind, view(text), &last_error) == ENT_OK;
}

/* One digit in `place` is changed to each other one: none of them is good. */
static void
expect_no_other_digit(enum ent_identifier kind, const char *good, size_t place)
{
    char changed[16];

    assert_true(is_good(kind, good));
    (void)snprintf(changed, sizeof changed, "%s", good);
    for (char c = '0'; c <= '9'; c++) {
        changed[place] = c;
        assert_int_equal(is_good(kind, changed), c == good[place]);
    }
}

static void
a_wrong_check_digit_says_which_is_right(void **state)
{
    (void)state;
    assert_false(is_good(ENT_IDENTIFIER_CONTAINER, "CSQU3054384"));
    assert_string_equal(last_error.text, "check digit must be 3, not 4");
    assert_false(is_good(ENT_IDENTIFIER_IMO, "9074728"));
    assert_string_equal(last_error.text, "check digit must be 9, not 8");
    assert_false(is_good(ENT_IDENTIFIER_S10, "RB123456784GB"));
    assert_string_equal(last_error.text, "check digit must be 5, not 4");
}

static void
only_one_check_digit_is_right(void **state)
{
    (void)state;
    expect_no_other_digit(ENT_IDENTIFIER_S10, "RB123456785GB", 10);
    expect_no_other_digit(ENT_IDENTIFIER_IMO, "9074729", 6);
    expect_no_other_digit(ENT_IDENTIFIER_CONTAINER, "CSQU3054383", 10);
}

static void
check_digits_that_come_out_as_ten_or_eleven_have_their_own_rule(void **state)
{
    (void)state;
    assert_true(is_good(ENT_IDENTIFIER_CONTAINER, "ABCU0000070"));
    assert_true(is_good(ENT_IDENTIFIER_S10, "RB000000005GB"));
    assert_true(is_good(ENT_IDENTIFIER_S10, "RB000000080TH"));
}

static void
containers_have_an_owner_a_category_and_seven_digits(void **state)
{
    (void)state;
    assert_false(is_good(ENT_IDENTIFIER_CONTAINER, "CSQA3054383"));
    assert_false(is_good(ENT_IDENTIFIER_CONTAINER, "csqu3054383"));
    assert_false(is_good(ENT_IDENTIFIER_CONTAINER, "CSQU305438"));
    assert_false(is_good(ENT_IDENTIFIER_CONTAINER, "CSQU 305438 3"));
    assert_false(is_good(ENT_IDENTIFIER_CONTAINER, ""));
}

static void
mmsi_are_nine_digits_of_a_vessel(void **state)
{
    (void)state;
    assert_true(is_good(ENT_IDENTIFIER_MMSI, "567001234"));
    assert_true(is_good(ENT_IDENTIFIER_MMSI, "985670012"));
    assert_false(is_good(ENT_IDENTIFIER_MMSI, "005670012"));
    assert_false(is_good(ENT_IDENTIFIER_MMSI, "995670012"));
    assert_false(is_good(ENT_IDENTIFIER_MMSI, "56700123"));
}

static void
flights_are_a_carrier_and_a_number(void **state)
{
    static const char *const good[] = {
        "TG660", "5J1", "VN7A", "K62345", "THA660", "EZY12AB", "OZ1234Z"};
    static const char *const bad[] = {
        "", "TG", "TG 660", "tg660", "22660", "TG12345", "THAX", "EZY12ABC"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(is_good(ENT_IDENTIFIER_FLIGHT, good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(is_good(ENT_IDENTIFIER_FLIGHT, bad[i]));
    }
}

static void
places_are_codes_of_countries_that_exist(void **state)
{
    (void)state;
    assert_true(is_good(ENT_IDENTIFIER_UNLOCODE, "THMSA"));
    assert_true(is_good(ENT_IDENTIFIER_UNLOCODE, "US2AB"));
    assert_false(is_good(ENT_IDENTIFIER_UNLOCODE, "TH MSA"));
    assert_false(is_good(ENT_IDENTIFIER_UNLOCODE, "THMS1"));
    assert_false(is_good(ENT_IDENTIFIER_UNLOCODE, "QQMSA"));
    assert_true(is_good(ENT_IDENTIFIER_AREA, "THMSA"));
    assert_true(is_good(ENT_IDENTIFIER_AREA, "TH-57"));
    assert_true(is_good(ENT_IDENTIFIER_AREA, "KR-49"));
    assert_true(is_good(ENT_IDENTIFIER_AREA, "MM-TH:THL-MSA"));
    assert_false(is_good(ENT_IDENTIFIER_AREA, "TH"));
}

static void
a_crossing_names_its_two_countries_in_order(void **state)
{
    (void)state;
    assert_true(is_good(ENT_IDENTIFIER_CROSSING, "MM-TH:THL-MSA"));
    assert_true(is_good(ENT_IDENTIFIER_CROSSING, "KH-VN:BVT-MBI"));
    assert_false(is_good(ENT_IDENTIFIER_CROSSING, "TH-MM:MSA-THL"));
    assert_string_equal(last_error.text,
        "must name its two countries in alphabetical order, as MM-TH:THL-MSA");
    assert_false(is_good(ENT_IDENTIFIER_CROSSING, "TH-TH:MSA-THL"));
    assert_false(is_good(ENT_IDENTIFIER_CROSSING, "MM-QQ:THL-MSA"));
    assert_false(is_good(ENT_IDENTIFIER_CROSSING, "MM-TH:THL"));
}

static void
language_tags_have_a_shape(void **state)
{
    (void)state;
    assert_true(is_good(ENT_IDENTIFIER_LANGUAGE, "th"));
    assert_true(is_good(ENT_IDENTIFIER_LANGUAGE, "zh-Hant"));
    assert_true(is_good(ENT_IDENTIFIER_LANGUAGE, "my-t-my-s0-zawgyi"));
    assert_false(is_good(ENT_IDENTIFIER_LANGUAGE, ""));
    assert_false(is_good(ENT_IDENTIFIER_LANGUAGE, "Thai"));
    assert_false(is_good(ENT_IDENTIFIER_LANGUAGE, "th-"));
    assert_false(is_good(ENT_IDENTIFIER_LANGUAGE, "t1"));
    assert_false(is_good(ENT_IDENTIFIER_LANGUAGE, "th_TH"));
}

static void
ages_are_given_in_bands(void **state)
{
    (void)state;
    assert_true(is_good(ENT_IDENTIFIER_AGE_BAND, "12-17"));
    assert_true(is_good(ENT_IDENTIFIER_AGE_BAND, "unknown"));
    assert_false(is_good(ENT_IDENTIFIER_AGE_BAND, "17"));
}

static void
countries_are_told_by_case_and_length(void **state)
{
    (void)state;
    assert_true(ent_country_is_alpha2(view("TH")));
    assert_true(ent_country_is_alpha2(view("AD")));
    assert_true(ent_country_is_alpha2(view("ZW")));
    assert_false(ent_country_is_alpha2(view("th")));
    assert_false(ent_country_is_alpha2(view("QQ")));
    assert_true(ent_country_is_state(view("th")));
    assert_false(ent_country_is_state(view("TH")));
    assert_true(ent_country_is_nationality(view("THA")));
    assert_true(ent_country_is_nationality(view("D")));
    assert_true(ent_country_is_nationality(view("XXA")));
    assert_false(ent_country_is_nationality(view("TH")));
    assert_false(ent_country_is_nationality(view("")));
}

/* Each alpha-2 code is found, so the table is in order; ISO 3166-1 has 249. */
static void
every_country_is_found(void **state)
{
    size_t found = 0;

    (void)state;
    for (char a = 'A'; a <= 'Z'; a++) {
        for (char b = 'A'; b <= 'Z'; b++) {
            char code[] = {a, b, '\0'};

            found += ent_country_is_alpha2(view(code));
        }
    }
    assert_int_equal(found, 249);
}

static void
every_kind_names_its_source(void **state)
{
    (void)state;
    for (int kind = 0; kind <= ENT_IDENTIFIER_AGE_BAND; kind++) {
        assert_non_null(ent_identifier_source((enum ent_identifier)kind));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_check_digit_says_which_is_right),
        cmocka_unit_test(only_one_check_digit_is_right),
        cmocka_unit_test(
            check_digits_that_come_out_as_ten_or_eleven_have_their_own_rule),
        cmocka_unit_test(containers_have_an_owner_a_category_and_seven_digits),
        cmocka_unit_test(mmsi_are_nine_digits_of_a_vessel),
        cmocka_unit_test(flights_are_a_carrier_and_a_number),
        cmocka_unit_test(places_are_codes_of_countries_that_exist),
        cmocka_unit_test(a_crossing_names_its_two_countries_in_order),
        cmocka_unit_test(language_tags_have_a_shape),
        cmocka_unit_test(ages_are_given_in_bands),
        cmocka_unit_test(countries_are_told_by_case_and_length),
        cmocka_unit_test(every_country_is_found),
        cmocka_unit_test(every_kind_names_its_source),
    };

    return cmocka_run_group_tests_name("identifier", tests, NULL, NULL);
}
