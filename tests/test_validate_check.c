/* SPDX-License-Identifier: Apache-2.0 */
/* What no word of a manifest can say, and a check in C does. */
#include "tests/support.h"

#include <stdio.h>

#include "tests/examples.h"
#include "tests/findings.h"

static void
victims_and_suspects_share_no_list(void **state)
{
    static const char source[] = "catalogue: victims and suspects";
    const struct broken alert[] = {
        {"{'personAlert':{'person':{'role':'PRESUMED_VICTIM'}}}",
            "personAlert.person.role",
            "a victim is on no list: a referral is for that", source},
    };
    const struct broken report[] = {
        {"{'intelligenceReport':{'about':{'persons':[{'role':'VICTIM'},"
         "{'role':'FACILITATOR'}]}}}",
            "intelligenceReport.about.persons",
            "must not list victims beside suspects or facilitators", source},
        {"{'intelligenceReport':{'about':{'persons':[{'role':'SUSPECT'},"
         "{'role':'VICTIM'},{'role':'WITNESS'}]}}}",
            "intelligenceReport.about.persons",
            "must not list victims beside suspects or facilitators", source},
    };
    const struct broken handover[] = {
        {"{'incidentHandover':{'transfers':[{'person':{'role':'VICTIM'},"
         "'at':'2026-11-22T09:00:00Z','givenBy':'a','takenBy':'b'},"
         "{'person':{'role':'SUSPECT'},'at':'2026-11-22T09:00:00Z',"
         "'givenBy':'a','takenBy':'b'}]}}",
            "incidentHandover.transfers",
            "must not list victims beside suspects or facilitators", source},
        {"{'incidentHandover':{'transfers':[{'person':{'role':'SUSPECT'},"
         "'at':'2026-11-22T09:00:00Z','givenBy':'a','takenBy':'b'},"
         "{'person':{'role':'PRESUMED_VICTIM'},'at':'2026-11-22T09:00:00Z',"
         "'givenBy':'a','takenBy':'b'}]}}",
            "incidentHandover.transfers",
            "must not list victims beside suspects or facilitators", source},
    };

    EXPECT_BROKEN(*state, "person_alert", alert);
    EXPECT_BROKEN(*state, "intelligence_report", report);
    EXPECT_BROKEN(*state, "incident_handover", handover);
}

/* Nor one message, wherever in it they stand. */
static void
victims_and_suspects_share_no_message(void **state)
{
    static const char source[] = "catalogue: victims and suspects";
    static const char both[] = "must not speak of a victim beside a suspect or "
                               "facilitator: two messages";
    static const struct broken referral[] = {
        {"{'traffickingReferral':{'consent':'CONSENT_GIVEN','person':"
         "{'name':'DOE<<JANE','role':'SUSPECT'}}}",
            "safeguards", both, source},
    };

    EXPECT_BROKEN(*state, "trafficking_referral", referral);
    expect_good(*state, "at_risk_person_alert", /* who took the child away */
        "{'atRiskPersonAlert':{'person':{'role':'VICTIM'},'companion':"
        "{'role':'SUSPECT','name':'DOE<<JOHN'}}}");
    expect_good(*state, "trafficking_referral",
        "{'traffickingReferral':{'consent':'CONSENT_GIVEN','person':"
        "{'name':'DOE<<JANE','role':'VICTIM'}}}");
}

/* The example was made on 22 November 2026. */
static void
whoever_may_be_a_minor_is_looked_for_to_protect_or_find_them(void **state)
{
    static const char *const young[] = {"'minor':true",
        "'birthDate':'2010','ageBand':null", "'birthDate':'2008-11-23'",
        "'birthDate':'2008-11'", "'birthDate':'2008'",
        "'birthDate':null,'ageBand':'12-17'"};
    static const char *const grown[] = {"'birthDate':'2008-11-22'",
        "'birthDate':'2008-10'", "'birthDate':'1951-02-28'",
        "'birthDate':null,'ageBand':'18-24'"};
    static const struct broken flagged[] = {
        {"{'safeguards':['MINOR']}", "personAlert.action",
            "must be PROTECT or LOCATE for a minor", "catalogue: person_alert"},
    };
    char change[128];
    const struct broken minor[] = {
        {change, "personAlert.action", "must be PROTECT or LOCATE for a minor",
            "catalogue: person_alert"},
    };

    for (size_t i = 0; i < sizeof young / sizeof young[0]; i++) {
        (void)snprintf(
            change, sizeof change, "{'personAlert':{'person':{%s}}}", young[i]);
        EXPECT_BROKEN(*state, "person_alert", minor);
    }
    for (size_t i = 0; i < sizeof grown / sizeof grown[0]; i++) {
        (void)snprintf(
            change, sizeof change, "{'personAlert':{'person':{%s}}}", grown[i]);
        expect_good(*state, "person_alert", change);
    }
    EXPECT_BROKEN(*state, "person_alert", flagged);
}

