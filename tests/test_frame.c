/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/base/pb.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"

static const struct ent_stream_id stream = {
    .sender = {"blo-maesai@th"},
    .recipient = {"blo-tachileik@mm"},
    .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
    .sender_incarnation = 7,
    .recipient_incarnation = 9,
};

static struct ent_hello
a_hello(void)
{
    return (struct ent_hello){
        .certificate = view("certificate"),
        .manifest_sequence = 3,
        .revocation_number = 4,
        .lane = ENTENTE__V1__LANE__URGENT,
        .credit = ENT_CREDIT_MIN,
    };
}

static void
pack(const ProtobufCMessage *message, struct ent_bytes *ret_payload)
{
    expect_ok(ent_pb_pack(message, ret_payload, &last_error));
}

static void
a_hello_says_who_speaks_and_how_much_may_be_sent(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_hello hello = a_hello();
    struct ent_hello heard = {0};

    (void)state;
    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    expect_ok(ent_hello_decode(ent_bytes_view(&payload), &heard, &last_error));
    expect_bytes(heard.certificate, "certificate");
    assert_int_equal(heard.manifest_sequence, 3);
    assert_int_equal(heard.revocation_number, 4);
    assert_int_equal(heard.lane, ENTENTE__V1__LANE__URGENT);
    assert_int_equal(heard.credit, ENT_CREDIT_MIN);
}

static void
a_hello_from_another_time_is_not_supported(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    Entente__V1__Hello message = ENTENTE__V1__HELLO__INIT;
    uint32_t one = 1;
    uint32_t others[] = {2, 3};
    struct ent_hello heard = {.credit = 5};

    (void)state;
    message.n_versions = 2;
    message.versions = others;
    message.n_suites = 1;
    message.suites = &one;
    message.certificate = (ProtobufCBinaryData){1, (uint8_t *)"c"};
    message.lane = ENTENTE__V1__LANE__BULK;
    message.credit = ENT_CREDIT_MIN;
    pack(&message.base, &payload);
    expect_status(
        ent_hello_decode(ent_bytes_view(&payload), &heard, &last_error),
        ENT_UNSUPPORTED);
    assert_int_equal(heard.credit, 5);
}

static void
a_hello_without_lane_certificate_or_room_for_a_bundle_is_refused(void **state)
{
    uint32_t one = 1;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
        Entente__V1__Hello message = ENTENTE__V1__HELLO__INIT;
        struct ent_hello heard;

        message.n_versions = i == 0 ? 0 : 1;
        message.versions = &one;
        message.n_suites = i == 1 ? 0 : 1;
        message.suites = &one;
        message.certificate =
            (ProtobufCBinaryData){i == 2 ? 0 : 1, (uint8_t *)"c"};
        message.lane = i == 3 ? ENTENTE__V1__LANE__LANE_UNSPECIFIED
                              : ENTENTE__V1__LANE__BULK;
        message.credit = i == 4 ? ENT_CREDIT_MIN - 1 : ENT_CREDIT_MIN;
        pack(&message.base, &payload);
        expect_status(
            ent_hello_decode(ent_bytes_view(&payload), &heard, &last_error),
            ENT_BAD_INPUT);
    }
}

static void
a_full_page_of_states_reads_back(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_state *page = calloc(1, sizeof *page);
    struct ent_state *heard = calloc(1, sizeof *heard);

    (void)state;
    assert_non_null(page);
    assert_non_null(heard);
    page->stream_count = ENT_STATE_STREAMS_MAX;
    page->last_page = true;
    for (size_t i = 0; i < page->stream_count; i++) {
        struct ent_stream_state *one = &page->streams[i];

        one->role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
        one->stream = stream;
        one->settled_up_to = i;
        memset(one->chain.bytes, (int)i, ENT_DIGEST_LEN);
        one->receipt_count = ENT_STATE_RECEIPTS_MAX;
        randombytes_buf(one->receipts, sizeof one->receipts);
    }
    expect_ok(ent_state_encode(page, &payload, &last_error));
    assert_in_range(payload.len, 1, ENT_FRAME_PAYLOAD_MAX);
    expect_ok(ent_state_decode(ent_bytes_view(&payload), heard, &last_error));
    assert_int_equal(heard->stream_count, ENT_STATE_STREAMS_MAX);
    assert_true(heard->last_page);
    for (size_t i = 0; i < heard->stream_count; i++) {
        assert_true(ent_stream_id_equal(&heard->streams[i].stream, &stream));
        assert_int_equal(heard->streams[i].settled_up_to, i);
        assert_true(ent_digest_equal(
            &heard->streams[i].chain, &page->streams[i].chain));
        assert_memory_equal(heard->streams[i].receipts,
            page->streams[i].receipts, sizeof page->streams[i].receipts);
    }
    free(page);
    free(heard);
}

static void
a_state_beyond_its_limits_is_refused(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    Entente__V1__State message = ENTENTE__V1__STATE__INIT;
    Entente__V1__StreamState one = ENTENTE__V1__STREAM_STATE__INIT;
    Entente__V1__Stream id = ENTENTE__V1__STREAM__INIT;
    Entente__V1__StreamState *list[] = {&one};
    ProtobufCBinaryData receipts[ENT_STATE_RECEIPTS_MAX + 1];
    uint8_t zeros[ENT_DIGEST_LEN] = {0};
    struct ent_state *heard = calloc(1, sizeof *heard);

    (void)state;
    assert_non_null(heard);
    for (size_t i = 0; i < sizeof receipts / sizeof receipts[0]; i++) {
        receipts[i] = (ProtobufCBinaryData){ENT_DIGEST_LEN, zeros};
    }
    id.sender = (char *)stream.sender.text;
    id.recipient = (char *)stream.recipient.text;
    id.precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    one.role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
    one.stream = &id;
    one.n_receipts = ENT_STATE_RECEIPTS_MAX + 1;
    one.receipts = receipts;
    message.n_streams = 1;
    message.streams = list;
    pack(&message.base, &payload);
    expect_status(
        ent_state_decode(ent_bytes_view(&payload), heard, &last_error),
        ENT_BAD_INPUT);
    free(heard);
}

