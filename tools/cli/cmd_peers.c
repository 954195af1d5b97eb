/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/peer.h"
#include "tools/cli/rows.h"
#include "tools/cli/trust.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define TEXT_MAX (CLI_PEER_TEXT_MAX + 32)

struct arguments {
    const char *address;
    struct cli_client_options client;
    bool json;
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
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->address = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "The offices that an agreement in use names, and how each is reached.\v"
    "STATE says by which broker or direct link it is reached now, or what is "
    "in the way. CERTIFICATE and KEY say until when what we know of it is "
    "good: KEY is the epoch that is sealed for now, and what comes after it is "
    "asked for by itself. UNSETTLED counts messages from here that it has not "
    "signed for, HEARD is when it signed the newest thing that came. `entente "
    "peer test ADDRESS` tries the way from end to end.\n\n"
    "Exit: 0 all are reached; 1 something is in the way of one.\n\n"
    "Examples:\n"
    "  entente peers\n"
    "  entente peers blo-tachileik@mm\n"
    "  entente peers --json\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .parser = parse, .args_doc = "[ADDRESS]", .doc = doc, .children = children};

static const char *
colour_of(const char *text)
{
    return strstr(text, CLI_ATTENTION) != NULL ? CLI_RED : NULL;
}

static const struct cli_field fields[] = {
    {.key = "address", .title = "OFFICE"},
    {.key = "state", .title = "STATE", .colour = colour_of, .wrap = true},
    {.key = "certificate", .title = "CERTIFICATE UNTIL"},
    {.key = "sealing", .title = "KEY UNTIL"},
    {.key = "unsettled", .title = "UNSETTLED", .right = true},
    {.key = "heard", .title = "HEARD"},
    {.key = "agreement", .title = "AGREEMENT", .broad = true},
};

static json_t *
row_of(const Entente__V1__PeersReply *reply,
    const Entente__V1__PeerStatus *peer, bool *ret_ready)
{
    struct cli_finding finding;
    char state[TEXT_MAX];
    char certificate[CLI_WORDS_MAX];
    char sealing[CLI_WORDS_MAX];
    char heard[CLI_WORDS_MAX];

    *ret_ready = cli_peer_is_ready(reply, peer, &finding);
    (void)snprintf(state, sizeof state, "%s%s", *ret_ready ? "" : CLI_ATTENTION,
        finding.said);
    cli_time_short(peer->certificate_until, reply->at, certificate);
    cli_time_short(peer->sealing_until, reply->at, sealing);
    cli_time_short(peer->heard_at, reply->at, heard);
    return json_pack("{s:o, s:o, s:s, s:s, s:I, s:s, s:o}", "address",
        cli_json_text(ent_view_text(peer->address)), "state",
        cli_json_text(ent_view_text(state)), "certificate", certificate,
        "sealing", sealing, "unsettled", (json_int_t)peer->unsettled, "heard",
        heard, "agreement", cli_json_text(ent_view_text(peer->agreement)));
}

/* `ret_code`: whether all of them are reached. */
static enum ent_status
print(const Entente__V1__PeersReply *reply, bool json, int *ret_code,
    struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = json};
    enum ent_status rc = ENT_OK;

    *ret_code = EX_OK;
    for (size_t i = 0; rc == ENT_OK && i < reply->n_peers; i++) {
        bool ready;
        json_t *row = row_of(reply, reply->peers[i], &ready);

        rc = cli_rows_add(&rows, &reply->peers[i]->base, row, err);
        *ret_code = ready ? *ret_code : 1;
    }
    return rc != ENT_OK
               ? rc
               : cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
                     "No agreement in use names another office.", err);
}

/* A cli_client_verb. */
static int
peers(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__PeersRequest question = ENTENTE__V1__PEERS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc;
    int code;

    question.address = (char *)(uintptr_t)arguments->address;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_PEERS;
    request.peers = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    rc = print(reply->peers, arguments->json, &code, err);
    return rc == ENT_OK ? code : cli_exit_code(rc);
}

int
cli_peers(int argc, char *argv[])
{
    struct arguments arguments = {.address = ""};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, peers, &arguments);
}
