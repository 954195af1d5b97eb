/* SPDX-License-Identifier: Apache-2.0 */
/* Clauses about how something is let go, who is protected, and what stops it:
 * each permits and denies, with its clause and line. */
#include "tests/decide_scene.h"

#include <sodium.h>

#define EXAMPLE "th-kh-example.yaml"
#define HOUR_MS (UINT64_C(60) * 60 * 1000)

/* ---- parties ---- */

static void
between_more_than_two_states_a_direction_is_for_two_of_them(void **state)
{
    static const struct row rows[] = {
        {"both means all",
            {.from = "ncc@la",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE},
            PERMITTED, "1", 28},
        {"a way that is listed",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HUB,
                .purpose = CRIME,
                .offence = TIMBER},
            PERMITTED, "2", 29},
        {"not back, for that purpose",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HUB,
                .purpose = CRIME,
                .offence = TIMBER},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "5", 32},
        {"and means both ways",
            {.from = "ncc@la",
                .to = "ncc@th",
                .family = HUB,
                .purpose = CRIME,
                .offence = TIMBER},
            PERMITTED, "2", 29},
        {"two that are not listed",
            {.from = "ncc@la",
                .to = "ncc@kh",
                .family = HUB,
                .purpose = CRIME,
                .offence = TIMBER},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "2", 29},
        {"a pair across the river",
            {.from = "blo-nongkhai@th",
                .to = "blo-thanaleng@la",
                .family = HOTLINE,
                .purpose = LIFE},
            PERMITTED, "1", 28},
        {"no pair",
            {.from = "blo-nongkhai@th",
                .to = "blo-poipet@kh",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "1", 28},
        {"an organisation is told numbers",
            {.from = "ncc@kh",
                .to = "bureau@xpo",
                .family = SEIZURE,
                .purpose = STATISTICS,
                .releaser_role = "supervisor"},
            PERMITTED, "3", 30},
        {"and tells none",
            {.from = "bureau@xpo",
                .to = "ncc@kh",
                .family = SEIZURE,
                .purpose = STATISTICS,
                .releaser_role = "supervisor"},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "3", 30},
    };

    (void)state;
    EXPECT_ROWS("region.yaml", rows);
}

/* ---- release, needs, desk ---- */

static void
what_two_officers_release_does_not_go_by_one(void **state)
{
    static const struct row rows[] = {
        {"one officer",
            {.from = "ncc@th",
                .to = "bureau@xpo",
                .family = SEIZURE,
                .purpose = STATISTICS},
            ENT_REFUSAL_RELEASE, "3", 30},
        {"a second one",
            {.from = "ncc@th",
                .to = "bureau@xpo",
                .family = SEIZURE,
                .purpose = STATISTICS,
                .releaser_role = "analyst"},
            PERMITTED, "3", 30},
        {"received without a second one",
            {.from = "ncc@th",
                .to = "bureau@xpo",
                .family = SEIZURE,
                .purpose = STATISTICS,
                .receiving = true},
            ENT_REFUSAL_RELEASE, "3", 30},
    };
    static const struct row nominal[] = {
        {"an alert that names somebody",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = PERSON_ALERT,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12},
            ENT_REFUSAL_RELEASE, "5.4", 26},
    };

    (void)state;
    EXPECT_ROWS("region.yaml", rows);
    EXPECT_ROWS(EXAMPLE, nominal);
}

static void
a_clause_that_needs_a_reference_to_a_request_asks_for_it(void **state)
{
    static const struct row rows[] = {
        {"without",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = EVIDENCE,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .releaser_role = "supervisor"},
            ENT_REFUSAL_MLA_REFERENCE, "5.6", 28},
        {"with it",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = EVIDENCE,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .releaser_role = "supervisor",
                .mla_reference = "AG 114/2026"},
            PERMITTED, "5.6", 28},
        {"it comes before the release",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = EVIDENCE,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12},
            ENT_REFUSAL_MLA_REFERENCE, "5.6", 28},
        {"received without",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = EVIDENCE,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .releaser_role = "supervisor",
                .receiving = true},
            ENT_REFUSAL_MLA_REFERENCE, "5.6", 28},
    };

    (void)state;
    EXPECT_ROWS(EXAMPLE, rows);
}

