/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/label.h"
#include "proto/schema/delivery.pb-c.h"

#define NOW UINT64_C(1795255200000)

/* Where Mae Sai writes to Tachileik, the 7th message of the day and the 8th. */
static struct ent_label
letter(void)
{
    struct ent_label label = {
        .stream =
            {
                .sender = {"blo-maesai@th"},
                .recipient = {"blo-tachileik@mm"},
                .precedence = ENTENTE__V1__PRECEDENCE__IMMEDIATE,
                .sender_incarnation = NOW * 1000,
                .recipient_incarnation = NOW * 1000 + 1,
            },
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__ACTUAL,
        .first = 7,
        .count = 2,
        .body_len = 1200,
        .sealed_at = NOW,
        .expires_at = NOW + 3600000,
    };

    memset(label.previous.bytes, 0x11, sizeof label.previous.bytes);
    memset(label.root.bytes, 0x22, sizeof label.root.bytes);
    memset(label.enc, 0x33, sizeof label.enc);
    memset(label.signing_key_id.bytes, 0x44, ENT_KEY_ID_LEN);
    memset(label.sealing_key_id.bytes, 0x55, ENT_KEY_ID_LEN);
    memset(label.psk_id.bytes, 0x66, ENT_KEY_ID_LEN);
    memset(label.agreement.bytes, 0x77, sizeof label.agreement.bytes);
    return label;
}

static struct ent_bytes
encoded(const struct ent_label *label)
{
    struct ent_bytes wire;

    expect_ok(ent_label_encode(label, &wire, &last_error));
    return wire;
}

/* The same, with a protobuf message in between that a test may bend. */
static struct ent_bytes
packed(const Entente__V1__Label *message)
{
    struct ent_bytes wire;

    expect_ok(ent_bytes_alloc(
        entente__v1__label__get_packed_size(message), &wire, &last_error));
    entente__v1__label__pack(message, wire.data);
    return wire;
}

static Entente__V1__Label *
unpacked(struct ent_view wire)
{
    return entente__v1__label__unpack(NULL, wire.len, wire.data);
}

static void
expect_same(const struct ent_label *a, const struct ent_label *b)
{
    assert_true(ent_stream_id_equal(&a->stream, &b->stream));
    assert_memory_equal(a->stream.sender.text, b->stream.sender.text,
        sizeof a->stream.sender.text);
    assert_int_equal(a->suite, b->suite);
    assert_int_equal(a->mode, b->mode);
    assert_true(a->first == b->first);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->body_len, b->body_len);
    assert_true(ent_digest_equal(&a->previous, &b->previous));
    assert_true(ent_digest_equal(&a->root, &b->root));
    assert_memory_equal(a->enc, b->enc, sizeof a->enc);
    assert_true(ent_key_id_equal(&a->signing_key_id, &b->signing_key_id));
    assert_true(ent_key_id_equal(&a->sealing_key_id, &b->sealing_key_id));
    assert_true(ent_key_id_equal(&a->psk_id, &b->psk_id));
    assert_true(ent_digest_equal(&a->agreement, &b->agreement));
    assert_true(a->sealed_at == b->sealed_at);
    assert_true(a->expires_at == b->expires_at);
}

static void
a_label_reads_back_as_written(void **state)
{
    struct ent_label label = letter();

    (void)state;
    for (int pair_key = 0; pair_key < 2; pair_key++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        struct ent_label again;

        label.psk_id.bytes[0] = 0;
        wire = encoded(&label);
        expect_ok(ent_label_decode(ent_bytes_view(&wire), &again, &last_error));
        expect_same(&label, &again);
        memset(&label.psk_id, 0, sizeof label.psk_id);
    }
}

static void
no_shorter_label_is_accepted(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);

    (void)state;
    for (size_t len = 0; len < wire.len; len++) {
        struct ent_label again = {.count = 99};

        enum ent_status rc;

        rc = ent_label_decode(ent_view_of(wire.data, len), &again, &last_error);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_UNSUPPORTED);
        assert_int_equal(again.count, 99);
    }
}

