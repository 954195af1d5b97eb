/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "tests/zones.h"

static const char *const specimens[] = {
    TD3, TD1, TD2, MRV_A, MRV_B, TD1_LONG, TD2_LONG};

static void
the_passport_of_doc_9303_is_read(void **state)
{
    const struct ent_mrz expected = {.form = ENT_MRZ_TD3,
        .code = "P",
        .issuer = "UTO",
        .nationality = "UTO",
        .number = "L898902C3",
        .birth = {1974, 8, 12},
        .expiry = {2012, 4, 15},
        .sex = 'F',
        .optional = "ZE184226B",
        .name = {"ERIKSSON", "ANNA MARIA", false}};
    const struct ent_mrz mrz = read_mrz(TD3);

    (void)state;
    expect_same(&mrz, &expected);
}

static void
the_cards_and_visas_of_doc_9303_are_read(void **state)
{
    static const struct {
        const char *text;
        enum ent_mrz_form form;
        const char *number;
        const char *optional;
    } expected[] = {
        {TD1, ENT_MRZ_TD1, "D23145890", ""},
        {TD2, ENT_MRZ_TD2, "D23145890", ""},
        {MRV_A, ENT_MRZ_MRV_A, "L8988901C", "6ZE184226B"},
        {MRV_B, ENT_MRZ_MRV_B, "L8988901C", ""},
        {TD1_LONG, ENT_MRZ_TD1, "D23145890734", ""},
        {TD2_LONG, ENT_MRZ_TD2, "D23145890734", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct ent_mrz mrz = read_mrz(expected[i].text);

        assert_int_equal(mrz.form, expected[i].form);
        assert_string_equal(mrz.number, expected[i].number);
        assert_string_equal(mrz.optional, expected[i].optional);
    }
}

static void
lines_may_be_pasted_into_one_or_end_as_windows_ends_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof specimens / sizeof specimens[0]; i++) {
        struct ent_mrz mrz = read_mrz(specimens[i]);
        struct ent_mrz again;
        char pasted[ENT_MRZ_TEXT_MAX] = "";
        char windows[ENT_MRZ_TEXT_MAX + 4] = "";
        char *end = windows;

        for (const char *c = specimens[i]; *c != '\0'; c++) {
            if (*c == '\n') {
                *end++ = '\r';
            } else {
                pasted[strlen(pasted)] = *c;
            }
            *end++ = *c;
        }
        again = read_mrz(pasted);
        expect_same(&again, &mrz);
        again = read_mrz(strcat(windows, "\r\n"));
        expect_same(&again, &mrz);
    }
}

static void
a_wrong_check_digit_says_where_and_which_is_right(void **state)
{
    (void)state;
    expect_complaint(changed(TD3, 2, 10, "5"),
        "line 2, column 10: the check digit of the document number must be 6, "
        "not 5 (ICAO Doc 9303-4)");
    expect_complaint(changed(TD3, 2, 20, "3"),
        "line 2, column 20: the check digit of the date of birth must be 2, "
        "not 3 (ICAO Doc 9303-4)");
    expect_complaint(changed(TD3, 2, 28, "<"),
        "line 2, column 28: the check digit of the date of expiry must be 9, "
        "not < (ICAO Doc 9303-4)");
    expect_complaint(changed(TD3, 2, 43, "2"),
        "line 2, column 43: the check digit of the personal number must be 1, "
        "not 2 (ICAO Doc 9303-4)");
    expect_complaint(changed(TD3, 2, 44, "O"),
        "line 2, column 44: the check digit of the whole (composite) must be "
        "0, not O (ICAO Doc 9303-4)");
    expect_complaint(changed(TD1, 1, 15, "8"),
        "line 1, column 15: the check digit of the document number must be 7, "
        "not 8 (ICAO Doc 9303-5)");
    expect_complaint(changed(TD1, 2, 30, "7"),
        "line 2, column 30: the check digit of the whole (composite) must be "
        "6, not 7 (ICAO Doc 9303-5)");
    expect_complaint(changed(TD2, 2, 36, "7"),
        "line 2, column 36: the check digit of the whole (composite) must be "
        "6, not 7 (ICAO Doc 9303-6)");
    expect_complaint(changed(MRV_B, 2, 20, "1"),
        "line 2, column 20: the check digit of the date of birth must be 8, "
        "not 1 (ICAO Doc 9303-7)");
}

