/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/message.h"
#include "tests/random_message.h"
#include "tests/scalars.pb-c.h"

#define SCALARS (&entente__test__scalars__descriptor)
#define MESSAGE (&entente__v1__message__descriptor)

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

/* `text` with ' for ", which C would make unreadable. */
static struct ent_view
json(const char *text)
{
    static char quoted[4096];
    size_t len = strlen(text);

    assert_true(len < sizeof quoted);
    for (size_t i = 0; i < len; i++) {
        quoted[i] = text[i] == '\'' ? '"' : text[i];
    }
    return ent_view_of(quoted, len);
}

/* Reading `text` as a `descriptor` must fail with exactly `complaint`. */
static void
expect_complaint(struct ent_arena *arena,
    const ProtobufCMessageDescriptor *descriptor, const char *text,
    const char *complaint)
{
    ProtobufCMessage *message = NULL;
    const size_t used = arena->used;

    expect_status(
        ent_json_read(json(text), descriptor, arena, &message, &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(last_error.text, complaint);
    assert_null(message);
    assert_int_equal(arena->used, used);
}

/* What is read from `text` is written as `want`. */
static void
expect_rewritten(struct ent_arena *arena,
    const ProtobufCMessageDescriptor *descriptor, const char *text,
    const char *want)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes written = {0};
    struct ent_view expected;
    ProtobufCMessage *message;

    ent_arena_reset(arena);
    expect_ok(
        ent_json_read(json(text), descriptor, arena, &message, &last_error));
    expect_ok(ent_json_write(message, false, &written, &last_error));
    expected = json(want);
    if (!ent_view_equal(ent_bytes_view(&written), expected)) {
        print_error("%.*s\n", (int)written.len, (char *)written.data);
        fail();
    }
}

#define expect_same(arena, descriptor, text)                                   \
    expect_rewritten(arena, descriptor, text, text)

static void
every_kind_of_field_reads_and_writes_back(void **state)
{
    (void)state;
    expect_same(*state, SCALARS,
        "{'int32':-2147483648,'int64':'-9223372036854775808',"
        "'uint32':4294967295,'uint64':'18446744073709551615','sint32':-1,"
        "'sint64':'-1','fixed32':1,'fixed64':'1','sfixed32':-1,"
        "'sfixed64':'-1','singleReal':0.1,'doubleReal':-0.1,'truth':true,"
        "'colour':'ULTRAVIOLET','text':'แม่สาย','data':'AAEC','part':{},"
        "'time':'2026-11-22T10:00:00.125Z'}");
    expect_same(*state, SCALARS,
        "{'int64s':['0','1'],'truths':[false,true],"
        "'colours':['COLOUR_UNSPECIFIED','RED'],'texts':['',''],"
        "'datas':['','/w=='],'parts':[{},{'name':'a','count':1}],"
        "'times':['1970-01-01T00:00:00Z']}");
    expect_same(*state, SCALARS,
        "{'doubleReals':['NaN','Infinity','-Infinity',1e300,0.3]}");
}

static void
what_is_not_given_is_not_written(void **state)
{
    expect_rewritten(*state, SCALARS,
        "{'int32':0,'int64':'0','truth':false,'colour':'COLOUR_UNSPECIFIED',"
        "'text':'','data':'','texts':[],'doubleReal':0.0}",
        "{}");
}

static void
null_counts_as_not_given(void **state)
{
    expect_rewritten(*state, SCALARS,
        "{'int32':null,'texts':null,'part':null,'time':null,'truth':null}",
        "{}");
    expect_complaint(*state, SCALARS, "{'texts':['a',null]}",
        "texts[1]: must be text in quotes");
}

static void
a_chosen_default_is_written(void **state)
{
    expect_same(*state, SCALARS, "{'chosenNumber':0}");
    expect_same(*state, SCALARS, "{'chosenText':''}");
    expect_same(*state, SCALARS, "{'chosenTruth':false}");
    expect_rewritten(*state, SCALARS, "{'chosenText':null,'chosenNumber':1}",
        "{'chosenNumber':1}");
}

static void
only_one_of_several_can_be_given(void **state)
{
    expect_complaint(*state, SCALARS, "{'chosenNumber':1,'chosenText':''}",
        "chosenText: cannot stand beside chosenNumber: only one of them can be "
        "given");
    expect_complaint(*state, MESSAGE, "{'test':{},'hotlineAlert':{}}",
        "hotlineAlert: cannot stand beside test: only one of them can be "
        "given");
}

static void
numbers_may_be_text_and_text_may_be_numbers(void **state)
{
    expect_rewritten(*state, SCALARS,
        "{'int32':'-5','int64':7,'uint64':9223372036854775807,'uint32':1e3,"
        "'doubleReal':'2.5','singleReal':1}",
        "{'int32':-5,'int64':'7','uint32':1000,"
        "'uint64':'9223372036854775807','singleReal':1.0,'doubleReal':2.5}");
}

static void
numbers_out_of_range_are_named_with_the_range(void **state)
{
    expect_complaint(*state, SCALARS, "{'int32':2147483648}",
        "int32: 2147483648 is no whole number from -2147483648 to 2147483647");
    expect_complaint(*state, SCALARS, "{'uint32':-1}",
        "uint32: -1 is no whole number from 0 to 4294967295");
    expect_complaint(*state, SCALARS, "{'uint64':'18446744073709551616'}",
        "uint64: \"18446744073709551616\" is no whole number from 0 to "
        "18446744073709551615");
    expect_complaint(*state, SCALARS, "{'int32':1.5}",
        "int32: 1.5 is no whole number from -2147483648 to 2147483647");
    expect_complaint(*state, SCALARS, "{'int32':'007'}",
        "int32: \"007\" is no whole number from -2147483648 to 2147483647");
    expect_complaint(*state, SCALARS, "{'uint32':{}}",
        "uint32: an object is no whole number from 0 to 4294967295");
    expect_complaint(*state, SCALARS, "{'singleReal':1e39}",
        "singleReal: 1e39 is no number "
        "in range");
}

static void
codes_go_by_name_or_known_number(void **state)
{
    expect_rewritten(*state, SCALARS, "{'colour':-1,'colours':[2,0]}",
        "{'colour':'ULTRAVIOLET','colours':['GREEN','COLOUR_UNSPECIFIED']}");
    expect_complaint(*state, SCALARS, "{'colour':3}",
        "colour: 3 is no Colour; it is one of ULTRAVIOLET, RED, GREEN");
    expect_complaint(*state, SCALARS, "{'colour':'green'}",
        "colour: \"green\" is no Colour; did you mean GREEN?");
    expect_complaint(*state, MESSAGE,
        "{'drugSeizure':{'items':[{'drug':'METH'}]}}",
        "drugSeizure.items[0].drug: \"METH\" is no Drug; did you mean "
        "METH_TABLET?");
}

static void
either_alphabet_of_base64_is_read(void **state)
{
    expect_rewritten(*state, SCALARS, "{'datas':['+/8=','-_8=','-_8','+/8']}",
        "{'datas':['+/8=','+/8=','+/8=','+/8=']}");
    expect_complaint(*state, SCALARS, "{'data':'a'}", "data: is not base64");
    expect_complaint(*state, SCALARS, "{'data':'+_8='}", "data: is not base64");
    expect_complaint(*state, SCALARS, "{'data':[1]}",
        "data: must be bytes as base64 in quotes");
}

static void
times_keep_milliseconds_and_drop_what_is_finer(void **state)
{
    expect_rewritten(*state, SCALARS,
        "{'time':'2026-11-22T16:30:00.123987654+06:30'}",
        "{'time':'2026-11-22T10:00:00.123Z'}");
    expect_complaint(*state, SCALARS, "{'time':1763805600}",
        "time: must be a time in quotes, as \"2026-11-22T10:00:00Z\"");
}

static void
a_buddhist_year_is_no_time(void **state)
{
    ProtobufCMessage *message;

    expect_status(ent_json_read(json("{'time':'2569-11-22T10:00:00Z'}"),
                      SCALARS, *state, &message, &last_error),
        ENT_BAD_INPUT);
    assert_memory_equal(last_error.text, "time: ", 6);
}

static void
either_name_of_a_field_is_read_but_not_both(void **state)
{
    expect_rewritten(
        *state, SCALARS, "{'single_real':1.5}", "{'singleReal':1.5}");
    expect_complaint(*state, SCALARS, "{'singleReal':1,'single_real':1}",
        "singleReal: is given twice");
}

static void
an_unknown_field_is_refused_with_the_nearest(void **state)
{
    expect_complaint(*state, MESSAGE, "{'drugSeizure':{'itmes':[]}}",
        "drugSeizure: DrugSeizure has no field \"itmes\"; did you mean items?");
    expect_complaint(
        *state, MESSAGE, "{'zzz':1}", "Message has no field \"zzz\"");
    expect_complaint(*state, MESSAGE, "{'Mode':1}",
        "Message has no field \"Mode\"; did you mean mode?");
}

static void
the_wrong_shape_says_the_right_one(void **state)
{
    expect_complaint(*state, SCALARS, "[]", "must be an object in braces");
    expect_complaint(
        *state, SCALARS, "{'part':[]}", "part: must be an object in braces");
    expect_complaint(*state, SCALARS, "{'texts':'a'}", "texts: must be a list");
    expect_complaint(
        *state, SCALARS, "{'truth':1}", "truth: must be true or false");
    expect_complaint(
        *state, SCALARS, "{'text':1}", "text: must be text in quotes");
}

static void
bad_syntax_is_found_by_line_and_column(void **state)
{
    ProtobufCMessage *message;

    expect_complaint(*state, SCALARS, "{'text':'a',\n 'text':'b'}",
        "line 2, column 7: duplicate object key near '\"text\"'");
    expect_status(ent_json_read(json("{\n 'text' 'a'}"), SCALARS, *state,
                      &message, &last_error),
        ENT_BAD_INPUT);
    assert_memory_equal(last_error.text, "line 2, column 11: ", 19);
    expect_status(
        ent_json_read(json(""), SCALARS, *state, &message, &last_error),
        ENT_BAD_INPUT);
    expect_status(
        ent_json_read(json("{} {}"), SCALARS, *state, &message, &last_error),
        ENT_BAD_INPUT);
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
    static const char *const bad[] = {"{'text':'\xff'}", "{'text':'\xc0\x80'}",
        "{'text':'\xed\xa0\x80'}", "{'text':'\\ud800'}", "{'text':'\\u0000'}",
        "{'text':'\xe1\x80'}", "{'text':'\x01'}"};
    ProtobufCMessage *message;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_status(
            ent_json_read(json(bad[i]), SCALARS, *state, &message, &last_error),
            ENT_BAD_INPUT);
    }
}

