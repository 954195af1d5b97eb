/* SPDX-License-Identifier: Apache-2.0 */
/* What is unpacked is what protobuf-c would unpack, and nothing else passes
 * than what it would pack. */
#include "tests/support.h"

#include "tests/random_message.h"

#include "proto/message.h"
#include "proto/schema/delivery.pb-c.h"
#include "scalars.pb-c.h"

#define ARENA_SIZE ((size_t)4 * 1024 * 1024)
#define SCALARS (&entente__test__scalars__descriptor)

/* Unknown fields pass in the last two; one of them has known ones behind. */
static const ProtobufCMessageDescriptor *const types[] = {
    SCALARS,
    &entente__v1__message__descriptor,
    &entente__v1__label__descriptor,
};

static int
setup(void **state)
{
    static struct ent_arena arena;

    expect_ok(ent_arena_init(&arena, ARENA_SIZE, &last_error));
    *state = &arena;
    return 0;
}

static int
teardown(void **state)
{
    ent_arena_fini(*state);
    return 0;
}

static void
expect_packs_to(const ProtobufCMessage *message, struct ent_view wire)
{
    static uint8_t packed[65536];

    assert_non_null(message);
    assert_int_equal(protobuf_c_message_get_packed_size(message), wire.len);
    assert_int_equal(protobuf_c_message_pack(message, packed), wire.len);
    assert_memory_equal(packed, wire.data, wire.len);
}

/* False when it is refused. By protobuf-c what it unpacks itself packs to the
 * same bytes, and so does what we unpack. */
static bool
unpack(const ProtobufCMessageDescriptor *type, struct ent_view wire,
    struct ent_arena *arena)
{
    const struct ent_pb_limits limits = {
        .size_max = 65536,
        .fields_max = 8192,
        .reserved_below = type == SCALARS ? 0 : 64,
    };
    ProtobufCMessage *message;
    ProtobufCMessage *theirs;

    if (ent_pb_unpack(type, wire, &limits, arena, &message, &last_error) !=
        ENT_OK) {
        return false;
    }
    theirs = protobuf_c_message_unpack(type, NULL, wire.len, wire.data);
    expect_packs_to(theirs, wire);
    expect_packs_to(message, wire);
    protobuf_c_message_free_unpacked(theirs, NULL);
    return true;
}

/* Packed by protobuf-c. */
static struct ent_view
random_wire(struct random_source *random,
    const ProtobufCMessageDescriptor *type, struct ent_arena *arena)
{
    static uint8_t packed[65536];
    ProtobufCMessage *message = random_message(random, type, arena);

    assert_non_null(message);
    assert_in_range(
        protobuf_c_message_get_packed_size(message), 0, sizeof packed);
    return ent_view_of(packed, protobuf_c_message_pack(message, packed));
}

static void
what_protobuf_c_packs_is_unpacked(void **state)
{
    struct random_source random = {.state = 20261130};

    for (size_t round = 0; round < 3000; round++) {
        const ProtobufCMessageDescriptor *type = types[round % 3];

        ent_arena_reset(*state);
        if (!unpack(type, random_wire(&random, type, *state), *state)) {
            fail_msg("round %zu: %s", round, last_error.text);
        }
    }
}

/* One byte another, more, or less; or some of them twice. */
static struct ent_view
mangle(struct random_source *random, struct ent_view wire)
{
    static uint8_t mangled[2 * 65536];
    const size_t at = random_below(random, wire.len);
    const size_t rest = wire.len - at;
    const size_t run = 1 + random_below(random, rest < 12 ? rest : 12);

    memcpy(mangled, wire.data, wire.len);
    switch (random_below(random, 6)) {
    case 0:
        mangled[at] = (uint8_t)random_below(random, 256);
        return ent_view_of(mangled, wire.len);
    case 1:
        mangled[at] ^= (uint8_t)(1U << random_below(random, 8));
        return ent_view_of(mangled, wire.len);
    case 2:
        memmove(mangled + at, mangled + at + run, rest - run);
        return ent_view_of(mangled, wire.len - run);
    case 3:
        memmove(mangled + at + run, wire.data + at, rest);
        return ent_view_of(mangled, wire.len + run);
    case 4: /* a field 64, or the end of one */
        memcpy(mangled + at, "\x80\x04\x01", 3);
        memcpy(mangled + at + 3, wire.data + at, rest);
        return ent_view_of(mangled, wire.len + 3);
    default:
        mangled[at] = (uint8_t)random_below(random, 3);
        return ent_view_of(mangled, wire.len);
    }
}

static void
what_passes_mangled_is_as_protobuf_c_packs_it(void **state)
{
    struct random_source random = {.state = 7};
    size_t taken = 0;

    for (size_t round = 0; round < 900; round++) {
        const ProtobufCMessageDescriptor *type = types[round % 3];
        ENT_AUTO(ent_bytes_free) struct ent_bytes whole = {0};

        ent_arena_reset(*state);
        expect_ok(ent_bytes_copy(
            random_wire(&random, type, *state), &whole, &last_error));
        for (size_t i = 0; whole.len > 0 && i < 100; i++) {
            ent_arena_reset(*state);
            taken +=
                unpack(type, mangle(&random, ent_bytes_view(&whole)), *state);
        }
    }
    assert_in_range(taken, 3000, 80000);
}

