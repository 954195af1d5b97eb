/* SPDX-License-Identifier: Apache-2.0 */
/* The example of the design, every key of it: it loads, and no word of it can
 * be changed to nonsense without a complaint at that very place. */
#include "tests/policy_support.h"

#include <sodium.h>
#include <stdio.h>

#include "policy/lint.h"

#define EXAMPLE "th-kh-example.yaml"

/* Free text of the example, where any words are right. */
static const char *const free_text[] = {"title", "parties.th.name.en",
    "parties.th.name.th", "parties.kh.name.en", "parties.kh.name.km",
    "classification.equivalence.th", "classification.equivalence.kh"};

struct example {
    struct ent_bytes text;
    size_t proven; /* scalars whose change was noticed */
};

static const struct ent_complaint *
complaint_at(
    const struct ent_complaints *complaints, const struct ent_yaml_node *node)
{
    for (size_t i = 0; i < complaints->count; i++) {
        const struct ent_complaint *complaint = &complaints->list[i];

        if (complaint->line == node->line &&
            complaint->column == node->column) {
            return complaint;
        }
    }
    return NULL;
}

/* Where a node stands in the text. Columns count characters. */
static size_t
offset_of(struct ent_view text, const struct ent_yaml_node *node)
{
    size_t offset = 0;

    for (size_t line = 1; line < node->line; offset++) {
        line += text.data[offset] == '\n';
    }
    for (size_t column = 1; column < node->column; offset++) {
        column += (text.data[offset + 1] & 0xc0) != 0x80;
    }
    return offset;
}

/* Write nonsense over the scalar and expect a complaint exactly there. */
static void
prove_enforced(
    struct example *example, const char *path, const struct ent_yaml_node *node)
{
    static const char nonsense[] = "0x~nonsense";
    struct ent_view text = ent_bytes_view(&example->text);
    size_t offset = offset_of(text, node);
    bool quoted = text.data[offset] == '"';
    size_t len = strlen(node->text);
    ENT_AUTO(ent_bytes_free) struct ent_bytes changed = {0};
    struct ent_agreement *agreement = NULL;

    for (size_t i = 0; i < sizeof free_text / sizeof free_text[0]; i++) {
        if (strcmp(path, free_text[i]) == 0) {
            return;
        }
    }
    offset += quoted ? 1 : 0;
    assert_memory_equal(text.data + offset, node->text, len);
    expect_ok(ent_bytes_alloc(
        text.len - len + strlen(nonsense), &changed, &last_error));
    memcpy(changed.data, text.data, offset);
    memcpy(changed.data + offset, nonsense, strlen(nonsense));
    memcpy(changed.data + offset + strlen(nonsense), text.data + offset + len,
        text.len - offset - len);

    expect_status(ent_agreement_load(ent_bytes_view(&changed), &agreement,
                      &last_complaints, &last_error),
        ENT_BAD_INPUT);
    if (complaint_at(&last_complaints, node) == NULL) {
        fail_msg(
            "%zu:%zu: nobody looks at '%s'", node->line, node->column, path);
    }
    example->proven++;
}

static void
walk_example(
    struct example *example, const char *path, const struct ent_yaml_node *node)
{
    if (node->kind == ENT_YAML_SCALAR) {
        prove_enforced(example, path, node);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        char below[256];

        if (node->kind == ENT_YAML_LIST) {
            walk_example(example, path, node->items[i]);
            continue;
        }
        (void)snprintf(below, sizeof below, "%s%s%s", path,
            path[0] != '\0' ? "." : "", node->keys[i]->text);
        prove_enforced(example, below, node->keys[i]);
        walk_example(example, below, node->items[i]);
    }
}

static void
nothing_of_the_example_is_silently_ignored(void **state)
{
    struct example example = {.text = read_data(EXAMPLE)};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct ent_complaints none = {0};

    (void)state;
    expect_ok(ent_yaml_read(
        ent_bytes_view(&example.text), &yaml, &none, &last_error));
    walk_example(&example, "", ent_yaml_root(yaml));
    assert_true(example.proven > 200);
    ent_bytes_free(&example.text);
}

