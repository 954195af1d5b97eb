/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/alike.h"
#include "tools/cli/canonical.h"
#include "tools/cli/named.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define NUMBER_MAX 24

struct arguments {
    const char *name;
    const char *desk; /* the reader is on it; NULL: on none */
    struct cli_question chosen;
};

static const struct argp_option options[] = {
    {"desk", 'D', "NAME", 0, "As a reader who is on that desk (protection)", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        return 0;
    case 'D':
        arguments->desk = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->name == NULL) {
            argp_error(state, "ID or NUMBER is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "What may be about the same incident as this message?\v"
    "Messages of one family, within two weeks, that share a case reference or "
    "a vehicle, vessel, container, document or parcel; or that tell of one "
    "place (5 km), the same six hours, no other way and no other quantity (10 "
    "%). It is a suggestion: `entente link` says that two are one incident, "
    "and then it is counted once.\n\n"
    "Where many are alike not all are looked at, and at most 64 listed; the "
    "last line says so, with --json as {\"cut\":true}.\n\n"
    "Exit: 1 when nothing is alike; 66 when there is no such message.\n\n"
    "Examples:\n"
    "  entente duplicates 17\n"
    "  entente duplicates 17 --json\n";

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

static const struct cli_field fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "at", .title = "TIME"},
    {.key = "way", .title = "WAY"},
    {.key = "office", .title = "OFFICE"},
    {.key = "basis", .title = "THE SAME", .wrap = true},
    {.key = "linked", .title = "LINKED"},
    {.key = "id", .title = "ID"},
};

static json_t *
row_of(const Entente__V1__Like *like)
{
    char number[NUMBER_MAX] = "";
    char basis[CLI_ALIKE_BASIS_MAX];
    char at[CLI_WORDS_MAX];

    if (like->sequence != 0) {
        (void)snprintf(number, sizeof number, "%" PRIu64, like->sequence);
    }
    cli_alike_basis(like, basis);
    cli_time_short(like->at, ent_time_now_ms(), at);
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o}", "number", number,
        "at", at, "way", like->outgoing ? "sent to" : "came from", "office",
        cli_json_text(ent_view_text(like->office)), "basis", basis, "linked",
        like->linked ? "yes" : "", "id",
        cli_json_text(ent_view_text(like->id)));
}

/* Said after the list, never silently. */
static enum ent_status
print_cut(const Entente__V1__LikeReply *reply, bool json, struct ent_error *err)
{
    Entente__V1__LikeReply cut = ENTENTE__V1__LIKE_REPLY__INIT;

    if (!reply->cut) {
        return ENT_OK;
    }
    if (!json) {
        puts("There may be more: not all were looked at, or listed.");
        return ENT_OK;
    }
    cut.cut = true;
    return cli_print_canonical(stdout, &cut.base, err);
}

static enum ent_status
print(const struct arguments *arguments, const Entente__V1__LikeReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini)
    struct cli_rows rows = {.json = arguments->chosen.json};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_likes; i++) {
        rc = cli_rows_add(
            &rows, &reply->likes[i]->base, row_of(reply->likes[i]), err);
    }
    if (rc == ENT_OK) {
        rc = cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
            reply->cut ? "Nothing that was looked at is like it."
                       : "Nothing here is like it.",
            err);
    }
    return rc != ENT_OK ? rc : print_cut(reply, arguments->chosen.json, err);
}

/* A cli_client_verb. */
static int
duplicates(
    struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__LikeRequest question = ENTENTE__V1__LIKE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    struct cli_named named;
    enum ent_status rc;
    int code = cli_named_find(client, arguments->name, &named, err);

    if (code != EX_OK) {
        return code;
    }
    question.sequence = named.sequence;
    question.id = named.id;
    if (arguments->desk != NULL) {
        question.desk = (char *)(uintptr_t)arguments->desk;
    }
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_LIKE;
    request.like = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    rc = print(arguments, reply->like, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return reply->like->n_likes == 0 && !reply->like->cut ? 1 : EX_OK;
}

int
cli_duplicates(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, duplicates, &arguments);
}
