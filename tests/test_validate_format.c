/* SPDX-License-Identifier: Apache-2.0 */
/* What a value must look like, by the word that its manifest has for it: what
 * is just right, and what is just wrong. */
#include "tests/support.h"

#include <stdio.h>

#include "tests/examples.h"
#include "tests/findings.h"

#define VALUES 12

/* Where values are put into a family's example, and what is said of bad ones.
 */
struct format {
    const char *family;
    const char *before;
    const char *after;
    const char *field;
    const char *rule;
    const char *source;
    const char *good[VALUES];
    const char *bad[VALUES];
};

static const struct format formats[] = {
    {"hub_alert", "{'hubAlert':{'confidence':", "}}", "hubAlert.confidence",
        "must be a percentage from 0 to 100", "catalogue: hub_alert",
        {"0", "1", "100"}, {"101", "4294967295"}},
    {"drug_seizure",
        "{'drugSeizure':{'items':[{'drug':'HEROIN','quantity':'3',"
        "'unit':'GRAM','purity':'",
        "'}]}}", "drugSeizure.items[0].purity",
        "must be a percentage from 0 to 100, as 81.5",
        "catalogue: drug_seizure", {"0", "100", "100.0", "99.9"},
        {"100.01", "-1", ".5", "5.", "1e2"}},
    {"document_check", "{'documentCheck':{'number':'", "'}}",
        "documentCheck.number",
        "must be 4 to 24 capital letters and digits, without spaces",
        "catalogue: document_check", {"L898", "ABCDEFGHIJKLMNOPQRSTUVWX"},
        {"L89", "ABCDEFGHIJKLMNOPQRSTUVWXY", "l898902c3", "L898-902"}},
    {"hotline_alert", "{'hotlineAlert':{'where':{'latitude':'", "'}}}",
        "hotlineAlert.where.latitude",
        "must be decimal degrees from -90 to 90, as 20.4285", "WGS 84",
        {"90", "-90", "-0.5"}, {"-90.1", "--1", "-", "+1", "20N"}},
    {"hotline_alert", "{'hotlineAlert':{'where':{'longitude':'", "'}}}",
        "hotlineAlert.where.longitude",
        "must be decimal degrees from -180 to 180, as 20.4285", "WGS 84",
        {"180", "-179.9999"}, {"180.0001", "-181"}},
    {"hotline_alert", "{'hotlineAlert':{'direction':'", "'}}",
        "hotlineAlert.direction",
        "must be \"away\" or \"toward\" and a state, as \"toward th\"",
        "catalogue: hotline_alert", {"away", "toward th"},
        {"aways", "awa", "toward ", "toward THA", "towards th"}},
    {"consent_request", "{'consentRequest':{'to':'", "'}}", "consentRequest.to",
        "must be a state or organisation as in addresses, as la or xpo",
        "catalogue: consent_request", {"la", "xpo"},
        {"l", "laos", "LA", "l1", "@la"}},
    {"person_alert", "{'personAlert':{'person':{'birthDate':'", "'}}}",
        "personAlert.person.birthDate",
        "must be a date or its beginning, as 1990-04-17, 1990-04 or 1990",
        "ISO 8601",
        {"1990", "1990-04", "1990-04-17", "1955-06-08", "1912", "2000-02-29"},
        {"199", "1990-13", "1990-02-30", "1990-04-17T00", "1990-4", "1990-",
            "1990-04-", "19900417", "1949-02-29", "1820", "199O"}},
    {"person_alert", "{'personAlert':{'person':{'birthDate':'", "'}}}",
        "personAlert.person.birthDate",
        "2541 is a year of the Buddhist era: must be 1998-04-17", "ISO 8601",
        {NULL}, {"2541-04-17"}},
    {"person_alert", "{'personAlert':{'person':{'name':'", "'}}}",
        "personAlert.person.name",
        "must be capital letters as in the machine readable zone, as "
        "TRAN<<THI HOA",
        "ICAO Doc 9303-3", {"TRAN", "TRAN<<THI HOA", "VAN DER<<A B C"},
        {"<<TRAN", "TRAN<<", "TRAN<", "TRAN<THI", "A<<B<<C", "A<<<B", " TRAN",
            "TRAN ", "A  B", "A <<B", "A<< B", "TR4N"}},
    {"wildlife_timber_seizure",
        "{'wildlifeTimberSeizure':{'specimens':[{'taxon':'Manis javanica',"
        "'appendix':'CITES_I','quantity':'1','unit':'KGM','term':'",
        "'}]}}", "wildlifeTimberSeizure.specimens[0].term",
        "must be a term's three letters, as SCA for scales",
        "CITES: terms of annual reports", {"BAL", "SCA", "WPR"},
        {"SC", "SCA ", "SCA SEE", "CA ", "AL ", "sca"}},
    {"health_alert", "{'healthAlert':{'agent':'", "'}}", "healthAlert.agent",
        "must be a code of the classification, as A20.2 or 1B94",
        "WHO: ICD-10, ICD-11",
        {"A20", "A20.2", "1B94", "1B94.1234", "U071", "8A01.0Z"},
        {"A2", "A20.", "A20.12345", "1B945", "1994", "A20.2.1", "a20", "A20 2",
            "20.2"}},
    {"statistics_return",
        "{'statisticsReturn':{'dimensions':['BY_ROUTE'],'cells':[{'count':'41',"
        "'route':'",
        "'}]}}", "statisticsReturn.cells[0].route",
        "must be two countries with a hyphen between, as TH-MY", "ISO 3166-1",
        {"TH-MY", "XX-MY", "TH-XX"},
        {"TH/MY", "ZZ-MY", "TH-ZZ", "TH-M", "TH-MYS", "th-my"}},
    {"drug_seizure", "{'drugSeizure':{'seizedAt':'", "'}}",
        "drugSeizure.seizedAt", "must not be after createdAt",
        "catalogue: drug_seizure", {NULL}, {"2027-01-01T00:00:00Z"}},
};

