/* SPDX-License-Identifier: Apache-2.0 */
/* What seizures, acknowledgements, questions and declarations must say. */
#include "tests/support.h"

#include "tests/findings.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FINDINGS_TEST(a_drug_seizure_counts_what_was_taken),
        FINDINGS_TEST(an_acknowledgement_says_who_did_what_with_which_message),
        FINDINGS_TEST(consent_is_about_one_message_and_one_use),
        FINDINGS_TEST(an_emergency_says_who_declares_it_and_why),
        FINDINGS_TEST(a_document_check_names_a_document_and_nothing_else),
        FINDINGS_TEST(a_year_is_the_longest_validity),
    };

    return cmocka_run_group_tests_name("validate_family", tests, NULL, NULL);
}
