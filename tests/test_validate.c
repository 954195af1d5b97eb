/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/examples.h"
#include "tests/findings.h"

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

static void
every_example_is_good(void **state)
{
    for (size_t i = 0; example_families[i] != NULL; i++) {
        struct ent_findings findings;
        ent_message *message;

        ent_arena_reset(*state);
        message = example(*state, example_families[i], "{}");
        expect_ok(ent_message_validate(message, &findings, &last_error));
        assert_int_equal(findings.count, 0);
        assert_string_equal(ent_family_of(message)->name, example_families[i]);
    }
}

static void
the_header_says_who_when_and_how(void **state)
{
    static const struct broken cases[] = {
        {"{'id':null}", "id", "must be given", "catalogue: header"},
        {"{'id':'01926b3e'}", "id",
            "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562"},
        {"{'from':null}", "from", "must be given", "catalogue: header"},
        {"{'from':'ilo-bangkok'}", "from", "an address has the form name@state",
            "catalogue: header"},
        {"{'to':'ilo-bangkok@kr'}", "to", "must be another office than from",
            "catalogue: header"},
        {"{'mode':null}", "mode", "must be given", "catalogue: header"},
        {"{'precedence':null}", "precedence", "must be given",
            "catalogue: header"},
        {"{'schemaVersion':2}", "schemaVersion", "must be 1, not 2",
            "catalogue: header"},
        {"{'schemaVersion':null}", "schemaVersion", "must be 1, not 0",
            "catalogue: header"},
        {"{'createdAt':null}", "createdAt", "must be given",
            "catalogue: header"},
        {"{'validUntil':null}", "validUntil", "must be given",
            "catalogue: header"},
        {"{'validUntil':'2026-11-22T10:00:00Z'}", "validUntil",
            "must be after createdAt", "catalogue: header"},
        {"{'validUntil':'2026-11-29T10:00:00.001Z'}", "validUntil",
            "must be at most 7 days after createdAt", "catalogue: header"},
        {"{'test':null}", "",
            "a message must have one body, as hotlineAlert or drugSeizure",
            "catalogue: header"},
    };

    EXPECT_BROKEN(*state, "test", cases);
}

static void
deadlines_are_in_the_future_and_in_order(void **state)
{
    static const struct broken cases[] = {
        {"{'acknowledge':true,'acknowledgeBy':'2026-11-22T09:59:00Z'}",
            "acknowledgeBy", "must be after createdAt", "catalogue: header"},
        {"{'replyBy':'2026-11-22T10:00:00Z'}", "replyBy",
            "must be after createdAt", "catalogue: header"},
        {"{'retainUntil':'2026-11-21T10:00:00Z'}", "retainUntil",
            "must be after createdAt", "catalogue: header"},
        {"{'acknowledgeBy':'2026-11-22T10:30:00Z'}", "acknowledge",
            "must be true when acknowledgeBy is given", "catalogue: header"},
        {"{'retainUntil':'2026-12-01T00:00:00Z',"
         "'reviewAt':'2026-12-02T00:00:00Z'}",
            "reviewAt", "must not be after retainUntil", "catalogue: header"},
    };

    EXPECT_BROKEN(*state, "test", cases);
}

