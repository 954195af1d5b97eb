/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "proto/base/file.h"
#include "tools/cli/endpoint.h"

static struct cli_endpoint endpoint;

static int
forget_environment(void **state)
{
    (void)unsetenv("ENTENTE_API");
    (void)unsetenv("XDG_RUNTIME_DIR");
    return make_folder(state);
}

static int
remove_all(void **state)
{
    char line[80];

    (void)snprintf(line, sizeof line, "rm -rf '%s'", (char *)*state);
    return system(line);
}

static const char *
path_of(void **state, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
    return path;
}

static void
write_file(void **state, const char *name, const char *text)
{
    expect_ok(
        ent_file_create(path_of(state, name), 0600, view(text), &last_error));
}

static void
the_path_that_is_given_comes_first(void **state)
{
    (void)state;
    (void)setenv("ENTENTE_API", "/other", 1);
    expect_ok(
        cli_endpoint_find("nowhere", "here.sock", &endpoint, &last_error));
    assert_string_equal(endpoint.path, "here.sock");
}

static void
the_socket_of_a_configuration_is_beside_it(void **state)
{
    write_file(state, "node.yaml", "address: a@th\napi: run/node.sock\n");
    write_file(state, "bare.yaml", "address: a@th\n");
    write_file(state, "fixed.yaml", "api: /run/x.sock\n");
    expect_ok(cli_endpoint_find(
        path_of(state, "node.yaml"), NULL, &endpoint, &last_error));
    assert_string_equal(endpoint.path, path_of(state, "run/node.sock"));
    expect_ok(cli_endpoint_find(
        path_of(state, "bare.yaml"), NULL, &endpoint, &last_error));
    assert_string_equal(endpoint.path, path_of(state, "api.sock"));
    expect_ok(cli_endpoint_find(
        path_of(state, "fixed.yaml"), NULL, &endpoint, &last_error));
    assert_string_equal(endpoint.path, "/run/x.sock");
}

static void
what_is_no_configuration_is_refused(void **state)
{
    const struct cli_endpoint before = endpoint;

    write_file(state, "list.yaml", "[api]\n");
    write_file(state, "map.yaml", "address: x\napi: {path: x}\n");
    write_file(state, "broken.yaml", "api: [\n");
    expect_status(cli_endpoint_find(path_of(state, "list.yaml"), NULL,
                      &endpoint, &last_error),
        ENT_BAD_INPUT);
    expect_status(cli_endpoint_find(
                      path_of(state, "map.yaml"), NULL, &endpoint, &last_error),
        ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "line 2"));
    expect_status(cli_endpoint_find(path_of(state, "broken.yaml"), NULL,
                      &endpoint, &last_error),
        ENT_BAD_INPUT);
    expect_status(cli_endpoint_find(path_of(state, "none.yaml"), NULL,
                      &endpoint, &last_error),
        ENT_NOT_FOUND);
    assert_memory_equal(&before, &endpoint, sizeof before);
}

static void
the_environment_comes_before_the_places_it_may_lie(void **state)
{
    (void)state;
    (void)setenv("ENTENTE_API", "/from/the/environment", 1);
    expect_ok(cli_endpoint_find(NULL, NULL, &endpoint, &last_error));
    assert_string_equal(endpoint.path, "/from/the/environment");
}

static void
a_user_s_own_node_comes_before_the_machine_s(void **state)
{
    (void)setenv("XDG_RUNTIME_DIR", *state, 1);
    expect_ok(cli_endpoint_find(NULL, NULL, &endpoint, &last_error));
    assert_string_equal(endpoint.path, CLI_API_MACHINE);

    assert_int_equal(mkdir(path_of(state, "entente"), 0700), 0);
    write_file(state, "entente/api.sock", "");
    expect_ok(cli_endpoint_find(NULL, NULL, &endpoint, &last_error));
    assert_string_equal(endpoint.path, path_of(state, "entente/api.sock"));
}

static void
a_path_longer_than_a_socket_s_is_refused(void **state)
{
    char longest[CLI_API_PATH_MAX + 2];

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[CLI_API_PATH_MAX + 1] = '\0';
    expect_status(
        cli_endpoint_find(NULL, longest, &endpoint, &last_error), ENT_FULL);
    longest[CLI_API_PATH_MAX] = '\0';
    expect_ok(cli_endpoint_find(NULL, longest, &endpoint, &last_error));
}

#define ENDPOINT_TEST(name)                                                    \
    cmocka_unit_test_setup_teardown(name, forget_environment, remove_all)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ENDPOINT_TEST(the_path_that_is_given_comes_first),
        ENDPOINT_TEST(the_socket_of_a_configuration_is_beside_it),
        ENDPOINT_TEST(what_is_no_configuration_is_refused),
        ENDPOINT_TEST(the_environment_comes_before_the_places_it_may_lie),
        ENDPOINT_TEST(a_user_s_own_node_comes_before_the_machine_s),
        ENDPOINT_TEST(a_path_longer_than_a_socket_s_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
