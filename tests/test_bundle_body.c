/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a bundle: how its envelopes are framed, and their root. */
#include "tests/support.h"

#include <sodium.h>

#include "tests/envelopes.h"

#include "proto/bundle.h"
#include "proto/tree.h"

#define COUNT 3

static int
setup(void **state)
{
    static struct ent_bytes three;

    three = envelopes_frame(1, COUNT, 0, 1);
    *state = &three;
    return 0;
}

static int
teardown(void **state)
{
    ent_bytes_free(*state);
    return 0;
}

static void
envelopes_are_found_one_after_another(void **state)
{
    const struct ent_bytes *three = *state;
    struct ent_view body = ent_bytes_view(three);
    struct ent_envelope envelope;
    size_t offset = 0;

    for (size_t i = 0; i < COUNT; i++) {
        assert_true(ent_body_next(body, &offset, &envelope));
        assert_int_equal(envelope.id.bytes[15], i + 1);
        assert_int_equal(envelope.commitment.len, ENT_COMMITMENT_LEN);
        assert_int_equal(envelope.ciphertext.len, 16 + i);
        assert_int_equal(envelope.whole.len, ENT_ENVELOPE_OVERHEAD + i);
        assert_ptr_equal(envelope.ciphertext.data + envelope.ciphertext.len,
            envelope.whole.data + envelope.whole.len);
    }
    assert_false(ent_body_next(body, &offset, &envelope));
    assert_int_equal(offset, body.len);
}

static void
a_body_whose_framing_lies_is_refused(void **state)
{
    const struct ent_bytes *three = *state;
    struct ent_view body = ent_bytes_view(three);
    const uint64_t lies[] = {0, ENT_ENVELOPE_OVERHEAD - 1,
        ENT_ENVELOPE_OVERHEAD + 1, body.len, UINT32_MAX};
    struct ent_digest root;

    expect_ok(ent_body_check(body, COUNT, &last_error));
    expect_status(ent_body_check(body, COUNT - 1, &last_error), ENT_BAD_INPUT);
    expect_status(ent_body_check(body, COUNT + 1, &last_error), ENT_BAD_INPUT);
    expect_status(
        ent_body_root(body, COUNT + 1, &root, &last_error), ENT_BAD_INPUT);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        ent_put_be(three->data, lies[i], 4);
        expect_status(ent_body_check(body, COUNT, &last_error), ENT_BAD_INPUT);
        expect_status(
            ent_body_root(body, COUNT, &root, &last_error), ENT_BAD_INPUT);
    }
    expect_status(
        ent_body_check((struct ent_view){0}, 1, &last_error), ENT_BAD_INPUT);
}

static void
nothing_may_follow_the_last_envelope(void **state)
{
    const struct ent_bytes *three = *state;
    uint8_t longer[1024] = {0};
    struct ent_digest root;

    memcpy(longer, three->data, three->len);
    for (size_t more = 1; more <= 2 * ENT_ENVELOPE_OVERHEAD; more++) {
        const struct ent_view body = ent_view_of(longer, three->len + more);

        expect_status(ent_body_check(body, COUNT, &last_error), ENT_BAD_INPUT);
        expect_status(
            ent_body_root(body, COUNT, &root, &last_error), ENT_BAD_INPUT);
    }
}

/* One envelope can hide the border of two: the count tells. */
static void
the_same_bytes_cut_otherwise_are_another_body(void **state)
{
    struct ent_bytes body = envelopes_frame(1, 2, 0, 1);
    struct ent_digest two;
    struct ent_digest one;

    (void)state;
    expect_ok(ent_body_root(ent_bytes_view(&body), 2, &two, &last_error));
    ent_put_be(body.data, body.len - 4, 4);
    expect_ok(ent_body_root(ent_bytes_view(&body), 1, &one, &last_error));
    assert_false(ent_digest_equal(&one, &two));
    ent_bytes_free(&body);
}

static void
a_full_bundle_is_not_too_large(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes body = envelopes_frame(1, ENT_BUNDLE_MESSAGES_MAX, 0, 1);
    struct ent_digest root;

    (void)state;
    assert_true(body.len < ENT_BODY_MAX);
    expect_ok(ent_body_check(
        ent_bytes_view(&body), ENT_BUNDLE_MESSAGES_MAX, &last_error));
    fail_allocation(1);
    expect_ok(ent_body_root(
        ent_bytes_view(&body), ENT_BUNDLE_MESSAGES_MAX, &root, &last_error));
    fail_allocation(0);
}

static void
a_body_above_the_limit_is_refused(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};

    (void)state;
    expect_ok(ent_bytes_alloc(ENT_BODY_MAX + 1, &body, &last_error));
    ent_put_be(body.data, body.len - 4, 4);
    expect_status(
        ent_body_check(ent_bytes_view(&body), 1, &last_error), ENT_BAD_INPUT);
}

/* Random framings of random bytes, compared with the definition. */
static void
the_root_is_that_of_the_envelopes(void **state)
{
    static uint8_t bytes[70 * 200];
    static struct ent_digest leaves[70];
    uint8_t seed[randombytes_SEEDBYTES] = {0};

    (void)state;
    for (uint32_t round = 0; round < 200; round++) {
        const uint32_t count = 1 + round % 70;
        struct ent_digest want;
        struct ent_digest root;
        size_t len = 0;

        ent_put_be(seed, round, 4);
        randombytes_buf_deterministic(bytes, sizeof bytes, seed);
        for (uint32_t i = 0; i < count; i++) {
            const size_t envelope_len = ENT_ENVELOPE_OVERHEAD + bytes[len] % 99;

            ent_put_be(bytes + len, envelope_len, 4);
            leaves[i] = ent_tree_leaf(
                ent_tree_blake2b, ent_view_of(bytes + len + 4, envelope_len));
            len += 4 + envelope_len;
        }
        want = ent_tree_root(ent_tree_blake2b, leaves, count);
        expect_ok(
            ent_body_root(ent_view_of(bytes, len), count, &root, &last_error));
        if (!ent_digest_equal(&root, &want)) {
            fail_msg("round %u", (unsigned)round);
        }
    }
}

#define BODY_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BODY_TEST(envelopes_are_found_one_after_another),
        BODY_TEST(a_body_whose_framing_lies_is_refused),
        BODY_TEST(nothing_may_follow_the_last_envelope),
        BODY_TEST(the_same_bytes_cut_otherwise_are_another_body),
        BODY_TEST(a_full_bundle_is_not_too_large),
        BODY_TEST(a_body_above_the_limit_is_refused),
        BODY_TEST(the_root_is_that_of_the_envelopes),
    };

    return cmocka_run_group_tests_name("bundle_body", tests, NULL, NULL);
}
