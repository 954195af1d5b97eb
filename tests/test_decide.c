/* SPDX-License-Identifier: Apache-2.0 */
/* What an agreement lets pass, and what it answers when it does not. */
#include "tests/decide_scene.h"

#include <sodium.h>

static void
between_states_only_what_a_clause_lists_passes(void **state)
{
    static const struct row rows[] = {
        {"a paired blo",
            {.from = "blo-poipet@kh",
                .to = "blo-aranyaprathet@th",
                .family = HOTLINE,
                .purpose = LIFE},
            PERMITTED, "5.1", 30},
        {"not its pair",
            {.from = "blo-poipet@kh",
                .to = "blo-hatlek@th",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "5.1", 30},
        {"a blo and the other ncc",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE},
            PERMITTED, "5.1", 30},
        {"the direction agreed",
            {.from = "ncc@th",
                .to = "blo-poipet@kh",
                .family = HUB,
                .purpose = BORDER},
            PERMITTED, "5.2", 31},
        {"the other direction, where another clause passes for training",
            {.from = "ncc@kh",
                .to = "blo-aranyaprathet@th",
                .family = HUB,
                .purpose = BORDER},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "5.5", 34},
        {"a kind that only a clause for training lists",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 24},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "5.5", 34},
        {"a later clause for another purpose",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = ENTENTE__V1__PURPOSE__TRAINING},
            PERMITTED, "5.5", 34},
        {"an acknowledgement",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = ACKNOWLEDGEMENT,
                .purpose = ADMINISTRATION},
            PERMITTED, "5.4", 33},
        {"no body",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = 0,
                .purpose = LIFE},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "exchange", 29},
        {"a family of a later version",
            {.from = "blo-poipet@kh",
                .to = "ncc@th",
                .family = 199,
                .purpose = LIFE},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "exchange", 29},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
only_listed_offices_of_two_states_take_part(void **state)
{
    static const struct row rows[] = {
        {"an unknown sender",
            {.from = "blo-bavet@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_OFFICE_NOT_LISTED, "offices", 15},
        {"an unknown recipient",
            {.from = "ncc@kh",
                .to = "ncc@mm",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_OFFICE_NOT_LISTED, "offices", 15},
        {"two offices of one state",
            {.from = "ncc@th",
                .to = "blo-hatlek@th",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_OFFICE_NOT_LISTED, "offices", 18},
        {"an office and itself",
            {.from = "ncc@th",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_OFFICE_NOT_LISTED, "offices", 16},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
purpose_and_offence_must_be_agreed(void **state)
{
    static const struct row rows[] = {
        {"no purpose", {.from = "ncc@kh", .to = "ncc@th", .family = HOTLINE},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "5.1", 30},
        {"a purpose of another clause",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = ADMINISTRATION},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "5.1", 30},
        {"a purpose nobody permits",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = ENTENTE__V1__PURPOSE__PUBLIC_HEALTH},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "purposes.permitted", 24},
        {"a purpose of a later version",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = (Entente__V1__Purpose)31},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "purposes.permitted", 24},
        {"a purpose below zero",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = (Entente__V1__Purpose)-1},
            ENT_REFUSAL_PURPOSE_NOT_AGREED, "5.1", 30},
        {"a listed offence",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 12},
            PERMITTED, "5.3", 32},
        {"too small a penalty",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 11},
            ENT_REFUSAL_OFFENCE_NOT_LISTED, "offences.minimum_penalty", 27},
        {"an offence that is not listed",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = ENTENTE__V1__OFFENCE__PIRACY,
                .months = 120},
            ENT_REFUSAL_OFFENCE_NOT_LISTED, "offences.listed", 26},
        {"no offence",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .months = 120},
            ENT_REFUSAL_OFFENCE_NOT_LISTED, "offences.listed", 26},
        {"an offence below zero",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = (Entente__V1__Offence)-1,
                .months = 120},
            ENT_REFUSAL_OFFENCE_NOT_LISTED, "offences.listed", 26},
        {"statistics need no offence",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = ENTENTE__V1__PURPOSE__STATISTICS},
            PERMITTED, "5.3", 32},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
