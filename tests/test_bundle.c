/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>

#include "tests/envelopes.h"
#include "tests/parties.h"

#include "proto/bundle.h"
#include "proto/schema/link.pb-c.h"

#define COUNT 3
#define HOUR UINT64_C(3600000)

/* Three envelopes from Mae Sai to Tachileik, signed, by way of one broker. */
struct border {
    struct parties all;
    struct ent_hop hop;
    struct ent_label label;
    struct ent_bytes label_wire;
    struct ent_signatures signatures;
    struct ent_bytes head;
    struct ent_bytes body;
};

/* Make label, signature and head anew, after a test has bent something. */
static void
seal_again(struct border *border)
{
    struct ent_label *label = &border->label;

    ent_bytes_free(&border->label_wire);
    ent_bytes_free(&border->head);
    expect_ok(ent_label_encode(label, &border->label_wire, &last_error));
    expect_ok(ent_signing_sign(&border->all.maesai.signer, ENT_TYPE_LABEL,
        ent_bytes_view(&border->label_wire), &border->signatures.list[0],
        &last_error));
    border->signatures.count = 1;
    expect_ok(ent_bundle_encode_head(&border->hop,
        ent_bytes_view(&border->label_wire), &border->signatures, &border->head,
        &last_error));
}

static int
setup(void **state)
{
    static struct border border;

    border = (struct border){0};
    parties_init(&border.all);
    border.body = envelopes_frame(1, COUNT, 0, 1);
    border.hop.brokers[0] = border.all.broker.cert.address;
    border.hop.count = 1;
    border.label = (struct ent_label){
        .stream =
            {
                .sender = border.all.maesai.cert.address,
                .recipient = border.all.tachileik.cert.address,
                .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
                .sender_incarnation = 5,
                .recipient_incarnation = 6,
            },
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__ACTUAL,
        .first = 1,
        .count = COUNT,
        .body_len = (uint32_t)border.body.len,
        .signing_key_id = border.all.maesai.cert.signing_key_id,
        .sealed_at = PARTIES_NOW,
        .expires_at = PARTIES_NOW + HOUR,
    };
    expect_ok(ent_body_root(
        ent_bytes_view(&border.body), COUNT, &border.label.root, &last_error));
    seal_again(&border);
    *state = &border;
    return 0;
}

static int
teardown(void **state)
{
    struct border *border = *state;

    ent_bytes_free(&border->label_wire);
    ent_bytes_free(&border->head);
    ent_bytes_free(&border->body);
    parties_fini(&border->all);
    return 0;
}

static enum ent_status
decoded(const struct border *border, struct ent_bundle *ret_bundle)
{
    return ent_bundle_decode(ent_bytes_view(&border->head),
        ent_bytes_view(&border->body), ret_bundle, &last_error);
}

/* What a broker makes of the bytes. */
static enum ent_status
received(const struct border *border)
{
    struct ent_bundle bundle;
    enum ent_status rc;

    rc = decoded(border, &bundle);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_bundle_verify(&bundle, &border->all.maesai.cert, &last_error);
}

static void
a_bundle_reads_back_as_written(void **state)
{
    const struct border *border = *state;
    struct ent_bundle bundle;

    expect_ok(decoded(border, &bundle));
    assert_int_equal(bundle.hop.count, 1);
    assert_string_equal(bundle.hop.brokers[0].text, "broker-bangkok@th");
    assert_true(
        ent_view_equal(bundle.label_wire, ent_bytes_view(&border->label_wire)));
    assert_true(bundle.label_wire.data > border->head.data);
    assert_true(
        ent_stream_id_equal(&bundle.label.stream, &border->label.stream));
    assert_int_equal(bundle.signatures.count, 1);
    assert_ptr_equal(bundle.body.data, border->body.data);
    expect_ok(
        ent_bundle_verify(&bundle, &border->all.maesai.cert, &last_error));
}

static void
the_next_broker_adds_itself_without_touching_the_rest(void **state)
{
    struct border *border = *state;
    struct ent_bundle bundle;
    struct ent_bytes again;

    expect_ok(decoded(border, &bundle));
    strcpy(bundle.hop.brokers[bundle.hop.count++].text, "broker-yangon@mm");
    expect_ok(ent_bundle_encode_head(&bundle.hop, bundle.label_wire,
        &bundle.signatures, &again, &last_error));
    ent_bytes_free(&border->head);
    border->head = again;
    expect_ok(received(border));
    expect_ok(decoded(border, &bundle));
    assert_int_equal(bundle.hop.count, 2);
}

