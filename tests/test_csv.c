/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/cli/csv.h"

static struct cli_csv csv;
static struct cli_csv_row row;

static int
tear_down(void **state)
{
    (void)state;
    cli_csv_fini(&csv);
    if (csv.fd > 0) {
        (void)close(csv.fd);
    }
    return 0;
}

static void
begin(const void *data, size_t len)
{
    int fd = memfd_create("csv", MFD_CLOEXEC);

    assert_true(fd > 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    expect_ok(cli_csv_init(&csv, fd, &last_error));
}

static void
begin_text(const char *text)
{
    begin(text, strlen(text));
}

static void
expect_row(size_t line, size_t count, const char *const *fields)
{
    expect_ok(cli_csv_next(&csv, &row, &last_error));
    assert_null(row.fault);
    assert_int_equal(row.line, line);
    assert_int_equal(row.count, count);
    for (size_t i = 0; i < count; i++) {
        expect_bytes(row.fields[i], fields[i]);
    }
}

static void
expect_fault(size_t line, size_t column, const char *raw)
{
    expect_ok(cli_csv_next(&csv, &row, &last_error));
    assert_non_null(row.fault);
    assert_int_equal(row.line, line);
    assert_int_equal(row.fault_column, column);
    expect_bytes(row.raw, raw);
}

static void
expect_end(void)
{
    expect_status(cli_csv_next(&csv, &row, &last_error), ENT_NOT_FOUND);
}

static void
quotes_and_line_breaks_are_read_as_rfc_4180_has_them(void **state)
{
    (void)state;
    begin_text("\xef\xbb\xbf"
               "a,b,\r\n\"c \"\"d\"\"\",\"e\r\nf,\",g\n\nh,i,j");
    expect_row(1, 3, (const char *[]){"a", "b", ""});
    expect_row(2, 3, (const char *[]){"c \"d\"", "e\r\nf,", "g"});
    expect_bytes(row.raw, "\"c \"\"d\"\"\",\"e\r\nf,\",g");
    expect_row(5, 3, (const char *[]){"h", "i", "j"});
    expect_end();
}

static void
a_quote_that_is_not_closed_costs_its_own_line(void **state)
{
    (void)state;
    begin_text("a,b\nc,\"d\ne,f\n");
    expect_row(1, 2, (const char *[]){"a", "b"});
    expect_fault(2, 2, "c,\"d");
    expect_row(3, 2, (const char *[]){"e", "f"});
    expect_end();
}

static void
a_quote_in_the_wrong_place_is_told_by_column(void **state)
{
    (void)state;
    begin_text("a,b\"c\n\"d\"e,f\ng,h\n");
    expect_fault(1, 2, "a,b\"c");
    expect_fault(2, 1, "\"d\"e,f");
    expect_row(3, 2, (const char *[]){"g", "h"});
    expect_end();
}

static void
what_is_no_text_is_handed_on_as_it_is(void **state)
{
    static const char data[] = "a\0b,\xff\n";

    (void)state;
    begin(data, sizeof data - 1);
    expect_ok(cli_csv_next(&csv, &row, &last_error));
    assert_int_equal(row.count, 2);
    assert_int_equal(row.fields[0].len, 3);
    assert_memory_equal(row.fields[0].data, "a\0b", 3);
    expect_bytes(row.fields[1], "\xff");
}

static void
a_row_has_at_most_64_fields(void **state)
{
    char text[140];

    (void)state;
    memset(text, ',', sizeof text);
    text[63] = '\n'; /* 64 fields */
    text[sizeof text - 1] = '\n';
    begin(text, sizeof text);
    expect_ok(cli_csv_next(&csv, &row, &last_error));
    assert_int_equal(row.count, 64);
    expect_ok(cli_csv_next(&csv, &row, &last_error));
    assert_int_equal(row.fault_column, 65);
    expect_end();
}

static void
a_line_that_is_too_long_comes_whole_in_parts(void **state)
{
    const size_t len = 3 * CLI_CSV_ROW_MAX;
    char *text = malloc(len + 4);
    size_t seen = 0, parts = 0;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text + len, "\na,b", 4);
    begin(text, len + 4);
    free(text);
    do {
        expect_ok(cli_csv_next(&csv, &row, &last_error));
        assert_non_null(row.fault);
        assert_int_equal(row.rest, parts > 0);
        assert_int_equal(row.line, 1);
        seen += row.raw.len;
        parts++;
    } while (row.more);
    assert_int_equal(seen, len);
    expect_row(2, 2, (const char *[]){"a", "b"});
    expect_end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            quotes_and_line_breaks_are_read_as_rfc_4180_has_them, tear_down),
        cmocka_unit_test_teardown(
            a_quote_that_is_not_closed_costs_its_own_line, tear_down),
        cmocka_unit_test_teardown(
            a_quote_in_the_wrong_place_is_told_by_column, tear_down),
        cmocka_unit_test_teardown(
            what_is_no_text_is_handed_on_as_it_is, tear_down),
        cmocka_unit_test_teardown(a_row_has_at_most_64_fields, tear_down),
        cmocka_unit_test_teardown(
            a_line_that_is_too_long_comes_whole_in_parts, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