classification_has_a_ceiling_and_needs_words(void **state)
{
    static const struct row rows[] = {
        {"at the ceiling",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .classification = ENTENTE__V1__CLASSIFICATION__CONFIDENTIAL},
            PERMITTED, "5.1", 30},
        {"above the ceiling",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .classification = ENTENTE__V1__CLASSIFICATION__SECRET},
            ENT_REFUSAL_CLASSIFICATION, "classification", 40},
        {"a rung of a later version",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .classification = (Entente__V1__Classification)6},
            ENT_REFUSAL_CLASSIFICATION, "classification", 40},
        {"a rung below zero",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .classification = (Entente__V1__Classification)-1},
            ENT_REFUSAL_CLASSIFICATION, "classification", 40},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
a_rung_without_words_does_not_pass(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_changed("th-mm.yaml",
        "  equivalence:\n    - {level: restricted, th: ใช้ในราชการเท่านั้น, "
        "mm: အကန့်အသတ်}\n",
        "");
    struct scene scene = {.from = "ncc@mm",
        .to = "ncc@th",
        .family = HOTLINE,
        .purpose = LIFE,
        .classification = ENTENTE__V1__CLASSIFICATION__OFFICIAL};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    scene.classification = ENTENTE__V1__CLASSIFICATION__RESTRICTED;
    decision = decide_scene(agreement, &scene);
    assert_int_equal(decision.reason, ENT_REFUSAL_CLASSIFICATION);
    /* No word at all counts as restricted. */
    scene.classification = 0;
    decision = decide_scene(agreement, &scene);
    assert_int_equal(decision.reason, ENT_REFUSAL_CLASSIFICATION);
}

static void
handling_codes_nobody_knows_do_not_pass(void **state)
{
    static const struct row rows[] = {
        {"a known code",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .has_handling = true,
                .handling = ENTENTE__V1__HANDLING__H3},
            PERMITTED, "5.1", 30},
        {"a code of a later version",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .has_handling = true,
                .handling = (Entente__V1__Handling)9},
            ENT_REFUSAL_HANDLING, "handling", 45},
        {"an empty code",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .has_handling = true},
            ENT_REFUSAL_HANDLING, "handling", 45},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
a_prohibited_field_stops_the_message_both_ways(void **state)
{
    static const struct row rows[] = {
        {"sending",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 24,
                .nationality = "THA"},
            ENT_REFUSAL_FIELD_PROHIBITED, "fields.prohibited", 37},
        {"receiving",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 24,
                .nationality = "THA",
                .receiving = true},
            ENT_REFUSAL_FIELD_PROHIBITED, "fields.prohibited", 37},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

/* What the header may say of the matter can be named, too. */
static void
a_prohibited_field_of_the_header_stops_any_family(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_changed("th-kh.yaml",
        "prohibited: [person.biometric,", "prohibited: [message.incident_id,");
    static const uint32_t families[] = {HOTLINE, ACKNOWLEDGEMENT};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct scene scene = {.from = "ncc@kh",
            .to = "ncc@th",
            .family = families[i],
            .purpose = families[i] == HOTLINE ? LIFE : ADMINISTRATION};

        assert_true(decide_scene(agreement, &scene).permit);
        scene.incident_id = "KH:2026-1";
        assert_int_equal(decide_scene(agreement, &scene).reason,
            ENT_REFUSAL_FIELD_PROHIBITED);
    }
}

static void
a_field_to_withhold_is_masked_when_sent_and_denied_when_received(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    struct scene scene = {.from = "ncc@kh",
        .to = "ncc@th",
        .family = HOTLINE,
        .purpose = LIFE,
        .plate = "1กก 1234"};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    assert_int_equal(decision.mask_count, 1);
    assert_string_equal(decision.masks[0], "conveyance.plate");
    assert_string_equal(decision.mask_clause[0], "fields.withhold_until_hit");

    scene.receiving = true;
    decision = decide_scene(agreement, &scene);
    assert_false(decision.permit);
    assert_int_equal(decision.reason, ENT_REFUSAL_FIELD_PROHIBITED);
    assert_string_equal(decision.clause, "fields.withhold_until_hit");
    assert_int_equal(decision.line, 38);
    assert_int_equal(decision.mask_count, 0);
}

