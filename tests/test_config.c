/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/config.h"

/* RFC 8032, section 7.1, test 1: a public key. */
#define KEY "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define AUTHORITIES "authorities: {th: \"" KEY "\"}\n"

/* A program with one row of each kind. */
struct program {
    struct ent_address address;
    char folder[PATH_MAX];
    char listen[ENT_ENDPOINT_MAX + 1];
    uint64_t size;
    uint64_t most;
    uint64_t pause_ms;
    struct ent_authorities authorities;
};

#define AT(field) offsetof(struct program, field)

static const struct ent_config_row rows[] = {
    {NULL, "address", ENT_CONFIG_ADDRESS, AT(address), 0, 0, NULL, "who"},
    {NULL, "folder", ENT_CONFIG_PATH, AT(folder), 0, 0, "here", "where"},
    {NULL, "listen", ENT_CONFIG_ENDPOINT, AT(listen), 0, 0, "", "endpoint"},
    {"limits", "size", ENT_CONFIG_MIB, AT(size), 2, 8, "4", "how much"},
    {"limits", "most", ENT_CONFIG_NUMBER, AT(most), 1, 9, "3", "how many"},
    {NULL, "pause", ENT_CONFIG_DURATION, AT(pause_ms), 60000, 86400000, "PT2M",
        "how long"},
};

#define ROWS (sizeof rows / sizeof rows[0])

static struct program program;
static struct ent_complaints complaints;

static enum ent_status
load(void **state, const char *text)
{
    static const char *const others[] = {"authorities", NULL};
    ENT_AUTO(ent_config_close) struct ent_config file = {0};
    char path[64];
    FILE *out;
    enum ent_status rc;

    (void)snprintf(path, sizeof path, "%s/program.yaml", (char *)*state);
    out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    memset(&complaints, 0, sizeof complaints);
    memset(&program, 0, sizeof program);
    rc = ent_config_open(&file, path, &complaints, &last_error);
    if (rc == ENT_OK) {
        ent_config_read(&file, rows, ROWS, others, &program);
        ent_config_authorities(&file, &program.authorities);
        rc = ent_config_end(&file, &last_error);
    }
    assert_int_equal(unlink(path), 0);
    return rc;
}

/* The rest of the file is fine, and there is one complaint, at that place. */
static void
expect_complaint(void **state, const char *text, size_t line, size_t column,
    const char *words)
{
    expect_status(load(state, text), ENT_BAD_INPUT);
    assert_int_equal(complaints.count, 1);
    assert_string_equal(complaints.list[0].text, words);
    assert_int_equal(complaints.list[0].line, line);
    assert_int_equal(complaints.list[0].column, column);
}

static void
what_is_not_said_is_the_fallback(void **state)
{
    char want[64];

    expect_ok(load(state, "address: ncc@th\n" AUTHORITIES));
    assert_string_equal(program.address.text, "ncc@th");
    (void)snprintf(want, sizeof want, "%s/here", (char *)*state);
    assert_string_equal(program.folder, want);
    assert_string_equal(program.listen, "");
    assert_true(program.size == UINT64_C(4) * 1024 * 1024);
    assert_true(program.most == 3);
    assert_true(program.pause_ms == 120000);
    assert_int_equal(program.authorities.count, 1);
}

static void
what_is_said_goes_where_its_row_says(void **state)
{
    expect_ok(
        load(state, "address: blo-maesai@th\nfolder: /somewhere\n"
                    "listen: \"tcp://[::1]:7100\"\nlimits: {size: 8, most: 9}\n"
                    "pause: P1D\n" AUTHORITIES));
    assert_string_equal(program.address.text, "blo-maesai@th");
    assert_string_equal(program.folder, "/somewhere");
    assert_string_equal(program.listen, "tcp://[::1]:7100");
    assert_true(program.size == UINT64_C(8) * 1024 * 1024);
    assert_true(program.most == 9);
    assert_true(program.pause_ms == 86400000);
}

