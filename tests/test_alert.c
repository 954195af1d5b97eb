/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

#include "tests/alert_case.h"

#define NOW "2026-11-29T17:00:00+07:00"
#define LATER "2026-11-29T19:30:00+07:00"

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

static void
begin_with(const char *what, const char *with)
{
    strcpy(cap_text, good);
    if (what != NULL) {
        cap_change(what, with);
    }
}

static void
expect_rejected(
    const char *what, const char *with, size_t line, const char *reason)
{
    begin_with(what, with);
    expect_status(cap_map(""), ENT_BAD_INPUT);
    if (strstr(cap_fault.reason, reason) == NULL) {
        fail_msg("'%s' is not in '%s'", reason, cap_fault.reason);
    }
    assert_int_equal(cap_fault.line, line);
    assert_true(cap_fault.column > 0);
}

/* ---- tests ---- */

static void
an_alert_becomes_the_message_that_the_table_says(void **state)
{
    const Entente__V1__HotlineAlert *alert;

    (void)state;
    begin_with(NULL, NULL);
    expect_ok(cap_map(""));
    assert_int_equal(
        cap_message->body_case, ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT);
    assert_int_equal(cap_message->mode, ENTENTE__V1__MODE__ACTUAL);
    assert_int_equal(cap_message->action, ENTENTE__V1__ACTION__NEW);
    assert_int_equal(cap_message->tlp, ENTENTE__V1__TLP__TLP_AMBER);
    assert_int_equal(
        cap_message->urgency, ENTENTE__V1__URGENCY__URGENCY_IMMEDIATE);
    assert_int_equal(
        cap_message->severity, ENTENTE__V1__SEVERITY__MINOR_SEVERITY);
    assert_int_equal(cap_message->certainty, ENTENTE__V1__CERTAINTY__OBSERVED);
    assert_int_equal(
        cap_message->valid_until->seconds, CAP_NOW_MS / 1000 + 9000);
    assert_string_equal(cap_message->lang, "en");
    assert_int_equal(cap_message->n_text, 0);
    alert = cap_message->hotline_alert;
    assert_int_equal(alert->what, ENTENTE__V1__OFFENCE__SMUGGLING_OF_MIGRANTS);
    assert_int_equal(alert->action, ENTENTE__V1__REQUESTED_ACTION__WATCH);
    assert_int_equal(alert->when->seconds, CAP_NOW_MS / 1000);
    assert_string_equal(alert->where->crossing, "MM-TH:THL-MSA");
    assert_string_equal(alert->where->place, "Mae Sai");
    assert_string_equal(alert->description, "A white van.");
}

static void
status_and_kind_have_their_counterparts_or_none(void **state)
{
    (void)state;
    begin_with("Actual", "Exercise");
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->mode, ENTENTE__V1__MODE__EXERCISE);
    begin_with("Actual", "Test");
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->mode, ENTENTE__V1__MODE__TEST);
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
    expect_ok(cap_map(""));
    strcpy(first, cap_message->id);
    expect_rejected(">Alert<", ">Update<", 1, "references");
    begin_with(">Alert<", ">Update<");
    cap_change("A-1", "A-2");
    cap_change("</scope>",
        "</scope><references>desk@example.org,A-1," NOW "</references>");
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->action, ENTENTE__V1__ACTION__UPDATE);
    assert_int_equal(cap_message->n_references, 1);
    assert_string_equal(cap_message->references[0]->id, first);
    assert_string_not_equal(cap_message->id, first);
    expect_rejected("</scope>", "</scope><references>A-1</references>", 7,
        "'A-1' is no reference");
}

static void
a_cancel_withdraws_the_alert_that_it_names(void **state)
{
    char first[ENT_ID_TEXT_LEN + 1];

    (void)state;
    begin_with(NULL, NULL);
    expect_ok(cap_map(""));
    strcpy(first, cap_message->id);
    begin_with(">Alert<", ">Cancel<");
    cap_change("A-1", "A-2");
    cap_change("</scope>",
        "</scope><note>It was another van.</note>"
        "<references>desk@example.org,A-1," NOW "</references>");
    expect_ok(cap_map(""));
    assert_int_equal(
        cap_message->body_case, ENTENTE__V1__MESSAGE__BODY_LIFECYCLE);
    assert_int_equal(
        cap_message->lifecycle->act, ENTENTE__V1__LIFECYCLE_ACT__WITHDRAWAL);
    assert_string_equal(cap_message->lifecycle->message_id, first);
    assert_string_equal(cap_message->lifecycle->reason, "It was another van.");
    cap_change("<note>It was another van.</note>", "<note/>");
    expect_ok(cap_map(""));
    assert_string_equal(cap_message->lifecycle->reason, "A white van.");
    expect_rejected(">Alert<", ">Cancel<", 1, "names in <references>");
}

