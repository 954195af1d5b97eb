/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diff.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/agreement_internal.h"

#define TEXT_LEN 200 /* of a value in a sentence */

/* One comparison; `place` grows on the way down. */
struct comparison {
    void (*found)(void *context, const struct ent_change *change);
    void *context;
    char place[ENT_PLACE_LEN];
};

/* ---- telling ---- */

static void tell(struct comparison *comparison, enum ent_change_kind kind,
    size_t old_line, size_t new_line, const char *format, ...) ENT_PRINTF(5, 6);

static void
tell(struct comparison *comparison, enum ent_change_kind kind, size_t old_line,
    size_t new_line, const char *format, ...)
{
    struct ent_change change = {
        .kind = kind, .old_line = old_line, .new_line = new_line};
    va_list arguments;

    (void)snprintf(change.place, sizeof change.place, "%s", comparison->place);
    va_start(arguments, format);
    (void)vsnprintf(change.sentence, sizeof change.sentence, format, arguments);
    va_end(arguments);
    comparison->found(comparison->context, &change);
}

/* Go into `name`; the length to come back to. */
static size_t
enter(struct comparison *comparison, const char *name)
{
    size_t len = strlen(comparison->place);

    (void)snprintf(comparison->place + len, sizeof comparison->place - len,
        "%s%s", len > 0 ? " " : "", name);
    return len;
}

static void
leave(struct comparison *comparison, size_t len)
{
    comparison->place[len] = '\0';
}

/* A value in a few words: scalars as they are, the rest as YAML would have it,
 * cut where it is long. */
static size_t
describe(const struct ent_yaml_node *node, char *out, size_t len, size_t size)
{
    if (len + 4 >= size) {
        return len;
    }
    if (node->kind == ENT_YAML_SCALAR) {
        len += (size_t)snprintf(out + len, size - len, "%s", node->text);
        return len < size ? len : size - 1;
    }
    out[len++] = node->kind == ENT_YAML_LIST ? '[' : '{';
    for (size_t i = 0; i < node->count && len + 4 < size; i++) {
        len +=
            (size_t)snprintf(out + len, size - len, "%s%s%s", i > 0 ? ", " : "",
                node->kind == ENT_YAML_MAP ? node->keys[i]->text : "",
                node->kind == ENT_YAML_MAP ? ": " : "");
        len = describe(node->items[i], out, len < size ? len : size - 1, size);
    }
    if (len + 2 < size) {
        out[len++] = node->kind == ENT_YAML_LIST ? ']' : '}';
        out[len] = '\0';
    }
    return len;
}

static const char *
words_of(const struct ent_yaml_node *node, char out[static TEXT_LEN])
{
    out[0] = '\0';
    (void)describe(node, out, 0, TEXT_LEN);
    return out;
}

static void
tell_added(struct comparison *comparison, const struct ent_yaml_node *node)
{
    char words[TEXT_LEN];

    tell(comparison, ENT_CHANGE_ADDED, 0, node->line, "is new: %s",
        words_of(node, words));
}

static void
tell_removed(struct comparison *comparison, const struct ent_yaml_node *node)
{
    char words[TEXT_LEN];

    tell(comparison, ENT_CHANGE_REMOVED, node->line, 0, "is gone: %s",
        words_of(node, words));
}

/* ---- what names a row ---- */

/* The name of the nth thing that a row of a list is about; NULL past the last.
 * A retention is about each of its families. */
static const char *
name_of_row(const struct ent_yaml_node *row, size_t n)
{
    static const char *const names[] = {
        "clause", "address", "level", "risk", "to"};
    const struct ent_yaml_node *value;

    if (row->kind == ENT_YAML_SCALAR) {
        return n == 0 ? row->text : NULL;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        value = ent_yaml_get(row, names[i]);
        if (value != NULL && value->kind == ENT_YAML_SCALAR) {
            return n == 0 ? value->text : NULL;
        }
    }
    value = ent_yaml_get(row, "families");
    return value != NULL && n < value->count ? value->items[n]->text : NULL;
}

/* The row of a list that is about that; NULL: none. */
static const struct ent_yaml_node *
row_named(const struct ent_yaml_node *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *own;

        for (size_t n = 0; (own = name_of_row(list->items[i], n)) != NULL;
             n++) {
            if (strcmp(own, name) == 0) {
                return list->items[i];
            }
        }
    }
    return NULL;
}

/* ---- comparing ---- */

static void compare(struct comparison *comparison,
    const struct ent_yaml_node *older, const struct ent_yaml_node *newer,
    const char *except);

/* A row that is about several things is compared for each, but for the list of
 * those things. */
static bool
is_about_several(const struct ent_yaml_node *row)
{
    return row->kind == ENT_YAML_MAP && ent_yaml_get(row, "families") != NULL &&
           name_of_row(row, 0) == ent_yaml_get(row, "families")->items[0]->text;
}

