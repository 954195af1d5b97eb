/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>

#include "proto/base/text.h"

static void
valid_text_is_utf8_without_nul(void **state)
{
    (void)state;
    assert_true(ent_text_is_valid(view(""), NULL));
    assert_true(ent_text_is_valid((struct ent_view){0}, NULL));
    assert_true(ent_text_is_valid(view("อรัญประเทศ ↔ ប៉ោយប៉ែត"), NULL));
    assert_true(ent_text_is_valid(view("\xf4\x8f\xbf\xbf"), NULL));
    assert_false(ent_text_is_valid(ent_view_of("a\0b", 3), NULL));
}

static void
the_first_bad_byte_is_told(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        size_t offset;
    } rows[] = {
        {"ab\xff", 3, 2}, {"a\0\xff", 3, 1}, {"\xff\0", 2, 0},
        {"a\xc0\x80", 3, 1},        /* NUL in two bytes */
        {"a\xed\xa0\x80", 4, 1},    /* half a surrogate pair */
        {"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
        {"ab\xe0\xb8", 4, 2},       /* cut short */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t offset = SIZE_MAX;

        assert_false(ent_text_is_valid(
            ent_view_of(rows[i].bytes, rows[i].len), &offset));
        assert_int_equal(offset, rows[i].offset);
    }
}

/* At each place of a text of each length, since they are looked at by
 * sixteen. */
static void
only_printable_ascii_is_plain(void **state)
{
    uint8_t text[40];

    (void)state;
    assert_true(ent_text_is_plain((struct ent_view){0}));
    for (size_t len = 1; len <= sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(text, at % 2 == 0 ? '~' : ' ', sizeof text);
                text[at] = (uint8_t)byte;
                assert_int_equal(ent_text_is_plain(ent_view_of(text, len)),
                    byte >= ' ' && byte <= '~');
            }
        }
    }
}

static void
characters_are_not_bytes(void **state)
{
    static const char text[] = "aé ทะเบียน 한국 \U0001F600 Tachileik ท่าขี้เหล็ก";

    (void)state;
    for (size_t from = 0; from < sizeof text; from++) {
        size_t count = 0;

        for (size_t len = 0; from + len < sizeof text; len++) {
            assert_int_equal(
                ent_text_characters(ent_view_of(text + from, len)), count);
            count += ((uint8_t)text[from + len] & 0xc0) != 0x80;
        }
    }
}

static void
only_composed_text_is_nfc(void **state)
{
    (void)state;
    assert_true(ent_text_is_nfc(view("blo-maesai@th")));
    assert_true(ent_text_is_nfc(view("café")));
    assert_false(ent_text_is_nfc(view("cafe\xcc\x81")));
    assert_false(ent_text_is_nfc(view("\xe2\x84\xaa"))); /* the Kelvin sign */
    assert_true(ent_text_is_nfc(view("ท่าขี้เหล็ก")));
    assert_true(ent_text_is_nfc(view("한국")));
    assert_false(ent_text_is_nfc(view("\xff")));
}

static void
long_text_is_checked_to_its_end(void **state)
{
    char text[4096];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof text; i += 2) {
        memcpy(text + i, "\xc3\xa9", 2);
    }
    assert_true(ent_text_is_nfc(ent_view_of(text, sizeof text - 2)));
    memcpy(text + sizeof text - 5, "e\xcc\x81", 3);
    assert_false(ent_text_is_nfc(ent_view_of(text, sizeof text - 2)));
}

static void
controls_and_direction_marks_are_found(void **state)
{
    (void)state;
    assert_false(ent_text_has_controls(view("")));
    assert_false(ent_text_has_controls(view("Mae Sai แม่สาย")));
    assert_false(ent_text_has_controls(view("\xff")));
    assert_true(ent_text_has_controls(view("a\x1b[2J")));
    assert_true(ent_text_has_controls(view("a\nb")));
    assert_true(ent_text_has_controls(view("a\x7f")));
    assert_true(ent_text_has_controls(view("a\xc2\x9b")));     /* CSI */
    assert_true(ent_text_has_controls(view("a\xe2\x80\xae"))); /* RLO */
    assert_true(ent_text_has_controls(view("a\xe2\x80\x8b"))); /* ZWSP */
    assert_true(ent_text_has_controls(view("\xef\xbb\xbfz"))); /* BOM */
}

