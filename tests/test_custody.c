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

/* The broker in Bangkok holds 7 and 8 of Mae Sai's stream. */
static struct ent_custody
holding(void)
{
    return (struct ent_custody){
        .broker = all.broker.cert.address,
        .stream =
            {
                .sender = all.maesai.cert.address,
                .recipient = all.tachileik.cert.address,
                .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
                .sender_incarnation = 5,
                .recipient_incarnation = 6,
            },
        .first = 7,
        .count = 2,
        .label_hash = {{9}},
        .taken_at = PARTIES_NOW,
    };
}

static struct ent_bytes
made(const struct ent_custody *custody)
{
    struct ent_bytes wire;

    expect_ok(
        ent_custody_make(custody, &all.broker.signer, &wire, &last_error));
    return wire;
}

static enum ent_status
opened(const struct ent_bytes *wire, struct ent_custody *ret_custody)
{
    return ent_custody_open(
        ent_bytes_view(wire), &all.broker.cert, ret_custody, &last_error);
}

static void
expect_same(const struct ent_custody *a, const struct ent_custody *b)
{
    assert_true(ent_address_equal(&a->broker, &b->broker));
    assert_true(ent_stream_id_equal(&a->stream, &b->stream));
    assert_true(a->first == b->first);
    assert_int_equal(a->count, b->count);
    assert_true(ent_digest_equal(&a->label_hash, &b->label_hash));
    assert_true(a->taken_at == b->taken_at);
}

static void
a_custody_receipt_reads_back_as_made(void **state)
{
    const struct ent_custody custody = holding();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&custody);
    struct ent_custody again;

    (void)state;
    expect_ok(opened(&wire, &again));
    expect_same(&custody, &again);
    expect_ok(ent_custody_peek(ent_bytes_view(&wire), &again, &last_error));
    expect_same(&custody, &again);
}

static void
only_that_broker_can_give_it(void **state)
{
    struct ent_custody custody = holding();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&custody);
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes by_office = {0};

    (void)state;
    expect_status(ent_custody_open(ent_bytes_view(&wire), &all.maesai.cert,
                      &custody, &last_error),
        ENT_REJECTED);
    strcpy(custody.broker.text, "broker-yangon@mm");
    other = made(&custody);
    expect_status(opened(&other, &custody), ENT_REJECTED);

    /* An office is no broker, even in its own name. */
    custody = holding();
    custody.broker = all.maesai.cert.address;
    expect_ok(ent_custody_make(
        &custody, &all.maesai.signer, &by_office, &last_error));
    expect_status(ent_custody_open(ent_bytes_view(&by_office), &all.maesai.cert,
                      &custody, &last_error),
        ENT_REJECTED);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    struct ent_custody custody = holding();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&custody);

    (void)state;
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        enum ent_status rc;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(&wire, &custody);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_REJECTED);
    }
}

static void
what_would_not_open_is_not_made(void **state)
{
    const struct ent_custody good = holding();
    struct ent_custody bent[7] = {good, good, good, good, good, good, good};
    struct ent_bytes wire = {0};

    (void)state;
    bent[0].broker.text[0] = '\0';
    bent[1].stream.precedence = 6;
    bent[2].stream.recipient.text[0] = '@';
    bent[3].count = 0;
    bent[4].count = ENT_BUNDLE_MESSAGES_MAX + 1;
    bent[5].first = 0;
    bent[6].first = UINT64_MAX;
    for (size_t i = 0; i < 7; i++) {
        expect_status(
            ent_custody_make(&bent[i], &all.broker.signer, &wire, &last_error),
            ENT_BAD_INPUT);
        assert_null(wire.data);
    }
}

/* What a broker might sign that does not go by the rules. */
static enum ent_status
open_anyway(uint32_t version, uint32_t count, bool with_stream)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__Custody message = ENTENTE__V1__CUSTODY__INIT;
    Entente__V1__Stream stream = ENTENTE__V1__STREAM__INIT;
    struct ent_digest hash = {{1}};
    struct ent_custody custody;

    stream.sender = (char *)"blo-maesai@th";
    stream.recipient = (char *)"blo-tachileik@mm";
    stream.precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    message.version = version;
    message.broker = (char *)"broker-bangkok@th";
    message.stream = with_stream ? &stream : NULL;
    message.first = 1;
    message.count = count;
    message.label_hash.data = hash.bytes;
    message.label_hash.len = sizeof hash.bytes;
    expect_ok(ent_bytes_alloc(entente__v1__custody__get_packed_size(&message),
        &payload, &last_error));
    entente__v1__custody__pack(&message, payload.data);
    expect_ok(ent_signed_make(&all.broker.signer, ENT_TYPE_CUSTODY,
        ent_bytes_view(&payload), &wire, &last_error));
    return opened(&wire, &custody);
}

static void
what_goes_against_the_rules_is_refused(void **state)
{
    (void)state;
    expect_ok(open_anyway(1, 1, true));
    expect_status(open_anyway(2, 1, true), ENT_UNSUPPORTED);
    expect_status(open_anyway(1, 0, true), ENT_BAD_INPUT);
    expect_status(open_anyway(1, 1025, true), ENT_BAD_INPUT);
    expect_status(open_anyway(1, 1, false), ENT_BAD_INPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_custody_receipt_reads_back_as_made),
        TEST(only_that_broker_can_give_it),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(what_would_not_open_is_not_made),
        TEST(what_goes_against_the_rules_is_refused),
    };

    return cmocka_run_group_tests_name("custody", tests, NULL, NULL);
}