static void
a_reclassification_tells_nobody_of_asylum(void **state)
{
    static const struct broken told[] = {
        {"{'lifecycle':{'act':'RECLASSIFICATION','role':'supervisor','reason':"
         "'grave','finalAt':null,'removed':null,'reclassified':{'offence':"
         "'ARMS','handling':['H2'],'tlp':'TLP_RED','safeguards':"
         "['ASYLUM_SEEKER']}}}",
            "lifecycle.reclassified.safeguards",
            "must not say so to who may be the state fled: recall the message",
            "catalogue: lifecycle"},
    };

    EXPECT_BROKEN(*state, "lifecycle", told);
}

static void
what_only_some_may_say_is_refused_from_others(void **state)
{
    static const struct broken document[] = {
        {"{'documentAlert':{'issuer':'VNM'}}", "documentAlert.status",
            "only the state that issued a document says this of it",
            "INTERPOL: rule of the issuing state"},
        {"{'documentAlert':{'lastNumber':'AA12346'}}",
            "documentAlert.lastNumber",
            "must be as long as number, not before it, and differ from it in "
            "digits at the end alone",
            "catalogue: document_alert"},
        {"{'documentAlert':{'lastNumber':'AA1234499'}}",
            "documentAlert.lastNumber",
            "must be as long as number, not before it, and differ from it in "
            "digits at the end alone",
            "catalogue: document_alert"},
    };
    static const struct broken minor[] = {
        {"{'personAlert':{'person':{'minor':true}}}", "personAlert.action",
            "must be PROTECT or LOCATE for a minor", "catalogue: person_alert"},
    };
    static const char *const owners_words[] = {"STOLEN", "LOST", "STOLEN_BLANK",
        "REVOKED", "INVALIDATED", "RECOVERED"};
    static const struct broken request[] = {
        {"{'precedence':'PRIORITY'}", "informationRequest.urgencyReason",
            "must be given above ROUTINE", "catalogue: information_request"},
    };
    static const struct broken transfer[] = {
        {"{'mlaReference':null}", "mlaReference",
            "must be given with MLA_PENDING", "catalogue: evidence_transfer"},
    };

    EXPECT_BROKEN(*state, "document_alert", document);
    for (size_t i = 0; i < sizeof owners_words / sizeof owners_words[0]; i++) {
        char change[80];
        const struct broken other[] = {
            {change, "documentAlert.status",
                "only the state that issued a document says this of it",
                "INTERPOL: rule of the issuing state"},
        };

        (void)snprintf(change, sizeof change,
            "{'documentAlert':{'issuer':'VNM','status':'%s'}}",
            owners_words[i]);
        EXPECT_BROKEN(*state, "document_alert", other);
    }
    expect_good(*state, "document_alert",
        "{'documentAlert':{'issuer':'VNM','status':'FORGED'}}");
    expect_good(*state, "document_alert",
        "{'documentAlert':{'lastNumber':'AA1234500'}}");
    EXPECT_BROKEN(*state, "person_alert", minor);
    expect_good(*state, "person_alert",
        "{'personAlert':{'person':{'minor':true},'action':'PROTECT'}}");
    expect_good(*state, "person_alert",
        "{'personAlert':{'person':{'minor':true},'action':'LOCATE'}}");
    EXPECT_BROKEN(*state, "information_request", request);
    EXPECT_BROKEN(*state, "evidence_transfer", transfer);
}