static void
what_is_for_one_desk_is_not_taken_where_nobody_is_on_it(void **state)
{
    static const struct row rows[] = {
        {"the sender need not know",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .releaser_role = "supervisor"},
            PERMITTED, "5.5", 27},
        {"nobody on it",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .releaser_role = "supervisor",
                .receiving = true},
            ENT_REFUSAL_NO_DESK, "5.5", 27},
        {"somebody on it",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .releaser_role = "supervisor",
                .receiving = true,
                .desks = 1 << ENT_DESK_PROTECTION},
            PERMITTED, "5.5", 27},
        {"what is for everybody needs no desk",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .receiving = true},
            PERMITTED, "5.1", 23},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);

    (void)state;
    EXPECT_ROWS(EXAMPLE, rows);
    assert_int_equal(
        decide_scene(agreement, &rows[2].scene).desk, ENT_DESK_PROTECTION);
    assert_int_equal(
        decide_scene(agreement, &rows[3].scene).desk, ENT_DESK_NONE);
}

/* ---- people ---- */

static void
a_minor_is_named_to_be_protected_or_located_only(void **state)
{
    static const struct row rows[] = {
        {"to protect",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .safeguard = MINOR,
                .releaser_role = "supervisor"},
            PERMITTED, "5.5", 27},
        {"for a crime",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = PERSON_ALERT,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .safeguard = MINOR,
                .releaser_role = "supervisor"},
            ENT_REFUSAL_SAFEGUARD, "safeguards.minors.nominal_only_for", 45},
        {"to locate",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = PERSON_ALERT,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .safeguard = MINOR,
                .measure = ENT_MEASURE_LOCATE,
                .releaser_role = "supervisor"},
            PERMITTED, "5.4", 26},
        {"where nobody is named",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .safeguard = MINOR},
            PERMITTED, "5.1", 23},
        {"a grown-up",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = PERSON_ALERT,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12,
                .releaser_role = "supervisor"},
            PERMITTED, "5.4", 26},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);

    (void)state;
    EXPECT_ROWS(EXAMPLE, rows);
    assert_int_equal(decide_scene(agreement, &rows[3].scene).copy_to,
        1 << ENT_DESK_PROTECTION);
    assert_int_equal(decide_scene(agreement, &rows[4].scene).copy_to, 0);
}

static void
a_victim_is_never_punished_and_named_with_consent_alone(void **state)
{
    static const struct row rows[] = {
        {"sent",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .safeguard = VICTIM,
                .releaser_role = "supervisor"},
            PERMITTED, "5.5", 27},
        {"received without the safeguard",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .safeguard = VICTIM,
                .receiving = true,
                .desks = 1 << ENT_DESK_PROTECTION,
                .releaser_role = "supervisor"},
            ENT_REFUSAL_SAFEGUARD, "safeguards.victims.non_punishment", 46},
        {"received with it",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = REFERRAL,
                .purpose = PROTECT,
                .safeguard = VICTIM,
                .second_safeguard = UNPUNISHED,
                .receiving = true,
                .desks = 1 << ENT_DESK_PROTECTION,
                .releaser_role = "supervisor"},
            PERMITTED, "5.5", 27},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    struct scene scene = rows[0].scene;
    struct ent_decision decision;

    (void)state;
    EXPECT_ROWS(EXAMPLE, rows);
    decision = decide_scene(agreement, &scene);
    assert_int_equal(decision.safeguards, 1 << UNPUNISHED);
    assert_string_equal(decision.masks[0], "person.name");
    assert_string_equal(
        decision.mask_clause[0], "safeguards.victims.consent_for_name");
    scene.consent = true;
    decision = decide_scene(agreement, &scene);
    assert_int_equal(decision.mask_count, 0);
    scene.second_safeguard = UNPUNISHED;
    assert_int_equal(decide_scene(agreement, &scene).safeguards, 0);
}

/* ---- document checks ---- */

