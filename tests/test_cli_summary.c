/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/examples.h"
#include "tools/cli/summary.h"

static struct ent_arena arena;

static int
set_up(void **state)
{
    (void)state;
    return ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error) == ENT_OK
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    ent_arena_fini(&arena);
    return 0;
}

static void
expect_summary(const char *family, const char *change, const char *want)
{
    ENT_AUTO(cli_summary_free)
    char *got = cli_summary(example(&arena, family, change));

    assert_non_null(got);
    assert_string_equal(got, want);
}

static void
expect_words(const char *family, const char *change, const char *words)
{
    ENT_AUTO(cli_summary_free)
    char *got = cli_summary(example(&arena, family, change));

    assert_non_null(got);
    if (strstr(got, words) == NULL) {
        print_error("no '%s' in: %s\n", words, got);
        fail();
    }
}

/* What is asked stands first, then what, where, how many and which way. */
static void
a_hotline_alert_begins_with_what_is_asked(void **state)
{
    (void)state;
    expect_summary("hotline_alert",
        "{'hotlineAlert': {'what': 'ARMS', 'action': 'DO_NOT_STOP', "
        "'where': {'country': 'TH', 'crossing': 'MM-TH:THL-MSA', "
        "'place': 'Mae Sai', 'detail': 'lane 3'}, 'persons': 1, "
        "'direction': 'toward th', 'mode': 'LAND_ROAD', 'weapons': true, "
        "'conveyance': {'plate': '1A-1', 'plateCountry': 'MM', 'makeModelColour': null}, "
        "'medical': null, 'children': null, "
        "'description': 'two\\nlines'}}",
        "DO NOT STOP: arms; Mae Sai (MM-TH:THL-MSA), lane 3; 1 person toward "
        "th; WEAPONS; land road; plate 1A-1 MM; two lines");
}

static void
a_hub_alert_says_what_goes_where(void **state)
{
    (void)state;
    expect_summary("hub_alert",
        "{'hubAlert': {'trigger': 'HUB_SEIZURE', 'action': 'HOLD_AND_SCAN', "
        "'hub': {'country': 'TH', 'unlocode': 'THBKK', 'place': null}, 'conveyance': null, 'item': 'a parcel', "
        "'mail': [{'s10': 'RB123456785GB'}], 'routes': [{'crossing': "
        "{'country': 'TH', 'crossing': 'MM-TH:THL-MSA', 'place': 'Mae Sai'}}],"
        " 'confidence': 80}}",
        "HOLD AND SCAN: seizure; THBKK; a parcel; RB123456785GB; to Mae Sai "
        "(MM-TH:THL-MSA); 80 % sure");
}

static void
a_seizure_names_drugs_as_coded_else_as_reported(void **state)
{
    (void)state;
    expect_summary("drug_seizure",
        "{'action': null, 'drugSeizure': {'conveyance': null, 'place': "
        "{'country': 'KR', 'subdivision': 'Busan', 'unlocode': null, 'place': "
        "null, 'detail': null},"
        " 'items': [{'drug': 'METH_TABLET', 'quantity': '120000', 'unit': "
        "'TABLET'}, {'drugAsReported': 'yaba', 'quantityAsReported': '3', "
        "'unitAsReported': 'sacks'}], 'mode': 'AIR', 'arrests': "
        "[{'count': 2}, {'count': 1}]}}",
        "meth tablet 120000 tablets; yaba 3 sacks; Busan, KR; air; 3 "
        "arrested");
}

static void
an_acknowledgement_says_who_did_what(void **state)
{
    (void)state;
    expect_words("acknowledgement",
        "{'acknowledgement': {'level': 'ACTIONED', 'outcome': 'LOCATED', "
        "'role': 'supervisor', 'messageId': 'x', 'note': null}}",
        "actioned; located; by supervisor; answers x");
}

static void
a_test_is_a_radio_check(void **state)
{
    (void)state;
    expect_summary("test", "{'test': {'text': 'hello'}}", "radio check; hello");
}

static void
a_correction_does_not_look_like_news(void **state)
{
    (void)state;
    expect_words("test", "{'action': 'WITHDRAW'}", "WITHDRAW: radio check");
}

static void
a_message_without_a_body_says_so(void **state)
{
    (void)state;
    expect_summary(
        "test", "{'test': null}", "(nothing that this version can read)");
}

/* Thai letters have three bytes: none is cut in two. */
static void
a_long_text_is_cut_between_characters(void **state)
{
    ent_message *message = example(&arena, "test", "{'test': {}}");
    ENT_AUTO(cli_summary_free) char *got = NULL;
    char text[1000] = "a";

    (void)state;
    for (size_t i = 1; i + 3 < sizeof text; i += 3) {
        memcpy(text + i, "\xe0\xb8\x81", 4);
    }
    message->test->text = text;
    got = cli_summary(message);
    assert_non_null(got);
    assert_true(strlen(got) < 200);
    assert_string_equal(got + strlen(got) - 6, "\xe0\xb8\x81...");
}

static void
every_example_has_a_summary_of_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; example_families[i] != NULL; i++) {
        ENT_AUTO(cli_summary_free)
        char *got = cli_summary(example(&arena, example_families[i], "{}"));

        assert_non_null(got);
        assert_true(strlen(got) > 10);
        assert_null(strchr(got, '\n'));
    }
}

#define SUMMARY_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SUMMARY_TEST(a_hotline_alert_begins_with_what_is_asked),
        SUMMARY_TEST(a_hub_alert_says_what_goes_where),
        SUMMARY_TEST(a_seizure_names_drugs_as_coded_else_as_reported),
        SUMMARY_TEST(an_acknowledgement_says_who_did_what),
        SUMMARY_TEST(a_test_is_a_radio_check),
        SUMMARY_TEST(a_correction_does_not_look_like_news),
        SUMMARY_TEST(a_message_without_a_body_says_so),
        SUMMARY_TEST(a_long_text_is_cut_between_characters),
        SUMMARY_TEST(every_example_has_a_summary_of_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
