/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/base/time.h"
#include "proto/mrz.h"

/* The specimens of ICAO Doc 9303, parts 4 to 7. */
#define TD3                                                                    \
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                           \
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define TD1                                                                    \
    "I<UTOD231458907<<<<<<<<<<<<<<<\n"                                         \
    "7408122F1204159UTO<<<<<<<<<<<6\n"                                         \
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define TD2                                                                    \
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                   \
    "D231458907UTO7408122F1204159<<<<<<<6"
#define MRV_A                                                                  \
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                           \
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"
#define MRV_B                                                                  \
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                   \
    "L8988901C4XXX4009078F9612109<<<<<<<<"
/* Their documents whose number has eleven characters. */
#define TD1_LONG                                                               \
    "I<UTOD23145890<7349<<<<<<<<<<<\n"                                         \
    "3407127M9507122UTO<<<<<<<<<<<2\n"                                         \
    "STEVENSON<<PETER<JOHN<<<<<<<<<"
#define TD2_LONG                                                               \
    "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\n"                                   \
    "D23145890<UTO3407127M95071227349<<<8"

static const char *const specimens[] = {
    TD3, TD1, TD2, MRV_A, MRV_B, TD1_LONG, TD2_LONG};

static uint64_t
day(const char *text)
{
    uint64_t ms;

    expect_ok(ent_date_parse(view(text), &ms, &last_error));
    return ms;
}

static enum ent_status
parse_on(const char *date, const char *text, struct ent_mrz *ret_mrz)
{
    return ent_mrz_parse(view(text), day(date), ret_mrz, &last_error);
}

static struct ent_mrz
read_mrz(const char *text)
{
    struct ent_mrz mrz;

    expect_ok(parse_on("2026-11-29", text, &mrz));
    return mrz;
}

static void
expect_complaint(const char *text, const char *sentence)
{
    struct ent_mrz mrz = {.form = ENT_MRZ_TD2, .number = "UNTOUCHED"};

    expect_status(parse_on("2026-11-29", text, &mrz), ENT_BAD_INPUT);
    assert_string_equal(last_error.text, sentence);
    assert_string_equal(mrz.number, "UNTOUCHED");
}

/* The specimen, with other characters in line and column, counted from 1. */
static const char *
changed(const char *specimen, unsigned line, unsigned column, const char *to)
{
    static char text[ENT_MRZ_TEXT_MAX];
    char *at = text;

    (void)snprintf(text, sizeof text, "%s", specimen);
    while (line-- > 1) {
        at = strchr(at, '\n') + 1;
    }
    memcpy(at + column - 1, to, strlen(to));
    return text;
}

