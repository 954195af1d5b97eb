/* SPDX-License-Identifier: Apache-2.0 */
/* emergency list, review: which there were, and what came of them. */
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/emergencies.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *id;
    const char *role;
    const char *finding;
    struct cli_client_options client;
    bool json;
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static error_t
parse_review(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        arguments->role = "supervisor";
        return parse(key, argument, state);
    case 'm':
        arguments->finding = argument;
        return 0;
    case 'r':
        arguments->role = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->id = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->id == NULL || arguments->finding == NULL) {
            argp_error(state, "ID and --finding TEXT are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option review_options[] = {
    {"finding", 'm', "TEXT", 0, "What the review found", 0},
    {"role", 'r', "ROLE", 0, "Who has made it (else supervisor)", 0},
    {0},
};

static const char list_doc[] =
    "List the emergencies that were declared here, or to this office.\v"
    "What was sent under one stands in the journal as RELAXED (`entente journal "
    "show`).\n\n"
    "Examples:\n"
    "  entente emergency list\n";

static const char review_doc[] =
    "Say that what was sent under an emergency of this office was reviewed.\v"
    "Exit: 66 when none of that id was declared here; 65 when it is not "
    "over.\n\n"
    "Examples:\n"
    "  entente emergency review 01980000-0000-7000-8000-000000000000 --finding "
    "\"Two alerts, both needed.\"\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static int
ask(const struct arguments *arguments, Entente__V1__ApiRequest *request,
    struct cli_client **client, const Entente__V1__ApiReply **ret_reply)
{
    struct ent_error err = {0};
    int code = cli_client_open(&arguments->client, client, &err);

    if (code == EX_OK) {
        code = cli_client_ask(*client, request, 0, ret_reply, &err);
    }
    if (code != EX_OK) {
        cli_complain("%s", err.text);
    }
    return code;
}

static enum ent_status
print_each(const Entente__V1__StatusReply *status, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < status->n_emergencies; i++) {
        rc = cli_print_canonical(stdout, &status->emergencies[i]->base, err);
    }
    return rc;
}

int
cli_emergency_list(int argc, char *argv[])
{
    const struct argp argp = {
        .parser = parse, .doc = list_doc, .children = children};
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__StatusRequest question = ENTENTE__V1__STATUS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_STATUS;
    request.status = &question;
    code = ask(&arguments, &request, &client, &reply);
    if (code != EX_OK) {
        return code;
    }
    if (arguments.json) {
        rc = print_each(reply->status, &err);
    } else if (reply->status->n_emergencies == 0) {
        puts("None was declared.");
        return EX_OK;
    } else {
        rc = cli_print_emergencies(
            stdout, reply->status, ent_time_now_ms(), &err);
    }
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}

int
cli_emergency_review(int argc, char *argv[])
{
    const struct argp argp = {.options = review_options,
        .parser = parse_review,
        .args_doc = "ID",
        .doc = review_doc,
        .children = children};
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ReviewRequest review = ENTENTE__V1__REVIEW_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    review.id = (char *)(uintptr_t)arguments.id;
    review.role = (char *)(uintptr_t)arguments.role;
    review.finding = (char *)(uintptr_t)arguments.finding;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_REVIEW;
    request.review = &review;
    return ask(&arguments, &request, &client, &reply);
}
