/* SPDX-License-Identifier: Apache-2.0 */
/* The bundles that were used last. */
#include "tests/support.h"

#include <stdlib.h>

#include "node/bundles.h"

#define MESSAGES 3
#define OVERHEAD ENT_ENVELOPE_OVERHEAD

static struct node_bundles recent;

static int
teardown(void **state)
{
    (void)state;
    node_bundles_clear(&recent);
    return 0;
}

/* Three envelopes of that many bytes of text each, the nth beginning with n. */
static struct ent_bytes
body_of(size_t text_len)
{
    size_t len = OVERHEAD + text_len;
    struct ent_bytes body = {0};

    expect_ok(ent_bytes_alloc(MESSAGES * (4 + len), &body, &last_error));
    for (size_t i = 0; i < MESSAGES; i++) {
        ent_put_be(body.data + i * (4 + len), len, 4);
        body.data[i * (4 + len) + 4] = (uint8_t)(i + 1);
    }
    return body;
}

static struct node_bundle *
bundle_of(uint64_t number, struct ent_view body)
{
    static const struct ent_id ids[MESSAGES] = {{{1}}};
    const struct node_bundle parts = {.number = number,
        .body = body,
        .body_len = body.len,
        .ids = ids,
        .id_count = MESSAGES};
    struct node_bundle *bundle = NULL;

    expect_ok(node_bundle_new(&parts, &bundle, &last_error));
    return bundle;
}

/* One more that was used, nobody else holding it. */
static void
use(uint64_t number, size_t text_len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = body_of(text_len);
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle = bundle_of(number, ent_bytes_view(&body));

    node_bundles_add(&recent, bundle);
}

static bool
is_here(uint64_t number)
{
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle = node_bundles_find(&recent, number);

    return bundle != NULL;
}

/* ---- tests ---- */

static void
each_envelope_is_found_by_its_index(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = body_of(20);
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle = bundle_of(1, ent_bytes_view(&body));
    struct ent_envelope envelope;

    (void)state;
    for (uint32_t i = MESSAGES; i-- > 0;) {
        expect_ok(node_bundle_envelope(bundle, i, &envelope, &last_error));
        assert_int_equal(envelope.id.bytes[0], i + 1);
        assert_int_equal(envelope.ciphertext.len, 16 + 20);
    }
    expect_status(
        node_bundle_envelope(bundle, MESSAGES, &envelope, &last_error), ENT_IO);
}

static void
of_a_body_that_is_cut_only_what_is_whole_is_found(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = body_of(20);
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle =
        bundle_of(1, ent_view_of(body.data, body.len - 1));
    struct ent_envelope envelope;

    (void)state;
    expect_ok(node_bundle_envelope(bundle, 1, &envelope, &last_error));
    expect_status(
        node_bundle_envelope(bundle, 2, &envelope, &last_error), ENT_IO);
}

static void
the_ones_used_last_stay(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= NODE_BUNDLES_MAX; i++) {
        use(i, 20);
    }
    assert_true(is_here(1));
    use(100, 20);
    assert_true(is_here(1));
    assert_false(is_here(2));
    assert_true(is_here(3));
    node_bundles_forget(&recent, 3);
    assert_false(is_here(3));
    assert_true(is_here(100));
    use(2, 20);
    assert_true(is_here(4));
}

static void
they_take_no_more_than_their_room_and_one_always_stays(void **state)
{
    size_t third = ENT_BODY_MAX / MESSAGES - OVERHEAD - 4;
    size_t here = 0;

    (void)state;
    for (uint64_t i = 1; i <= NODE_BUNDLES_MAX; i++) {
        use(i, third);
        assert_true(is_here(i));
    }
    for (uint64_t i = 1; i <= NODE_BUNDLES_MAX; i++) {
        here += is_here(i);
    }
    assert_int_equal(here, NODE_BUNDLES_BYTES / ENT_BODY_MAX - 1);
    assert_true(is_here(NODE_BUNDLES_MAX));
}

static void
one_that_is_held_stays_whole_when_it_is_forgotten(void **state)
{
    struct node_bundle *bundle;
    struct ent_envelope envelope;

    (void)state;
    use(1, 20);
    bundle = node_bundles_find(&recent, 1);
    assert_non_null(bundle);
    node_bundles_clear(&recent);
    assert_false(is_here(1));
    expect_ok(node_bundle_envelope(bundle, 2, &envelope, &last_error));
    assert_int_equal(envelope.id.bytes[0], 3);
    node_bundle_release(&bundle);
    assert_null(bundle);
}

/* What was not asked for at first is there with its envelopes. */
static void
a_body_can_come_later(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = body_of(20);
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle = bundle_of(1, (struct ent_view){0});
    struct ent_envelope envelope;

    (void)state;
    expect_status(
        node_bundle_envelope(bundle, 0, &envelope, &last_error), ENT_IO);
    expect_ok(
        node_bundle_give_body(bundle, ent_bytes_view(&body), &last_error));
    expect_ok(node_bundle_envelope(bundle, 1, &envelope, &last_error));
    assert_int_equal(envelope.id.bytes[0], 2);
    assert_ptr_not_equal(bundle->body.data, body.data);
}

static void
a_body_that_is_taken_over_is_not_copied(void **state)
{
    struct ent_bytes body = body_of(20);
    const uint8_t *const data = body.data;
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle = bundle_of(1, (struct ent_view){0});
    struct ent_envelope envelope;

    (void)state;
    node_bundle_take_body(bundle, &body);
    assert_null(body.data);
    assert_ptr_equal(bundle->body.data, data);
    expect_ok(node_bundle_envelope(bundle, 1, &envelope, &last_error));
    assert_int_equal(envelope.id.bytes[0], 2);
}

static void
of_one_number_there_is_one(void **state)
{
    struct node_bundle *bundle;

    (void)state;
    use(1, 20);
    use(1, 30);
    bundle = node_bundles_find(&recent, 1);
    assert_int_equal(bundle->body.len, MESSAGES * (4 + OVERHEAD + 30));
    node_bundle_release(&bundle);
    node_bundles_forget(&recent, 1);
    assert_false(is_here(1));
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_envelope_is_found_by_its_index),
        TEST(of_a_body_that_is_cut_only_what_is_whole_is_found),
        TEST(the_ones_used_last_stay),
        TEST(they_take_no_more_than_their_room_and_one_always_stays),
        TEST(one_that_is_held_stays_whole_when_it_is_forgotten),
        TEST(a_body_can_come_later),
        TEST(a_body_that_is_taken_over_is_not_copied),
        TEST(of_one_number_there_is_one),
    };

    return cmocka_run_group_tests_name("node_bundles", tests, NULL, NULL);
}