/* What a later version of ours put into a row, too, is not lost in silence. */
static void
our_own_bytes_are_unpacked_as_they_were_packed(void **state)
{
    static const uint8_t behind[] = {0x08, 1, 0xc0, 0x3e, 7}; /* 1; 1000 */
    static const uint8_t between[] = {0x08, 1, 0xc0, 0x3e, 7, 0x30, 2};
    const ProtobufCMessageDescriptor *type = &entente__v1__label__descriptor;
    struct random_source random = {.state = 20261130};
    ProtobufCMessage *message;

    for (size_t round = 0; round < 600; round++) {
        struct ent_view wire;

        ent_arena_reset(*state);
        wire = random_wire(&random, types[round % 3], *state);
        expect_ok(ent_pb_unpack_own(
            types[round % 3], wire, *state, &message, &last_error));
        expect_packs_to(message, wire);
    }
    expect_ok(ent_pb_unpack_own(type, ent_view_of(behind, sizeof behind),
        *state, &message, &last_error));
    expect_packs_to(message, ent_view_of(behind, sizeof behind));
    expect_status(ent_pb_unpack_own(type, ent_view_of(between, sizeof between),
                      *state, &message, &last_error),
        ENT_BAD_INPUT);
    expect_status(
        ent_pb_unpack_own(type, view("\x08"), *state, &message, &last_error),
        ENT_BAD_INPUT);
}

/* Of numbers that have a fixed length, and with a sign. */
static void
a_zero_of_any_kind_is_left_out(void **state)
{
    static const struct {
        uint8_t wire[9];
        size_t len;
        bool good;
    } rows[] = {
        {{0x3d, 0, 0, 0, 0}, 5, false}, /* fixed32 */
        {{0x3d, 0, 0, 0, 0x80}, 5, true},
        {{0x41, 0, 0, 0, 0, 0, 0, 0, 0}, 9, false}, /* fixed64 */
        {{0x41, 0, 0, 0, 0, 0, 0, 0, 0x80}, 9, true},
        {{0x4d, 0, 0, 0, 0}, 5, false}, /* sfixed32 */
        {{0x4d, 0, 0, 0, 0x80}, 5, true},
        {{0x51, 0, 0, 0, 0, 0, 0, 0, 0}, 9, false}, /* sfixed64 */
        {{0x51, 0, 0, 0, 0, 0, 0, 0, 0x80}, 9, true},
        {{0x5d, 0, 0, 0, 0}, 5, false}, /* float */
        {{0x5d, 0, 0, 0, 0x80}, 5, false}, {{0x5d, 1, 0, 0, 0x80}, 5, true},
        {{0x61, 0, 0, 0, 0, 0, 0, 0, 0}, 9, false}, /* double */
        {{0x61, 0, 0, 0, 0, 0, 0, 0, 0x80}, 9, false},
        {{0x61, 0, 0, 0, 0, 0, 0, 1, 0x80}, 9, true},
        {{0xd9, 0x02, 0, 0, 0, 0, 0, 0, 0x80}, 9, false}, /* cut short */
        {{0xda, 0x01, 0x04, 0, 0, 0, 0}, 7, true}, /* a list of fixed32 */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            unpack(SCALARS, ent_view_of(rows[i].wire, rows[i].len), *state),
            rows[i].good);
    }
    assert_true(unpack(SCALARS, /* a chosen one is there, whatever it is */
        ent_view_of("\xd9\x02\0\0\0\0\0\0\0\x80", 10), *state));
}

static void
expect_part(struct ent_view *wire, uint32_t number, const char *text)
{
    struct ent_view part;

    assert_true(ent_pb_part(wire, number, &part));
    assert_true(ent_view_equal(part, view(text)));
}

static void
a_part_is_found_where_it_lies(void **state)
{
    static const char bytes[] = "\x08\x05\x15\x22\x01z!\x19\x22\x01z!!!!!"
                                "\x22\x02"
                                "ab\x22\x00\x2a\x01"
                                "c\xfa\x01\x01"
                                "d";
    const struct ent_view whole = ent_view_of(bytes, sizeof bytes - 1);
    struct ent_view wire = whole;
    struct ent_view part;

    (void)state;
    expect_part(&wire, 4, "ab");
    expect_part(&wire, 4, "");
    assert_false(ent_pb_part(&wire, 4, &part));
    wire = whole;
    expect_part(&wire, 5, "c");
    expect_part(&wire, 31, "d");
    assert_int_equal(wire.len, 0);
    wire = whole;
    assert_false(ent_pb_part(&wire, 1, &part)); /* a number */
    for (size_t len = 0; len < whole.len; len++) {
        wire = ent_view_of(bytes, len);
        assert_false(ent_pb_part(&wire, 31, &part));
    }
    wire = view("\x0b\x22\x01z"); /* a group */
    assert_false(ent_pb_part(&wire, 4, &part));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_protobuf_c_packs_is_unpacked),
        TEST(what_passes_mangled_is_as_protobuf_c_packs_it),
        TEST(our_own_bytes_are_unpacked_as_they_were_packed),
        TEST(a_zero_of_any_kind_is_left_out),
        TEST(a_part_is_found_where_it_lies),
    };

    return cmocka_run_group_tests_name("pb_unpack", tests, NULL, NULL);
}
