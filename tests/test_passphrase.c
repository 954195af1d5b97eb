/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/passphrase.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int
setup(void **state)
{
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    return make_folder(state);
}

static int
teardown(void **state)
{
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    return remove_folder(state);
}

static void
write_file(const char *folder, const char *name, const char *text, mode_t mode,
    char ret_path[static PATH_MAX])
{
    FILE *file;

    (void)snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);
    file = fopen(ret_path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(ret_path, mode), 0);
}

static enum ent_status
ask(const char *file, char ret_text[static ENT_PASSPHRASE_MAX + 1])
{
    const struct ent_passphrase_source source = {.file = file, .token = ""};
    const struct ent_passphrase passphrase = ent_passphrase_from(&source);

    return passphrase.ask(passphrase.context, "office.key", ret_text,
        ENT_PASSPHRASE_MAX + 1, &last_error);
}

static void
the_first_line_of_the_file_counts(void **state)
{
    char text[ENT_PASSPHRASE_MAX + 1];
    char path[PATH_MAX];

    write_file(*state, "file", "three small words\nrest\n", 0600, path);
    expect_ok(ask(path, text));
    assert_string_equal(text, "three small words");
    write_file(*state, "file", "three small words\r\n", 0600, path);
    expect_ok(ask(path, text));
    assert_string_equal(text, "three small words");
}

static void
a_file_that_others_may_read_is_refused(void **state)
{
    char text[ENT_PASSPHRASE_MAX + 1];
    char path[PATH_MAX];

    write_file(*state, "file", "three small words\n", 0640, path);
    expect_status(ask(path, text), ENT_REJECTED);
    assert_non_null(strstr(last_error.text, path));
}

static void
without_a_file_it_is_the_credential_of_systemd(void **state)
{
    char text[ENT_PASSPHRASE_MAX + 1];
    char path[PATH_MAX];

    write_file(*state, "passphrase", "from systemd", 0440, path);
    expect_status(ask("", text), ENT_NOT_FOUND);
    assert_non_null(strstr(last_error.text, "office.key"));
    assert_non_null(strstr(last_error.text, "passphrase_file"));
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", *state, 1), 0);
    expect_ok(ask("", text));
    assert_string_equal(text, "from systemd");
    write_file(*state, "other", "from the file", 0600, path);
    expect_ok(ask(path, text)); /* what is configured goes first */
    assert_string_equal(text, "from the file");
}

static void
what_holds_no_passphrase_is_named(void **state)
{
    char text[ENT_PASSPHRASE_MAX + 1] = "as before";
    char path[PATH_MAX];
    char *long_text = malloc(ENT_PASSPHRASE_MAX + 2);

    assert_non_null(long_text);
    memset(long_text, 'x', ENT_PASSPHRASE_MAX + 1);
    long_text[ENT_PASSPHRASE_MAX + 1] = '\0';
    write_file(*state, "file", "\n", 0600, path);
    expect_status(ask(path, text), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, path));
    write_file(*state, "file", long_text, 0600, path);
    expect_status(ask(path, text), ENT_BAD_INPUT);
    long_text[ENT_PASSPHRASE_MAX] = '\0'; /* as long as one may be */
    write_file(*state, "file", long_text, 0600, path);
    expect_ok(ask(path, text));
    assert_string_equal(text, long_text);
    free(long_text);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", *state, 1), 0);
    expect_status(ask("", text), ENT_NOT_FOUND); /* no such credential */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_line_of_the_file_counts),
        TEST(a_file_that_others_may_read_is_refused),
        TEST(without_a_file_it_is_the_credential_of_systemd),
        TEST(what_holds_no_passphrase_is_named),
    };

    return cmocka_run_group_tests_name("passphrase", tests, NULL, NULL);
}
