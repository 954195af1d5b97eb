/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/namekey.h"

static void
expect_same(const char *a, const char *b)
{
    char left[ENT_NAMEKEY_MAX];
    char right[ENT_NAMEKEY_MAX];

    expect_ok(ent_namekey_of(view(a), left, &last_error));
    expect_ok(ent_namekey_of(view(b), right, &last_error));
    if (strcmp(left, right) != 0 || left[0] == '\0') {
        fail_msg("'%s' is '%s', '%s' is '%s'", a, left, b, right);
    }
}

static void
expect_other(const char *a, const char *b)
{
    char left[ENT_NAMEKEY_MAX];
    char right[ENT_NAMEKEY_MAX];

    expect_ok(ent_namekey_of(view(a), left, &last_error));
    expect_ok(ent_namekey_of(view(b), right, &last_error));
    assert_string_not_equal(left, right);
}

static void
marks_and_case_of_latin_letters_do_not_count(void **state)
{
    (void)state;
    expect_same("Nguyễn Thị Đặng", "NGUYEN THI DANG");
    /* composed and in pieces */
    expect_same("Nguy\xe1\xbb\x85n", "Nguye\xcc\x82\xcc\x83n");
    expect_same("hòa", "hoà");
    expect_same("Ōno", "ONO");
    expect_same("Straße", "STRASSE");
    expect_same("ERIKSSON<<ANNA<MARIA", "Eriksson Anna-Maria");
    expect_same("O'Brien", "OBrien");
    expect_same("Müller\xe2\x80\x90Lüdenscheidt", "MULLER-LUDENSCHEIDT");
    expect_other("Ono", "Ohno"); /* both are somebody's own choice */
    expect_other("이", "LEE");
}

/* They have no piece that could fall off. */
static void
latin_letters_that_unicode_does_not_part_are_parted_too(void **state)
{
    static const struct {
        const char *name;
        const char *plain;
    } rows[] = {
        {"Ægir", "AEGIR"}, {"Guðrún", "GUDRUN"}, {"Søren", "SOREN"},
        {"Þór", "THOR"}, {"Đặng", "DANG"}, {"Yıldız", "YILDIZ"},
        {"Łukasz", "LUKASZ"}, {"Cœur", "COEUR"},
        {"Ø\xcc\x81rsted", "ORSTED"}, /* with a mark on it besides */
        {"Ŋ\xcc\x81o", "ŋO"},         /* on one that stays as it is */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect_same(rows[i].name, rows[i].plain);
    }
}

static void
marks_of_other_scripts_are_letters(void **state)
{
    (void)state;
    expect_other("สมชาย", "สมชย");
    expect_other("ကို", "က");
    /* after a space a mark stands for itself */
    expect_other("a \xcc\x81", "a");
    expect_other("Ван\xcc\x81", "Ван");
    expect_same("한국", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x80\xe1"
                        "\x85\xae\xe1\x86\xa8");    /* jamo */
    expect_same("น้ำ", "น้\xe0\xb9\x8d\xe0\xb8\xb2"); /* sara am in pieces */
}

static void
titles_digits_and_what_nobody_sees_go(void **state)
{
    (void)state;
    expect_same("นายสมชาย ใจดี", "สมชาย ใจดี");
    expect_same("นางสาวสมหญิง", "สมหญิง");
    expect_same("U Thant", "Thant");
    expect_same("Daw Khin Kyi", "KHIN KYI");
    expect_same("Ko Naing", "NAING");
    expect_same("Ma Thida", "THIDA");
    expect_same("ဦးသန့်", "သန့်");
    expect_same("ဒေါ်ခင်ကြည်", "ခင်ကြည်");
    expect_same("นางสมหญิง", "สมหญิง");
    expect_same("Tran+Van", "TRANVAN");
    expect_same("สุ\xe2\x80\x8b\x64", "สุd"); /* zero width space */
    expect_same("ก๑๒", "ก12");
    expect_same("  Tran   Van ", "TRAN VAN");
    expect_same("Ma", "MA"); /* a title is never all of a name */
    expect_same("นาย", "นาย");
    expect_same("ဦး", "ဦး");
}