static void
what_the_header_carries_is_complete(void **state)
{
    static const struct broken cases[] = {
        {"{'inReplyTo':'x'}", "inReplyTo",
            "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562"},
        {"{'references':[{'id':'01926b3e-7c00-7abc-8def-0123456789ab'},{}]}",
            "references[1].id", "must be given", "catalogue: header"},
        {"{'references':[{'id':'01926b3e-7c00-7abc-8def-0123456789ab',"
         "'hash':'AAEC'}]}",
            "references[0].hash", "must be 32 bytes, not 3",
            "catalogue: header"},
        {"{'action':'WITHDRAW'}", "references",
            "must name the message that this one updates, corrects or "
            "withdraws",
            "catalogue: header"},
        {"{'incidentId':'2026-000123'}", "incidentId",
            "must begin with a country and a colon, as KR:ICN:2026-000123",
            "catalogue: header"},
        {"{'evaluation':{'scheme':'4x4','source':'D','information':'1'}}",
            "evaluation.source", "must be one of ABCX",
            "catalogue: evaluation grades"},
        {"{'evaluation':{'scheme':'admiralty','source':'A'}}",
            "evaluation.information", "must be given", "catalogue: header"},
        {"{'evaluation':{'source':'A','information':'1'}}", "evaluation.scheme",
            "must be given", "catalogue: header"},
        {"{'protectedFrom':['mm','TH']}", "protectedFrom[1]",
            "must be a state's two lower-case letters, as th", "ISO 3166-1"},
        {"{'lang':'Korean'}", "lang",
            "must be a language tag, as th or zh-Hant", "BCP 47"},
        {"{'text':[{'text':'x'}]}", "text[0].lang", "must be given",
            "catalogue: header"},
        {"{'text':[{'lang':'ko'}]}", "text[0].text", "must be given",
            "catalogue: header"},
        {"{'geoScope':['THMSA','TH-57','somewhere']}", "geoScope[2]",
            "must be a UN/LOCODE (THMSA), a crossing (MM-TH:THL-MSA) or a "
            "subdivision (TH-57)",
            "catalogue: geographic scope"},
        {"{'attachments':[{'name':'../logo.jpg','mediaType':'image/jpeg',"
         "'size':1,'sha256':'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='}]}",
            "attachments[0].name", "must be a file's name without folders",
            "catalogue: header"},
        {"{'withheld':[{'field':'test.text'}]}", "withheld[0].clause",
            "must be given", "catalogue: header"},
        {"{'officerSignatures':[{'certificate':'AAEC'}]}",
            "officerSignatures[0].statement", "must be given",
            "catalogue: header"},
        {"{'handling':['H1','HANDLING_UNSPECIFIED']}", "handling[1]",
            "must say which Handling", "catalogue: codes"},
    };

    EXPECT_BROKEN(*state, "test", cases);
}

static void
every_text_is_composed_and_without_tricks(void **state)
{
    static const struct broken cases[] = {
        {"{'test':{'text':'Da\\u0306ng'}}", "test.text",
            "must be in normalisation form C (composed characters)",
            "Unicode NFC"},
        {"{'test':{'text':'\\u001b[31m'}}", "test.text",
            "must not hold control characters", "domain D6"},
        {"{'authorRole':'duty\\u202eofficer'}", "authorRole",
            "must not hold control, invisible or direction characters",
            "domain D6"},
        {"{'legalBasis':'5.1\\n'}", "legalBasis",
            "must not hold control, invisible or direction characters",
            "domain D6"},
    };

    EXPECT_BROKEN(*state, "test", cases);
}

/* Khmer writes a zero-width space between words. */
static void
free_text_may_use_what_its_script_needs(void **state)
{
    struct ent_findings findings;

    expect_ok(ent_message_validate(
        example(*state, "test",
            "{'test':{'text':'\\u1785\\u17bc\\u179b\\u200b\\u1791\\u17c5\\n'}}"),
        &findings, &last_error));
}

static void
a_hotline_alert_says_what_where_when_and_what_to_do(void **state)
{
    static const struct broken cases[] = {
        {"{'hotlineAlert':{'what':null}}", "hotlineAlert.what", "must be given",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'where':null}}", "hotlineAlert.where",
            "must be given", "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'where':{'country':null,'crossing':null}}}",
            "hotlineAlert.where", "must give country, unlocode or crossing",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'when':null}}", "hotlineAlert.when", "must be given",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'action':null}}", "hotlineAlert.action",
            "must be given", "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'direction':'toward MM'}}", "hotlineAlert.direction",
            "must be \"away\" or \"toward\" and a state, as \"toward th\"",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'action':'CALL_BACK','callBackRole':null}}",
            "hotlineAlert.callBackRole", "must be given with CALL_BACK",
            "catalogue: hotline_alert"},
    };

    EXPECT_BROKEN(*state, "hotline_alert", cases);
}

