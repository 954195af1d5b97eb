/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/yaml.h"

static struct ent_complaints complaints;

static enum ent_status
read_view(struct ent_view text, struct ent_yaml **ret_yaml)
{
    complaints = (struct ent_complaints){0};
    return ent_yaml_read(text, ret_yaml, &complaints, &last_error);
}

static enum ent_status
read_text(const char *text, struct ent_yaml **ret_yaml)
{
    return read_view(view(text), ret_yaml);
}

/* Expect one complaint, at `line`:`column`, in which `words` occur. */
static void
expect_complaint(
    const char *text, size_t line, size_t column, const char *words)
{
    struct ent_yaml *yaml = NULL;

    expect_status(read_text(text, &yaml), ENT_BAD_INPUT);
    assert_null(yaml);
    assert_int_equal(complaints.count, 1);
    if (strstr(complaints.list[0].text, words) == NULL) {
        print_error("got: %s\n", complaints.list[0].text);
    }
    assert_non_null(strstr(complaints.list[0].text, words));
    assert_int_equal(complaints.list[0].line, line);
    assert_int_equal(complaints.list[0].column, column);
}

static const struct ent_yaml_node *
get(const struct ent_yaml_node *map, const char *key)
{
    const struct ent_yaml_node *value = ent_yaml_get(map, key);

    assert_non_null(value);
    return value;
}

static void
a_file_becomes_a_tree_with_positions(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    const struct ent_yaml_node *root;
    const struct ent_yaml_node *party;
    const struct ent_yaml_node *offices;

    (void)state;
    expect_ok(read_text("# FICTIONAL\n"
                        "agreement: th-kh\n"
                        "parties:\n"
                        "  th: {name: {th: สำนักงาน}, seat: \"Mae Sai\"}\n"
                        "offices:\n"
                        "- ncc@th\n"
                        "- 'blo-poipet@kh'\n",
        &yaml));
    root = ent_yaml_root(yaml);
    assert_int_equal(root->kind, ENT_YAML_MAP);
    assert_int_equal(root->count, 3);
    assert_int_equal(root->keys[0]->line, 2);
    assert_string_equal(get(root, "agreement")->text, "th-kh");
    assert_int_equal(get(root, "agreement")->column, 12);

    party = get(get(root, "parties"), "th");
    assert_string_equal(get(get(party, "name"), "th")->text, "สำนักงาน");
    assert_string_equal(get(party, "seat")->text, "Mae Sai");
    assert_int_equal(get(party, "seat")->line, 4);
    assert_int_equal(get(party, "seat")->column, 36);

    offices = get(root, "offices");
    assert_int_equal(offices->kind, ENT_YAML_LIST);
    assert_int_equal(offices->count, 2);
    assert_string_equal(offices->items[1]->text, "blo-poipet@kh");
    assert_null(offices->keys);
}

static void
every_scalar_is_text(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    const struct ent_yaml_node *root;

    (void)state;
    expect_ok(
        read_text("country: no\ncode: 010\nnothing:\nempty: ''\n", &yaml));
    root = ent_yaml_root(yaml);
    assert_string_equal(get(root, "country")->text, "no");
    assert_string_equal(get(root, "code")->text, "010");
    assert_string_equal(get(root, "nothing")->text, "");
    assert_string_equal(get(root, "empty")->text, "");
}

static void
asking_a_map_for_what_it_lacks_is_no_error(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;

    (void)state;
    expect_ok(read_text("a: [1, 2]\n", &yaml));
    assert_null(ent_yaml_get(ent_yaml_root(yaml), "b"));
    assert_null(ent_yaml_get(get(ent_yaml_root(yaml), "a"), "b"));
    assert_null(ent_yaml_get(NULL, "b"));
}

static void
anchors_aliases_tags_and_merge_keys_are_refused(void **state)
{
    (void)state;
    expect_complaint("a: &x 1\n", 1, 4, "anchors");
    expect_complaint("a: 1\nb: *x\n", 2, 4, "aliases");
    expect_complaint("a: !!str 1\n", 1, 4, "tags");
    expect_complaint("a: ! 1\n", 1, 4, "tags");
    expect_complaint("a: !<tag:x> 1\n", 1, 4, "tags");
    expect_complaint("<<: {a: 1}\n", 1, 1, "merge keys");
    expect_complaint("%TAG ! tag:x,2000:\n---\na: 1\n", 1, 1, "directives");
    expect_complaint("%YAML 1.1\n---\na: 1\n", 1, 1, "1.2");
}

