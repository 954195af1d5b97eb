/* SPDX-License-Identifier: Apache-2.0 */
/* What is written is read the same, and what does not fit is not written. */
#include "tests/support.h"

#include "tests/zones.h"

static const char *const specimens[] = {
    TD3, TD1, TD2, MRV_A, MRV_B, TD1_LONG, TD2_LONG};

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
        cmocka_unit_test(a_specimen_is_written_as_it_was_read),
        cmocka_unit_test(what_is_written_reads_the_same),
        cmocka_unit_test(what_does_not_fit_is_not_written),
    };

    return cmocka_run_group_tests_name("mrz_write", tests, NULL, NULL);
}
