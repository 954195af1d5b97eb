/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/schema/common.pb-c.h"
#include "proto/stream.h"

static struct ent_digest
digest(uint8_t fill)
{
    struct ent_digest digest;

    memset(digest.bytes, fill, sizeof digest.bytes);
    return digest;
}

static struct ent_outgoing
some_outgoing(void)
{
    return (struct ent_outgoing){
        .next = UINT64_C(0x0102030405060708),
        .chain = digest(0xa1),
        .settled_up_to = 9,
        .frozen = true,
    };
}

static struct ent_dispatch
some_dispatch(void)
{
    return (struct ent_dispatch){
        .state = ENT_DISPATCH_SKIPPING,
        .first = UINT64_C(0x1112131415161718),
        .count = 1024,
        .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
        .label_hash = digest(0xb1),
        .chain_before = digest(0xb2),
        .chain_after = digest(0xb3),
        .expires_at = UINT64_C(1700000000000),
        .due = UINT64_MAX,
        .attempts = 6,
        .put_off = 7,
        .skip_reason = 1,
    };
}

static struct ent_early
some_early(uint64_t first, uint32_t count, uint8_t before, uint8_t after)
{
    return (struct ent_early){
        .first = first,
        .count = count,
        .released = first % 2 == 0,
        .previous = digest(before),
        .chain_after = digest(after),
        .label_hash = digest((uint8_t)(after + 1)),
        .arrived_at = 1000 + first,
    };
}

/* Settled to 10; early 12 to 13, then linked 14 to 17, then 20. */
static struct ent_incoming
some_incoming(void)
{
    return (struct ent_incoming){
        .settled_up_to = 10,
        .chain = digest(0x10),
        .early =
            {
                some_early(12, 2, 0x20, 0x30),
                some_early(14, 4, 0x30, 0x40),
                some_early(20, 1, 0x50, 0x60),
            },
        .early_count = 3,
    };
}

/* Write `incoming` and read it back; nothing is written on failure. */
static enum ent_status
through_rest(const struct ent_incoming *incoming, struct ent_incoming *ret_back)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes rest = {0};

    expect_ok(ent_incoming_encode(incoming, &rest, &last_error));
    return ent_incoming_decode(ent_bytes_view(&rest), ret_back, &last_error);
}

static void
expect_impossible(const struct ent_incoming *incoming)
{
    struct ent_incoming back = {.settled_up_to = 77};

    expect_status(through_rest(incoming, &back), ENT_BAD_INPUT);
    assert_int_equal(back.settled_up_to, 77);
}

static void
an_outgoing_stream_reads_back_as_written(void **state)
{
    struct ent_outgoing outgoing = some_outgoing();
    uint8_t rest[ENT_OUTGOING_REST_LEN];
    struct ent_outgoing back;

    (void)state;
    ent_outgoing_encode(&outgoing, rest);
    expect_ok(ent_outgoing_decode(
        ent_view_of(rest, sizeof rest), &back, &last_error));
    assert_true(back.next == outgoing.next);
    assert_true(ent_digest_equal(&back.chain, &outgoing.chain));
    assert_true(back.settled_up_to == 9);
    assert_true(back.frozen);
}

static void
a_bundle_reads_back_as_written(void **state)
{
    struct ent_dispatch dispatch = some_dispatch();
    uint8_t rest[ENT_DISPATCH_REST_LEN];
    uint8_t again[ENT_DISPATCH_REST_LEN];
    struct ent_dispatch back;

    (void)state;
    ent_dispatch_encode(&dispatch, rest);
    expect_ok(ent_dispatch_decode(
        ent_view_of(rest, sizeof rest), &back, &last_error));
    assert_int_equal(back.state, ENT_DISPATCH_SKIPPING);
    assert_true(back.first == dispatch.first);
    assert_int_equal(back.count, 1024);
    assert_true(ent_digest_equal(&back.label_hash, &dispatch.label_hash));
    assert_true(ent_digest_equal(&back.chain_before, &dispatch.chain_before));
    assert_true(ent_digest_equal(&back.chain_after, &dispatch.chain_after));
    assert_true(back.due == UINT64_MAX);
    assert_int_equal(back.attempts, 6);
    assert_int_equal(back.put_off, 7);
    assert_int_equal(back.skip_reason, 1);
    ent_dispatch_encode(&back, again);
    assert_memory_equal(rest, again, sizeof rest);
}

static void
an_incoming_stream_reads_back_as_written(void **state)
{
    struct ent_incoming incoming = some_incoming();
    struct ent_incoming back;

    (void)state;
    expect_ok(through_rest(&incoming, &back));
    assert_int_equal(back.settled_up_to, 10);
    assert_true(ent_digest_equal(&back.chain, &incoming.chain));
    assert_false(back.forked);
    assert_int_equal(back.early_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct ent_early *want = &incoming.early[i];
        const struct ent_early *got = &back.early[i];

        assert_true(got->first == want->first && got->count == want->count);
        assert_int_equal(got->released, want->released);
        assert_true(ent_digest_equal(&got->previous, &want->previous));
        assert_true(ent_digest_equal(&got->chain_after, &want->chain_after));
        assert_true(ent_digest_equal(&got->label_hash, &want->label_hash));
        assert_true(got->arrived_at == want->arrived_at);
    }
}