/* Wherever a check digit watches, another digit is never right. */
static void
no_digit_for_another_goes_unnoticed(void **state)
{
    struct ent_mrz mrz;
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < sizeof specimens / sizeof specimens[0]; i++) {
        char text[ENT_MRZ_TEXT_MAX];
        size_t watched = strlen(specimens[i]);

        (void)snprintf(text, sizeof text, "%s", specimens[i]);
        if (i == 3 || i == 4) {
            watched = (i == 3 ? 45 : 37) + 28; /* no digit for the rest */
        }
        for (size_t j = 0; j < watched; j++) {
            for (char c = '0'; c <= '9'; c++) {
                bool other = text[j] >= '0' && text[j] <= '9' && text[j] != c;
                char kept = text[j];

                if (other) {
                    text[j] = c;
                    expect_status(
                        parse_on("2026-11-29", text, &mrz), ENT_BAD_INPUT);
                    text[j] = kept;
                    tried++;
                }
            }
        }
    }
    assert_true(tried > 1000);
}

static void
a_stray_character_says_where_and_what_would_be_right(void **state)
{
    static char pasted[ENT_MRZ_TEXT_MAX];
    char *newline;

    (void)state;
    expect_complaint(changed(TD3, 1, 3, "u"),
        "line 1, column 3: u must be the capital letter U (ICAO Doc 9303-3)");
    expect_complaint(changed(TD1, 3, 9, " "),
        "line 3, column 9: a space; where the document has a gap, write < "
        "(ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 2, 12, "\xC2\xAB"),
        "line 2, column 12: must be a letter A-Z, a digit or < (ICAO Doc "
        "9303-3)");
    (void)snprintf(pasted, sizeof pasted, "%s", changed(TD3, 2, 21, "f"));
    newline = strchr(pasted, '\n');
    memmove(newline, newline + 1, strlen(newline));
    expect_complaint(pasted,
        "line 2, column 21: f must be the capital letter F (ICAO Doc 9303-3)");
}

static void
lines_of_no_form_say_how_long_they_must_be(void **state)
{
    (void)state;
    expect_complaint("",
        "0 characters in one line: must be 2 lines of 44 or 36, or 3 of 30 "
        "(ICAO Doc 9303-3)");
    expect_complaint(TD3 "<",
        "line 2 has 45 characters: must be 44 in a passport (TD3) (ICAO Doc "
        "9303-4)");
    expect_complaint("V" MRV_B,
        "line 1 has 37 characters: must be 36 in a visa (MRV-B) (ICAO Doc "
        "9303-7)");
    expect_complaint("P<UTO\nL898",
        "line 1 has 5 characters: must be 44 in a passport or large visa, 36 "
        "in a card or small visa (ICAO Doc 9303-3)");
    expect_complaint(TD3 "\n" TD3,
        "line 4: must be 2 lines of 44 or 36, or 3 of 30 (ICAO Doc 9303-3)");
    expect_complaint(TD3 "\nP",
        "line 1 has 44 characters: must be 30 in a card (TD1) (ICAO Doc "
        "9303-5)");
}

static void
document_codes_belong_to_their_form(void **state)
{
    (void)state;
    assert_string_equal(read_mrz(changed(TD3, 1, 2, "D")).code, "PD");
    assert_string_equal(read_mrz(changed(TD2, 1, 1, "AC")).code, "AC");
    expect_complaint(changed(TD3, 1, 1, "I"),
        "line 1, column 1: the document code must begin with P in a passport, "
        "V in a visa, not with I (ICAO Doc 9303-4)");
    expect_complaint(changed(TD1, 1, 1, "P"),
        "line 1, column 1: the document code must begin with A, C or I, not "
        "with P (ICAO Doc 9303-5)");
    expect_complaint(changed(TD2, 1, 2, "V"),
        "line 1, column 2: the document code of a card has no V in the second "
        "place (ICAO Doc 9303-6)");
    expect_complaint(changed(MRV_A, 1, 2, "1"),
        "line 1, column 2: the document code goes on with a letter or <, not "
        "with 1 (ICAO Doc 9303-7)");
}

static void
states_are_iso_3166_or_icaos_own(void **state)
{
    static const char *const good[] = {"D<<", "THA", "XXA", "XXB", "XXC", "XXX",
        "GBD", "UNO", "UNA", "UNK", "XOM", "XPO", "EUE", "RKS", "UTO"};
    static const char *const bad[] = {
        "DEU<", "DE<", "<<D", "TH<", "QQQ", "T<A", "<<<", "12A"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct ent_mrz mrz = read_mrz(changed(TD3, 2, 11, good[i]));

        assert_memory_equal(mrz.nationality, good[i], strlen(mrz.nationality));
    }
    for (size_t i = 1; i < sizeof bad / sizeof bad[0]; i++) {
        expect_complaint(changed(TD3, 1, 3, bad[i]),
            "line 1, column 3: the issuing state must be a code of ISO 3166-1, "
            "as THA, or one of ICAO's, as D<< (ICAO Doc 9303-3)");
    }
}

