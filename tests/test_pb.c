/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <sys/mman.h>

#include "proto/base/pb.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/message.pb-c.h"

#define LABEL (&entente__v1__label__descriptor)
#define MESSAGE (&entente__v1__message__descriptor)
#define WIRE_MAX 512

static const struct ent_pb_limits limits = {
    .size_max = WIRE_MAX,
    .fields_max = 40,
    .reserved_below = 64,
};

static int
setup(void **state)
{
    static struct ent_arena arena;

    expect_ok(ent_arena_init(&arena, 65536, &last_error));
    *state = &arena;
    return 0;
}

static int
teardown(void **state)
{
    ent_arena_fini(*state);
    return 0;
}

static struct ent_view
from_hex(const char *hex)
{
    static uint8_t wire[WIRE_MAX];
    size_t len;

    assert_int_equal(
        sodium_hex2bin(wire, sizeof wire, hex, strlen(hex), " ", &len, NULL),
        0);
    return ent_view_of(wire, len);
}

/* Unpack what `hex` says; a failure must leave the result and arena alone. */
static enum ent_status
unpack(struct ent_arena *arena, const ProtobufCMessageDescriptor *descriptor,
    const char *hex, ProtobufCMessage **ret_message)
{
    ProtobufCMessage *message = NULL;
    const size_t used = arena->used;
    enum ent_status rc;

    rc = ent_pb_unpack(
        descriptor, from_hex(hex), &limits, arena, &message, &last_error);
    if (rc != ENT_OK) {
        assert_null(message);
        assert_int_equal(arena->used, used);
        return rc;
    }
    assert_ptr_equal(message->descriptor, descriptor);
    *ret_message = message;
    return ENT_OK;
}

static void
expect_refused(struct ent_arena *arena,
    const ProtobufCMessageDescriptor *descriptor, const char *hex,
    const char *because)
{
    ProtobufCMessage *message;

    expect_status(unpack(arena, descriptor, hex, &message), ENT_BAD_INPUT);
    if (strcmp(last_error.text, because) != 0) {
        fail_msg("%s: \"%s\" instead of \"%s\"", hex, last_error.text, because);
    }
    assert_int_equal(ent_pb_unpack(descriptor, from_hex(hex), &limits, arena,
                         &message, NULL),
        ENT_BAD_INPUT);
}

static void
what_is_packed_unpacks_to_the_same(void **state)
{
    Entente__V1__Stream stream = ENTENTE__V1__STREAM__INIT;
    Entente__V1__Receipt receipt = ENTENTE__V1__RECEIPT__INIT;
    Entente__V1__Range range = ENTENTE__V1__RANGE__INIT;
    Entente__V1__Range *further[] = {&range, &range};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    ProtobufCMessage *message;

    stream.sender = (char *)"blo-maesai@th";
    stream.precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    stream.sender_incarnation = UINT64_MAX;
    range.first = 7;
    range.last = UINT64_C(1) << 40;
    receipt.version = UINT32_MAX;
    receipt.stream = &stream;
    receipt.n_further = 2;
    receipt.further = further;

    expect_ok(ent_pb_pack(&receipt.base, &wire, &last_error));
    expect_ok(ent_pb_unpack(receipt.base.descriptor, ent_bytes_view(&wire),
        &limits, *state, &message, &last_error));
    assert_string_equal(
        ((Entente__V1__Receipt *)message)->stream->sender, "blo-maesai@th");
    expect_ok(ent_pb_pack(message, &again, &last_error));
    assert_true(ent_view_equal(ent_bytes_view(&wire), ent_bytes_view(&again)));
}

/* Written by protoc, the C++ implementation. */
static void
what_others_write_is_taken(void **state)
{
    static const char wire[] =
        "0a2430313961303030302d303030302d373030302d383030302d30303030303030"
        "3030303031120d626c6f2d6d61657361694074681a10626c6f2d74616368696c65"
        "696b406d6d20022803320b08a0fa8ad80610c096b1024001480162060a01781a01"
        "796200aa01020203b00103ba010161ba010162e00101b20201ffaa061e1a0d08fb"
        "ffffffffffffffff01100120032a09746f776172642074684001";
    ProtobufCMessage *message;
    const Entente__V1__Message *alert;

    expect_ok(unpack(*state, MESSAGE, wire, &message));
    alert = (const Entente__V1__Message *)message;
    assert_string_equal(alert->to, "blo-tachileik@mm");
    assert_int_equal(alert->handling[1], ENTENTE__V1__HANDLING__H2);
    assert_int_equal(alert->hotline_alert->persons, 3);
    assert_int_equal(alert->hotline_alert->when->seconds, -5);
}

