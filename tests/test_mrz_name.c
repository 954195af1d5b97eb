/* SPDX-License-Identifier: Apache-2.0 */
/* Names in a machine readable zone: read, cut, and compared when they were cut.
 */
#include "tests/support.h"

#include "tests/zones.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_is_enough),
        cmocka_unit_test(a_name_is_two_identifiers_of_letters),
        cmocka_unit_test(
            a_name_too_long_is_cut_with_a_letter_in_the_last_place),
        cmocka_unit_test(a_cut_name_matches_its_longer_form),
        cmocka_unit_test(whole_names_match_only_themselves),
    };

    return cmocka_run_group_tests_name("mrz_name", tests, NULL, NULL);
}
