/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/parties.h"

#include "proto/delivery.h"
#include "proto/schema/delivery.pb-c.h"

static struct parties all;

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

/* Mae Sai's 7 and 8 will not come: they expired. */
static struct ent_skip
notice(void)
{
    return (struct ent_skip){
        .stream =
            {
                .sender = all.maesai.cert.address,
                .recipient = all.tachileik.cert.address,
                .precedence = ENTENTE__V1__PRECEDENCE__ROUTINE,
                .sender_incarnation = 5,
                .recipient_incarnation = 6,
            },
        .from = 7,
        .to = 8,
        .chain_before = {{1}},
        .chain_after = {{2}},
        .reason = ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED,
        .issued_at = PARTIES_NOW,
    };
}

static struct ent_bytes
made(const struct ent_skip *skip)
{
    struct ent_bytes wire;

    expect_ok(ent_skip_make(skip, &all.maesai.signer, &wire, &last_error));
    return wire;
}

static enum ent_status
opened(const struct ent_bytes *wire, struct ent_skip *ret_skip)
{
    return ent_skip_open(
        ent_bytes_view(wire), &all.maesai.cert, ret_skip, &last_error);
}

static void
expect_same(const struct ent_skip *a, const struct ent_skip *b)
{
    assert_true(ent_stream_id_equal(&a->stream, &b->stream));
    assert_true(a->from == b->from);
    assert_true(a->to == b->to);
    assert_true(ent_digest_equal(&a->chain_before, &b->chain_before));
    assert_true(ent_digest_equal(&a->chain_after, &b->chain_after));
    assert_int_equal(a->reason, b->reason);
    assert_true(a->issued_at == b->issued_at);
}

static void
a_skip_reads_back_as_made(void **state)
{
    const struct ent_skip skip = notice();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&skip);
    struct ent_skip again;

    (void)state;
    expect_ok(opened(&wire, &again));
    expect_same(&skip, &again);
    expect_ok(ent_skip_peek(ent_bytes_view(&wire), &again, &last_error));
    expect_same(&skip, &again);
}

static void
only_the_sender_can_skip(void **state)
{
    struct ent_skip skip = notice();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&skip);
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};

    (void)state;
    expect_status(ent_skip_open(ent_bytes_view(&wire), &all.tachileik.cert,
                      &skip, &last_error),
        ENT_REJECTED);
    expect_status(ent_skip_open(ent_bytes_view(&wire), &all.broker.cert, &skip,
                      &last_error),
        ENT_REJECTED);
    skip = notice();
    skip.stream.sender = all.tachileik.cert.address;
    other = made(&skip);
    expect_status(opened(&other, &skip), ENT_REJECTED);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    struct ent_skip skip = notice();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&skip);

    (void)state;
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        enum ent_status rc;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(&wire, &skip);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_REJECTED);
    }
}

/* What a sender might sign that does not go by the rules. */
static enum ent_status
open_anyway(uint64_t from, uint64_t to, int reason)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__Skip message = ENTENTE__V1__SKIP__INIT;
    Entente__V1__Stream stream = ENTENTE__V1__STREAM__INIT;
    struct ent_digest chain = {{1}};
    struct ent_skip skip;

    stream.sender = (char *)"blo-maesai@th";
    stream.recipient = (char *)"blo-tachileik@mm";
    stream.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    message.version = 1;
    message.stream = &stream;
    message.from = from;
    message.to = to;
    message.chain_before.data = chain.bytes;
    message.chain_before.len = sizeof chain.bytes;
    message.chain_after = message.chain_before;
    message.reason = (Entente__V1__SkipReason)reason;
    expect_ok(ent_bytes_alloc(
        entente__v1__skip__get_packed_size(&message), &payload, &last_error));
    entente__v1__skip__pack(&message, payload.data);
    expect_ok(ent_signed_make(&all.maesai.signer, ENT_TYPE_SKIP,
        ent_bytes_view(&payload), &wire, &last_error));
    return opened(&wire, &skip);
}

static void
a_skip_is_for_the_place_of_one_bundle(void **state)
{
    static const struct {
        uint64_t from;
        uint64_t to;
        int reason;
        enum ent_status want;
    } rows[] = {
        {1, 1, 1, ENT_OK},
        {1, 1024, 4, ENT_OK},
        {UINT64_MAX - 1, UINT64_MAX - 1, 1, ENT_OK},
        {0, 1, 1, ENT_BAD_INPUT},
        {2, 1, 1, ENT_BAD_INPUT},
        {1, 1025, 1, ENT_BAD_INPUT},
        {UINT64_MAX, UINT64_MAX, 1, ENT_BAD_INPUT},
        {1, 1, 0, ENT_BAD_INPUT},
        {1, 1, 5, ENT_BAD_INPUT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ent_skip skip = notice();
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

        skip.from = rows[i].from;
        skip.to = rows[i].to;
        skip.reason = (uint32_t)rows[i].reason;
        expect_status(
            ent_skip_make(&skip, &all.maesai.signer, &wire, &last_error),
            rows[i].want);
        expect_status(open_anyway(rows[i].from, rows[i].to, rows[i].reason),
            rows[i].want);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_skip_reads_back_as_made),
        TEST(only_the_sender_can_skip),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(a_skip_is_for_the_place_of_one_bundle),
    };

    return cmocka_run_group_tests_name("skip", tests, NULL, NULL);
}