/* Were a flipped bit to give the same label, there would be two encodings. */
static void
every_flipped_bit_is_refused_or_another_label(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);

    (void)state;
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        struct ent_label other;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (ent_label_decode(ent_bytes_view(&wire), &other, &last_error) ==
            ENT_OK) {
            ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
            struct ent_view same = ent_bytes_view(&wire);

            again = encoded(&other);
            assert_true(ent_view_equal(ent_bytes_view(&again), same));
        }
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Encoding and decoding draw the same line, here `status`. */
static void
expect_line(
    const struct ent_label *label, enum ent_status status, const char *word)
{
    struct ent_label good = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&good);
    ENT_AUTO(ent_bytes_free) struct ent_bytes bad = {0};
    Entente__V1__Label *message = unpacked(ent_bytes_view(&wire));
    struct ent_label again;

    expect_status(ent_label_encode(label, &bad, &last_error), status);
    assert_non_null(strstr(last_error.text, word));

    message->suite = label->suite;
    message->precedence = (Entente__V1__Precedence)label->stream.precedence;
    message->mode = (Entente__V1__Mode)label->mode;
    message->first = label->first;
    message->count = label->count;
    message->body_len = label->body_len;
    message->sealed_at = label->sealed_at;
    message->expires_at = label->expires_at;
    bad = packed(message);
    entente__v1__label__free_unpacked(message, NULL);
    expect_status(
        ent_label_decode(ent_bytes_view(&bad), &again, &last_error), status);
    assert_non_null(strstr(last_error.text, word));
}

#define EXPECT_REFUSED(field, value, word)                                     \
    do {                                                                       \
        struct ent_label bent = letter();                                      \
        bent.field = (value);                                                  \
        expect_line(&bent, ENT_BAD_INPUT, word);                               \
    } while (0)

static void
what_is_outside_the_limits_is_refused(void **state)
{
    (void)state;
    EXPECT_REFUSED(stream.precedence, 0, "precedence");
    EXPECT_REFUSED(stream.precedence, 6, "precedence");
    EXPECT_REFUSED(mode, 0, "mode");
    EXPECT_REFUSED(mode, 4, "mode");
    EXPECT_REFUSED(first, 0, "first");
    EXPECT_REFUSED(first, UINT64_MAX, "first");
    EXPECT_REFUSED(first, UINT64_MAX - 1, "first");
    EXPECT_REFUSED(count, 0, "count");
    EXPECT_REFUSED(count, 1025, "count");
    EXPECT_REFUSED(body_len, 0, "body_len");
    EXPECT_REFUSED(body_len, ENT_BODY_MAX + 1, "body_len");
    EXPECT_REFUSED(expires_at, NOW, "expires_at");
}

static void
the_limits_themselves_are_fine(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_label again;

    (void)state;
    label.first = UINT64_MAX - ENT_BUNDLE_MESSAGES_MAX;
    label.count = ENT_BUNDLE_MESSAGES_MAX;
    label.body_len = ENT_BODY_MAX;
    label.expires_at = UINT64_MAX;
    label.sealed_at = UINT64_MAX - 1;
    label.stream.sender_incarnation = UINT64_MAX;
    label.stream.recipient_incarnation = UINT64_MAX;
    memset(label.stream.sender.text, 'a', 63);
    strcpy(label.stream.sender.text + 63, "@xpo");
    memset(label.stream.recipient.text, 'b', 63);
    strcpy(label.stream.recipient.text + 63, "@xom");
    wire = encoded(&label);
    assert_in_range(wire.len, 1, ENT_LABEL_MAX);
    expect_ok(ent_label_decode(ent_bytes_view(&wire), &again, &last_error));
    expect_same(&label, &again);
}