static void
the_layout_is_fixed(void **state)
{
    struct ent_outgoing outgoing = some_outgoing();
    struct ent_dispatch dispatch = some_dispatch();
    uint8_t stream[ENT_OUTGOING_REST_LEN];
    uint8_t bundle[ENT_DISPATCH_REST_LEN];

    (void)state;
    ent_outgoing_encode(&outgoing, stream);
    assert_memory_equal(stream, "\1\1\2\3\4\5\6\7\x08\xa1", 10);
    assert_memory_equal(stream + 41, "\0\0\0\0\0\0\0\x09\1", 9);
    ent_dispatch_encode(&dispatch, bundle);
    assert_memory_equal(
        bundle, "\1\5\x11\x12\x13\x14\x15\x16\x17\x18\0\0\4\0\0\0\0\5\xb1", 19);
    assert_memory_equal(bundle + 130, "\0\0\0\6\0\0\0\7\0\0\0\1", 12);
}

static void
no_other_length_is_read(void **state)
{
    struct ent_incoming incoming = some_incoming();
    struct ent_dispatch dispatch = some_dispatch();
    ENT_AUTO(ent_bytes_free) struct ent_bytes rest = {0};
    uint8_t bundle[ENT_DISPATCH_REST_LEN + 1] = {0};

    (void)state;
    expect_ok(ent_incoming_encode(&incoming, &rest, &last_error));
    for (size_t len = 0; len < rest.len; len++) {
        expect_status(ent_incoming_decode(
                          ent_view_of(rest.data, len), &incoming, &last_error),
            ENT_BAD_INPUT);
    }
    ent_dispatch_encode(&dispatch, bundle);
    for (size_t len = 0; len <= sizeof bundle; len++) {
        expect_status(ent_dispatch_decode(
                          ent_view_of(bundle, len), &dispatch, &last_error),
            len == ENT_DISPATCH_REST_LEN ? ENT_OK : ENT_BAD_INPUT);
    }
    expect_status(ent_outgoing_decode(ent_view_of(NULL, 0),
                      &(struct ent_outgoing){0}, &last_error),
        ENT_BAD_INPUT);
}

static void
another_version_is_unsupported(void **state)
{
    uint8_t rest[ENT_DISPATCH_REST_LEN] = {2};
    struct ent_view view = ent_view_of(rest, sizeof rest);
    struct ent_outgoing outgoing;
    struct ent_dispatch dispatch;
    struct ent_incoming incoming;

    (void)state;
    expect_status(
        ent_outgoing_decode(view, &outgoing, &last_error), ENT_UNSUPPORTED);
    expect_status(
        ent_dispatch_decode(view, &dispatch, &last_error), ENT_UNSUPPORTED);
    expect_status(
        ent_incoming_decode(view, &incoming, &last_error), ENT_UNSUPPORTED);
}

static void
no_outgoing_stream_is_settled_beyond_its_end(void **state)
{
    struct ent_outgoing outgoing = some_outgoing();
    uint8_t rest[ENT_OUTGOING_REST_LEN];
    struct ent_outgoing back;

    (void)state;
    outgoing.settled_up_to = outgoing.next;
    ent_outgoing_encode(&outgoing, rest);
    expect_status(
        ent_outgoing_decode(ent_view_of(rest, sizeof rest), &back, &last_error),
        ENT_BAD_INPUT);
    outgoing.settled_up_to = 0;
    ent_outgoing_encode(&outgoing, rest);
    rest[sizeof rest - 1] = 2; /* frozen is yes or no */
    expect_status(
        ent_outgoing_decode(ent_view_of(rest, sizeof rest), &back, &last_error),
        ENT_BAD_INPUT);
}

