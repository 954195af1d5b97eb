/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/policy_support.h"

#include <sodium.h>
#include <stdio.h>

#include "policy/sign.h"

/* An agreement of Thailand and Cambodia, and what both make of it. */
struct table {
    struct ent_bytes text;
    struct ent_agreement *agreement;
    struct ent_secret *th;
    struct ent_secret *kh;
    struct ent_secret *mm;
};

static int
setup(void **state)
{
    static struct table table;

    table.text = read_data("th-kh.yaml");
    table.agreement = load_data("th-kh.yaml");
    table.th = authority_secret("th");
    table.kh = authority_secret("kh");
    table.mm = authority_secret("mm");
    *state = &table;
    return 0;
}

static int
teardown(void **state)
{
    struct table *table = *state;

    ent_bytes_free(&table->text);
    ent_agreement_free(&table->agreement);
    ent_secret_free(&table->th);
    ent_secret_free(&table->kh);
    ent_secret_free(&table->mm);
    return 0;
}

static enum ent_status
sign(const struct table *table, const char *state, struct ent_secret *secret,
    const struct ent_bytes *old, struct ent_bytes *ret_signatures)
{
    struct ent_signer signer;

    expect_ok(
        ent_secret_signer(secret, ENT_KEY_AUTHORITY, &signer, &last_error));
    return ent_agreement_sign(table->agreement, ent_bytes_view(&table->text),
        state, &signer, ent_bytes_view(old), ret_signatures, &last_error);
}

static enum ent_status
verify(const struct table *table, const struct ent_bytes *signatures)
{
    return ent_agreement_verify(table->agreement, ent_bytes_view(&table->text),
        ent_bytes_view(signatures), &last_error);
}

/* Both signatures, Thailand first. */
static struct ent_bytes
both(const struct table *table)
{
    const struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    struct ent_bytes two = {0};

    expect_ok(sign(table, "th", table->th, &none, &one));
    expect_ok(sign(table, "kh", table->kh, &one, &two));
    return two;
}

static void
two_signatures_make_an_agreement(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = both(*state);

    expect_ok(verify(*state, &signatures));
}

static void
the_order_of_signing_does_not_matter(void **state)
{
    const struct table *table = *state;
    const struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes two = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = both(table);

    expect_ok(sign(table, "kh", table->kh, &none, &one));
    expect_ok(sign(table, "th", table->th, &one, &two));
    assert_true(ent_view_equal(ent_bytes_view(&two), ent_bytes_view(&other)));
}

static void
one_signature_is_a_draft(void **state)
{
    const struct table *table = *state;
    const struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};

    expect_status(verify(table, &none), ENT_REJECTED);
    expect_ok(sign(table, "kh", table->kh, &none, &one));
    expect_status(verify(table, &one), ENT_REJECTED);
    assert_string_equal(
        last_error.text, "'th' has not signed; until it has, this is a draft");
}

static void
one_signature_is_enough_for_a_national_order(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th.yaml");
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *order = load_data("th.yaml");
    const struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    struct table *table = *state;
    struct table national = {.text = text, .agreement = order, .th = table->th};

    expect_ok(sign(&national, "th", table->th, &none, &one));
    expect_ok(verify(&national, &one));
}

static void
only_the_authority_named_can_sign(void **state)
{
    const struct table *table = *state;
    const struct ent_bytes none = {0};
    struct ent_bytes one = {0};

    expect_status(sign(table, "th", table->mm, &none, &one), ENT_DENIED);
    expect_status(sign(table, "th", table->kh, &none, &one), ENT_DENIED);
    expect_status(sign(table, "mm", table->mm, &none, &one), ENT_DENIED);
    assert_null(one.data);
}

static void
nobody_signs_twice(void **state)
{
    const struct table *table = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes two = both(table);
    struct ent_bytes again = {0};

    expect_status(sign(table, "th", table->th, &two, &again), ENT_EXISTS);
    assert_null(again.data);
}

static void
swapped_signatures_are_not_taken(void **state)
{
    const struct table *table = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes two = both(table);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes half =
        change(ent_bytes_view(&two), "state: kh", "state: xx");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes three =
        change(ent_bytes_view(&half), "state: th", "state: kh");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes swapped =
        change(ent_bytes_view(&three), "state: xx", "state: th");

    expect_status(verify(table, &swapped), ENT_REJECTED);
}

