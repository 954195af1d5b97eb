/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/log.h"

#define OUTPUT_MAX 16384

/* stderr leads into a pipe while a test writes lines. */
struct capture {
    int pipe[2];
    int saved;
    char text[OUTPUT_MAX];
};

static int
setup(void **state)
{
    static struct capture capture;

    if (pipe(capture.pipe) != 0) {
        return -1;
    }
    capture.saved = dup(STDERR_FILENO);
    (void)dup2(capture.pipe[1], STDERR_FILENO);
    (void)unsetenv("JOURNAL_STREAM");
    ent_log_set_level(ENT_LOG_INFO);
    *state = &capture;
    return 0;
}

static int
teardown(void **state)
{
    struct capture *capture = *state;

    (void)dup2(capture->saved, STDERR_FILENO);
    (void)close(capture->saved);
    (void)close(capture->pipe[0]);
    (void)close(capture->pipe[1]);
    return 0;
}

/* What was written since, without waiting for more. */
static const char *
written(struct capture *capture)
{
    ssize_t len;

    (void)write(capture->pipe[1], "", 1); /* so that there is something */
    len = read(capture->pipe[0], capture->text, sizeof capture->text);
    assert_true(len > 0);
    assert_int_equal(capture->text[len - 1], 0);
    return capture->text;
}

static size_t
count_lines(const char *text)
{
    size_t count = 0;

    for (; *text != 0; text++) {
        count += *text == '\n';
    }
    return count;
}

static void
a_line_is_time_level_component_event(void **state)
{
    const char *line;

    ent_log(ENT_LOG_INFO, "link", "connected peer=%s", "broker-bangkok@th");
    line = written(*state);
    assert_memory_equal(line, "20", 2);
    assert_int_equal(line[10], 'T');
    assert_string_equal(
        line + 19, "Z info link: connected peer=broker-bangkok@th\n");
}

static void
lines_above_the_level_are_not_written(void **state)
{
    ent_log(ENT_LOG_DEBUG, "link", "quiet");
    assert_string_equal(written(*state), "");
    ent_log_set_level(ENT_LOG_DEBUG);
    ent_log(ENT_LOG_DEBUG, "link", "quiet");
    assert_non_null(strstr(written(*state), "Z debug link: quiet\n"));
    ent_log_set_level(ENT_LOG_ERROR);
    ent_log(ENT_LOG_WARN, "link", "quiet");
    ent_log(ENT_LOG_ERROR, "link", "loud");
    assert_non_null(strstr(written(*state), "Z error link: loud\n"));
}

static void
no_value_can_forge_a_line_or_steer_a_terminal(void **state)
{
    const char *line;

    ent_log(ENT_LOG_WARN, "desk", "refused from=%s",
        "x\n2026-11-22T10:00:00Z info journal: verified\r\x1b[2J\xe2\x80\xae");
    line = written(*state);
    assert_int_equal(count_lines(line), 1);
    assert_null(strchr(line, '\x1b'));
    assert_non_null(strstr(line, "from=x<U+000A>2026"));
    assert_non_null(strstr(line, "<U+000D><U+001B>[2J<U+202E>\n"));
}

static void
a_long_line_is_cut_and_says_so(void **state)
{
    char value[4000];
    const char *line;

    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = 0;
    ent_log(ENT_LOG_INFO, "desk", "value=%s", value);
    line = written(*state);
    assert_in_range(strlen(line), 1000, 1100);
    assert_string_equal(line + strlen(line) - 5, "a...\n");
}

static void
the_journal_gets_priorities_instead_of_times(void **state)
{
    char stream[64];
    struct stat facts;

    assert_int_equal(fstat(STDERR_FILENO, &facts), 0);
    (void)snprintf(stream, sizeof stream, "%llu:%llu",
        (unsigned long long)facts.st_dev, (unsigned long long)facts.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
    ent_log(ENT_LOG_ERROR, "store", "full");
    assert_string_equal(written(*state), "<3>error store: full\n");
}

static void
a_journal_that_is_not_stderr_does_not_count(void **state)
{
    char other[64];
    struct stat facts;

    assert_int_equal(fstat(STDERR_FILENO, &facts), 0);
    (void)snprintf(other, sizeof other, "%llu:%llu",
        (unsigned long long)facts.st_dev, (unsigned long long)facts.st_ino + 1);
    assert_int_equal(setenv("JOURNAL_STREAM", other, 1), 0);
    ent_log(ENT_LOG_INFO, "store", "open");
    assert_non_null(strstr(written(*state), "Z info store: open\n"));
    assert_int_equal(setenv("JOURNAL_STREAM", "nonsense", 1), 0);
    ent_log(ENT_LOG_INFO, "store", "open");
    assert_non_null(strstr(written(*state), "Z info store: open\n"));
}

static void
without_memory_the_line_still_comes(void **state)
{
    const char *line;

    fail_allocation(1);
    ent_log(ENT_LOG_ERROR, "store", "out of memory\n");
    line = written(*state);
    assert_int_equal(count_lines(line), 1);
    assert_non_null(strstr(line, "Z error store: out of memory?\n"));
}

static void
logging_does_not_disturb_errno(void **state)
{
    (void)close(STDERR_FILENO);
    errno = EDOM;
    ent_log(ENT_LOG_ERROR, "store", "nobody hears this");
    assert_int_equal(errno, EDOM);
    (void)dup2(((struct capture *)*state)->pipe[1], STDERR_FILENO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_is_time_level_component_event),
        TEST(lines_above_the_level_are_not_written),
        TEST(no_value_can_forge_a_line_or_steer_a_terminal),
        TEST(a_long_line_is_cut_and_says_so),
        TEST(the_journal_gets_priorities_instead_of_times),
        TEST(a_journal_that_is_not_stderr_does_not_count),
        TEST(without_memory_the_line_still_comes),
        TEST(logging_does_not_disturb_errno),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