static void
credit_reads_back_and_is_never_none(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    uint64_t bytes = 0;

    (void)state;
    expect_ok(ent_credit_encode(12345, &payload, &last_error));
    expect_ok(ent_credit_decode(ent_bytes_view(&payload), &bytes, &last_error));
    assert_int_equal(bytes, 12345);
    expect_status(ent_credit_decode((struct ent_view){0}, &bytes, &last_error),
        ENT_BAD_INPUT);
}

static enum ent_status
fetch_round(uint32_t kind, const char *subject)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch fetch = {.kind = kind, .newer_than = 2};
    struct ent_fetch heard;
    enum ent_status rc;

    strcpy(fetch.subject, subject);
    expect_ok(ent_fetch_encode(&fetch, &payload, &last_error));
    rc = ent_fetch_decode(ent_bytes_view(&payload), &heard, &last_error);
    if (rc == ENT_OK) {
        assert_string_equal(heard.subject, subject);
        assert_int_equal(heard.kind, kind);
        assert_int_equal(heard.newer_than, 2);
    }
    return rc;
}

static void
one_asks_for_the_objects_of_an_address_or_a_state(void **state)
{
    const uint32_t list = ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST;
    const uint32_t manifest = ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST;

    (void)state;
    expect_ok(fetch_round(manifest, "ncc@th"));
    expect_ok(fetch_round(list, "th"));
    expect_ok(fetch_round(list, "xpo"));
    expect_status(fetch_round(manifest, "th"), ENT_BAD_INPUT);
    expect_status(fetch_round(list, "ncc@th"), ENT_BAD_INPUT);
    expect_status(fetch_round(list, "TH"), ENT_BAD_INPUT);
    expect_status(fetch_round(list, ""), ENT_BAD_INPUT);
    expect_status(fetch_round(0, "ncc@th"), ENT_BAD_INPUT);
}

static void
an_object_may_be_none(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE,
        .subject = "ncc@th",
    };
    struct ent_object heard;

    (void)state;
    expect_ok(ent_object_encode(&object, &none, &last_error));
    expect_ok(ent_object_decode(ent_bytes_view(&none), &heard, &last_error));
    assert_int_equal(heard.wire.len, 0);
    object.wire = view("signed");
    expect_ok(ent_object_encode(&object, &one, &last_error));
    expect_ok(ent_object_decode(ent_bytes_view(&one), &heard, &last_error));
    expect_bytes(heard.wire, "signed");
    assert_string_equal(heard.subject, "ncc@th");
}

static void
a_bye_ends_everything_or_refuses_one_bundle(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes all = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    struct ent_bye bye = {.reason = 402, .text = "stopping"};
    struct ent_bye heard;

    (void)state;
    expect_ok(ent_bye_encode(&bye, &all, &last_error));
    expect_ok(ent_bye_decode(ent_bytes_view(&all), &heard, &last_error));
    assert_int_equal(heard.reason, 402);
    assert_string_equal(heard.text, "stopping");
    assert_false(heard.about_stream);

    bye.about_stream = true;
    bye.stream = stream;
    bye.first = 17;
    expect_ok(ent_bye_encode(&bye, &one, &last_error));
    expect_ok(ent_bye_decode(ent_bytes_view(&one), &heard, &last_error));
    assert_true(heard.about_stream);
    assert_true(ent_stream_id_equal(&heard.stream, &stream));
    assert_int_equal(heard.first, 17);
}

static void
a_long_text_of_a_bye_is_cut_between_characters(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    Entente__V1__Bye message = ENTENTE__V1__BYE__INIT;
    char text[3 * ENT_BYE_TEXT_MAX + 1] = "";
    struct ent_bye heard;

    (void)state;
    for (int i = 0; i < ENT_BYE_TEXT_MAX; i++) {
        strcat(text, "\xe0\xb8\x81"); /* KO KAI, three bytes */
    }
    message.reason = 403;
    message.text = text;
    pack(&message.base, &payload);
    expect_ok(ent_bye_decode(ent_bytes_view(&payload), &heard, &last_error));
    assert_int_equal(strlen(heard.text), ENT_BYE_TEXT_MAX / 3 * 3);
    assert_memory_equal(heard.text, text, strlen(heard.text));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_says_who_speaks_and_how_much_may_be_sent),
        cmocka_unit_test(a_hello_from_another_time_is_not_supported),
        cmocka_unit_test(
            a_hello_without_lane_certificate_or_room_for_a_bundle_is_refused),
        cmocka_unit_test(a_full_page_of_states_reads_back),
        cmocka_unit_test(a_state_beyond_its_limits_is_refused),
        cmocka_unit_test(credit_reads_back_and_is_never_none),
        cmocka_unit_test(one_asks_for_the_objects_of_an_address_or_a_state),
        cmocka_unit_test(an_object_may_be_none),
        cmocka_unit_test(a_bye_ends_everything_or_refuses_one_bundle),
        cmocka_unit_test(a_long_text_of_a_bye_is_cut_between_characters),
    };

    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
