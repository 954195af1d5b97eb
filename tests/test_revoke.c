/* SPDX-License-Identifier: Apache-2.0 */
/* An authority withdraws what it certified. */
#include "tests/command.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/certificate.h"
#include "proto/keytext.h"

static struct ent_verify_key thailand;

static void
set_the_scene(void **state)
{
    expect_exit(state, "authority new th --out th --plain --json", EX_OK);
    expect_ok(
        ent_key_parse(view(printed("public_key")), &thailand, &last_error));
    expect_exit(state, "office new blo-maesai@th --out a --plain", EX_OK);
    expect_exit(state, "office new ncc-bangkok@th --out b --plain", EX_OK);
    expect_exit(
        state, "office certify a/office.request -a th -k blo -o a.cert", EX_OK);
    expect_exit(
        state, "office certify b/office.request -a th -k ncc -o b.cert", EX_OK);
}

static struct ent_bytes
read_wire(void **state, const char *name, const char *kind)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_bytes wire = {0};

    expect_ok(ent_file_read(path_of(state, name), 65536, &text, &last_error));
    expect_ok(
        ent_armour_decode(kind, ent_bytes_view(&text), &wire, &last_error));
    return wire;
}

static bool
is_revoked(void **state, const char *certificate)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes list_wire =
        read_wire(state, "th.revoked", ENT_ARMOUR_REVOCATION_LIST);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes cert_wire =
        read_wire(state, certificate, ENT_ARMOUR_CERTIFICATE);
    struct ent_certificate cert;

    expect_ok(ent_revocation_list_open(
        ent_bytes_view(&list_wire), &thailand, &list, &last_error));
    expect_ok(ent_certificate_open(
        ent_bytes_view(&cert_wire), &thailand, &cert, &last_error));
    return ent_revocation_list_has(list, &cert);
}

static void
a_list_grows_and_keeps_what_it_had(void **state)
{
    set_the_scene(state);
    expect_exit(state, "authority revoke a.cert -a th -l th.revoked", EX_OK);
    expect_output("List number:                       1");
    assert_true(is_revoked(state, "a.cert"));
    assert_false(is_revoked(state, "b.cert"));
    expect_exit(state, "authority revoke b.cert -a th -l th.revoked", EX_OK);
    expect_output("List number:                       2");
    assert_true(is_revoked(state, "a.cert"));
    assert_true(is_revoked(state, "b.cert"));
    assert_int_equal(mode_of(state, "th.revoked"), 0644);
}

static void
revoking_again_only_renews_the_list(void **state)
{
    set_the_scene(state);
    expect_exit(
        state, "authority revoke a.cert a.cert -a th -l th.revoked", EX_OK);
    expect_exit(state, "authority revoke a.cert -a th -l th.revoked", EX_OK);
    expect_output("Certificates on it:                1");
    expect_exit(state, "authority revoke -a th -l th.revoked", EX_OK);
    expect_output("List number:                       3");
    assert_true(is_revoked(state, "a.cert"));
}

static void
an_empty_list_needs_no_certificate(void **state)
{
    set_the_scene(state);
    expect_exit(state, "authority revoke -a th -l th.revoked -d 7", EX_OK);
    assert_false(is_revoked(state, "a.cert"));
    assert_int_equal(unlink(path_of(state, "th/authority.pub")), 0);
    expect_exit(state, "authority revoke -a th -l other", EX_DATAERR);
    expect_output("of which state?");
}

static void
what_another_authority_certified_cannot_be_revoked(void **state)
{
    set_the_scene(state);
    expect_exit(state, "authority new kh --out kh --plain", EX_OK);
    expect_exit(state, "authority revoke a.cert -a kh -l list", EX_NOPERM);
    assert_int_equal(access(path_of(state, "list"), F_OK), -1);
    expect_exit(state, "authority revoke a.cert -a th -l list", EX_OK);
    expect_exit(state, "authority revoke -a kh -l list", EX_NOPERM);
}

static void
wrong_words_are_usage_errors(void **state)
{
    expect_exit(state, "authority revoke a.cert -a th", EX_USAGE);
    expect_exit(state, "authority revoke a.cert -l list", EX_USAGE);
    expect_exit(state, "authority revoke -a th -l list -d 0", EX_USAGE);
    expect_exit(state, "authority revoke -a th -l list -d 400", EX_USAGE);
    expect_exit(state, "authority revoke none -a th -l list", EX_NOINPUT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(a_list_grows_and_keeps_what_it_had),
        COMMAND_TEST(revoking_again_only_renews_the_list),
        COMMAND_TEST(an_empty_list_needs_no_certificate),
        COMMAND_TEST(what_another_authority_certified_cannot_be_revoked),
        COMMAND_TEST(wrong_words_are_usage_errors),
    };

    return cmocka_run_group_tests_name("revoke", tests, NULL, NULL);
}
