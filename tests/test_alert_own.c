/* SPDX-License-Identifier: Apache-2.0 */
/* What a node writes as an alert, it reads again, and nothing else. */
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

#include "tests/alert_case.h"
#include "tests/examples.h"
#include "tools/cli/alert_write.h"

#define EXAMPLES_MS UINT64_C(1795341600000)

static struct ent_arena arena; /* of the message that is written */

/* Written as CAP, into cap_text. */
static void
write_alert(const ent_message *what)
{
    FILE *out = fmemopen(cap_text, sizeof cap_text, "w");

    expect_ok(cli_alert_write(out, what, &cap_arena, &last_error));
    assert_int_equal(fclose(out), 0);
}

/* What only nodes say is not the same, and need not be. */
static void
forget_the_way(ent_message *what)
{
    what->from = what->to = (char *)"";
    what->created_at = NULL;
    what->schema_version = 0;
}

static void
expect_there_and_back(ent_message *what)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes want = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes got = {0};

    write_alert(what);
    if (cap_map("") != ENT_OK) {
        fail_msg(
            "line %zu: %s\n%s", cap_fault.line, cap_fault.reason, cap_text);
    }
    forget_the_way(what);
    expect_ok(ent_json_write(&what->base, true, &want, &last_error));
    expect_ok(ent_json_write(&cap_message->base, true, &got, &last_error));
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.data, want.data, want.len);
}

static const char *const alert_families[] = {"hotline_alert", "hub_alert",
    "at_risk_person_alert", "health_alert", "border_status",
    "situation_report"};
#define ALERT_FAMILIES (sizeof alert_families / sizeof alert_families[0])

static void
what_is_written_is_read_as_the_same_message(void **state)
{
    static const char *const changes[] = {
        "{}",
        "{'validUntil': '2026-11-22T12:00:00.123Z'}",
        "{'text': [{'lang': 'th', 'text': 'a'}, {'lang': 'th', 'text': 'b'}, "
        "{'lang': 'ko', 'text': ' c < d & \\\\r\\\\n '}]}",
        "{'text': [{'lang': 'en', 'text': 'a'}], 'lang': 'en'}",
        "{'text': [{'lang': 'th', 'text': ' a '}]}",
        "{'lang': null, 'text': [{'lang': 'en-US', 'text': 'a'}]}",
        "{'caveats': ['  seen ', 'x -- y', ']]>'], 'urgency': "
        "'URGENCY_UNKNOWN', 'severity': null}",
        "{'action': 'UPDATE', 'references': [{'id': "
        "'01926b3e-7c00-7abc-8def-0123456789ac', 'relation': 'more'}]}",
        "{'withheld': [{'field': 'person.name', 'clause': '3.2'}], 'mode': "
        "'ACTUAL', 'incidentId': 'TH:X 1'}",
    };

    (void)state;
    cap_now_ms = EXAMPLES_MS;
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; i < ALERT_FAMILIES; i++) {
        for (size_t j = 0; j < sizeof changes / sizeof changes[0]; j++) {
            ent_arena_reset(&arena);
            expect_there_and_back(
                example(&arena, alert_families[i], changes[j]));
        }
    }
    ent_arena_fini(&arena);
}

static void
what_a_node_does_not_write_is_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"entente:persons", "there is no 'persons'"},
        {"entente:from", "does not write a parameter 'entente:from'"},
        {"Persons", "does not write a parameter 'Persons'"},
        {"entente-json:hotlineAlert.persons", "is no text of JSON"},
        {"entente:hotlineAlert.weapons", "hotlineAlert.weapons"},
        {"entente:hotlineAlert.where", "there is no value"},
        {"entente:text[7].lang", "an element before it is missing"},
        {"entente:hotlineAlert.where[0].place", "there is no"},
    };

    (void)state;
    cap_now_ms = EXAMPLES_MS;
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ent_arena_reset(&arena);
        write_alert(example(&arena, "hotline_alert", "{}"));
        cap_change("entente:hotlineAlert.persons", wrong[i][0]);
        expect_status(cap_map(""), ENT_BAD_INPUT);
        if (strstr(cap_fault.reason, wrong[i][1]) == NULL) {
            fail_msg("'%s' is not in '%s'", wrong[i][1], cap_fault.reason);
        }
        assert_true(cap_fault.line > 1);
    }
    ent_arena_fini(&arena);
}

#define PERSONS ">entente:hotlineAlert.persons</valueName>\n      <value>14"

