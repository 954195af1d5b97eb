/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/base/pb_field.h"
#include "proto/message.h"

/* The catalogue's names, in its order. */
static const char *const catalogue[] = {"hotline_alert", "hub_alert",
    "at_risk_person_alert", "person_alert", "document_alert",
    "document_fraud_bulletin", "conveyance_alert", "cargo_alert",
    "risk_indicator_bulletin", "drug_seizure", "wildlife_timber_seizure",
    "other_seizure", "smuggling_incident", "incident_handover",
    "trafficking_referral", "vulnerable_person_referral", "intelligence_report",
    "information_request", "information_reply", "feedback", "consent_request",
    "consent_decision", "joint_action", "document_check", "hit_query",
    "hit_answer", "hit_notice", "inadmissible_notice", "removal_notice",
    "readmission", "carrier_advice", "health_alert", "border_status",
    "evidence_transfer", "statistics_return", "situation_report", "roster",
    "exercise_control", "training_material", "lifecycle", "acknowledgement",
    "agreement_control", "breach_notice", "audit_extract", "test"};

static void
every_family_of_the_catalogue_has_a_number_of_its_own(void **state)
{
    const struct ent_family *list;
    size_t count;

    (void)state;
    list = ent_family_list(&count);
    assert_int_equal(count, sizeof catalogue / sizeof catalogue[0]);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(ent_family_by_name(view(catalogue[i])));
        assert_true(i == 0 || list[i - 1].number < list[i].number);
        assert_ptr_equal(ent_family_by_number(list[i].number), &list[i]);
        assert_ptr_equal(ent_family_by_name(view(list[i].name)), &list[i]);
    }
}

static void
what_is_in_no_catalogue_is_no_family(void **state)
{
    (void)state;
    assert_null(ent_family_by_name(view("drug_seizures")));
    assert_null(ent_family_by_name(view("")));
    assert_null(ent_family_by_number(0));
    assert_null(ent_family_by_number(104));
    assert_null(ent_family_by_number(UINT32_MAX));
}

static void
families_are_the_bodies_of_a_message(void **state)
{
    const ProtobufCMessageDescriptor *message =
        &entente__v1__message__descriptor;
    size_t count;
    size_t bodies = 0;

    (void)state;
    for (size_t i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        const struct ent_family *family = ent_family_by_number(field->id);

        if (!ent_pb_is_choice(field)) {
            continue;
        }
        bodies++;
        assert_non_null(family);
        assert_string_equal(family->name, field->name);
        assert_ptr_equal(family->body->descriptor, field->descriptor);
    }
    (void)ent_family_list(&count);
    assert_int_equal(count, bodies);
}

/* "M20" is 120, or 220 for the second name of a number. */
static void
the_number_is_the_catalogue_s_and_a_hundred(void **state)
{
    const struct ent_family *list;
    size_t count;

    (void)state;
    list = ent_family_list(&count);
    for (size_t i = 0; i < count; i++) {
        char code[8];

        (void)snprintf(code, sizeof code, "M%02u", list[i].number % 100);
        assert_string_equal(list[i].code, code);
    }
    assert_int_equal(ent_family_by_name(view("drug_seizure"))->number, 120);
}

static void
defaults_are_those_of_the_catalogue(void **state)
{
    const struct ent_family *hotline =
        ent_family_by_name(view("hotline_alert"));
    const struct ent_family *seizure = ent_family_by_name(view("drug_seizure"));

    (void)state;
    assert_int_equal(hotline->precedence, ENTENTE__V1__PRECEDENCE__FLASH);
    assert_int_equal(hotline->acknowledge_ms, 5 * 60 * 1000);
    assert_true(hotline->keep_ms == UINT64_C(30) * 24 * 3600 * 1000);
    assert_int_equal(seizure->precedence, ENTENTE__V1__PRECEDENCE__PRIORITY);
    assert_true(seizure->keep_ms == UINT64_C(5) * 365 * 24 * 3600 * 1000);
    assert_false(seizure->nominal);
    assert_true(ent_family_by_name(view("person_alert"))->nominal);
}

static void
a_message_without_body_is_of_no_family(void **state)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    (void)state;
    assert_null(ent_family_of(&message));
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    assert_string_equal(ent_family_of(&message)->name, "test");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_of_the_catalogue_has_a_number_of_its_own),
        cmocka_unit_test(what_is_in_no_catalogue_is_no_family),
        cmocka_unit_test(families_are_the_bodies_of_a_message),
        cmocka_unit_test(the_number_is_the_catalogue_s_and_a_hundred),
        cmocka_unit_test(defaults_are_those_of_the_catalogue),
        cmocka_unit_test(a_message_without_body_is_of_no_family),
    };

    return cmocka_run_group_tests_name("family", tests, NULL, NULL);
}
