/* SPDX-License-Identifier: Apache-2.0 */
#include <sysexits.h>

#include "proto/contradiction.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define FILE_MODE 0644 /* it is made to be shown */

struct arguments {
    const char *address;
    const char *file; /* NULL: standard output */
    bool labels;
    struct cli_client_options client;
};

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0,
        "Write this file, which must not exist (else: standard output)", 0},
    {"labels", 'l', NULL, 0,
        "Two labels that it signed for one place of a stream (a fork)", 0},
    {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        return 0;
    case 'o':
        arguments->file = argument;
        return 0;
    case 'l':
        arguments->labels = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->address = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->address == NULL) {
            argp_error(state, "ADDRESS is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Write a file that proves to others that an office changed its journal: "
    "two things that it signed, and that no honest office signs.\v"
    "There is one when an alarm of kind history was raised about it, and one "
    "with --labels when an alarm of kind fork was. The file says how long the "
    "office's journal was, or where in which stream the labels stand, and "
    "nothing of what is in it; `entente verify` checks it without a node, "
    "years later.\n\n"
    "Exit: 66 when nothing that it said contradicts another thing.\n\n"
    "Examples:\n"
    "  entente journal contradiction blo-tachileik@mm -o changed.txt\n"
    "  entente journal contradiction blo-tachileik@mm --labels -o fork.txt\n"
    "  entente verify changed.txt --authority mm=ed25519:...\n";

static const struct argp_child children[] = {{.argp = &cli_client_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ADDRESS",
    .doc = doc,
    .children = children};

/* A cli_client_verb. */
static int
give(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ContradictionRequest question =
        ENTENTE__V1__CONTRADICTION_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    const ProtobufCBinaryData *wire;
    int code;

    question.address = (char *)(uintptr_t)arguments->address;
    question.labels = arguments->labels;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CONTRADICTION;
    request.contradiction = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    wire = &reply->contradiction->contradiction;
    return cli_exit_code(cli_armourfile_create(arguments->file, FILE_MODE,
        ENT_ARMOUR_CONTRADICTION, ent_view_of(wire->data, wire->len), err));
}

int
cli_journal_contradiction(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, give, &arguments);
}