static void
document_checks_have_a_quota_and_one_kind_of_answer(void **state)
{
    static const struct row rows[] = {
        {"the first",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_CHECK,
                .purpose = VERIFY},
            PERMITTED, "5.2", 24},
        {"the last of the day",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_CHECK,
                .purpose = VERIFY,
                .checks_today = 1999,
                .checks_this_hour = 59},
            PERMITTED, "5.2", 24},
        {"one more that day",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_CHECK,
                .purpose = VERIFY,
                .checks_today = 2000},
            ENT_REFUSAL_CHECK_QUOTA, "document_check.quota.per_day", 37},
        {"one more that hour",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_CHECK,
                .purpose = VERIFY,
                .checks_this_hour = 60},
            ENT_REFUSAL_CHECK_QUOTA,
            "document_check.quota.per_officer_per_hour", 37},
        {"who is asked counts days too",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_CHECK,
                .purpose = VERIFY,
                .checks_today = 2000,
                .receiving = true},
            ENT_REFUSAL_CHECK_QUOTA, "document_check.quota.per_day", 37},
        {"who is asked does not know the officers",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_CHECK,
                .purpose = VERIFY,
                .checks_this_hour = 60,
                .receiving = true},
            PERMITTED, "5.2", 24},
        {"alerts are not counted",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = DOCUMENT_ALERT,
                .purpose = VERIFY,
                .checks_today = 2000,
                .checks_this_hour = 60},
            PERMITTED, "5.2", 24},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    struct ent_decision decision = decide_scene(agreement, &rows[0].scene);

    (void)state;
    EXPECT_ROWS(EXAMPLE, rows);
    assert_true(decision.counts);
    assert_int_equal(decision.answer, ENT_CHECK_ANSWER_HIT_OR_NO_HIT);
    decision = decide_scene(agreement, &rows[6].scene);
    assert_false(decision.counts);
    assert_int_equal(decision.answer, ENT_CHECK_ANSWER_ANY);
}

/* ---- statistics ---- */

#define YEAR_MS (UINT64_C(365) * 86400 * 1000)
#define OF_RETURNS                                                             \
    .from = "ncc@th", .to = "ncc@kh", .family = RETURN, .purpose = VERIFY

static void
who_gives_statistics_gets_some(void **state)
{
    static const struct row rows[] = {
        {"the first is given without asking", {OF_RETURNS, .threshold = 11},
            PERMITTED, "2", 22},
        {"so is the first in a year",
            {OF_RETURNS, .threshold = 11, .given_at = NOON - YEAR_MS},
            PERMITTED, "2", 22},
        {"another one, and none ever came",
            {OF_RETURNS, .threshold = 11, .given_at = NOON - 1},
            ENT_REFUSAL_CONTRIBUTION, "statistics.contribute_to_access", 41},
        {"another one, and the last came too long ago",
            {OF_RETURNS, .threshold = 11, .given_at = NOON - 1,
                .contributed_at = NOON - YEAR_MS},
            ENT_REFUSAL_CONTRIBUTION, "statistics.contribute_to_access", 41},
        {"another one, and one came within the year",
            {OF_RETURNS, .threshold = 11, .given_at = NOON - 1,
                .contributed_at = NOON - YEAR_MS + 1},
            PERMITTED, "2", 22},
        {"what corrects one is no other",
            {OF_RETURNS, .threshold = 11, .given_at = NOON - 1,
                .action = ENTENTE__V1__ACTION__CORRECT},
            PERMITTED, "2", 22},
        {"of what comes its sender decides",
            {OF_RETURNS, .threshold = 11, .given_at = NOON - 1,
                .receiving = true},
            PERMITTED, "2", 22},
        {"smaller cells than agreed", {OF_RETURNS, .threshold = 10},
            ENT_REFUSAL_THRESHOLD, "statistics.threshold", 41},
        {"smaller cells that come",
            {OF_RETURNS, .threshold = 10, .receiving = true},
            ENT_REFUSAL_THRESHOLD, "statistics.threshold", 41},
        {"what is suppressed is the rest of a total",
            {OF_RETURNS, .threshold = 11, .tells = true}, ENT_REFUSAL_THRESHOLD,
            "statistics.threshold", 41},
        {"also in what comes",
            {OF_RETURNS, .threshold = 11, .tells = true, .receiving = true},
            ENT_REFUSAL_THRESHOLD, "statistics.threshold", 41},
    };

    (void)state;
    EXPECT_ROWS("strict.yaml", rows);
}