static void
the_same_alert_is_always_the_same_message(void **state)
{
    static const char *const other[][2] = {{"A-1", "A-3"},
        {"desk@", "another@"}, {"<sent>" NOW, "<sent>2026-11-29T10:00:01Z"}};
    char first[ENT_ID_TEXT_LEN + 1];

    (void)state;
    begin_with("<sent>" NOW, "<sent>2026-11-29T10:00:00Z");
    expect_ok(cap_map(""));
    strcpy(first, cap_message->id);
    assert_int_equal(first[14], '8'); /* UUIDv8 */
    begin_with("A white van.", "A red van.");
    expect_ok(cap_map(""));
    assert_string_equal(cap_message->id, first);
    for (size_t i = 0; i < 3; i++) {
        begin_with(other[i][0], other[i][1]);
        expect_ok(cap_map(""));
        assert_string_not_equal(cap_message->id, first);
    }
    begin_with(NULL, NULL);
    expect_ok(cap_map("line 1: refused for ncc@kh"));
    assert_string_not_equal(cap_message->id, first);
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
    expect_ok(cap_map(""));
    assert_string_equal(
        cap_message->hotline_alert->description, "A white van.");
    assert_int_equal(cap_message->n_text, 1);
    assert_string_equal(cap_message->text[0]->lang, "th");
    assert_string_equal(cap_message->text[0]->text, "one\n\ntwo\n\nthree");
    cap_change("th</language>", "en</language>");
    expect_status(cap_map(""), ENT_BAD_INPUT);
    assert_non_null(strstr(cap_fault.reason, "two <info> are in en"));
    begin_with("</info>\n</alert>", other);
    cap_change("<urgency>Immediate</urgency><severity>",
        "<urgency>Past</urgency><severity>");
    expect_status(cap_map(""), ENT_BAD_INPUT);
    assert_non_null(
        strstr(cap_fault.reason, "another <urgency> than the first"));
    assert_int_equal(cap_fault.line, 21);
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
    expect_ok(cap_map(""));
    where = cap_message->hotline_alert->where;
    assert_string_equal(where->country, "TH");
    assert_string_equal(where->place, "River");
    assert_string_equal(where->latitude, "-20.5");
    assert_string_equal(
        where->detail, "kilometres around: 3.5; polygon 1,2 3,4 5,6 1,2");
    assert_int_equal(cap_message->n_geo_scope, 1);
    assert_string_equal(cap_message->geo_scope[0], "THMSA");
    assert_string_equal(
        cap_message->caveats[cap_message->n_caveats - 1], "CAP area: Town");
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
        "<size>1204</size><uri>https://example.org/m</uri>"
        "<digest>0a4d</digest></resource>");
    cap_change("</scope>", "</scope><note>seen twice</note>");
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->n_caveats, 5);
    assert_string_equal(cap_message->caveats[0], "CAP note: seen twice");
    assert_string_equal(
        cap_message->caveats[1], "CAP sender: desk@example.org");
    assert_string_equal(cap_message->caveats[2], "CAP identifier: A-1");
    assert_string_equal(cap_message->caveats[3], "CAP contact: +66 53 731");
    assert_string_equal(cap_message->caveats[4],
        "CAP resource: map (image/png), 1204 bytes, SHA-1 0a4d, "
        "https://example.org/m");
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
        "</description><parameter><valueName>Persons</valueName><value>2"
        "</value></parameter>\n<parameter><valueName>Persons</valueName>"
        "<value>20</value></parameter>",
        18, "'Persons' stands there twice");
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
expect_tlp(const char *with, Entente__V1__Tlp tlp)
{
    begin_with("<scope>Restricted</scope>", with);
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->tlp, tlp);
}

/* What its sender restricts goes to nobody that it is not for. */
static void
a_marking_in_words_is_never_lowered(void **state)
{
#define RESTRICTED(words)                                                      \
    "<scope>Restricted</scope><restriction>" words "</restriction>"

    (void)state;
    expect_tlp(RESTRICTED("TLP:RED"), ENTENTE__V1__TLP__TLP_RED);
    expect_tlp(RESTRICTED("tlp amber+strict, this office"),
        ENTENTE__V1__TLP__TLP_AMBER_STRICT);
    expect_tlp(RESTRICTED("TLP:GREEN"), ENTENTE__V1__TLP__TLP_AMBER);
    expect_tlp(RESTRICTED("police only"), ENTENTE__V1__TLP__TLP_AMBER);
    expect_tlp(
        RESTRICTED("TLP:GREEN, names TLP:RED"), ENTENTE__V1__TLP__TLP_RED);
    expect_tlp("<scope>Public</scope><code>TLP:AMBER</code>",
        ENTENTE__V1__TLP__TLP_AMBER);
    expect_tlp("<scope>Public</scope><code>TLP:CLEAR</code>",
        ENTENTE__V1__TLP__TLP_CLEAR);
}

