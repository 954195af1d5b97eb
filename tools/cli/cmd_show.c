/* SPDX-License-Identifier: Apache-2.0 */
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/desk.h"
#include "tools/cli/output.h"
#include "tools/cli/render.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *name;
    const char *desk;
    struct cli_client_options client;
    bool json;
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
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
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
    "Show a whole message of the desk.\v"
    "NUMBER is its place on the desk, as `entente inbox` lists it; ID is the "
    "message's own. Exit: 66 when it is not there.\n\n"
    "Examples:\n"
    "  entente show 17\n"
    "  entente show --json 01980000-0000-7000-8000-000000000000\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

/* A cli_client_verb. */
static int
show(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const Entente__V1__InboxItem *item = NULL;
    int code =
        cli_desk_find(client, arguments->name, arguments->desk, &item, err);

    if (code == EX_OK) {
        code =
            cli_desk_look(client, item->sequence, arguments->desk, &item, err);
    }
    if (code != EX_OK) {
        return code;
    }
    return cli_exit_code(
        arguments->json
            ? cli_print_canonical(stdout, &item->base, err)
            : cli_render_item(stdout, item, ent_time_now_ms(), err));
}

int
cli_show(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, show, &arguments);
}
