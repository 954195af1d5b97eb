/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "proto/base/nearest.h"
#include "proto/base/time.h"
#include "tools/cli/catalogue.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define DOCUMENT_OPTION 0x100

struct arguments {
    const char *family; /* NULL: all */
    bool show;
    bool document;
    bool json;
};

static const struct argp_option options[] = {
    {"document", DOCUMENT_OPTION, NULL, 0,
        "All of it as a document (docs/CATALOGUE.md)", 0},
    {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case DOCUMENT_OPTION:
        arguments->document = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0 && strcmp(argument, "show") == 0) {
            arguments->show = true;
            return 0;
        }
        if (!arguments->show || arguments->family != NULL) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->family = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->show && arguments->family == NULL) {
            argp_error(state, "show wants a FAMILY");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "What offices exchange: the families of messages, and the fields of "
    "each.\v"
    "Needs no node. `show` tells of one family which fields it must have, what "
    "they look like, who may have it, and what counts unless an agreement "
    "says otherwise.\n\n"
    "Examples:\n"
    "  entente catalogue\n"
    "  entente catalogue show drug_seizure\n"
    "  entente catalogue --json | jq .family\n";

static const struct argp_child children[] = {{.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "[show FAMILY]",
    .doc = doc,
    .children = children};

/* ---- for people ---- */

/* Which kinds of offices may have it, in one line. */
static json_t *
recipients(const json_t *tiers)
{
    char text[160] = "";
    size_t len = 0;
    const char *name;
    json_t *word;

    json_object_foreach((json_t *)(uintptr_t)tiers, name, word)
    {
        const char *says = json_string_value(word);

        if (strcmp(says, "no") != 0 && len < sizeof text) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s%s%s",
                len > 0 ? ", " : "", name, strcmp(says, "yes") == 0 ? "" : " ",
                strcmp(says, "yes") == 0 ? "" : says);
        }
    }
    return json_string(text);
}

/* What is an object for a program, in words for a person. */
static void
add_words(json_t *object, const struct ent_family *family)
{
    static const char *const keys[][2] = {
        {"must", "header_must"}, {"never", "header_never"}};
    json_t *header = json_object_get(object, "header");
    char text[ENT_TIME_TEXT_MAX];

    ent_duration_format(family->keep_ms, text);
    (void)json_object_set_new(object, "keep", json_string(text));
    if (family->acknowledge_ms != 0) {
        ent_duration_format(family->acknowledge_ms, text);
        (void)json_object_set_new(object, "acknowledge", json_string(text));
    }
    (void)json_object_set_new(
        object, "may_go_to", recipients(json_object_get(object, "tiers")));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_t *list = json_object_get(header, keys[i][0]);

        if (json_array_size(list) > 0) {
            (void)json_object_set(object, keys[i][1], list);
        }
    }
}

/* ---- all ---- */

static const struct cli_field columns[] = {
    {.key = "code", .title = "CODE"},
    {.key = "family", .title = "FAMILY"},
    {.key = "precedence", .title = "PRECEDENCE", .broad = true},
    {.key = "keep", .title = "KEPT", .broad = true},
    {.key = "about", .title = "ABOUT", .wrap = true},
};

static enum ent_status
list_all(bool json, struct ent_error *err)
{
    size_t count;
    const struct ent_family *list = ent_family_list(&count);
    json_t *rows = json_array();
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        json_t *family = cli_catalogue_of(&list[i]);

        if (family == NULL || json_array_append(rows, family) != 0) {
            rc = ent_fail(err, ENT_NO_MEMORY, "listing the catalogue");
        } else if (json) {
            rc = cli_print_json(stdout, family, err);
        } else {
            add_words(family, &list[i]);
        }
        json_decref(family);
    }
    if (rc == ENT_OK && !json) {
        rc = cli_print_table(stdout, rows, columns,
            sizeof columns / sizeof columns[0], false, err);
    }
    json_decref(rows);
    return rc;
}

/* ---- one ---- */

static const struct cli_field record[] = {
    {.key = "title", .title = "Family"},
    {.key = "about", .title = "About"},
    {.key = "precedence", .title = "Precedence"},
    {.key = "tlp", .title = "TLP"},
    {.key = "acknowledge", .title = "Acknowledged within"},
    {.key = "keep", .title = "Kept"},
    {.key = "nominal", .title = "May name persons"},
    {.key = "may_go_to", .title = "May go to", .wrap = true},
    {.key = "header_must", .title = "Header must have"},
    {.key = "header_never", .title = "Header never has"},
};

static const struct cli_field field_columns[] = {
    {.key = "field", .title = "FIELD"},
    {.key = "presence", .title = "PRESENCE", .wrap = true},
    {.key = "format", .title = "FORMAT", .wrap = true},
    {.key = "traits", .title = "TRAITS", .wrap = true},
    {.key = "codes", .title = "CODES", .wrap = true, .broad = true},
};

static enum ent_status
find(const char *name, const struct ent_family **ret_family,
    struct ent_error *err)
{
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(name));
    size_t count;
    const struct ent_family *list = ent_family_list(&count);

    *ret_family = ent_family_by_name(ent_view_text(name));
    if (*ret_family != NULL) {
        return ENT_OK;
    }
    for (size_t i = 0; i < count; i++) {
        ent_nearest_try(&nearest, list[i].name);
    }
    return ent_fail(err, ENT_NOT_FOUND,
        nearest.best == NULL ? "there is no family '%s'"
                             : "there is no family '%s'; is it %s?",
        name, nearest.best);
}

static enum ent_status
show(const char *name, bool json, struct ent_error *err)
{
    const struct ent_family *family;
    json_t *object;
    enum ent_status rc = find(name, &family, err);

    if (rc != ENT_OK) {
        return rc;
    }
    object = cli_catalogue_of(family);
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "showing a family");
    }
    if (!json) {
        add_words(object, family);
    }
    rc = cli_print_record(
        stdout, object, record, sizeof record / sizeof record[0], json, err);
    if (rc == ENT_OK && !json) {
        putchar('\n');
        rc = cli_print_table(stdout, json_object_get(object, "fields"),
            field_columns, sizeof field_columns / sizeof field_columns[0],
            false, err);
    }
    json_decref(object);
    return rc;
}

int
cli_catalogue(int argc, char *argv[])
{
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.document) {
        rc = cli_catalogue_document(stdout, &err);
    } else if (arguments.show) {
        rc = show(arguments.family, arguments.json, &err);
    } else {
        rc = list_all(arguments.json, &err);
    }
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