static void
a_small_cell_is_suppressed_and_a_cell_says_no_more_than_its_table(void **state)
{
    static const struct broken rows[] = {
        {"{'statisticsReturn':{'cells':[{'sex':'MALE','origin':'UTO',"
         "'count':'10'}]}}",
            "statisticsReturn.cells[0].count",
            "must be suppressed: 10 is less than 11",
            "catalogue: statistics_return"},
        {"{'statisticsReturn':{'cells':[{'sex':'MALE','origin':'UTO',"
         "'count':'5','suppressed':true}]}}",
            "statisticsReturn.cells[0].count",
            "must not be given when suppressed is true",
            "catalogue: statistics_return"},
        {"{'statisticsReturn':{'cells':[{'sex':'MALE','origin':'UTO',"
         "'ageBand':'12-17','count':'40'}]}}",
            "statisticsReturn.cells[0]",
            "must have the table's dimensions, and no other",
            "catalogue: statistics_return"},
        {"{'statisticsReturn':{'tables':[{'cells':[{'count':'50'}]}]}}",
            "statisticsReturn.cells",
            "must not have one suppressed cell alone: the total tells it",
            "catalogue: statistics_return"},
        {"{'statisticsReturn':{'tables':[{'dimensions':['BY_MODE'],"
         "'cells':[{'mode':'SEA','count':'2'}]}]}}",
            "statisticsReturn.tables[0].cells[0].count",
            "must be suppressed: 2 is less than 11",
            "catalogue: statistics_return"},
        {"{'statisticsReturn':{'threshold':2}}", "statisticsReturn.threshold",
            "must be at least 3", "catalogue: statistics_return"},
        {"{'statisticsReturn':{'cells':[{'sex':'MALE','count':'40'}]}}",
            "statisticsReturn.cells[0]",
            "must have the table's dimensions, and no other",
            "catalogue: statistics_return"},
    };

    EXPECT_BROKEN(*state, "statistics_return", rows);
}

#define DIMENSIONS "must have the table's dimensions, and no other"

/* One value more than the table says is a finer count than was agreed. */
static void
each_dimension_is_asked_for_before_it_is_given(void **state)
{
    static const struct {
        const char *dimension;
        const char *value;
    } rows[] = {
        {"BY_SEX", "'sex':'MALE'"},
        {"BY_AGE_BAND", "'ageBand':'12-17'"},
        {"BY_ORIGIN", "'origin':'UTO'"},
        {"BY_OFFENCE", "'offence':'DRUGS'"},
        {"BY_MODE", "'mode':'AIR'"},
        {"BY_ROUTE", "'route':'TH-MY'"},
        {"BY_SUBSTANCE", "'substance':'HEROIN'"},
    };
    const size_t count = sizeof rows / sizeof rows[0];

    for (size_t i = 0; i < count; i++) {
        const size_t next = (i + 1) % count;
        char change[160];
        const struct broken other[] = {
            {change, "statisticsReturn.cells[0]", DIMENSIONS,
                "catalogue: statistics_return"},
        };

        (void)snprintf(change, sizeof change,
            "{'statisticsReturn':{'dimensions':['%s'],'cells':[{'count':'41',"
            "%s}]}}",
            rows[i].dimension, rows[i].value);
        expect_good(*state, "statistics_return", change);
        (void)snprintf(change, sizeof change,
            "{'statisticsReturn':{'dimensions':['%s'],'cells':[{'count':'41',"
            "%s,%s}]}}",
            rows[i].dimension, rows[i].value, rows[next].value);
        EXPECT_BROKEN(*state, "statistics_return", other);
    }
}

static void
a_count_at_the_threshold_is_not_small(void **state)
{
    expect_good(*state, "statistics_return",
        "{'statisticsReturn':{'cells':[{'sex':'MALE','origin':'UTO',"
        "'count':'11'}]}}");
    expect_good(*state, "statistics_return",
        "{'statisticsReturn':{'cells':[{'sex':'MALE','origin':'UTO',"
        "'count':'0'}]}}");
}

/* Codes come from others, and any of 32 bits may come. */
static void
a_dimension_that_is_no_code_is_one_finding(void **state)
{
    static const int codes[] = {35, 99, -1, INT32_MIN};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct ent_findings findings;
        ent_message *message = example(*state, "statistics_return",
            "{'statisticsReturn':{'dimensions':['BY_SEX','BY_MODE'],"
            "'cells':[{'sex':'MALE','count':'41'}]}}");

        message->statistics_return->dimensions[1] =
            (Entente__V1__Dimension)codes[i];
        expect_status(ent_message_validate(message, &findings, &last_error),
            ENT_BAD_INPUT);
        assert_int_equal(findings.count, 1);
        assert_string_equal(
            findings.list[0].field, "statisticsReturn.dimensions[1]");
    }
}

