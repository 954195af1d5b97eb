/* SPDX-License-Identifier: Apache-2.0 */
/* What never passes, whatever was agreed. */
#include "tests/decide_scene.h"

#include <sodium.h>

#include "policy/decide_internal.h"

static void
asylum_facts_do_not_reach_the_state_fled(void **state)
{
    static const struct row rows[] = {
        {"to the state fled",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER,
                .protected_from = "kh"},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
        {"in capitals",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__REFOULEMENT_RISK,
                .protected_from = "KH"},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
        {"a code of three letters may mean it",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER,
                .protected_from = "KHM"},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
        {"an empty code too",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .protected_from = ""},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
        {"when no state is named",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
        {"when no safeguard says why",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .protected_from = "kh"},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
        {"another state may be told",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER,
                .protected_from = "mm"},
            PERMITTED, "5.1", 30},
        {"it comes before what is not listed",
            {.from = "ncc@th",
                .to = "blo-bavet@kh",
                .family = SEIZURE,
                .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER,
                .protected_from = "kh"},
            ENT_REFUSAL_HARD_BLOCK, "hard block: asylum", 0},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

static void
a_safeguard_nobody_knows_blocks(void **state)
{
    static const struct row rows[] = {
        {"one of a later version",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = (Entente__V1__Safeguard)31},
            ENT_REFUSAL_HARD_BLOCK, "hard block: safeguard", 0},
        {"one that is known and blocks nothing",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__MINOR},
            PERMITTED, "5.1", 30},
        {"a victim in a message that names nobody",
            {.from = "ncc@th",
                .to = "ncc@kh",
                .family = HOTLINE,
                .purpose = LIFE,
                .safeguard = ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM},
            PERMITTED, "5.1", 30},
    };

    (void)state;
    EXPECT_ROWS("th-kh.yaml", rows);
}

/* No family of this version names persons, so the rule is asked itself. */
static bool
block_of_family(const char *family, Entente__V1__Safeguard safeguard,
    Entente__V1__Offence offence, struct ent_decision *decision)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    struct ent_address to = {.text = "ncc@kh"};
    const struct ent_facts facts = {
        .sender = &to, .recipient = &to, .message = &message};
    const struct question question = {
        .facts = &facts,
        .message = &message,
        .family = ent_family_by_name(view(family)),
        .now_ms = NOON,
    };

    *decision = (struct ent_decision){0};
    message.offence = offence;
    message.safeguards = &safeguard;
    message.n_safeguards = safeguard != 0 ? 1 : 0;
    return !ent_decide_hard_blocks(&question, decision);
}

static void
a_victim_of_trafficking_is_named_in_referrals_only(void **state)
{
    const Entente__V1__Safeguard victim =
        ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM;
    struct ent_decision decision;

    (void)state;
    assert_true(block_of_family("person_alert", victim, 0, &decision));
    assert_int_equal(decision.reason, ENT_REFUSAL_HARD_BLOCK);
    assert_true(block_of_family("hit_notice", victim, 0, &decision));
    assert_false(block_of_family("trafficking_referral", victim, 0, &decision));
    assert_false(block_of_family("drug_seizure", victim, 0, &decision));
}

static void
nobody_is_named_where_the_offence_can_bring_death(void **state)
{
    struct ent_decision decision;

    (void)state;
    assert_true(block_of_family("person_alert", 0, DRUGS, &decision));
    assert_string_equal(decision.clause, "hard block: assurance");
    assert_true(block_of_family("person_alert",
        ENTENTE__V1__SAFEGUARD__DEATH_PENALTY_RISK, 0, &decision));
    assert_false(block_of_family(
        "person_alert", 0, ENTENTE__V1__OFFENCE__TIMBER, &decision));
    assert_false(block_of_family("drug_seizure",
        ENTENTE__V1__SAFEGUARD__DEATH_PENALTY_RISK, DRUGS, &decision));
}

/* Neither a hit nor consent nor an emergency nor a second officer, in neither
 * direction, lets pass what never passes. */
static void
nothing_switches_a_hard_block_off(void **state)
{
    static const struct scene never[] = {
        {.family = HOTLINE,
            .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER,
            .protected_from = "kh"},
        {.family = HOTLINE,
            .safeguard = ENTENTE__V1__SAFEGUARD__REFOULEMENT_RISK},
        {.family = PERSON_ALERT, .safeguard = VICTIM},
        {.family = PERSON_ALERT,
            .safeguard = ENTENTE__V1__SAFEGUARD__DEATH_PENALTY_RISK},
        {.family = LIFECYCLE,
            .safeguard = ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER,
            .protected_from = "kh"},
    };
    static const char *const files[] = {"th-kh.yaml", "th-kh-example.yaml"};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof never / sizeof never[0]; i++) {
        struct ent_agreement *agreement = load_data(files[i % 2]);

        for (unsigned bits = 0; bits < 64; bits++) {
            struct scene scene = never[i / 2];
            struct ent_decision decision;

            scene.from = "ncc@th";
            scene.to = "ncc@kh";
            scene.purpose = LIFE;
            scene.hit = (bits & 1) != 0;
            scene.consent = (bits & 2) != 0;
            scene.declared = (bits & 4) != 0;
            scene.emergency =
                (bits & 4) != 0 ? "01926b3e-7c00-7abc-8def-0123456789ab" : NULL;
            scene.releaser_role = (bits & 8) != 0 ? "supervisor" : NULL;
            scene.measure =
                (bits & 16) != 0 ? ENT_MEASURE_PROTECT : ENT_MEASURE_NONE;
            scene.receiving = (bits & 32) != 0;
            scene.mends = scene.receiving;
            decision = decide_scene(agreement, &scene);
            assert_false(decision.permit);
            assert_int_equal(decision.reason, ENT_REFUSAL_HARD_BLOCK);
            assert_int_equal(decision.line, 0);
        }
        ent_agreement_free(&agreement);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asylum_facts_do_not_reach_the_state_fled),
        cmocka_unit_test(a_safeguard_nobody_knows_blocks),
        cmocka_unit_test(a_victim_of_trafficking_is_named_in_referrals_only),
        cmocka_unit_test(nobody_is_named_where_the_offence_can_bring_death),
        cmocka_unit_test(nothing_switches_a_hard_block_off),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("decide_blocks", tests, NULL, NULL);
}
