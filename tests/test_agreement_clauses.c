/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the clauses about release, people, duties and suspension: what is
 * not right is told at its place, with what would be. */
#include "tests/policy_support.h"

#include <sodium.h>

#define EXAMPLE "th-kh-example.yaml"
#define REGION "region.yaml"

static const struct {
    const char *file;
    const char *from;
    const char *to;
    const char *words;
} refusals[] = {
    /* parties */
    {REGION, "  xpo: {name", "  xqo: {name", "'xqo' is no party"},
    {REGION, "  la: {name", "  zz: {name", "ISO 3166-1"},
    {REGION, "kind: organisation}", "kind: ncc}", "its kind is organisation"},
    {REGION, "FqAqVeliXbqyXPNJV3nEZjnE33yzx4PiF9Pf3TQ1Pkk",
        "uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Y",
        "'kh' and 'la' have the same authority key"},
    {REGION, "[th to kh, th and la]", "[th to kh, th with la]",
        "'th with la' is no direction"},
    {REGION, "[th to kh, th and la]", "[th to kh, th to th]",
        "'th to th' is no direction"},
    {REGION, "[th to kh, th and la]", "[]", "direction must have 1 to 256"},
    {REGION, "[th to kh, th and la]", "{th: kh}",
        "must be a single value or a list"},
    {REGION, ", la: ຈຳກັດ", "", "'la' is missing in equivalence"},

    /* exchange */
    {EXAMPLE, "release: two_officers", "release: three_officers",
        "there are one_officer, two_officers"},
    {EXAMPLE, "desk: protection", "desk: protektion",
        "did you mean 'protection'?"},
    {EXAMPLE, "needs: mla_reference", "needs: court_order",
        "'court_order' is no condition; this version knows 'mla_reference'"},

    /* onward */
    {EXAMPLE, "rule: originator_consent", "rule: free",
        "there are originator_consent, never"},
    {EXAMPLE, "inside_state: [police", "inside_state: [navy",
        "'navy' is no sector; there are aviation"},
    {EXAMPLE, "{to: interpol", "{to: europe", "neither a state nor"},
    {EXAMPLE, "{to: interpol", "{to: kh", "'kh' is a party"},
    {EXAMPLE, "by: issuing_state", "by: anyone", "there are any, originator"},
    {EXAMPLE, "[document_alert], by", "[document_alret], by",
        "did you mean 'document_alert'?"},

    /* document_check */
    {EXAMPLE, "answer: hit_or_no_hit", "answer: everything",
        "this version knows 'hit_or_no_hit'"},
    {EXAMPLE, "per_day: 2000", "per_day: many", "'many' is no quota"},
    {EXAMPLE, "per_day: 2000", "per_day: 0", "'0' is no quota"},

    /* statistics */
    {"strict.yaml", "contribute_to_access: P1Y", "contribute_to_access: often",
        "PT30M or P30D"},
    {"strict.yaml", "threshold: 11", "threshold: none",
        "'none' is no threshold"},
    {"strict.yaml", "threshold: 11", "treshold: 11",
        "did you mean 'threshold'?"},

    /* retention, correction, recall */
    {EXAMPLE, "review_every: P90D", "review_every: P2Y", "never comes"},
    {EXAMPLE, "notify_within: PT24H", "notify_within: soon", "PT30M or P30D"},
    {EXAMPLE, "certificate: required", "certificate: optional",
        "this version knows 'required'"},

    /* safeguards, assurances */
    {EXAMPLE, "[protect, locate]", "[protect, arrest]",
        "'arrest' is no measure; there are protect, locate"},
    {EXAMPLE, "copy_to: protection", "copy_to: everybody",
        "there is only 'protection'"},
    {EXAMPLE, "non_punishment: true", "non_punishment: false",
        "no agreement can switch 'non_punishment' off"},
    {EXAMPLE, "consent_for_name: true", "consent_for_name: yes",
        "'consent_for_name' can only be true"},
    {EXAMPLE, "risk: death_penalty", "risk: death",
        "did you mean 'death_penalty'?"},
    {EXAMPLE, "required: written", "required: oral",
        "this version knows 'written'"},

    /* hotline, emergency, suspension */
    {EXAMPLE, "{after: PT10M, to: supervisor}", "{after: PT5M, to: supervisor}",
        "each rung comes later"},
    {EXAMPLE, "to: duty_officer", "to: duty-officer",
        "did you mean 'duty_officer'?"},
    {EXAMPLE, "trigger: imminent_threat_to_life", "trigger: convenience",
        "this version knows 'imminent_threat_to_life'"},
    {EXAMPLE, "may_relax: [release,", "may_relax: [safeguards,",
        "'safeguards' is no relaxation; there are release"},
    {EXAMPLE, "approve: supervisor", "approve: boss", "'boss' is no role"},
    {EXAMPLE, "by: either", "by: both", "each state can, alone"},
    {EXAMPLE, "notice: none", "notice: P30D", "this version knows 'none'"},
    {EXAMPLE, "survives: [retention, correction, recall, audit]",
        "survives: [retention, correction, audit]",
        "'recall' outlives every suspension"},
    {EXAMPLE, "without_prejudice: [boundary", "without_prejudice: [border",
        "'border' is no reservation; there are boundary"},
};