static void
places_are_named_by_codes_that_agree(void **state)
{
    static const struct broken cases[] = {
        {"{'hotlineAlert':{'where':{'country':'Thailand'}}}",
            "hotlineAlert.where.country",
            "must be a country's two upper-case letters, as TH", "ISO 3166-1"},
        {"{'hotlineAlert':{'where':{'crossing':'TH-MM:MSA-THL'}}}",
            "hotlineAlert.where.crossing",
            "must name its two countries in alphabetical order, as "
            "MM-TH:THL-MSA",
            "catalogue: crossings"},
        {"{'hotlineAlert':{'where':{'country':'KH'}}}",
            "hotlineAlert.where.crossing", "must be one of the country KH",
            "catalogue: crossings"},
        {"{'hotlineAlert':{'where':{'unlocode':'MMTHL'}}}",
            "hotlineAlert.where.unlocode", "must lie in the country TH",
            "UN/LOCODE"},
        {"{'hotlineAlert':{'where':{'latitude':'90.01'}}}",
            "hotlineAlert.where.latitude",
            "must be decimal degrees from -90 to 90, as 20.4285", "WGS 84"},
        {"{'hotlineAlert':{'where':{'longitude':'99,9'}}}",
            "hotlineAlert.where.longitude",
            "must be decimal degrees from -180 to 180, as 20.4285", "WGS 84"},
        {"{'hotlineAlert':{'where':{'longitude':null}}}", "hotlineAlert.where",
            "must give both latitude and longitude, or neither", "WGS 84"},
    };

    EXPECT_BROKEN(*state, "hotline_alert", cases);
}

static void
conveyances_are_named_by_good_numbers(void **state)
{
    static const struct broken cases[] = {
        {"{'hotlineAlert':{'conveyance':{'plateCountry':'THA'}}}",
            "hotlineAlert.conveyance.plateCountry",
            "must be a country's two upper-case letters, as TH", "ISO 3166-1"},
        {"{'hotlineAlert':{'conveyance':{'flight':'TG 660'}}}",
            "hotlineAlert.conveyance.flight",
            "must be a carrier designator and a number without a space, as "
            "TG660",
            "catalogue: flight designators"},
        {"{'hotlineAlert':{'conveyance':{'flightDate':'22.11.2026'}}}",
            "hotlineAlert.conveyance.flightDate",
            "must be a date, as 2026-11-22", "ISO 8601"},
        {"{'hotlineAlert':{'conveyance':{'imo':'9074728'}}}",
            "hotlineAlert.conveyance.imo", "check digit must be 9, not 8",
            "IMO Resolution A.1117(30)"},
        {"{'hotlineAlert':{'conveyance':{'mmsi':'12345'}}}",
            "hotlineAlert.conveyance.mmsi",
            "must be nine digits that begin with 2 to 8 or 98", "ITU-R M.585"},
        {"{'hotlineAlert':{'conveyance':{'container':'CSQU3054384'}}}",
            "hotlineAlert.conveyance.container", "check digit must be 3, not 4",
            "ISO 6346"},
    };

    EXPECT_BROKEN(*state, "hotline_alert", cases);
}

/* `count` Thai letters, three bytes each, as the description. */
static enum ent_status
validate_description(struct ent_arena *arena, const char *precedence,
    size_t count, struct ent_findings *findings)
{
    ent_message *message;
    char change[64];
    char *text;

    (void)snprintf(change, sizeof change, "{'precedence':'%s'}", precedence);
    message = example(arena, "hotline_alert", change);
    text = ent_arena_alloc(arena, count * 3 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * 3, "ก", 3);
    }
    message->hotline_alert->description = text;
    return ent_message_validate(message, findings, &last_error);
}

static void
urgent_text_is_brief_in_characters_not_bytes(void **state)
{
    struct ent_findings findings;

    expect_ok(validate_description(*state, "FLASH", 1200, &findings));
    expect_status(
        validate_description(*state, "FLASH", 1201, &findings), ENT_BAD_INPUT);
    assert_string_equal(last_error.text,
        "hotlineAlert.description: 1201 characters; at most 1200 in FLASH and "
        "IMMEDIATE (catalogue: precedence)");
    expect_status(validate_description(*state, "PRIORITY", 1201, &findings),
        ENT_BAD_INPUT);
    assert_string_equal(last_error.text,
        "hotlineAlert.description: 1201 characters; at most 1200 (catalogue: "
        "hotline_alert)");
}