static void
nothing_is_a_message_too(void **state)
{
    ProtobufCMessage *message;
    struct ent_bytes wire = {0};

    expect_ok(ent_pb_unpack(
        LABEL, (struct ent_view){0}, &limits, *state, &message, &last_error));
    assert_int_equal(((Entente__V1__Label *)message)->version, 0);
    expect_ok(ent_pb_pack(message, &wire, &last_error));
    assert_null(wire.data);
}

static void
numbers_must_be_short_and_fit(void **state)
{
    ProtobufCMessage *message;

    expect_refused(*state, LABEL, "08 8100",
        "Label.version: cut short or not in its shortest form");
    expect_refused(*state, LABEL, "08",
        "Label.version: cut short or not in "
        "its shortest form");
    expect_refused(*state, LABEL, "38 ffffffffffffffffff7f",
        "Label.sender_incarnation: cut short or not in its shortest form");
    expect_refused(
        *state, LABEL, "08 8080808010", "Label.version: does not fit 32 bits");
    expect_refused(*state, LABEL, "8800 01",
        "Label: then a tag cut short or not in its shortest form");
    expect_refused(*state, LABEL, "0801 90",
        "Label.version: then a tag cut short or not in its shortest form");
    expect_refused(*state, LABEL, "00 01", "Label: field number out of range");
    expect_refused(
        *state, LABEL, "8080808010 01", "Label: field number out of range");
    expect_refused(*state, MESSAGE, "32 06 10ffffffff0f",
        "Message.created_at.nanos: does not fit 32 bits");
    expect_ok(
        unpack(*state, MESSAGE, "32 0b 10ffffffffffffffffff01", &message));
    assert_int_equal(((Entente__V1__Message *)message)->created_at->nanos, -1);
}

static void
what_does_not_name_a_value_is_refused(void **state)
{
    expect_refused(
        *state, LABEL, "28 09", "Label.precedence: 9 is not among its values");
    expect_refused(*state, LABEL, "28 ffffffffffffffffff01",
        "Label.precedence: -1 is not among its values");
    expect_refused(*state, LABEL, "28 858080808001",
        "Label.precedence: 34359738373 is not among its values");
    expect_refused(*state, MESSAGE, "aa01 02 0109",
        "Message.handling[1]: 9 is not among its values");
    expect_refused(*state, MESSAGE, "e001 02",
        "Message.acknowledge: neither true nor false");
}

static void
text_must_be_text(void **state)
{
    expect_refused(*state, LABEL, "1a 02 61ff",
        "Label.sender: byte 1 is not valid UTF-8 text");
    expect_refused(*state, LABEL, "1a 02 6100",
        "Label.sender: byte 1 is not valid UTF-8 text");
    expect_refused(*state, MESSAGE, "62 03 0a0161 62 03 0a01ff",
        "Message.references[1].id: byte 0 is not valid UTF-8 text");
    expect_refused(*state, LABEL, "1a 05 6161",
        "Label.sender: 5 bytes announced, 2 there");
    expect_refused(*state, LABEL, "1a 8100 61",
        "Label.sender: length cut short or not in its shortest form");
    expect_refused(*state, LABEL, "1a ffffffffffffffffff01",
        "Label.sender: 18446744073709551615 bytes announced, 0 there");
}

static void
fields_come_once_and_in_order(void **state)
{
    ProtobufCMessage *message;

    expect_refused(*state, LABEL, "1001 0801",
        "Label.1: fields are not in ascending order");
    expect_refused(*state, LABEL, "0801 0801", "Label.version: given twice");
    expect_refused(*state, MESSAGE, "32 04 1001 0801",
        "Message.created_at.1: fields are not in ascending order");
    expect_refused(*state, MESSAGE, "320208013202 1001",
        "Message.created_at: given twice");
    expect_ok(unpack(*state, MESSAGE, "62 00 62 00", &message));
    assert_int_equal(((Entente__V1__Message *)message)->n_references, 2);
}

