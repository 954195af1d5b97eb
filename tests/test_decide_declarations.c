/* SPDX-License-Identifier: Apache-2.0 */
/* What changes after an agreement was signed: a hit, an assurance, an
 * emergency, a suspension. Each permits and denies, with its clause and line.
 */
#include "tests/decide_scene.h"

#include <sodium.h>

#include "proto/id.h"

#define EXAMPLE "th-kh-example.yaml"
#define HOUR_MS (UINT64_C(60) * 60 * 1000)

/* ---- assurances ---- */

static struct ent_declarations
assured(const char *by, enum ent_risk risk, const char *family)
{
    struct ent_declarations declarations = {.count = 1};
    struct ent_declaration *declaration = &declarations.list[0];

    declaration->kind = ENT_ASSURANCE;
    (void)strncpy(declaration->state, by, sizeof declaration->state - 1);
    declaration->number = 1;
    declaration->until_ms = UINT64_MAX;
    declaration->risk = risk;
    declaration->all_families = family == NULL;
    if (family != NULL) {
        ent_families_add(&declaration->families,
            ent_family_index(ent_family_by_name(view(family))));
    }
    return declarations;
}

static void
where_death_threatens_an_assurance_must_be_on_file(void **state)
{
    const struct ent_declarations good =
        assured("kh", ENT_RISK_DEATH_PENALTY, "person_alert");
    const struct ent_declarations wrong_state =
        assured("th", ENT_RISK_DEATH_PENALTY, NULL);
    const struct ent_declarations wrong_risk =
        assured("kh", ENT_RISK_TORTURE, NULL);
    const struct ent_declarations wrong_family =
        assured("kh", ENT_RISK_DEATH_PENALTY, "evidence_transfer");
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = PERSON_ALERT,
        .purpose = CRIME,
        .offence = DRUGS,
        .months = 12,
        .releaser_role = "supervisor"};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    const struct ent_declarations *none[] = {
        NULL, &wrong_state, &wrong_risk, &wrong_family};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct ent_decision decision;

        scene.declarations = none[i];
        decision = decide_scene(agreement, &scene);
        assert_false(decision.permit);
        assert_string_equal(decision.clause, "hard block: assurance");
    }
    scene.declarations = &good;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.offence = TIMBER;
    scene.declarations = NULL;
    assert_true(decide_scene(agreement, &scene).permit);
}

/* The agreement may ask for more than the hard block does. */
static void
an_agreement_can_ask_for_assurances_of_its_own(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_changed(EXAMPLE,
        "{risk: death_penalty, offences: [drugs, terrorism], families: "
        "[person_alert,",
        "{risk: torture, offences: [timber], families: [hub_alert, "
        "person_alert,");
    const struct ent_declarations good = assured("kh", ENT_RISK_TORTURE, NULL);
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HUB,
        .purpose = CRIME,
        .offence = TIMBER,
        .months = 12};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_int_equal(decision.reason, ENT_REFUSAL_ASSURANCE);
    assert_string_equal(decision.clause, "assurances");
    assert_int_equal(decision.line, 48);
    scene.declarations = &good;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.to = "ncc@th";
    scene.from = "ncc@kh";
    assert_false(decide_scene(agreement, &scene).permit);
}

/* ---- hit ---- */

static void
what_is_withheld_goes_once_there_is_a_hit(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HOTLINE,
        .purpose = LIFE,
        .plate = "AB 1"};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_int_equal(decision.mask_count, 1);
    scene.hit = true;
    assert_int_equal(decide_scene(agreement, &scene).mask_count, 0);
    scene.receiving = true;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.hit = false;
    decision = decide_scene(agreement, &scene);
    assert_int_equal(decision.reason, ENT_REFUSAL_FIELD_PROHIBITED);
    assert_string_equal(decision.clause, "fields.withhold_until_hit");
    /* What is prohibited stays so. */
    scene = (struct scene){.from = "ncc@th",
        .to = "ncc@kh",
        .family = SEIZURE,
        .purpose = STATISTICS,
        .nationality = "KHM",
        .hit = true};
    assert_string_equal(
        decide_scene(agreement, &scene).clause, "fields.prohibited");
}

/* ---- emergency ---- */

/* The id of an emergency declared at that time. */
static const char *
declared_at(uint64_t ms)
{
    static char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id id = ent_id_new(ms);

    ent_put_be(id.bytes, ms, 6);
    ent_id_format(&id, text);
    return text;
}

