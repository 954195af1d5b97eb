/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile.h"
#include "proto/keyfile_internal.h"

static const uint8_t seed[ENT_SECRET_LEN] = {3, 1, 4, 1, 5, 9, 2, 6};

static const enum ent_key_role roles[] = {ENT_KEY_AUTHORITY, ENT_KEY_OFFICE,
    ENT_KEY_BROKER, ENT_KEY_SEALING, ENT_KEY_LINK, ENT_KEY_OFFICER,
    ENT_KEY_STORAGE, ENT_KEY_PAIR};

/* A file in the test's folder. */
static const char *
in_folder(void **state, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
    return path;
}

/* Somebody who answers every question with `context`. */
static enum ent_status
answer(void *context, const char *path, char *ret_text, size_t size,
    struct ent_error *err)
{
    (void)path;
    (void)err;
    assert_true(size > ENT_PASSPHRASE_MAX);
    (void)snprintf(ret_text, size, "%s", (const char *)context);
    return ENT_OK;
}

static enum ent_status
nobody_answers(void *context, const char *path, char *ret_text, size_t size,
    struct ent_error *err)
{
    (void)context;
    (void)path;
    (void)ret_text;
    (void)size;
    return ent_fail(err, ENT_IO, "no terminal");
}

static void
write_key(const char *path, enum ent_key_role role, const char *passphrase)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;

    expect_ok(ent_secret_from(seed, &secret, &last_error));
    expect_ok(ent_keyfile_write(path, role, secret, passphrase, &last_error));
}

/* Read it; if that works it must be the seed. */
static enum ent_status
read_key(const char *path, enum ent_key_role role, const char *passphrase)
{
    char text[64] = "";
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    const struct ent_passphrase asked = {.ask = answer, .context = text};
    enum ent_status rc;

    if (passphrase != NULL) {
        (void)snprintf(text, sizeof text, "%s", passphrase);
    }
    rc = ent_keyfile_read(
        path, role, passphrase == NULL ? NULL : &asked, &secret, &last_error);
    if (rc != ENT_OK) {
        assert_null(secret);
        return rc;
    }
    assert_memory_equal(ent_secret_reveal(secret), seed, sizeof seed);
    ent_secret_conceal(secret);
    return ENT_OK;
}

static void
a_plain_key_of_every_role_comes_back(void **state)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        const char *path = in_folder(state, "key");

        write_key(path, roles[i], NULL);
        expect_ok(read_key(path, roles[i], NULL));
        assert_int_equal(unlink(path), 0);
    }
}

static void
a_wrapped_key_opens_under_its_passphrase_alone(void **state)
{
    const char *path = in_folder(state, "key");
    const struct ent_passphrase nobody = {.ask = nobody_answers};
    struct ent_secret *secret = NULL;

    write_key(path, ENT_KEY_OFFICE, "ช้าง four horses");
    expect_ok(read_key(path, ENT_KEY_OFFICE, "ช้าง four horses"));

    expect_status(
        read_key(path, ENT_KEY_OFFICE, "ช้าง five horses"), ENT_REJECTED);
    assert_non_null(strstr(last_error.text, "passphrase does not open it"));
    expect_status(read_key(path, ENT_KEY_OFFICE, NULL), ENT_REJECTED);
    assert_non_null(strstr(last_error.text, "needs a passphrase"));
    expect_status(
        ent_keyfile_read(path, ENT_KEY_OFFICE, &nobody, &secret, &last_error),
        ENT_IO);
    assert_null(secret);
}

static void
a_wrong_file_is_told_from_a_wrong_passphrase(void **state)
{
    const char *path = in_folder(state, "key");

    write_key(path, ENT_KEY_OFFICE, "four horses");
    expect_status(read_key(path, ENT_KEY_BROKER, "five horses"), ENT_BAD_INPUT);
    assert_non_null(
        strstr(last_error.text, "holds an office key, not a broker key"));
}

static void
a_wrapped_key_does_not_contain_the_seed(void **state)
{
    const char *path = in_folder(state, "key");
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_keyfile keyfile;

    write_key(path, ENT_KEY_OFFICE, "four horses");
    expect_ok(ent_file_read(path, 1024, &text, &last_error));
    expect_ok(ent_keyfile_parse(ent_bytes_view(&text), &keyfile, &last_error));
    assert_null(memmem(&keyfile, sizeof keyfile, seed, 8));
    assert_int_equal(keyfile.wrapping, ENT_KEYFILE_ARGON2ID);
    assert_true(keyfile.memlimit_kib >= 64 * 1024);
}