/* Other programs read the elements: whatever parameters claim, a cap_message
 * says what is seen there. */
static void
what_others_see_of_an_alert_is_what_it_says(void **state)
{
    static const struct {
        const char *what;
        const char *with;
        const char *told;
    } wrong[] = {
        {">Alert<", ">Cancel<", "than this <msgType>"},
        {">Restricted<", ">Public<", "than this <scope>"},
        {"TLP:AMBER", "TLP:GREEN", "than this <restriction>"},
        {"</restriction>", "</restriction><note>over</note>",
            "than this <note>"},
        {">Security<", ">Health<", "than this <category>"},
        {"<event>", "<event>No ", "than this <event>"},
        {">Prepare<", ">Monitor<", "than this <responseType>"},
        {"<description>", "<headline>Over</headline><description>",
            "than this <headline>"},
        {"<areaDesc>", "<areaDesc>Not ", "than this <areaDesc>"},
        {"      <circle>20.4433,99.8817 0</circle>\n", "",
            "than this <geocode>"},
        {"    <responseType>Prepare</responseType>\n", "",
            "than this <urgency>"},
        {"<circle>20", "<circle>21", "than this <circle>"},
        {">ISO3166-1</valueName>\n        <value>TH",
            ">ISO3166-1</valueName>\n        <value>LA", "than this <value>"},
        {"</area>\n  </info>\n</alert>",
            "</area><area><areaDesc>x</areaDesc></area></info></alert>",
            "than this <area>"},
        {">entente:hotlineAlert.persons<", ">entente:hotlineAlert.description<",
            "than this <description>"},
        {PERSONS,
            ">entente:hotlineAlert.action</valueName>\n      <value>WATCH",
            "'entente:hotlineAlert.action' stands there twice"},
        {"  </info>\n</alert>",
            "<parameter><valueName>entente:hotlineAlert.persons</valueName>"
            "<value>2</value></parameter></info></alert>",
            "'entente:hotlineAlert.persons' stands there twice"},
        {PERSONS, ">entente:mode</valueName>\n      <value>ACTUAL",
            "than this <status>"},
        {PERSONS,
            ">entente:without</valueName>\n      "
            "<value>hotlineAlert.description",
            "than this <description>"},
    };

    (void)state;
    cap_now_ms = EXAMPLES_MS;
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ent_arena_reset(&arena);
        write_alert(example(&arena, "hotline_alert", "{}"));
        cap_change(wrong[i].what, wrong[i].with);
        if (cap_map("") == ENT_OK ||
            strstr(cap_fault.reason, wrong[i].told) == NULL) {
            fail_msg("%s: '%s'", wrong[i].with, cap_fault.reason);
        }
        assert_true(cap_fault.line > 1);
    }
    /* Where no parameter contradicts it, an element is what it says. */
    write_alert(example(&arena, "hotline_alert", "{}"));
    cap_change(">Exercise<", ">Test<");
    cap_change("<description>Knocking", "<description>Nothing");
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->mode, ENTENTE__V1__MODE__TEST);
    assert_int_equal(
        strncmp(cap_message->hotline_alert->description, "Nothing", 7), 0);
    ent_arena_fini(&arena);
}

static void
keys_and_signatures_are_not_written(void **state)
{
    (void)state;
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    write_alert(example(&arena, "hotline_alert",
        "{'attachments': [{'name': 'a.jpg', 'mediaType': 'image/jpeg', 'size': "
        "'1', 'sha256': 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', "
        "'key': 'a2V5', 'root': 'cm9vdA==', 'header': 'aGVhZA=='}], "
        "'officerSignatures': [{'certificate': 'Y2VydA==', 'statement': "
        "'c3RhdA=='}]}"));
    assert_non_null(strstr(cap_text, "attachments[0].name"));
    assert_null(strstr(cap_text, "a2V5"));
    assert_null(strstr(cap_text, "cm9vdA"));
    assert_null(strstr(cap_text, "aGVhZA"));
    assert_null(strstr(cap_text, "Y2VydA"));
    ent_arena_fini(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_as_the_same_message),
        cmocka_unit_test(what_a_node_does_not_write_is_refused),
        cmocka_unit_test(what_others_see_of_an_alert_is_what_it_says),
        cmocka_unit_test(keys_and_signatures_are_not_written),
    };

    return cmocka_run_group_tests_name(
        "alert_own", tests, cap_set_up, cap_tear_down);
}
