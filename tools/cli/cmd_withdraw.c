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
    struct cli_recipients recipients;
    struct cli_lifecycle_options common;
    Entente__V1__LifecycleAct act;
};

static const struct argp_option options[] = {
    {"reason", 'm', "TEXT", 0, "Why; its recipients read it", 0},
    {"to", 't', "ADDRESS", 0,
        "Only at this office (else wherever it was sent); may be repeated", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 'm':
        arguments->reason = argument;
        return 0;
    case 't':
        cli_recipients_parse(&arguments->recipients, argument, state);
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
    {.argp = &cli_lifecycle_argp}, {0}};

static const char withdraw_doc[] =
    "Say to its recipients that a message no longer holds.\v"
    "What has not left yet does not leave; what is under way is taken back. Who "
    "has it sees it marked as withdrawn, and nobody need answer it any more. "
    "Only what was sent from here can be withdrawn; what was sent with a store "
    "that is lost, with --to.\n\n"
    "Exit: 1 when policy refuses it; 66 when no such message was sent here.\n\n"
    "Examples:\n"
    "  entente withdraw 01980000-0000-7000-8000-000000000000 --reason "
    "\"false alarm\"\n";

static const char recall_doc[] =
    "Ask its recipients to remove a message that was sent in error.\v"
    "Their nodes remove it at once, whether it came already or comes later, and "
    "answer with what was removed and from when on nobody can restore it; "
    "`entente trace` shows the answer. Only what was sent from here can be "
    "recalled; what was sent with a store that is lost, with --to.\n\n"
    "Exit: 1 when policy refuses it; 66 when no such message was sent here.\n\n"
    "Examples:\n"
    "  entente recall 01980000-0000-7000-8000-000000000000 --reason \"sent to "
    "the wrong office\"\n";

/* A cli_lifecycle_verb. */
static int
say(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct cli_recipients recipients = arguments->recipients;
    Entente__V1__Precedence precedence = 0;
    enum ent_status rc;
    int code = cli_lifecycle_recipients(
        client, arguments->id, &recipients, &precedence, err);

    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(
        lifecycle, arguments->act, arguments->id, arguments->common.role, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    lifecycle->message.precedence = precedence;
    lifecycle->body.reason = (char *)(uintptr_t)arguments->reason;
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->common.json, err);
}

static int
run(int argc, char *argv[], const char *doc, Entente__V1__LifecycleAct act)
{
    const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "ID",
        .doc = doc,
        .children = children};
    struct arguments arguments = {.act = act};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, say, &arguments);
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