static void
an_emergency_relaxes_what_it_may_and_nothing_else(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement =
        load_changed("th-kh.yaml", "handling: {default",
            "emergency: {trigger: imminent_threat_to_life, may_relax: "
            "[withhold_until_hit], approve: supervisor, ends_after: PT12H, "
            "review_within: P3D}\nhandling: {default");
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HOTLINE,
        .purpose = LIFE,
        .plate = "AB 1",
        .emergency = declared_at(NOON),
        .approved_by = "supervisor",
        .declared = true};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    assert_int_equal(decision.mask_count, 0);
    assert_int_equal(decision.relaxed, 1 << ENT_RELAX_WITHHOLD_UNTIL_HIT);
    assert_true(decision.emergency_review_ms == 72 * HOUR_MS);
    scene.receiving = true;
    scene.declared = false;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.family = SEIZURE;
    scene.purpose = LIFE;
    assert_false(decide_scene(agreement, &scene).permit);
}

static void
an_emergency_that_is_not_one_stops_the_message(void **state)
{
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HOTLINE,
        .purpose = LIFE,
        .approved_by = "supervisor",
        .declared = true};
    const struct {
        const char *clause;
        size_t line;
        struct scene scene;
    } rows[] = {
        {"emergency.approve", 55,
            {.approved_by = "officer", .purpose = LIFE, .declared = true}},
        {"emergency.trigger", 55,
            {.approved_by = "supervisor", .purpose = BORDER, .declared = true}},
        {"emergency", 55, {.approved_by = "supervisor", .purpose = LIFE}},
        {"emergency.ends_after", 55,
            {.approved_by = "supervisor",
                .purpose = LIFE,
                .declared = true,
                .created_ms = NOON + 12 * HOUR_MS + 1}},
        {"emergency.ends_after", 55,
            {.approved_by = "supervisor",
                .purpose = LIFE,
                .declared = true,
                .created_ms = NOON - 1}},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *without = load_data("th-kh.yaml");

    (void)state;
    scene.emergency = declared_at(NOON);
    assert_true(decide_scene(agreement, &scene).permit);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ent_decision decision;

        scene.approved_by = rows[i].scene.approved_by;
        scene.purpose = rows[i].scene.purpose;
        scene.declared = rows[i].scene.declared;
        scene.created_ms = rows[i].scene.created_ms;
        decision = decide_scene(agreement, &scene);
        assert_int_equal(decision.reason, ENT_REFUSAL_EMERGENCY);
        assert_string_equal(decision.clause, rows[i].clause);
        assert_int_equal(decision.line, rows[i].line);
    }
    scene.emergency = "not an id";
    assert_false(decide_scene(agreement, &scene).permit);
    scene.emergency = declared_at(NOON);
    assert_int_equal(
        decide_scene(without, &scene).reason, ENT_REFUSAL_EMERGENCY);
}

static void
an_emergency_relaxes_release(void **state)
{
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HOTLINE,
        .purpose = LIFE,
        .declared = true};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("strict.yaml");

    (void)state;
    assert_int_equal(
        decide_scene(agreement, &scene).reason, ENT_REFUSAL_RELEASE);
    scene.emergency = declared_at(NOON);
    assert_true(decide_scene(agreement, &scene).permit);
}

static void
an_emergency_relaxes_the_quota(void **state)
{
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .purpose = LIFE,
        .family = DOCUMENT_CHECK,
        .approved_by = "supervisor",
        .declared = true,
        .checks_today = 2000,
        .checks_this_hour = 60};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_changed(
        EXAMPLE, "purposes: [verify_document]", "purposes: [threat_to_life]");

    (void)state;
    assert_int_equal(
        decide_scene(agreement, &scene).reason, ENT_REFUSAL_CHECK_QUOTA);
    scene.emergency = declared_at(NOON);
    assert_true(decide_scene(agreement, &scene).permit);
}

/* ---- suspension ---- */

static struct ent_declarations
suspended(const char *by, const char *family, const char *office)
{
    struct ent_declarations declarations = assured(by, ENT_RISK_NONE, family);

    declarations.list[0].kind = ENT_SUSPENSION;
    declarations.list[0].from_ms = NOON;
    if (office != NULL) {
        declarations.list[0].office_count = 1;
        expect_ok(ent_address_parse(
            view(office), &declarations.list[0].offices[0], &last_error));
    }
    return declarations;
}

