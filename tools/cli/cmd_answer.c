/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "tools/cli/desk.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define TEXT_MAX 1000 /* bytes */

struct arguments {
    const char *name;
    const char *used_where;
    const char *clause;
    const char *reason;
    bool complied;
    struct cli_lifecycle_options common;
};

enum option_key {
    KEY_COMPLIED = 'c',
    KEY_USED = 'u',
    KEY_DECLINED = 'd',
    KEY_REASON = 'm',
};

static const struct argp_option options[] = {
    {"complied", KEY_COMPLIED, NULL, 0, "It was done", 0},
    {"used", KEY_USED, "WHERE", 0, "It was used already, and for what", 0},
    {"declined", KEY_DECLINED, "CLAUSE", 0,
        "It is not done, by this clause or law", 0},
    {"reason", KEY_REASON, "TEXT", 0, "More, for the sender", 0},
    {0},
};

static void
check(const struct arguments *arguments, struct argp_state *state)
{
    const int answers = arguments->complied + (arguments->used_where != NULL) +
                        (arguments->clause != NULL);

    if (arguments->name == NULL) {
        argp_error(state, "ID or NUMBER is needed");
    }
    if (answers != 1) {
        argp_error(state, "one of --complied, --used WHERE, --declined CLAUSE");
    }
    if (strlen(arguments->reason) > TEXT_MAX ||
        (arguments->used_where != NULL &&
            strlen(arguments->used_where) > TEXT_MAX)) {
        argp_error(state, "a text has at most %d bytes", TEXT_MAX);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        arguments->reason = "";
        return 0;
    case KEY_COMPLIED:
        arguments->complied = true;
        return 0;
    case KEY_USED:
        arguments->used_where = argument;
        return 0;
    case KEY_DECLINED:
        arguments->clause = argument;
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
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Answer a correction, a withdrawal or a recall: done, used already, or not "
    "done and by which clause.\v"
    "ID or NUMBER is the message that corrects, withdraws or recalls, or the "
    "one that it is about. A recall is also answered by the node itself, with "
    "what it removed.\n\n"
    "Exit: 1 when policy refuses the answer; 65 when there is nothing to "
    "answer; 66 when the message is not on the desk.\n\n"
    "Examples:\n"
    "  entente answer 17 --complied\n"
    "  entente answer 17 --used \"A lorry was stopped because of it.\"\n"
    "  entente answer 17 --declined \"9.2\" --reason \"It is in a court "
    "file.\"\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

/* Which message `message` says something of; NULL: of none. */
static const char *
meant_by(const ent_message *message)
{
    if (message->body_case == ENTENTE__V1__MESSAGE__BODY_LIFECYCLE) {
        return message->lifecycle->act < ENTENTE__V1__LIFECYCLE_ACT__COMPLIED
                   ? message->lifecycle->message_id
                   : NULL;
    }
    return message->action == ENTENTE__V1__ACTION__CORRECT &&
                   message->n_references > 0
               ? message->references[0]->id
               : NULL;
}

/* The message that asks for an answer. */
static int
find(struct cli_client *client, const char *name,
    const Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    char by[64];
    int code = cli_desk_find(client, name, NULL, ret_item, err);

    if (code == EX_OK && (*ret_item)->fate_by[0] != '\0' &&
        strlen((*ret_item)->fate_by) < sizeof by) {
        memcpy(by, (*ret_item)->fate_by, strlen((*ret_item)->fate_by) + 1);
        code = cli_desk_find(client, by, NULL, ret_item, err);
    }
    if (code == EX_OK && ((*ret_item)->message == NULL ||
                             meant_by((*ret_item)->message) == NULL)) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "it corrects, withdraws or recalls nothing: there is nothing to "
            "answer");
        return EX_DATAERR;
    }
    return code;
}

/* A cli_lifecycle_verb. */
static int
answer(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct cli_recipients recipients = {.count = 0};
    const Entente__V1__InboxItem *item = NULL;
    Entente__V1__LifecycleAct act =
        arguments->complied ? ENTENTE__V1__LIFECYCLE_ACT__COMPLIED
        : arguments->used_where != NULL
            ? ENTENTE__V1__LIFECYCLE_ACT__ALREADY_USED
            : ENTENTE__V1__LIFECYCLE_ACT__DECLINED;
    enum ent_status rc;
    int code = find(client, arguments->name, &item, err);

    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(
        lifecycle, act, meant_by(item->message), arguments->common.role, err);
    if (rc == ENT_OK) {
        rc = cli_lifecycle_follow(lifecycle, item, &recipients, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    lifecycle->body.reason = (char *)(uintptr_t)arguments->reason;
    if (arguments->used_where != NULL) {
        lifecycle->body.used_where = (char *)(uintptr_t)arguments->used_where;
    }
    if (arguments->clause != NULL) {
        lifecycle->body.clause = (char *)(uintptr_t)arguments->clause;
    }
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->common.json, err);
}

int
cli_answer(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, answer, &arguments);
}
