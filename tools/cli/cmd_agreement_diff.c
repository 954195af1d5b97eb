/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sysexits.h>

#include "policy/diff.h"
#include "tools/cli/agreement.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *older;
    const char *newer;
    bool json;
};

static const struct cli_field fields[] = {
    {.key = "old_line", .title = "OLD LINE", .right = true},
    {.key = "new_line", .title = "NEW LINE", .right = true},
    {.key = "place", .title = "PLACE"},
    {.key = "text", .title = "WHAT CHANGED", .wrap = true},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            argp_error(state, "two files are compared, OLD and NEW");
        }
        *(state->arg_num == 0 ? &arguments->older : &arguments->newer) =
            argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->newer == NULL) {
            argp_error(state, "OLD and NEW are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void
add_line(json_t *row, const char *key, size_t line)
{
    if (line != 0) {
        (void)json_object_set_new(row, key, json_integer((json_int_t)line));
    }
}

static void
add_change(void *context, const struct ent_change *change)
{
    static const char *const kinds[] = {
        [ENT_CHANGE_ADDED] = "added",
        [ENT_CHANGE_REMOVED] = "removed",
        [ENT_CHANGE_CHANGED] = "changed",
    };
    json_t *row = json_object();

    (void)json_object_set_new(row, "change", json_string(kinds[change->kind]));
    (void)json_object_set_new(
        row, "place", cli_json_text(ent_view_text(change->place)));
    (void)json_object_set_new(
        row, "text", cli_json_text(ent_view_text(change->sentence)));
    add_line(row, "old_line", change->old_line);
    add_line(row, "new_line", change->new_line);
    (void)json_array_append_new(context, row);
}

static enum ent_status
compare(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *older = NULL;
    ENT_AUTO(ent_agreement_free) struct ent_agreement *newer = NULL;
    enum ent_status rc;
    json_t *rows;

    rc = cli_agreement_load(arguments->older, &older, err);
    if (rc == ENT_OK) {
        rc = cli_agreement_load(arguments->newer, &newer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rows = json_array();
    if (rows == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "comparing two agreements");
    }
    ent_agreement_diff(older, newer, add_change, rows);
    if (!arguments->json && json_array_size(rows) == 0) {
        puts("nothing changed but the order of words and what is in comments");
    } else {
        rc = cli_print_table(stdout, rows, fields,
            sizeof fields / sizeof fields[0], arguments->json, err);
    }
    json_decref(rows);
    return rc;
}

int
cli_agreement_diff(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "OLD NEW",
        .doc =
            "Say what changed between two versions of an agreement, in words. "
            "Clauses are known by their number, offices by their address; the "
            "order of lists and comments mean nothing.\v"
            "Examples:\n"
            "  entente agreement diff th-kh-3.yaml th-kh-4.yaml\n"
            "  entente agreement diff old.yaml new.yaml --json\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = compare(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
