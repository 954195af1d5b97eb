/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>

#include "proto/message.h"
#include "tests/random_message.h"

static int
setup(void **state)
{
    static struct ent_arena arena;

    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    *state = &arena;
    return 0;
}

static int
teardown(void **state)
{
    ent_arena_fini(*state);
    return 0;
}

/* The same bytes, at the end of a room that may be larger. */
static void
expect_encodes_into(const ent_message *message, struct ent_view wire)
{
    uint8_t room[256];
    struct ent_view into = {0};

    assert_true(wire.len > 0 && wire.len < sizeof room);
    expect_status(ent_message_encode_into(
                      message, room, wire.len - 1, &into, &last_error),
        ENT_FULL);
    for (size_t len = wire.len; len <= sizeof room; len++) {
        expect_ok(
            ent_message_encode_into(message, room, len, &into, &last_error));
        assert_ptr_equal(into.data + into.len, room + len);
        assert_true(ent_view_equal(into, wire));
    }
}

static void
a_message_decodes_as_it_was_encoded(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    Entente__V1__Test radio_check = ENTENTE__V1__TEST__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    ent_message *decoded;

    radio_check.text = (char[]){"แม่สาย"};
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &radio_check;
    expect_ok(ent_message_encode(&message, &wire, &last_error));
    expect_ok(ent_message_decode(
        ent_bytes_view(&wire), *state, &decoded, &last_error));
    assert_string_equal(decoded->test->text, "แม่สาย");
    expect_ok(ent_message_encode(decoded, &again, &last_error));
    expect_encodes_into(decoded, ent_bytes_view(&wire));
    assert_true(ent_view_equal(ent_bytes_view(&wire), ent_bytes_view(&again)));
}

static void
any_message_decodes_to_itself(void **state)
{
    for (uint64_t seed = 1; seed <= 500; seed++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
        struct random_source random = {.state = seed};
        ent_message *message;

        ent_arena_reset(*state);
        message = (ent_message *)random_message(
            &random, &entente__v1__message__descriptor, *state);
        assert_non_null(message);
        expect_ok(ent_message_encode(message, &wire, &last_error));
        expect_ok(ent_message_decode(
            ent_bytes_view(&wire), *state, &message, &last_error));
        expect_ok(ent_message_encode(message, &again, &last_error));
        if (!ent_view_equal(ent_bytes_view(&wire), ent_bytes_view(&again))) {
            fail_msg("seed %llu", (unsigned long long)seed);
        }
    }
}

static enum ent_status
decode(struct ent_arena *arena, const uint8_t *wire, size_t len)
{
    ent_message *message = NULL;
    enum ent_status rc;

    rc = ent_message_decode(
        ent_view_of(wire, len), arena, &message, &last_error);
    assert_true(rc == ENT_OK || message == NULL);
    return rc;
}

/* Field 178 with two bytes inside, where bodies stand. */
static void
a_family_of_a_later_version_is_unsupported_not_malformed(void **state)
{
    static const uint8_t later[] = {0x40, 1, 0x92, 0x0b, 2, 8, 1};
    static const uint8_t nobody[] = {0x40, 1, 0xe2, 0x04, 2, 8, 1}; /* 76 */

    expect_status(decode(*state, later, sizeof later), ENT_UNSUPPORTED);
    assert_string_equal(
        last_error.text, "this version does not know the family 178");
    expect_status(decode(*state, nobody, sizeof nobody), ENT_BAD_INPUT);
    assert_string_equal(last_error.text, "Message.76: unknown field");
}

/* Schema version 2 may have a field 42 in the header. */
static void
a_later_schema_version_is_unsupported_not_malformed(void **state)
{
    static const uint8_t later[] = {0x40, 2, 0xd0, 0x02, 1};
    static const uint8_t ours[] = {0x40, 1, 0xd0, 0x02, 1};

    expect_status(decode(*state, later, sizeof later), ENT_UNSUPPORTED);
    assert_string_equal(
        last_error.text, "schema version 2; this version reads 1");
    expect_status(decode(*state, ours, sizeof ours), ENT_BAD_INPUT);
}

/* Whatever else is in it; and what is cut short or of a later version is not
 * passed for one. */