static void
sex_is_m_f_or_a_filler(void **state)
{
    (void)state;
    assert_int_equal(read_mrz(changed(TD3, 2, 21, "<")).sex, '<');
    assert_int_equal(read_mrz(changed(TD3, 2, 21, "M")).sex, 'M');
    expect_complaint(changed(TD3, 2, 21, "X"),
        "line 2, column 21: the sex must be M, F, or < for X or not given, not "
        "X (ICAO Doc 9303-4)");
}

static void
a_long_number_goes_on_in_the_optional_data(void **state)
{
    (void)state;
    expect_complaint(changed(TD1_LONG, 1, 19, "8"),
        "line 1, column 19: the check digit of the document number must be 9, "
        "not 8 (ICAO Doc 9303-5)");
    expect_complaint(changed(TD2_LONG, 2, 29, "734912X"),
        "line 2, column 29: must begin with the rest of the document number, "
        "its check digit and < (ICAO Doc 9303-6)");
    expect_complaint(changed(TD2_LONG, 2, 29, "<"),
        "line 2, column 10: the check digit of the document number must be 7, "
        "not < (ICAO Doc 9303-6)");
    expect_complaint(changed(TD2_LONG, 2, 9, "<"),
        "line 2, column 10: the check digit of the document number must be 7, "
        "not < (ICAO Doc 9303-6)");
    expect_complaint(changed(TD3, 2, 10, "<"),
        "line 2, column 10: the check digit of the document number must be 6, "
        "not < (ICAO Doc 9303-4)");
}

/* Some states count the filler in the place of the check digit, some do not. A
 * number of ten characters shows the difference. */
static void
a_long_number_is_reckoned_in_both_ways(void **state)
{
    (void)state;
    assert_int_equal(ent_mrz_check_digit(view("D231458901")), 4);
    assert_int_equal(ent_mrz_check_digit(view("D23145890<1")), 0);
    assert_string_equal(read_mrz("I<UTOD23145890<14<<X<<<<<<<<<<\n"
                                 "3407127M9507122UTO<<<<<<<<<<<3\n"
                                 "STEVENSON<<PETER<JOHN<<<<<<<<<")
                            .number,
        "D231458901");
    assert_string_equal(read_mrz("I<UTOD23145890<10<<X<<<<<<<<<<\n"
                                 "3407127M9507122UTO<<<<<<<<<<<9\n"
                                 "STEVENSON<<PETER<JOHN<<<<<<<<<")
                            .number,
        "D231458901");
}

static void
a_personal_number_that_is_not_there_needs_no_digit(void **state)
{
    (void)state;
    assert_string_equal(
        read_mrz(changed(TD3, 2, 29, "<<<<<<<<<<<<<<<8")).optional, "");
    assert_string_equal(
        read_mrz(changed(TD3, 2, 29, "<<<<<<<<<<<<<<08")).optional, "");
    expect_complaint(changed(TD3, 2, 29, "<<<<<<<<<<<<<<18"),
        "line 2, column 43: the check digit of the personal number must be 0, "
        "not 1 (ICAO Doc 9303-4)");
    expect_complaint(changed(TD3, 2, 43, "<"),
        "line 2, column 43: the check digit of the personal number must be 1, "
        "not < (ICAO Doc 9303-4)");
}

static void
a_document_has_a_number(void **state)
{
    (void)state;
    expect_complaint(changed(TD3, 2, 1, "<<<<<<<<<0"),
        "line 2, column 1: the document number must be given, from the first "
        "place on (ICAO Doc 9303-4)");
    assert_string_equal(read_mrz("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"
                                 "A<1<<<<<<1XXX4009078F9612109<<<<<<<<")
                            .number,
        "A<1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passport_of_doc_9303_is_read),
        cmocka_unit_test(the_cards_and_visas_of_doc_9303_are_read),
        cmocka_unit_test(
            lines_may_be_pasted_into_one_or_end_as_windows_ends_them),
        cmocka_unit_test(a_wrong_check_digit_says_where_and_which_is_right),
        cmocka_unit_test(no_digit_for_another_goes_unnoticed),
        cmocka_unit_test(a_stray_character_says_where_and_what_would_be_right),
        cmocka_unit_test(lines_of_no_form_say_how_long_they_must_be),
        cmocka_unit_test(document_codes_belong_to_their_form),
        cmocka_unit_test(states_are_iso_3166_or_icaos_own),
        cmocka_unit_test(sex_is_m_f_or_a_filler),
        cmocka_unit_test(a_long_number_goes_on_in_the_optional_data),
        cmocka_unit_test(a_long_number_is_reckoned_in_both_ways),
        cmocka_unit_test(a_personal_number_that_is_not_there_needs_no_digit),
        cmocka_unit_test(a_document_has_a_number),
    };

    return cmocka_run_group_tests_name("mrz", tests, NULL, NULL);
}