static void
expect_impossible_bundle(const struct ent_dispatch *dispatch)
{
    struct ent_dispatch back = {.first = 77};
    uint8_t rest[ENT_DISPATCH_REST_LEN];

    ent_dispatch_encode(dispatch, rest);
    expect_status(
        ent_dispatch_decode(ent_view_of(rest, sizeof rest), &back, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(back.first, 77);
}

static void
no_impossible_bundle_is_read(void **state)
{
    struct ent_dispatch bad[11];

    (void)state;
    for (size_t i = 0; i < 11; i++) {
        bad[i] = some_dispatch();
    }
    bad[0].state = (enum ent_dispatch_state)0;
    bad[1].state = (enum ent_dispatch_state)7;
    bad[2].first = 0;
    bad[3].count = 0;
    bad[4].count = 1025;
    bad[5].first = UINT64_MAX - 1023;
    bad[6].precedence = 6;
    bad[7].skip_reason = 0;
    bad[8].skip_reason = 5;
    bad[9].state = ENT_DISPATCH_SENT; /* with a reason to skip it */
    bad[10].state = ENT_DISPATCH_SKIPPED;
    bad[10].skip_reason = 0;
    for (size_t i = 0; i < 11; i++) {
        expect_impossible_bundle(&bad[i]);
    }
}

static void
no_impossible_incoming_stream_is_read(void **state)
{
    struct ent_incoming bad[10];

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        bad[i] = some_incoming();
    }
    bad[0].settled_up_to = UINT64_MAX;
    bad[1].settled_up_to = 11;               /* the next would be settled */
    bad[2].settled_up_to = 12;               /* and overlaps */
    bad[3].early[1].first = 13;              /* overlaps */
    bad[4].early[1].previous = digest(0x31); /* does not link */
    bad[5].early[2].first = 11;              /* out of order */
    bad[6].early[2].count = 0;
    bad[7].early[2].first = UINT64_MAX;
    bad[8].settled_up_to = 11; /* though it links */
    bad[8].early[0].previous = bad[8].chain;
    bad[9].settled_up_to = UINT64_MAX;
    bad[9].early_count = 0;
    for (size_t i = 0; i < 10; i++) {
        expect_impossible(&bad[i]);
    }
}

static void
flags_are_yes_or_no(void **state)
{
    struct ent_incoming incoming = some_incoming();
    ENT_AUTO(ent_bytes_free) struct ent_bytes rest = {0};

    (void)state;
    expect_ok(ent_incoming_encode(&incoming, &rest, &last_error));
    rest.data[41] = 2; /* forked */
    expect_status(
        ent_incoming_decode(ent_bytes_view(&rest), &incoming, &last_error),
        ENT_BAD_INPUT);
    rest.data[41] = 1;
    rest.data[43 + 12] = 2; /* early[0].released */
    expect_status(
        ent_incoming_decode(ent_bytes_view(&rest), &incoming, &last_error),
        ENT_BAD_INPUT);
    rest.data[43 + 12] = 0;
    expect_ok(
        ent_incoming_decode(ent_bytes_view(&rest), &incoming, &last_error));
    assert_true(incoming.forked);
}

static void
sixty_four_early_bundles_fit_the_longest_rest(void **state)
{
    struct ent_incoming incoming = {.early_count = ENT_RANGES_MAX};
    ENT_AUTO(ent_bytes_free) struct ent_bytes rest = {0};

    (void)state;
    for (uint64_t i = 0; i < ENT_RANGES_MAX; i++) {
        incoming.early[i] = some_early(2 * i + 2, 1, 0, 0);
    }
    expect_ok(ent_incoming_encode(&incoming, &rest, &last_error));
    assert_int_equal(rest.len, ENT_INCOMING_REST_MAX);
    expect_ok(
        ent_incoming_decode(ent_bytes_view(&rest), &incoming, &last_error));
}

static void
one_early_bundle_more_is_not_read(void **state)
{
    static uint8_t rest[ENT_INCOMING_REST_MAX + ENT_EARLY_REST_LEN];
    struct ent_incoming untouched = {.settled_up_to = 77};

    (void)state;
    rest[0] = 1;
    rest[42] = ENT_RANGES_MAX + 1;
    for (size_t i = 0; i <= ENT_RANGES_MAX; i++) {
        uint8_t *early = rest + 43 + i * ENT_EARLY_REST_LEN;

        ent_put_be(early, 2 * i + 2, 8);
        ent_put_be(early + 8, 1, 4);
    }
    expect_status(ent_incoming_decode(
                      ent_view_of(rest, sizeof rest), &untouched, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(untouched.settled_up_to, 77);
}

static void
out_of_memory_is_a_status(void **state)
{
    struct ent_incoming incoming = some_incoming();
    struct ent_bytes rest = {0};

    (void)state;
    fail_allocation(1);
    expect_status(
        ent_incoming_encode(&incoming, &rest, &last_error), ENT_NO_MEMORY);
    assert_null(rest.data);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outgoing_stream_reads_back_as_written),
        cmocka_unit_test(a_bundle_reads_back_as_written),
        cmocka_unit_test(an_incoming_stream_reads_back_as_written),
        cmocka_unit_test(the_layout_is_fixed),
        cmocka_unit_test(no_other_length_is_read),
        cmocka_unit_test(another_version_is_unsupported),
        cmocka_unit_test(no_outgoing_stream_is_settled_beyond_its_end),
        cmocka_unit_test(no_impossible_bundle_is_read),
        cmocka_unit_test(no_impossible_incoming_stream_is_read),
        cmocka_unit_test(flags_are_yes_or_no),
        cmocka_unit_test(sixty_four_early_bundles_fit_the_longest_rest),
        cmocka_unit_test(one_early_bundle_more_is_not_read),
        cmocka_unit_test(out_of_memory_is_a_status),
    };

    return cmocka_run_group_tests_name("stream_rest", tests, NULL, NULL);
}
