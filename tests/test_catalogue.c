/* SPDX-License-Identifier: Apache-2.0 */
/* Each family of the catalogue: what it must have, which codes are wrong in it,
 * and what an agreement keeps from a recipient. */
#include "tests/policy_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/decide.h"
#include "proto/base/pb_field.h"
#include "proto/refusal.h"
#include "tests/examples.h"

/* Changes of the example. NULL: it has nothing such. */
struct faults {
    const char *family;
    const char *missing;
    const char *missing_field;
    const char *bad;
    const char *bad_field;
    const char *bad_rule;
    const char *bad_source;
    const char *prohibited; /* a path that the example has */
};

static const struct faults faults[] = {
    {"hotline_alert", "{'hotlineAlert':{'what':null}}", "hotlineAlert.what",
        "{'hotlineAlert':{'conveyance':{'imo':'9074720'}}}",
        "hotlineAlert.conveyance.imo", "check digit must be 9, not 0",
        "IMO Resolution A.1117(30)", "conveyance.plate"},
    {"hub_alert", "{'hubAlert':{'action':null}}", "hubAlert.action",
        "{'hubAlert':{'mail':[{'s10':'RB123456780GB'}]}}",
        "hubAlert.mail[0].s10", "check digit must be 5, not 0", "UPU S10",
        "conveyance.container"},
    {"at_risk_person_alert", "{'atRiskPersonAlert':{'lastSeenAt':null}}",
        "atRiskPersonAlert.lastSeenAt",
        "{'atRiskPersonAlert':{'person':{'nationality':['TH']}}}",
        "atRiskPersonAlert.person.nationality[0]",
        "must be three capital letters, as THA, or an ICAO code",
        "ISO 3166-1, ICAO Doc 9303-3", "person.marks"},
    {"person_alert", "{'personAlert':{'action':null}}", "personAlert.action",
        "{'personAlert':{'person':{'name':'Tran Thi Hoa'}}}",
        "personAlert.person.name",
        "must be capital letters as in the machine readable zone, as TRAN<<THI HOA",
        "ICAO Doc 9303-3", "person.birth_date"},
    {"document_alert", "{'documentAlert':{'status':null}}",
        "documentAlert.status", "{'documentAlert':{'issuer':'XYZ'}}",
        "documentAlert.issuer",
        "must be three capital letters, as THA, or an ICAO code",
        "ISO 3166-1, ICAO Doc 9303-3", "document_alert.circumstances"},
    {"document_fraud_bulletin", "{'documentFraudBulletin':{'features':null}}",
        "documentFraudBulletin.features",
        "{'documentFraudBulletin':{'firstSeen':'2569-10-02'}}",
        "documentFraudBulletin.firstSeen", "must be a date, as 2026-11-22",
        "ISO 8601", "document_fraud_bulletin.method"},
    {"conveyance_alert", "{'conveyanceAlert':{'reason':null}}",
        "conveyanceAlert.reason",
        "{'conveyanceAlert':{'conveyance':{'vin':'1M8GDM9AXKP04278O'}}}",
        "conveyanceAlert.conveyance.vin",
        "must be 17 capital letters and digits, none of them I, O or Q",
        "ISO 3779", "conveyance.make_model_colour"},
    {"cargo_alert", "{'cargoAlert':{'action':null}}", "cargoAlert.action",
        "{'cargoAlert':{'cargo':{'container':'CSQU3054380'}}}",
        "cargoAlert.cargo.container", "check digit must be 3, not 0",
        "ISO 6346", "cargo.goods"},
    {"risk_indicator_bulletin", "{'riskIndicatorBulletin':{'basis':null}}",
        "riskIndicatorBulletin.basis",
        "{'riskIndicatorBulletin':{'route':[{'unlocode':'TH1'}]}}",
        "riskIndicatorBulletin.route[0].unlocode",
        "must be a country and three characters A-Z 2-9, as THMSA", "UN/LOCODE",
        "risk_indicator_bulletin.false_positives"},
    {"drug_seizure", "{'drugSeizure':{'items':null}}", "drugSeizure.items",
        "{'drugSeizure':{'arrests':[{'count':1,'ageBand':'31'}]}}",
        "drugSeizure.arrests[0].ageBand",
        "must be 0-11, 12-17, 18-24, 25-34, 35-44, 45-59, 60+ or unknown",
        "catalogue: age bands", "drug_seizure.concealment"},
    {"wildlife_timber_seizure", "{'wildlifeTimberSeizure':{'specimens':null}}",
        "wildlifeTimberSeizure.specimens",
        "{'wildlifeTimberSeizure':{'specimens':[{'taxon':'Manis javanica','appendix':'CITES_I','term':'XYZ','quantity':'1','unit':'KGM'}]}}",
        "wildlifeTimberSeizure.specimens[0].term",
        "must be a term's three letters, as SCA for scales",
        "CITES: terms of annual reports", "specimen.taxon"},
    {"other_seizure", "{'otherSeizure':{'kind':null,'cash':null}}",
        "otherSeizure.kind",
        "{'otherSeizure':{'cash':[{'sum':{'currency':'BAHT','amount':'1'}}]}}",
        "otherSeizure.cash[0].sum.currency",
        "must be a currency's three capital letters, as THB", "ISO 4217",
        "money.amount"},
    {"smuggling_incident", "{'smugglingIncident':{'mode':null}}",
        "smugglingIncident.mode",
        "{'smugglingIncident':{'feePaidIn':{'country':'mm'}}}",
        "smugglingIncident.feePaidIn.country",
        "must be a country's two upper-case letters, as TH", "ISO 3166-1",
        "smuggling_incident.fee"},
    {"incident_handover", "{'incidentHandover':{'withoutPrejudice':null}}",
        "incidentHandover.withoutPrejudice",
        "{'incidentHandover':{'evidenceId':'7'}}",
        "incidentHandover.evidenceId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "incident_handover.media_line"},
    {"trafficking_referral", "{'traffickingReferral':{'nonPunishment':null}}",
        "traffickingReferral.nonPunishment",
        "{'traffickingReferral':{'ageBand':'20'}}",
        "traffickingReferral.ageBand",
        "must be 0-11, 12-17, 18-24, 25-34, 35-44, 45-59, 60+ or unknown",
        "catalogue: age bands", "trafficking_referral.safe_contact"},
    {"vulnerable_person_referral",
        "{'vulnerablePersonReferral':{'needs':null}}",
        "vulnerablePersonReferral.needs",
        "{'vulnerablePersonReferral':{'languages':['kh']}}",
        "vulnerablePersonReferral.languages[0]",
        "must be a language tag, as th or zh-Hant", "BCP 47",
        "vulnerable_person_referral.case_id"},
    {"intelligence_report", "{'intelligenceReport':{'headline':null}}",
        "intelligenceReport.headline",
        "{'intelligenceReport':{'paragraphs':[{'text':'x','grade':{'scheme':'4x4','source':'D','information':'2'}}]}}",
        "intelligenceReport.paragraphs[0].grade.source", "must be one of ABCX",
        "catalogue: evaluation grades", "online.phone"},
    {"information_request", "{'informationRequest':{'facts':null}}",
        "informationRequest.facts",
        "{'informationRequest':{'about':{'conveyances':[{'plate':'1','mmsi':'12'}]}}}",
        "informationRequest.about.conveyances[0].mmsi",
        "must be nine digits that begin with 2 to 8 or 98", "ITU-R M.585",
        "information_request.known"},
    {"information_reply",
        "{'informationReply':{'outcome':null,'text':null,'about':null}}",
        "informationReply.outcome",
        "{'informationReply':{'outcome':'REPLY_WRONG_ADDRESSEE','about':null,'rightAddressee':'ncc'}}",
        "informationReply.rightAddressee", "an address has the form name@state",
        "catalogue: information_reply", "information_reply.reason"},
    {"feedback", "{'feedback':{'usefulness':null}}", "feedback.usefulness",
        "{'feedback':{'messageId':'7'}}", "feedback.messageId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "feedback.note"},
    {"consent_request", "{'consentRequest':{'reason':null}}",
        "consentRequest.reason", "{'consentRequest':{'messageId':'7'}}",
        "consentRequest.messageId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "consent_request.role"},
    {"joint_action", "{'jointAction':{'contactRole':null}}",
        "jointAction.contactRole",
        "{'jointAction':{'place':{'country':'TH','latitude':'91','longitude':'1'}}}",
        "jointAction.place.latitude",
        "must be decimal degrees from -90 to 90, as 20.4285", "WGS 84",
        "joint_action.deconfliction"},
    {"document_check", "{'documentCheck':{'number':null}}",
        "documentCheck.number", "{'documentCheck':{'issuer':'XYZ'}}",
        "documentCheck.issuer",
        "must be three capital letters, as THA, or an ICAO code",
        "ISO 3166-1, ICAO Doc 9303-3", "document_check.type"},
    {"hit_query", "{'hitQuery':{'encounter':null}}", "hitQuery.encounter",
        "{'hitQuery':{'conveyance':{'plateCountry':'th'}}}",
        "hitQuery.conveyance.plateCountry",
        "must be a country's two upper-case letters, as TH", "ISO 3166-1",
        "conveyance.mode"},
    {"hit_answer", "{'hitAnswer':{'asOf':null}}", "hitAnswer.asOf",
        "{'hitAnswer':{'owner':'ncc'}}", "hitAnswer.owner",
        "an address has the form name@state", "catalogue: hit_answer",
        "hit_answer.owner"},
    {"hit_notice", "{'hitNotice':{'alertId':null}}", "hitNotice.alertId",
        "{'hitNotice':{'alertId':'7'}}", "hitNotice.alertId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "hit_notice.disposition"},
    {"inadmissible_notice", "{'inadmissibleNotice':{'reason':null}}",
        "inadmissibleNotice.reason",
        "{'inadmissibleNotice':{'arrivedBy':{'flight':'99999'}}}",
        "inadmissibleNotice.arrivedBy.flight",
        "must be a carrier designator and a number without a space, as TG660",
        "catalogue: flight designators", "inadmissible_notice.covering_letter"},
    {"removal_notice", "{'removalNotice':{'refoulementCheck':null}}",
        "removalNotice.refoulementCheck",
        "{'removalNotice':{'document':{'issuer':'UTO','type':'PASSPORT','number':'L 8'}}}",
        "removalNotice.document.number",
        "must be 4 to 24 capital letters and digits, without spaces",
        "catalogue: removal_notice", "removal_notice.basis"},
    {"readmission", "{'readmission':{'act':null,'grounds':'x'}}",
        "readmission.act",
        "{'readmission':{'person':{'birthDate':'17.4.1998'}}}",
        "readmission.person.birthDate",
        "must be a date or its beginning, as 1990-04-17, 1990-04 or 1990",
        "ISO 8601", "readmission.grounds"},
    {"carrier_advice", "{'carrierAdvice':{'carrierDecides':null}}",
        "carrierAdvice.carrierDecides", "{'carrierAdvice':{'issuer':'U'}}",
        "carrierAdvice.issuer",
        "must be three capital letters, as THA, or an ICAO code",
        "ISO 3166-1, ICAO Doc 9303-3", "carrier_advice.type"},
    {"health_alert", "{'healthAlert':{'event':null}}", "healthAlert.event",
        "{'healthAlert':{'agent':'plague'}}", "healthAlert.agent",
        "must be a code of the classification, as A20.2 or 1B94",
        "WHO: ICD-10, ICD-11", "health_alert.exposed_rows"},
    {"border_status", "{'borderStatus':{'state':null}}", "borderStatus.state",
        "{'borderStatus':{'crossing':{'country':'TH','crossing':'TH-MM:1'}}}",
        "borderStatus.crossing.crossing",
        "must be two countries and each one's code of the place, as MM-TH:THL-MSA",
        "catalogue: crossings", "border_status.queue_minutes"},
    {"evidence_transfer", "{'evidenceTransfer':{'custody':null}}",
        "evidenceTransfer.custody",
        "{'evidenceTransfer':{'items':[{'id':'1','description':'x','sha256':'AAEC'}]}}",
        "evidenceTransfer.items[0].sha256", "must be 32 bytes, not 3",
        "catalogue: evidence_transfer", "evidence_transfer.tool"},
    {"statistics_return", "{'statisticsReturn':{'what':null}}",
        "statisticsReturn.what",
        "{'statisticsReturn':{'cells':[{'sex':'FEMALE','origin':'TH','count':'41'}]}}",
        "statisticsReturn.cells[0].origin",
        "must be three capital letters, as THA, or an ICAO code",
        "ISO 3166-1, ICAO Doc 9303-3", "statistics_return.what"},
    {"situation_report", "{'situationReport':{'period':null}}",
        "situationReport.period",
        "{'situationReport':{'place':{'country':'Thailand'}}}",
        "situationReport.place.country",
        "must be a country's two upper-case letters, as TH", "ISO 3166-1",
        "situation_report.staffing"},
    {"roster", "{'roster':{'shifts':null}}", "roster.shifts",
        "{'roster':{'office':'Mae Sai'}}", "roster.office",
        "an address has the form name@state", "catalogue: roster",
        "channel.number"},
    {"exercise_control", "{'exerciseControl':{'act':null}}",
        "exerciseControl.act", "{'exerciseControl':{'exerciseId':'7'}}",
        "exerciseControl.exerciseId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "exercise_control.text"},
    {"training_material", "{'trainingMaterial':{'title':null}}",
        "trainingMaterial.title",
        "{'trainingMaterial':{'lang':'english please'}}",
        "trainingMaterial.lang", "must be a language tag, as th or zh-Hant",
        "BCP 47", "training_material.terms"},
    {"lifecycle", "{'lifecycle':{'at':null}}", "lifecycle.at",
        "{'lifecycle':{'messageId':'7'}}", "lifecycle.messageId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "lifecycle.role"},
    {"acknowledgement", "{'acknowledgement':{'at':null}}", "acknowledgement.at",
        "{'acknowledgement':{'messageId':'7'}}", "acknowledgement.messageId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "acknowledgement.note"},
    {"agreement_control", "{'agreementControl':{'emergency':{'reason':null}}}",
        "agreementControl.emergency.reason",
        "{'agreementControl':{'emergency':{'declarationId':'7','until':null}}}",
        "agreementControl.emergency.declarationId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "emergency_notice.reason"},
    {"breach_notice", "{'breachNotice':{'scope':null}}", "breachNotice.scope",
        "{'breachNotice':{'messageIds':['7']}}", "breachNotice.messageIds[0]",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "breach_notice.persons"},
    {"test", NULL, NULL, NULL, NULL, NULL, NULL, "test.text"},
    {"consent_decision", "{'consentDecision':{'role':null}}",
        "consentDecision.role", "{'consentDecision':{'messageId':'7'}}",
        "consentDecision.messageId",
        "must be a UUID: 8-4-4-4-12 hexadecimal digits", "RFC 9562",
        "consent_decision.role"},
    {"audit_extract", "{'auditExtract':{'checkpoint':null}}",
        "auditExtract.checkpoint", NULL, NULL, NULL, NULL,
        "audit_extract.reason"},
};

#define FAULTS (sizeof faults / sizeof faults[0])

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

static bool
finds(struct ent_arena *arena, const char *family, const char *change,
    const char *field, const char *rule, const char *source)
{
    struct ent_findings findings;
    const struct ent_finding *finding = &findings.list[0];

    ent_arena_reset(arena);
    (void)!ent_message_validate(
        example(arena, family, change), &findings, &last_error);
    if (findings.count != 1 || strcmp(finding->field, field) != 0 ||
        strcmp(finding->rule, rule) != 0 ||
        strcmp(finding->source, source) != 0) {
        print_message("%s with %s:\n", family, change);
        for (size_t i = 0; i < findings.count; i++) {
            print_message("  %s: %s (%s)\n", findings.list[i].field,
                findings.list[i].rule, findings.list[i].source);
        }
        return false;
    }
    return true;
}

static void
every_family_is_here_once(void **state)
{
    size_t count;

    (void)state;
    (void)ent_family_list(&count);
    assert_int_equal(count, FAULTS);
    for (size_t i = 0; i < FAULTS; i++) {
        assert_non_null(ent_family_by_name(view(faults[i].family)));
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(faults[i].family, faults[k].family);
        }
    }
}

static void
a_family_is_found_by_its_number_and_by_no_other(void **state)
{
    const struct ent_family *families;
    size_t count;
    size_t found = 0;

    (void)state;
    families = ent_family_list(&count);
    for (uint32_t number = 0; number < 1000; number++) {
        const struct ent_family *family = ent_family_by_number(number);

        assert_true(family == NULL || family->number == number);
        found += family != NULL;
    }
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(
            ent_family_by_number(families[i].number), &families[i]);
    }
    assert_null(ent_family_by_number(UINT32_MAX));
}

static void
what_must_be_given_is_missed(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < FAULTS; i++) {
        char source[64];

        (void)snprintf(
            source, sizeof source, "catalogue: %s", faults[i].family);
        if (faults[i].missing != NULL) {
            wrong += !finds(*state, faults[i].family, faults[i].missing,
                faults[i].missing_field, "must be given", source);
        }
    }
    assert_int_equal(wrong, 0);
}

static void
a_wrong_code_is_told_with_its_standard(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < FAULTS; i++) {
        if (faults[i].bad != NULL) {
            wrong += !finds(*state, faults[i].family, faults[i].bad,
                faults[i].bad_field, faults[i].bad_rule, faults[i].bad_source);
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- what the recipient may not have ---- */

/* An agreement that lets every family pass between centres of two states, but
 * not that field. */
static struct ent_agreement *
agree_without(const char *path)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("all.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes changed =
        change(ent_bytes_view(&text), "person.religion", path);
    struct ent_agreement *agreement = NULL;

    expect_ok(ent_agreement_load(
        ent_bytes_view(&changed), &agreement, &last_complaints, &last_error));
    return agreement;
}

static struct ent_decision
asked(const struct ent_agreement *agreement, const ent_message *message,
    const char *to)
{
    struct ent_address from;
    struct ent_address recipient;
    struct ent_decision decision;
    struct ent_facts facts = {
        .sender = &from,
        .recipient = &recipient,
        .message = message,
        .precedence = (uint32_t)message->precedence,
        .consent = true,
        .hit = true,
    };

    expect_ok(ent_address_parse(view("ncc@th"), &from, &last_error));
    expect_ok(ent_address_parse(view(to), &recipient, &last_error));
    ent_decide(
        agreement, &facts, ent_message_time_ms(message->created_at), &decision);
    return decision;
}

static void
what_an_agreement_prohibits_is_refused_by_its_name(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < FAULTS; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *agreement = agree_without(faults[i].prohibited);
        ent_message *message;
        struct ent_decision decision;
        char sentence[160];

        ent_arena_reset(*state);
        message = example(*state, faults[i].family, "{}");
        if (message->purpose == 0) {
            message->purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
        }
        decision = asked(agreement, message, "ncc@mm");
        (void)snprintf(sentence, sizeof sentence,
            "it contains %s, which must never pass", faults[i].prohibited);
        if (decision.permit ||
            decision.reason != ENT_REFUSAL_FIELD_PROHIBITED ||
            strcmp(decision.sentence, sentence) != 0) {
            print_message("%s: %s\n", faults[i].family, decision.sentence);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- who may have it at all ---- */

/* The same agreement, with an airline in the place of the second centre. */
static struct ent_agreement *
agree_with_an_airline(void)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("all.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes once = change(ent_bytes_view(&text),
        "{address: ncc@mm, kind: ncc}", "{address: ncc@mm, kind: airline}");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes twice = change(
        ent_bytes_view(&once), "between: [ncc]", "between: [ncc, airline]");
    struct ent_agreement *agreement = NULL;

    if (ent_agreement_load(ent_bytes_view(&twice), &agreement, &last_complaints,
            &last_error) != ENT_OK) {
        fail_msg("%s", last_error.text);
    }
    return agreement;
}

static void
a_carrier_gets_advice_and_no_list_whatever_is_agreed(void **state)
{
    static const struct {
        const char *family;
        const char *change;
        uint32_t reason; /* 0: it passes */
        const char *sentence;
    } rows[] = {
        {"carrier_advice", "{}", 0, NULL},
        {"person_alert", "{}", ENT_REFUSAL_HARD_BLOCK,
            "person_alert never goes to a carrier of another state"},
        {"trafficking_referral", "{}", ENT_REFUSAL_HARD_BLOCK,
            "trafficking_referral never goes to a carrier of another state"},
        {"cargo_alert", "{'cargoAlert':{'action':'CARGO_HOLD'}}", 0, NULL},
        {"cargo_alert", "{}", ENT_REFUSAL_HARD_BLOCK,
            "it asks not to stop what it speaks of, and a carrier of another "
            "state is not told of a controlled delivery"},
        {"cargo_alert",
            "{'cargoAlert':{'action':'CARGO_HOLD','cargo':{'shipper':"
            "{'name':'X'}}}}",
            ENT_REFUSAL_FIELD_PROHIBITED,
            "cargoAlert.cargo.shipper must not be given: cargo_alert goes to "
            "a carrier without what tells who somebody is"},
        {"inadmissible_notice", "{}", ENT_REFUSAL_FIELD_PROHIBITED,
            "inadmissibleNotice.person must not be given: inadmissible_notice "
            "goes to a carrier without what tells who somebody is"},
        {"inadmissible_notice", "{'inadmissibleNotice':{'person':null}}", 0,
            NULL},
        {"inadmissible_notice",
            "{'inadmissibleNotice':{'person':null,'removal':["
            "{'from':{'country':'KR'},'to':{'country':'TH'}},"
            "{'from':{'country':'TH'},'to':{'country':'MM'},"
            "'conveyance':{'mode':'LAND_ROAD','plate':'1'}}]}}",
            ENT_REFUSAL_FIELD_PROHIBITED,
            "inadmissibleNotice.removal[1].conveyance.plate must not be given: "
            "inadmissible_notice goes to a carrier without what tells who "
            "somebody is"},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = agree_with_an_airline();
    struct ent_decision decision;

    decision = asked(agreement,
        example(*state, "inadmissible_notice",
            "{'inadmissibleNotice':{'person':null,'reason':"
            "'OVERSTAYED_BEFORE'}}"),
        "ncc@mm");
    assert_true(decision.permit);
    assert_int_equal(decision.mask_count, 1);
    assert_string_equal(decision.masks[0], "inadmissible_notice.reason");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {

        ent_arena_reset(*state);
        decision = asked(agreement,
            example(*state, rows[i].family, rows[i].change), "ncc@mm");
        if (decision.permit != (rows[i].reason == 0) ||
            decision.reason != rows[i].reason ||
            (rows[i].sentence != NULL &&
                strcmp(decision.sentence, rows[i].sentence) != 0)) {
            fail_msg("%s with %s: %u, %s", rows[i].family, rows[i].change,
                decision.reason, decision.sentence);
        }
    }
}

/* Whether a message has what a path names is looked for in the header, and then
 * in its own family's part of a list (policy/decide_content). */
static void
the_bodies_stand_behind_the_whole_header(void **state)
{
    const ProtobufCMessageDescriptor *type = &entente__v1__message__descriptor;

    (void)state;
    for (unsigned i = 1; i < type->n_fields; i++) {
        assert_true(type->fields[i - 1].id < type->fields[i].id);
        assert_true(ent_pb_is_choice(&type->fields[i]) ||
                    !ent_pb_is_choice(&type->fields[i - 1]));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_family_is_here_once),
        TEST(a_family_is_found_by_its_number_and_by_no_other),
        TEST(the_bodies_stand_behind_the_whole_header),
        TEST(what_must_be_given_is_missed),
        TEST(a_wrong_code_is_told_with_its_standard),
        TEST(what_an_agreement_prohibits_is_refused_by_its_name),
        TEST(a_carrier_gets_advice_and_no_list_whatever_is_agreed),
    };

    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