#define FORMATS (sizeof formats / sizeof formats[0])

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

/* The change that puts a value there. */
static const char *
put(const struct format *format, const char *value)
{
    static char change[256];
    int len = snprintf(
        change, sizeof change, "%s%s%s", format->before, value, format->after);

    assert_in_range(len, 1, sizeof change - 1);
    return change;
}

static void
what_is_just_right_is_taken(void **state)
{
    for (size_t i = 0; i < FORMATS; i++) {
        for (size_t k = 0; k < VALUES && formats[i].good[k] != NULL; k++) {
            expect_good(*state, formats[i].family,
                put(&formats[i], formats[i].good[k]));
        }
    }
}

static void
what_is_just_wrong_is_told_with_what_would_be_right(void **state)
{
    for (size_t i = 0; i < FORMATS; i++) {
        for (size_t k = 0; k < VALUES && formats[i].bad[k] != NULL; k++) {
            const struct broken one[] = {
                {put(&formats[i], formats[i].bad[k]), formats[i].field,
                    formats[i].rule, formats[i].source},
            };

            EXPECT_BROKEN(*state, formats[i].family, one);
        }
    }
}

/* Clocks differ: ten minutes ahead is not yet the future. */
static void
the_past_ends_ten_minutes_from_now(void **state)
{
    static const struct broken late[] = {
        {"{'hubAlert':{'foundAt':'2026-11-22T10:10:00.001Z'}}",
            "hubAlert.foundAt", "must not be after createdAt",
            "catalogue: hub_alert"},
    };

    expect_good(
        *state, "hub_alert", "{'hubAlert':{'foundAt':'2026-11-22T10:10:00Z'}}");
    EXPECT_BROKEN(*state, "hub_alert", late);
}

/* Nothing is compared with a time that is not there. */
static void
without_a_time_of_creation_nothing_is_past_or_future(void **state)
{
    static const struct broken row[] = {
        {"{'createdAt':null}", "createdAt", "must be given",
            "catalogue: header"},
    };

    EXPECT_BROKEN(*state, "hub_alert", row);
}

/* ---- texts ---- */

