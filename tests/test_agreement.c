/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/policy_support.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/digest.h"

/* ---- what loads ---- */

static void
an_agreement_tells_what_it_is(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");

    (void)state;
    assert_string_equal(
        ent_agreement_name(agreement), "th-kh-border-information");
    assert_int_equal(ent_agreement_version(agreement), 3);
    assert_int_equal(ent_agreement_party_count(agreement), 2);
    assert_string_equal(ent_agreement_party_state(agreement, 1), "kh");
    assert_non_null(ent_agreement_authority(agreement, "th"));
    assert_null(ent_agreement_authority(agreement, "mm"));
    assert_string_equal(
        ent_agreement_office(agreement, 1)->text, "blo-aranyaprathet@th");
    assert_null(ent_agreement_office(agreement, 6));
}

static void
every_example_of_the_folder_loads(void **state)
{
    static const char *const names[] = {"kr-th.yaml", "region.yaml",
        "th-kh.yaml", "th-kh-example.yaml", "th-mm.yaml", "th.yaml"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *agreement = load_data(names[i]);

        assert_non_null(ent_agreement_title(agreement));
    }
}

static void
a_national_order_has_one_party(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th.yaml");

    (void)state;
    assert_int_equal(ent_agreement_party_count(agreement), 1);
}

static void
the_digest_is_that_of_the_exact_bytes(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-kh.yaml");
    struct ent_digest digest = ent_digest_of(ent_bytes_view(&text));
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *same = load_data("th-kh.yaml");
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *other = load_changed(
        "th-kh.yaml", "# what is not listed", "# What is not listed");

    (void)state;
    assert_true(ent_digest_equal(&digest, ent_agreement_digest(same)));
    assert_false(ent_digest_equal(&digest, ent_agreement_digest(other)));
    assert_true(
        ent_view_equal(ent_bytes_view(&text), ent_agreement_text(same)));
}

static void
it_is_in_force_from_the_first_to_the_last_day(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    const uint64_t from = UINT64_C(1767225600000);  /* 2026-01-01 */
    const uint64_t after = UINT64_C(1861920000000); /* 2029-01-01 */

    (void)state;
    assert_false(ent_agreement_in_force(agreement, from - 1));
    assert_true(ent_agreement_in_force(agreement, from));
    assert_true(ent_agreement_in_force(agreement, after - 1));
    assert_false(ent_agreement_in_force(agreement, after));
}

static void
times_of_day_count_with_their_offset(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("kr-th.yaml");
    const uint64_t from = UINT64_C(1767193200000); /* 2025-12-31T15:00:00Z */

    (void)state;
    assert_false(ent_agreement_in_force(agreement, from - 1));
    assert_true(ent_agreement_in_force(agreement, from));
}

static void
a_review_is_due_after_its_day(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *without = load_data("th-mm.yaml");
    const uint64_t after = UINT64_C(1814400000000); /* 2027-07-01 */

    (void)state;
    assert_false(ent_agreement_review_due(agreement, after - 1));
    assert_true(ent_agreement_review_due(agreement, after));
    assert_false(ent_agreement_review_due(without, UINT64_MAX));
}

/* ---- what is refused ---- */

/* One change to an agreement that loads, and what is said about it. */
struct refusal {
    const char *file;
    const char *from;
    const char *to;
    const char *words;
};

static void
expect_all_refused(const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expect_refused(refusals[i].file, refusals[i].from, refusals[i].to,
            refusals[i].words, 0);
    }
}

#define EXPECT_ALL_REFUSED(list)                                               \
    expect_all_refused(list, sizeof(list) / sizeof((list)[0]))

static void
misspelt_words_are_refused_with_the_nearest(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "retention:", "retentoin:", "did you mean 'retention'?"},
        {"th-kh.yaml", "review_by:", "reveiw_by:", "did you mean 'review_by'?"},
        {"th-kh.yaml", "sectors:", "sector:", "did you mean 'sectors'?"},
        {"th-kh.yaml", "families: [hotline_alert]", "families: [hotline_alret]",
            "did you mean 'hotline_alert'?"},
        {"th-kh.yaml", "[border_decision, listed", "[border_descision, listed",
            "did you mean 'border_decision'?"},
        {"th-kh.yaml", "listed: [drugs,", "listed: [drug,",
            "did you mean 'drugs'?"},
        {"th-kh.yaml", "kind: ncc", "kind: nnc", "did you mean 'ncc'?"},
        {"th-kh.yaml", "person.ethnicity", "person.etnicity",
            "did you mean 'person.ethnicity'?"},
        {"th-kh.yaml", "conveyance.plate", "conveyance.palte",
            "did you mean 'conveyance.plate'?"},
        {"th-kh.yaml", "ceiling: confidential", "ceiling: confidental",
            "did you mean 'confidential'?"},
        {"th-kh.yaml", "[H2]", "[H5]", "did you mean 'H0'?"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
}