static void
expect_same(const struct ent_mrz *a, const struct ent_mrz *b)
{
    assert_int_equal(a->form, b->form);
    assert_string_equal(a->code, b->code);
    assert_string_equal(a->issuer, b->issuer);
    assert_string_equal(a->nationality, b->nationality);
    assert_string_equal(a->number, b->number);
    assert_memory_equal(&a->birth, &b->birth, sizeof a->birth);
    assert_memory_equal(&a->expiry, &b->expiry, sizeof a->expiry);
    assert_int_equal(a->sex, b->sex);
    assert_string_equal(a->optional, b->optional);
    assert_string_equal(a->optional2, b->optional2);
    assert_string_equal(a->name.primary, b->name.primary);
    assert_string_equal(a->name.secondary, b->name.secondary);
    assert_int_equal(a->name.may_be_cut, b->name.may_be_cut);
}

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
a_specimen_is_written_as_it_was_read(void **state)
{
    char text[ENT_MRZ_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof specimens / sizeof specimens[0]; i++) {
        struct ent_mrz mrz = read_mrz(specimens[i]);

        expect_ok(ent_mrz_format(&mrz, text, &last_error));
        assert_string_equal(text, specimens[i]);
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

/* A passport whose holder was born, and which expires, on such dates. */
static struct ent_mrz
passport(struct ent_mrz_date birth, struct ent_mrz_date expiry)
{
    return (struct ent_mrz){.form = ENT_MRZ_TD3,
        .code = "P",
        .issuer = "THA",
        .nationality = "THA",
        .number = "AA1234567",
        .birth = birth,
        .expiry = expiry,
        .sex = 'M',
        .name = {"SUK", "SOMCHAI", false}};
}

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

#define DATE(...)                                                              \
    (struct ent_mrz_date)                                                      \
    {                                                                          \
        __VA_ARGS__                                                            \
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
        day("2026-11-29") + UINT64_C(15) * 3600 * 1000, &again, &last_error));
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

static void
one_name_is_enough(void **state)
{
    struct ent_mrz mrz = read_mrz(changed(TD3, 1, 6, "SUHARTO<<<<<<<<<<<<<<"));

    (void)state;
    assert_string_equal(mrz.name.primary, "SUHARTO");
    assert_string_equal(mrz.name.secondary, "");
    assert_false(mrz.name.may_be_cut);
}

static void
a_name_is_two_identifiers_of_letters(void **state)
{
    (void)state;
    expect_complaint(changed(TD3, 1, 9, "1"),
        "line 1, column 9: a name has letters and fillers only (ICAO Doc "
        "9303-3)");
    expect_complaint(changed(TD3, 1, 6, "<"),
        "line 1, column 6: a name must begin with a letter (ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 1, 28, "JR"),
        "line 1, column 28: a name has two parts with << between them, and "
        "after the second there are fillers to the end (ICAO Doc 9303-3)");
    expect_complaint(changed(TD3, 1, 16, "<"),
        "line 1, column 17: a name has two parts with << between them, and "
        "after the second there are fillers to the end (ICAO Doc 9303-3)");
}

/* Written into a field of so many characters. */
static const char *
field_of(enum ent_mrz_form form, const char *primary, const char *secondary)
{
    static char text[ENT_MRZ_TEXT_MAX];
    struct ent_mrz mrz = passport(DATE(1980, 1, 1), DATE(2030, 1, 1));

    mrz.form = form;
    strcpy(mrz.code, form == ENT_MRZ_TD3 ? "P" : "I");
    strcpy(mrz.name.primary, primary);
    strcpy(mrz.name.secondary, secondary);
    expect_ok(ent_mrz_format(&mrz, text, &last_error));
    if (form == ENT_MRZ_TD1) {
        return strrchr(text, '\n') + 1;
    }
    *strchr(text, '\n') = '\0';
    return text + 5;
}

static void
a_name_too_long_is_cut_with_a_letter_in_the_last_place(void **state)
{
    (void)state;
    assert_string_equal(field_of(ENT_MRZ_TD3, "NILAVADHANANANDA",
                            "CHAYAPA DEJTHAMRONG KRASUANG"),
        "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K");
    assert_string_equal(
        field_of(ENT_MRZ_TD3, "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL",
            "DINGO POTOROO"),
        "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D");
    assert_string_equal(
        field_of(ENT_MRZ_TD1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A BCD"),
        "ABCDEFGHIJKLMNOPQRSTUVWXY<<A<B");
    assert_string_equal(
        field_of(ENT_MRZ_TD1, "SAENGSAWANGWATTHANAKITCHAI NA AYUTTHAYA", ""),
        "SAENGSAWANGWATTHANAKITCHAI<N<A");
    assert_string_equal(
        field_of(ENT_MRZ_TD2, "ABCDEFGHIJKLMNOPQRSTUVWXYZABC", "D"),
        "ABCDEFGHIJKLMNOPQRSTUVWXYZAB<<D");
}

static bool
may_match(const char *primary, const char *secondary, bool cut,
    const char *other_primary, const char *other_secondary, bool other_cut)
{
    struct ent_mrz_name a = {.may_be_cut = cut};
    struct ent_mrz_name b = {.may_be_cut = other_cut};
    bool answer;

    strcpy(a.primary, primary);
    strcpy(a.secondary, secondary);
    strcpy(b.primary, other_primary);
    strcpy(b.secondary, other_secondary);
    answer = ent_mrz_names_may_match(&a, &b);
    assert_int_equal(answer, ent_mrz_names_may_match(&b, &a));
    return answer;
}

static void
a_cut_name_matches_its_longer_form(void **state)
{
    (void)state;
    assert_true(may_match("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG K", true,
        "NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", false));
    assert_true(may_match("NILAVADHANANANDA", "CHAYAPA DEJ", true,
        "NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", true));
    assert_true(may_match("BENNELONG WOOL W", "D", true,
        "BENNELONG WOOLOOMOOLOO WARRANDYTE", "DINGO POTOROO", false));
    assert_true(may_match("SUK", "SOMCHAI", false, "SUK", "SOMCHAI", false));
}

static void
whole_names_match_only_themselves(void **state)
{
    (void)state;
    assert_false(may_match("SUK", "SOM", false, "SUK", "SOMCHAI", false));
    assert_false(may_match("SUK", "SOMCHAI", true, "SUK", "SOM", false));
    assert_false(may_match("SUK", "SOMCHAI", true, "SUKHON", "MALEE", false));
    assert_false(may_match("SUK", "", false, "SUK", "SOMCHAI", true));
    assert_false(may_match("SUK NA", "S", true, "SUK", "SOMCHAI", false));
}

/* ---- properties ---- */

static uint32_t random_state;

static uint32_t
random_below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static void
random_text(char *out, size_t len, const char *alphabet)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = alphabet[random_below((uint32_t)strlen(alphabet))];
    }
    out[len] = '\0';
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define FIELD LETTERS "0123456789<"

/* One to `max` characters that begin and end with no filler. */
static void
random_field(char *out, size_t max)
{
    size_t len = 1 + random_below((uint32_t)max);

    random_text(out, len, FIELD);
    if (out[0] == '<') {
        out[0] = 'A';
    }
    if (out[len - 1] == '<') {
        out[len - 1] = '7';
    }
}

static void
random_words(char *out, size_t words)
{
    out[0] = '\0';
    for (size_t i = 0; i < words; i++) {
        char word[16];

        random_text(word, 1 + random_below(12), LETTERS);
        strcat(out, i == 0 ? "" : " ");
        strcat(out, word);
    }
}

static struct ent_mrz_date
random_date(unsigned first_year, unsigned years)
{
    struct ent_mrz_date date = {.year = first_year + random_below(years),
        .month = 1 + random_below(12),
        .day = 1 + random_below(28)};

    if (random_below(10) == 0) {
        date.day = 0;
        date.month = random_below(2) == 0 ? 0 : date.month;
        date.year = random_below(3) == 0 ? 0 : date.year;
    }
    return date;
}

/* With a number that goes on in the optional data, sometimes. */
static void
random_number(struct ent_mrz *mrz, size_t optional_len)
{
    size_t rest = 0;

    random_field(mrz->number, 9);
    if (mrz->form <= ENT_MRZ_TD2 && strlen(mrz->number) == 9 &&
        random_below(2) == 0) {
        rest = 1 + random_below((uint32_t)optional_len - 2);
        random_text(mrz->number + 9, rest, "0123456789XYZ");
        rest += 2;
    }
    if (rest < optional_len && random_below(2) == 0) {
        random_field(mrz->optional, optional_len - rest);
    }
}

static struct ent_mrz
random_mrz(void)
{
    static const char *const codes[] = {"I", "AC", "P", "V", "VB"};
    static const size_t optional_len[] = {15, 7, 14, 16, 8};
    static const char *const states[] = {"THA", "D", "XXA", "KHM", "UNO"};
    struct ent_mrz mrz = {.form = (enum ent_mrz_form)random_below(5)};

    strcpy(mrz.code, codes[mrz.form]);
    strcpy(mrz.issuer, states[random_below(5)]);
    strcpy(mrz.nationality, states[random_below(5)]);
    random_number(&mrz, optional_len[mrz.form]);
    mrz.birth = random_date(1927, 99);
    mrz.expiry = random_date(1977, 100);
    mrz.sex = "MF<"[random_below(3)];
    if (mrz.form == ENT_MRZ_TD1 && random_below(2) == 0) {
        random_field(mrz.optional2, 11);
    }
    random_words(mrz.name.primary, 1 + random_below(3));
    random_words(mrz.name.secondary, random_below(5));
    return mrz;
}

static size_t
name_width(enum ent_mrz_form form)
{
    static const size_t widths[] = {30, 31, 39, 39, 31};

    return widths[form];
}

static void
what_is_written_reads_the_same(void **state)
{
    size_t whole = 0;

    (void)state;
    random_state = 20261129;
    for (size_t i = 0; i < 20000; i++) {
        struct ent_mrz mrz = random_mrz();
        struct ent_mrz again;
        char text[ENT_MRZ_TEXT_MAX];
        size_t len = strlen(mrz.name.primary) + strlen(mrz.name.secondary) +
                     (mrz.name.secondary[0] == '\0' ? 0 : 2);

        expect_ok(ent_mrz_format(&mrz, text, &last_error));
        expect_ok(parse_on("2026-11-29", text, &again));
        if (len <= name_width(mrz.form)) {
            mrz.name.may_be_cut = len == name_width(mrz.form);
            whole++;
        } else {
            assert_true(again.name.may_be_cut);
            assert_true(ent_mrz_names_may_match(&again.name, &mrz.name));
            mrz.name = again.name;
        }
        expect_same(&again, &mrz);
    }
    assert_true(whole > 5000 && whole < 19000);
}

/* ---- writing ---- */

static void
expect_refusal(const struct ent_mrz *mrz, const char *sentence)
{
    char text[ENT_MRZ_TEXT_MAX] = "untouched";

    expect_status(ent_mrz_format(mrz, text, &last_error), ENT_BAD_INPUT);
    assert_string_equal(text, "untouched");
    assert_string_equal(last_error.text, sentence);
}

static void
what_does_not_fit_is_not_written(void **state)
{
    const struct ent_mrz good = passport(DATE(1980, 1, 1), DATE(2030, 1, 1));
    struct ent_mrz mrz = good;

    (void)state;
    strcpy(mrz.number, "AA12345678");
    expect_refusal(&mrz,
        "the document number must be of nine characters, or in a card of no "
        "more than fit in its optional data (ICAO Doc 9303-4)");
    strcpy(mrz.number, "aa1234567");
    expect_refusal(&mrz,
        "the document number must be of letters A-Z and digits, < inside "
        "(ICAO Doc 9303-4)");
    mrz = good;
    mrz.form = ENT_MRZ_TD2;
    strcpy(mrz.code, "I");
    strcpy(mrz.number, "AA123456789012");
    strcpy(mrz.optional, "1");
    expect_refusal(&mrz,
        "the document number must be of nine characters, or in a card of no "
        "more than fit in its optional data (ICAO Doc 9303-6)");
    mrz = good;
    strcpy(mrz.optional, "123456789012345");
    expect_refusal(&mrz,
        "the optional data must be of letters A-Z, digits and <, and no longer "
        "than its field (ICAO Doc 9303-4)");
    mrz = good;
    strcpy(mrz.optional2, "1");
    expect_refusal(&mrz,
        "the second optional data must be of letters A-Z, digits and <, at "
        "most 11, and only in a TD1 (ICAO Doc 9303-4)");
    mrz = good;
    mrz.expiry.month = 13;
    expect_refusal(&mrz,
        "the date of expiry must be one of the calendar; what is not known 0 "
        "(ICAO Doc 9303-4)");
    mrz = good;
    strcpy(mrz.name.primary, "O'BRIEN");
    expect_refusal(&mrz,
        "the name must be of words in letters A-Z with single spaces, at least "
        "one in the primary identifier (ICAO Doc 9303-4)");
    mrz = good;
    strcpy(mrz.nationality, "TH");
    expect_refusal(&mrz,
        "the nationality must be a code of ISO 3166-1 or one of ICAO's (ICAO "
        "Doc 9303-4)");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passport_of_doc_9303_is_read),
        cmocka_unit_test(the_cards_and_visas_of_doc_9303_are_read),
        cmocka_unit_test(a_specimen_is_written_as_it_was_read),
        cmocka_unit_test(
            lines_may_be_pasted_into_one_or_end_as_windows_ends_them),
        cmocka_unit_test(a_wrong_check_digit_says_where_and_which_is_right),
        cmocka_unit_test(no_digit_for_another_goes_unnoticed),
        cmocka_unit_test(a_stray_character_says_where_and_what_would_be_right),
        cmocka_unit_test(lines_of_no_form_say_how_long_they_must_be),
        cmocka_unit_test(document_codes_belong_to_their_form),
        cmocka_unit_test(states_are_iso_3166_or_icaos_own),
        cmocka_unit_test(sex_is_m_f_or_a_filler),
        cmocka_unit_test(nobody_is_born_in_the_future),
        cmocka_unit_test(today_is_where_it_is_latest),
        cmocka_unit_test(a_document_expires_in_the_nearest_year),
        cmocka_unit_test(parts_of_a_date_may_be_unknown),
        cmocka_unit_test(a_date_is_one_of_the_calendar),
        cmocka_unit_test(a_long_number_goes_on_in_the_optional_data),
        cmocka_unit_test(a_long_number_is_reckoned_in_both_ways),
        cmocka_unit_test(a_personal_number_that_is_not_there_needs_no_digit),
        cmocka_unit_test(a_document_has_a_number),
        cmocka_unit_test(one_name_is_enough),
        cmocka_unit_test(a_name_is_two_identifiers_of_letters),
        cmocka_unit_test(
            a_name_too_long_is_cut_with_a_letter_in_the_last_place),
        cmocka_unit_test(a_cut_name_matches_its_longer_form),
        cmocka_unit_test(whole_names_match_only_themselves),
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(what_does_not_fit_is_not_written),
    };

    return cmocka_run_group_tests_name("mrz", tests, NULL, NULL);
}