static void
another_suite_or_version_is_not_supported(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);
    struct ent_label again;

    (void)state;
    label.suite = 2;
    expect_line(&label, ENT_UNSUPPORTED, "suite");

    assert_int_equal(wire.data[0], 0x08); /* version = */
    wire.data[1] = 2;
    expect_status(ent_label_decode(ent_bytes_view(&wire), &again, &last_error),
        ENT_UNSUPPORTED);
}

static void
parties_must_be_addresses(void **state)
{
    struct ent_label label = letter();
    struct ent_bytes wire = {0};

    (void)state;
    strcpy(label.stream.sender.text, "Mae Sai");
    expect_status(ent_label_encode(&label, &wire, &last_error), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "sender"));
    label = letter();
    label.stream.recipient.text[0] = '\0';
    expect_status(ent_label_encode(&label, &wire, &last_error), ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "recipient"));
    assert_null(wire.data);
}

static void
bytes_have_the_length_of_their_kind(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);
    Entente__V1__Label *message = unpacked(ent_bytes_view(&wire));
    ProtobufCBinaryData *const fields[] = {&message->previous, &message->root,
        &message->enc, &message->signing_key_id, &message->sealing_key_id,
        &message->psk_id, &message->agreement};

    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes shorter = {0};
        struct ent_label again;

        fields[i]->len--;
        shorter = packed(message);
        fields[i]->len++;
        expect_status(
            ent_label_decode(ent_bytes_view(&shorter), &again, &last_error),
            ENT_BAD_INPUT);
    }
    entente__v1__label__free_unpacked(message, NULL);
}

static void
no_pair_key_is_said_in_one_way_only(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);
    ENT_AUTO(ent_bytes_free) struct ent_bytes zeros = {0};
    Entente__V1__Label *message = unpacked(ent_bytes_view(&wire));

    (void)state;
    memset(message->psk_id.data, 0, message->psk_id.len);
    zeros = packed(message);
    entente__v1__label__free_unpacked(message, NULL);
    expect_status(ent_label_decode(ent_bytes_view(&zeros), &label, &last_error),
        ENT_BAD_INPUT);
}

/* `wire` with `more` after it. */
static struct ent_bytes
extended(const struct ent_bytes *wire, const void *more, size_t len)
{
    struct ent_bytes whole;

    expect_ok(ent_bytes_alloc(wire->len + len, &whole, &last_error));
    memcpy(whole.data, wire->data, wire->len);
    memcpy(whole.data + wire->len, more, len);
    return whole;
}

static void
unknown_fields_from_64_on_are_ignored(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);
    ENT_AUTO(ent_bytes_free) struct ent_bytes known = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes unknown = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes again_known = {0};
    struct ent_label again;

    (void)state;
    unknown = extended(&wire, "\x80\x04\x01\x8a\x04\x02hi", 8); /* 64 and 65 */
    expect_ok(ent_label_decode(ent_bytes_view(&unknown), &again, &last_error));
    expect_same(&label, &again);

    known = extended(&wire, "\xf8\x03\x01", 3); /* 63 */
    expect_status(ent_label_decode(ent_bytes_view(&known), &again, &last_error),
        ENT_BAD_INPUT);
    again_known = extended(&wire, "\x08\x01", 2); /* version once more */
    expect_status(
        ent_label_decode(ent_bytes_view(&again_known), &again, &last_error),
        ENT_BAD_INPUT);
}

static void
as_many_unknown_fields_as_fit_are_read_without_the_heap(void **state)
{
    struct ent_label label = letter();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = encoded(&label);
    ENT_AUTO(ent_bytes_free) struct ent_bytes full = {0};
    uint8_t more[44 * 3];
    struct ent_label again;

    (void)state;
    for (size_t i = 0; i < sizeof more / 3; i++) {
        const uint32_t tag = (uint32_t)(64 + i) << 3 | 2;

        more[i * 3] = (uint8_t)(tag | 0x80);
        more[i * 3 + 1] = (uint8_t)(tag >> 7);
        more[i * 3 + 2] = 0;
    }
    full = extended(&wire, more, sizeof more);
    fail_allocation(1);
    expect_ok(ent_label_decode(ent_bytes_view(&full), &again, &last_error));
    fail_allocation(0);
}