static void
a_hub_alert_says_what_moves_on_and_where_to(void **state)
{
    static const struct broken cases[] = {
        {"{'hubAlert':{'trigger':null}}", "hubAlert.trigger", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'hub':null}}", "hubAlert.hub", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'foundAt':null}}", "hubAlert.foundAt", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'foundAt':'2026-11-22T10:10:00.001Z'}}",
            "hubAlert.foundAt", "must not be after createdAt",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'item':null,'conveyance':null,'mail':null}}", "hubAlert",
            "must give item, conveyance or mail", "catalogue: hub_alert"},
        {"{'hubAlert':{'mail':[{'s10':'RB123456784GB'}]}}",
            "hubAlert.mail[0].s10", "check digit must be 5, not 4", "UPU S10"},
        {"{'hubAlert':{'mail':[{'s10':'RB123456785GB'},{}]}}",
            "hubAlert.mail[1]", "must give s10 or courierReference",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'routes':[]}}", "hubAlert.routes", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'routes':[{}]}}", "hubAlert.routes[0].crossing",
            "must be given", "catalogue: hub_alert"},
        {"{'hubAlert':{'routes':[{'crossing':{'country':'KH'},"
         "'expected':{'from':'2026-11-22T14:00:00Z',"
         "'until':'2026-11-22T13:00:00Z'}}]}}",
            "hubAlert.routes[0].expected.until", "must not be before from",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'action':null}}", "hubAlert.action", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'confidence':101}}", "hubAlert.confidence",
            "must be a percentage from 0 to 100", "catalogue: hub_alert"},
    };

    EXPECT_BROKEN(*state, "hub_alert", cases);
}

static void
a_drug_seizure_counts_what_was_taken(void **state)
{
    static const struct broken cases[] = {
        {"{'drugSeizure':{'place':null}}", "drugSeizure.place", "must be given",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'seizedAt':null}}", "drugSeizure.seizedAt",
            "must be given", "catalogue: drug_seizure"},
        {"{'drugSeizure':{'seizedAt':'2027-01-01T00:00:00Z'}}",
            "drugSeizure.seizedAt", "must not be after createdAt",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':null}}", "drugSeizure.items", "must be given",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'quantity':'1','unit':'GRAM'}]}}",
            "drugSeizure.items[0].drug", "must be given",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'drug':'HEROIN'}]}}",
            "drugSeizure.items[0]", "must give quantity or quantityAsReported",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'drug':'HEROIN','quantity':'0.00',"
         "'unit':'GRAM'}]}}",
            "drugSeizure.items[0].quantity", "must be more than 0",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'drug':'HEROIN','quantity':'1,5',"
         "'unit':'GRAM'}]}}",
            "drugSeizure.items[0].quantity",
            "must be a number in plain digits, as 12.5",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'drug':'HEROIN','quantity':'3'}]}}",
            "drugSeizure.items[0].unit", "must be given with quantity",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'drug':'HEROIN','unit':'GRAM',"
         "'quantityAsReported':'3'}]}}",
            "drugSeizure.items[0].unit", "must not be given without quantity",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'items':[{'drug':'HEROIN','quantity':'3',"
         "'unit':'GRAM','purity':'100.1'}]}}",
            "drugSeizure.items[0].purity",
            "must be a percentage from 0 to 100, as 81.5",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'transit':[{'country':'VN'},{'country':'vn'}]}}",
            "drugSeizure.transit[1].country",
            "must be a country's two upper-case letters, as TH", "ISO 3166-1"},
        {"{'drugSeizure':{'arrests':[{'sex':'MALE'}]}}",
            "drugSeizure.arrests[0].count", "must be given",
            "catalogue: drug_seizure"},
        {"{'drugSeizure':{'arrests':[{'count':1,'ageBand':'31'}]}}",
            "drugSeizure.arrests[0].ageBand",
            "must be 0-11, 12-17, 18-24, 25-34, 35-44, 45-59, 60+ or unknown",
            "catalogue: age bands"},
        {"{'drugSeizure':{'arrests':[{'count':1,'nationality':'TH'}]}}",
            "drugSeizure.arrests[0].nationality",
            "must be three capital letters, as THA, or an ICAO code",
            "ISO 3166-1, ICAO Doc 9303-3"},
        {"{'drugSeizure':{'forums':['AAITF','']}}", "drugSeizure.forums[1]",
            "must be given", "catalogue: drug_seizure"},
    };

    EXPECT_BROKEN(*state, "drug_seizure", cases);
}

