/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "policy/matrix.h"
#include "proto/address.h"
#include "proto/message.h"
#include "tools/cli/agreement.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *file;
    const char *from;
    const char *to;
    const char *family;
    bool json;
};

/* One matrix in the making: "from to" -> {from, to, families}, where families
 * is {family: [clause]}. */
struct matrix {
    const struct arguments *arguments;
    json_t *pairs;
};

static const struct argp_option options[] = {
    {"from", 'f', "ADDRESS", 0, "only what this office may send", 0},
    {"to", 't', "ADDRESS", 0, "only what this office may be sent", 0},
    {"family", 'F', "FAMILY", 0, "only this family", 0},
    {0},
};

static const struct cli_field fields[] = {
    {.key = "from", .title = "FROM"},
    {.key = "to", .title = "TO"},
    {.key = "may_send", .title = "MAY SEND (BY CLAUSE)", .wrap = true},
};

/* A word that is no address would say that nobody may. */
static const char *
read_address(const char *text, const char *option, struct argp_state *state)
{
    struct ent_address address;
    struct ent_error err = {0};

    if (ent_address_parse(ent_view_text(text), &address, &err) != ENT_OK) {
        argp_error(state, "%s: %s", option, err.text);
    }
    return text;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case 'f':
        arguments->from = read_address(argument, "--from", state);
        return 0;
    case 't':
        arguments->to = read_address(argument, "--to", state);
        return 0;
    case 'F':
        if (ent_family_by_name(ent_view_text(argument)) == NULL) {
            argp_error(state, "--family: '%s' is no family", argument);
        }
        arguments->family = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "matrix takes one FILE");
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL) {
            argp_error(state, "FILE is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* ---- gathering ---- */

static bool
is_wanted(const char *asked, const char *is)
{
    return asked == NULL || strcmp(asked, is) == 0;
}

/* What is under a key, made when it is not there. */
static json_t *
under(json_t *object, const char *key, json_t *(*make)(void))
{
    if (json_object_get(object, key) == NULL) {
        (void)json_object_set_new(object, key, make());
    }
    return json_object_get(object, key);
}

static void
add_families(const struct matrix *matrix, json_t *families,
    const struct ent_passage *passage)
{
    char *names = strdup(passage->families);
    char *rest = NULL;

    for (char *name = names != NULL ? strtok_r(names, ", ", &rest) : NULL;
         name != NULL; name = strtok_r(NULL, ", ", &rest)) {
        if (is_wanted(matrix->arguments->family, name)) {
            (void)json_array_append_new(under(families, name, json_array),
                json_string(passage->clause));
        }
    }
    free(names);
}

static void
add_pair(const struct matrix *matrix, const struct ent_passage *passage,
    const char *from, const char *to)
{
    char key[2 * (ENT_ADDRESS_MAX + 1)];
    json_t *pair;

    if (!is_wanted(matrix->arguments->from, from) ||
        !is_wanted(matrix->arguments->to, to)) {
        return;
    }
    (void)snprintf(key, sizeof key, "%s %s", from, to);
    pair = under(matrix->pairs, key, json_object);
    (void)json_object_set_new(pair, "from", json_string(from));
    (void)json_object_set_new(pair, "to", json_string(to));
    add_families(matrix, under(pair, "families", json_object), passage);
}

static void
add_passage(void *context, const struct ent_passage *passage)
{
    const struct matrix *matrix = context;

    add_pair(matrix, passage, passage->from->text, passage->to->text);
    if (passage->both_ways) {
        add_pair(matrix, passage, passage->to->text, passage->from->text);
    }
}

/* ---- showing ---- */

/* "hotline_alert (5.1, 5.4), hub_alert (5.1)" */
static json_t *
words_of(json_t *families)
{
    char *words = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&words, &len);
    const char *name;
    json_t *clauses;
    json_t *text = NULL;
    const char *before = "";

    if (out == NULL) {
        return NULL;
    }
    json_object_foreach(families, name, clauses)
    {
        size_t i;
        json_t *clause;

        fprintf(out, "%s%s (", before, name);
        json_array_foreach(clauses, i, clause)
        {
            fprintf(out, "%s%s", i > 0 ? ", " : "", json_string_value(clause));
        }
        fputc(')', out);
        before = ", ";
    }
    if (fclose(out) == 0) {
        text = json_string(words);
    }
    free(words);
    return text;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The pairs in the order of their addresses; those that may send nothing of
 * what was asked for are left out. NULL: no memory. */
static json_t *
sorted_rows(json_t *pairs, bool json)
{
    size_t count = 0;
    const char **keys = calloc(json_object_size(pairs) + 1, sizeof *keys);
    json_t *rows = json_array();
    const char *key;
    json_t *pair;

    if (keys == NULL || rows == NULL) {
        free(keys);
        json_decref(rows);
        return NULL;
    }
    json_object_foreach(pairs, key, pair)
    {
        if (json_object_size(json_object_get(pair, "families")) > 0) {
            keys[count++] = key;
        }
    }
    qsort(keys, count, sizeof *keys, by_text);
    for (size_t i = 0; i < count; i++) {
        pair = json_object_get(pairs, keys[i]);
        if (!json) {
            (void)json_object_set_new(
                pair, "may_send", words_of(json_object_get(pair, "families")));
        }
        (void)json_array_append(rows, pair);
    }
    free(keys);
    return rows;
}

static enum ent_status
show(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    struct matrix matrix = {.arguments = arguments};
    enum ent_status rc;
    json_t *rows = NULL;

    rc = cli_agreement_load(arguments->file, &agreement, err);
    if (rc != ENT_OK) {
        return rc;
    }
    matrix.pairs = json_object();
    if (matrix.pairs != NULL) {
        ent_matrix_walk(agreement, add_passage, &matrix);
        rows = sorted_rows(matrix.pairs, arguments->json);
    }
    if (rows == NULL) {
        rc = ent_fail(err, ENT_NO_MEMORY, "showing an agreement");
    } else if (!arguments->json && json_array_size(rows) == 0) {
        puts("nobody may send anything like that");
    } else {
        rc = cli_print_table(stdout, rows, fields,
            sizeof fields / sizeof fields[0], arguments->json, err);
    }
    json_decref(rows);
    json_decref(matrix.pairs);
    return rc;
}

int
cli_agreement_matrix(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc =
            "Say who may send what to whom: a line for each two offices and "
            "way, with the families and the clauses that let them pass.\v"
            "Examples:\n"
            "  entente agreement matrix th-kh.yaml\n"
            "  entente agreement matrix th-kh.yaml --from ncc@th\n"
            "  entente agreement matrix region.yaml --family hub_alert --json\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = show(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
