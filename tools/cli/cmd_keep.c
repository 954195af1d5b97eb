/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/desk.h"
#include "tools/cli/output.h"
#include "tools/cli/request.h"
#include "tools/cli/verbs.h"

#define REASON_MAX 1000 /* bytes */

struct arguments {
    struct cli_question chosen;
    const char *name;
    const char *role;
    const char *reason;
};

enum option_key {
    KEY_ROLE = 'r',
    KEY_REASON = 'm',
};

static const struct argp_option options[] = {
    {"role", KEY_ROLE, "ROLE", 0,
        "In which role you say so (default: \"duty officer\")", 0},
    {"reason", KEY_REASON, "TEXT", 0, "What it is still needed for", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        arguments->role = "duty officer";
        return 0;
    case KEY_ROLE:
        arguments->role = argument;
        return 0;
    case KEY_REASON:
        arguments->reason = argument;
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

static const char doc[] =
    "Say that a message of the desk is still needed.\v"
    "Where the agreement says `review_every`, a message is deleted each time "
    "that this time is over, unless somebody said so in its second half; "
    "`entente status` and `inbox` tell when it is asked. It is kept until the "
    "next time then, and never longer than the agreement lets it be kept. Who "
    "said so and why stands in `entente show`, that somebody did in the "
    "journal.\n\n"
    "Exit: 65 when nobody need say so, not yet, or not any more; 66 when the "
    "message is not on the desk.\n\n"
    "Examples:\n"
    "  entente keep 17 --reason \"The trial is in March.\"\n"
    "  entente keep 17 --role prosecutor --reason \"An appeal is open.\"\n";

/* A cli_client_verb. */
static int
keep(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__KeepRequest question = ENTENTE__V1__KEEP_REQUEST__INIT;
    const Entente__V1__InboxItem *item = NULL;
    const Entente__V1__ApiReply *reply = NULL;
    char until[ENT_TIME_TEXT_MAX];
    int code = cli_desk_find(client, arguments->name, NULL, &item, err);

    if (code != EX_OK) {
        return code;
    }
    question.sequence = item->sequence;
    question.role = (char *)(uintptr_t)arguments->role;
    question.reason = (char *)(uintptr_t)arguments->reason;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_KEEP;
    request.keep = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (arguments->chosen.json) {
        return cli_exit_code(
            cli_print_canonical(stdout, &reply->keep->base, err));
    }
    ent_time_format(reply->keep->retain_until, until);
    printf("Message %" PRIu64 " is kept until %s%s.\n", question.sequence,
        until,
        reply->keep->retain_until < reply->keep->keep_until
            ? "; it is asked again before"
            : ", and not longer");
    return EX_OK;
}

int
cli_keep(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "ID|NUMBER",
        .doc = doc,
        .children = children};
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, keep, &arguments);
}
