/* SPDX-License-Identifier: Apache-2.0 */
/* The third-party rule: where something may go from the state it went to. */
#include "tests/policy_support.h"

#include <sodium.h>

#include "policy/onward.h"
#include "proto/refusal.h"

#define EXAMPLE "th-kh-example.yaml"

#define SECTOR(name) (UINT32_C(1) << ENT_SECTOR_##name)

/* What came from ncc@th is at ncc@kh. */
struct row {
    const char *name;
    const char *family;
    const char *to;
    uint32_t sectors;
    enum ent_use use;
    const char *issuer;
    bool consent;
    bool permit;
    const char *clause;
    size_t line;
};

static struct ent_decision
ask(const struct ent_agreement *agreement, const struct row *row,
    const struct ent_declarations *declarations)
{
    struct ent_address originator = {.text = "ncc@th"};
    struct ent_address holder = {.text = "ncc@kh"};
    const struct ent_onward onward = {
        .originator = &originator,
        .holder = &holder,
        .family = ent_family_by_name(view(row->family)),
        .use = row->use,
        .to = row->to,
        .to_sectors = row->sectors,
        .issuer = row->issuer,
        .consent = row->consent,
        .declarations = declarations,
    };
    struct ent_decision decision;

    ent_decide_onward(agreement, &onward, NOON, &decision);
    return decision;
}

static void
expect_onward(const char *file, const struct row *rows, size_t count)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(file);

    for (size_t i = 0; i < count; i++) {
        struct ent_decision decision = ask(agreement, &rows[i], NULL);

        if (decision.permit != rows[i].permit ||
            strcmp(decision.clause, rows[i].clause) != 0 ||
            decision.line != rows[i].line || decision.sentence[0] == '\0' ||
            decision.reason !=
                (rows[i].permit ? 0 : (uint32_t)ENT_REFUSAL_ONWARD)) {
            fail_msg("%s: %s, clause %s, line %zu: %s", rows[i].name,
                decision.permit ? "permitted" : "denied", decision.clause,
                decision.line, decision.sentence);
        }
    }
}

#define EXPECT_ONWARD(file, rows)                                              \
    expect_onward(file, rows, sizeof(rows) / sizeof((rows)[0]))

static void
inside_a_state_it_goes_to_the_sectors_agreed(void **state)
{
    static const struct row rows[] = {
        {.name = "to the police",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(POLICE),
            .permit = true,
            .clause = "onward.inside_state",
            .line = 36},
        {.name = "to police and customs",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(POLICE) | SECTOR(CUSTOMS),
            .permit = true,
            .clause = "onward.inside_state",
            .line = 36},
        {.name = "to the army",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(DEFENCE),
            .clause = "onward.inside_state",
            .line = 36},
        {.name = "to an office that is army too",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(POLICE) | SECTOR(DEFENCE),
            .clause = "onward.inside_state",
            .line = 36},
        {.name = "to an office of which nothing is said",
            .family = "hub_alert",
            .to = "kh",
            .clause = "onward.inside_state",
            .line = 36},
        {.name = "to the army, with consent",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(DEFENCE),
            .consent = true,
            .permit = true,
            .clause = "onward.rule",
            .line = 36},
        {.name = "back to where it came from",
            .family = "hub_alert",
            .to = "th",
            .permit = true,
            .clause = "onward",
            .line = 36},
    };

    (void)state;
    EXPECT_ONWARD(EXAMPLE, rows);
}

