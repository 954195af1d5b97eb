/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "policy/lint.h"
#include "policy/matrix.h"
#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/agreement.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    char **files;
    size_t count;
    bool json;
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->files = state->argv + state->next;
        arguments->count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "FILE is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&cli_json_argp, 0, NULL, 0},
    {0},
};

/* agreement check */

/* What is good and probably not meant. */
static struct ent_complaints warnings;

static json_t *
list_complaints(const struct ent_complaints *complaints)
{
    json_t *list = json_array();

    for (size_t i = 0; i < complaints->count; i++) {
        const struct ent_complaint *complaint = &complaints->list[i];

        (void)json_array_append_new(
            list, json_pack("{s:I, s:I, s:s}", "line",
                      (json_int_t)complaint->line, "column",
                      (json_int_t)complaint->column, "text", complaint->text));
    }
    return list;
}

/* What --json says of a file; `agreement` NULL: it cannot be loaded, for these
 * complaints or for that error. */
static json_t *
describe_check(const char *path, const struct ent_agreement *agreement,
    const struct ent_complaints *complaints, const struct ent_error *err)
{
    json_t *object =
        agreement != NULL ? cli_agreement_describe(agreement) : json_object();

    (void)json_object_set_new(
        object, "file", cli_json_text(ent_view_text(path)));
    (void)json_object_set_new(object, "good", json_boolean(agreement != NULL));
    (void)json_object_set_new(
        object, "complaints", list_complaints(complaints));
    (void)json_object_set_new(object, "warnings", list_complaints(&warnings));
    if (agreement == NULL && complaints->count == 0) {
        (void)json_object_set_new(
            object, "error", cli_json_text(ent_view_text(err->text)));
    }
    return object;
}

static void
print_good(const char *path, const struct ent_agreement *agreement)
{
    char *name = ent_text_neutral(ent_view_text(path), false);

    printf("%s: %s, version %llu: good\n", name != NULL ? name : "?",
        ent_agreement_name(agreement),
        (unsigned long long)ent_agreement_version(agreement));
    if (ent_agreement_review_due(agreement, ent_time_now_ms())) {
        printf("%s: its review is overdue\n", name != NULL ? name : "?");
    }
    for (size_t i = 0; i < warnings.count; i++) {
        printf("%s:%zu:%zu: warning: %s\n", name != NULL ? name : "?",
            warnings.list[i].line, warnings.list[i].column,
            warnings.list[i].text);
    }
    free(name);
}

static int
check_file(const char *path, json_t *report)
{
    static struct ent_complaints complaints;
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    struct ent_error err = {0};
    enum ent_status rc;

    rc = cli_agreement_read(path, &agreement, &complaints, &err);
    warnings.count = 0;
    if (rc == ENT_OK) {
        ent_agreement_lint(agreement, &warnings);
    }
    if (complaints.count > 0) {
        ent_agreement_free(&agreement);
        rc = ENT_BAD_INPUT;
    }
    if (report != NULL) {
        (void)json_array_append_new(
            report, describe_check(path, agreement, &complaints, &err));
    } else if (rc == ENT_OK) {
        print_good(path, agreement);
    } else if (complaints.count > 0) {
        cli_agreement_complain(path, &complaints);
    } else {
        return cli_fail(rc, &err);
    }
    return cli_exit_code(rc);
}

int
cli_agreement_check(int argc, char *argv[])
{
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "FILE...",
        .doc = "Check agreement files: their words, and whether their clauses "
               "fit together. A clause that this version does not enforce is "
               "an error. What is allowed and probably not meant is a "
               "warning: a clause nobody can use, a family without retention, "
               "an alert that names persons without 'assurances'.\v"
               "Examples:\n"
               "  entente agreement check th-kh.yaml\n"
               "  entente agreement check --json agreements/*.yaml\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc = ENT_OK;
    json_t *report = NULL;
    int code = EX_OK;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    report = arguments.json ? json_array() : NULL;
    for (size_t i = 0; i < arguments.count; i++) {
        int checked = check_file(arguments.files[i], report);

        code = code != EX_OK ? code : checked;
    }
    if (report != NULL) {
        rc = cli_print_table(stdout, report, NULL, 0, true, &err);
        json_decref(report);
    }
    return rc == ENT_OK ? code : cli_fail(rc, &err);
}

/* agreement show */

static const struct cli_field about[] = {
    {.key = "agreement", .title = "Agreement"},
    {.key = "version", .title = "Version"},
    {.key = "title", .title = "Title"},
    {.key = "parties", .title = "Parties"},
    {.key = "from", .title = "In force from"},
    {.key = "until", .title = "In force before"},
    {.key = "digest", .title = "Digest"},
};

static const struct cli_field passages[] = {
    {.key = "clause", .title = "CLAUSE"},
    {.key = "line", .title = "LINE", .right = true},
    {.key = "from", .title = "OFFICE"},
    {.key = "way", .title = "WAY"},
    {.key = "to", .title = "OFFICE"},
    {.key = "families", .title = "MAY SEND"},
    {.key = "purposes", .title = "FOR"},
};

static void
add_passage(void *context, const struct ent_passage *passage)
{
    json_t *rows = context;

    (void)json_array_append_new(
        rows, json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s}", "clause",
                  passage->clause, "line", (json_int_t)passage->line, "from",
                  passage->from->text, "way", passage->both_ways ? "<->" : "->",
                  "to", passage->to->text, "families", passage->families,
                  "purposes", passage->purposes));
}

static enum ent_status
show(const char *path, bool json, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    enum ent_status rc;
    json_t *object;
    json_t *rows;

    rc = cli_agreement_load(path, &agreement, err);
    if (rc != ENT_OK) {
        return rc;
    }
    object = cli_agreement_describe(agreement);
    rows = json_array();
    if (object == NULL || rows == NULL) {
        rc = ent_fail(err, ENT_NO_MEMORY, "showing an agreement");
        goto out;
    }
    ent_matrix_walk(agreement, add_passage, rows);
    (void)json_object_set(object, "passages", rows);
    rc = cli_print_record(
        stdout, object, about, sizeof about / sizeof about[0], json, err);
    if (rc == ENT_OK && !json) {
        putchar('\n');
        rc = cli_print_table(stdout, rows, passages,
            sizeof passages / sizeof passages[0], false, err);
    }
out:
    json_decref(object);
    json_decref(rows);
    return rc;
}

int
cli_agreement_show(int argc, char *argv[])
{
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Show who may send what to whom under an agreement.\v"
               "Examples:\n"
               "  entente agreement show th-kh.yaml\n"
               "  entente agreement show th.yaml --json\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.count > 1) {
        cli_complain("show takes one FILE");
        return EX_USAGE;
    }
    rc = show(arguments.files[0], arguments.json, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