static void
precedence_decides_life_and_lane(void **state)
{
    static const struct {
        const char *name;
        uint32_t hours;
        bool urgent;
    } rows[] = {
        {"DEFERRED", 168, false},
        {"ROUTINE", 168, false},
        {"PRIORITY", 168, false},
        {"IMMEDIATE", 72, true},
        {"FLASH", 24, true},
    };

    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t parsed;

        assert_string_equal(ent_precedence_name(i + 1), rows[i].name);
        assert_true(ent_precedence_life_max_ms(i + 1) ==
                    rows[i].hours * UINT64_C(3600000));
        assert_true(ent_precedence_is_urgent(i + 1) == rows[i].urgent);
        expect_ok(
            ent_precedence_parse(view(rows[i].name), &parsed, &last_error));
        assert_int_equal(parsed, i + 1);
    }
    expect_ok(ent_precedence_parse(view("flash"), &(uint32_t){0}, &last_error));
    expect_status(
        ent_precedence_parse(view("FLASHY"), &(uint32_t){0}, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_precedence_parse(view(""), &(uint32_t){0}, &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(ent_precedence_name(0), "UNKNOWN");
    assert_string_equal(ent_precedence_name(6), "UNKNOWN");
    assert_string_equal(ent_mode_name(2), "EXERCISE");
    assert_string_equal(ent_mode_name(99), "UNKNOWN");
}

static void
every_part_of_a_stream_makes_another_chain(void **state)
{
    struct ent_stream_id streams[6];
    struct ent_digest genesis[6];

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        streams[i] = letter().stream;
    }
    strcpy(streams[1].sender.text, "blo-maesa@th");
    strcpy(streams[2].recipient.text, "blo-tachilei@mm");
    streams[3].precedence++;
    streams[4].sender_incarnation++;
    streams[5].recipient_incarnation++;
    for (size_t i = 0; i < 6; i++) {
        genesis[i] = ent_chain_genesis(&streams[i]);
        for (size_t j = 0; j < i; j++) {
            assert_false(ent_stream_id_equal(&streams[i], &streams[j]));
            assert_false(ent_digest_equal(&genesis[i], &genesis[j]));
        }
    }
}

static void
a_chain_goes_on_by_label_and_value_before(void **state)
{
    struct ent_digest first = {{1}};
    struct ent_digest other = {{2}};
    struct ent_digest a = ent_chain_next(&first, view("label"));
    struct ent_digest b = ent_chain_next(&other, view("label"));
    struct ent_digest c = ent_chain_next(&first, view("labels"));

    (void)state;
    assert_false(ent_digest_equal(&a, &b));
    assert_false(ent_digest_equal(&a, &c));
    b = ent_chain_next(&first, view("label"));
    assert_true(ent_digest_equal(&a, &b));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_reads_back_as_written),
        cmocka_unit_test(no_shorter_label_is_accepted),
        cmocka_unit_test(every_flipped_bit_is_refused_or_another_label),
        cmocka_unit_test(what_is_outside_the_limits_is_refused),
        cmocka_unit_test(the_limits_themselves_are_fine),
        cmocka_unit_test(another_suite_or_version_is_not_supported),
        cmocka_unit_test(parties_must_be_addresses),
        cmocka_unit_test(bytes_have_the_length_of_their_kind),
        cmocka_unit_test(no_pair_key_is_said_in_one_way_only),
        cmocka_unit_test(unknown_fields_from_64_on_are_ignored),
        cmocka_unit_test(
            as_many_unknown_fields_as_fit_are_read_without_the_heap),
        cmocka_unit_test(precedence_decides_life_and_lane),
        cmocka_unit_test(every_part_of_a_stream_makes_another_chain),
        cmocka_unit_test(a_chain_goes_on_by_label_and_value_before),
    };

    return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