static void
packed_numbers_come_packed_and_once(void **state)
{
    ProtobufCMessage *message;

    expect_ok(unpack(*state, MESSAGE, "aa01 02 0102", &message));
    assert_int_equal(((Entente__V1__Message *)message)->n_handling, 2);
    expect_refused(*state, MESSAGE, "a801 01",
        "Message.handling[0]: wire type 0 is not its own");
    expect_refused(*state, MESSAGE, "aa01 01 01 aa01 01 02",
        "Message.handling[2]: given twice");
    expect_refused(*state, MESSAGE, "aa01 02 0181",
        "Message.handling[1]: cut short or not in its shortest form");
    expect_refused(*state, MESSAGE, "aa01 00",
        "Message.handling[0]: a default value is written out");
    expect_ok(unpack(*state, MESSAGE, "aa01 01 00", &message));
}

static void
one_choice_is_enough(void **state)
{
    ProtobufCMessage *message;

    expect_ok(unpack(*state, MESSAGE, "f20a 00", &message));
    expect_refused(*state, MESSAGE, "f20a 00 8a0b 00",
        "Message.test: a second choice where one is allowed");
    expect_refused(
        *state, MESSAGE, "8a0b 00 8a0b 00", "Message.test: given twice");
}

static void
defaults_are_left_out(void **state)
{
    ProtobufCMessage *message;

    expect_refused(*state, LABEL, "0801 1000",
        "Label.suite: a default value is written out");
    expect_refused(
        *state, LABEL, "1a00", "Label.sender: a default value is written out");
    expect_refused(
        *state, LABEL, "7200", "Label.enc: a default value is written out");
    expect_refused(*state, MESSAGE, "32 02 0800",
        "Message.created_at.seconds: a default value is written out");
    expect_ok(unpack(*state, MESSAGE, "32 00 62 00 ba0100 ba0100", &message));
}

static void
wire_types_must_fit_the_schema(void **state)
{
    expect_refused(*state, LABEL, "0d 01000000",
        "Label.version: wire type 5 is not its own");
    expect_refused(
        *state, LABEL, "0b0c", "Label.version: wire type 3 is not its own");
    expect_refused(
        *state, LABEL, "8304 8404", "Label.64: wire type 3, a group or worse");
    expect_refused(
        *state, LABEL, "8604", "Label.64: wire type 6, a group or worse");
    expect_refused(*state, LABEL, "8504 0000", "Label.64: cut short");
}

static void
only_reserved_unknown_fields_pass(void **state)
{
    ProtobufCMessage *message;
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};

    expect_refused(*state, LABEL, "a801 01", "Label.21: unknown field");
    expect_refused(*state, LABEL, "f803 01", "Label.63: unknown field");
    expect_refused(
        *state, MESSAGE, "8a0b 03 800401", "Message.test.64: unknown field");
    expect_refused(*state, LABEL, "800401 800402", "Label.64: given twice");
    expect_refused(*state, LABEL, "880401 800402",
        "Label.64: fields are not in ascending order");
    expect_refused(*state, MESSAGE, "800401 8a0b 00",
        "Message.test: stands behind an unknown field");

    expect_ok(unpack(*state, LABEL, "0801 800401 8a04026162", &message));
    assert_int_equal(message->n_unknown_fields, 2);
    expect_ok(ent_pb_pack(message, &again, &last_error));
    assert_true(ent_view_equal(
        ent_bytes_view(&again), from_hex("0801 800401 8a04026162")));
}

static void
unknown_fields_are_refused_without_a_reserve(void **state)
{
    const struct ent_pb_limits strict = {.size_max = 9, .fields_max = 9};
    ProtobufCMessage *message;

    expect_status(ent_pb_unpack(LABEL, from_hex("800401"), &strict, *state,
                      &message, &last_error),
        ENT_BAD_INPUT);
}

