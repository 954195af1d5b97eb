/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of every kind that protobuf has, by their descriptors. */
#include "tests/support.h"

#include "proto/base/pb_field.h"
#include "proto/schema/api.pb-c.h"
#include "scalars.pb-c.h"

#define TYPE entente__test__scalars__descriptor

static const ProtobufCFieldDescriptor *
field_of(const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(&TYPE, name);

    assert_non_null(field);
    return field;
}

static bool
is_given(const Entente__Test__Scalars *message, const char *name)
{
    return ent_pb_is_given(&message->base, field_of(name));
}

static void
nothing_is_given_in_an_empty_message(void **state)
{
    const Entente__Test__Scalars empty = ENTENTE__TEST__SCALARS__INIT;

    (void)state;
    for (unsigned i = 0; i < TYPE.n_fields; i++) {
        assert_false(ent_pb_is_given(&empty.base, &TYPE.fields[i]));
        assert_int_equal(ent_pb_count(&empty.base, &TYPE.fields[i]), 0);
    }
}

/* The highest byte alone too: all of a value counts. */
static void
a_value_that_is_not_the_default_is_given(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    Entente__Test__Part part = ENTENTE__TEST__PART__INIT;

    (void)state;
    message.int_32 = INT32_MIN;
    message.int_64 = INT64_MIN;
    message.uint_32 = UINT32_C(1) << 31;
    message.uint_64 = UINT64_C(1) << 63;
    message.sint_32 = INT32_MIN;
    message.sint_64 = INT64_MIN;
    message.fixed_32 = UINT32_C(1) << 31;
    message.fixed_64 = UINT64_C(1) << 63;
    message.sfixed_32 = INT32_MIN;
    message.sfixed_64 = INT64_MIN;
    message.single_real = 1;
    message.double_real = 1;
    message.truth = true;
    message.colour = ENTENTE__TEST__COLOUR__ULTRAVIOLET;
    message.text = (char[]){" "};
    message.data = (ProtobufCBinaryData){.len = 1, .data = (uint8_t[]){0}};
    message.part = &part;
    for (unsigned i = 0; i < TYPE.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &TYPE.fields[i];

        if (field->id <= 17) {
            assert_true(ent_pb_is_given(&message.base, field));
            assert_int_equal(ent_pb_count(&message.base, field), 1);
            ent_pb_clear(&message.base, field);
            assert_false(ent_pb_is_given(&message.base, field));
        }
    }
    assert_string_equal(message.text, "");
}

/* Bytes of no length are none, wherever they point. */
static void
bytes_are_given_by_their_length(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    uint8_t room[1] = {7};

    (void)state;
    message.data.data = room;
    assert_false(is_given(&message, "data"));
    message.text = NULL;
    assert_false(is_given(&message, "text"));
}

static void
of_a_choice_only_what_was_chosen_is_given(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;

    (void)state;
    message.chosen_number = 7;
    assert_false(is_given(&message, "chosen_number"));
    message.choice_case = ENTENTE__TEST__SCALARS__CHOICE_CHOSEN_NUMBER;
    assert_true(is_given(&message, "chosen_number"));
    assert_false(is_given(&message, "chosen_colour"));
    message.chosen_number = 0;
    assert_false(is_given(&message, "chosen_number"));
}

static void
a_walk_sees_of_a_choice_only_what_was_chosen(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;

    (void)state;
    for (unsigned choice = 0; choice <= 48; choice++) {
        unsigned seen = 0;

        message.choice_case = (Entente__Test__Scalars__ChoiceCase)choice;
        for (unsigned i = ent_pb_next_place(&message.base, 0);
             i < TYPE.n_fields; i = ent_pb_next_place(&message.base, i + 1)) {
            assert_true(TYPE.fields[i].id < 41 || TYPE.fields[i].id == choice);
            seen++;
        }
        assert_int_equal(seen, choice < 41 ? 36 : 37);
    }
}

static unsigned
place_of(const char *name)
{
    return (unsigned)(field_of(name) - TYPE.fields);
}

