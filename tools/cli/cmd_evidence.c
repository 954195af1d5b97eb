/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/evidence.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/client.h"
#include "tools/cli/desk.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define FILE_MODE 0600 /* whoever has it can read the message */

struct arguments {
    const char *name;
    const char *to;
    const char *desk;
    bool court;
    const char *file; /* NULL: standard output */
    struct cli_client_options client;
};

enum option_key {
    KEY_COURT = 0x200,
};

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0,
        "Its recipient, where a message went to several offices", 0},
    {"court", KEY_COURT, NULL, 0,
        "It is for proceedings: not without its sender's consent, where the "
        "agreement asks for that",
        0},
    {"desk", 'D', "NAME", 0, "As a reader who is on that desk (protection)", 0},
    {"output", 'o', "FILE", 0,
        "Write this file, which must not exist (else: standard output)", 0},
    {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        return 0;
    case 't':
        arguments->to = argument;
        return 0;
    case KEY_COURT:
        arguments->court = true;
        return 0;
    case 'D':
        arguments->desk = argument;
        return 0;
    case 'o':
        arguments->file = argument;
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
    "Write a file that proves one message to others: who said what to whom, "
    "under which agreement, and what the recipient answered.\v"
    "ID is a message that was sent from here, or one that came; NUMBER is its "
    "place on the desk. The file opens this message and no other: whoever has "
    "it can read it. `entente verify` checks it without a node, years later. "
    "That it was given out is written into the journal.\n\n"
    "Where the agreement lets what came be used in proceedings only with its "
    "sender's consent (`judicial_use`), a warning says so while there is none "
    "(`entente consent ask --court`); with --court nothing is written then.\n\n"
    "Exit: 65 when it did not leave, --to is needed, or consent is; 66 when there is no "
    "such message.\n\n"
    "Examples:\n"
    "  entente evidence 01980000-0000-7000-8000-000000000000 -o alert.evidence\n"
    "  entente evidence 17 -o received.evidence\n"
    "  entente evidence 01980000-0000-7000-8000-000000000000 --to ncc@th -o e\n";

static const struct argp_child children[] = {{.argp = &cli_client_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

static int
ask(struct cli_client *client, const struct arguments *arguments,
    const char *id, const char *from, struct ent_view *ret_wire,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__EvidenceRequest evidence = ENTENTE__V1__EVIDENCE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    evidence.id = (char *)(uintptr_t)id;
    evidence.from = (char *)(uintptr_t)from;
    if (*from == '\0' && arguments->to != NULL) {
        evidence.to = (char *)(uintptr_t)arguments->to;
    }
    if (arguments->desk != NULL) {
        evidence.desk = (char *)(uintptr_t)arguments->desk;
    }
    evidence.for_court = arguments->court;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_EVIDENCE;
    request.evidence = &evidence;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK && reply->evidence->warning[0] != '\0') {
        fprintf(stderr, "Not for use in proceedings: %s.\n",
            reply->evidence->warning);
    }
    if (code == EX_OK) {
        *ret_wire = ent_view_of(
            reply->evidence->evidence.data, reply->evidence->evidence.len);
    }
    return code;
}

/* A message on the desk; its item dies with the next question. */
static int
ask_of_desk(struct cli_client *client, const struct arguments *arguments,
    struct ent_view *ret_wire, struct ent_error *err)
{
    const Entente__V1__InboxItem *item = NULL;
    char *id;
    char *from;
    int code = cli_desk_find(client, arguments->name, NULL, &item, err);

    if (code != EX_OK) {
        return code;
    }
    id = strdup(item->id);
    from = strdup(item->from);
    code = id != NULL && from != NULL
               ? ask(client, arguments, id, from, ret_wire, err)
               : cli_exit_code(ent_fail(err, ENT_NO_MEMORY, "no memory"));
    free(id);
    free(from);
    return code;
}

/* First what was sent from here: that is found at once. */
static int
find(struct cli_client *client, const struct arguments *arguments,
    struct ent_view *ret_wire, struct ent_error *err)
{
    int code = EX_NOINPUT;

    if (strchr(arguments->name, '-') != NULL) {
        code = ask(client, arguments, arguments->name, "", ret_wire, err);
    }
    return code != EX_NOINPUT || arguments->to != NULL
               ? code
               : ask_of_desk(client, arguments, ret_wire, err);
}

static enum ent_status
write_out(const struct arguments *arguments, struct ent_view wire,
    struct ent_error *err)
{
    enum ent_status rc = cli_armourfile_create(
        arguments->file, FILE_MODE, ENT_ARMOUR_EVIDENCE, wire, err);

    if (rc == ENT_OK && arguments->file != NULL) {
        fprintf(stderr,
            "Written to %s. Whoever has it can read this message, and no "
            "other.\n",
            arguments->file);
    }
    return rc;
}

/* A cli_client_verb. */
static int
give_evidence(
    struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct ent_view wire = {0};
    int code = find(client, arguments, &wire, err);

    return code != EX_OK ? code
                         : cli_exit_code(write_out(arguments, wire, err));
}

int
cli_evidence(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, give_evidence, &arguments);
}