static void
limits_hold(void **state)
{
    const struct ent_pb_limits tight = {.size_max = 8, .fields_max = 3};
    ProtobufCMessage *message;

    expect_ok(ent_pb_unpack(MESSAGE, from_hex("aa01 02 0102"), &tight, *state,
        &message, &last_error));
    expect_status(ent_pb_unpack(MESSAGE, from_hex("aa01 03 010203"), &tight,
                      *state, &message, &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(
        last_error.text, "Message.handling[2]: more than 3 fields");
    expect_status(ent_pb_unpack(MESSAGE, from_hex("6200 6200 6200 6200"),
                      &tight, *state, &message, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_pb_unpack(MESSAGE, from_hex("0a07 61616161616161"),
                      &tight, *state, &message, &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(last_error.text, "Message: 9 bytes, more than 8");
}

/* Large blocks are handed on from one arena to the next. */
static void
an_arena_begins_with_zeros_whoever_had_its_block(void **state)
{
    const size_t size = (size_t)1024 * 1024;

    (void)state;
    for (size_t used = 1; used < size; used *= 7) {
        ENT_AUTO(ent_arena_fini) struct ent_arena one = {0};
        ENT_AUTO(ent_arena_fini) struct ent_arena other = {0};
        uint8_t *bytes;

        expect_ok(ent_arena_init(&one, size, &last_error));
        expect_ok(ent_arena_init(&other, size, &last_error));
        assert_ptr_not_equal(one.block, other.block);
        bytes = ent_arena_alloc(&one, size);
        assert_true(sodium_is_zero(bytes, size));
        ent_arena_reset(&one);
        bytes = ent_arena_alloc(&one, used);
        randombytes_buf(bytes, used);
        bytes = ent_arena_alloc(&other, used);
        memset(bytes, 0xa5, used);
    }
}

static void
the_budget_of_the_arena_holds(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *message = NULL;

    (void)state;
    expect_ok(
        ent_arena_init(&arena, sizeof(Entente__V1__Message) + 64, &last_error));
    expect_ok(unpack(&arena, MESSAGE, "0a 01 61", &message));
    ent_arena_reset(&arena);

    expect_status(
        unpack(&arena, MESSAGE, "6200 6200 6200", &message), ENT_NO_MEMORY);
    assert_true(arena.exhausted);
    expect_ok(unpack(&arena, MESSAGE, "0a 01 61", &message));
    assert_false(arena.exhausted);
}

static void
an_arena_gives_zeroed_aligned_memory_and_no_more(void **state)
{
    struct ent_arena arena;
    uint8_t *first;

    (void)state;
    expect_ok(ent_arena_init(&arena, 40, &last_error));
    first = ent_arena_alloc(&arena, 1);
    *first = 0xaa;
    assert_int_equal((uintptr_t)ent_arena_alloc(&arena, 17) % 16, 0);
    assert_null(ent_arena_alloc(&arena, 1));
    assert_null(ent_arena_alloc(&arena, SIZE_MAX));
    assert_true(arena.exhausted);

    ent_arena_reset(&arena);
    assert_ptr_equal(ent_arena_alloc(&arena, 40), first);
    assert_int_equal(*first, 0);
    assert_false(arena.exhausted);
    ent_arena_fini(&arena);
    ent_arena_fini(&arena);
}

/* How many of an arena's pages are memory by now. */
static size_t
resident_pages(const struct ent_arena *arena)
{
    static unsigned char pages[4096];
    size_t resident = 0;

    assert_int_equal(mincore(arena->block, arena->size, pages), 0);
    for (size_t i = 0; i < arena->size / 4096; i++) {
        resident += pages[i] & 1;
    }
    return resident;
}

static void
a_large_arena_takes_only_what_is_used_of_it(void **state)
{
    struct ent_arena arena;

    (void)state;
    /* Twice: what was handed out before must not be cleared whole either. */
    for (int i = 0; i < 2; i++) {
        expect_ok(ent_arena_init(&arena, (size_t)4096 * 4096, &last_error));
        assert_int_equal((uintptr_t)arena.block % 4096, 0);
        memset(ent_arena_alloc(&arena, 9000), 0xaa, 9000);
        assert_in_range(resident_pages(&arena), 3, 1024); /* of 4096 */
        ent_arena_fini(&arena);
    }
}

static void
out_of_memory_is_a_status(void **state)
{
    struct ent_arena arena = {0};
    struct ent_bytes wire = {0};
    Entente__V1__Label label = ENTENTE__V1__LABEL__INIT;

    (void)state;
    label.version = 1;
    fail_allocation(1);
    expect_status(ent_arena_init(&arena, 64, &last_error), ENT_NO_MEMORY);
    assert_null(arena.block);
    fail_allocation(1);
    expect_status(ent_pb_pack(&label.base, &wire, &last_error), ENT_NO_MEMORY);
    assert_null(wire.data);
}

/* A message that holds itself, as no schema of ours does. */
struct nest {
    ProtobufCMessage base;
    struct nest *nest;
    uint32_t weight;
};

static const ProtobufCMessageDescriptor nest_descriptor;

static void
nest_init(ProtobufCMessage *message)
{
    *(struct nest *)message =
        (struct nest){.base.descriptor = &nest_descriptor};
}

static const ProtobufCFieldDescriptor nest_fields[] = {
    {
        .name = "nest",
        .id = 1,
        .label = PROTOBUF_C_LABEL_NONE,
        .type = PROTOBUF_C_TYPE_MESSAGE,
        .offset = offsetof(struct nest, nest),
        .descriptor = &nest_descriptor,
    },
    {
        .name = "weight",
        .id = 2,
        .label = PROTOBUF_C_LABEL_NONE,
        .type = PROTOBUF_C_TYPE_FIXED32,
        .offset = offsetof(struct nest, weight),
    },
};

static const ProtobufCIntRange nest_ranges[] = {{1, 0}, {0, 2}};

static const ProtobufCMessageDescriptor nest_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "Nest",
    .short_name = "Nest",
    .sizeof_message = sizeof(struct nest),
    .n_fields = 2,
    .fields = nest_fields,
    .n_field_ranges = 1,
    .field_ranges = nest_ranges,
    .message_init = nest_init,
};

static void
nesting_ends_somewhere(void **state)
{
    ProtobufCMessage *message;

    expect_ok(unpack(*state, &nest_descriptor,
        "0a0c 0a0a 0a08 0a06 0a04 0a02 "
        "0a00",
        &message));
    expect_refused(*state, &nest_descriptor,
        "0a0e 0a0c 0a0a 0a08 0a06 0a04 0a02 0a00",
        "Nest.nest.nest.nest.nest.nest.nest.nest.nest: messages nested deeper "
        "than 8");
}

static void
a_zero_of_fixed_length_is_left_out(void **state)
{
    ProtobufCMessage *message;

    expect_ok(unpack(*state, &nest_descriptor, "15 01000000", &message));
    expect_refused(*state, &nest_descriptor, "0a00 15 00000000",
        "Nest.weight: a default value is written out");
}

/* However bytes are mangled: what still unpacks packs to the same bytes. */
static void
no_mangled_input_is_taken_for_another(void **state)
{
    static const char good[] =
        "0a0131 120161 1a0162 2001 2805 32050880e0840a 6203120161 aa01020102 "
        "e00101 a202050a02656e 8a0b040a0268 69";
    const uint32_t seed = 20261122;
    uint32_t random = seed;
    size_t taken = 0;

    for (int round = 0; round < 20000; round++) {
        struct ent_view wire = from_hex(good);
        ENT_AUTO(ent_bytes_free) struct ent_bytes mangled = {0};
        ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
        ProtobufCMessage *message;

        expect_ok(ent_bytes_copy(wire, &mangled, &last_error));
        for (int i = 0; i < 1 + round % 3; i++) {
            random = random * 1664525 + 1013904223;
            mangled.data[(random >> 8) % mangled.len] = (uint8_t)(random >> 24);
        }
        ent_arena_reset(*state);
        if (ent_pb_unpack(MESSAGE, ent_bytes_view(&mangled), &limits, *state,
                &message, &last_error) != ENT_OK) {
            continue;
        }
        taken++;
        expect_ok(ent_pb_pack(message, &again, &last_error));
        if (!ent_view_equal(ent_bytes_view(&again), ent_bytes_view(&mangled))) {
            fail_msg("seed %u, round %d", seed, round);
        }
    }
    assert_in_range(taken, 100, 19000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_packed_unpacks_to_the_same),
        TEST(what_others_write_is_taken),
        TEST(nothing_is_a_message_too),
        TEST(numbers_must_be_short_and_fit),
        TEST(what_does_not_name_a_value_is_refused),
        TEST(text_must_be_text),
        TEST(fields_come_once_and_in_order),
        TEST(packed_numbers_come_packed_and_once),
        TEST(one_choice_is_enough),
        TEST(defaults_are_left_out),
        TEST(wire_types_must_fit_the_schema),
        TEST(only_reserved_unknown_fields_pass),
        TEST(unknown_fields_are_refused_without_a_reserve),
        TEST(limits_hold),
        cmocka_unit_test(an_arena_begins_with_zeros_whoever_had_its_block),
        TEST(the_budget_of_the_arena_holds),
        TEST(an_arena_gives_zeroed_aligned_memory_and_no_more),
        TEST(a_large_arena_takes_only_what_is_used_of_it),
        TEST(out_of_memory_is_a_status),
        TEST(nesting_ends_somewhere),
        TEST(a_zero_of_fixed_length_is_left_out),
        TEST(no_mangled_input_is_taken_for_another),
    };

    return cmocka_run_group_tests_name("pb", tests, NULL, NULL);
}