/* A description of `count` letters. */
static size_t
findings_of_text(struct ent_arena *arena, const char *family, size_t count)
{
    ent_message *message = example(arena, family, "{}");
    char *text = ent_arena_alloc(arena, count + 1);
    struct ent_findings findings;

    assert_non_null(text);
    memset(text, 'x', count);
    if (message->body_case == ENTENTE__V1__MESSAGE__BODY_INTELLIGENCE_REPORT) {
        message->intelligence_report->gaps = text;
    } else {
        message->author_role = text;
    }
    (void)!ent_message_validate(message, &findings, &last_error);
    return findings.count;
}

static void
a_word_has_128_characters_and_a_text_12000(void **state)
{
    assert_int_equal(findings_of_text(*state, "test", 128), 0);
    assert_int_equal(findings_of_text(*state, "test", 129), 1);
    assert_string_equal(last_error.text,
        "authorRole: 129 characters; at most 128 (catalogue: header)");
    assert_int_equal(findings_of_text(*state, "intelligence_report", 12000), 0);
    assert_int_equal(findings_of_text(*state, "intelligence_report", 12001), 1);
    assert_string_equal(last_error.text,
        "intelligenceReport.gaps: 12001 characters; at most 12000 (catalogue: "
        "intelligence_report)");
}

/* What is no sentence is not measured by how urgent it is. */
static void
only_sentences_are_brief_when_they_are_urgent(void **state)
{
    assert_int_equal(findings_of_text(*state, "hotline_alert", 129), 1);
    assert_string_equal(last_error.text,
        "authorRole: 129 characters; at most 128 (catalogue: header)");
}

static void
no_control_of_either_set_hides_in_a_text(void **state)
{
    static const struct broken rows[] = {
        {"{'test':{'text':'a\\u0085b'}}", "test.text",
            "must not hold control characters", "domain D6"},
        {"{'test':{'text':'a\\u009bb'}}", "test.text",
            "must not hold control characters", "domain D6"},
        {"{'test':{'text':'a\\u007fb'}}", "test.text",
            "must not hold control characters", "domain D6"},
        {"{'test':{'text':'a\\rb'}}", "test.text",
            "must not hold control characters", "domain D6"},
    };

    EXPECT_BROKEN(*state, "test", rows);
    expect_good(*state, "test", "{'test':{'text':'a\\u00a0b\\tc\\nd'}}");
}

/* ---- times ---- */

static void
expect_time(struct ent_arena *arena, int64_t seconds, int32_t nanos, bool good)
{
    ent_message *message = example(arena, "situation_report", "{}");
    struct ent_findings findings;

    message->situation_report->period->until->seconds = seconds;
    message->situation_report->period->until->nanos = nanos;
    (void)!ent_message_validate(message, &findings, &last_error);
    assert_int_equal(findings.count, good ? 0 : 1);
    if (!good) {
        assert_string_equal(findings.list[0].rule,
            "must be a time from 1970 to 2200 in whole milliseconds");
    }
}

static void
a_time_is_between_1970_and_2200_in_milliseconds(void **state)
{
    const int64_t end_s = ENT_MESSAGE_TIME_END_S;

    expect_time(*state, end_s - 1, 999000000, true);
    expect_time(*state, end_s, 0, false);
    expect_time(*state, end_s - 1, -1000000, false);
    expect_time(*state, end_s - 1, 1000000000, false);
    expect_time(*state, end_s - 1, 1, false);
    expect_time(*state, -1, 0, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_just_right_is_taken),
        TEST(what_is_just_wrong_is_told_with_what_would_be_right),
        TEST(the_past_ends_ten_minutes_from_now),
        TEST(without_a_time_of_creation_nothing_is_past_or_future),
        TEST(a_word_has_128_characters_and_a_text_12000),
        TEST(only_sentences_are_brief_when_they_are_urgent),
        TEST(no_control_of_either_set_hides_in_a_text),
        TEST(a_time_is_between_1970_and_2200_in_milliseconds),
    };

    return cmocka_run_group_tests_name("validate_format", tests, NULL, NULL);
}