static void
a_complaint_carries_no_control_characters(void **state)
{
    expect_complaint(*state, SCALARS, "{'colour':'\\u001b[31m\xe2\x80\xae'}",
        "colour: \"<U+001B>[31m<U+202E>\" is no Colour; it is one of "
        "ULTRAVIOLET, RED, GREEN");
}

static void
a_long_word_is_quoted_in_part(void **state)
{
    expect_complaint(*state, SCALARS,
        "{'colour':'แแแแแแแแแแแแแแแแแแแแแแแแแแแแแแ'}",
        "colour: \"แแแแแแแแแแแแแแแแแแแแแแ...\" is no Colour; it is one of "
        "ULTRAVIOLET, RED, GREEN");
}

/* `count` times `piece` inside one text. */
static enum ent_status
read_many(struct ent_arena *arena, const char *before, const char *piece,
    size_t count)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    size_t len = strlen(before);
    size_t step = strlen(piece);
    ProtobufCMessage *message;

    expect_ok(ent_bytes_alloc(len + count * step, &text, &last_error));
    memcpy(text.data, before, len);
    for (size_t i = 0; i < count; i++) {
        memcpy(text.data + len + i * step, piece, step);
    }
    return ent_json_read(
        ent_bytes_view(&text), SCALARS, arena, &message, &last_error);
}

