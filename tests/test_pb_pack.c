/* SPDX-License-Identifier: Apache-2.0 */
/* What is packed is what protobuf-c would pack, whatever the message. */
#include "tests/support.h"

#include "tests/random_message.h"

#include <stdlib.h>

#include "proto/base/pb_field.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"
#include "proto/schema/delivery.pb-c.h"
#include "scalars.pb-c.h"

#define ARENA_SIZE ((size_t)8 * 1024 * 1024)

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

/* The same bytes, at the end of any room that has enough. */
static void
expect_packed_into(
    const ProtobufCMessage *message, const uint8_t *expected, size_t len)
{
    uint8_t *room = malloc(len + 3);
    struct ent_view wire = {0};

    assert_non_null(room);
    assert_true(ent_pb_pack_into(message, room, len + 3, &wire));
    assert_ptr_equal(wire.data, room + 3);
    assert_int_equal(wire.len, len);
    assert_memory_equal(wire.data, expected, len);
    assert_true(ent_pb_pack_into(message, room, len, &wire));
    assert_memory_equal(room, expected, len);
    if (len > 0) {
        assert_false(ent_pb_pack_into(message, room, len - 1, &wire));
        assert_int_equal(wire.len, len);
    }
    free(room);
}

/* Packed by us; the caller frees it. */
static struct ent_bytes
expect_as_protobuf_c(const ProtobufCMessage *message)
{
    const size_t len = protobuf_c_message_get_packed_size(message);
    struct ent_bytes packed = {0};
    uint8_t *expected = malloc(len + 1);

    assert_non_null(expected);
    assert_int_equal(protobuf_c_message_pack(message, expected), len);
    expect_ok(ent_pb_pack(message, &packed, &last_error));
    assert_int_equal(packed.len, len);
    if (len > 0) {
        assert_memory_equal(packed.data, expected, len);
    }
    expect_packed_into(message, expected, len);
    free(expected);
    return packed;
}

static void
any_message_is_packed_as_protobuf_c_packs_it(void **state)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        size_t rounds;
    } rows[] = {
        {&entente__test__scalars__descriptor, 4000},
        {&entente__v1__message__descriptor, 2000},
        {&entente__v1__label__descriptor, 1000},
    };
    struct random_source random = {.state = 20261130};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t round = 0; round < rows[i].rounds; round++) {
            struct ent_bytes packed;

            ent_arena_reset(*state);
            packed = expect_as_protobuf_c(
                random_message(&random, rows[i].type, *state));
            ent_bytes_free(&packed);
        }
    }
}

/* Items of so many bytes, one after the other. */
static Entente__V1__InboxReply *
large_reply(struct ent_arena *arena, size_t items, size_t text_len)
{
    Entente__V1__InboxReply *reply = ent_arena_alloc(arena, sizeof *reply);
    char *text = ent_arena_alloc(arena, text_len + 1);

    entente__v1__inbox_reply__init(reply);
    reply->n_items = items;
    reply->items = ent_arena_alloc(arena, items * sizeof *reply->items);
    for (size_t i = 0; i < text_len; i++) {
        text[i] = (char)('a' + i % 23);
    }
    for (size_t i = 0; i < items; i++) {
        reply->items[i] = ent_arena_alloc(arena, sizeof **reply->items);
        entente__v1__inbox_item__init(reply->items[i]);
        reply->items[i]->sequence = i * i + 1;
        reply->items[i]->clause = text;
    }
    return reply;
}

/* Whatever of it has room where. */
static void
what_is_large_is_packed_as_protobuf_c_packs_it(void **state)
{
    static const struct {
        size_t items;
        size_t text_len;
    } rows[] = {{1, 4083}, {1, 4084}, {1, 4085}, {1, 69611}, {1, 69620},
        {1, 69621}, {4, 1024}, {70, 1024}, {330, 1024}, {3000, 900},
        {1, 3000000}, {5, 60000}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ent_bytes packed;

        ent_arena_reset(*state);
        packed = expect_as_protobuf_c(
            &large_reply(*state, rows[i].items, rows[i].text_len)->base);
        ent_bytes_free(&packed);
    }
}

static void
no_memory_for_what_is_large_is_a_status(void **state)
{
    const Entente__V1__InboxReply *reply = large_reply(*state, 330, 1024);
    struct ent_bytes wire = {0};

    for (unsigned i = 1; i <= 4; i++) {
        fail_allocation(i);
        expect_status(
            ent_pb_pack(&reply->base, &wire, &last_error), ENT_NO_MEMORY);
        assert_null(wire.data);
    }
    expect_ok(ent_pb_pack(&reply->base, &wire, &last_error));
    ent_bytes_free(&wire);
}

/* Each kind of number in a place of its own, with each value at an edge. */
static void
numbers_at_their_edges_are_packed_as_protobuf_c_packs_them(void **state)
{
    static const uint64_t edges[] = {0, 1, 63, 64, 127, 128, 16383, 16384,
        INT32_MAX, UINT64_C(1) << 31, UINT32_MAX, UINT64_C(1) << 32,
        UINT64_C(1) << 56, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX,
        UINT64_C(0xbff0000000000000), UINT64_C(0x7ff8000000000001)};
    const ProtobufCMessageDescriptor *type =
        &entente__test__scalars__descriptor;

    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (unsigned k = 0; k < type->n_fields; k++) {
            const ProtobufCFieldDescriptor *field = &type->fields[k];
            Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
            uint64_t list[2] = {edges[i], edges[i]};
            uint64_t *pointer = list;
            size_t count = 2;
            uint8_t *base = (uint8_t *)&message;
            struct ent_bytes packed;

            if (field->type >= PROTOBUF_C_TYPE_STRING) {
                continue;
            }
            if (field->label == PROTOBUF_C_LABEL_REPEATED) {
                memcpy(base + field->quantifier_offset, &count, sizeof count);
                memcpy(base + field->offset, &pointer, sizeof pointer);
            } else {
                memcpy(base + field->offset, &edges[i],
                    ent_pb_value_size(field->type));
            }
            if (ent_pb_is_choice(field)) {
                message.choice_case =
                    (Entente__Test__Scalars__ChoiceCase)field->id;
            }
            packed = expect_as_protobuf_c(&message.base);
            ent_bytes_free(&packed);
        }
    }
}

