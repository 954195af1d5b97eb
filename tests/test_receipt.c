/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/parties.h"

#include "proto/delivery.h"
#include "proto/schema/delivery.pb-c.h"

static struct parties all;
static const uint8_t sealed[3000] = {'s', 'e', 'a', 'l', 'e', 'd'};

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

/* Tachileik has settled 1 to 9, and 12 and 13; it answers three bundles. */
static struct ent_receipt
answer(void)
{
    struct ent_receipt receipt = {
        .stream =
            {
                .sender = all.maesai.cert.address,
                .recipient = all.tachileik.cert.address,
                .precedence = ENTENTE__V1__PRECEDENCE__PRIORITY,
                .sender_incarnation = 5,
                .recipient_incarnation = 6,
            },
        .settled_up_to = 9,
        .further = {{12, 13}},
        .further_count = 1,
        .chain = {{1}},
        .issued_at = PARTIES_NOW,
        .revocation = {{2}},
        .answers =
            {
                {
                    .first = 8,
                    .count = 2,
                    .code = ENTENTE__V1__ANSWER_CODE__SETTLED,
                    .label_hash = {{3}},
                    .sealed = ent_view_of(sealed, sizeof sealed),
                },
                {
                    .first = 12,
                    .count = 2,
                    .code = ENTENTE__V1__ANSWER_CODE__NOT_YET,
                    .label_hash = {{4}},
                    .reason = 301,
                },
                {
                    .first = 14,
                    .count = 1,
                    .code = ENTENTE__V1__ANSWER_CODE__STALE,
                    .label_hash = {{5}},
                    .highest = 77,
                },
            },
        .answer_count = 3,
    };

    return receipt;
}

static struct ent_bytes
made(const struct ent_receipt *receipt)
{
    struct ent_bytes wire;

    expect_ok(
        ent_receipt_make(receipt, &all.tachileik.signer, &wire, &last_error));
    return wire;
}

static enum ent_status
opened(const struct ent_bytes *wire, struct ent_receipt *ret_receipt)
{
    return ent_receipt_open(
        ent_bytes_view(wire), &all.tachileik.cert, ret_receipt, &last_error);
}

static bool
lies_in(struct ent_view part, const struct ent_bytes *whole)
{
    return part.data >= whole->data &&
           part.data + part.len <= whole->data + whole->len;
}

static void
expect_same(const struct ent_receipt *a, const struct ent_receipt *b)
{
    assert_true(ent_stream_id_equal(&a->stream, &b->stream));
    assert_true(a->settled_up_to == b->settled_up_to);
    assert_int_equal(a->further_count, b->further_count);
    assert_memory_equal(
        a->further, b->further, a->further_count * sizeof a->further[0]);
    assert_true(ent_digest_equal(&a->chain, &b->chain));
    assert_true(a->issued_at == b->issued_at);
    assert_true(ent_digest_equal(&a->revocation, &b->revocation));
    assert_true(ent_digest_equal(&a->agreement, &b->agreement));
    assert_int_equal(a->answer_count, b->answer_count);
    for (size_t i = 0; i < a->answer_count; i++) {
        const struct ent_answer *x = &a->answers[i];
        const struct ent_answer *y = &b->answers[i];

        assert_true(x->first == y->first);
        assert_int_equal(x->count, y->count);
        assert_int_equal(x->code, y->code);
        assert_true(ent_digest_equal(&x->label_hash, &y->label_hash));
        assert_true(ent_view_equal(x->sealed, y->sealed));
        assert_int_equal(x->reason, y->reason);
        assert_true(x->highest == y->highest);
    }
}

static void
a_receipt_reads_back_as_made(void **state)
{
    const struct ent_receipt receipt = answer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&receipt);
    struct ent_receipt again;

    (void)state;
    expect_ok(opened(&wire, &again));
    expect_same(&receipt, &again);
    assert_true(lies_in(again.answers[0].sealed, &wire));
    expect_ok(ent_receipt_peek(ent_bytes_view(&wire), &again, &last_error));
    expect_same(&receipt, &again);
}

