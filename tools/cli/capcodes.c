/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/capcodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/alert.h"
#include "tools/cli/paths.h"

#define CHECK_ARENA ((size_t)1024 * 1024)

/* The tree is the table: it is small, and read once for each alert. */
struct cli_capcodes {
    struct ent_yaml *yaml;
    const struct ent_yaml_node *root;
};

/* ---- look up ---- */

static bool
is_in(const struct ent_yaml_node *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i]->text, word) == 0) {
            return true;
        }
    }
    return false;
}

/* Of an eventCode "SAME=CAE", of others their text. */
static bool
says_one_of(
    const struct cli_cap_element *element, const struct ent_yaml_node *list)
{
    char text[256];

    if (element->first == NULL) {
        return is_in(list, element->text);
    }
    (void)snprintf(text, sizeof text, "%s=%s",
        cli_cap_text(element, "valueName"), cli_cap_text(element, "value"));
    return is_in(list, text);
}

/* Each line holds: the <info>, or for "sender" the alert, says one of it. */
static bool
holds(const struct ent_yaml_node *when, const struct cli_cap_element *info)
{
    for (size_t i = 0; i < when->count; i++) {
        const char *name = when->keys[i]->text;
        const struct cli_cap_element *each = cli_cap_child(
            strcmp(name, "sender") == 0 ? info->parent : info, name);

        while (each != NULL && !says_one_of(each, when->items[i])) {
            each = cli_cap_next(each);
        }
        if (each == NULL) {
            return false;
        }
    }
    return true;
}

const struct ent_family *
cli_capcodes_family(const struct cli_capcodes *codes,
    const struct cli_cap_element *info, const struct ent_yaml_node **ret_set)
{
    const struct ent_yaml_node *alerts = ent_yaml_get(codes->root, "alerts");

    for (size_t i = 0; i < alerts->count; i++) {
        const struct ent_yaml_node *rule = alerts->items[i];

        if (holds(ent_yaml_get(rule, "when"), info)) {
            *ret_set = ent_yaml_get(rule, "set");
            return ent_family_by_name(
                ent_view_text(ent_yaml_get(rule, "family")->text));
        }
    }
    return NULL;
}

const struct ent_yaml_node *
cli_capcodes_set(
    const struct cli_capcodes *codes, const char *part, const char *word)
{
    return ent_yaml_get(ent_yaml_get(codes->root, part), word);
}

const char *
cli_capcodes_word(
    const struct cli_capcodes *codes, const char *part, const char *word)
{
    const struct ent_yaml_node *found = cli_capcodes_set(codes, part, word);

    return found == NULL ? NULL : found->text;
}

/* ---- read ---- */

static void
complain(struct ent_complaints *complaints, const struct ent_yaml_node *node,
    const char *what)
{
    ent_complain(complaints, node->line, node->column, "%s", what);
}

/* A family that an alert can become. */
static const struct ent_family *
read_family(const struct ent_yaml_node *rule, struct ent_complaints *complaints)
{
    const struct ent_yaml_node *name = ent_yaml_get(rule, "family");
    const struct ent_family *family =
        name == NULL || name->text == NULL
            ? NULL
            : ent_family_by_name(ent_view_text(name->text));

    if (family == NULL || cli_alert_shape_of(family) == NULL) {
        complain(complaints, name == NULL ? rule : name,
            "'family' must be one that an alert can become: hotline_alert, "
            "hub_alert, at_risk_person_alert, health_alert, border_status or "
            "situation_report");
        return NULL;
    }
    return family;
}

static void
read_when(const struct ent_yaml_node *rule, struct ent_complaints *complaints)
{
    static const char *const known[] = {
        "category", "event", "eventCode", "parameter", "sender", NULL};
    const struct ent_yaml_node *when = ent_yaml_get(rule, "when");

    if (when == NULL || when->kind != ENT_YAML_MAP || when->count == 0) {
        complain(complaints, when == NULL ? rule : when,
            "'when' must say what such an alert has: category, event, "
            "eventCode, parameter or sender");
        return;
    }
    ent_yaml_unknown(when, known, complaints);
    for (size_t i = 0; i < when->count; i++) {
        const struct ent_yaml_node *list = when->items[i];
        bool good = list->kind == ENT_YAML_LIST && list->count > 0;

        for (size_t j = 0; good && j < list->count; j++) {
            good = list->items[j]->text != NULL;
        }
        if (!good) {
            complain(complaints, list,
                "here must be a list of words, such as [Security, Safety]");
        }
    }
}

static bool
is_values(const struct ent_yaml_node *set, struct ent_complaints *complaints)
{
    if (set->kind != ENT_YAML_MAP) {
        complain(complaints, set,
            "here must be values by their paths, such as 'purpose: "
            "LISTED_CRIME'");
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i]->text == NULL) {
            complain(complaints, set->items[i], "here must be one value");
            return false;
        }
    }
    return true;
}