static void
values_of_no_known_word_are_refused(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "agreement: th-kh-border", "agreement: TH/KH border",
            "is no name for an agreement"},
        {"th-kh.yaml", "version: 3", "version: 03", "is no version"},
        {"th-kh.yaml", "version: 3", "version: 3.0", "is no version"},
        {"th-kh.yaml", "version: 3", "version: 0", "is no version"},
        {"th-kh.yaml", "version: 3", "version: 1234567890", "is no version"},
        {"th-kh.yaml", "from: 2026-01-01", "from: 2569-01-01", "2026-01-31"},
        {"th-kh.yaml", "from: 2026-01-01", "from: 2026-02-30", "2026-01-31"},
        {"th-kh.yaml", "direction: th to kh", "direction: th to mm",
            "'th to kh', 'kh to th' and 'th and kh'"},
        {"th-kh.yaml", "direction: both", "direction: Both", "is no direction"},
        {"th-kh.yaml", "release: one_officer", "release: nobody",
            "there are one_officer, two_officers"},
        {"th-kh.yaml", "clause: \"5.1\"", "clause: \"first; drop\"",
            "is no clause number"},
        {"th-kh.yaml", "clause: \"5.1\"", "clause: asylum",
            "is no clause number"},
        {"th-kh.yaml", "judicial_use: consent", "judicial_use: free",
            "is no rule for use in court"},
        {"th-kh.yaml", "then: aggregate", "then: publish", "is no end"},
        {"th-kh.yaml", "keep: P30D", "keep: 30 days", "PT30M or P30D"},
        {"th-kh.yaml", "keep: P30D", "keep: P0D", "duration of nothing"},
        {"th-kh.yaml", "minimum_penalty: P1Y", "minimum_penalty: P365D",
            "is no penalty"},
        {"th-kh.yaml", "minimum_penalty: P1Y", "minimum_penalty: P0Y",
            "is no penalty"},
        {"th-kh.yaml", "person.name", "name", "write entity and field"},
        {"th-kh.yaml", "person.name", "Person.name", "write entity and field"},
        {"th-kh.yaml", "person.name", "submarine.name",
            "is no field of the catalogue"},
        {"th-kh.yaml", "immigration, police", "immigration, navy",
            "is no sector"},
        {"th-kh.yaml", "en: Immigration", "English: Immigration",
            "is no language"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
}

static void
a_value_of_the_wrong_kind_is_refused(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "families: [hotline_alert]", "families: hotline_alert",
            "'families' must be a list"},
        {"th-kh.yaml", "permitted: [border_decision,",
            "permitted: [[border_decision],", "must be a single value"},
        {"th-kh.yaml", "version: 3", "version: [3]",
            "'version' must be a single value"},
        {"th-kh.yaml", "handling: {default: [H2], judicial_use: consent}",
            "handling: none", "'handling' must be a map"},
        {"th-kh.yaml", "between: [ncc]", "between: []",
            "must have 1 to 32 entries"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
}

static void
what_is_mandatory_is_missed(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", ", release: one_officer}", "}", "'release' is missing"},
        {"th-kh.yaml", ", until: 2028-12-31", "", "'until' is missing"},
        {"th-kh.yaml", ", keep: P30D", "", "'keep' is missing"},
        {"th-kh.yaml", ", kind: ncc", "", "'kind' is missing"},
        {"th-kh.yaml", "flash: {acknowledge: PT5M, ", "flash: {",
            "'acknowledge' is missing"},
        {"th-kh.yaml", ", kh: សម្ងាត់", "", "'kh' is missing in equivalence"},
    };
    static const char *const sections[] = {"agreement", "version", "title",
        "in_force", "parties", "offices", "purposes", "exchange",
        "classification", "retention"};
    struct ent_agreement *agreement = NULL;

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
    expect_status(ent_agreement_load(
                      view("{}"), &agreement, &last_complaints, &last_error),
        ENT_BAD_INPUT);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        char words[64];

        (void)snprintf(words, sizeof words, "'%s' is missing", sections[i]);
        expect_complaint(1, 1, words);
    }
}

