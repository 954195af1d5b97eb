/* SPDX-License-Identifier: Apache-2.0 */
/* An office may forbid itself more than its states agreed, and never less. */
#include "tests/decide_scene.h"

#include <sodium.h>

#include "policy/overlay.h"
#include "tests/random_message.h"

#define ROUNDS 20000
#define ARENA_SIZE ((size_t)1 << 20)

static struct ent_overlay *
load_overlay(struct ent_view text)
{
    struct ent_overlay *overlay = NULL;

    expect_ok(ent_overlay_load(text, &overlay, &last_complaints, &last_error));
    return overlay;
}

static bool what_it_mends_is_here;

/* A decision of the agreement, and then of the overlay. */
static struct ent_decision
apply(const struct ent_overlay *overlay, const char *from, const char *to,
    ent_message *message, bool receiving, bool permit)
{
    struct ent_address sender;
    struct ent_address recipient;
    const struct ent_facts facts = {
        .sender = &sender,
        .recipient = &recipient,
        .message = message,
        .receiving = receiving,
        .mends = what_it_mends_is_here,
    };
    struct ent_decision decision = {
        .permit = permit,
        .reason = permit ? 0 : (uint32_t)ENT_REFUSAL_RELEASE,
        .clause = "5.1",
        .line = 30,
        .retain_ms = 1,
        .mask_count = 1,
    };

    expect_ok(ent_address_parse(view(from), &sender, &last_error));
    expect_ok(ent_address_parse(view(to), &recipient, &last_error));
    ent_overlay_apply(overlay, &facts, &decision);
    return decision;
}

static ent_message
a_message(
    uint32_t family, Entente__V1__Purpose purpose, Entente__V1__Offence offence)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    message.body_case = family;
    message.purpose = purpose;
    message.offence = offence;
    return message;
}

static void
each_condition_of_a_rule_counts(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        uint32_t family;
        Entente__V1__Purpose purpose;
        Entente__V1__Offence offence;
        Entente__V1__Classification rung;
        bool receiving;
        const char *clause; /* NULL: it passes */
        size_t line;
    } rows[] = {
        {"ncc@th", "ncc@kh", HUB, CRIME, DRUGS, 0, false, "local L1", 4},
        {"ncc@th", "ncc@la", HUB, CRIME, DRUGS, 0, false, NULL, 0},
        {"ncc@kh", "ncc@th", HUB, CRIME, DRUGS, 0, true, NULL, 0},
        {"ncc@kh", "ncc@th", HOTLINE, LIFE, TIMBER, 0, true, "local L2", 5},
        {"ncc@kh", "ncc@th", HOTLINE, CRIME, TIMBER, 0, true, NULL, 0},
        {"ncc@kh", "ncc@th", HOTLINE, LIFE, DRUGS, 0, true, NULL, 0},
        {"blo-poipet@kh", "ncc@th", HOTLINE, LIFE, TIMBER, 0, true, NULL, 0},
        {"ncc@th", "ncc@kh", RADIO_CHECK, ADMINISTRATION, 0, 0, false,
            "local L3", 6}, /* unspecified counts as restricted */
        {"ncc@th", "ncc@kh", RADIO_CHECK, ADMINISTRATION, 0,
            ENTENTE__V1__CLASSIFICATION__OFFICIAL, false, NULL, 0},
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("overlay.yaml");
    ENT_AUTO(ent_overlay_free)
    struct ent_overlay *overlay = load_overlay(ent_bytes_view(&text));

    (void)state;
    assert_string_equal(ent_overlay_office(overlay)->text, "ncc@th");
    assert_int_equal(ent_overlay_rule_count(overlay), 4);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ent_message message =
            a_message(rows[i].family, rows[i].purpose, rows[i].offence);
        struct ent_decision decision;

        message.classification = rows[i].rung;
        decision = apply(overlay, rows[i].from, rows[i].to, &message,
            rows[i].receiving, true);
        assert_int_equal(decision.permit, rows[i].clause == NULL);
        assert_string_equal(
            decision.clause, rows[i].clause != NULL ? rows[i].clause : "5.1");
        assert_int_equal(
            decision.line, rows[i].clause != NULL ? rows[i].line : 30);
    }
}

