/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"

#define SIZE_LIMIT 4096

/* The path of `name` in the test's folder. */
static const char *
in(void **state, const char *name)
{
    static char path[64];

    (void)snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
    return path;
}

static void
expect_content(const char *path, const char *want)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};

    expect_ok(ent_file_read(path, SIZE_LIMIT, &content, &last_error));
    expect_bytes(ent_bytes_view(&content), want);
}

static size_t
count_files(void **state)
{
    DIR *folder = opendir(*state);
    size_t count = 0;

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(folder);
    return count;
}

static void
what_was_created_is_read_back(void **state)
{
    const char *path = in(state, "key");
    struct stat facts;

    expect_ok(ent_file_create(path, 0600, view("secret"), &last_error));
    expect_content(path, "secret");
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(count_files(state), 1);
}

static void
creating_never_overwrites(void **state)
{
    const char *path = in(state, "key");

    expect_ok(ent_file_create(path, 0600, view("first"), &last_error));
    expect_status(
        ent_file_create(path, 0600, view("second"), &last_error), ENT_EXISTS);
    expect_content(path, "first");
    assert_int_equal(count_files(state), 1);
}

static void
replacing_leaves_only_the_new(void **state)
{
    const char *path = in(state, "manifest");

    expect_ok(ent_file_replace(path, 0600, view("first"), &last_error));
    expect_ok(ent_file_replace(path, 0600, view("2nd"), &last_error));
    expect_content(path, "2nd");
    assert_int_equal(count_files(state), 1);
}

static void
a_write_that_fails_leaves_the_old(void **state)
{
    static uint8_t much[SIZE_LIMIT];
    const char *path = in(state, "manifest");
    struct rlimit before, small;

    expect_ok(ent_file_create(path, 0600, view("old"), &last_error));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 100, .rlim_max = before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    expect_status(ent_file_replace(
                      path, 0600, ent_view_of(much, sizeof much), &last_error),
        ENT_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    expect_content(path, "old");
    assert_int_equal(count_files(state), 1);
}

static void
an_empty_file_is_empty_bytes(void **state)
{
    struct ent_bytes content = {0};
    const char *path = in(state, "empty");

    expect_ok(ent_file_create(path, 0600, view(""), &last_error));
    expect_ok(ent_file_read(path, 0, &content, &last_error));
    assert_null(content.data);
}

static void
the_limit_is_the_last_size_allowed(void **state)
{
    struct ent_bytes content = {0};
    const char *path = in(state, "file");

    expect_ok(ent_file_create(path, 0600, view("12345"), &last_error));
    expect_status(ent_file_read(path, 4, &content, &last_error), ENT_FULL);
    assert_null(content.data);
    expect_ok(ent_file_read(path, 5, &content, &last_error));
    ent_bytes_free(&content);
}

static void
what_is_missing_is_not_found(void **state)
{
    struct ent_bytes content = {0};

    expect_status(ent_file_read(in(state, "none"), 9, &content, &last_error),
        ENT_NOT_FOUND);
    expect_status(
        ent_file_create(in(state, "none/file"), 0600, view("a"), &last_error),
        ENT_NOT_FOUND);
}

static void
only_regular_files_are_read_and_none_is_waited_for(void **state)
{
    struct ent_bytes content = {0};
    const char *path = in(state, "pipe");

    assert_int_equal(mkfifo(path, 0600), 0);
    expect_status(ent_file_read(path, 9, &content, &last_error), ENT_IO);
    expect_status(ent_file_read(*state, 9, &content, &last_error), ENT_IO);
    assert_null(content.data);
}

static void
a_path_too_long_is_refused(void **state)
{
    char path[5000];

    (void)state;
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = 0;
    expect_status(ent_file_create(path, 0600, view("a"), &last_error), ENT_IO);
}

static void
a_name_alone_is_in_the_current_folder(void **state)
{
    assert_int_equal(chdir(*state), 0);
    expect_ok(ent_file_create("here", 0600, view("a"), &last_error));
    expect_content(in(state, "here"), "a");
    assert_int_equal(chdir("/"), 0);
}

static void
no_memory_is_a_status(void **state)
{
    struct ent_bytes content = {0};
    const char *path = in(state, "file");

    expect_ok(ent_file_create(path, 0600, view("12345"), &last_error));
    fail_allocation(1);
    expect_status(ent_file_read(path, 9, &content, &last_error), ENT_NO_MEMORY);
    assert_null(content.data);
}

static void
what_is_written_at_a_place_is_read_there(void **state)
{
    int file = open(in(state, "file"), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    uint8_t got[4] = "";

    assert_true(file >= 0);
    assert_true(ent_file_write_at(file, (const uint8_t *)"12345", 5, 3));
    assert_true(ent_file_read_at(file, got, sizeof got, 4));
    assert_memory_equal(got, "2345", sizeof got);
    assert_true(ent_file_read_at(file, got, 2, 2));
    assert_memory_equal(got, "\0001", 2);
    (void)close(file);
}

static void
less_than_was_asked_for_is_not_a_read(void **state)
{
    int file = open(in(state, "file"), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    uint8_t got[4];

    assert_true(file >= 0);
    assert_true(ent_file_write_at(file, (const uint8_t *)"12345", 5, 0));
    assert_false(ent_file_read_at(file, got, sizeof got, 2));
    assert_false(ent_file_read_at(file, got, 1, 5));
    (void)close(file);
    assert_false(ent_file_write_at(file, got, 1, 0));
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_created_is_read_back),
        TEST(creating_never_overwrites),
        TEST(replacing_leaves_only_the_new),
        TEST(a_write_that_fails_leaves_the_old),
        TEST(an_empty_file_is_empty_bytes),
        TEST(the_limit_is_the_last_size_allowed),
        TEST(what_is_missing_is_not_found),
        TEST(only_regular_files_are_read_and_none_is_waited_for),
        TEST(a_path_too_long_is_refused),
        TEST(a_name_alone_is_in_the_current_folder),
        TEST(no_memory_is_a_status),
        TEST(what_is_written_at_a_place_is_read_there),
        TEST(less_than_was_asked_for_is_not_a_read),
    };

    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
