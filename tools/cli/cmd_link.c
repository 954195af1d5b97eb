/* SPDX-License-Identifier: Apache-2.0 */
/* `link` and `unlink`: two messages are one incident, or are not. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "tools/cli/named.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define NOTE_MAX 1000 /* bytes */

struct arguments {
    const char *one;
    const char *other;
    const char *role;
    const char *note;
    bool cut;
    struct cli_client_options client;
};

enum option_key {
    KEY_ROLE = 'r',
    KEY_NOTE = 'm',
};

static const struct argp_option options[] = {
    {"role", KEY_ROLE, "ROLE", 0,
        "In which role you say so (default: \"duty officer\")", 0},
    {"note", KEY_NOTE, "TEXT", 0, "Why", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        arguments->role = "duty officer";
        arguments->note = "";
        return 0;
    case KEY_ROLE:
        arguments->role = argument;
        return 0;
    case KEY_NOTE:
        arguments->note = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? &arguments->one : &arguments->other) = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->other == NULL) {
            argp_error(state, "two messages are needed, by ID or NUMBER");
        }
        if (strlen(arguments->note) > NOTE_MAX) {
            argp_error(state, "--note has at most %d bytes", NOTE_MAX);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char link_doc[] =
    "Say that two messages are about one incident.\v"
    "Both stay what they are; statistics count the incident once, under the "
    "older of the two. What is linked with either is one incident too. It is "
    "journalled, and `entente unlink` takes it back.\n\n"
    "Exit: 65 when it is one message, or more than 65 would be one incident; 66 "
    "when there is no such message.\n\n"
    "Examples:\n"
    "  entente link 17 21\n"
    "  entente link 17 01926b3e-7c00-7abc-8def-0123456789ab --note \"Same lorry, "
    "told by both forums.\"\n";

static const char unlink_doc[] =
    "Say that two messages that were linked are not one incident.\v"
    "Exit: 66 when nobody had linked them.\n\n"
    "Examples:\n"
    "  entente unlink 17 21\n";

/* A cli_client_verb. */
static int
tell(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__LinkRequest link = ENTENTE__V1__LINK_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    struct cli_named one;
    struct cli_named other;
    int code = cli_named_find(client, arguments->one, &one, err);

    if (code == EX_OK) {
        code = cli_named_find(client, arguments->other, &other, err);
    }
    if (code != EX_OK) {
        return code;
    }
    link.sequence = one.sequence;
    link.id = one.id;
    link.other_sequence = other.sequence;
    link.other_id = other.id;
    link.role = (char *)(uintptr_t)arguments->role;
    link.note = (char *)(uintptr_t)arguments->note;
    link.cut = arguments->cut;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_LINK;
    request.link = &link;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK) {
        printf("%s and %s are %s.\n", one.id, other.id,
            arguments->cut ? "two incidents" : "one incident");
    }
    return code;
}

static int
run(int argc, char *argv[], const char *doc, bool cut)
{
    static const struct argp_child children[] = {
        {.argp = &cli_client_argp}, {0}};
    const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "ID|NUMBER ID|NUMBER",
        .doc = doc,
        .children = children};
    struct arguments arguments = {.cut = cut};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, tell, &arguments);
}

int
cli_link(int argc, char *argv[])
{
    return run(argc, argv, link_doc, false);
}

int
cli_unlink(int argc, char *argv[])
{
    return run(argc, argv, unlink_doc, true);
}
