/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/parties.h"

#include "proto/schema/common.pb-c.h"

#define TYPE_LETTER "application/vnd.entente.letter.v1"

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

static struct ent_bytes
made(struct ent_view payload)
{
    struct ent_bytes wire;

    expect_ok(ent_signed_make(
        &all.maesai.signer, TYPE_LETTER, payload, &wire, &last_error));
    return wire;
}

static enum ent_status
opened(struct ent_view wire, struct ent_view *ret_payload)
{
    return ent_signed_open(wire, ENT_KEY_OFFICE, &all.maesai.signer.key,
        TYPE_LETTER, ret_payload, &last_error);
}

static void
what_was_signed_is_read_where_it_lies(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(view("let it pass"));
    struct ent_view payload;

    (void)state;
    expect_ok(opened(ent_bytes_view(&wire), &payload));
    expect_bytes(payload, "let it pass");
    assert_true(payload.data > wire.data);
    assert_true(payload.data + payload.len < wire.data + wire.len);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(view("let it pass"));

    (void)state;
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        struct ent_view payload = {.len = 99};
        enum ent_status rc;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(ent_bytes_view(&wire), &payload);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_REJECTED);
        assert_int_equal(payload.len, 99);
    }
}

static void
no_shorter_and_no_longer_one_is_read(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(view("let it pass"));
    uint8_t longer[512] = {0};
    struct ent_view payload;

    (void)state;
    for (size_t len = 0; len < wire.len; len++) {
        expect_status(
            opened(ent_view_of(wire.data, len), &payload), ENT_BAD_INPUT);
    }
    memcpy(longer, wire.data, wire.len);
    expect_status(
        opened(ent_view_of(longer, wire.len + 1), &payload), ENT_BAD_INPUT);
}

static void
another_role_or_kind_is_rejected(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(view("let it pass"));
    const struct ent_verify_key *key = &all.maesai.signer.key;
    struct ent_view payload;

    (void)state;
    expect_status(ent_signed_open(ent_bytes_view(&wire), ENT_KEY_BROKER, key,
                      TYPE_LETTER, &payload, &last_error),
        ENT_REJECTED);
    expect_status(ent_signed_open(ent_bytes_view(&wire), ENT_KEY_OFFICE, key,
                      ENT_TYPE_RECEIPT, &payload, &last_error),
        ENT_REJECTED);
}

static void
several_may_sign_the_same(void **state)
{
    struct ent_signatures signatures = {.count = 2};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures again;
    struct ent_view payload;

    (void)state;
    expect_ok(ent_signing_sign(&all.thailand.signer, TYPE_LETTER,
        view("let it pass"), &signatures.list[0], &last_error));
    expect_ok(ent_signing_sign(&all.maesai.signer, TYPE_LETTER,
        view("let it pass"), &signatures.list[1], &last_error));
    expect_ok(ent_signed_encode(
        view("let it pass"), &signatures, &wire, &last_error));
    expect_ok(opened(ent_bytes_view(&wire), &payload));
    expect_ok(ent_signed_decode(
        ent_bytes_view(&wire), &payload, &again, &last_error));
    assert_int_equal(again.count, 2);
    assert_true(
        ent_key_id_equal(&again.list[0].key_id, &all.thailand.signer.key_id));
}

static void
the_size_has_a_limit(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes large = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_bytes none = {0};
    struct ent_view payload;

    (void)state;
    expect_ok(ent_bytes_alloc(ENT_SIGNED_MAX + 1, &large, &last_error));
    wire = made(ent_view_of(large.data, ENT_SIGNED_MAX - 4096));
    assert_true(wire.len <= ENT_SIGNED_MAX);
    expect_ok(opened(ent_bytes_view(&wire), &payload));
    assert_int_equal(payload.len, ENT_SIGNED_MAX - 4096);

    expect_status(opened(ent_bytes_view(&large), &payload), ENT_BAD_INPUT);
    expect_status(ent_signed_make(&all.maesai.signer, TYPE_LETTER,
                      ent_bytes_view(&large), &none, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_signed_make(&all.maesai.signer, TYPE_LETTER, view(""),
                      &none, &last_error),
        ENT_BAD_INPUT);
    assert_null(none.data);
}

/* Encodings that our own code would not write. */
static enum ent_status
decode_anyway(size_t count, size_t payload_len)
{
    static uint8_t bytes[64] = {1};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__Signed message = ENTENTE__V1__SIGNED__INIT;
    Entente__V1__Signature signature = ENTENTE__V1__SIGNATURE__INIT;
    Entente__V1__Signature *list[5] = {
        &signature, &signature, &signature, &signature, &signature};
    struct ent_signatures signatures;
    struct ent_view payload;

    signature.algorithm = ENTENTE__V1__ALGORITHM__ED25519;
    signature.key_id = (ProtobufCBinaryData){.len = 16, .data = bytes};
    signature.value = (ProtobufCBinaryData){.len = 64, .data = bytes};
    message.payload = (ProtobufCBinaryData){.len = payload_len, .data = bytes};
    message.n_signatures = count;
    message.signatures = list;
    if (count + payload_len > 0) {
        expect_ok(
            ent_bytes_alloc(entente__v1__signed__get_packed_size(&message),
                &wire, &last_error));
        entente__v1__signed__pack(&message, wire.data);
    }
    return ent_signed_decode(
        ent_bytes_view(&wire), &payload, &signatures, &last_error);
}

static void
what_nobody_signed_is_refused(void **state)
{
    (void)state;
    expect_ok(decode_anyway(1, 10));
    expect_ok(decode_anyway(4, 10));
    expect_status(decode_anyway(5, 10), ENT_BAD_INPUT);
    expect_status(decode_anyway(0, 10), ENT_BAD_INPUT);
    expect_status(decode_anyway(1, 0), ENT_BAD_INPUT);
    expect_status(decode_anyway(0, 0), ENT_BAD_INPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_signed_is_read_where_it_lies),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(no_shorter_and_no_longer_one_is_read),
        TEST(another_role_or_kind_is_rejected),
        TEST(several_may_sign_the_same),
        TEST(the_size_has_a_limit),
        TEST(what_nobody_signed_is_refused),
    };

    return cmocka_run_group_tests_name("signed", tests, NULL, NULL);
}