static void
a_file_others_may_read_is_refused(void **state)
{
    static const mode_t modes[] = {0644, 0640, 0604, 0620, 0601};
    const char *path = in_folder(state, "key");
    struct stat st;

    write_key(path, ENT_KEY_LINK, NULL);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        expect_status(read_key(path, ENT_KEY_LINK, NULL), ENT_REJECTED);
        assert_non_null(strstr(last_error.text, "chmod"));
    }
    assert_int_equal(chmod(path, 0400), 0);
    expect_ok(read_key(path, ENT_KEY_LINK, NULL));
}

static void
what_is_no_file_or_not_there_is_refused(void **state)
{
    const char *path = in_folder(state, "key");

    expect_status(read_key(path, ENT_KEY_LINK, NULL), ENT_NOT_FOUND);
    expect_status(read_key(*state, ENT_KEY_LINK, NULL), ENT_REJECTED);
}

static void
a_file_that_exists_is_not_overwritten(void **state)
{
    const char *path = in_folder(state, "key");
    ENT_AUTO(ent_secret_free) struct ent_secret *other = NULL;

    write_key(path, ENT_KEY_OFFICE, NULL);
    expect_ok(ent_secret_new(&other, &last_error));
    expect_status(
        ent_keyfile_write(path, ENT_KEY_OFFICE, other, NULL, &last_error),
        ENT_EXISTS);
    expect_ok(read_key(path, ENT_KEY_OFFICE, NULL));
}

static void
an_empty_or_endless_passphrase_is_refused(void **state)
{
    const char *path = in_folder(state, "key");
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    char endless[ENT_PASSPHRASE_MAX + 2];

    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    expect_ok(ent_secret_new(&secret, &last_error));
    expect_status(
        ent_keyfile_write(path, ENT_KEY_OFFICE, secret, "", &last_error),
        ENT_BAD_INPUT);
    expect_status(
        ent_keyfile_write(path, ENT_KEY_OFFICE, secret, endless, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(access(path, F_OK), -1);
}

/* Write `wire` into an armoured file of mode 0600. */
static void
write_wire(const char *path, const uint8_t *wire, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};

    (void)unlink(path);
    expect_ok(ent_armour_encode(
        ENT_KEYFILE_KIND, ent_view_of(wire, len), &text, &last_error));
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
}

static void
read_wire(const char *path, uint8_t wire[static ENT_KEYFILE_LEN])
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes inside = {0};

    expect_ok(ent_file_read(path, 1024, &text, &last_error));
    expect_ok(ent_armour_decode(
        ENT_KEYFILE_KIND, ent_bytes_view(&text), &inside, &last_error));
    assert_int_equal(inside.len, ENT_KEYFILE_LEN);
    memcpy(wire, inside.data, ENT_KEYFILE_LEN);
}

static void
no_flipped_bit_of_a_plain_key_goes_unnoticed(void **state)
{
    const char *path = in_folder(state, "key");
    uint8_t wire[ENT_KEYFILE_LEN];

    write_key(path, ENT_KEY_STORAGE, NULL);
    read_wire(path, wire);
    for (size_t bit = 0; bit < sizeof wire * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit % 8);
        enum ent_status rc;

        wire[bit / 8] ^= mask;
        write_wire(path, wire, sizeof wire);
        rc = read_key(path, ENT_KEY_STORAGE, NULL);
        wire[bit / 8] ^= mask;
        if (rc != ENT_BAD_INPUT && rc != ENT_UNSUPPORTED &&
            rc != ENT_REJECTED) {
            fail_msg("bit %zu: %s", bit, ent_status_name(rc));
        }
    }
}

static void
no_shorter_or_longer_key_is_taken(void **state)
{
    struct ent_keyfile keyfile;
    uint8_t wire[ENT_KEYFILE_LEN + 1] = {0};
    const char *path = in_folder(state, "key");

    write_key(path, ENT_KEY_STORAGE, NULL);
    read_wire(path, wire);
    for (size_t len = 0; len <= sizeof wire; len++) {
        expect_status(
            ent_keyfile_decode(ent_view_of(wire, len), &keyfile, &last_error),
            len == ENT_KEYFILE_LEN ? ENT_OK : ENT_BAD_INPUT);
    }
}

