/* SPDX-License-Identifier: Apache-2.0 */
/* Offices and brokers make keys; authorities make certificates of them. */
#include "tests/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "proto/certificate.h"
#include "proto/keyfile.h"
#include "proto/keytext.h"
#include "proto/schema/trust.pb-c.h"
#include "tools/cli/request.h"

#define DAY_MS (UINT64_C(86400) * 1000)

/* Thailand's authority and the keys of BLO Mae Sai. */
static struct ent_verify_key thailand;

static void
set_the_scene(void **state)
{
    expect_exit(state, "authority new th --out th --plain --json", EX_OK);
    expect_ok(
        ent_key_parse(view(printed("public_key")), &thailand, &last_error));
    expect_exit(
        state, "office new blo-maesai@th --out keys --plain --json", EX_OK);
}

/* Read and verify the certificate in `name`. */
static struct ent_certificate
read_certificate(void **state, const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate cert = {0};

    expect_ok(ent_file_read(path_of(state, name), 8192, &text, &last_error));
    expect_ok(ent_armour_decode(
        ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &wire, &last_error));
    expect_ok(ent_certificate_open(
        ent_bytes_view(&wire), &thailand, &cert, &last_error));
    return cert;
}

/* The secret in `name`, which must be a plain key of `role`. */
static void
expect_key(void **state, const char *name, enum ent_key_role role)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;

    assert_int_equal(mode_of(state, name), 0600);
    expect_ok(ent_keyfile_read(
        path_of(state, name), role, NULL, &secret, &last_error));
}

static void
an_office_gets_three_keys_and_a_request(void **state)
{
    set_the_scene(state);
    assert_int_equal(mode_of(state, "keys"), 0700);
    expect_key(state, "keys/office.key", ENT_KEY_OFFICE);
    expect_key(state, "keys/link.key", ENT_KEY_LINK);
    expect_key(state, "keys/storage.key", ENT_KEY_STORAGE);
    assert_int_equal(mode_of(state, "keys/office.request"), 0644);
}

static void
a_certificate_names_the_keys_of_the_request(void **state)
{
    struct ent_certificate cert;
    struct ent_verify_key key;
    uint64_t now = ent_time_now_ms();

    set_the_scene(state);
    expect_ok(ent_key_parse(view(printed("public_key")), &key, &last_error));
    expect_exit(state,
        "office certify keys/office.request --authority th --kind blo --name "
        "en=BLO --name th=แม่สาย --out cert",
        EX_OK);
    expect_output("blo-maesai@th");
    cert = read_certificate(state, "cert");
    assert_string_equal(cert.address.text, "blo-maesai@th");
    assert_int_equal(cert.kind, ENTENTE__V1__OFFICE_KIND__BLO);
    assert_memory_equal(&cert.signing_key, &key, sizeof key);
    assert_int_equal(cert.name_count, 2);
    assert_string_equal(cert.names[1].text, "แม่สาย");
    assert_true(cert.serial >= now);
    assert_int_equal(cert.not_after - cert.not_before, 365 * DAY_MS);
    expect_ok(ent_certificate_check_time(&cert, now, &last_error));
}

static void
validity_and_serial_can_be_chosen(void **state)
{
    struct ent_certificate cert;

    set_the_scene(state);
    expect_exit(state,
        "office certify keys/office.request -a th/authority.key -k ncc -d 30 "
        "--serial 7 -o cert",
        EX_OK);
    cert = read_certificate(state, "cert");
    assert_int_equal(cert.kind, ENTENTE__V1__OFFICE_KIND__NCC);
    assert_int_equal(cert.not_after - cert.not_before, 30 * DAY_MS);
    assert_int_equal(cert.serial, 7);
}

static void
a_broker_is_certified_as_one(void **state)
{
    struct ent_certificate cert;

    set_the_scene(state);
    expect_exit(state, "broker new broker-bangkok@th --out b --plain", EX_OK);
    expect_key(state, "b/broker.key", ENT_KEY_BROKER);
    expect_key(state, "b/link.key", ENT_KEY_LINK);
    expect_key(state, "b/storage.key", ENT_KEY_STORAGE);
    expect_exit(
        state, "broker certify b/broker.request -a th -o b/broker.cert", EX_OK);
    cert = read_certificate(state, "b/broker.cert");
    assert_int_equal(cert.kind, ENTENTE__V1__OFFICE_KIND__BROKER);
    assert_int_equal(ent_certificate_role(&cert), ENT_KEY_BROKER);
}

static void
an_authority_speaks_for_its_own_state_only(void **state)
{
    set_the_scene(state);
    expect_exit(state, "authority new kh --out kh --plain", EX_OK);
    expect_exit(state,
        "office certify keys/office.request -a kh -k blo -o cert", EX_NOPERM);
    expect_output("authority of 'kh'");
    assert_int_equal(access(path_of(state, "cert"), F_OK), -1);
}

static void
offices_and_brokers_are_not_confused(void **state)
{
    set_the_scene(state);
    expect_exit(
        state, "broker certify keys/office.request -a th -o cert", EX_DATAERR);
    expect_exit(state,
        "office certify keys/office.request -a th -k broker -o cert", EX_USAGE);
    expect_exit(
        state, "office certify keys/office.request -a th -o cert", EX_USAGE);
    expect_exit(state,
        "office certify keys/office.request -a keys/office.key -k blo -o cert",
        EX_DATAERR);
    expect_output("not an authority key");
}