static void
an_acknowledgement_says_who_did_what_with_which_message(void **state)
{
    static const struct broken cases[] = {
        {"{'acknowledgement':{'messageId':null}}", "acknowledgement.messageId",
            "must be given", "catalogue: acknowledgement"},
        {"{'acknowledgement':{'messageId':'TH-7'}}",
            "acknowledgement.messageId",
            "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562"},
        {"{'acknowledgement':{'level':null,'outcome':null}}",
            "acknowledgement.level", "must be given",
            "catalogue: acknowledgement"},
        {"{'acknowledgement':{'at':null}}", "acknowledgement.at",
            "must be given", "catalogue: acknowledgement"},
        {"{'acknowledgement':{'at':'2026-11-22T11:00:00Z'}}",
            "acknowledgement.at", "must not be after createdAt",
            "catalogue: acknowledgement"},
        {"{'acknowledgement':{'role':null}}", "acknowledgement.role",
            "must be given with ACKNOWLEDGED, ACTIONED or NOT_COMPETENT",
            "catalogue: acknowledgement"},
        {"{'acknowledgement':{'outcome':null}}", "acknowledgement.outcome",
            "must be given with ACTIONED", "catalogue: acknowledgement"},
        {"{'acknowledgement':{'level':'READ'}}", "acknowledgement.outcome",
            "must not be given without ACTIONED", "catalogue: acknowledgement"},
    };

    EXPECT_BROKEN(*state, "acknowledgement", cases);
}

static void
a_year_is_the_longest_validity(void **state)
{
    static const struct broken cases[] = {
        {"{'validUntil':'2027-11-23T00:00:00Z'}", "validUntil",
            "must be at most 365 days after createdAt", "catalogue: header"},
    };

    EXPECT_BROKEN(*state, "drug_seizure", cases);
}