/* The values are such as the catalogue has, as far as they go. */
static void
read_set(const struct ent_yaml_node *set, const struct ent_family *family,
    struct cli_paths *paths, struct ent_complaints *complaints)
{
    char wrong[CLI_PATH_LEN_MAX];
    struct ent_error why = {0};
    ent_message *message = NULL;

    if (!is_values(set, complaints)) {
        return;
    }
    ent_arena_reset(paths->arena);
    paths->count = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (cli_alert_set(paths, family, set->keys[i]->text,
                set->items[i]->text, set->items[i], &why) != ENT_OK ||
            cli_paths_message(paths, &message, wrong, &why) != ENT_OK) {
            complain(complaints, set->items[i], why.text);
            return;
        }
    }
}

static void
read_alerts(const struct ent_yaml_node *alerts, struct cli_paths *paths,
    struct ent_complaints *complaints)
{
    static const char *const known[] = {"family", "when", "set", NULL};

    if (alerts == NULL || alerts->kind != ENT_YAML_LIST) {
        return;
    }
    for (size_t i = 0; i < alerts->count; i++) {
        const struct ent_yaml_node *rule = alerts->items[i];
        const struct ent_family *family;

        if (rule->kind != ENT_YAML_MAP) {
            complain(complaints, rule, "here must be 'family' and 'when'");
            continue;
        }
        ent_yaml_unknown(rule, known, complaints);
        read_when(rule, complaints);
        family = read_family(rule, complaints);
        if (family != NULL && ent_yaml_get(rule, "set") != NULL) {
            read_set(ent_yaml_get(rule, "set"), family, paths, complaints);
        }
    }
}

/* word: code */
static void
read_words(const struct ent_yaml_node *map, struct ent_complaints *complaints)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->items[i]->text == NULL) {
            complain(complaints, map->items[i], "here must be one word");
        }
    }
}

/* word: values */
static void
read_sets(const struct ent_yaml_node *map, struct ent_complaints *complaints)
{
    for (size_t i = 0; i < map->count; i++) {
        (void)is_values(map->items[i], complaints);
    }
}

static void
read_root(const struct ent_yaml_node *root, struct cli_paths *paths,
    struct ent_complaints *complaints)
{
    static const char *const known[] = {"alerts", "responses", "scopes",
        "geocodes", "places", "parameters", NULL};

    for (size_t i = 0; known[i] != NULL; i++) {
        const struct ent_yaml_node *part =
            root->kind == ENT_YAML_MAP ? ent_yaml_get(root, known[i]) : NULL;

        if (part == NULL ||
            part->kind != (i == 0 ? ENT_YAML_LIST : ENT_YAML_MAP)) {
            ent_complain(complaints, root->line, root->column,
                "'%s' is missing, or is no %s", known[i],
                i == 0 ? "list" : "map; {} is one with nothing in it");
            return;
        }
        if (i == 2 || i == 4) {
            read_sets(part, complaints);
        } else if (i > 0) {
            read_words(part, complaints);
        }
    }
    ent_yaml_unknown(root, known, complaints);
    read_alerts(ent_yaml_get(root, "alerts"), paths, complaints);
}

static enum ent_status
check(const struct ent_yaml_node *root, struct ent_complaints *complaints,
    struct ent_error *err)
{
    struct cli_paths *paths = calloc(1, sizeof *paths);
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    enum ent_status rc = paths == NULL
                             ? ent_fail(err, ENT_NO_MEMORY, "reading a table")
                             : ent_arena_init(&arena, CHECK_ARENA, err);

    if (rc == ENT_OK) {
        paths->arena = &arena;
        read_root(root, paths, complaints);
    }
    free(paths);
    if (rc == ENT_OK && complaints->count > 0) {
        ent_complaints_sort(complaints);
        rc = ent_fail(err, ENT_BAD_INPUT, "line %zu, column %zu: %s",
            complaints->list[0].line, complaints->list[0].column,
            complaints->list[0].text);
    }
    return rc;
}

enum ent_status
cli_capcodes_read(struct ent_view text, struct cli_capcodes **ret_codes,
    struct ent_complaints *complaints, struct ent_error *err)
{
    struct cli_capcodes *codes = calloc(1, sizeof *codes);
    enum ent_status rc;

    if (codes == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a table of codes");
    }
    rc = ent_yaml_read(text, &codes->yaml, complaints, err);
    if (rc == ENT_OK) {
        codes->root = ent_yaml_root(codes->yaml);
        rc = check(codes->root, complaints, err);
    }
    if (rc != ENT_OK) {
        cli_capcodes_free(&codes);
        return rc;
    }
    *ret_codes = codes;
    return ENT_OK;
}

void
cli_capcodes_free(struct cli_capcodes **codes)
{
    if (*codes != NULL) {
        ent_yaml_free(&(*codes)->yaml);
        free(*codes);
        *codes = NULL;
    }
}