static void
a_key_that_claims_another_role_is_refused(void **state)
{
    const char *path = in_folder(state, "key");
    uint8_t wire[ENT_KEYFILE_LEN];

    write_key(path, ENT_KEY_OFFICE, NULL);
    read_wire(path, wire);
    wire[1] = ENT_KEY_BROKER;
    write_wire(path, wire, sizeof wire);
    expect_status(read_key(path, ENT_KEY_BROKER, NULL), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "holds another key"));
}

static void
a_file_cannot_ask_for_all_memory_or_for_ever(void **state)
{
    struct ent_keyfile keyfile = {
        .role = ENT_KEY_OFFICE,
        .wrapping = ENT_KEYFILE_ARGON2ID,
        .opslimit = 3,
        .memlimit_kib = 262144,
    };
    static const struct {
        uint32_t opslimit;
        uint32_t memlimit_kib;
        enum ent_status want;
    } rows[] = {
        {3, 262144, ENT_OK},
        {16, 1024 * 1024, ENT_OK},
        {17, 262144, ENT_BAD_INPUT},
        {0, 262144, ENT_BAD_INPUT},
        {UINT32_MAX, 262144, ENT_BAD_INPUT},
        {3, 1024 * 1024 + 1, ENT_BAD_INPUT},
        {3, UINT32_MAX, ENT_BAD_INPUT},
        {3, 7, ENT_BAD_INPUT},
        {3, 0, ENT_BAD_INPUT},
    };
    uint8_t wire[ENT_KEYFILE_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ent_keyfile ignored;

        keyfile.opslimit = rows[i].opslimit;
        keyfile.memlimit_kib = rows[i].memlimit_kib;
        ent_keyfile_encode(&keyfile, wire);
        expect_status(ent_keyfile_decode(ent_view_of(wire, sizeof wire),
                          &ignored, &last_error),
            rows[i].want);
    }
}

/* Of an X25519 key the file must name what others call its public key. */
static void
a_link_key_is_named_by_its_curve_public_key(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    uint8_t public_key[ENT_PUBLIC_KEY_LEN];
    struct ent_key_id want;
    struct ent_key_id got;

    (void)state;
    crypto_scalarmult_base(public_key, seed);
    want = ent_key_id_of(ENT_KEY_LINK, public_key);
    expect_ok(ent_secret_from(seed, &secret, &last_error));
    expect_ok(ent_keyfile_check(secret, ENT_KEY_LINK, &got, &last_error));
    assert_true(ent_key_id_equal(&got, &want));
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    const char *path = in_folder(state, "key");
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    write_key(path, ENT_KEY_OFFICE, NULL);
    while (rc == ENT_NO_MEMORY) {
        fail_allocation(++nth);
        rc = read_key(path, ENT_KEY_OFFICE, NULL);
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 2, 10); /* some did fail, and not for ever */
}

static void
no_memory_while_writing_leaves_no_file(void **state)
{
    const char *path = in_folder(state, "key");
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    expect_ok(ent_secret_from(seed, &secret, &last_error));
    for (;;) {
        fail_allocation(++nth);
        rc = ent_keyfile_write(path, ENT_KEY_OFFICE, secret, NULL, &last_error);
        if (rc != ENT_NO_MEMORY) {
            break;
        }
        assert_int_equal(access(path, F_OK), -1);
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 2, 10);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plain_key_of_every_role_comes_back),
        TEST(a_wrapped_key_opens_under_its_passphrase_alone),
        TEST(a_wrong_file_is_told_from_a_wrong_passphrase),
        TEST(a_wrapped_key_does_not_contain_the_seed),
        TEST(a_file_others_may_read_is_refused),
        TEST(what_is_no_file_or_not_there_is_refused),
        TEST(a_file_that_exists_is_not_overwritten),
        TEST(an_empty_or_endless_passphrase_is_refused),
        TEST(no_flipped_bit_of_a_plain_key_goes_unnoticed),
        TEST(no_shorter_or_longer_key_is_taken),
        TEST(a_key_that_claims_another_role_is_refused),
        TEST(a_file_cannot_ask_for_all_memory_or_for_ever),
        TEST(a_link_key_is_named_by_its_curve_public_key),
        TEST(no_memory_is_a_status_and_leaks_nothing),
        TEST(no_memory_while_writing_leaves_no_file),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