static void
a_bundle_may_come_straight_from_its_sender(void **state)
{
    struct border *border = *state;
    struct ent_bundle bundle;

    border->hop.count = 0;
    seal_again(border);
    expect_ok(decoded(border, &bundle));
    assert_int_equal(bundle.hop.count, 0);
    expect_ok(received(border));
}

/* All of a bundle but the hop header, which nobody signs. */
static void
no_flipped_bit_goes_unnoticed(void **state)
{
    struct border *border = *state;
    struct ent_bytes *parts[] = {&border->head, &border->body};

    border->hop.count = 0;
    seal_again(border);
    for (size_t part = 0; part < 2; part++) {
        for (size_t bit = 0; bit < parts[part]->len * 8; bit++) {
            enum ent_status rc;

            parts[part]->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            rc = received(border);
            parts[part]->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            if (rc != ENT_BAD_INPUT && rc != ENT_REJECTED &&
                rc != ENT_UNSUPPORTED) {
                fail_msg(
                    "part %zu bit %zu: %s", part, bit, ent_status_name(rc));
            }
        }
    }
}

static void
no_shorter_bundle_is_accepted(void **state)
{
    struct border *border = *state;
    struct ent_bundle bundle;

    for (size_t len = 0; len < border->head.len; len++) {
        assert_int_not_equal(
            ent_bundle_decode(ent_view_of(border->head.data, len),
                ent_bytes_view(&border->body), &bundle, &last_error),
            ENT_OK);
    }
    for (size_t len = 0; len < border->body.len; len++) {
        expect_status(
            ent_bundle_decode(ent_bytes_view(&border->head),
                ent_view_of(border->body.data, len), &bundle, &last_error),
            ENT_BAD_INPUT);
    }
}

static void
the_label_says_how_long_the_body_is(void **state)
{
    struct border *border = *state;
    struct ent_bundle bundle;

    border->label.body_len++;
    seal_again(border);
    expect_status(decoded(border, &bundle), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "where the label says"));
}

/* `want` is a part of the detail, which is for our own log. */
static void
expect_not_authentic(struct border *border, const char *want)
{
    seal_again(border);
    expect_status(received(border), ENT_REJECTED);
    assert_non_null(strstr(last_error.text, "bundle is not authentic"));
    assert_non_null(strstr(last_error.text, want));
}

static void
what_is_not_authentic_is_rejected(void **state)
{
    struct border *border = *state;
    const struct ent_label good = border->label;
    const struct ent_signer maesai = border->all.maesai.signer;

    border->label.stream.sender = border->all.tachileik.cert.address;
    expect_not_authentic(border, "another office's");
    border->label = good;

    border->label.signing_key_id = border->all.tachileik.cert.signing_key_id;
    expect_not_authentic(border, "another key");
    border->label = good;

    border->label.root.bytes[0] ^= 1;
    expect_not_authentic(border, "its body");
    border->label = good;

    border->all.maesai.signer = border->all.tachileik.signer;
    expect_not_authentic(border, "not signed");
    border->all.maesai.signer = maesai;

    seal_again(border);
    expect_ok(received(border));
}

static void
a_broker_is_no_sender(void **state)
{
    struct border *border = *state;
    struct ent_bundle bundle;

    border->label.stream.sender = border->all.broker.cert.address;
    border->label.signing_key_id = border->all.broker.cert.signing_key_id;
    seal_again(border);
    expect_ok(decoded(border, &bundle));
    expect_status(
        ent_bundle_verify(&bundle, &border->all.broker.cert, &last_error),
        ENT_REJECTED);
}

static void
a_signature_over_another_kind_of_object_is_none(void **state)
{
    struct border *border = *state;
    struct ent_bundle bundle;

    expect_ok(decoded(border, &bundle));
    expect_ok(ent_signing_sign(&border->all.maesai.signer, ENT_TYPE_SKIP,
        bundle.label_wire, &bundle.signatures.list[0], &last_error));
    expect_status(
        ent_bundle_verify(&bundle, &border->all.maesai.cert, &last_error),
        ENT_REJECTED);
}

static void
verifying_needs_no_heap(void **state)
{
    struct border *border = *state;

    fail_allocation(1);
    expect_ok(received(border));
    fail_allocation(0);
}

