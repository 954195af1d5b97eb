/* SPDX-License-Identifier: Apache-2.0 */
/* docs/CATALOGUE.md, for those who look before they install anything. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/path.h"
#include "tools/cli/catalogue.h"

static const char head[] =
    "# Catalogue\n"
    "\n"
    "What offices exchange: one section for each family of messages. Made by "
    "`entente catalogue --document`\n"
    "from the manifests in `proto/catalogue/`; change those, not this.\n"
    "\n"
    "**Presence** is *must*, *may*, or when. **Traits**: *text* is written by "
    "people in any script, *brief* has at\n"
    "most 1,200 characters, *past* and *future* are told from the message's "
    "creation; *personal* fields tell who\n"
    "somebody is, *special* ones are a special category of personal data, "
    "*counted* ones are of persons who are\n"
    "counted and never named; what a message is looked up by is *found by* "
    "that. What several families hold, a\n"
    "place or a person, has a section at the end.\n";

static void
print_absent(FILE *out)
{
    const char *path;

    (void)fputs(
        "What no family has a place for, and agreements may name:", out);
    for (size_t i = 0; (path = ent_path_absent(i)) != NULL; i++) {
        (void)fprintf(out, "%s\n`%s`", i == 0 ? "" : ",", path);
    }
    (void)fputs(".\n", out);
}

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* The strings of a list with commas between them. */
static void
print_list(FILE *out, const json_t *list)
{
    size_t index;
    json_t *value;

    json_array_foreach(list, index, value)
    {
        (void)fprintf(
            out, "%s%s", index > 0 ? ", " : "", json_string_value(value));
    }
}

static void
print_tiers(FILE *out, const json_t *tiers)
{
    const char *name;
    json_t *word;
    bool first = true;

    json_object_foreach((json_t *)(uintptr_t)tiers, name, word)
    {
        (void)fprintf(
            out, "%s%s: %s", first ? "" : ", ", name, json_string_value(word));
        first = false;
    }
}

static void
print_header(FILE *out, const json_t *header)
{
    const json_t *must = json_object_get(header, "must");
    const json_t *never = json_object_get(header, "never");

    if (json_array_size(must) > 0) {
        (void)fputs("- header must have: ", out);
        print_list(out, must);
        (void)fputs("\n", out);
    }
    if (json_array_size(never) > 0) {
        (void)fputs("- header never has: ", out);
        print_list(out, never);
        (void)fputs("\n", out);
    }
}

static void
print_field(FILE *out, const json_t *field)
{
    const char *entity = text_of(field, "entity");
    const char *rule = text_of(field, "rule");
    bool both =
        json_array_size(json_object_get(field, "traits")) > 0 && *rule != '\0';

    (void)fprintf(out, "| `%s` | %s | %s", text_of(field, "field"),
        text_of(field, "presence"), text_of(field, "format"));
    if (*entity != '\0') {
        (void)fprintf(out, "%s, below", entity);
    }
    print_list(out, json_object_get(field, "codes"));
    (void)fputs(" | ", out);
    print_list(out, json_object_get(field, "traits"));
    (void)fprintf(out, "%s%s |\n", both ? "; " : "", rule);
}

/* Without the fields of entities, which have sections of their own. */
static void
print_fields(FILE *out, const json_t *fields)
{
    const char *inside = NULL;
    size_t index;
    json_t *field;

    (void)fputs("\n| field | presence | format or codes | traits and rules |\n"
                "|---|---|---|---|\n",
        out);
    json_array_foreach(fields, index, field)
    {
        const char *path = text_of(field, "field");
        size_t len = inside == NULL ? 0 : strlen(inside);

        if (inside != NULL && strncmp(path, inside, len) == 0 &&
            path[len] == '.') {
            continue;
        }
        inside = *text_of(field, "entity") != '\0' ? path : NULL;
        print_field(out, field);
    }
}

static void
print_family(FILE *out, const json_t *family)
{
    const char *acknowledge = text_of(family, "acknowledge");
    size_t index;
    json_t *code;

    (void)fprintf(out, "\n## %s %s\n\n`%s`. %s\n\n", text_of(family, "code"),
        text_of(family, "title"), text_of(family, "family"),
        text_of(family, "about"));
    (void)fprintf(out, "- unless said otherwise: %s, %s",
        text_of(family, "precedence"), text_of(family, "tlp"));
    json_array_foreach(json_object_get(family, "handling"), index, code)
    {
        (void)fprintf(out, ", %s", json_string_value(code));
    }
    (void)fprintf(out, ", kept %s%s%s\n", text_of(family, "keep"),
        *acknowledge == '\0' ? "" : ", acknowledged within ", acknowledge);
    (void)fprintf(out, "- names persons: %s\n",
        json_is_true(json_object_get(family, "nominal")) ? "it may" : "never");
    (void)fputs("- may go to: ", out);
    print_tiers(out, json_object_get(family, "tiers"));
    (void)fputs("\n", out);
    print_header(out, json_object_get(family, "header"));
    print_fields(out, json_object_get(family, "fields"));
}

/* ---- entities ---- */

#define ENTITIES_MAX 32

struct entities {
    const struct ent_type_manifest *list[ENTITIES_MAX];
    size_t count;
};

/* Those that this type holds, each once. */
static void
gather(struct entities *entities, const struct ent_type_manifest *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct ent_type_manifest *below = type->fields[i].type;
        size_t at = 0;

        while (at < entities->count && entities->list[at] != below) {
            at++;
        }
        if (below == NULL || at < entities->count) {
            continue;
        }
        if (below->shared) {
            assert(entities->count < ENTITIES_MAX);
            entities->list[entities->count++] = below;
        }
        gather(entities, below);
    }
}

static int
by_name(const void *a, const void *b)
{
    const struct ent_type_manifest *const *left = a;
    const struct ent_type_manifest *const *right = b;

    return strcmp(
        (*left)->descriptor->short_name, (*right)->descriptor->short_name);
}

static void
print_entities(FILE *out, struct entities *entities)
{
    qsort(entities->list, entities->count, sizeof entities->list[0], by_name);
    for (size_t i = 0; i < entities->count; i++) {
        json_t *fields = cli_catalogue_fields(entities->list[i]);

        (void)fprintf(
            out, "\n## %s\n", entities->list[i]->descriptor->short_name);
        print_fields(out, fields);
        json_decref(fields);
    }
}

enum ent_status
cli_catalogue_document(FILE *out, struct ent_error *err)
{
    size_t count;
    const struct ent_family *list = ent_family_list(&count);
    struct entities entities = {.count = 0};

    (void)fputs(head, out);
    print_absent(out);
    for (size_t i = 0; i < count; i++) {
        json_t *family = cli_catalogue_of(&list[i]);

        if (family == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "writing the catalogue");
        }
        print_family(out, family);
        json_decref(family);
        gather(&entities, list[i].body);
    }
    print_entities(out, &entities);
    return ENT_OK;
}