static void
a_rule_looks_into_the_content(void **state)
{
    Entente__V1__Conveyance conveyance = ENTENTE__V1__CONVEYANCE__INIT;
    Entente__V1__HotlineAlert alert = ENTENTE__V1__HOTLINE_ALERT__INIT;
    ent_message message = a_message(HOTLINE, LIFE, 0);
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("overlay.yaml");
    ENT_AUTO(ent_overlay_free)
    struct ent_overlay *overlay = load_overlay(ent_bytes_view(&text));

    (void)state;
    message.hotline_alert = &alert;
    assert_true(apply(overlay, "ncc@th", "blo-poipet@kh", &message, false, true)
                    .permit);
    alert.conveyance = &conveyance;
    conveyance.plate = (char *)(uintptr_t) "AB 1";
    assert_string_equal(
        apply(overlay, "ncc@th", "blo-poipet@kh", &message, false, true).clause,
        "local L4");
    assert_true(
        apply(overlay, "ncc@th", "ncc@kh", &message, false, true).permit);
}

static void
a_denial_says_whose_rule_it_is_and_binds_to_nothing(void **state)
{
    ent_message message = a_message(HUB, CRIME, DRUGS);
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("overlay.yaml");
    ENT_AUTO(ent_overlay_free)
    struct ent_overlay *overlay = load_overlay(ent_bytes_view(&text));
    struct ent_decision decision =
        apply(overlay, "ncc@th", "ncc@kh", &message, false, true);

    (void)state;
    assert_int_equal(decision.reason, ENT_REFUSAL_LOCAL_RULE);
    assert_non_null(strstr(decision.sentence, "Ask the duty lawyer first"));
    assert_int_equal(decision.mask_count, 0);
    assert_true(decision.retain_ms == 0);
}

static const char forbid_all[] = "overlay: ncc@th\ndeny:\n  - {rule: L1}\n";

/* To hear of a recall, or to say it, is owed whatever an office would like. */
static void
no_rule_stops_what_is_owed(void **state)
{
    Entente__V1__Reference reference = ENTENTE__V1__REFERENCE__INIT;
    Entente__V1__Reference *references[] = {&reference};
    Entente__V1__ConsentDecision no = ENTENTE__V1__CONSENT_DECISION__INIT;
    Entente__V1__ConsentDecision yes = ENTENTE__V1__CONSENT_DECISION__INIT;
    ent_message alert = a_message(HUB, CRIME, DRUGS);
    ent_message recall = a_message(ENT_FAMILY_LIFECYCLE, ADMINISTRATION, 0);
    ent_message taken_back =
        a_message(ENT_FAMILY_CONSENT_DECISION, ADMINISTRATION, 0);
    ent_message given = taken_back;
    ent_message correction = alert;
    ENT_AUTO(ent_overlay_free)
    struct ent_overlay *overlay = load_overlay(view(forbid_all));

    (void)state;
    taken_back.consent_decision = &no;
    given.consent_decision = &yes;
    yes.given = true;
    correction.action = ENTENTE__V1__ACTION__CORRECT;
    correction.references = references;
    correction.n_references = 1;
    for (int receiving = 0; receiving < 2; receiving++) {
        const char *from = receiving ? "ncc@kh" : "ncc@th";
        const char *to = receiving ? "ncc@th" : "ncc@kh";

        assert_false(apply(overlay, from, to, &alert, receiving, true).permit);
        assert_false(apply(overlay, from, to, &given, receiving, true).permit);
        assert_true(apply(overlay, from, to, &recall, receiving, true).permit);
        assert_true(
            apply(overlay, from, to, &taken_back, receiving, true).permit);
        /* What it corrects is not here: then it is news like any other. */
        assert_int_equal(
            apply(overlay, from, to, &correction, receiving, true).permit,
            !receiving);
        what_it_mends_is_here = true;
        assert_true(
            apply(overlay, from, to, &correction, receiving, true).permit);
        assert_false(apply(overlay, from, to, &alert, receiving, true).permit);
        what_it_mends_is_here = false;
    }
}

