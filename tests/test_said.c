/* SPDX-License-Identifier: Apache-2.0 */
/* What the body of a message itself says that clauses ask about. */
#include "tests/support.h"

#include "policy/said.h"
#include "tests/examples.h"

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
an_alert_says_what_is_to_be_done_with_a_person(void **state)
{
    static const struct {
        const char *family;
        const char *change;
        enum ent_measure measure;
    } rows[] = {
        {"person_alert", "{}", ENT_MEASURE_NONE},
        {"person_alert", "{'personAlert':{'action':'LOCATE'}}",
            ENT_MEASURE_LOCATE},
        {"person_alert", "{'personAlert':{'action':'PROTECT'}}",
            ENT_MEASURE_PROTECT},
        {"at_risk_person_alert", "{}", ENT_MEASURE_LOCATE},
        {"drug_seizure", "{}", ENT_MEASURE_NONE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ent_arena_reset(*state);
        assert_int_equal(
            ent_said_measure(example(*state, rows[i].family, rows[i].change)),
            rows[i].measure);
    }
}

static void
only_consent_is_consent(void **state)
{
    static const char *const refused[] = {
        "{'traffickingReferral':{'consent':'CONSENT_NOT_ASKED'}}",
        "{'traffickingReferral':{'consent':'CONSENT_REFUSED'}}",
        "{'traffickingReferral':{'consent':null}}"};

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        ent_arena_reset(*state);
        assert_false(ent_said_consent(
            example(*state, "trafficking_referral", refused[i])));
    }
    ent_arena_reset(*state);
    assert_true(ent_said_consent(example(*state, "trafficking_referral",
        "{'traffickingReferral':{'consent':'CONSENT_GIVEN'}}")));
    assert_true(
        ent_said_consent(example(*state, "vulnerable_person_referral", "{}")));
    assert_false(ent_said_consent(example(*state, "vulnerable_person_referral",
        "{'vulnerablePersonReferral':{'consent':'CONSENT_REFUSED'}}")));
    assert_false(ent_said_consent(example(*state, "person_alert", "{}")));
}

static void
a_document_has_an_issuer(void **state)
{
    assert_string_equal(
        ent_said_issuer(example(*state, "document_alert", "{}")), "THA");
    assert_string_equal(
        ent_said_issuer(example(*state, "document_check", "{}")), "UTO");
    assert_null(ent_said_issuer(example(*state, "person_alert", "{}")));
}

/* Nodes ask before the message is known to be good. */
static void
a_body_that_is_not_there_says_nothing(void **state)
{
    static const Entente__V1__Message__BodyCase bodies[] = {
        ENTENTE__V1__MESSAGE__BODY_PERSON_ALERT,
        ENTENTE__V1__MESSAGE__BODY_TRAFFICKING_REFERRAL,
        ENTENTE__V1__MESSAGE__BODY_VULNERABLE_PERSON_REFERRAL,
        ENTENTE__V1__MESSAGE__BODY_DOCUMENT_ALERT,
        ENTENTE__V1__MESSAGE__BODY_DOCUMENT_CHECK,
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        ent_message message = ENTENTE__V1__MESSAGE__INIT;

        message.body_case = bodies[i];
        assert_int_equal(ent_said_measure(&message), ENT_MEASURE_NONE);
        assert_false(ent_said_consent(&message));
        assert_null(ent_said_issuer(&message));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_alert_says_what_is_to_be_done_with_a_person),
        TEST(only_consent_is_consent),
        TEST(a_document_has_an_issuer),
        TEST(a_body_that_is_not_there_says_nothing),
    };

    return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}