static void
offices_must_belong_to_a_party(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "{address: ncc@kh", "{address: ncc@mm",
            "'ncc@mm' is an office of 'mm', which is no party"},
        {"th.yaml", "{address: mail-bangkok@th", "{address: mail-seoul@kr",
            "which is no party"},
        {"th-kh.yaml", "{address: ncc@th", "{address: NCC@th", "is not a-z"},
        {"th-kh.yaml", "kind: ncc", "kind: broker",
            "a broker is no party to an agreement"},
        {"th-kh.yaml", "between: [blo, ncc]", "between: [blo, ncc, broker]",
            "a broker is no party to an agreement"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
    expect_refused("th-kh.yaml", "{address: ncc@th", "{address: blo-poipet@kh",
        "is listed twice", 20);
}

static void
pairs_must_be_mutual_and_listed(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "pair: blo-poipet@kh", "pair: blo-bavet@kh",
            "the pair 'blo-bavet@kh' is not among the offices"},
        {"th-kh.yaml", "pair: blo-poipet@kh", "pair: blo-chamyeam@kh",
            "'blo-chamyeam@kh' does not name 'blo-aranyaprathet@th'"},
        {"th-kh.yaml", "pair: blo-poipet@kh", "pair: ncc@kh",
            "is not a blo of the other state"},
        {"th-kh.yaml", "pair: blo-poipet@kh", "pair: blo-hatlek@th",
            "is not a blo of the other state"},
        {"th-kh.yaml", "pair: blo-poipet@kh", "pair: poipet", "name@state"},
        {"kr-th.yaml", "kind: ilo", "kind: ilo, pair: ncc@th",
            "only an office of kind blo has a pair"},
        {"th.yaml", "kind: blo", "kind: blo, pair: ncc@th",
            "a national order has no pairs"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
}

static void
clauses_must_make_sense_together(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "until: 2028-12-31", "until: 2025-12-31",
            "'until' must be later than 'from', 2026-01-01"},
        {"th-kh.yaml", "until: 2028-12-31", "until: 2026-01-01",
            "'until' must be later than 'from'"},
        {"th-kh.yaml", "review_by: 2027-06-30", "review_by: 2029-06-30",
            "between 'from' and 'until'"},
        {"th-kh.yaml", "clause: \"5.2\"", "clause: \"5.1\"",
            "clause 5.1 stands here a second time"},
        {"th-kh.yaml", "purposes: [listed_crime, statistics]",
            "purposes: [listed_crime, public_health]",
            "not among purposes.permitted: public_health"},
        {"th.yaml", "direction: both", "direction: th to th",
            "in a national order the direction is always 'both'"},
        {"th-kh.yaml", "{families: [acknowledgement, test], keep: P1Y",
            "{families: [acknowledgement, test, hub_alert], keep: P1Y",
            "'hub_alert' has a retention already"},
        {"th-kh.yaml", "level: restricted", "level: confidential",
            "is listed twice"},
        {"th-kh.yaml", "level: restricted", "level: secret",
            "above the ceiling"},
        {"th-kh.yaml", "reply: PT30M", "reply: PT3M", "before 'acknowledge'"},
        {"th-kh.yaml", "[hotline_alert, hub_alert, drug",
            "[hotline_alert, hotline_alert, drug", "is listed twice"},
        {"th-kh.yaml", "[drugs, trafficking", "[drugs, drugs, trafficking",
            "is listed twice"},
        {"th-kh.yaml", "person.birth_date", "person.religion",
            "is listed twice"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
}

static void
clauses_that_need_others_miss_them(void **state)
{
    static const struct refusal refusals[] = {
        {"th.yaml", "classification:\n",
            "document_check: {answer: hit_or_no_hit}\nclassification:\n",
            "no clause of 'exchange' lets it pass"},
    };

    (void)state;
    expect_refused("th-mm.yaml",
        "offences:\n  listed: [drugs, arms, trafficking_in_persons]\n", "",
        "no offence is listed", 22);
    EXPECT_ALL_REFUSED(refusals);
}

