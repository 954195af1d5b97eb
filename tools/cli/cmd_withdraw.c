/* SPDX-License-Identifier: Apache-2.0 */
/* withdraw and recall: the same words about a message, of another weight. */
#include <string.h>
#include <sysexits.h>

#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define REASON_MAX 1000 /* bytes */

struct arguments {
    const char *id;
    const char *reason;
    const char *role;
    struct cli_recipients recipients;
    struct cli_client_options client;
    bool json;
};

static const struct argp_option options[] = {
    {"reason", 'm', "TEXT", 0, "Why; its recipients read it", 0},
    {"role", 'r', "ROLE", 0,
        "In which role you decide (else $ENTENTE_ROLE, else duty officer)", 0},
    {"to", 't', "ADDRESS", 0,
        "Only at this office (else wherever it was sent); may be repeated", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        arguments->role = cli_lifecycle_role();
        return 0;
    case 'm':
        arguments->reason = argument;
        return 0;
    case 'r':
        arguments->role = argument;
        return 0;
    case 't':
        if (cli_recipients_add(&arguments->recipients, argument, &err) !=
            ENT_OK) {
            argp_error(state, "--to %s", err.text);
        }
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->id = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->id == NULL) {
            argp_error(state, "the ID of a message is needed");
        }
        if (arguments->reason == NULL || arguments->reason[0] == '\0' ||
            strlen(arguments->reason) > REASON_MAX) {
            argp_error(
                state, "--reason is needed, at most %d bytes", REASON_MAX);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const char withdraw_doc[] =
    "Say to its recipients that a message no longer holds.\v"
    "What has not left yet does not leave; what is under way is taken back. Who "
    "has it sees it marked as withdrawn, and nobody need answer it any more. "
    "Only what was sent from here can be withdrawn.\n\n"
    "Exit: 1 when policy refuses it; 66 when no such message was sent here.\n\n"
    "Examples:\n"
    "  entente withdraw 01980000-0000-7000-8000-000000000000 --reason "
    "\"false alarm\"\n";

static const char recall_doc[] =
    "Ask its recipients to remove a message that was sent in error.\v"
    "Their nodes remove it at once, whether it came already or comes later, and "
    "answer with what was removed and from when on nobody can restore it; "
    "`entente trace` shows the answer. Only what was sent from here can be "
    "recalled.\n\n"
    "Exit: 1 when policy refuses it; 66 when no such message was sent here.\n\n"
    "Examples:\n"
    "  entente recall 01980000-0000-7000-8000-000000000000 --reason \"sent to "
    "the wrong office\"\n";

static int
say(struct cli_lifecycle *lifecycle, const struct arguments *arguments,
    Entente__V1__LifecycleAct act, struct cli_client *client,
    struct ent_error *err)
{
    struct cli_recipients recipients = arguments->recipients;
    Entente__V1__Precedence precedence = 0;
    enum ent_status rc;
    int code = cli_lifecycle_recipients(
        client, arguments->id, &recipients, &precedence, err);

    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(
        lifecycle, act, arguments->id, arguments->role, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    lifecycle->message.precedence = precedence;
    lifecycle->body.reason = (char *)(uintptr_t)arguments->reason;
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->json, err);
}

static int
run(int argc, char *argv[], const char *doc, Entente__V1__LifecycleAct act)
{
    const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "ID",
        .doc = doc,
        .children = children};
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    struct cli_lifecycle lifecycle = {.at = {.seconds = 0}};
    struct arguments arguments = {0};
    struct ent_error err = {0};
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    code = cli_client_open(&arguments.client, &client, &err);
    if (code == EX_OK) {
        code = cli_exit_code(cli_batch_init(&lifecycle.batch, &err));
    }
    if (code == EX_OK) {
        code = say(&lifecycle, &arguments, act, client, &err);
        cli_batch_fini(&lifecycle.batch);
    }
    if (code != EX_OK && err.text[0] != '\0') { /* else it is told */
        cli_complain("%s", err.text);
    }
    return code;
}

int
cli_withdraw(int argc, char *argv[])
{
    return run(
        argc, argv, withdraw_doc, ENTENTE__V1__LIFECYCLE_ACT__WITHDRAWAL);
}

int
cli_recall(int argc, char *argv[])
{
    return run(argc, argv, recall_doc, ENTENTE__V1__LIFECYCLE_ACT__RECALL);
}
