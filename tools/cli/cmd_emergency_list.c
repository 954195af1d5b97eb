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
    struct cli_question chosen;
};

static error_t
parse_review(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        arguments->role = "supervisor";
        return 0;
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

static enum ent_status
print_each(const Entente__V1__StatusReply *status, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < status->n_emergencies; i++) {
        rc = cli_print_canonical(stdout, &status->emergencies[i]->base, err);
    }
    return rc;
}

/* A cli_client_verb. */
static int
list(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__StatusRequest question = ENTENTE__V1__STATUS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_STATUS;
    request.status = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (chosen->json) {
        return cli_exit_code(print_each(reply->status, err));
    }
    if (reply->status->n_emergencies == 0) {
        puts("None was declared.");
        return EX_OK;
    }
    return cli_exit_code(
        cli_print_emergencies(stdout, reply->status, ent_time_now_ms(), err));
}

int
cli_emergency_list(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    const struct argp argp = {.doc = list_doc, .children = children};
    struct cli_question chosen = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, list, &chosen);
}

static int
tell_reviewed(const struct arguments *arguments, struct ent_error *err)
{
    json_t *reviewed = json_pack("{s:s, s:s, s:s}", "reviewed", arguments->id,
        "role", arguments->role, "finding", arguments->finding);
    enum ent_status rc = reviewed == NULL
                             ? ent_fail(err, ENT_BAD_INPUT, "not UTF-8")
                             : cli_print_json(stdout, reviewed, err);

    json_decref(reviewed);
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

/* A cli_client_verb. */
static int
review(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ReviewRequest question = ENTENTE__V1__REVIEW_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.id = (char *)(uintptr_t)arguments->id;
    question.role = (char *)(uintptr_t)arguments->role;
    question.finding = (char *)(uintptr_t)arguments->finding;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_REVIEW;
    request.review = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (!arguments->chosen.json) {
        printf("The review of %s is noted.\n", arguments->id);
        return EX_OK;
    }
    return tell_reviewed(arguments, err);
}

int
cli_emergency_review(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    const struct argp argp = {.options = review_options,
        .parser = parse_review,
        .args_doc = "ID",
        .doc = review_doc,
        .children = children};
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, review, &arguments);
}
