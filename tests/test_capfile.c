/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/cli/capfile.h"

#define NS "xmlns='" CLI_CAP_NAMESPACE "'"

static struct cli_capfile *file;
static struct cli_cap_row row;
static int fd = -1;

static int
tear_down(void **state)
{
    (void)state;
    cli_capfile_free(&file);
    if (fd >= 0) {
        (void)close(fd);
        fd = -1;
    }
    return 0;
}

static void
begin(const void *data, size_t len)
{
    (void)tear_down(NULL);
    fd = memfd_create("cap", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    expect_ok(cli_capfile_new(fd, &file, &last_error));
}

static void
begin_text(const char *text)
{
    begin(text, strlen(text));
}

static void
expect_alert(size_t line, size_t column, const char *raw)
{
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_string_equal(row.fault, "");
    assert_non_null(row.alert);
    assert_int_equal(row.line, line);
    assert_int_equal(row.column, column);
    expect_bytes(row.raw, raw);
    assert_false(row.more || row.rest);
}

static void
expect_fault(size_t line, size_t column, const char *why, const char *raw)
{
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_null(row.alert);
    assert_non_null(strstr(row.fault, why));
    assert_int_equal(row.fault_line, line);
    assert_int_equal(row.fault_column, column);
    if (raw != NULL) {
        expect_bytes(row.raw, raw);
    }
}

static void
expect_end(void)
{
    expect_status(cli_capfile_next(file, &row, &last_error), ENT_NOT_FOUND);
}

static void
one_alert_is_a_tree_with_places(void **state)
{
    const struct cli_cap_element *info;

    (void)state;
    begin_text("<?xml version='1.0' encoding='utf-8'?>\n"
               "<c:alert xmlns:c='" CLI_CAP_NAMESPACE "'>\n"
               "  <c:info><c:event> a &lt; b &#xe9; </c:event>"
               "<c:category>Geo</c:category><c:category>Met</c:category>"
               "</c:info>\n</c:alert>\n");
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_int_equal(row.line, 2);
    info = cli_cap_child(row.alert, "info");
    assert_int_equal(info->line, 3);
    assert_int_equal(info->column, 3);
    assert_string_equal(info->space, CLI_CAP_NAMESPACE);
    assert_string_equal(cli_cap_text(info, "event"), "a < b \xc3\xa9");
    info = cli_cap_child(info, "category");
    assert_string_equal(info->text, "Geo");
    assert_string_equal(cli_cap_next(info)->text, "Met");
    assert_null(cli_cap_next(cli_cap_next(info)));
    expect_end();
    assert_string_equal(cli_capfile_head(file), "<alerts>\n");
}

static void
many_alerts_come_one_by_one_as_they_stood(void **state)
{
    (void)state;
    begin_text("<feed a='1' " NS ">\n<alert><x/></alert> <!-- line 9: no -->\n"
               "<entry/><alert/>\n</feed>");
    expect_alert(2, 1, "<alert><x/></alert>");
    assert_string_equal(row.said, "");
    expect_alert(3, 1, "<entry/>");
    assert_string_equal(row.said, "line 9: no ");
    expect_alert(3, 9, "<alert/>");
    assert_string_equal(row.said, "");
    expect_end();
    assert_string_equal(cli_capfile_head(file), "<feed a='1' " NS ">\n");
    assert_string_equal(cli_capfile_tail(file), "</feed>\n");
}

static void
nothing_of_a_broken_file_is_lost(void **state)
{
    (void)state;
    begin_text("<f><alert/>\n<alert><a></b></alert><alert/></f>");
    expect_alert(1, 4, "<alert/>");
    expect_fault(2, 13, "is no XML: mismatched tag",
        "<alert><a></b></alert><alert/></f>");
    assert_true(row.more);
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_true(row.rest && !row.more);
    expect_bytes(row.raw, "");
    expect_end();
    begin_text("<alert>\n<a>");
    expect_fault(2, 4, "is no XML: ", "<alert>\n<a>");
    assert_false(row.more);
    expect_end();
    begin_text("{\"no\": 1}");
    expect_fault(1, 1, "is no XML: ", "{\"no\": 1}");
    begin_text("");
    expect_fault(1, 1, "is no XML: no element found", "");
    expect_end();
}

static void
a_file_without_an_alert_is_a_fault(void **state)
{
    (void)state;
    begin_text("<feed>\n</feed>\n");
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_string_equal(row.fault, "holds no alert");
    expect_end();
    begin_text("<feed><alert/>words<alert/></feed>");
    expect_alert(1, 7, "<alert/>");
    expect_fault(1, 15, "text stands between the alerts", NULL);
}

static void
no_entity_and_no_other_file_is_read(void **state)
{
    (void)state;
    begin_text("<!DOCTYPE a [<!ENTITY x 'ha'>]>\n<alert>&x;</alert>");
    expect_fault(1, 13, "document type declaration", NULL);
    begin_text("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n<alert/>");
    expect_fault(1, 40, "document type declaration", NULL);
    begin_text("<alert>&x;</alert>");
    expect_fault(1, 8, "is no XML: undefined entity", NULL);
    begin_text("<?xml version='1.0' encoding='ISO-8859-1'?><alert/>");
    expect_fault(1, 1, "only UTF-8", NULL);
}

/* "<alert>", `count` times `part`, "</alert>" */
static char *
repeat(const char *part, size_t count)
{
    size_t len = strlen(part);
    char *text = malloc(len * count + 64);
    char *at = text + sprintf(text, "<f><alert>");

    for (size_t i = 0; i < count; i++, at += len) {
        memcpy(at, part, len);
    }
    strcpy(at, "</alert><alert/></f>");
    return text;
}

static void
what_is_too_much_is_told_and_the_next_one_read(void **state)
{
    static const char *const parts[] = {"<a>", "<a/>"};
    static const char *const why[] = {"too deep", "more elements"};
    static const size_t counts[] = {CLI_CAP_DEPTH_MAX, CLI_CAP_ELEMENTS_MAX};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *text = repeat(parts[i], counts[i]);
        char *end = strstr(text, "</alert>");

        if (i == 0) { /* close them again */
            memset(end, 0, 1);
            for (size_t j = 0; j < counts[0]; j++) {
                text = realloc(text, strlen(text) + 64);
                strcat(text, "</a>");
            }
            strcat(text, "</alert><alert/></f>");
        }
        begin_text(text);
        expect_ok(cli_capfile_next(file, &row, &last_error));
        assert_non_null(strstr(row.fault, why[i]));
        expect_ok(cli_capfile_next(file, &row, &last_error));
        expect_bytes(row.raw, "<alert/>");
        assert_string_equal(row.fault, "");
        expect_end();
        free(text);
    }
}