/* Whatever is asked: what was denied stays so, word for word. */
static void
an_overlay_never_permits_what_was_denied(void **state)
{
    struct random_source random = {.state = UINT64_C(20260816)};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("overlay.yaml");
    ENT_AUTO(ent_overlay_free)
    struct ent_overlay *overlay = load_overlay(ent_bytes_view(&text));
    static const char *const offices[] = {
        "ncc@th", "ncc@kh", "blo-poipet@kh", "ncc@la"};
    size_t turned = 0;

    (void)state;
    expect_ok(ent_arena_init(&arena, ARENA_SIZE, &last_error));
    for (size_t round = 0; round < ROUNDS; round++) {
        const char *other = offices[1 + random_below(&random, 3)];
        bool receiving = random_below(&random, 2) == 0;
        bool permit = random_below(&random, 2) == 0;
        struct ent_decision decision;
        ent_message *message;

        ent_arena_reset(&arena);
        message = (ent_message *)random_message(
            &random, &entente__v1__message__descriptor, &arena);
        assert_non_null(message);
        decision = apply(overlay, receiving ? other : "ncc@th",
            receiving ? "ncc@th" : other, message, receiving, permit);
        assert_true(permit || !decision.permit);
        if (!permit) {
            assert_int_equal(decision.reason, ENT_REFUSAL_RELEASE);
            assert_string_equal(decision.clause, "5.1");
        }
        turned += permit && !decision.permit;
    }
    assert_true(turned > 100);
}

static void
without_an_overlay_nothing_changes(void **state)
{
    ent_message message = a_message(HUB, CRIME, DRUGS);

    (void)state;
    assert_true(apply(NULL, "ncc@th", "ncc@kh", &message, false, true).permit);
}

static void
what_is_wrong_is_told_at_its_place(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        size_t line;
        const char *words;
    } changes[] = {
        {"overlay: ncc@th", "overlay: ncc", 2, "name@state"},
        {"deny:", "permit:", 3, "unknown key 'permit'"},
        {"rule: L2", "rule: L1", 5, "stands here a second time"},
        {"rule: L2", "rule: \"L 2\"", 5, "is no name for a rule"},
        {"way: send", "way: out", 4, "there are send and receive"},
        {"with: [kh]", "with: [zz]", 4, "neither a state nor an office"},
        {"[hub_alert]", "[hub_alret]", 4, "did you mean 'hub_alert'?"},
        {"above: official", "above: offical", 6, "did you mean 'official'?"},
        {"conveyance.plate", "conveyance.palte", 7, "did you mean"},
        {"rule: L3, ", "", 6, "'rule' is missing"},
        {"rule: L3", "allow: L3", 6, "unknown key 'allow'"},
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("overlay.yaml");

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ENT_AUTO(ent_bytes_free)
        struct ent_bytes changed =
            change(ent_bytes_view(&text), changes[i].from, changes[i].to);
        struct ent_overlay *overlay = NULL;

        expect_status(ent_overlay_load(ent_bytes_view(&changed), &overlay,
                          &last_complaints, &last_error),
            ENT_BAD_INPUT);
        expect_complaint(changes[i].line, 0, changes[i].words);
    }
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("overlay.yaml");
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    (void)state;
    while (rc == ENT_NO_MEMORY) {
        ENT_AUTO(ent_overlay_free) struct ent_overlay *overlay = NULL;

        fail_allocation(++nth);
        rc = ent_overlay_load(
            ent_bytes_view(&text), &overlay, &last_complaints, &last_error);
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 5, 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_of_a_rule_counts),
        cmocka_unit_test(a_rule_looks_into_the_content),
        cmocka_unit_test(a_denial_says_whose_rule_it_is_and_binds_to_nothing),
        cmocka_unit_test(no_rule_stops_what_is_owed),
        cmocka_unit_test(an_overlay_never_permits_what_was_denied),
        cmocka_unit_test(without_an_overlay_nothing_changes),
        cmocka_unit_test(what_is_wrong_is_told_at_its_place),
        cmocka_unit_test(no_memory_is_a_status_and_leaks_nothing),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
