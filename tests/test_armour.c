/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>

#include "proto/base/armour.h"

#define BEGIN "-----BEGIN ENTENTE CERTIFICATE-----\n"
#define END "-----END ENTENTE CERTIFICATE-----\n"
#define FULL "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"

static enum ent_status
decode(const char *text, struct ent_bytes *ret_data)
{
    return ent_armour_decode(
        ENT_ARMOUR_CERTIFICATE, view(text), ret_data, &last_error);
}

static void
expect_refused(const char *text, const char *because)
{
    struct ent_bytes data = {0};

    expect_status(decode(text, &data), ENT_BAD_INPUT);
    assert_string_equal(last_error.text, because);
    assert_null(data.data);
}

static void
bytes_are_wrapped_at_64_characters(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    uint8_t data[50];

    (void)state;
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)i;
    }
    expect_ok(ent_armour_encode(ENT_ARMOUR_CERTIFICATE,
        ent_view_of(data, sizeof data), &text, &last_error));
    expect_bytes(ent_bytes_view(&text), BEGIN FULL "\nMDE=\n" END);
}

static void
every_length_comes_back(void **state)
{
    uint8_t data[200];

    (void)state;
    randombytes_buf(data, sizeof data);
    for (size_t len = 0; len <= sizeof data; len++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
        ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};

        expect_ok(ent_armour_encode(
            "ANY", ent_view_of(data, len), &text, &last_error));
        expect_ok(ent_armour_decode(
            "ANY", ent_bytes_view(&text), &again, &last_error));
        assert_true(
            ent_view_equal(ent_bytes_view(&again), ent_view_of(data, len)));
    }
}

static void
white_space_from_mail_does_no_harm(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes data = {0};

    (void)state;
    expect_ok(decode("\r\n \t\n  -----BEGIN ENTENTE CERTIFICATE-----  \r\n"
                     "\tbWFlIHNhaQ== \r\n" END "\n \r\n",
        &data));
    expect_bytes(ent_bytes_view(&data), "mae sai");
}

static void
the_last_line_needs_no_newline(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes data = {0};

    (void)state;
    expect_ok(decode(BEGIN "bWFlIHNhaQ==\n"
                           "-----END ENTENTE CERTIFICATE-----",
        &data));
    expect_bytes(ent_bytes_view(&data), "mae sai");
}

static void
the_error_says_line_and_expectation(void **state)
{
    (void)state;
    expect_refused(
        "", "line 1: expected \"-----BEGIN ENTENTE CERTIFICATE-----\"");
    expect_refused("\n\nhello\n" BEGIN END,
        "line 3: expected \"-----BEGIN ENTENTE CERTIFICATE-----\"");
    expect_refused("-----BEGIN ENTENTE REVOCATION LIST-----\n",
        "line 1: expected \"-----BEGIN ENTENTE CERTIFICATE-----\"");
    expect_refused(BEGIN "bWFl\n",
        "line 3: expected \"-----END ENTENTE CERTIFICATE-----\"");
    expect_refused(BEGIN "bWFl\nbWFl\n" END,
        "line 3: expected \"-----END ENTENTE CERTIFICATE-----\"");
    expect_refused(BEGIN "bWFl\n-----END ENTENTE REVOCATION LIST-----\n",
        "line 3: expected \"-----END ENTENTE CERTIFICATE-----\"");
    expect_refused(BEGIN FULL "AAAA\n" END,
        "line 2: 68 characters, expected 64, or in the last line a smaller "
        "multiple of 4");
    expect_refused(BEGIN FULL "\nMDE\n" END,
        "line 3: 3 characters, expected 64, or in the last line a smaller "
        "multiple of 4");
    expect_refused(BEGIN "\n" END,
        "line 2: 0 characters, expected 64, or in the last line a smaller "
        "multiple of 4");
    expect_refused(BEGIN "bW_l\n" END,
        "line 2: expected base64, which ends at character 3");
    expect_refused(BEGIN "bWFlIHNhaQ==\n" END "more\n",
        "line 4: expected nothing after the block");
    expect_refused(
        BEGIN END BEGIN END, "line 3: expected nothing after the block");
}

static void
one_text_is_one_block_of_bytes(void **state)
{
    struct ent_bytes data = {0};

    (void)state;
    /* Bits that base64 does not use, and padding that comes early. */
    expect_status(decode(BEGIN "bWFlIHNhaR==\n" END, &data), ENT_BAD_INPUT);
    expect_status(decode(BEGIN "bQ==bQ==\n" END, &data), ENT_BAD_INPUT);
    expect_status(decode(BEGIN "b===\n" END, &data), ENT_BAD_INPUT);
    expect_status(
        ent_armour_decode(ENT_ARMOUR_CERTIFICATE,
            ent_view_of(BEGIN "bW\0l\n" END, sizeof BEGIN "bW\0l\n" END - 1),
            &data, &last_error),
        ENT_BAD_INPUT);
    assert_null(data.data);
}

static void
no_memory_is_a_status(void **state)
{
    struct ent_bytes out = {0};

    (void)state;
    fail_allocation(1);
    expect_status(decode(BEGIN "bWFl\n" END, &out), ENT_NO_MEMORY);
    fail_allocation(1);
    expect_status(
        ent_armour_encode("ANY", view("a"), &out, &last_error), ENT_NO_MEMORY);
    assert_null(out.data);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_wrapped_at_64_characters),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(white_space_from_mail_does_no_harm),
        cmocka_unit_test(the_last_line_needs_no_newline),
        cmocka_unit_test(the_error_says_line_and_expectation),
        cmocka_unit_test(one_text_is_one_block_of_bytes),
        cmocka_unit_test(no_memory_is_a_status),
    };

    return cmocka_run_group_tests_name("armour", tests, NULL, NULL);
}
