/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/client.h"

#include <assert.h>
#include <stdlib.h>
#include <sysexits.h>

#include "tools/cli/endpoint.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/client/client.h"

struct cli_client {
    struct ent_client *conversation;
    struct cli_endpoint endpoint;
};

/* ---- options ---- */

enum option_key {
    KEY_NODE = 'n',
    KEY_API = 0x100,
    KEY_TIMEOUT,
};

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "Which node:", 10},
    {"node", KEY_NODE, "FILE", 0, "The node of this configuration", 0},
    {"api", KEY_API, "PATH", 0,
        "The node behind this socket (else $ENTENTE_API, "
        "$XDG_RUNTIME_DIR/entente/api.sock, " CLI_API_MACHINE ")",
        0},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0,
        "Wait so long for a node that is restarted (30)", 0},
    {0},
};

static error_t
parse_option(int key, char *argument, struct argp_state *state)
{
    struct cli_client_options *chosen = state->input;

    switch (key) {
    case KEY_NODE:
        chosen->node_file = argument;
        return 0;
    case KEY_API:
        chosen->api = argument;
        return 0;
    case KEY_TIMEOUT:
        chosen->timeout_s = (unsigned)cli_number(
            state, "--timeout", argument, 1, CLI_TIMEOUT_MAX_S);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_client_argp = {
    .options = options, .parser = parse_option};

static error_t
parse_question(int key, char *argument, struct argp_state *state)
{
    struct cli_question *chosen = state->input;

    (void)argument;
    if (key != ARGP_KEY_INIT) {
        return ARGP_ERR_UNKNOWN;
    }
    state->child_inputs[0] = &chosen->client;
    state->child_inputs[1] = &chosen->json;
    return 0;
}

static const struct argp_child question_children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

const struct argp cli_question_argp = {
    .parser = parse_question, .children = question_children};

/* ---- the conversation ---- */

static void
tell(void *context, bool back)
{
    const struct cli_client *client = context;

    if (back) {
        cli_complain("the node is back");
    } else {
        cli_complain("waiting for the node at '%s'", client->endpoint.path);
    }
}

static int
code_of_endpoint(enum ent_status status)
{
    return status == ENT_NOT_FOUND ? EX_NOINPUT
           : status == ENT_IO      ? EX_IOERR
                                   : EX_CONFIG;
}

int
cli_client_open(const struct cli_client_options *chosen,
    struct cli_client **ret_client, struct ent_error *err)
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    const bool patient = chosen->timeout_s != 0;
    enum ent_status rc;
    int code;

    client = calloc(1, sizeof *client);
    if (client == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "out of memory");
        return EX_OSERR;
    }
    rc = cli_endpoint_find(
        chosen->node_file, chosen->api, &client->endpoint, err);
    if (rc != ENT_OK) {
        return code_of_endpoint(rc);
    }
    code = ent_client_open(client->endpoint.path,
        1000 * (patient ? chosen->timeout_s : CLI_TIMEOUT_S), patient,
        &client->conversation, err);
    if (code != EX_OK) {
        return code;
    }
    ent_client_on_notice(client->conversation, tell, client);
    *ret_client = client;
    client = NULL;
    return EX_OK;
}

void
cli_client_close(struct cli_client **client)
{
    if (*client == NULL) {
        return;
    }
    ent_client_close(&(*client)->conversation);
    free(*client);
    *client = NULL;
}

bool
cli_client_met(const struct cli_client *client)
{
    return ent_client_met(client->conversation);
}

int
cli_client_run(const struct cli_client_options *chosen, cli_client_verb *verb,
    const void *arguments)
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    struct ent_error err = {0};
    int code = cli_client_open(chosen, &client, &err);

    if (code == EX_OK) {
        code = verb(client, arguments, &err);
    }
    if (code != EX_OK && err.text[0] != '\0') {
        cli_complain("%s", err.text);
    }
    return code;
}

int
cli_client_ask(struct cli_client *client, Entente__V1__ApiRequest *request,
    unsigned patience_ms, const Entente__V1__ApiReply **ret_reply,
    struct ent_error *err)
{
    assert(client != NULL);

    return ent_client_ask(
        client->conversation, request, patience_ms, ret_reply, err);
}