/* Lists of words: what one has and the other has not. */
static void
compare_words(struct comparison *comparison, const struct ent_yaml_node *older,
    const struct ent_yaml_node *newer)
{
    for (size_t i = 0; i < newer->count; i++) {
        if (row_named(older, newer->items[i]->text) == NULL) {
            tell(comparison, ENT_CHANGE_ADDED, older->line,
                newer->items[i]->line, "now has %s", newer->items[i]->text);
        }
    }
    for (size_t i = 0; i < older->count; i++) {
        if (row_named(newer, older->items[i]->text) == NULL) {
            tell(comparison, ENT_CHANGE_REMOVED, older->items[i]->line,
                newer->line, "no longer has %s", older->items[i]->text);
        }
    }
}

static void
compare_row(struct comparison *comparison, const struct ent_yaml_node *older,
    const struct ent_yaml_node *newer, const char *name)
{
    const struct ent_yaml_node *before = row_named(older, name);
    size_t len = enter(comparison, name);

    if (before == NULL) {
        tell_added(comparison, newer);
    } else {
        compare(comparison, before, newer,
            is_about_several(newer) ? "families" : NULL);
    }
    leave(comparison, len);
}

static void
compare_rows(struct comparison *comparison, const struct ent_yaml_node *older,
    const struct ent_yaml_node *newer)
{
    const char *name;

    for (size_t i = 0; i < newer->count; i++) {
        for (size_t n = 0; (name = name_of_row(newer->items[i], n)) != NULL;
             n++) {
            compare_row(comparison, older, newer->items[i], name);
        }
    }
    for (size_t i = 0; i < older->count; i++) {
        for (size_t n = 0; (name = name_of_row(older->items[i], n)) != NULL;
             n++) {
            if (row_named(newer, name) == NULL) {
                size_t len = enter(comparison, name);

                tell_removed(comparison, older->items[i]);
                leave(comparison, len);
            }
        }
    }
}

static void
compare_maps(struct comparison *comparison, const struct ent_yaml_node *older,
    const struct ent_yaml_node *newer, const char *except)
{
    for (size_t i = 0; i < newer->count; i++) {
        const char *key = newer->keys[i]->text;
        const struct ent_yaml_node *before = ent_yaml_get(older, key);
        size_t len;

        if (except != NULL && strcmp(key, except) == 0) {
            continue;
        }
        len = enter(comparison, key);
        if (before == NULL) {
            tell_added(comparison, newer->items[i]);
        } else {
            compare(comparison, before, newer->items[i], NULL);
        }
        leave(comparison, len);
    }
    for (size_t i = 0; i < older->count; i++) {
        if (ent_yaml_get(newer, older->keys[i]->text) == NULL) {
            size_t len = enter(comparison, older->keys[i]->text);

            tell_removed(comparison, older->items[i]);
            leave(comparison, len);
        }
    }
}

static void
compare_values(struct comparison *comparison, const struct ent_yaml_node *older,
    const struct ent_yaml_node *newer)
{
    char was[TEXT_LEN];
    char is[TEXT_LEN];

    words_of(older, was);
    words_of(newer, is);
    if (strcmp(was, is) != 0) {
        tell(comparison, ENT_CHANGE_CHANGED, older->line, newer->line,
            "was %s, is %s", was, is);
    }
}

static bool
is_list_of(const struct ent_yaml_node *node, enum ent_yaml_kind kind)
{
    return node->kind == ENT_YAML_LIST && node->count > 0 &&
           node->items[0]->kind == kind;
}

static void
compare(struct comparison *comparison, const struct ent_yaml_node *older,
    const struct ent_yaml_node *newer, const char *except)
{
    if (older->kind == ENT_YAML_MAP && newer->kind == ENT_YAML_MAP) {
        compare_maps(comparison, older, newer, except);
    } else if (is_list_of(older, ENT_YAML_SCALAR) &&
               is_list_of(newer, ENT_YAML_SCALAR)) {
        compare_words(comparison, older, newer);
    } else if (is_list_of(older, ENT_YAML_MAP) &&
               is_list_of(newer, ENT_YAML_MAP)) {
        compare_rows(comparison, older, newer);
    } else {
        compare_values(comparison, older, newer);
    }
}

void
ent_agreement_diff(const struct ent_agreement *older,
    const struct ent_agreement *newer,
    void (*found)(void *context, const struct ent_change *change),
    void *context)
{
    struct comparison comparison = {.found = found, .context = context};

    assert(older != NULL && newer != NULL && found != NULL);

    compare(&comparison, ent_yaml_root(older->yaml), ent_yaml_root(newer->yaml),
        NULL);
}