static void
a_receipt_for_nothing_yet_is_one_too(void **state)
{
    const struct ent_receipt full = answer();
    const struct ent_receipt receipt = {.stream = full.stream};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&receipt);
    struct ent_receipt again;

    (void)state;
    expect_ok(opened(&wire, &again));
    expect_same(&receipt, &again);
}

static void
a_full_receipt_fits(void **state)
{
    struct ent_receipt receipt = answer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_receipt again;

    (void)state;
    receipt.further_count = ENT_RANGES_MAX;
    for (size_t i = 0; i < ENT_RANGES_MAX; i++) {
        receipt.further[i].first = 11 + i * 2;
        receipt.further[i].last = 11 + i * 2;
    }
    receipt.answer_count = ENT_ANSWERS_MAX;
    for (size_t i = 0; i < ENT_ANSWERS_MAX; i++) {
        receipt.answers[i] = receipt.answers[0];
    }
    wire = made(&receipt);
    expect_ok(opened(&wire, &again));
    expect_same(&receipt, &again);
}

static void
only_the_recipient_can_give_it(void **state)
{
    struct ent_receipt receipt = answer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&receipt);
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes by_broker = {0};

    (void)state;
    expect_status(ent_receipt_open(ent_bytes_view(&wire), &all.maesai.cert,
                      &receipt, &last_error),
        ENT_REJECTED);

    /* Signed by Tachileik, for a stream to somebody else. */
    receipt = answer();
    receipt.stream.recipient = all.broker.cert.address;
    other = made(&receipt);
    expect_status(opened(&other, &receipt), ENT_REJECTED);

    expect_ok(ent_receipt_make(
        &receipt, &all.broker.signer, &by_broker, &last_error));
    expect_status(ent_receipt_open(ent_bytes_view(&by_broker), &all.broker.cert,
                      &receipt, &last_error),
        ENT_REJECTED);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    struct ent_receipt receipt = answer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    (void)state;
    receipt.answers[0].sealed.len = 60;
    wire = made(&receipt);
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        enum ent_status rc;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(&wire, &receipt);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_REJECTED);
    }
}

/* What a recipient might sign that does not go by the rules. */
static enum ent_status
open_anyway(Entente__V1__Receipt *message)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_receipt receipt;

    expect_ok(ent_bytes_alloc(
        entente__v1__receipt__get_packed_size(message), &payload, &last_error));
    entente__v1__receipt__pack(message, payload.data);
    expect_ok(ent_signed_make(&all.tachileik.signer, ENT_TYPE_RECEIPT,
        ent_bytes_view(&payload), &wire, &last_error));
    return opened(&wire, &receipt);
}

static Entente__V1__Receipt *
unpacked(void)
{
    const struct ent_receipt receipt = answer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&receipt);
    struct ent_signatures signatures;
    struct ent_view payload;

    expect_ok(ent_signed_decode(
        ent_bytes_view(&wire), &payload, &signatures, &last_error));
    return entente__v1__receipt__unpack(NULL, payload.len, payload.data);
}

#define EXPECT_REFUSED(member, value, want)                                    \
    do {                                                                       \
        Entente__V1__Receipt *m = unpacked();                                  \
        member = (value);                                                      \
        expect_status(open_anyway(m), want);                                   \
        entente__v1__receipt__free_unpacked(m, NULL);                          \
    } while (0)

