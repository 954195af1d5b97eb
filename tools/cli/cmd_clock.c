/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    struct cli_client_options client;
    bool json;
};

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    if (key != ARGP_KEY_INIT) {
        return ARGP_ERR_UNKNOWN;
    }
    state->child_inputs[0] = &arguments->client;
    state->child_inputs[1] = &arguments->json;
    return 0;
}

static void
print_text(const Entente__V1__ClockReply *reply)
{
    char at[ENT_TIME_TEXT_MAX];

    ent_time_format(reply->at, at);
    if (reply->confirmed) {
        printf("%s, and that is right, you say: what waited goes on\n", at);
    } else if (reply->doubt) {
        printf("%s, in doubt: %s\n", at, reply->why);
    } else {
        printf("%s, believed\n", at);
    }
}

/* Exit: 0 it is believed, 1 it is in doubt. */
static int
ask(int argc, char *argv[], const struct argp *argp, bool confirm)
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ClockRequest question = ENTENTE__V1__CLOCK_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    struct arguments arguments = {0};
    struct ent_error err = {0};
    int code;

    (void)argp_parse(argp, argc, argv, 0, NULL, &arguments);
    question.confirm = confirm;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CLOCK;
    request.clock = &question;
    code = cli_client_open(&arguments.client, &client, &err);
    if (code == EX_OK) {
        code = cli_client_ask(client, &request, 0, &reply, &err);
    }
    if (code != EX_OK) {
        cli_complain("%s", err.text);
        return code;
    }
    if (!arguments.json) {
        print_text(reply->clock);
    } else {
        enum ent_status rc =
            cli_print_canonical(stdout, &reply->clock->base, &err);

        if (rc != ENT_OK) {
            return cli_fail(rc, &err);
        }
    }
    return reply->clock->doubt ? 1 : EX_OK;
}

int
cli_clock_show(int argc, char *argv[])
{
    static const struct argp argp = {
        .parser = parse,
        .doc = "What time the node has, and whether it believes it.\v"
               "A clock that was set back or is far ahead is in doubt: nothing "
               "is deleted or called expired until two other offices have the "
               "same time, somebody confirms it, or the node is started under "
               "a better one. Exit: 0 it is believed; 1 it is in doubt.\n\n"
               "Examples:\n"
               "  entente clock show\n"
               "  entente clock show --json\n",
        .children = children,
    };

    return ask(argc, argv, &argp, false);
}

int
cli_clock_confirm(int argc, char *argv[])
{
    static const struct argp argp = {
        .parser = parse,
        .doc =
            "Say that the node's clock is right.\v"
            "Look at `entente clock show` and at a watch first: what is over "
            "by this clock is deleted then, for good. It is written into the "
            "journal. A clock that is not in doubt stays as it is.\n\n"
            "Examples:\n"
            "  entente clock confirm\n",
        .children = children,
    };

    return ask(argc, argv, &argp, true);
}