static void
expect_neutral(struct ent_view text, bool keep_lines, const char *want)
{
    char *neutral = ent_text_neutral(text, keep_lines);

    assert_string_equal(neutral, want);
    free(neutral);
}

static void
one_line_is_what_a_file_of_text_holds_as_it_is(void **state)
{
    (void)state;
    assert_true(ent_text_is_one_line(view("")));
    assert_true(ent_text_is_one_line(view("Mae Sai แม่สาย \"x\"")));
    assert_true(ent_text_is_one_line(view("a\xe2\x80\x8bz"))); /* ZWSP */
    assert_false(ent_text_is_one_line(view("a\nb")));
    assert_false(ent_text_is_one_line(view("a\rb")));
    assert_false(ent_text_is_one_line(view("a\tb")));
    assert_false(ent_text_is_one_line(view("a\xc2\x85z")));     /* NEL */
    assert_false(ent_text_is_one_line(view("a\xe2\x80\xa8z"))); /* LS */
    assert_false(ent_text_is_one_line(view("a\xe2\x80\xa9z"))); /* PS */
    assert_false(ent_text_is_one_line(view("\xef\xbb\xbfz")));  /* BOM */
    assert_false(ent_text_is_one_line(view("a\xef\xbf\xbe")));  /* U+FFFE */
    assert_false(ent_text_is_one_line(view("a\xff")));
}

static void
neutral_text_cannot_steer_a_terminal(void **state)
{
    (void)state;
    expect_neutral(view("แม่สาย <1>"), false, "แม่สาย <1>");
    expect_neutral(view("\x1b[2J"), false, "<U+001B>[2J");
    expect_neutral(view("exe\xe2\x80\xaegpj"), false, "exe<U+202E>gpj");
    expect_neutral(view("a\xff\xe0\xb8"), false, "a<0xFF><0xE0><0xB8>");
    expect_neutral(view("\xf3\xa0\x80\x81"), false, "<U+E0001>");
    expect_neutral(ent_view_of("a\0b", 3), true, "a<U+0000>b");
    expect_neutral(view("a\xe2\x80\xa8z"), true, "a<U+2028>z");
    expect_neutral((struct ent_view){0}, true, "");
}

static void
lines_stay_only_where_asked_for(void **state)
{
    (void)state;
    expect_neutral(view("a\n\tb\r"), true, "a\n\tb<U+000D>");
    expect_neutral(view("a\n\tb\r"), false, "a<U+000A><U+0009>b<U+000D>");
}

static void
out_of_memory_gives_no_text(void **state)
{
    (void)state;
    fail_allocation(1);
    assert_null(ent_text_neutral(view("a"), false));
}

/* Whatever goes in, what comes out is valid and holds nothing to neutralise. */
static void
neutral_text_is_valid_and_stays_as_it_is(void **state)
{
    uint32_t random = 20261122;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint8_t text[24];
        char *once;

        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = (uint8_t)(random >> 24);
        }
        once = ent_text_neutral(ent_view_of(text, sizeof text), false);
        assert_non_null(once);
        assert_true(ent_text_is_valid(view(once), NULL));
        assert_false(ent_text_has_controls(view(once)));
        expect_neutral(view(once), false, once);
        free(once);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_text_is_utf8_without_nul),
        cmocka_unit_test(the_first_bad_byte_is_told),
        cmocka_unit_test(only_printable_ascii_is_plain),
        cmocka_unit_test(characters_are_not_bytes),
        cmocka_unit_test(only_composed_text_is_nfc),
        cmocka_unit_test(long_text_is_checked_to_its_end),
        cmocka_unit_test(controls_and_direction_marks_are_found),
        cmocka_unit_test(one_line_is_what_a_file_of_text_holds_as_it_is),
        cmocka_unit_test(neutral_text_cannot_steer_a_terminal),
        cmocka_unit_test(lines_stay_only_where_asked_for),
        cmocka_unit_test(out_of_memory_gives_no_text),
        cmocka_unit_test(neutral_text_is_valid_and_stays_as_it_is),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