static void
what_points_to_nothing_is_packed_as_protobuf_c_packs_it(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    char *texts[] = {(char[]){""}, (char[]){"a"}};
    Entente__Test__Part part = ENTENTE__TEST__PART__INIT;
    Entente__Test__Part *parts[] = {&part, &part};
    ProtobufCBinaryData datas[2] = {{0}};

    (void)state;
    message.text = NULL;
    message.texts = texts;
    message.n_texts = 2;
    message.parts = parts;
    message.n_parts = 2;
    message.datas = datas;
    message.n_datas = 2;
    message.part = &part;
    for (unsigned choice = 41; choice <= 48; choice++) {
        struct ent_bytes packed;

        memset(&message.chosen_data, 0, sizeof message.chosen_data);
        message.choice_case = (Entente__Test__Scalars__ChoiceCase)choice;
        packed = expect_as_protobuf_c(&message.base);
        ent_bytes_free(&packed);
    }
    for (size_t i = 0; i < 3; i++) {
        char *const chosen[] = {(char *)(uintptr_t)protobuf_c_empty_string,
            (char[]){""}, (char[]){"a"}};
        struct ent_bytes packed;

        message.choice_case = ENTENTE__TEST__SCALARS__CHOICE_CHOSEN_TEXT;
        message.chosen_text = chosen[i];
        packed = expect_as_protobuf_c(&message.base);
        ent_bytes_free(&packed);
    }
}

static void
negative_zero_is_left_out_as_protobuf_c_does(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    struct ent_bytes packed;

    (void)state;
    message.single_real = -0.0f;
    message.double_real = -0.0;
    packed = expect_as_protobuf_c(&message.base);
    assert_int_equal(packed.len, 0);
}

static void
unknown_fields_are_packed_behind_all_others(void **state)
{
    Entente__V1__Label label = ENTENTE__V1__LABEL__INIT;
    ProtobufCMessageUnknownField unknown[] = {
        {.tag = 64,
            .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT,
            .len = 1,
            .data = (uint8_t[]){7}},
        {.tag = 1000,
            .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
            .len = 3,
            .data = (uint8_t[]){2, 'h', 'i'}},
    };
    struct ent_bytes packed;

    (void)state;
    label.base.unknown_fields = unknown;
    label.base.n_unknown_fields = 2;
    packed = expect_as_protobuf_c(&label.base);
    ent_bytes_free(&packed);
}

/* In its place, between fields before and behind it, or a part of a list. */
static void
what_is_packed_already_stands_where_it_belongs(void **state)
{
    struct random_source random = {.state = 20261201};

    for (size_t round = 0; round < 200; round++) {
        Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
        ENT_AUTO(ent_bytes_free) struct ent_bytes inner = {0};
        ENT_AUTO(ent_bytes_free) struct ent_bytes expected = {0};
        struct ent_bytes packed;

        ent_arena_reset(*state);
        item.sequence = round + 1;
        item.id = (char[]){"01990000-0000-7000-8000-000000000001"};
        item.message = (ent_message *)random_message(
            &random, &entente__v1__message__descriptor, *state);
        expect_ok(ent_pb_pack(&item.message->base, &inner, &last_error));
        expect_ok(ent_pb_pack(&item.base, &expected, &last_error));
        item.message = (ent_message *)ent_pb_packed(
            &entente__v1__message__descriptor, ent_bytes_view(&inner), *state);
        assert_non_null(item.message);
        packed = expect_as_protobuf_c(&item.base);
        assert_int_equal(packed.len, expected.len);
        assert_memory_equal(packed.data, expected.data, packed.len);
        ent_bytes_free(&packed);
    }
}

static void
what_is_packed_already_and_empty_is_still_there(void **state)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
    struct ent_bytes packed;

    item.message = (ent_message *)ent_pb_packed(
        &entente__v1__message__descriptor, (struct ent_view){0}, *state);
    assert_non_null(item.message);
    packed = expect_as_protobuf_c(&item.base);
    assert_int_equal(packed.len, 2); /* its tag, and a length of 0 */
    ent_bytes_free(&packed);
    assert_null(
        ent_pb_packed(&entente__v1__message__descriptor, view("\xff"), *state));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(any_message_is_packed_as_protobuf_c_packs_it),
        TEST(what_is_large_is_packed_as_protobuf_c_packs_it),
        TEST(no_memory_for_what_is_large_is_a_status),
        TEST(numbers_at_their_edges_are_packed_as_protobuf_c_packs_them),
        TEST(what_points_to_nothing_is_packed_as_protobuf_c_packs_it),
        TEST(negative_zero_is_left_out_as_protobuf_c_does),
        TEST(unknown_fields_are_packed_behind_all_others),
        TEST(what_is_packed_already_stands_where_it_belongs),
        TEST(what_is_packed_already_and_empty_is_still_there),
    };

    return cmocka_run_group_tests_name("pb_pack", tests, NULL, NULL);
}
