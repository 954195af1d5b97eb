/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/config.h"

/* RFC 8032, section 7.1, test 1: a public key. */
#define KEY "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ENOUGH                                                                 \
    "address: broker-bangkok@th\nlisten: \"tcp://127.0.0.1:7100\"\n"           \
    "authorities: {th: \"" KEY "\"}\n"

static struct broker_config config;
static struct ent_complaints complaints;

static enum ent_status
load(void **state, const char *text)
{
    char path[64];
    FILE *file;
    enum ent_status rc;

    (void)snprintf(path, sizeof path, "%s/broker.yaml", (char *)*state);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    memset(&complaints, 0, sizeof complaints);
    rc = broker_config_load(path, &config, &complaints, &last_error);
    assert_int_equal(unlink(path), 0);
    return rc;
}

/* `text` is refused, among other things for what stands at `line`. */
static void
expect_complaint(void **state, const char *text, size_t line, const char *word)
{
    expect_status(load(state, text), ENT_BAD_INPUT);
    for (size_t i = 0; i < complaints.count; i++) {
        if (complaints.list[i].line == line &&
            strstr(complaints.list[i].text, word) != NULL) {
            return;
        }
    }
    fail_msg("nothing about '%s' in line %zu", word, line);
}

static void
what_is_not_said_has_a_default(void **state)
{
    char want[64];

    expect_ok(load(state, ENOUGH));
    assert_string_equal(config.address.text, "broker-bangkok@th");
    assert_string_equal(config.listen, "tcp://127.0.0.1:7100");
    (void)snprintf(want, sizeof want, "%s/keys/storage.key", (char *)*state);
    assert_string_equal(config.storage_key, want);
    (void)snprintf(want, sizeof want, "%s/offices", (char *)*state);
    assert_string_equal(config.certificates, want);
    assert_string_equal(config.passphrase_file, "");
    assert_true(config.quota.bytes == UINT64_C(256) * 1024 * 1024);
    assert_int_equal(config.quota.flash_reserve, 10);
    assert_int_equal(config.authorities.count, 1);
    assert_string_equal(config.authorities.list[0].state, "th");
}

static void
keys_are_a_folder_or_three_files(void **state)
{
    expect_ok(load(state, ENOUGH "keys: /etc/entente\n"));
    assert_string_equal(config.broker_key, "/etc/entente/broker.key");
    expect_ok(
        load(state, ENOUGH "keys: {broker: /a, link: /b, storage: /c}\n"));
    assert_string_equal(config.broker_key, "/a");
    assert_string_equal(config.link_key, "/b");
    assert_string_equal(config.storage_key, "/c");
    expect_complaint(state, ENOUGH "keys: {broker: /a, link: /b}\n", 4, "keys");
    expect_complaint(state, ENOUGH "keys: [/a]\n", 4, "keys");
}

static void
authorities_may_be_a_list(void **state)
{
    expect_ok(load(state,
        "address: broker-bangkok@th\nlisten: \"tcp://127.0.0.1:7100\"\n"
        "authorities:\n"
        "  - {state: th, key: \"" KEY "\"}\n"
        "  - {state: mm, key: \"" KEY "\"}\n"));
    assert_int_equal(config.authorities.count, 2);
    assert_string_equal(config.authorities.list[1].state, "mm");
}

static void
each_mistake_is_pointed_at(void **state)
{
    expect_complaint(state, ENOUGH "quoto: 3\n", 4, "quota");
    expect_complaint(state, ENOUGH "quota: 3\n", 4, "quota");
    expect_complaint(state, ENOUGH "quota: {size: lots}\n", 4, "MiB");
    expect_complaint(state, ENOUGH "quota: {size: -1}\n", 4, "MiB");
    expect_complaint(state, ENOUGH "quota: {flash_reserve: 91}\n", 4, "90");
    expect_complaint(state, ENOUGH "quota: {sise: 3}\n", 4, "size");
    expect_complaint(state, ENOUGH "store: [a, b]\n", 4, "one value");
    expect_complaint(state,
        "address: bangkok\nlisten: \"tcp://127.0.0.1:7100\"\n"
        "authorities: {th: \"" KEY "\"}\n",
        1, "address");
    expect_complaint(state,
        "address: broker-bangkok@th\nlisten: \"ipc:///tmp/broker\"\n"
        "authorities: {th: \"" KEY "\"}\n",
        2, "tcp://");
    expect_complaint(state,
        "address: broker-bangkok@th\nlisten: \"tcp://127.0.0.1:7100\"\n"
        "authorities: {th: \"ed25519:AAAA\"}\n",
        3, "authority");
    expect_complaint(state,
        "address: broker-bangkok@th\nlisten: \"tcp://127.0.0.1:7100\"\n"
        "authorities: [{state: th, key: \"" KEY "\"},\n"
        "  {state: th, key: \"" KEY "\"}]\n",
        4, "already");
    expect_complaint(state, "address: broker-bangkok@th\n", 1, "missing");
    expect_status(load(state, "- a list\n"), ENT_BAD_INPUT);
    expect_status(load(state, "a: b: c\n"), ENT_BAD_INPUT);
}

static void
a_file_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    expect_status(broker_config_load("/nowhere/broker.yaml", &config,
                      &complaints, &last_error),
        ENT_NOT_FOUND);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_said_has_a_default),
        TEST(keys_are_a_folder_or_three_files),
        TEST(authorities_may_be_a_list),
        TEST(each_mistake_is_pointed_at),
        TEST(a_file_that_is_not_there_is_not_found),
    };

    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests_name("broker_config", tests, NULL, NULL);
}