static void
outside_its_time_an_agreement_permits_nothing(void **state)
{
    static const struct row rows[] = {
        {"before",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .now_ms = UINT64_C(1767225599999)},
            ENT_REFUSAL_NOT_IN_FORCE, "in_force", 5},
        {"after",
            {.from = "ncc@kh",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE,
                .now_ms = UINT64_C(1861920000000)},
            ENT_REFUSAL_NOT_IN_FORCE, "in_force", 5},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
without_an_agreement_nothing_passes(void **state)
{
    const struct scene scene = {
        .from = "ncc@kh", .to = "ncc@mm", .family = HOTLINE, .purpose = LIFE};
    struct ent_decision decision = decide_scene(NULL, &scene);

    (void)state;
    assert_false(decision.permit);
    assert_int_equal(decision.reason, ENT_REFUSAL_NO_AGREEMENT);
    assert_string_equal(decision.clause, "no agreement");
    assert_int_equal(decision.line, 0);
}

static void
liaison_officers_and_hubs_have_their_own_clauses(void **state)
{
    static const struct row rows[] = {
        {"a post abroad and the host",
            {.from = "ilo-bangkok@kr",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE},
            PERMITTED, "Article 4(1)", 30},
        {"an airport may not raise a hotline alert",
            {.from = "airport-incheon@kr",
                .to = "ncc@th",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "Article 4(1)", 30},
        {"an airport warns an airport",
            {.from = "airport-incheon@kr",
                .to = "airport-suvarnabhumi@th",
                .family = HUB,
                .purpose = BORDER},
            PERMITTED, "Article 4(2)", 31},
        {"a penalty of a year and a half",
            {.from = "ncc@th",
                .to = "ilo-bangkok@kr",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 17},
            ENT_REFUSAL_OFFENCE_NOT_LISTED, "offences.minimum_penalty", 27},
        {"one way only",
            {.from = "ncc@kr",
                .to = "ncc@th",
                .family = SEIZURE,
                .purpose = CRIME,
                .offence = DRUGS,
                .months = 18},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "Article 4(3)", 32},
    };

    (void)state;
    EXPECT_ROWS("kr-th.yaml", rows);
}

static void
inside_a_state_its_national_order_decides(void **state)
{
    static const struct row rows[] = {
        {"the mail office warns a border post",
            {.from = "mail-bangkok@th",
                .to = "blo-maesai@th",
                .family = HUB,
                .purpose = CRIME,
                .offence = DRUGS},
            PERMITTED, "1", 27},
        {"two border posts need no pair",
            {.from = "blo-maesai@th",
                .to = "blo-aranyaprathet@th",
                .family = HOTLINE,
                .purpose = LIFE},
            PERMITTED, "2", 28},
        {"a kind that is not listed",
            {.from = "mail-bangkok@th",
                .to = "blo-maesai@th",
                .family = HOTLINE,
                .purpose = LIFE},
            ENT_REFUSAL_FAMILY_NOT_AGREED, "2", 28},
        {"another state",
            {.from = "mail-bangkok@th",
                .to = "ncc@kh",
                .family = HUB,
                .purpose = CRIME,
                .offence = DRUGS},
            ENT_REFUSAL_OFFICE_NOT_LISTED, "offices", 14},
    };

    (void)state;
    EXPECT_ROWS("th.yaml", rows);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_states_only_what_a_clause_lists_passes),
        cmocka_unit_test(only_listed_offices_of_two_states_take_part),
        cmocka_unit_test(purpose_and_offence_must_be_agreed),
        cmocka_unit_test(classification_has_a_ceiling_and_needs_words),
        cmocka_unit_test(a_rung_without_words_does_not_pass),
        cmocka_unit_test(handling_codes_nobody_knows_do_not_pass),
        cmocka_unit_test(a_prohibited_field_stops_the_message_both_ways),
        cmocka_unit_test(a_prohibited_field_of_the_header_stops_any_family),
        cmocka_unit_test(
            a_field_to_withhold_is_masked_when_sent_and_denied_when_received),
        cmocka_unit_test(outside_its_time_an_agreement_permits_nothing),
        cmocka_unit_test(without_an_agreement_nothing_passes),
        cmocka_unit_test(liaison_officers_and_hubs_have_their_own_clauses),
        cmocka_unit_test(inside_a_state_its_national_order_decides),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
