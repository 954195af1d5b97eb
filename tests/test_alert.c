/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/examples.h"
#include "tools/cli/alert.h"
#include "tools/cli/alert_write.h"
#include "tools/cli/capfile.h"

#define NOW_MS UINT64_C(1795946400000) /* 2026-11-29T10:00:00Z */
#define EXAMPLES_MS UINT64_C(1795341600000)
#define NOW "2026-11-29T17:00:00+07:00"
#define LATER "2026-11-29T19:30:00+07:00"

static struct cli_capcodes *codes;
static struct ent_arena arena;
static struct cli_cap_fault fault;
static ent_message *message;
static uint64_t now_ms = NOW_MS;

static int
set_up(void **state)
{
    static struct ent_complaints complaints;

    (void)state;
    if (sodium_init() < 0 || cli_capcodes_read(ent_view_text(cli_capcodes_text),
                                 &codes, &complaints, &last_error) != ENT_OK) {
        print_error("%s\n", last_error.text);
        return -1;
    }
    return ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error) == ENT_OK
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    cli_capcodes_free(&codes);
    ent_arena_fini(&arena);
    return 0;
}

/* ---- alerts ---- */

#define PLACE                                                                  \
    "<area><areaDesc>Mae Sai</areaDesc>\n"                                     \
    "<geocode><valueName>BLO</valueName><value>MM-TH:THL-MSA</value>"          \
    "</geocode></area>"

/* A good one, a line of the file for each of its parts. */
static const char good[] =
    "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>\n"
    "<identifier>A-1</identifier>\n"
    "<sender>desk@example.org</sender>\n"
    "<sent>" NOW "</sent>\n"
    "<status>Actual</status>\n"
    "<msgType>Alert</msgType>\n"
    "<scope>Restricted</scope>\n"
    "<info>\n"
    "<language>en</language>\n"
    "<category>Security</category>\n"
    "<event>People Smuggling</event>\n"
    "<responseType>Monitor</responseType>\n"
    "<urgency>Immediate</urgency>\n"
    "<severity>Minor</severity>\n"
    "<certainty>Observed</certainty>\n"
    "<expires>" LATER "</expires>\n"
    "<description>A white van.</description>\n" PLACE "\n"
    "</info>\n"
    "</alert>\n";

static char text[65536];

/* The good one, with `with` in place of `what`. */
static void
change(const char *what, const char *with)
{
    char old[sizeof text];
    const char *at;

    strcpy(old, text);
    at = strstr(old, what);
    assert_non_null(at);
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - old), old, with,
        at + strlen(what));
}

static void
begin_with(const char *what, const char *with)
{
    strcpy(text, good);
    if (what != NULL) {
        change(what, with);
    }
}

static enum ent_status
map_refused(const char *refused)
{
    struct cli_capfile *file = NULL;
    struct cli_cap_row row;
    int fd = memfd_create("cap", MFD_CLOEXEC);
    enum ent_status rc;

    fault = (struct cli_cap_fault){0};
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    expect_ok(cli_capfile_new(fd, &file, &last_error));
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_string_equal(row.fault, "");
    ent_arena_reset(&arena);
    rc = cli_alert_of(row.alert, refused, codes, now_ms, &arena, &message,
        &fault, &last_error);
    cli_capfile_free(&file);
    (void)close(fd);
    return rc;
}

static enum ent_status
map(void)
{
    return map_refused("");
}

static void
expect_rejected(
    const char *what, const char *with, size_t line, const char *reason)
{
    begin_with(what, with);
    expect_status(map(), ENT_BAD_INPUT);
    if (strstr(fault.reason, reason) == NULL) {
        fail_msg("'%s' is not in '%s'", reason, fault.reason);
    }
    assert_int_equal(fault.line, line);
    assert_true(fault.column > 0);
}

/* ---- tests ---- */