static void
all_complaints_come_at_once_and_in_order(void **state)
{
    struct ent_yaml *yaml = NULL;

    (void)state;
    expect_status(read_text("a: &x 1\nb: *x\nc: !t 2\n", &yaml), ENT_BAD_INPUT);
    assert_int_equal(complaints.count, 3);
    for (size_t i = 0; i < complaints.count; i++) {
        assert_int_equal(complaints.list[i].line, i + 1);
    }
    assert_non_null(strstr(last_error.text, "1:4: anchors"));
}

static void
a_key_twice_in_one_map_names_both_places(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;

    (void)state;
    expect_complaint("version: 3\ntitle: x\nversion: 4\n", 3, 1,
        "'version' stands here a second time; the first is at 1:1");
    expect_complaint("a: {b: 1, c: 2, \"b\": 3}\n", 1, 17, "1:5");
    expect_ok(read_text("a: {k: 1}\nb: {k: 1}\n", &yaml));
}

static void
a_second_document_is_refused(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;

    (void)state;
    expect_complaint("a: 1\n---\nb: 2\n", 2, 1, "second document");
    expect_complaint("a: 1\n...\n---\n", 3, 1, "second document");
    expect_ok(read_text("---\na: 1\n...\n", &yaml));
}

static void
an_empty_file_is_refused(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;

    (void)state;
    expect_complaint("", 1, 1, "empty");
    complaints = (struct ent_complaints){0};
    expect_status(
        ent_yaml_read((struct ent_view){0}, &yaml, &complaints, &last_error),
        ENT_BAD_INPUT);
    expect_complaint("# nothing here\n", 2, 1, "empty");
}

static void
broken_syntax_says_where(void **state)
{
    (void)state;
    expect_complaint("a: [1, 2\nb: 3\n", 2, 2, "flow sequence begun at 1:4");
    expect_complaint("a: 1\n\tb: 2\n", 2, 1, "");
    expect_complaint("a: \"unfinished\n", 2, 1, "quoted scalar");
    expect_complaint("? [a]\n: b\n", 1, 3, "cannot be a key");
}

static void
text_that_is_not_clean_unicode_says_where(void **state)
{
    (void)state;
    expect_complaint("a: 1\nb: th\xff\n", 2, 6, "UTF-8");
    expect_complaint("\x25\x9d", 1, 2, "UTF-8"); /* hangs another library */
    expect_complaint("\xef\xbb\xbf"
                     "a: 1\n",
        1, 1, "byte order mark");
    expect_complaint("a: 1\nb: e\xcc\x81\n", 2, 1, "normalisation form C");
    expect_complaint("b: \"e\\u0301\"\n", 1, 4, "normalisation form C");
    expect_complaint("b: \"a\\0b\"\n", 1, 4, "NUL");
    expect_complaint("b: \"\\ud800\"\n", 1, 7, "Unicode character");
    expect_complaint("b: \x1b[31m\n", 1, 4, "control characters");
}

static void
a_nul_byte_is_refused(void **state)
{
    struct ent_yaml *yaml = NULL;

    (void)state;
    expect_status(read_view(ent_view_of("a: 1\0b", 6), &yaml), ENT_BAD_INPUT);
    assert_int_equal(complaints.list[0].column, 5);
}

static void
what_a_complaint_quotes_is_safe_to_print(void **state)
{
    (void)state;
    expect_complaint("\"\\e[2J\": 1\n\"\\e[2J\": 2\n", 2, 1, "<U+001B>[2J");
}

static void
nesting_stops_at_sixteen(void **state)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;

    (void)state;
    expect_ok(read_text("[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]", &yaml));
    expect_complaint("[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]", 1, 17, "16 deep");
    expect_complaint("[[[[[[[[[[[[[[[[a: x]]]]]]]]]]]]]]]]", 1, 17, "16 deep");
}

/* A file of `count` times `unit`. */
static struct ent_bytes
repeated(const char *unit, size_t count)
{
    struct ent_bytes text = {0};
    size_t len = strlen(unit);

    expect_ok(ent_bytes_alloc(len * count, &text, &last_error));
    for (size_t i = 0; i < count; i++) {
        memcpy(text.data + i * len, unit, len);
    }
    return text;
}

