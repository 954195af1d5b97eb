/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <jansson.h>
#include <stdio.h>

#include "proto/code.h"
#include "proto/country.h"

/* A list of Debian's iso-codes: its array of objects. */
static json_t *
iso_list(const char *standard)
{
    char path[128];
    json_t *file;
    json_t *list;

    (void)snprintf(path, sizeof path, TEST_ISO_CODES "/iso_%s.json", standard);
    file = json_load_file(path, 0, NULL);
    assert_non_null(file);
    list = json_incref(json_object_get(file, standard));
    json_decref(file);
    assert_true(json_array_size(list) > 100);
    return list;
}

/* Add what stands under `key` to `set`. A
 * range of codes is not a code. */
static void
add_codes(json_t *set, const char *standard, const char *key)
{
    json_t *list = iso_list(standard);
    json_t *row;
    size_t i;

    json_array_foreach(list, i, row)
    {
        const char *code = json_string_value(json_object_get(row, key));

        if (code != NULL && strchr(code, '-') == NULL) {
            assert_int_equal(json_object_set_new(set, code, json_true()), 0);
        }
    }
    json_decref(list);
}

/* Of all words with `len` letters, the first of them as `first` and the others
 * as `rest`, exactly those in `set` are codes. Returns how many. */
static size_t
expect_exactly(bool (*is_code)(struct ent_view), json_t *set, size_t len,
    char first, char rest)
{
    size_t words = 1;
    size_t found = 0;

    for (size_t i = 0; i < len; i++) {
        words *= 26;
    }
    for (size_t word = 0; word < words; word++) {
        char text[8] = "";
        size_t left = word;
        bool expected;

        for (size_t i = len; i > 0; i--) {
            text[i - 1] = (char)((i == 1 ? first : rest) + (char)(left % 26));
            left /= 26;
        }
        expected = json_object_get(set, text) != NULL;
        if (is_code(view(text)) != expected) {
            fail_msg("%s: the list says %d", text, expected);
        }
        found += expected;
    }
    return found;
}

static void
countries_are_those_of_iso_codes(void **state)
{
    json_t *set = json_object();

    (void)state;
    add_codes(set, "3166-1", "alpha_2");
    assert_int_equal(expect_exactly(ent_country_is_alpha2, set, 2, 'A', 'A'),
        json_object_size(set));
    json_decref(set);
}

/* What ICAO has besides ISO 3166-1 is counted in three letters; D is one. */
static void
nationalities_are_those_of_iso_codes_and_icaos(void **state)
{
    static const char *const icao[] = {"EUE", "GBD", "GBN", "GBO", "GBP", "GBS",
        "RKS", "UNA", "UNK", "UNO", "UTO", "XBA", "XCC", "XCE", "XCO", "XDC",
        "XEC", "XES", "XIM", "XMP", "XOM", "XPO", "XXA", "XXB", "XXC", "XXX"};
    json_t *set = json_object();

    (void)state;
    add_codes(set, "3166-1", "alpha_3");
    for (size_t i = 0; i < sizeof icao / sizeof icao[0]; i++) {
        assert_null(json_object_get(set, icao[i]));
        json_object_set_new(set, icao[i], json_true());
    }
    assert_int_equal(
        expect_exactly(ent_country_is_nationality, set, 3, 'A', 'A'),
        json_object_size(set));
    json_decref(set);
}

static void
currencies_are_those_of_iso_codes(void **state)
{
    json_t *set = json_object();

    (void)state;
    add_codes(set, "4217", "alpha_3");
    assert_int_equal(expect_exactly(ent_code_is_currency, set, 3, 'A', 'A'),
        json_object_size(set));
    json_decref(set);
}

static void
scripts_are_those_of_iso_codes(void **state)
{
    json_t *set = json_object();

    (void)state;
    add_codes(set, "15924", "alpha_4");
    assert_int_equal(expect_exactly(ent_code_is_script, set, 4, 'A', 'a'),
        json_object_size(set));
    json_decref(set);
}

static void
languages_are_those_of_iso_codes(void **state)
{
    json_t *set = json_object();

    (void)state;
    add_codes(set, "639-2", "alpha_2");
    add_codes(set, "639-2", "alpha_3");
    add_codes(set, "639-3", "alpha_2");
    add_codes(set, "639-3", "alpha_3");
    add_codes(set, "639-5", "alpha_3");
    assert_int_equal(expect_exactly(ent_code_is_language, set, 2, 'a', 'a') +
                         expect_exactly(ent_code_is_language, set, 3, 'a', 'a'),
        json_object_size(set));
    json_decref(set);
}

static void
codes_are_told_by_case_and_length(void **state)
{
    (void)state;
    assert_true(ent_code_is_currency(view("THB")));
    assert_false(ent_code_is_currency(view("thb")));
    assert_false(ent_code_is_currency(view("TH")));
    assert_false(ent_code_is_currency(view("THBX")));
    assert_false(ent_code_is_currency(view("")));
    assert_false(ent_code_is_currency(ent_view_of("TH\0", 3)));
    assert_true(ent_code_is_script(view("Khmr")));
    assert_false(ent_code_is_script(view("KHMR")));
    assert_true(ent_code_is_language(view("km")));
    assert_true(ent_code_is_language(view("khm")));
    assert_false(ent_code_is_language(view("KM")));
    assert_false(ent_code_is_language(view("qaa-qtz")));
}

/* The table is in order, or some of it is not found. */
static void
units_are_common_codes(void **state)
{
    static const char *const good[] = {"C62", "CMK", "FOT", "GRM", "KGM", "LTR",
        "MC", "MGM", "MTQ", "MTR", "NMI", "PR", "TNE", "U2"};
    static const char *const bad[] = {
        "", "KG", "kgm", "KGMX", "G", "C6", "PCE", "U"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(ent_code_is_unit(view(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ent_code_is_unit(view(bad[i])));
    }
}

/* In order too; and no piece of two terms is one. */
static void
terms_are_those_of_annual_reports(void **state)
{
    static const char *const good[] = {"BAL", "CHP", "GAR", "HOR", "HOS", "IVC",
        "LIV", "SCA", "SKI", "TUS", "VNM", "WPR"};
    static const char *const bad[] = {
        "", "SC", "sca", "SCAX", "AL ", "XXX", "BALB"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(ent_code_is_cites_term(view(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ent_code_is_cites_term(view(bad[i])));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(countries_are_those_of_iso_codes),
        cmocka_unit_test(nationalities_are_those_of_iso_codes_and_icaos),
        cmocka_unit_test(currencies_are_those_of_iso_codes),
        cmocka_unit_test(scripts_are_those_of_iso_codes),
        cmocka_unit_test(languages_are_those_of_iso_codes),
        cmocka_unit_test(codes_are_told_by_case_and_length),
        cmocka_unit_test(units_are_common_codes),
        cmocka_unit_test(terms_are_those_of_annual_reports),
    };

    return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