static void
one_state_alone_suspends_whole_or_by_family_or_office(void **state)
{
    const struct ent_declarations whole = suspended("kh", NULL, NULL);
    const struct ent_declarations family = suspended("th", "hub_alert", NULL);
    const struct ent_declarations office =
        suspended("kh", NULL, "blo-aranyaprathet@th");
    const struct {
        const struct ent_declarations *declarations;
        uint32_t family;
        const char *from;
        const char *to;
        bool passes;
    } rows[] = {
        {&whole, HOTLINE, "ncc@th", "ncc@kh", false},
        {&whole, HOTLINE, "ncc@kh", "ncc@th", false},
        {&family, HUB, "ncc@kh", "ncc@th", false},
        {&family, HOTLINE, "ncc@kh", "ncc@th", true},
        {&office, HOTLINE, "blo-aranyaprathet@th", "blo-poipet@kh", false},
        {&office, HOTLINE, "blo-poipet@kh", "blo-aranyaprathet@th", false},
        {&office, HOTLINE, "ncc@kh", "ncc@th", true},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene scene = {.from = rows[i].from,
            .to = rows[i].to,
            .family = rows[i].family,
            .purpose = BORDER,
            .declarations = rows[i].declarations};
        struct ent_decision decision = decide_scene(agreement, &scene);

        assert_int_equal(decision.permit, rows[i].passes);
        if (!rows[i].passes) {
            assert_int_equal(decision.reason, ENT_REFUSAL_SUSPENDED);
            assert_string_equal(decision.clause, "suspension");
            assert_int_equal(decision.line, 56);
        }
        scene.now_ms = NOON - 1;
        assert_true(decide_scene(agreement, &scene).permit);
    }
}

static void
duties_outlive_a_suspension_and_the_agreement(void **state)
{
    const struct ent_declarations whole = suspended("kh", NULL, NULL);
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = LIFECYCLE,
        .purpose = BORDER,
        .declarations = &whole};
    const uint64_t after = UINT64_C(1861920000000); /* 2029-01-01 */
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    assert_string_equal(decision.clause, "recall");
    scene.family = HOTLINE;
    assert_false(decide_scene(agreement, &scene).permit);
    scene.action = ENTENTE__V1__ACTION__WITHDRAW;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.action = ENTENTE__V1__ACTION__CORRECT;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.action = ENTENTE__V1__ACTION__UPDATE;
    assert_false(decide_scene(agreement, &scene).permit);

    scene.declarations = NULL;
    scene.now_ms = after;
    assert_int_equal(
        decide_scene(agreement, &scene).reason, ENT_REFUSAL_NOT_IN_FORCE);
    scene.action = ENTENTE__V1__ACTION__CORRECT;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.now_ms = 1; /* nor before it began */
    assert_false(decide_scene(agreement, &scene).permit);
}

/* Nothing new passes as a correction of what nobody has. */
static void
what_corrects_something_that_is_not_here_is_no_duty(void **state)
{
    const struct ent_declarations whole = suspended("kh", NULL, NULL);
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@kh",
        .family = HOTLINE,
        .purpose = BORDER,
        .action = ENTENTE__V1__ACTION__CORRECT,
        .receiving = true,
        .declarations = &whole};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);

    (void)state;
    assert_int_equal(
        decide_scene(agreement, &scene).reason, ENT_REFUSAL_SUSPENDED);
    scene.mends = true;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.declarations = NULL;
    scene.now_ms = UINT64_C(1861920000000); /* 2029-01-01 */
    assert_true(decide_scene(agreement, &scene).permit);
    scene.mends = false;
    assert_int_equal(
        decide_scene(agreement, &scene).reason, ENT_REFUSAL_NOT_IN_FORCE);
}

static void
in_a_region_a_state_suspends_its_own_traffic_alone(void **state)
{
    const struct ent_declarations whole = suspended("kh", NULL, NULL);
    struct scene scene = {.from = "ncc@th",
        .to = "ncc@la",
        .family = HOTLINE,
        .purpose = LIFE,
        .declarations = &whole};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("region.yaml");

    (void)state;
    assert_true(decide_scene(agreement, &scene).permit);
    scene.to = "ncc@kh";
    assert_false(decide_scene(agreement, &scene).permit);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_death_threatens_an_assurance_must_be_on_file),
        cmocka_unit_test(an_agreement_can_ask_for_assurances_of_its_own),
        cmocka_unit_test(what_is_withheld_goes_once_there_is_a_hit),
        cmocka_unit_test(an_emergency_relaxes_what_it_may_and_nothing_else),
        cmocka_unit_test(an_emergency_that_is_not_one_stops_the_message),
        cmocka_unit_test(an_emergency_relaxes_release),
        cmocka_unit_test(an_emergency_relaxes_the_quota),
        cmocka_unit_test(one_state_alone_suspends_whole_or_by_family_or_office),
        cmocka_unit_test(duties_outlive_a_suspension_and_the_agreement),
        cmocka_unit_test(what_corrects_something_that_is_not_here_is_no_duty),
        cmocka_unit_test(in_a_region_a_state_suspends_its_own_traffic_alone),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name(
        "decide_declarations", tests, NULL, NULL);
}