static void
the_whole_example_loads(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);

    (void)state;
    assert_string_equal(
        ent_agreement_name(agreement), "th-kh-border-information");
}

/* ---- what is probably not meant ---- */

static struct ent_complaints warnings;

static void
expect_warning(size_t line, const char *words)
{
    for (size_t i = 0; i < warnings.count; i++) {
        if (warnings.list[i].line == line &&
            strstr(warnings.list[i].text, words) != NULL) {
            return;
        }
    }
    for (size_t i = 0; i < warnings.count; i++) {
        print_error(
            "  %zu: %s\n", warnings.list[i].line, warnings.list[i].text);
    }
    fail_msg("no warning '%s' at line %zu", words, line);
}

static void
the_example_is_warned_about_where_it_is_thin(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(EXAMPLE);

    (void)state;
    ent_agreement_lint(agreement, &warnings);
    expect_warning(23, "'border_status' has no retention; it is kept for 90 d");
    expect_warning(26, "'intelligence_report' names persons, and drugs, "
                       "terrorism can bring death");
    expect_warning(15, "'blo-aranyaprathet@th' has no sectors");
    for (size_t i = 0; i < warnings.count; i++) {
        assert_null(strstr(warnings.list[i].text, "'person_alert'"));
        assert_null(strstr(warnings.list[i].text, "nobody can use"));
        assert_true(
            i == 0 || warnings.list[i - 1].line <= warnings.list[i].line);
    }
}

static void
a_change_that_leaves_a_clause_empty_is_warned_about(void **state)
{
    static const struct {
        const char *file;
        const char *from;
        const char *to;
        size_t line;
        const char *words;
    } changes[] = {
        {"th-kh.yaml", "[drug_seizure], direction", "[feedback], direction", 32,
            "'feedback' has no retention"},
        {"th-kh.yaml", "between: [ncc]", "between: [ilo]", 32,
            "nobody can use clause 5.3"},
        {"th.yaml", "between: [blo, ncc]", "between: [ncc]", 28,
            "nobody can use clause 2"},
        {"th-kh.yaml", "families: [drug_seizure], direction",
            "families: [drug_seizure, person_alert], direction", 32,
            "'person_alert' names persons, and drugs, terrorism can bring "
            "death"},
        {"th-kh.yaml", "families: [drug_seizure], direction",
            "families: [drug_seizure, person_alert], direction", 32,
            "'person_alert' names persons, and one officer alone"},
        {"th-kh.yaml", "{families: [drug_seizure], keep: P5Y",
            "{families: [drug_seizure, feedback], keep: P5Y", 49,
            "'feedback' has a retention, and no clause lets it pass"},
        {"strict.yaml",
            "information_request, statistics_return], direction: both",
            "information_request, statistics_return], direction: th to kh", 41,
            "'kh' gets no statistics of 'th': it has to send some"},
        {EXAMPLE, ", quota: {per_day: 2000, per_officer_per_hour: 60}", "", 37,
            "document checks have no quota"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *agreement =
            load_changed(changes[i].file, changes[i].from, changes[i].to);

        ent_agreement_lint(agreement, &warnings);
        expect_warning(changes[i].line, changes[i].words);
    }
}

static void
a_careful_agreement_is_not_warned_about(void **state)
{
    static const char *const names[] = {
        "kr-th.yaml", "region.yaml", "th-kh.yaml", "th-mm.yaml", "th.yaml"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *agreement = load_data(names[i]);

        ent_agreement_lint(agreement, &warnings);
        for (size_t k = 0; k < warnings.count; k++) {
            if (strstr(warnings.list[k].text, "in this version") == NULL) {
                fail_msg("%s:%zu: %s", names[i], warnings.list[k].line,
                    warnings.list[k].text);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_example_loads),
        cmocka_unit_test(nothing_of_the_example_is_silently_ignored),
        cmocka_unit_test(the_example_is_warned_about_where_it_is_thin),
        cmocka_unit_test(a_change_that_leaves_a_clause_empty_is_warned_about),
        cmocka_unit_test(a_careful_agreement_is_not_warned_about),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("agreement_example", tests, NULL, NULL);
}