static void
all_faults_are_found_at_once_and_the_first_is_quoted(void **state)
{
    struct ent_findings findings;

    expect_status(ent_message_validate(example(*state, "drug_seizure",
                                           "{'mode':null,'precedence':null,"
                                           "'drugSeizure':{'items':[{}]}}"),
                      &findings, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(findings.count, 4);
    assert_string_equal(findings.list[2].field, "drugSeizure.items[0].drug");
    assert_string_equal(
        last_error.text, "mode: must be given (catalogue: header), and 3 more");
}

static void
findings_have_a_limit_and_the_rest_is_counted(void **state)
{
    struct ent_findings findings;
    ent_message *message = example(*state, "test", "{}");
    static Entente__V1__Withheld nothing = ENTENTE__V1__WITHHELD__INIT;
    Entente__V1__Withheld *all[40];

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        all[i] = &nothing;
    }
    message->withheld = all;
    message->n_withheld = sizeof all / sizeof all[0];
    expect_status(
        ent_message_validate(message, &findings, &last_error), ENT_BAD_INPUT);
    assert_int_equal(findings.count, ENT_FINDINGS_MAX);
    assert_int_equal(findings.dropped, 80 - ENT_FINDINGS_MAX);
    assert_string_equal(last_error.text,
        "withheld[0].field: must be given (catalogue: header), and 79 more");
}

/* What protobuf can carry and JSON cannot is refused too. */
static void
values_that_no_reader_gives_are_found(void **state)
{
    struct ent_findings findings;
    ent_message *message = example(*state, "test", "{}");

    message->created_at->nanos = 1;
    message->tlp = (Entente__V1__Tlp)99;
    message->legal_basis = (char[]){"\xff"};
    expect_status(
        ent_message_validate(message, &findings, &last_error), ENT_BAD_INPUT);
    assert_int_equal(findings.count, 3);
    assert_string_equal(findings.list[0].rule,
        "must be a time from 1970 to 2200 in whole milliseconds");
    assert_string_equal(findings.list[1].rule, "must be valid UTF-8");
    assert_string_equal(findings.list[2].rule, "99 is no Tlp");
}

static void
an_empty_message_lacks_everything_and_breaks_nothing(void **state)
{
    struct ent_findings findings;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    (void)state;
    expect_status(
        ent_message_validate(&message, &findings, NULL), ENT_BAD_INPUT);
    assert_int_equal(findings.count, 9);
}

static void
consent_is_about_one_message_and_one_use(void **state)
{
    static const struct broken asked[] = {
        {"{'consentRequest':{'messageId':null}}", "consentRequest.messageId",
            "must be given", "catalogue: consent_request"},
        {"{'consentRequest':{'to':null}}", "consentRequest.to",
            "must be given with PASS_ON", "catalogue: consent_request"},
        {"{'consentRequest':{'to':'Laos'}}", "consentRequest.to",
            "must be a state or organisation as in addresses, as la or xpo",
            "catalogue: consent_request"},
        {"{'consentRequest':{'use':'IN_COURT'}}", "consentRequest.to",
            "must not be given without PASS_ON", "catalogue: consent_request"},
        {"{'consentRequest':{'reason':null}}", "consentRequest.reason",
            "must be given", "catalogue: consent_request"},
    };
    static const struct broken decided[] = {
        {"{'consentDecision':{'role':null}}", "consentDecision.role",
            "must be given", "catalogue: consent_decision"},
        {"{'consentDecision':{'given':null,'reason':'no'}}",
            "consentDecision.until", "must not be given unless given is true",
            "catalogue: consent_decision"},
        {"{'consentDecision':{'given':null,'until':null}}",
            "consentDecision.reason", "must be given when given is false",
            "catalogue: consent_decision"},
        {"{'origin':{'from':'blo-tachileik@mm','messageId':"
         "'01926b3e-7c00-7abc-8def-0123456789ab'}}",
            "origin.from", "must be another office than ours",
            "catalogue: header"},
        {"{'origin':{'from':'ncc@la'}}", "origin.messageId", "must be given",
            "catalogue: header"},
    };

    EXPECT_BROKEN(*state, "consent_request", asked);
    EXPECT_BROKEN(*state, "consent_decision", decided);
}

static void
a_document_check_names_a_document_and_nothing_else(void **state)
{
    static const struct broken rows[] = {
        {"{'documentCheck':{'issuer':null}}", "documentCheck.issuer",
            "must be given", "catalogue: document_check"},
        {"{'documentCheck':{'number':'L8 989'}}", "documentCheck.number",
            "must be 4 to 24 capital letters and digits, without spaces",
            "catalogue: document_check"},
        {"{'documentCheck':{'type':null}}", "documentCheck.type",
            "must be given", "catalogue: document_check"},
        {"{'documentCheck':{'result':null}}", "documentCheck.asOf",
            "must not be given without result", "catalogue: document_check"},
        {"{'inReplyTo':null}", "inReplyTo", "must be given",
            "catalogue: document_check"},
        {"{'text':[{'lang':'en','text':'she travels with a child'}]}", "text",
            "must not be given with document_check",
            "catalogue: document_check"},
    };

    EXPECT_BROKEN(*state, "document_check", rows);
}

static void
an_emergency_says_who_declares_it_and_why(void **state)
{
    static const struct broken rows[] = {
        {"{'agreementControl':{'emergency':null}}",
            "agreementControl.emergency", "must be given",
            "catalogue: agreement_control"},
        {"{'agreementControl':{'emergency':{'role':null}}}",
            "agreementControl.emergency.role", "must be given",
            "catalogue: agreement_control"},
        {"{'agreementControl':{'emergency':{'reason':null}}}",
            "agreementControl.emergency.reason", "must be given",
            "catalogue: agreement_control"},
        {"{'agreementControl':{'emergency':{'until':"
         "'2026-11-22T10:04:00Z'}}}",
            "agreementControl.emergency.until", "must be after createdAt",
            "catalogue: agreement_control"},
        {"{'agreementControl':{'emergency':{'declarationId':"
         "'01926b3e-ac00-7abc-8def-0123456789ab'}}}",
            "agreementControl.emergency.until",
            "must not be given with declarationId",
            "catalogue: agreement_control"},
    };

    EXPECT_BROKEN(*state, "agreement_control", rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_example_is_good),
        TEST(the_header_says_who_when_and_how),
        TEST(deadlines_are_in_the_future_and_in_order),
        TEST(what_the_header_carries_is_complete),
        TEST(every_text_is_composed_and_without_tricks),
        TEST(free_text_may_use_what_its_script_needs),
        TEST(a_hotline_alert_says_what_where_when_and_what_to_do),
        TEST(places_are_named_by_codes_that_agree),
        TEST(conveyances_are_named_by_good_numbers),
        TEST(urgent_text_is_brief_in_characters_not_bytes),
        TEST(a_hub_alert_says_what_moves_on_and_where_to),
        TEST(a_drug_seizure_counts_what_was_taken),
        TEST(an_acknowledgement_says_who_did_what_with_which_message),
        TEST(consent_is_about_one_message_and_one_use),
        TEST(an_emergency_says_who_declares_it_and_why),
        TEST(a_document_check_names_a_document_and_nothing_else),
        TEST(a_year_is_the_longest_validity),
        TEST(all_faults_are_found_at_once_and_the_first_is_quoted),
        TEST(findings_have_a_limit_and_the_rest_is_counted),
        TEST(values_that_no_reader_gives_are_found),
        TEST(an_empty_message_lacks_everything_and_breaks_nothing),
    };

    return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