/* Also when the last that was looked at was another. */
static void
a_choice_is_its_members_and_the_chosen_one(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    const unsigned first = place_of("chosen_number");

    (void)state;
    for (unsigned at = first; at < TYPE.n_fields; at++) {
        for (unsigned is = first; is < TYPE.n_fields; is++) {
            struct ent_pb_choice choice;

            message.choice_case =
                (Entente__Test__Scalars__ChoiceCase)TYPE.fields[is].id;
            choice = ent_pb_choice_at(&message.base, at);
            assert_ptr_equal(choice.chosen, &TYPE.fields[is]);
            assert_int_equal(choice.first, first);
            assert_int_equal(choice.end, TYPE.n_fields);
        }
    }
}

/* A number that is no member's, and one that is a plain field's. */
static void
a_choice_of_no_members_number_is_none(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    const unsigned numbers[] = {0, 1, 20, 40, 49, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        message.choice_case = (Entente__Test__Scalars__ChoiceCase)numbers[i];
        assert_null(
            ent_pb_choice_at(&message.base, place_of("chosen_real")).chosen);
    }
}

static unsigned
submit_in(const ProtobufCMessageDescriptor *type)
{
    return (unsigned)(protobuf_c_message_descriptor_get_field_by_name(
                          type, "submit") -
                      type->fields);
}

/* Types that have the same number in their oneof do not get mixed up. */
static void
a_choice_is_that_of_its_own_type(void **state)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    const unsigned in_request = submit_in(request.base.descriptor);
    const unsigned in_reply = submit_in(reply.base.descriptor);

    (void)state;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_SUBMIT;
    assert_int_equal(request.request_case, reply.reply_case);
    for (int i = 0; i < 2; i++) {
        assert_ptr_equal(
            ent_pb_choice_at(&request.base, in_request).chosen->descriptor,
            &entente__v1__submit_request__descriptor);
        assert_ptr_equal(
            ent_pb_choice_at(&reply.base, in_reply).chosen->descriptor,
            &entente__v1__submit_reply__descriptor);
    }
}

static void
a_list_has_its_length_and_each_value_its_place(void **state)
{
    Entente__Test__Scalars message = ENTENTE__TEST__SCALARS__INIT;
    uint64_t large[] = {1, 2, 3};
    protobuf_c_boolean truths[] = {0, 1};
    char *texts[] = {(char[]){"a"}, (char[]){""}};
    ProtobufCBinaryData datas[2] = {{.len = 1}, {.len = 2}};
    const ProtobufCFieldDescriptor *list = field_of("uint_64s");

    (void)state;
    message.n_uint_64s = 3;
    message.uint_64s = large;
    message.n_truths = 2;
    message.truths = truths;
    message.n_texts = 2;
    message.texts = texts;
    message.n_datas = 2;
    message.datas = datas;
    assert_int_equal(ent_pb_count(&message.base, list), 3);
    assert_ptr_equal(ent_pb_value(&message.base, list, 2), &large[2]);
    assert_ptr_equal(
        ent_pb_value(&message.base, field_of("truths"), 1), &truths[1]);
    assert_ptr_equal(
        ent_pb_value(&message.base, field_of("texts"), 1), &texts[1]);
    assert_ptr_equal(
        ent_pb_value(&message.base, field_of("datas"), 1), &datas[1]);
    assert_int_equal(ent_pb_count(&message.base, field_of("texts")), 2);
    ent_pb_clear(&message.base, list);
    assert_int_equal(ent_pb_count(&message.base, list), 0);
    assert_null(message.uint_64s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_given_in_an_empty_message),
        cmocka_unit_test(a_value_that_is_not_the_default_is_given),
        cmocka_unit_test(bytes_are_given_by_their_length),
        cmocka_unit_test(of_a_choice_only_what_was_chosen_is_given),
        cmocka_unit_test(a_walk_sees_of_a_choice_only_what_was_chosen),
        cmocka_unit_test(a_choice_is_its_members_and_the_chosen_one),
        cmocka_unit_test(a_choice_of_no_members_number_is_none),
        cmocka_unit_test(a_choice_is_that_of_its_own_type),
        cmocka_unit_test(a_list_has_its_length_and_each_value_its_place),
    };

    return cmocka_run_group_tests_name("pb_field", tests, NULL, NULL);
}
