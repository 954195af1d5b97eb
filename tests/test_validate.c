/* SPDX-License-Identifier: Apache-2.0 */
/* What every message must have and may not have, whatever its body; and how
 * faults are told. */
#include "tests/support.h"

#include "tests/examples.h"
#include "tests/findings.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FINDINGS_TEST(every_example_is_good),
        FINDINGS_TEST(the_header_says_who_when_and_how),
        FINDINGS_TEST(deadlines_are_in_the_future_and_in_order),
        FINDINGS_TEST(what_the_header_carries_is_complete),
        FINDINGS_TEST(every_text_is_composed_and_without_tricks),
        FINDINGS_TEST(free_text_may_use_what_its_script_needs),
        FINDINGS_TEST(all_faults_are_found_at_once_and_the_first_is_quoted),
        FINDINGS_TEST(findings_have_a_limit_and_the_rest_is_counted),
        FINDINGS_TEST(values_that_no_reader_gives_are_found),
        FINDINGS_TEST(an_empty_message_lacks_everything_and_breaks_nothing),
    };

    return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
