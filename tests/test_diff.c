/* SPDX-License-Identifier: Apache-2.0 */
/* What changed between two versions of an agreement, in words. */
#include "tests/policy_support.h"

#include <sodium.h>
#include <stdio.h>

#include "policy/diff.h"

struct told {
    char text[8192];
    size_t count;
    size_t old_line;
    size_t new_line;
    enum ent_change_kind kind;
};

static void
take(void *context, const struct ent_change *change)
{
    struct told *told = context;
    size_t len = strlen(told->text);

    (void)snprintf(told->text + len, sizeof told->text - len, "%s: %s\n",
        change->place, change->sentence);
    told->count++;
    told->old_line = change->old_line;
    told->new_line = change->new_line;
    told->kind = change->kind;
}

static struct told
diff(const struct ent_agreement *older, const struct ent_agreement *newer)
{
    struct told told = {0};

    ent_agreement_diff(older, newer, take, &told);
    return told;
}

static void
each_change_is_told_in_words_with_its_lines(void **state)
{
    static const struct {
        const char *file;
        const char *from;
        const char *to;
        const char *words;
        enum ent_change_kind kind;
        size_t old_line;
        size_t new_line;
    } rows[] = {
        {"th-kh.yaml", "version: 3", "version: 4", "version: was 3, is 4\n",
            ENT_CHANGE_CHANGED, 3, 3},
        {"th-kh.yaml", "direction: th to kh", "direction: both",
            "exchange 5.2 direction: was th to kh, is both\n",
            ENT_CHANGE_CHANGED, 31, 31},
        {"th-kh.yaml", "[threat_to_life, listed_crime, border_decision]",
            "[threat_to_life, border_decision]",
            "exchange 5.1 purposes: no longer has listed_crime\n",
            ENT_CHANGE_REMOVED, 30, 30},
        {"th-kh.yaml", "families: [drug_seizure], direction",
            "families: [drug_seizure, feedback], direction",
            "exchange 5.3 families: now has feedback\n", ENT_CHANGE_ADDED, 32,
            32},
        {"th-kh.yaml", "keep: P5Y", "keep: P1Y",
            "retention drug_seizure keep: was P5Y, is P1Y\n",
            ENT_CHANGE_CHANGED, 49, 49},
        {"th-kh.yaml", "minimum_penalty: P1Y", "minimum_penalty: P2Y",
            "offences minimum_penalty: was P1Y, is P2Y\n", ENT_CHANGE_CHANGED,
            27, 27},
        {"th-kh.yaml",
            "ncc@th, kind: ncc, sectors: [immigration, police, drugs]",
            "ncc@th, kind: ncc",
            "offices ncc@th sectors: is gone: "
            "[immigration, police, drugs]\n",
            ENT_CHANGE_REMOVED, 16, 0},
        {"th-kh.yaml", "handling: {default: [H2], judicial_use: consent}\n",
            "handling: {default: [H2], judicial_use: consent}\n"
            "correction: {notify_within: PT24H, apply_within: PT12H}\n",
            "correction: is new: {notify_within: PT24H, apply_within: PT12H}\n",
            ENT_CHANGE_ADDED, 0, 46},
        {"strict.yaml", "contribute_to_access: P1Y",
            "contribute_to_access: P6M",
            "statistics contribute_to_access: was P1Y, is P6M\n",
            ENT_CHANGE_CHANGED, 41, 41},
        {"th-kh-example.yaml", "[release, withhold_until_hit, quota]",
            "[release, quota]",
            "emergency may_relax: no longer has withhold_until_hit\n",
            ENT_CHANGE_REMOVED, 55, 55},
        {"region.yaml", "[th to kh, th and la]", "both",
            "exchange 2 direction: was [th to kh, th and la], is both\n",
            ENT_CHANGE_CHANGED, 29, 29},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *older = load_data(rows[i].file);
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *newer =
            load_changed(rows[i].file, rows[i].from, rows[i].to);
        struct told told = diff(older, newer);

        assert_string_equal(told.text, rows[i].words);
        assert_int_equal(told.count, 1);
        assert_int_equal(told.kind, rows[i].kind);
        assert_int_equal(told.old_line, rows[i].old_line);
        assert_int_equal(told.new_line, rows[i].new_line);
    }
}

static void
a_family_that_moves_to_another_retention_is_told_as_such(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *older = load_data("th-kh.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = read_data("th-kh.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes once = change(ent_bytes_view(&text),
        "families: [hotline_alert, hub_alert], keep",
        "families: [hotline_alert], keep");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes twice =
        change(ent_bytes_view(&once), "families: [drug_seizure], keep",
            "families: [drug_seizure, hub_alert], "
            "keep");
    struct ent_agreement *newer = NULL;
    struct told told;

    (void)state;
    expect_ok(ent_agreement_load(
        ent_bytes_view(&twice), &newer, &last_complaints, &last_error));
    told = diff(older, newer);
    assert_non_null(
        strstr(told.text, "retention hub_alert keep: was P30D, is P5Y\n"));
    assert_non_null(
        strstr(told.text, "retention hub_alert then: was aggregate, is "
                          "delete\n"));
    assert_int_equal(told.count, 2);
    ent_agreement_free(&newer);
}

static void
the_order_of_lists_means_nothing(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *older = load_data("th-kh.yaml");
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *newer =
        load_changed("th-kh.yaml", "listed: [drugs, trafficking_in_persons,",
            "listed: [trafficking_in_persons, drugs,");

    (void)state;
    assert_int_equal(diff(older, newer).count, 0);
    assert_int_equal(diff(older, older).count, 0);
}

/* Whatever is taken for another agreement is told to its end. */
static void
two_different_agreements_differ_in_everything(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *older = load_data("th-mm.yaml");
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *newer = load_data("th-kh-example.yaml");
    struct told told = diff(older, newer);

    (void)state;
    assert_true(told.count > 40);
    assert_non_null(strstr(told.text, "parties mm: is gone: "));
    assert_non_null(strstr(told.text, "exchange 5.6: is new: "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_is_told_in_words_with_its_lines),
        cmocka_unit_test(
            a_family_that_moves_to_another_retention_is_told_as_such),
        cmocka_unit_test(the_order_of_lists_means_nothing),
        cmocka_unit_test(two_different_agreements_differ_in_everything),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