static void
an_agreement_edited_after_signing_is_not_signed(void **state)
{
    struct table *table = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes two = both(table);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes edited =
        change(ent_bytes_view(&table->text), "keep: P30D", "keep: P90D");
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement =
        load_changed("th-kh.yaml", "keep: P30D", "keep: P90D");
    struct ent_bytes again = {0};
    struct table after = {.text = edited, .agreement = agreement};

    expect_status(verify(&after, &two), ENT_REJECTED);
    /* Nor does anybody sign beside a signature of other bytes. */
    expect_status(sign(&after, "th", table->th, &two, &again), ENT_REJECTED);
    /* Nor is the old text taken for the new agreement. */
    after.text = table->text;
    expect_status(verify(&after, &two), ENT_REJECTED);
    expect_status(sign(&after, "th", table->th, &again, &again), ENT_REJECTED);
}

static void
no_half_written_signature_file_is_taken(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes two = both(*state);

    /* Without the final newline it is complete. */
    for (size_t len = 0; len + 1 < two.len; len++) {
        const struct ent_bytes half = {.data = two.data, .len = len};
        enum ent_status rc = verify(*state, &half);

        if (rc != ENT_REJECTED && rc != ENT_BAD_INPUT) {
            fail_msg("%zu bytes: %s", len, ent_status_name(rc));
        }
    }
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes two = both(*state);

    for (size_t bit = 0; bit < two.len * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit % 8);
        bool space = two.data[bit / 8] == ' ' || two.data[bit / 8] == '\n';
        bool hex = false;
        enum ent_status rc;

        two.data[bit / 8] ^= mask;
        /* A key id in capitals is the same key id. */
        hex = mask == 0x20 && two.data[bit / 8] >= 'A' &&
              two.data[bit / 8] <= 'F';
        rc = verify(*state, &two);
        two.data[bit / 8] ^= mask;
        if (rc == ENT_OK && !space && !hex) {
            fail_msg("bit %zu", bit);
        }
    }
}

static void
what_is_no_signature_file_says_where(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } files[] = {
        {"th: signed\n", "1:1: the file must be a list"},
        {"- th\n", "1:3: an entry of the file must be a map"},
        {"- {state: th, key: 00}\n", "'ed25519' is missing in signatures"},
        {"- {state: mm, key: 00, ed25519: AA}\n", "'mm' is no party"},
        {"- {state: th, key: 00, ed25519: AA}\n", "1:20: not a key id"},
        {"- {state: th, key: 00000000000000000000000000000000, ed25519: AA=}\n",
            "1:63: not a signature"},
        {"- {state: th, key: 0, ed25519: A, name: Somchai}\n",
            "unknown key 'name'"},
        {"[]\n", "1 to 16 entries"},
    };
    struct table *table = *state;
    struct ent_bytes again = {0};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct ent_bytes file = {
            .data = (uint8_t *)files[i].text, .len = strlen(files[i].text)};

        expect_status(verify(table, &file), ENT_BAD_INPUT);
        if (strstr(last_error.text, files[i].words) == NULL) {
            fail_msg("'%s' said %s", files[i].text, last_error.text);
        }
        expect_status(
            sign(table, "th", table->th, &file, &again), ENT_BAD_INPUT);
    }
}

static void
the_same_state_twice_is_no_second_signature(void **state)
{
    const struct table *table = *state;
    const struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes twice = {0};

    expect_ok(sign(table, "th", table->th, &none, &one));
    expect_ok(ent_bytes_alloc(2 * one.len, &twice, &last_error));
    memcpy(twice.data, one.data, one.len);
    memcpy(twice.data + one.len, one.data, one.len);
    expect_status(verify(table, &twice), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "'th' has signed twice"));
}

/* The bytes of the file and of what is signed stay what they were. */
static void
the_signatures_of_the_folder_verify(void **state)
{
    static const char *const names[] = {
        "kr-th.yaml", "th-kh.yaml", "th-mm.yaml", "th.yaml"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char beside[64];
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *agreement = load_data(names[i]);
        ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};

        (void)snprintf(beside, sizeof beside, "%s.sig", names[i]);
        signatures = read_data(beside);
        expect_ok(ent_agreement_verify(agreement, ent_agreement_text(agreement),
            ent_bytes_view(&signatures), &last_error));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_signatures_make_an_agreement),
        TEST(the_order_of_signing_does_not_matter),
        TEST(one_signature_is_a_draft),
        TEST(one_signature_is_enough_for_a_national_order),
        TEST(only_the_authority_named_can_sign),
        TEST(nobody_signs_twice),
        TEST(swapped_signatures_are_not_taken),
        TEST(an_agreement_edited_after_signing_is_not_signed),
        TEST(no_half_written_signature_file_is_taken),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(what_is_no_signature_file_says_where),
        TEST(the_same_state_twice_is_no_second_signature),
        TEST(the_signatures_of_the_folder_verify),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