static void
an_alert_becomes_the_message_that_the_table_says(void **state)
{
    const Entente__V1__HotlineAlert *alert;

    (void)state;
    begin_with(NULL, NULL);
    expect_ok(map());
    assert_int_equal(
        message->body_case, ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT);
    assert_int_equal(message->mode, ENTENTE__V1__MODE__ACTUAL);
    assert_int_equal(message->action, ENTENTE__V1__ACTION__NEW);
    assert_int_equal(message->tlp, ENTENTE__V1__TLP__TLP_AMBER);
    assert_int_equal(message->urgency, ENTENTE__V1__URGENCY__URGENCY_IMMEDIATE);
    assert_int_equal(message->severity, ENTENTE__V1__SEVERITY__MINOR_SEVERITY);
    assert_int_equal(message->certainty, ENTENTE__V1__CERTAINTY__OBSERVED);
    assert_int_equal(message->valid_until->seconds, NOW_MS / 1000 + 9000);
    assert_string_equal(message->lang, "en");
    assert_int_equal(message->n_text, 0);
    alert = message->hotline_alert;
    assert_int_equal(alert->what, ENTENTE__V1__OFFENCE__SMUGGLING_OF_MIGRANTS);
    assert_int_equal(alert->action, ENTENTE__V1__REQUESTED_ACTION__WATCH);
    assert_int_equal(alert->when->seconds, NOW_MS / 1000);
    assert_string_equal(alert->where->crossing, "MM-TH:THL-MSA");
    assert_string_equal(alert->where->place, "Mae Sai");
    assert_string_equal(alert->description, "A white van.");
}

static void
status_and_kind_have_their_counterparts_or_none(void **state)
{
    (void)state;
    begin_with("Actual", "Exercise");
    expect_ok(map());
    assert_int_equal(message->mode, ENTENTE__V1__MODE__EXERCISE);
    begin_with("Actual", "Test");
    expect_ok(map());
    assert_int_equal(message->mode, ENTENTE__V1__MODE__TEST);
    expect_rejected(
        "Actual", "System", 5, "status 'System' has no counterpart");
    expect_rejected("Actual", "Draft", 5, "status 'Draft' has no counterpart");
    expect_rejected(">Alert<", ">Ack<", 6, "msgType 'Ack' has no counterpart");
    expect_rejected(">Alert<", ">Error<", 6, "msgType 'Error' has");
}

static void
an_update_refers_to_what_it_updates(void **state)
{
    char first[ENT_ID_TEXT_LEN + 1];

    (void)state;
    begin_with(NULL, NULL);
    expect_ok(map());
    strcpy(first, message->id);
    expect_rejected(">Alert<", ">Update<", 1, "references");
    begin_with(">Alert<", ">Update<");
    change("A-1", "A-2");
    change("</scope>",
        "</scope><references>desk@example.org,A-1," NOW "</references>");
    expect_ok(map());
    assert_int_equal(message->action, ENTENTE__V1__ACTION__UPDATE);
    assert_int_equal(message->n_references, 1);
    assert_string_equal(message->references[0]->id, first);
    assert_string_not_equal(message->id, first);
    expect_rejected("</scope>", "</scope><references>A-1</references>", 7,
        "'A-1' is no reference");
}

static void
a_cancel_withdraws_the_alert_that_it_names(void **state)
{
    char first[ENT_ID_TEXT_LEN + 1];

    (void)state;
    begin_with(NULL, NULL);
    expect_ok(map());
    strcpy(first, message->id);
    begin_with(">Alert<", ">Cancel<");
    change("A-1", "A-2");
    change("</scope>", "</scope><note>It was another van.</note>"
                       "<references>desk@example.org,A-1," NOW "</references>");
    expect_ok(map());
    assert_int_equal(message->body_case, ENTENTE__V1__MESSAGE__BODY_LIFECYCLE);
    assert_int_equal(
        message->lifecycle->act, ENTENTE__V1__LIFECYCLE_ACT__WITHDRAWAL);
    assert_string_equal(message->lifecycle->message_id, first);
    assert_string_equal(message->lifecycle->reason, "It was another van.");
    expect_rejected(">Alert<", ">Cancel<", 1, "names in <references>");
}

static void
the_same_alert_is_always_the_same_message(void **state)
{
    static const char *const other[][2] = {
        {"A-1", "A-3"}, {"desk@", "another@"}, {NOW, LATER}};
    char first[ENT_ID_TEXT_LEN + 1];

    (void)state;
    begin_with("<sent>" NOW, "<sent>2026-11-29T10:00:00Z");
    expect_ok(map());
    strcpy(first, message->id);
    assert_int_equal(first[14], '8'); /* UUIDv8 */
    begin_with("A white van.", "A red van.");
    expect_ok(map());
    assert_string_equal(message->id, first);
    for (size_t i = 0; i < 3; i++) {
        begin_with(other[i][0], other[i][1]);
        if (i < 2) {
            expect_ok(map());
            assert_string_not_equal(message->id, first);
        }
    }
    begin_with(NULL, NULL);
    expect_ok(map_refused("line 1: refused for ncc@kh"));
    assert_string_not_equal(message->id, first);
}