static void
what_goes_against_the_rules_is_refused(void **state)
{
    (void)state;
    EXPECT_REFUSED(m->version, 2, ENT_UNSUPPORTED);
    EXPECT_REFUSED(m->stream->precedence, 0, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->stream->sender[0], '-', ENT_BAD_INPUT);
    EXPECT_REFUSED(m->chain.len, 31, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->revocation.len, 31, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->revocation.data[0], 0, ENT_BAD_INPUT); /* all zeros */
    EXPECT_REFUSED(m->further[0]->first, 9, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->further[0]->last, 11, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->first, 0, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->first, UINT64_MAX, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->count, 0, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->count, 1025, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->code, 0, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->code, 6, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->label_hash.len, 31, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->highest, 1, ENT_BAD_INPUT);
    EXPECT_REFUSED(m->answers[0]->code, ENTENTE__V1__ANSWER_CODE__RESEAL,
        ENT_BAD_INPUT); /* yet sealed */
}

static void
ranges_ascend(void **state)
{
    Entente__V1__Receipt *message = unpacked();
    Entente__V1__Range first = ENTENTE__V1__RANGE__INIT;
    Entente__V1__Range second = ENTENTE__V1__RANGE__INIT;
    Entente__V1__Range *ranges[65];
    Entente__V1__Range **before = message->further;

    (void)state;
    first.first = 12;
    first.last = 13;
    second.first = 14;
    second.last = UINT64_MAX;
    ranges[0] = &first;
    ranges[1] = &second;
    message->further = ranges;
    message->n_further = 2;
    expect_ok(open_anyway(message));
    second.first = 13;
    expect_status(open_anyway(message), ENT_BAD_INPUT);
    for (size_t i = 0; i < 65; i++) {
        ranges[i] = &first;
    }
    message->n_further = 65;
    expect_status(open_anyway(message), ENT_BAD_INPUT);
    message->further = before;
    message->n_further = 1;
    entente__v1__receipt__free_unpacked(message, NULL);
}

static void
there_are_not_too_many_answers(void **state)
{
    Entente__V1__Receipt *message = unpacked();
    Entente__V1__Answer *answers[65];
    Entente__V1__Answer **before = message->answers;

    (void)state;
    for (size_t i = 0; i < 65; i++) {
        answers[i] = before[1];
    }
    message->answers = answers;
    message->n_answers = 64;
    expect_ok(open_anyway(message));
    message->n_answers = 65;
    expect_status(open_anyway(message), ENT_BAD_INPUT);
    message->answers = before;
    message->n_answers = 3;
    entente__v1__receipt__free_unpacked(message, NULL);
}

static void
what_would_not_open_is_not_made(void **state)
{
    const struct ent_receipt good = answer();
    static struct ent_receipt bent[5];
    struct ent_bytes wire = {0};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        bent[i] = good;
    }
    bent[0].stream.precedence = 0;
    bent[1].stream.sender.text[0] = '\0';
    bent[2].further[0].first = 9;
    bent[3].answers[1].code = 0;
    bent[4].answers[1].sealed = ent_view_of(sealed, 1);
    for (size_t i = 0; i < 5; i++) {
        expect_status(ent_receipt_make(
                          &bent[i], &all.tachileik.signer, &wire, &last_error),
            ENT_BAD_INPUT);
        assert_null(wire.data);
    }
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    const struct ent_receipt receipt = answer();
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    (void)state;
    while (rc == ENT_NO_MEMORY) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        struct ent_receipt again;

        fail_allocation(++nth);
        rc = ent_receipt_make(
            &receipt, &all.tachileik.signer, &wire, &last_error);
        if (rc == ENT_OK) {
            rc = opened(&wire, &again);
        }
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 2, 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_receipt_reads_back_as_made),
        TEST(a_receipt_for_nothing_yet_is_one_too),
        TEST(a_full_receipt_fits),
        TEST(only_the_recipient_can_give_it),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(what_goes_against_the_rules_is_refused),
        TEST(ranges_ascend),
        TEST(there_are_not_too_many_answers),
        TEST(what_would_not_open_is_not_made),
        TEST(no_memory_is_a_status_and_leaks_nothing),
    };

    return cmocka_run_group_tests_name("receipt", tests, NULL, NULL);
}