static void
endless_nesting_is_refused_before_it_is_read(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = repeated("[", ENT_YAML_SIZE_MAX);
    struct ent_yaml *yaml = NULL;

    (void)state;
    expect_status(read_view(ent_bytes_view(&text), &yaml), ENT_BAD_INPUT);
    assert_int_equal(complaints.list[0].column, ENT_YAML_DEPTH_MAX + 1);
}

static void
size_and_number_of_values_have_limits(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes large = repeated("#", ENT_YAML_SIZE_MAX + 1);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes many = repeated("- a\n", ENT_YAML_NODES_MAX);
    struct ent_yaml *yaml = NULL;

    (void)state;
    expect_status(read_view(ent_bytes_view(&large), &yaml), ENT_BAD_INPUT);
    assert_non_null(strstr(complaints.list[0].text, "1048576 are allowed"));
    expect_status(read_view(ent_bytes_view(&many), &yaml), ENT_BAD_INPUT);
    assert_int_equal(complaints.list[0].line, ENT_YAML_NODES_MAX);
}

static void
complaints_beyond_the_list_are_counted(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = repeated("- &x 1\n", ENT_COMPLAINTS_MAX + 5);
    struct ent_yaml *yaml = NULL;

    (void)state;
    expect_status(read_view(ent_bytes_view(&text), &yaml), ENT_BAD_INPUT);
    assert_int_equal(complaints.count, ENT_COMPLAINTS_MAX);
    assert_int_equal(complaints.dropped, 5);
}

static void
an_unknown_key_comes_with_the_nearest_known_one(void **state)
{
    static const char *const known[] = {"families", "direction", NULL};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;

    (void)state;
    expect_ok(read_text("familes: x\ndirection: y\nquota: 3\n", &yaml));
    ent_yaml_unknown(ent_yaml_root(yaml), known, &complaints);
    assert_int_equal(complaints.count, 2);
    assert_string_equal(complaints.list[0].text,
        "unknown key 'familes'; did you mean 'families'?");
    assert_string_equal(complaints.list[1].text,
        "unknown key 'quota'; known here: families, direction");
    assert_int_equal(complaints.list[1].line, 3);
}

static void
a_long_key_is_quoted_in_whole_characters(void **state)
{
    static const char *const known[] = {"a", NULL};
    ENT_AUTO(ent_bytes_free) struct ent_bytes key = repeated("ก", 40);
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    char text[256];

    (void)state;
    (void)snprintf(
        text, sizeof text, "%.*s: 1\n", (int)key.len, (char *)key.data);
    expect_ok(read_text(text, &yaml));
    ent_yaml_unknown(ent_yaml_root(yaml), known, &complaints);
    assert_non_null(strstr(complaints.list[0].text, "กกก'; known here: a"));
}

static void
out_of_memory_is_a_status_at_every_step(void **state)
{
    static const char text[] = "a: [1, {b: 2, c: 3}, 4]\nd: x\n";
    enum ent_status rc = ENT_NO_MEMORY;
    struct ent_yaml *yaml = NULL;
    size_t nth = 0;

    (void)state;
    while (rc == ENT_NO_MEMORY) {
        assert_null(yaml);
        fail_allocation(++nth);
        rc = read_text(text, &yaml);
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_true(nth > 10);
    ent_yaml_free(&yaml);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_a_tree_with_positions),
        cmocka_unit_test(every_scalar_is_text),
        cmocka_unit_test(asking_a_map_for_what_it_lacks_is_no_error),
        cmocka_unit_test(anchors_aliases_tags_and_merge_keys_are_refused),
        cmocka_unit_test(all_complaints_come_at_once_and_in_order),
        cmocka_unit_test(a_key_twice_in_one_map_names_both_places),
        cmocka_unit_test(a_second_document_is_refused),
        cmocka_unit_test(an_empty_file_is_refused),
        cmocka_unit_test(broken_syntax_says_where),
        cmocka_unit_test(text_that_is_not_clean_unicode_says_where),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(what_a_complaint_quotes_is_safe_to_print),
        cmocka_unit_test(nesting_stops_at_sixteen),
        cmocka_unit_test(endless_nesting_is_refused_before_it_is_read),
        cmocka_unit_test(size_and_number_of_values_have_limits),
        cmocka_unit_test(complaints_beyond_the_list_are_counted),
        cmocka_unit_test(an_unknown_key_comes_with_the_nearest_known_one),
        cmocka_unit_test(a_long_key_is_quoted_in_whole_characters),
        cmocka_unit_test(out_of_memory_is_a_status_at_every_step),
    };

    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