static void
languages_are_texts_and_say_the_same(void **state)
{
    static const char other[] =
        "</info>\n<info><language>th</language><category>Security</category>"
        "<event>x</event><responseType>Monitor</responseType>"
        "<urgency>Immediate</urgency><severity>Minor</severity>"
        "<certainty>Observed</certainty><expires>" LATER "</expires>"
        "<headline>one</headline><description>two</description>"
        "<instruction>three</instruction>" PLACE "</info>\n</alert>";

    (void)state;
    begin_with("</info>\n</alert>", other);
    expect_ok(map());
    assert_string_equal(message->hotline_alert->description, "A white van.");
    assert_int_equal(message->n_text, 1);
    assert_string_equal(message->text[0]->lang, "th");
    assert_string_equal(message->text[0]->text, "one\n\ntwo\n\nthree");
    change("th</language>", "en</language>");
    expect_status(map(), ENT_BAD_INPUT);
    assert_non_null(strstr(fault.reason, "two <info> are in en"));
    begin_with("</info>\n</alert>", other);
    change("<urgency>Immediate</urgency><severity>",
        "<urgency>Past</urgency><severity>");
    expect_status(map(), ENT_BAD_INPUT);
    assert_non_null(strstr(fault.reason, "another <urgency> than the first"));
    assert_int_equal(fault.line, 21);
}

static void
areas_are_places(void **state)
{
    const Entente__V1__Location *where;

    (void)state;
    begin_with(PLACE,
        "<area><areaDesc>River</areaDesc><polygon>1,2 3,4 5,6 1,2</polygon>"
        "<circle>-20.5,99.25 3.5</circle><geocode><valueName>ISO3166-1"
        "</valueName><value>TH</value></geocode></area>"
        "<area><areaDesc>Town</areaDesc><geocode><valueName>UN/LOCODE"
        "</valueName><value>THMSA</value></geocode></area>");
    expect_ok(map());
    where = message->hotline_alert->where;
    assert_string_equal(where->country, "TH");
    assert_string_equal(where->place, "River");
    assert_string_equal(where->latitude, "-20.5");
    assert_string_equal(
        where->detail, "kilometres around: 3.5; polygon 1,2 3,4 5,6 1,2");
    assert_int_equal(message->n_geo_scope, 1);
    assert_string_equal(message->geo_scope[0], "THMSA");
    assert_string_equal(
        message->caveats[message->n_caveats - 1], "CAP area: Town");
    expect_rejected("</areaDesc>", "</areaDesc><circle>1 2</circle>", 18,
        "'1 2' is no circle");
    expect_rejected("</areaDesc>", "</areaDesc><polygon>1,2</polygon>", 18,
        "'1,2' is no polygon");
    expect_rejected("</areaDesc>", "</areaDesc><altitude>9</altitude>", 18,
        "<altitude> has no counterpart");
    expect_rejected(
        ">BLO<", ">SAME<", 19, "geocode 'SAME' is not in the table");
    expect_rejected(PLACE, "", 1, "hotlineAlert.where");
}

static void
what_is_only_words_goes_along(void **state)
{
    (void)state;
    begin_with("</description>",
        "</description><contact>+66 53 731</contact><resource>"
        "<resourceDesc>map</resourceDesc><mimeType>image/png</mimeType>"
        "<uri>https://example.org/m</uri></resource>");
    change("</scope>", "</scope><note>seen twice</note>");
    expect_ok(map());
    assert_int_equal(message->n_caveats, 5);
    assert_string_equal(message->caveats[0], "CAP note: seen twice");
    assert_string_equal(message->caveats[1], "CAP sender: desk@example.org");
    assert_string_equal(message->caveats[2], "CAP identifier: A-1");
    assert_string_equal(message->caveats[3], "CAP contact: +66 53 731");
    assert_string_equal(message->caveats[4],
        "CAP resource: map (image/png) https://example.org/m");
}