static void
to_a_third_it_goes_with_consent_or_as_agreed_before(void **state)
{
    static const struct row rows[] = {
        {.name = "to a third state",
            .family = "hub_alert",
            .to = "la",
            .clause = "onward.rule",
            .line = 36},
        {.name = "with consent",
            .family = "hub_alert",
            .to = "la",
            .consent = true,
            .permit = true,
            .clause = "onward.rule",
            .line = 36},
        {.name = "to Interpol, by the state that issued the document",
            .family = "document_alert",
            .to = "xpo",
            .issuer = "KHM",
            .permit = true,
            .clause = "onward.pre_authorised",
            .line = 36},
        {.name = "by another",
            .family = "document_alert",
            .to = "xpo",
            .issuer = "THA",
            .clause = "onward.pre_authorised",
            .line = 36},
        {.name = "another family",
            .family = "hub_alert",
            .to = "xpo",
            .issuer = "KHM",
            .clause = "onward.rule",
            .line = 36},
    };
    static const struct row never[] = {
        {.name = "consent does not help",
            .family = "drug_seizure",
            .to = "la",
            .consent = true,
            .clause = "onward.rule",
            .line = 31},
        {.name = "agreed before, by anybody",
            .family = "hub_alert",
            .to = "la",
            .permit = true,
            .clause = "onward.pre_authorised",
            .line = 31},
        {.name = "by the originator alone",
            .family = "drug_seizure",
            .to = "uno",
            .clause = "onward.pre_authorised",
            .line = 31},
    };

    (void)state;
    EXPECT_ONWARD(EXAMPLE, rows);
    EXPECT_ONWARD("strict.yaml", never);
}

static void
in_court_it_is_used_with_consent_alone(void **state)
{
    static const struct row rows[] = {
        {.name = "without",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(POLICE),
            .use = ENT_USE_JUDICIAL,
            .clause = "handling.judicial_use",
            .line = 35},
        {.name = "with",
            .family = "hub_alert",
            .to = "kh",
            .use = ENT_USE_JUDICIAL,
            .consent = true,
            .permit = true,
            .clause = "handling.judicial_use",
            .line = 35},
    };
    static const struct row unsaid[] = {
        {.name = "an agreement that does not speak of it",
            .family = "hub_alert",
            .to = "kh",
            .use = ENT_USE_JUDICIAL,
            .consent = true,
            .clause = "handling.judicial_use",
            .line = 0},
    };

    (void)state;
    EXPECT_ONWARD(EXAMPLE, rows);
    EXPECT_ONWARD("strict.yaml", unsaid);
}

static void
what_an_agreement_does_not_mention_stays_where_it_is(void **state)
{
    static const struct row rows[] = {
        {.name = "inside the state",
            .family = "hub_alert",
            .to = "kh",
            .sectors = SECTOR(POLICE),
            .clause = "onward.inside_state"},
        {.name = "to a third, with consent",
            .family = "hub_alert",
            .to = "la",
            .consent = true,
            .clause = "onward.rule"},
    };

    (void)state;
    EXPECT_ONWARD("th-kh.yaml", rows);
}

static void
what_is_suspended_is_not_passed_on(void **state)
{
    static const struct row row = {
        .family = "hub_alert", .to = "kh", .sectors = SECTOR(POLICE)};
    struct ent_declarations declarations = {.count = 1};
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    struct ent_decision decision;

    (void)state;
    declarations.list[0] = (struct ent_declaration){.kind = ENT_SUSPENSION,
        .state = "th",
        .number = 1,
        .until_ms = UINT64_MAX,
        .all_families = true};
    decision = ask(agreement, &row, &declarations);
    assert_int_equal(decision.reason, ENT_REFUSAL_SUSPENDED);
    assert_int_equal(decision.line, 56);
    decision = ask(NULL, &row, NULL);
    assert_int_equal(decision.reason, ENT_REFUSAL_NO_AGREEMENT);
}

static void
the_sectors_of_an_office_are_those_listed(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);
    struct ent_address ncc = {.text = "ncc@kh"};
    struct ent_address blo = {.text = "blo-poipet@kh"};
    struct ent_address other = {.text = "blo-bavet@kh"};

    (void)state;
    assert_int_equal(ent_agreement_sectors(agreement, &ncc),
        SECTOR(IMMIGRATION) | SECTOR(POLICE) | SECTOR(DRUGS));
    assert_int_equal(ent_agreement_sectors(agreement, &blo), 0);
    assert_int_equal(ent_agreement_sectors(agreement, &other), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_a_state_it_goes_to_the_sectors_agreed),
        cmocka_unit_test(to_a_third_it_goes_with_consent_or_as_agreed_before),
        cmocka_unit_test(in_court_it_is_used_with_consent_alone),
        cmocka_unit_test(what_an_agreement_does_not_mention_stays_where_it_is),
        cmocka_unit_test(what_is_suspended_is_not_passed_on),
        cmocka_unit_test(the_sectors_of_an_office_are_those_listed),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("onward", tests, NULL, NULL);
}