static void
more_categories_and_codes_of_events_go_along(void **state)
{
    (void)state;
    begin_with("<category>Security</category>",
        "<category>Security</category><category>CBRNE</category>");
    cap_change("<expires>",
        "<eventCode><valueName>SAME</valueName><value>CEM</value></eventCode>"
        "<expires>");
    expect_ok(cap_map(""));
    assert_int_equal(cap_message->n_caveats, 5);
    assert_string_equal(cap_message->caveats[2], "CAP category: Security");
    assert_string_equal(cap_message->caveats[3], "CAP category: CBRNE");
    assert_string_equal(cap_message->caveats[4], "CAP eventCode: SAME=CEM");
}

/* With a table of one's own. */
static void
map_by(const char *yaml)
{
    struct cli_capcodes *built_in = cap_codes;
    static struct ent_complaints complaints;

    cap_codes = NULL;
    complaints.count = 0;
    expect_ok(
        cli_capcodes_read(view(yaml), &cap_codes, &complaints, &last_error));
    expect_ok(cap_map(""));
    cli_capcodes_free(&cap_codes);
    cap_codes = built_in;
}

static void
what_the_table_sets_is_kept_beside_what_the_alert_says(void **state)
{
    (void)state;
    begin_with(PLACE,
        PLACE "<area><areaDesc>Town</areaDesc><geocode><valueName>"
              "LOC</valueName><value>THMSA</value></geocode>"
              "</area>");
    cap_change("</scope>", "</scope><note>seen twice</note>");
    map_by("alerts:\n- {family: hotline_alert, when: {category: [Security]}, "
           "set: {purpose: LISTED_CRIME, offence: DRUGS, body.what: DRUGS, "
           "'caveats[0]': ours, 'geoScope[0]': THBKK}}\n"
           "responses: {Monitor: WATCH}\nscopes: {Restricted: {tlp: TLP_AMBER, "
           "classification: OFFICIAL}}\n"
           "geocodes: {BLO: crossing, LOC: unlocode}\nplaces: {}\n"
           "parameters: {}\n");
    assert_string_equal(cap_message->caveats[0], "ours");
    assert_string_equal(cap_message->caveats[1], "CAP note: seen twice");
    assert_int_equal(cap_message->n_geo_scope, 2);
    assert_string_equal(cap_message->geo_scope[0], "THBKK");
    assert_string_equal(cap_message->geo_scope[1], "THMSA");
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

/* One that cannot be read would end the program at the first alert of it. */
static void
words_of_the_table_set_single_values(void **state)
{
    static const char *const wrong[][2] = {
        {"scopes: {Public: [TLP_CLEAR]}\nplaces: {}", "values by their paths"},
        {"scopes: {Public: {tlp: [TLP_CLEAR]}}\nplaces: {}", "one value"},
        {"scopes: {}\nplaces: {River: {country: {TH: x}}}", "one value"},
        {"scopes: {}\nplaces: {River: [TH]}", "values by their paths"},
    };
    static struct ent_complaints complaints;
    struct cli_capcodes *table = NULL;
    char yaml[1024];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        complaints.count = 0;
        (void)snprintf(yaml, sizeof yaml,
            "alerts: []\nresponses: {}\ngeocodes: {}\nparameters: {}\n%s\n",
            wrong[i][0]);
        expect_status(
            cli_capcodes_read(view(yaml), &table, &complaints, &last_error),
            ENT_BAD_INPUT);
        assert_non_null(strstr(complaints.list[0].text, wrong[i][1]));
    }
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
        cmocka_unit_test(a_marking_in_words_is_never_lowered),
        cmocka_unit_test(more_categories_and_codes_of_events_go_along),
        cmocka_unit_test(what_has_no_counterpart_is_told_by_its_place),
        cmocka_unit_test(what_is_no_cap_is_told_by_its_place),
        cmocka_unit_test(
            what_the_table_sets_is_kept_beside_what_the_alert_says),
        cmocka_unit_test(a_mistake_in_the_table_is_told_by_its_place),
        cmocka_unit_test(words_of_the_table_set_single_values),
    };

    return cmocka_run_group_tests_name(
        "alert", tests, cap_set_up, cap_tear_down);
}
