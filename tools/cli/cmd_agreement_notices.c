/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/agreement.h"
#include "tools/cli/notice.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define WORDS_LEN 1024

struct arguments {
    const char *file;
    bool json;
};

static const struct cli_field fields[] = {
    {.key = "state", .title = "STATE"},
    {.key = "number", .title = "NUMBER", .right = true},
    {.key = "notice", .title = "NOTICE"},
    {.key = "from", .title = "FROM"},
    {.key = "about", .title = "ABOUT"},
    {.key = "stands", .title = "STANDS"},
    {.key = "file", .title = "FILE"},
};

/* "person_alert; with ncc@th", or "everything". */
static void
describe_scope(const struct ent_notice *notice, char out[static WORDS_LEN])
{
    const struct ent_declaration *declaration = &notice->declaration;
    size_t len;

    if (notice->kind == ENT_NOTICE_RESUMPTION ||
        notice->kind == ENT_NOTICE_WITHDRAWAL) {
        if (notice->of != 0) {
            (void)snprintf(out, WORDS_LEN, "ends notice %llu",
                (unsigned long long)notice->of);
        } else {
            (void)snprintf(out, WORDS_LEN, "ends all before it");
        }
        return;
    }
    if (declaration->all_families) {
        (void)snprintf(out, WORDS_LEN, "everything");
    } else {
        ent_families_list(&declaration->families, out, WORDS_LEN);
    }
    len = strlen(out);
    if (notice->kind == ENT_NOTICE_ASSURANCE && len < WORDS_LEN) {
        (void)snprintf(out + len, WORDS_LEN - len, "; no %s",
            ent_term_word(&ent_risks, declaration->risk));
    }
    for (size_t i = 0; i < declaration->office_count && len < WORDS_LEN; i++) {
        len += (size_t)snprintf(out + len, WORDS_LEN - len, "%s%s",
            i == 0 ? "; with " : ", ", declaration->offices[i].text);
    }
}

/* Does it hold now, by what the others say? */
static bool
holds(const struct ent_declarations *declarations,
    const struct ent_declaration *one, uint64_t now_ms)
{
    for (size_t i = 0; i < declarations->count; i++) {
        const struct ent_declaration *other = &declarations->list[i];

        if (strcmp(one->state, other->state) == 0 &&
            one->number == other->number) {
            return now_ms >= other->from_ms && now_ms < other->until_ms;
        }
    }
    return false;
}

static const char *
standing_of(const struct cli_notice *notice,
    const struct ent_declarations *declarations, uint64_t now_ms)
{
    if (!notice->good) {
        return notice->fault;
    }
    if (notice->notice.kind == ENT_NOTICE_RESUMPTION ||
        notice->notice.kind == ENT_NOTICE_WITHDRAWAL) {
        return "signed";
    }
    if (notice->notice.declaration.from_ms > now_ms) {
        return "later";
    }
    return holds(declarations, &notice->notice.declaration, now_ms) ? "holds"
                                                                    : "over";
}

static json_t *
row_of(const struct cli_notice *notice,
    const struct ent_declarations *declarations, uint64_t now_ms)
{
    char from[ENT_TIME_TEXT_MAX];
    char about[WORDS_LEN];

    ent_time_format(notice->notice.declaration.from_ms, from);
    describe_scope(&notice->notice, about);
    return json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:b}", "state",
        notice->notice.declaration.state, "number",
        (json_int_t)notice->notice.declaration.number, "notice",
        ent_notice_kind_name(notice->notice.kind), "from", from, "about", about,
        "stands",
        cli_json_text(ent_view_text(standing_of(notice, declarations, now_ms))),
        "file", cli_json_text(ent_view_text(notice->file)), "good",
        notice->good);
}

static enum ent_status
list(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(cli_notices_free) struct cli_notices notices = {0};
    struct ent_declarations declarations;
    uint64_t now_ms = ent_time_now_ms();
    json_t *rows;
    enum ent_status rc;

    rc = cli_agreement_load(arguments->file, &agreement, err);
    if (rc == ENT_OK) {
        rc = cli_notices_read(arguments->file, agreement, &notices, err);
    }
    if (rc == ENT_OK) {
        rc = cli_notices_sum(&notices, now_ms, &declarations, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rows = json_array();
    for (size_t i = 0; i < notices.count; i++) {
        (void)json_array_append_new(
            rows, row_of(&notices.list[i], &declarations, now_ms));
    }
    if (notices.count == 0 && !arguments->json) {
        puts("No party has declared anything about it.");
    } else {
        rc = cli_print_table(stdout, rows, fields,
            sizeof fields / sizeof fields[0], arguments->json, err);
    }
    json_decref(rows);
    return rc;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "FILE is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_agreement_notices(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .parser = parse,
        .args_doc = "FILE",
        .doc = "List the notices that lie beside an agreement: who suspended "
               "or assured what, and whether it holds today.\v"
               "Examples:\n"
               "  entente agreement notices th-kh.yaml\n"
               "  entente agreement notices th-kh.yaml --json\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = list(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
