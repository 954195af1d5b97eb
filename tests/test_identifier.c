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

/* All of a list that ends in NULL. */
static void
expect_all(enum ent_identifier kind, const char *const *texts, bool good)
{
    for (; *texts != NULL; texts++) {
        if (is_good(kind, *texts) != good) {
            fail_msg("%s: %s", *texts, good ? last_error.text : "taken");
        }
    }
}

#define LIST(...)                                                              \
    (const char *const[])                                                      \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }
#define expect_good(kind, ...) expect_all(kind, LIST(__VA_ARGS__), true)
#define expect_bad(kind, ...) expect_all(kind, LIST(__VA_ARGS__), false)

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

/* A country's code is none: Korean is ko, Japanese ja, Khmer km. */
static void
languages_and_scripts_are_listed_ones(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_LANGUAGE, "ko", "ja", "km", "vi", "lo", "my",
        "cmn-Hans-CN", "zh-hant", "EN", "und-Thai", "de-1996");
    expect_bad(ENT_IDENTIFIER_LANGUAGE, "jp", "kh", "vn", "cn", "xx", "zh-Abcd",
        "th-", "th--x", "-th", "th-waytoolong", "thai");
    expect_good(ENT_IDENTIFIER_SCRIPT, "Thai", "Khmr", "Laoo", "Mymr", "Hang");
    expect_bad(ENT_IDENTIFIER_SCRIPT, "thai", "THAI", "Abcd", "Tha", "");
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

static void
airports_have_three_letters_or_four(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_AIRPORT, "BKK", "VTBS", "ICN", "RKSI");
    expect_bad(
        ENT_IDENTIFIER_AIRPORT, "", "BK", "bkk", "VTBS1", "BK1", "VTBSX");
}

static void
aircraft_have_marks(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_REGISTRATION, "HS-TKA", "RDPL-34233", "XU-347",
        "XY-AAA", "9M-MXA", "VN-A321", "4W-ABC", "B-1234", "P-632", "HL7611",
        "JA8089", "JA01AA", "N1", "N12345", "N123AB");
    expect_bad(ENT_IDENTIFIER_REGISTRATION, "", "-", "HS-", "-TKA", "HSTKA",
        "hs-tka", "HS TKA", "HS-TK-A", "99-ABC", "ABCDE-123", "HS-ABCDEFG", "N",
        "HL", "1234", "N1234567");
}

static void
transponders_have_six_hexadecimal_digits(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_ICAO24, "885174", "71BE05", "ABCDEF", "000001");
    expect_bad(ENT_IDENTIFIER_ICAO24, "", "88517", "8851745", "88517G",
        "71be05", "000000", "FFFFFF");
}

static void
companies_of_ships_have_a_check_digit_of_their_own(void **state)
{
    (void)state;
    expect_no_other_digit(ENT_IDENTIFIER_IMO_COMPANY, "5808451", 6);
    expect_good(ENT_IDENTIFIER_IMO_COMPANY, "0000001", /* 11 comes out: 1 */
        "0000080");                                    /* 10 comes out: 0 */
    expect_bad(ENT_IDENTIFIER_IMO_COMPANY, "", "580845", "IMO5808451",
        "58084510", "580845A");
    assert_false(is_good(ENT_IDENTIFIER_IMO_COMPANY, "5808452"));
    assert_string_equal(last_error.text, "check digit must be 1, not 2");
}

static void
ships_are_called_by_their_sign(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_CALL_SIGN, "HSB2345", "9VAB3", "XVAB", "3WAB2",
        "DSQA7", "9MAB", "HS2345", "A8XY2");
    expect_bad(ENT_IDENTIFIER_CALL_SIGN, "", "HSB", "hsb2345", "HSB12345",
        "HSB1234", "HSAB1", "HSAB0", "1VAB", "99AB", "HS 2345", "HS1234");
}

static void
vehicles_have_seventeen_characters_without_i_o_and_q(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_VIN, "1M8GDM9AXKP042788", "MR0FZ29G001234567",
        "KMHEC41MBAA123456");
    expect_bad(ENT_IDENTIFIER_VIN, "", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427880",
        "IM8GDM9AXKP042788", "1M8GDM9AXKPO42788", "1M8GDM9AXKPQ42788",
        "1m8gdm9axkp042788", "1M8GDM9AXKP-42788");
}