static void
what_has_no_counterpart_is_told_by_its_place(void **state)
{
    (void)state;
    expect_rejected("People Smuggling", "Flood", 11, "for 'Flood' of category");
    expect_rejected(
        "Monitor", "Avoid", 12, "responseType 'Avoid' is no action");
    expect_rejected("</description>",
        "</description><parameter><valueName>Colour</valueName><value>w"
        "</value></parameter>",
        17, "parameter 'Colour' is not in the table");
    expect_rejected("</description>",
        "</description><resource><resourceDesc>m</resourceDesc><mimeType>m"
        "</mimeType><derefUri>AAAA</derefUri></resource>",
        17, "send it as an attachment");
    expect_rejected(">BLO</valueName><value>MM-TH", ">BLO</valueName><value>XX",
        19, "where.crossing");
    expect_rejected(
        "<expires>" LATER, "<expires>2026-11-29T09:00:00Z", 16, "validUntil");
}

static void
what_is_no_cap_is_told_by_its_place(void **state)
{
    (void)state;
    expect_rejected("cap:1.2", "cap:1.1", 1, "is no element of CAP 1.2");
    expect_rejected("<event>", "<event kind='1'>", 11, "an attribute 'kind'");
    expect_rejected("<status>Actual</status>\n", "", 1, "has no <status>");
    expect_rejected("</scope>", "</scope><scope>Public</scope>", 7, "twice");
    expect_rejected("Immediate", "Now", 13, "'Now' is no urgency of CAP 1.2");
    expect_rejected("<sent>" NOW, "<sent>today", 4, "'today' in <sent>");
    expect_rejected(
        "</scope>", "</scope><colour/>", 7, "is no element of <alert");
    expect_rejected("<info>\n", "<info>words\n", 8, "text stands between");
    expect_rejected("A-1", "", 2, "<identifier> is empty");
    expect_rejected("</scope>", "</scope><x xmlns='urn:x'/>", 7, "urn:x");
}

static void
a_mistake_in_the_table_is_told_by_its_place(void **state)
{
    static const char rest[] = "responses: {}\nscopes: {}\ngeocodes: {}\n"
                               "places: {}\nparameters: {}\n";
    static const char *const wrong[][2] = {
        {"- {family: roster, when: {event: [x]}}", "'family' must be one"},
        {"- {family: health_alert, when: {}}", "'when' must say"},
        {"- {family: health_alert, when: {evnt: [x]}}", "evnt"},
        {"- {family: health_alert, when: {event: x}}", "a list of words"},
        {"- {family: health_alert, when: {event: [x]}, set: {body.colour: x}}",
            "there is no 'healthAlert.colour'"},
        {"- {family: health_alert, when: {event: [x]}, set: {tlp: RED}}",
            "RED"},
    };
    static struct ent_complaints complaints;
    struct cli_capcodes *table = NULL;
    char yaml[1024];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        complaints.count = 0;
        (void)snprintf(yaml, sizeof yaml, "alerts:\n%s\n%s", wrong[i][0], rest);
        expect_status(
            cli_capcodes_read(view(yaml), &table, &complaints, &last_error),
            ENT_BAD_INPUT);
        assert_non_null(strstr(complaints.list[0].text, wrong[i][1]));
        assert_int_equal(complaints.list[0].line, 2);
    }
}

/* ---- there and back ---- */

static struct ent_arena other_arena;

