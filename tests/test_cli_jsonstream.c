/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/message.h"
#include "tools/cli/jsonstream.h"

static struct cli_jsonstream stream;

static int
set_up(void **state)
{
    (void)state;
    return cli_jsonstream_init(&stream, &last_error) == ENT_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    cli_jsonstream_fini(&stream);
    return 0;
}

static void
feed(const char *text)
{
    size_t len;
    uint8_t *room = cli_jsonstream_room(&stream, &len);

    assert_true(strlen(text) <= len);
    memcpy(room, text, strlen(text));
    cli_jsonstream_feed(&stream, strlen(text));
}

static void
expect_next(enum ent_status want, size_t want_line, const char *want_text)
{
    struct ent_view text = {0};
    size_t line = 0;
    enum ent_status rc =
        cli_jsonstream_next(&stream, &text, &line, &last_error);

    expect_status(rc, want);
    assert_int_equal(line, want_line);
    if (want == ENT_OK) {
        expect_bytes(text, want_text);
    }
}

static void
lines_are_messages(void **state)
{
    (void)state;
    feed("{\"a\":1}\n\n{\"b\":2}\n");
    expect_next(ENT_OK, 1, "{\"a\":1}");
    expect_next(ENT_OK, 3, "{\"b\":2}");
    expect_next(ENT_BUSY, 0, NULL);
    cli_jsonstream_end(&stream);
    expect_next(ENT_NOT_FOUND, 0, NULL);
}

static void
a_message_may_have_several_lines(void **state)
{
    (void)state;
    feed("\xef\xbb\xbf\n{\n  \"a\": [{\"b\": \"}{\\\"\"}]\n}\n{}");
    expect_next(ENT_OK, 2, "{\n  \"a\": [{\"b\": \"}{\\\"\"}]\n}");
    expect_next(ENT_OK, 5, "{}");
}

static void
what_is_cut_anywhere_is_the_same(void **state)
{
    static const char text[] = "{\"a\":\"\\\"}\"} {\"b\":[{}]}\n{}\n";

    (void)state;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        char first[sizeof text] = "";

        cli_jsonstream_fini(&stream);
        expect_ok(cli_jsonstream_init(&stream, &last_error));
        memcpy(first, text, cut);
        feed(first);
        if (cut < 11) {
            expect_next(ENT_BUSY, 0, NULL);
        }
        feed(text + cut);
        expect_next(ENT_OK, 1, "{\"a\":\"\\\"}\"}");
        expect_next(ENT_OK, 1, "{\"b\":[{}]}");
        expect_next(ENT_OK, 2, "{}");
    }
}

/* The message behind a broken one is not lost with it. */
static void
a_broken_message_ends_where_the_next_begins(void **state)
{
    (void)state;
    feed("{\"a\": \"no end\n{\"b\":2}\n");
    expect_next(ENT_OK, 1, "{\"a\": \"no end\n");
    expect_next(ENT_OK, 2, "{\"b\":2}");
}

static void
a_message_cut_off_by_the_end_is_handed_out_as_it_is(void **state)
{
    (void)state;
    feed("{\"a\":");
    expect_next(ENT_BUSY, 0, NULL);
    cli_jsonstream_end(&stream);
    expect_next(ENT_OK, 1, "{\"a\":");
    expect_next(ENT_NOT_FOUND, 0, NULL);
}

static void
what_is_no_message_is_skipped_up_to_one(void **state)
{
    (void)state;
    feed("nonsense {}\n more\n{\"b\":2}, {}\n{}\n");
    expect_next(ENT_BAD_INPUT, 0, NULL);
    assert_non_null(strstr(last_error.text, "line 1:"));
    expect_next(ENT_OK, 3, "{\"b\":2}");
    expect_next(ENT_BAD_INPUT, 0, NULL);
    expect_next(ENT_OK, 4, "{}");
}

/* One byte at a time, so that the skipping goes over many calls. */
static void
skipping_ends_at_a_line_that_begins_a_message(void **state)
{
    static const char text[] = "x\n {}\n\n{}";

    (void)state;
    feed("x");
    expect_next(ENT_BAD_INPUT, 0, NULL);
    for (size_t i = 1; i + 2 < sizeof text; i++) {
        const char one[] = {text[i], '\0'};

        feed(one);
        expect_next(ENT_BUSY, 0, NULL);
    }
    feed("}");
    expect_next(ENT_OK, 4, "{}");
}

static void
a_message_without_end_is_refused_at_its_limit(void **state)
{
    size_t len;
    enum ent_status rc = ENT_BUSY;
    struct ent_view text;
    size_t line;

    (void)state;
    feed("{\"a\":\"");
    while (rc == ENT_BUSY) {
        uint8_t *room = cli_jsonstream_room(&stream, &len);

        assert_true(len > 0);
        memset(room, 'x', len);
        cli_jsonstream_feed(&stream, len);
        rc = cli_jsonstream_next(&stream, &text, &line, &last_error);
    }
    expect_status(rc, ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "longer than"));
    expect_next(ENT_BUSY, 0, NULL);
    feed("\"}\n{}\n");
    expect_next(ENT_OK, 2, "{}");
}

#define STREAM_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(lines_are_messages),
        STREAM_TEST(a_message_may_have_several_lines),
        STREAM_TEST(what_is_cut_anywhere_is_the_same),
        STREAM_TEST(a_broken_message_ends_where_the_next_begins),
        STREAM_TEST(a_message_cut_off_by_the_end_is_handed_out_as_it_is),
        STREAM_TEST(what_is_no_message_is_skipped_up_to_one),
        STREAM_TEST(skipping_ends_at_a_line_that_begins_a_message),
        STREAM_TEST(a_message_without_end_is_refused_at_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