/* Keys lie in indexes: one form of them. */
static void
a_key_is_composed(void **state)
{
    char key[ENT_NAMEKEY_MAX];

    (void)state;
    expect_ok(ent_namekey_of(view("U Thant"), key, &last_error));
    assert_string_equal(key, "thant");
    expect_ok(ent_namekey_of(view("한국"), key, &last_error));
    assert_string_equal(key, "한국");
}

static void
what_has_no_letter_has_no_key(void **state)
{
    char key[ENT_NAMEKEY_MAX];

    (void)state;
    expect_ok(ent_namekey_of(view(""), key, &last_error));
    assert_string_equal(key, "");
    expect_ok(ent_namekey_of(view(" -- '.' "), key, &last_error));
    assert_string_equal(key, "");
    expect_status(
        ent_namekey_of(view("\xff"), key, &last_error), ENT_BAD_INPUT);
}

static void
a_name_that_is_too_long_is_refused_and_not_cut(void **state)
{
    char long_name[ENT_NAMEKEY_MAX + 8];
    char key[ENT_NAMEKEY_MAX];

    (void)state;
    memset(long_name, 'a', sizeof long_name);
    expect_status(ent_namekey_of(ent_view_of(long_name, ENT_NAMEKEY_MAX), key,
                      &last_error),
        ENT_BAD_INPUT);
    memset(long_name + 1, ' ', sizeof long_name - 1);
    expect_status(ent_namekey_of(ent_view_of(long_name, ENT_NAMEKEY_MAX), key,
                      &last_error),
        ENT_BAD_INPUT);
    memset(long_name, 'a', sizeof long_name);
    expect_ok(ent_namekey_of(
        ent_view_of(long_name, ENT_NAMEKEY_MAX - 1), key, &last_error));
    assert_int_equal(strlen(key), ENT_NAMEKEY_MAX - 1);
}

static void
zawgyi_is_known_by_what_unicode_cannot_have(void **state)
{
    (void)state;
    /* "Myanmar": Unicode, then Zawgyi */
    assert_false(ent_namekey_is_zawgyi(view("မြန်မာ")));
    assert_true(ent_namekey_is_zawgyi(
        view("\xe1\x80\xbb\xe1\x80\x99\xe1\x80\x94\xe1\x80\xb9\xe1\x80\x99\xe1"
             "\x80\xac")));
    assert_false(ent_namekey_is_zawgyi(view("ဒေါ်ခင်ကြည်")));
    /* vowel e stored before its consonant */
    assert_true(ent_namekey_is_zawgyi(view("\xe1\x80\xb1\xe1\x80\x92")));
    /* vowel e after a medial, and after great sa */
    assert_false(ent_namekey_is_zawgyi(view("ကြေး")));
    assert_false(ent_namekey_is_zawgyi(view("\xe1\x80\xbf\xe1\x80\xb1")));
    /* a virama with nothing to stack, though all else is in order */
    assert_true(
        ent_namekey_is_zawgyi(view("\xe1\x80\x94\xe1\x80\xb9\xe1\x80\xac")));
    /* a form that only Zawgyi has in Burmese */
    assert_true(ent_namekey_is_zawgyi(view("\xe1\x80\x80\xe1\x81\xa0")));
    assert_false(ent_namekey_is_zawgyi(view("U Thant")));
    assert_false(ent_namekey_is_zawgyi(view("")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_and_case_of_latin_letters_do_not_count),
        cmocka_unit_test(
            latin_letters_that_unicode_does_not_part_are_parted_too),
        cmocka_unit_test(marks_of_other_scripts_are_letters),
        cmocka_unit_test(titles_digits_and_what_nobody_sees_go),
        cmocka_unit_test(a_key_is_composed),
        cmocka_unit_test(what_has_no_letter_has_no_key),
        cmocka_unit_test(a_name_that_is_too_long_is_refused_and_not_cut),
        cmocka_unit_test(zawgyi_is_known_by_what_unicode_cannot_have),
    };

    return cmocka_run_group_tests_name("namekey", tests, NULL, NULL);
}
