/* SPDX-License-Identifier: Apache-2.0 */
/* An office's node.yaml. What rows do is tested in test_config. */
#include "tests/support.h"

#include <stdio.h>

#include "node/config.h"
#include "policy/term.h"

/* RFC 8032, section 7.1, test 1: a public key. */
#define BEGINNING                                                              \
    "address: blo-maesai@th\n"                                                 \
    "authorities: {th: "                                                       \
    "\"ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}\n"

static struct node_config config;
static struct ent_complaints complaints;

static enum ent_status
load(void **state, const char *text)
{
    char path[64];
    FILE *out;

    (void)snprintf(path, sizeof path, "%s/node.yaml", (char *)*state);
    out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    memset(&complaints, 0, sizeof complaints);
    memset(&config, 0, sizeof config);
    return node_config_load(path, &config, &complaints, &last_error);
}

/* Refused, with one complaint at that line that has these words. */
static void
expect_complaint(void **state, const char *text, size_t line, const char *words)
{
    expect_status(load(state, text), ENT_BAD_INPUT);
    assert_int_equal(complaints.count, 1);
    assert_int_equal(complaints.list[0].line, line);
    if (strstr(complaints.list[0].text, words) == NULL) {
        fail_msg("'%s' does not say '%s'", complaints.list[0].text, words);
    }
}

static void
an_office_may_be_off_the_network(void **state)
{
    expect_ok(load(state, BEGINNING));
    assert_int_equal(config.broker_count, 0);
    assert_int_equal(config.direct_count, 0);
    assert_string_equal(config.listen, "");
    assert_string_equal(config.endpoint, "");
}

static void
brokers_keep_their_order(void **state)
{
    expect_ok(load(state,
        BEGINNING "brokers:\n"
                  "  - {address: broker-bangkok@th, certificate: a.cert,\n"
                  "     endpoint: \"tcp://127.0.0.1:1\"}\n"
                  "  - {address: broker-chiangmai@th, certificate: /b.cert,\n"
                  "     endpoint: \"tcp://127.0.0.1:2\"}\n"));
    assert_int_equal(config.broker_count, 2);
    assert_string_equal(config.brokers[0].address.text, "broker-bangkok@th");
    assert_string_equal(config.brokers[1].endpoint, "tcp://127.0.0.1:2");
    assert_string_equal(config.brokers[1].certificate, "/b.cert");
}

static void
there_are_no_more_brokers_than_it_says(void **state)
{
    char text[2048] = BEGINNING "brokers:\n";

    for (int i = 0; i <= NODE_BROKERS_MAX; i++) {
        size_t len = strlen(text);

        (void)snprintf(text + len, sizeof text - len,
            "  - {address: broker-%d@th, certificate: c, endpoint: "
            "\"tcp://h:1\"}\n",
            i);
    }
    expect_complaint(state, text, 4, "at most 4");
}

static void
a_broker_needs_all_three(void **state)
{
    expect_complaint(state,
        BEGINNING
        "brokers:\n  - {address: broker-bangkok@th, certificate: c}\n",
        4, "a broker is");
    expect_complaint(state,
        BEGINNING "brokers:\n  - {address: broker-bangkok@th, certificate: c,\n"
                  "     endpoint: \"ipc:///tmp/x\"}\n",
        4, "a broker is");
}

static void
a_peer_needs_no_endpoint(void **state)
{
    expect_ok(load(state,
        BEGINNING "listen: \"tcp://127.0.0.1:7200\"\n"
                  "endpoint: \"tcp://192.0.2.7:7200\"\n"
                  "peers:\n"
                  "  - {address: blo-tachileik@mm, certificate: /t.cert}\n"
                  "  - {address: ncc@mm, certificate: /n.cert,\n"
                  "     endpoint: \"tcp://192.0.2.8:7200\"}\n"));
    assert_string_equal(config.listen, "tcp://127.0.0.1:7200");
    assert_string_equal(config.endpoint, "tcp://192.0.2.7:7200");
    assert_int_equal(config.direct_count, 2);
    assert_string_equal(config.directs[0].endpoint, "");
    assert_string_equal(config.directs[1].endpoint, "tcp://192.0.2.8:7200");
}

static void
a_peer_without_a_certificate_is_refused(void **state)
{
    expect_complaint(
        state, BEGINNING "peers:\n  - {address: ncc@mm}\n", 4, "a peer is");
    expect_complaint(
        state, BEGINNING "peers: {ncc@mm: /n.cert}\n", 3, "'peers' is a list");
}

static void
desks_are_those_that_agreements_know(void **state)
{
    expect_ok(load(state, BEGINNING "desks: [protection]\n"));
    assert_int_equal(config.desks, 1u << ENT_DESK_PROTECTION);
    expect_complaint(
        state, BEGINNING "desks: [press]\n", 3, "there is no such desk");
    expect_complaint(
        state, BEGINNING "desks: protection\n", 3, "'desks' is a list");
}

static void
what_one_office_may_have_here_has_a_default(void **state)
{
    expect_ok(load(state, BEGINNING));
    assert_int_equal(config.quota.bytes, 0); /* half of the store */
    assert_int_equal(config.quota.bundles, 1000000);
    assert_int_equal(config.quota.flash_reserve, 10);
    assert_int_equal(config.quota.signatures, 2000);
    expect_ok(load(state, BEGINNING "quota: {size: 3, flash_reserve: 25}\n"));
    assert_int_equal(config.quota.bytes, 3 * 1024 * 1024);
    assert_int_equal(config.quota.flash_reserve, 25);
    expect_complaint(state, BEGINNING "quota: {flash_reserve: 91}\n", 3, "90");
    expect_complaint(state, BEGINNING "quota: {sise: 3}\n", 3, "size");
}

static void
a_refused_file_changes_nothing(void **state)
{
    expect_status(load(state, BEGINNING "peers: 3\n"), ENT_BAD_INPUT);
    assert_string_equal(config.address.text, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_office_may_be_off_the_network),
        cmocka_unit_test(brokers_keep_their_order),
        cmocka_unit_test(there_are_no_more_brokers_than_it_says),
        cmocka_unit_test(a_broker_needs_all_three),
        cmocka_unit_test(a_peer_needs_no_endpoint),
        cmocka_unit_test(a_peer_without_a_certificate_is_refused),
        cmocka_unit_test(desks_are_those_that_agreements_know),
        cmocka_unit_test(what_one_office_may_have_here_has_a_default),
        cmocka_unit_test(a_refused_file_changes_nothing),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