/* Written as CAP, into `text`. */
static void
write_alert(const ent_message *what)
{
    FILE *out = fmemopen(text, sizeof text, "w");

    expect_ok(cli_alert_write(out, what, &arena, &last_error));
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
    if (map() != ENT_OK) {
        fail_msg("line %zu: %s\n%s", fault.line, fault.reason, text);
    }
    forget_the_way(what);
    expect_ok(ent_json_write(&what->base, true, &want, &last_error));
    expect_ok(ent_json_write(&message->base, true, &got, &last_error));
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
        "{'lang': null, 'text': [{'lang': 'en-US', 'text': 'a'}]}",
        "{'caveats': ['  seen ', 'x -- y', ']]>'], 'urgency': "
        "'URGENCY_UNKNOWN', 'severity': null}",
        "{'action': 'UPDATE', 'references': [{'id': "
        "'01926b3e-7c00-7abc-8def-0123456789ac', 'relation': 'more'}]}",
        "{'withheld': [{'field': 'person.name', 'clause': '3.2'}], 'mode': "
        "'ACTUAL', 'incidentId': 'TH:X 1'}",
    };

    (void)state;
    now_ms = EXAMPLES_MS;
    expect_ok(ent_arena_init(&other_arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; i < ALERT_FAMILIES; i++) {
        for (size_t j = 0; j < sizeof changes / sizeof changes[0]; j++) {
            ent_arena_reset(&other_arena);
            expect_there_and_back(
                example(&other_arena, alert_families[i], changes[j]));
        }
    }
    ent_arena_fini(&other_arena);
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
    now_ms = EXAMPLES_MS;
    expect_ok(ent_arena_init(&other_arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ent_arena_reset(&other_arena);
        write_alert(example(&other_arena, "hotline_alert", "{}"));
        change("entente:hotlineAlert.persons", wrong[i][0]);
        expect_status(map(), ENT_BAD_INPUT);
        if (strstr(fault.reason, wrong[i][1]) == NULL) {
            fail_msg("'%s' is not in '%s'", wrong[i][1], fault.reason);
        }
        assert_true(fault.line > 1);
    }
    ent_arena_fini(&other_arena);
}

#define PERSONS ">entente:hotlineAlert.persons</valueName>\n      <value>14"

/* Other programs read the elements: whatever parameters claim, a message says
 * what is seen there. */
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
        {PERSONS, ">entente:mode</valueName>\n      <value>ACTUAL",
            "than this <status>"},
        {PERSONS,
            ">entente:without</valueName>\n      "
            "<value>hotlineAlert.description",
            "than this <description>"},
    };

    (void)state;
    now_ms = EXAMPLES_MS;
    expect_ok(ent_arena_init(&other_arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ent_arena_reset(&other_arena);
        write_alert(example(&other_arena, "hotline_alert", "{}"));
        change(wrong[i].what, wrong[i].with);
        if (map() == ENT_OK || strstr(fault.reason, wrong[i].told) == NULL) {
            fail_msg("%s: '%s'", wrong[i].with, fault.reason);
        }
        assert_true(fault.line > 1);
    }
    /* Where no parameter contradicts it, an element is what it says. */
    write_alert(example(&other_arena, "hotline_alert", "{}"));
    change(">Exercise<", ">Test<");
    change("<description>Knocking", "<description>Nothing");
    expect_ok(map());
    assert_int_equal(message->mode, ENTENTE__V1__MODE__TEST);
    assert_int_equal(
        strncmp(message->hotline_alert->description, "Nothing", 7), 0);
    ent_arena_fini(&other_arena);
}

static void
keys_and_signatures_are_not_written(void **state)
{
    (void)state;
    expect_ok(ent_arena_init(&other_arena, ENT_MESSAGE_ARENA, &last_error));
    write_alert(example(&other_arena, "hotline_alert",
        "{'attachments': [{'name': 'a.jpg', 'mediaType': 'image/jpeg', 'size': "
        "'1', 'sha256': 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', "
        "'key': 'a2V5', 'root': 'cm9vdA==', 'header': 'aGVhZA=='}], "
        "'officerSignatures': [{'certificate': 'Y2VydA==', 'statement': "
        "'c3RhdA=='}]}"));
    assert_non_null(strstr(text, "attachments[0].name"));
    assert_null(strstr(text, "a2V5"));
    assert_null(strstr(text, "cm9vdA"));
    assert_null(strstr(text, "aGVhZA"));
    assert_null(strstr(text, "Y2VydA"));
    ent_arena_fini(&other_arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_becomes_the_message_that_the_table_says),
        cmocka_unit_test(status_and_kind_have_their_counterparts_or_none),
        cmocka_unit_test(an_update_refers_to_what_it_updates),
        cmocka_unit_test(a_cancel_withdraws_the_alert_that_it_names),
        cmocka_unit_test(the_same_alert_is_always_the_same_message),
        cmocka_unit_test(languages_are_texts_and_say_the_same),
        cmocka_unit_test(areas_are_places),
        cmocka_unit_test(what_is_only_words_goes_along),
        cmocka_unit_test(what_has_no_counterpart_is_told_by_its_place),
        cmocka_unit_test(what_is_no_cap_is_told_by_its_place),
        cmocka_unit_test(a_mistake_in_the_table_is_told_by_its_place),
        cmocka_unit_test(what_is_written_is_read_as_the_same_message),
        cmocka_unit_test(what_a_node_does_not_write_is_refused),
        cmocka_unit_test(what_others_see_of_an_alert_is_what_it_says),
        cmocka_unit_test(keys_and_signatures_are_not_written),
    };

    return cmocka_run_group_tests_name("alert", tests, set_up, tear_down);
}