static void
an_alert_that_is_too_long_comes_whole_in_parts(void **state)
{
    char *text = repeat("0123456789abcdef", 3 * CLI_CAP_ALERT_MAX / 16);
    size_t want = strlen(text) - strlen("<f><alert/></f>");
    size_t seen = 0, parts = 0;

    (void)state;
    begin_text(text);
    do {
        expect_ok(cli_capfile_next(file, &row, &last_error));
        assert_null(row.alert);
        assert_int_equal(row.rest, parts > 0);
        assert_memory_equal(row.raw.data, text + 3 + seen, row.raw.len);
        seen += row.raw.len;
        parts++;
    } while (row.more);
    assert_string_equal(row.fault, "is longer than 256 KiB");
    assert_true(parts > 1);
    assert_int_equal(seen, want);
    expect_ok(cli_capfile_next(file, &row, &last_error));
    expect_bytes(row.raw, "<alert/>");
    expect_end();
    free(text);
}

/* A tag that never ends would fill the parser's memory. */
/* What stands before an alert is no part of its length. */
static void
blanks_make_no_alert_too_long(void **state)
{
    const size_t blanks = CLI_CAP_ALERT_MAX + 4096, words = 20000;
    char *text = malloc(blanks + words + 128);
    size_t len = 3;

    (void)state;
    assert_non_null(text);
    memcpy(text, "<a>", 3);
    memset(text + len, ' ', blanks);
    len += blanks;
    memcpy(text + len, "<alert><note>", 13);
    len += 13;
    memset(text + len, 'x', words);
    len += words;
    memcpy(text + len, "</note></alert></a>", 20);
    begin_text(text);
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_string_equal(row.fault, "");
    assert_int_equal(row.raw.len, 13 + words + 15);
    assert_false(row.more || row.rest);
    expect_end();
    free(text);
}

static void
a_tag_without_an_end_stops_the_reading(void **state)
{
    const size_t len = 8 * CLI_CAP_ALERT_MAX;
    char *text = malloc(len + 1);
    size_t seen = 0;

    (void)state;
    memset(text, 'a', len);
    text[len] = '\0';
    memcpy(text, "<alert><b c='", 13);
    begin_text(text);
    do {
        expect_ok(cli_capfile_next(file, &row, &last_error));
        assert_null(row.alert);
        seen += row.raw.len;
    } while (row.more);
    assert_int_equal(seen, len);
    expect_end();
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_alert_is_a_tree_with_places),
        cmocka_unit_test(many_alerts_come_one_by_one_as_they_stood),
        cmocka_unit_test(nothing_of_a_broken_file_is_lost),
        cmocka_unit_test(a_file_without_an_alert_is_a_fault),
        cmocka_unit_test(no_entity_and_no_other_file_is_read),
        cmocka_unit_test(what_is_too_much_is_told_and_the_next_one_read),
        cmocka_unit_test(an_alert_that_is_too_long_comes_whole_in_parts),
        cmocka_unit_test(blanks_make_no_alert_too_long),
        cmocka_unit_test(a_tag_without_an_end_stops_the_reading),
    };

    return cmocka_run_group_tests_name("capfile", tests, NULL, tear_down);
}
