/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

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
ask(struct cli_client *client, bool confirm, bool json, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ClockRequest question = ENTENTE__V1__CLOCK_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc = ENT_OK;
    int code;

    question.confirm = confirm;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CLOCK;
    request.clock = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (json) {
        rc = cli_print_canonical(stdout, &reply->clock->base, err);
    } else {
        print_text(reply->clock);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return reply->clock->doubt ? 1 : EX_OK;
}

/* A cli_client_verb; so is the next. */
static int
show(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;

    return ask(client, false, chosen->json, err);
}

static int
confirm(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;

    return ask(client, true, chosen->json, err);
}

static int
run(int argc, char *argv[], const struct argp *argp, cli_client_verb *verb)
{
    struct cli_question chosen = {0};

    (void)argp_parse(argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, verb, &chosen);
}

int
cli_clock_show(int argc, char *argv[])
{
    static const struct argp argp = {
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

    return run(argc, argv, &argp, show);
}

int
cli_clock_confirm(int argc, char *argv[])
{
    static const struct argp argp = {
        .doc =
            "Say that the node's clock is right.\v"
            "Look at `entente clock show` and at a watch first: what is over "
            "by this clock is deleted then, for good. It is written into the "
            "journal. A clock that is not in doubt stays as it is.\n\n"
            "Examples:\n"
            "  entente clock confirm\n",
        .children = children,
    };

    return run(argc, argv, &argp, confirm);
}