static void
excluded_purposes_cannot_be_permitted(void **state)
{
    static const struct refusal refusals[] = {
        {"th-kh.yaml", "permitted: [border_decision",
            "permitted: [political, border_decision", "political purposes"},
        {"th-kh.yaml", "permitted: [border_decision",
            "permitted: [religious, border_decision", "blocked always"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
}

static void
authority_keys_must_be_points_and_differ(void **state)
{
    static const char th[] = "ny6P7szEDjB2EtvlHATTWmI3kllGXj5ZBgJoK9_dVRY";
    static const char kh[] = "uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Y";
    static const struct refusal refusals[] = {
        {"th-kh.yaml", kh, "uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0",
            "43 characters"},
        {"th-kh.yaml", kh,
            "uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Y=", "43 characters"},
        {"th-kh.yaml", kh, "uXi2cL06Ygtpu523E7+GQK0KpVh6Rmpv3473MDuBD0Y",
            "43 characters"},
        {"th-kh.yaml", kh, "uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Z",
            "43 characters"},
        {"th-kh.yaml", "ed25519:uXi", "rsa:uXi", "43 characters"},
        {"th-kh.yaml", kh, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "no point of the curve"},
        {"th-kh.yaml", kh, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "no point of the curve"},
    };

    (void)state;
    EXPECT_ALL_REFUSED(refusals);
    expect_refused(
        "th-kh.yaml", kh, th, "'th' and 'kh' have the same authority key", 11);
}

static void
all_complaints_come_at_once_in_order_of_place(void **state)
{
    (void)state;
    expect_refused("th-kh.yaml",
        "version: 3\ntitle: Exchange of border information between paired "
        "Border Liaison Offices\nin_force: {from: 2026-01-01",
        "version: x\ntitle: \"\"\nin_force: {from: 2026-13-01", "is no version",
        0);
    assert_int_equal(last_complaints.count, 3);
    assert_int_equal(last_complaints.list[0].line, 3);
    assert_int_equal(last_complaints.list[1].line, 4);
    assert_int_equal(last_complaints.list[2].line, 5);
    assert_non_null(strstr(last_error.text, "3:10: 'x' is no version"));
}

/* ---- limits ---- */

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-mm.yaml");
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    (void)state;
    while (rc == ENT_NO_MEMORY) {
        ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;

        fail_allocation(++nth);
        rc = ent_agreement_load(
            ent_bytes_view(&text), &agreement, &last_complaints, &last_error);
        assert_true(rc == ENT_OK || agreement == NULL);
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 20, 5000);
}

static void
every_half_written_file_is_refused(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th.yaml");
    size_t loaded = 0;

    (void)state;
    for (size_t len = 0; len < text.len; len++) {
        ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;

        /* What stands behind is optional from some point on: that is why the
         * bytes are signed. Nothing but that may load. */
        if (ent_agreement_load(ent_view_of(text.data, len), &agreement,
                &last_complaints, &last_error) == ENT_OK) {
            loaded++;
        }
    }
    assert_in_range(loaded, 0, 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agreement_tells_what_it_is),
        cmocka_unit_test(every_example_of_the_folder_loads),
        cmocka_unit_test(a_national_order_has_one_party),
        cmocka_unit_test(the_digest_is_that_of_the_exact_bytes),
        cmocka_unit_test(it_is_in_force_from_the_first_to_the_last_day),
        cmocka_unit_test(times_of_day_count_with_their_offset),
        cmocka_unit_test(a_review_is_due_after_its_day),
        cmocka_unit_test(misspelt_words_are_refused_with_the_nearest),
        cmocka_unit_test(values_of_no_known_word_are_refused),
        cmocka_unit_test(a_value_of_the_wrong_kind_is_refused),
        cmocka_unit_test(what_is_mandatory_is_missed),
        cmocka_unit_test(offices_must_belong_to_a_party),
        cmocka_unit_test(pairs_must_be_mutual_and_listed),
        cmocka_unit_test(clauses_must_make_sense_together),
        cmocka_unit_test(clauses_that_need_others_miss_them),
        cmocka_unit_test(excluded_purposes_cannot_be_permitted),
        cmocka_unit_test(authority_keys_must_be_points_and_differ),
        cmocka_unit_test(all_complaints_come_at_once_in_order_of_place),
        cmocka_unit_test(no_memory_is_a_status_and_leaks_nothing),
        cmocka_unit_test(every_half_written_file_is_refused),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