static void
limits_are_kept_before_anything_is_built(void **state)
{
    expect_status(read_many(*state, "{\"x\":\n", "[", 100), ENT_BAD_INPUT);
    assert_string_equal(
        last_error.text, "line 2: more than 32 brackets inside each other");
    expect_status(
        read_many(*state, "{\"texts\":[\"\"", ",\"\"", 70000), ENT_BAD_INPUT);
    assert_string_equal(last_error.text, "line 1: more than 65536 values");
    expect_status(
        read_many(*state, "{\"text\":\"", "x", ENT_JSON_MAX), ENT_BAD_INPUT);
    assert_string_equal(
        last_error.text, "1048585 bytes of text; at most 1048576 are read");
}

static void
brackets_inside_text_are_text(void **state)
{
    expect_same(*state, SCALARS,
        "{'text':'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\\'[[[[{,,'}");
}

static void
what_does_not_fit_the_arena_is_too_big(void **state)
{
    struct ent_arena small;
    ProtobufCMessage *message = NULL;

    (void)state;
    expect_ok(ent_arena_init(&small, 512, &last_error));
    expect_status(ent_json_read(json("{'texts':['a','b','c','d','e','f','g']}"),
                      SCALARS, &small, &message, &last_error),
        ENT_NO_MEMORY);
    assert_string_equal(last_error.text, "the message is too big");
    assert_null(message);
    ent_arena_fini(&small);
}