static void
another_fingerprint_than_heard_is_refused(void **state)
{
    char line[200];

    set_the_scene(state);
    (void)snprintf(line, sizeof line,
        "office certify keys/office.request -a th -k blo -o cert "
        "--fingerprint %s",
        printed("key_id"));
    line[strlen(line) - 1] ^= 1; /* still a hexadecimal digit, or none at all */
    expect_exit(state, line, EX_NOPERM);
    expect_output("another fingerprint");
    line[strlen(line) - 1] ^= 1;
    expect_exit(state, line, EX_OK);
}

static void
keys_and_certificates_are_never_overwritten(void **state)
{
    set_the_scene(state);
    expect_exit(
        state, "office new blo-maesai@th --out keys --plain", EX_CANTCREAT);
    expect_exit(state,
        "office certify keys/office.request -a th -k blo -o keys/link.key",
        EX_CANTCREAT);
    expect_key(state, "keys/link.key", ENT_KEY_LINK);
    /* One of four in the way: none of the others is written. */
    write_file(state, "office.request", "mine\n", 0644);
    expect_exit(
        state, "office new blo-maesai@th --out . --plain", EX_CANTCREAT);
    assert_int_equal(access(path_of(state, "office.key"), F_OK), -1);
}

static void
wrong_words_are_usage_errors(void **state)
{
    expect_exit(state, "office new maesai --out x --plain", EX_USAGE);
    expect_exit(state, "office new blo-maesai@th --plain", EX_USAGE);
    expect_exit(state, "office certify r -a t -k blo -o c --days 0", EX_USAGE);
    expect_exit(
        state, "office certify r -a t -k blo -o c --days 367", EX_USAGE);
    expect_exit(state, "office certify r -a t -k blo -o c --days 3x", EX_USAGE);
    expect_exit(
        state, "office certify r -a t -k blo -o c --serial -1", EX_USAGE);
    expect_exit(state, "office certify r -a t -k embassy -o c", EX_USAGE);
    expect_exit(state, "office certify -a t -k blo -o c", EX_USAGE);
    expect_exit(state, "office certify r -a t -k blo -o c", EX_NOINPUT);
    expect_exit(state, "broker certify r -a t -o c --kind blo", EX_USAGE);
}

/* Without a terminal nobody can be asked, and no key is left without a lock. */
static void
keys_are_wrapped_unless_plain_is_written_out(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;

    write_file(state, "secret", "five words are good enough\n", 0600);
    expect_exit(state,
        "office new blo-maesai@th --out keys --passphrase-file secret", EX_OK);
    expect_status(ent_keyfile_read(path_of(state, "keys/office.key"),
                      ENT_KEY_OFFICE, NULL, &secret, &last_error),
        ENT_REJECTED);
    expect_status(ent_keyfile_read(path_of(state, "keys/storage.key"),
                      ENT_KEY_STORAGE, NULL, &secret, &last_error),
        ENT_REJECTED);
}

static void
no_flipped_bit_of_a_request_goes_unnoticed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct cli_request request;

    set_the_scene(state);
    expect_ok(ent_file_read(path_of(state, "keys/office.request"),
        CLI_REQUEST_MAX, &text, &last_error));
    expect_ok(cli_request_open(ent_bytes_view(&text), &request, &last_error));
    assert_string_equal(request.address.text, "blo-maesai@th");
    expect_ok(ent_armour_decode(
        CLI_REQUEST_KIND, ent_bytes_view(&text), &wire, &last_error));
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes changed = {0};

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_ok(ent_armour_encode(
            CLI_REQUEST_KIND, ent_bytes_view(&wire), &changed, &last_error));
        if (cli_request_open(ent_bytes_view(&changed), &request, &last_error) ==
            ENT_OK) {
            print_error("bit %zu\n", bit);
            fail();
        }
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void
a_certificate_is_no_request(void **state)
{
    set_the_scene(state);
    expect_exit(state,
        "office certify keys/office.request -a th -k blo -o cert", EX_OK);
    expect_exit(state, "office certify cert -a th -k blo -o again", EX_DATAERR);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(an_office_gets_three_keys_and_a_request),
        COMMAND_TEST(a_certificate_names_the_keys_of_the_request),
        COMMAND_TEST(validity_and_serial_can_be_chosen),
        COMMAND_TEST(a_broker_is_certified_as_one),
        COMMAND_TEST(an_authority_speaks_for_its_own_state_only),
        COMMAND_TEST(offices_and_brokers_are_not_confused),
        COMMAND_TEST(another_fingerprint_than_heard_is_refused),
        COMMAND_TEST(keys_and_certificates_are_never_overwritten),
        COMMAND_TEST(wrong_words_are_usage_errors),
        COMMAND_TEST(keys_are_wrapped_unless_plain_is_written_out),
        COMMAND_TEST(no_flipped_bit_of_a_request_goes_unnoticed),
        COMMAND_TEST(a_certificate_is_no_request),
    };

    return cmocka_run_group_tests_name("enrol", tests, NULL, NULL);
}