static void
a_cell_that_can_be_computed_is_named(void **state)
{
    static const struct scene scene = {
        OF_RETURNS, .threshold = 11, .tells = true};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("strict.yaml");
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_non_null(strstr(decision.sentence,
        "cells[1] is suppressed, and from other cells everybody can compute "
        "that it is 5 to 5"));
}

/* ---- obligations ---- */

static void
whoever_must_acknowledge_may(void **state)
{
    static const struct row rows[] = {
        {"against the only direction of a clause",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = ACKNOWLEDGEMENT,
                .purpose = CRIME,
                .offence = TIMBER,
                .months = 12},
            PERMITTED, "service_levels", 49},
        {"not for a purpose that is not permitted",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = ACKNOWLEDGEMENT,
                .purpose = ADMINISTRATION},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "exchange", 22},
        {"not between offices that no clause joins",
            {.from = "blo-poipet@kh",
                .to = "blo-poipet@kh",
                .family = ACKNOWLEDGEMENT,
                .purpose = BORDER},
            ENT_REFUSAL_OFFICE_NOT_LISTED, "offices", 17},
    };

    (void)state;
    EXPECT_ROWS(EXAMPLE, rows);
}

static void
a_permit_of_the_example_says_all_that_follows(void **state)
{
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HOTLINE,
        .purpose = LIFE,
        .precedence = ENTENTE__V1__PRECEDENCE__FLASH};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_int_equal(decision.without_prejudice,
        1 << ENT_PREJUDICE_BOUNDARY | 1 << ENT_PREJUDICE_RECOGNITION |
            1 << ENT_PREJUDICE_PLACE_NAMES);
    assert_string_equal(decision.marking, "សម្រាប់ប្រើប្រាស់ផ្ទៃក្នុង");
    assert_int_equal(decision.step_count, 3);
    assert_int_equal(decision.ladder[1].to, ENT_ROLE_SUPERVISOR);
    assert_true(decision.ladder[2].after_ms == HOUR_MS / 4);
    assert_true(decision.aggregate);
    assert_true(decision.correct_notify_ms == 24 * HOUR_MS);
    assert_true(decision.correct_apply_ms == 24 * HOUR_MS);
    assert_true(decision.recall_purge_ms == HOUR_MS);
    assert_true(decision.recall_certificate);

    scene.family = PERSON_ALERT;
    scene.purpose = CRIME;
    scene.offence = TIMBER;
    scene.months = 12;
    scene.releaser_role = "supervisor";
    decision = decide_scene(agreement, &scene);
    assert_true(decision.review_ms == 90 * 24 * HOUR_MS);
    assert_false(decision.aggregate);
    assert_int_equal(decision.step_count, 0);

    scene.family = 142; /* information_reply has no retention of its own */
    decision = decide_scene(agreement, &scene);
    assert_true(decision.retain_ms == 365 * 24 * HOUR_MS);
    assert_int_equal(decision.retain_line, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            between_more_than_two_states_a_direction_is_for_two_of_them),
        cmocka_unit_test(what_two_officers_release_does_not_go_by_one),
        cmocka_unit_test(
            a_clause_that_needs_a_reference_to_a_request_asks_for_it),
        cmocka_unit_test(
            what_is_for_one_desk_is_not_taken_where_nobody_is_on_it),
        cmocka_unit_test(a_minor_is_named_to_be_protected_or_located_only),
        cmocka_unit_test(
            a_victim_is_never_punished_and_named_with_consent_alone),
        cmocka_unit_test(document_checks_have_a_quota_and_one_kind_of_answer),
        cmocka_unit_test(who_gives_statistics_gets_some),
        cmocka_unit_test(a_cell_that_can_be_computed_is_named),
        cmocka_unit_test(whoever_must_acknowledge_may),
        cmocka_unit_test(a_permit_of_the_example_says_all_that_follows),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("decide_clauses", tests, NULL, NULL);
}