/* A finding about the header in the midst of the body leaves the next one its
 * place. */
static void
what_the_header_lacks_for_the_body_is_told_of_the_header(void **state)
{
    struct ent_findings findings;

    expect_status(ent_message_validate(
                      example(*state, "evidence_transfer",
                          "{'mlaReference':null,'evidenceTransfer':{'items':"
                          "null}}"),
                      &findings, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.list[0].field, "evidenceTransfer.items");
    assert_string_equal(findings.list[1].field, "mlaReference");
    expect_good(*state, "document_check",
        "{'inReplyTo':null,'documentCheck':{'result':null,'asOf':null}}");
}

static void
grades_are_those_of_their_scheme(void **state)
{
    static const struct broken rows[] = {
        {"{'evaluation':{'scheme':'3x5x2','source':'A','information':'A'}}",
            "evaluation.source", "must be one of 123",
            "catalogue: evaluation grades"},
        {"{'evaluation':{'scheme':'3x5x2','source':'1','information':'1'}}",
            "evaluation.information", "must be one of ABCDE",
            "catalogue: evaluation grades"},
        {"{'evaluation':{'scheme':'admiralty','source':'A','information':"
         "'12'}}",
            "evaluation.information", "must be one of 123456",
            "catalogue: evaluation grades"},
    };

    EXPECT_BROKEN(*state, "test", rows);
    expect_good(*state, "test",
        "{'evaluation':{'scheme':'admiralty','source':'G','information':'6'}}");
    expect_good(*state, "test",
        "{'evaluation':{'scheme':'other','source':'?','information':'?'}}");
}

static void
a_zone_is_that_of_its_document(void **state)
{
    static const struct broken rows[] = {
        {"{'intelligenceReport':{'about':{'documents':[{'issuer':'THA',"
         "'type':'PASSPORT','number':'L898902C3','mrz':["
         "'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<',"
         "'L898902C36UTO7408122F3204153ZE184226B<<<<<16']}]}}}",
            "intelligenceReport.about.documents[0].issuer",
            "must be UTO, as in mrz", "catalogue: intelligence_report"},
        {"{'intelligenceReport':{'about':{'documents':[{'issuer':'UTO',"
         "'type':'PASSPORT','number':'L898902C4','mrz':["
         "'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<',"
         "'L898902C36UTO7408122F3204153ZE184226B<<<<<16']}]}}}",
            "intelligenceReport.about.documents[0].number",
            "must be the number in mrz", "catalogue: intelligence_report"},
    };

    EXPECT_BROKEN(*state, "intelligence_report", rows);
    expect_good(*state, "intelligence_report",
        "{'intelligenceReport':{'about':{'documents':[{'issuer':'UTO',"
        "'type':'PASSPORT','mrz':["
        "'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<',"
        "'L898902C36UTO7408122F3204153ZE184226B<<<<<16']}]}}}");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FINDINGS_TEST(victims_and_suspects_share_no_list),
        FINDINGS_TEST(victims_and_suspects_share_no_message),
        FINDINGS_TEST(
            whoever_may_be_a_minor_is_looked_for_to_protect_or_find_them),
        FINDINGS_TEST(a_reclassification_tells_nobody_of_asylum),
        FINDINGS_TEST(what_only_some_may_say_is_refused_from_others),
        FINDINGS_TEST(
            a_small_cell_is_suppressed_and_a_cell_says_no_more_than_its_table),
        FINDINGS_TEST(each_dimension_is_asked_for_before_it_is_given),
        FINDINGS_TEST(a_count_at_the_threshold_is_not_small),
        FINDINGS_TEST(a_dimension_that_is_no_code_is_one_finding),
        FINDINGS_TEST(what_the_header_lacks_for_the_body_is_told_of_the_header),
        FINDINGS_TEST(grades_are_those_of_their_scheme),
        FINDINGS_TEST(a_zone_is_that_of_its_document),
    };

    return cmocka_run_group_tests_name("validate_check", tests, NULL, NULL);
}