static void
a_bare_message_has_no_files_and_no_signatures(void **state)
{
    static const uint8_t family[] = {0x8a, 0x0f, 1, 0}; /* 241 */
    size_t bare = 0;

    for (uint64_t seed = 1; seed <= 500; seed++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        struct random_source random = {.state = seed};
        ent_message *message;

        ent_arena_reset(*state);
        message = (ent_message *)random_message(
            &random, &entente__v1__message__descriptor, *state);
        assert_non_null(message);
        message->schema_version = 1;
        if (seed % 3 != 0) {
            message->n_officer_signatures = 0;
        }
        if (seed % 3 != 1) {
            message->n_attachments = 0;
        }
        expect_ok(ent_message_encode(message, &wire, &last_error));
        assert_int_equal(ent_message_is_bare(ent_bytes_view(&wire)),
            message->n_attachments == 0 && message->n_officer_signatures == 0);
        bare += ent_message_is_bare(ent_bytes_view(&wire));
    }
    assert_true(bare > 100 && bare < 400);
    assert_true(ent_message_is_bare(view("")));
    assert_false(ent_message_is_bare(view("\x0a")));
    assert_false(ent_message_is_bare(view("\x0a\x02x")));
    assert_false(ent_message_is_bare(view("\x80")));
    assert_false(ent_message_is_bare(ent_view_of(family, sizeof family)));
    assert_false(ent_message_is_bare(view("\x40\x02"))); /* version 2 */
}

static void
malformed_bytes_are_refused(void **state)
{
    static const uint8_t cut[] = {0x0a, 5, 'a'};
    static const uint8_t not_text[] = {0x0a, 1, 0xff};
    static const uint8_t two_bodies[] = {0xaa, 6, 0, 0xb2, 6, 0};
    static const uint8_t group[] = {0x0b};

    expect_status(decode(*state, cut, sizeof cut), ENT_BAD_INPUT);
    expect_status(decode(*state, not_text, sizeof not_text), ENT_BAD_INPUT);
    expect_status(decode(*state, two_bodies, sizeof two_bodies), ENT_BAD_INPUT);
    expect_status(decode(*state, group, sizeof group), ENT_BAD_INPUT);
    expect_ok(decode(*state, NULL, 0));
}

static void
a_message_has_a_largest_size(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes room = {0};
    struct ent_bytes wire = {0};
    struct ent_view view = {0};
    Entente__V1__Test radio_check = ENTENTE__V1__TEST__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    expect_ok(ent_bytes_alloc(ENT_MESSAGE_MAX + 1, &text, &last_error));
    memset(text.data, 'x', ENT_MESSAGE_MAX);
    radio_check.text = (char *)text.data;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &radio_check;
    expect_status(
        ent_message_encode(&message, &wire, &last_error), ENT_BAD_INPUT);
    expect_ok(ent_bytes_alloc(2 * ENT_MESSAGE_MAX, &room, &last_error));
    expect_status(ent_message_encode_into(
                      &message, room.data, room.len, &view, &last_error),
        ENT_BAD_INPUT);
    expect_status(
        ent_message_encode_into(&message, room.data, 1000, &view, &last_error),
        ENT_FULL);
    assert_null(view.data);
    assert_null(wire.data);
    expect_status(
        decode(*state, text.data, ENT_MESSAGE_MAX + 1), ENT_BAD_INPUT);
}

/* The most fields, each an empty place that unpacks to 33 times its size. */
static void
the_arena_has_room_for_any_message(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    size_t count = ENT_MESSAGE_FIELDS_MAX - 2;
    Entente__V1__Location place = ENTENTE__V1__LOCATION__INIT;
    Entente__V1__Location **places = calloc(count, sizeof(void *));
    Entente__V1__DrugSeizure seizure = ENTENTE__V1__DRUG_SEIZURE__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    assert_non_null(places);
    for (size_t i = 0; i < count; i++) {
        places[i] = &place;
    }
    seizure.transit = places;
    seizure.n_transit = count - 1;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE;
    message.drug_seizure = &seizure;
    expect_ok(ent_message_encode(&message, &wire, &last_error));
    free(places);
    expect_ok(decode(*state, wire.data, wire.len));
}

static void
times_are_milliseconds_and_absent_is_zero(void **state)
{
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

    (void)state;
    assert_true(ent_message_time_ms(NULL) == 0);
    time.seconds = 1763805600;
    time.nanos = 125999999;
    assert_true(ent_message_time_ms(&time) == UINT64_C(1763805600125));
    time.seconds = -1;
    assert_true(ent_message_time_ms(&time) == 0);
    time.seconds = INT64_MAX;
    assert_true(ent_message_time_ms(&time) == UINT64_C(7289654400000));
    ent_message_time_set(&time, UINT64_C(1763805600125));
    assert_int_equal(time.seconds, 1763805600);
    assert_int_equal(time.nanos, 125000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_decodes_as_it_was_encoded),
        TEST(any_message_decodes_to_itself),
        TEST(a_family_of_a_later_version_is_unsupported_not_malformed),
        TEST(a_later_schema_version_is_unsupported_not_malformed),
        TEST(malformed_bytes_are_refused),
        TEST(a_bare_message_has_no_files_and_no_signatures),
        TEST(a_message_has_a_largest_size),
        TEST(the_arena_has_room_for_any_message),
        TEST(times_are_milliseconds_and_absent_is_zero),
    };

    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