#define ID "a19d27f5615b2585c4faef1dba8ff6b7"

static void
what_is_not_a_word_of_its_clause_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        expect_refused(refusals[i].file, refusals[i].from, refusals[i].to,
            refusals[i].words, 0);
    }
}

static void
a_rule_without_its_family_is_refused(void **state)
{
    (void)state;
    expect_refused(EXAMPLE, "[hotline_alert, hub_alert, border_status]",
        "[hub_alert, border_status]",
        "'hotline' has rules for hotline_alert, and no clause", 54);
    expect_refused(EXAMPLE, "[document_alert, document_check]",
        "[document_alert]", "'document_check' has rules, and no clause", 37);
    expect_refused("strict.yaml", ", statistics_return]", "]",
        "'statistics' has rules for statistics_return, and no clause", 41);
}

static void
a_region_has_parties_and_an_organisation(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(REGION);

    (void)state;
    assert_int_equal(ent_agreement_party_count(agreement), 4);
    assert_string_equal(ent_agreement_party_state(agreement, 3), "xpo");
    assert_non_null(ent_agreement_authority(agreement, "xpo"));
}

static void
seventeen_parties_are_too_many(void **state)
{
    static const char many[] =
        "parties:\n  a1: {}\n  a2: {}\n  a3: {}\n  a4: {}\n  a5: {}\n"
        "  a6: {}\n  a7: {}\n  a8: {}\n  a9: {}\n  b1: {}\n  b2: {}\n"
        "  b3: {}\n  b4: {}\n  b5: {}\n  b6: {}\n  b7: {}\n";

    (void)state;
    expect_refused("th.yaml", "parties:\n", many,
        "two to 16 parties and a national order one, not 17", 10);
}

static void
a_pair_key_is_of_two_offices_and_is_said_once(void **state)
{
    static const struct {
        const char *section;
        const char *words;
    } wrong[] = {
        {"pair_keys: [{offices: [blo-hatlek@th], key: " ID "}]\npurposes:",
            "a pair key is of two offices, not 1"},
        {"pair_keys: [{offices: [ncc@th, ncc@kr], key: " ID "}]\npurposes:",
            "'ncc@kr' is no office of this agreement"},
        {"pair_keys: [{offices: [ncc@th, ncc@th], key: " ID "}]\npurposes:",
            "an office needs no key with itself"},
        {"pair_keys: [{offices: [ncc@th, ncc@kh], key: a19d}]\npurposes:",
            "no fingerprint of a pair key"},
        {"pair_keys: [{offices: [ncc@th, ncc@kh], key: " ID
         "}, {offices: [ncc@kh, ncc@th], key: " ID "}]\npurposes:",
            "these two have a pair key already"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        expect_refused(
            "th-kh.yaml", "purposes:", wrong[i].section, wrong[i].words, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_a_word_of_its_clause_is_refused),
        cmocka_unit_test(a_rule_without_its_family_is_refused),
        cmocka_unit_test(a_region_has_parties_and_an_organisation),
        cmocka_unit_test(seventeen_parties_are_too_many),
        cmocka_unit_test(a_pair_key_is_of_two_offices_and_is_said_once),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("agreement_clauses", tests, NULL, NULL);
}
