/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest says of a field beside the others of its message. */
#include "tests/support.h"

#include "tests/examples.h"
#include "tests/findings.h"

static void
a_window_may_be_one_moment_and_has_both_ends(void **state)
{
    static const struct broken rows[] = {
        {"{'situationReport':{'period':{'until':null}}}",
            "situationReport.period.until", "must be given",
            "catalogue: situation_report"},
        {"{'situationReport':{'period':{'from':null}}}",
            "situationReport.period.from", "must be given",
            "catalogue: situation_report"},
        {"{'situationReport':{'period':{'from':'2026-11-22T00:00:00.001Z'}}}",
            "situationReport.period.until", "must not be before from",
            "catalogue: situation_report"},
    };

    EXPECT_BROKEN(*state, "situation_report", rows);
    expect_good(*state, "situation_report",
        "{'situationReport':{'period':{'from':'2026-11-22T00:00:00Z'}}}");
}

static void
what_a_list_holds_must_each_say_enough(void **state)
{
    static const struct broken rows[] = {
        {"{'removalNotice':{'itinerary':["
         "{'from':{'country':'KR'},'to':{'country':'TH'}},"
         "{'from':{'country':'TH'},'to':{'place':'Mae Sai'}}]}}",
            "removalNotice.itinerary[1].to",
            "must give country, unlocode or crossing",
            "catalogue: removal_notice"},
    };

    EXPECT_BROKEN(*state, "removal_notice", rows);
}

/* 67 and 3 are the same to six bits. */
static void
a_code_that_is_none_meets_no_condition(void **state)
{
    static const int codes[] = {67, -61, 99};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct ent_findings findings;
        ent_message *message = example(*state, "lifecycle",
            "{'lifecycle':{'act':'COMPLIED','removed':["
            "'01926b3e-7c00-7abc-8def-0123456789ab']}}");

        expect_ok(ent_message_validate(message, &findings, &last_error));
        message->lifecycle->act = (Entente__V1__LifecycleAct)codes[i];
        expect_status(ent_message_validate(message, &findings, &last_error),
            ENT_BAD_INPUT);
        assert_int_equal(findings.count, 2);
        assert_string_equal(findings.list[1].field, "lifecycle.removed");
        assert_string_equal(
            findings.list[1].rule, "must not be given without COMPLIED");
    }
}

static void
a_family_asks_for_what_it_needs_in_the_header(void **state)
{
    static const struct broken rows[] = {
        {"{'reviewAt':null}", "reviewAt", "must be given with person_alert",
            "catalogue: person_alert"},
        {"{'offence':null}", "offence", "must be given with person_alert",
            "catalogue: person_alert"},
    };

    EXPECT_BROKEN(*state, "person_alert", rows);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FINDINGS_TEST(a_window_may_be_one_moment_and_has_both_ends),
        FINDINGS_TEST(what_a_list_holds_must_each_say_enough),
        FINDINGS_TEST(a_code_that_is_none_meets_no_condition),
        FINDINGS_TEST(a_family_asks_for_what_it_needs_in_the_header),
    };

    return cmocka_run_group_tests_name("validate_rule", tests, NULL, NULL);
}