/* A head that our own code would not write. */
static enum ent_status
decode_head(const struct border *border, const Entente__V1__Bundle *message)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    struct ent_bundle bundle;

    expect_ok(ent_bytes_alloc(
        entente__v1__bundle__get_packed_size(message), &head, &last_error));
    entente__v1__bundle__pack(message, head.data);
    return ent_bundle_decode(ent_bytes_view(&head),
        ent_bytes_view(&border->body), &bundle, &last_error);
}

static void
a_head_outside_the_limits_is_refused(void **state)
{
    const struct border *border = *state;
    Entente__V1__Bundle *message =
        entente__v1__bundle__unpack(NULL, border->head.len, border->head.data);
    Entente__V1__Signature *signature = message->signatures[0];
    Entente__V1__Signature *five[] = {
        signature, signature, signature, signature, signature};
    char *nine[9];
    char **brokers = message->hop->brokers;
    Entente__V1__Signature **signatures = message->signatures;

    for (size_t i = 0; i < 9; i++) {
        nine[i] = (char *)"broker-bangkok@th";
    }
    expect_ok(decode_head(border, message));

    message->signatures = five;
    message->n_signatures = 4;
    expect_ok(decode_head(border, message));
    message->n_signatures = 5;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    message->n_signatures = 0;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    message->signatures = signatures;
    message->n_signatures = 1;

    message->hop->brokers = nine;
    message->hop->n_brokers = 8;
    expect_ok(decode_head(border, message));
    message->hop->n_brokers = 9;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    message->hop->n_brokers = 0;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    nine[0] = (char *)"Bangkok";
    message->hop->n_brokers = 1;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    message->hop->brokers = brokers;

    signature->value.len = 63;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    signature->value.len = 64;
    signature->algorithm = ENTENTE__V1__ALGORITHM__ALGORITHM_UNSPECIFIED;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    signature->algorithm = ENTENTE__V1__ALGORITHM__ED25519;

    message->body.data = malloc(1);
    message->body.len = 1;
    message->body.data[0] = 1;
    expect_status(decode_head(border, message), ENT_BAD_INPUT);
    entente__v1__bundle__free_unpacked(message, NULL);
}

static enum ent_status
timed(struct border *border, uint64_t now_ms)
{
    const struct ent_bundle bundle = {.label = border->label};

    return ent_bundle_check_time(
        &bundle, &border->all.maesai.cert, now_ms, &last_error);
}

static void
a_bundle_has_its_time(void **state)
{
    struct border *border = *state;
    struct ent_label *label = &border->label;

    expect_ok(timed(border, PARTIES_NOW));
    expect_ok(timed(border, PARTIES_NOW - ENT_CLOCK_SKEW_MS));
    expect_ok(timed(border, PARTIES_NOW + HOUR - 1));
    expect_status(
        timed(border, PARTIES_NOW - ENT_CLOCK_SKEW_MS - 1), ENT_REJECTED);
    expect_status(timed(border, PARTIES_NOW + HOUR), ENT_EXPIRED);
    expect_status(timed(border, UINT64_MAX), ENT_EXPIRED);

    label->expires_at = PARTIES_NOW + 24 * HOUR;
    expect_ok(timed(border, PARTIES_NOW));
    label->expires_at++;
    expect_status(timed(border, PARTIES_NOW), ENT_REJECTED);
    label->stream.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    expect_ok(timed(border, PARTIES_NOW));
}

/* Expiry is judged by when it was sealed; a week's delivery outlives it. */
static void
the_certificate_must_have_been_valid_when_it_was_sealed(void **state)
{
    struct border *border = *state;
    const uint64_t end = border->all.maesai.cert.not_after;

    border->label.sealed_at = end - 1;
    border->label.expires_at = end + HOUR;
    expect_ok(timed(border, end + HOUR - 1));
    border->label.sealed_at = end;
    expect_status(timed(border, end), ENT_REJECTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bundle_reads_back_as_written),
        TEST(the_next_broker_adds_itself_without_touching_the_rest),
        TEST(a_bundle_may_come_straight_from_its_sender),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(no_shorter_bundle_is_accepted),
        TEST(the_label_says_how_long_the_body_is),
        TEST(what_is_not_authentic_is_rejected),
        TEST(a_broker_is_no_sender),
        TEST(a_signature_over_another_kind_of_object_is_none),
        TEST(verifying_needs_no_heap),
        TEST(a_head_outside_the_limits_is_refused),
        TEST(a_bundle_has_its_time),
        TEST(the_certificate_must_have_been_valid_when_it_was_sealed),
    };

    return cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
}