static void
pretty_text_has_a_line_for_each_value(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ProtobufCMessage *message;

    expect_ok(
        ent_json_read(json("{'text':'a','part':{'count':1},'texts':['b','c'],"
                           "'parts':[{}]}"),
            SCALARS, *state, &message, &last_error));
    expect_ok(ent_json_write(message, true, &text, &last_error));
    expect_bytes(ent_bytes_view(&text), "{\n"
                                        "  \"text\": \"a\",\n"
                                        "  \"part\": {\n"
                                        "    \"count\": 1\n"
                                        "  },\n"
                                        "  \"texts\": [\n"
                                        "    \"b\",\n"
                                        "    \"c\"\n"
                                        "  ],\n"
                                        "  \"parts\": [\n"
                                        "    {}\n"
                                        "  ]\n"
                                        "}");
}

static void
what_json_cannot_say_is_not_written(void **state)
{
    struct ent_bytes text = {0};
    Entente__Test__Part part = ENTENTE__TEST__PART__INIT;
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Entente__Test__Scalars scalars = ENTENTE__TEST__SCALARS__INIT;

    (void)state;
    part.name = (char[]){"Mae \xff"};
    scalars.part = &part;
    expect_status(ent_json_write(&scalars.base, false, &text, &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(
        last_error.text, "part: name: byte 4 of a text is not UTF-8");
    part.name = (char[]){"Mae Sai"};
    part.made_at = &time;
    time.seconds = -1;
    expect_status(ent_json_write(&scalars.base, false, &text, &last_error),
        ENT_BAD_INPUT);
    assert_null(text.data);
}

/* Random messages go to JSON and back to the very same bytes. */
static void
expect_round_trip(struct ent_arena *arena,
    const ProtobufCMessageDescriptor *descriptor, uint64_t seed)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes before = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes after = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct random_source random = {.state = seed};
    ProtobufCMessage *message;

    ent_arena_reset(arena);
    message = random_message(&random, descriptor, arena);
    assert_non_null(message);
    expect_ok(ent_pb_pack(message, &before, &last_error));
    expect_ok(ent_json_write(message, seed % 2 == 0, &text, &last_error));
    expect_ok(ent_json_read(
        ent_bytes_view(&text), descriptor, arena, &message, &last_error));
    expect_ok(ent_pb_pack(message, &after, &last_error));
    if (!ent_view_equal(ent_bytes_view(&before), ent_bytes_view(&after))) {
        fail_msg("seed %llu", (unsigned long long)seed);
    }
}

static void
any_message_survives_json(void **state)
{
    for (uint64_t seed = 1; seed <= 500; seed++) {
        expect_round_trip(*state, SCALARS, seed);
        expect_round_trip(*state, MESSAGE, seed);
    }
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    enum ent_status rc = ENT_NO_MEMORY;
    ProtobufCMessage *message;

    expect_ok(ent_json_read(
        json("{'text':'a'}"), SCALARS, *state, &message, &last_error));
    for (size_t nth = 1; rc == ENT_NO_MEMORY; nth++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};

        assert_true(nth < 10);
        fail_allocation(nth);
        rc = ent_json_write(message, false, &text, &last_error);
        assert_true(rc == ENT_OK || text.data == NULL);
    }
    fail_allocation(0);
    expect_ok(rc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_field_reads_and_writes_back),
        TEST(what_is_not_given_is_not_written),
        TEST(null_counts_as_not_given),
        TEST(a_chosen_default_is_written),
        TEST(only_one_of_several_can_be_given),
        TEST(numbers_may_be_text_and_text_may_be_numbers),
        TEST(numbers_out_of_range_are_named_with_the_range),
        TEST(codes_go_by_name_or_known_number),
        TEST(either_alphabet_of_base64_is_read),
        TEST(times_keep_milliseconds_and_drop_what_is_finer),
        TEST(a_buddhist_year_is_no_time),
        TEST(either_name_of_a_field_is_read_but_not_both),
        TEST(an_unknown_field_is_refused_with_the_nearest),
        TEST(the_wrong_shape_says_the_right_one),
        TEST(bad_syntax_is_found_by_line_and_column),
        TEST(text_that_is_not_utf8_is_refused),
        TEST(a_complaint_carries_no_control_characters),
        TEST(a_long_word_is_quoted_in_part),
        TEST(limits_are_kept_before_anything_is_built),
        TEST(brackets_inside_text_are_text),
        TEST(what_does_not_fit_the_arena_is_too_big),
        TEST(pretty_text_has_a_line_for_each_value),
        TEST(what_json_cannot_say_is_not_written),
        TEST(any_message_survives_json),
        TEST(no_memory_is_a_status_and_leaks_nothing),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