#define GOOD "address: ncc@th\n" AUTHORITIES

static void
each_mistake_is_told_where_it_stands(void **state)
{
    expect_complaint(state, AUTHORITIES, 1, 1, "'address' is missing: who");
    expect_complaint(state, "address: Bangkok\n" AUTHORITIES, 1, 10,
        "'address' is 'Bangkok', but must be an address such as "
        "blo-maesai@th");
    expect_complaint(
        state, GOOD "folder: [a]\n", 3, 9, "'folder' must be one value: where");
    expect_complaint(state, GOOD "listen: ipc://x\n", 3, 9,
        "'listen' is 'ipc://x', but must be an endpoint such as "
        "tcp://127.0.0.1:7100");
    expect_complaint(state, GOOD "limits: {size: 9}\n", 3, 16,
        "'size' is '9', but must be a number of MiB from 2 to 8");
    expect_complaint(state, GOOD "limits: {most: 0}\n", 3, 16,
        "'most' is '0', but must be a number from 1 to 9");
    expect_complaint(state, GOOD "limits: {most: 99999999999999999999}\n", 3,
        16,
        "'most' is '99999999999999999999', but must be a number from 1 to 9");
    expect_complaint(state, GOOD "limits: {most: -1}\n", 3, 16,
        "'most' is '-1', but must be a number from 1 to 9");
    expect_complaint(
        state, GOOD "limits: 3\n", 3, 9, "'limits' must be a map of its keys");
    expect_complaint(state, GOOD "pause: PT1S\n", 3, 8,
        "'pause' is 'PT1S', but must be an ISO 8601 duration from PT1M to "
        "P1D");
}

static void
a_key_that_nobody_knows_is_refused_with_the_nearest(void **state)
{
    expect_status(load(state, GOOD "foldr: a\n"), ENT_BAD_INPUT);
    assert_non_null(strstr(complaints.list[0].text, "folder"));
    expect_status(load(state, GOOD "limits: {sise: 3}\n"), ENT_BAD_INPUT);
    assert_non_null(strstr(complaints.list[0].text, "size"));
    expect_status(load(state, GOOD "size: 3\n"), ENT_BAD_INPUT);
}

static void
an_authority_is_named_once_with_a_key_that_can_be(void **state)
{
    expect_ok(load(state, "address: ncc@th\nauthorities:\n"
                          "  - {state: th, key: \"" KEY "\"}\n"
                          "  - {state: mm, key: \"" KEY "\"}\n"));
    assert_non_null(ent_authorities_find(&program.authorities, "mm"));
    assert_null(ent_authorities_find(&program.authorities, "kh"));
    expect_complaint(state,
        "address: ncc@th\nauthorities: [{state: th, key: \"" KEY "\"},\n"
        "  {state: th, key: \"" KEY "\"}]\n",
        3, 3, "'th' has an authority already");
    expect_status(load(state, "address: ncc@th\nauthorities: {th: abc}\n"),
        ENT_BAD_INPUT);
    expect_status(
        load(state, "address: ncc@th\nauthorities: {}\n"), ENT_BAD_INPUT);
    expect_status(load(state, "address: ncc@th\n"), ENT_BAD_INPUT);
}

static void
a_file_without_keys_or_that_is_not_there_says_so(void **state)
{
    struct ent_config file;

    expect_status(load(state, "- a\n"), ENT_BAD_INPUT);
    expect_status(load(state, ""), ENT_BAD_INPUT);
    expect_status(ent_config_open(
                      &file, "/nowhere/program.yaml", &complaints, &last_error),
        ENT_NOT_FOUND);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_said_is_the_fallback),
        TEST(what_is_said_goes_where_its_row_says),
        TEST(each_mistake_is_told_where_it_stands),
        TEST(a_key_that_nobody_knows_is_refused_with_the_nearest),
        TEST(an_authority_is_named_once_with_a_key_that_can_be),
        TEST(a_file_without_keys_or_that_is_not_there_says_so),
    };

    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