static void
air_waybills_are_checked_by_seven(void **state)
{
    (void)state;
    expect_good(
        ENT_IDENTIFIER_AWB, "217-12345675", "180-00000011", "618-00000070");
    expect_bad(ENT_IDENTIFIER_AWB, "", "21712345675", "217 12345675",
        "217-1234567", "217-12345677", "217-12345678", "TG0-12345675");
    assert_false(is_good(ENT_IDENTIFIER_AWB, "217-12345674"));
    assert_string_equal(last_error.text, "check digit must be 5, not 4");
}

static void
goods_have_codes_of_six_digits_or_a_countrys_longer(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_HS, "293490", "010121", "970690", "29349000",
        "2934900090", "98040000");
    expect_bad(ENT_IDENTIFIER_HS, "", "2934", "29.34.90", "000000", "770100",
        "980400", "990000", "2934900", "293490000", "29349000901");
}

static void
dangerous_goods_have_un_numbers(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_UN_NUMBER, "UN1090", "UN0004", "UN3549");
    expect_bad(ENT_IDENTIFIER_UN_NUMBER, "", "1090", "UN 1090", "un1090",
        "UN109", "UN10900", "UN0000");
}

static void
money_and_units_are_listed(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_CURRENCY, "THB", "KHR", "LAK", "MMK", "VND");
    expect_bad(ENT_IDENTIFIER_CURRENCY, "", "thb", "TH", "BAHT", "QQQ");
    expect_good(
        ENT_IDENTIFIER_UNIT, "KGM", "GRM", "LTR", "MTQ", "C62", "MTR", "TNE");
    expect_bad(ENT_IDENTIFIER_UNIT, "", "kg", "KG", "PCS", "kgm");
}

static void
document_numbers_are_as_in_the_machine_readable_zone(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_DOCUMENT_NUMBER, "AA1234567", "D23145890734",
        "A<1", "7", "1234567890123456789012");
    expect_bad(ENT_IDENTIFIER_DOCUMENT_NUMBER, "", "aa1234567", "AA 1234567",
        "AA-1234567", "A<", "<A", "12345678901234567890123");
}

static void
telephones_have_a_country_and_no_spaces(void **state)
{
    (void)state;
    expect_good(ENT_IDENTIFIER_PHONE, "+66812345678", "+8210123456789",
        "+2901234", "+123456789012345");
    expect_bad(ENT_IDENTIFIER_PHONE, "", "+", "0812345678", "66812345678",
        "+66 812345678", "+0812345678", "+290123", "+1234567890123456",
        "+6681234567x");
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
    for (int kind = 0; kind < ENT_IDENTIFIER_KINDS; kind++) {
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
        cmocka_unit_test(languages_and_scripts_are_listed_ones),
        cmocka_unit_test(ages_are_given_in_bands),
        cmocka_unit_test(countries_are_told_by_case_and_length),
        cmocka_unit_test(airports_have_three_letters_or_four),
        cmocka_unit_test(aircraft_have_marks),
        cmocka_unit_test(transponders_have_six_hexadecimal_digits),
        cmocka_unit_test(companies_of_ships_have_a_check_digit_of_their_own),
        cmocka_unit_test(ships_are_called_by_their_sign),
        cmocka_unit_test(vehicles_have_seventeen_characters_without_i_o_and_q),
        cmocka_unit_test(air_waybills_are_checked_by_seven),
        cmocka_unit_test(goods_have_codes_of_six_digits_or_a_countrys_longer),
        cmocka_unit_test(dangerous_goods_have_un_numbers),
        cmocka_unit_test(money_and_units_are_listed),
        cmocka_unit_test(document_numbers_are_as_in_the_machine_readable_zone),
        cmocka_unit_test(telephones_have_a_country_and_no_spaces),
        cmocka_unit_test(every_country_is_found),
        cmocka_unit_test(every_kind_names_its_source),
    };

    return cmocka_run_group_tests_name("identifier", tests, NULL, NULL);
}
