/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/trust.h"
#include "tools/cli/verbs.h"

#define NUMBERS_MAX 64

struct arguments {
    struct cli_question chosen;
    uint64_t numbers[NUMBERS_MAX];
    size_t count;
};

/* ---- alarm list ---- */

/* One object a line, as of the status. */
static enum ent_status
print_json(const Entente__V1__StatusReply *status, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < status->n_alarms; i++) {
        rc = cli_print_canonical(stdout, &status->alarms[i]->base, err);
    }
    return rc;
}

/* A cli_client_verb. */
static int
list(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__StatusRequest question = ENTENTE__V1__STATUS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_STATUS;
    request.status = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    rc = chosen->json
             ? print_json(reply->status, err)
             : cli_print_alarms(stdout, reply->status, ent_time_now_ms(), err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return reply->status->n_alarms == 0 ? EX_OK : 1;
}

int
cli_alarm_list(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    static const struct argp argp = {
        .doc = "What somebody of this office must look at.\v"
               "An alarm stays until `entente alarm clear` says that somebody "
               "did. Exit: 0 there is none; 1 there are some.\n\n"
               "Examples:\n"
               "  entente alarm list\n"
               "  entente alarm list --json\n",
        .children = children,
    };
    struct cli_question chosen = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, list, &chosen);
}

/* ---- alarm clear ---- */

static void
parse_number(
    struct argp_state *state, struct arguments *arguments, const char *text)
{
    uint64_t number = cli_number(state, "NUMBER", text, 1, INT64_MAX);

    if (arguments->count == NUMBERS_MAX) {
        argp_error(state, "at most %d alarms at a time", NUMBERS_MAX);
    }
    arguments->numbers[arguments->count++] = number;
}

static error_t
parse_clear(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        return 0;
    case ARGP_KEY_ARG:
        parse_number(state, arguments, argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "NUMBER is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int
clear_one(struct cli_client *client, uint64_t number, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ClearAlarmRequest question =
        ENTENTE__V1__CLEAR_ALARM_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;

    question.number = number;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CLEAR_ALARM;
    request.clear_alarm = &question;
    return cli_client_ask(client, &request, 0, &reply, err);
}

/* One object a number, for programs. */
static int
tell_cleared(uint64_t number, struct ent_error *err)
{
    json_t *cleared = json_pack("{s:I}", "cleared", (json_int_t)number);
    enum ent_status rc = cleared == NULL
                             ? ent_fail(err, ENT_NO_MEMORY, "telling")
                             : cli_print_json(stdout, cleared, err);

    json_decref(cleared);
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

/* A cli_client_verb. */
static int
clear(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    int code = EX_OK;

    for (size_t i = 0; code == EX_OK && i < arguments->count; i++) {
        code = clear_one(client, arguments->numbers[i], err);
        if (code == EX_OK && arguments->chosen.json) {
            code = tell_cleared(arguments->numbers[i], err);
        }
    }
    return code;
}

int
cli_alarm_clear(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    static const struct argp argp = {
        .parser = parse_clear,
        .args_doc = "NUMBER...",
        .doc = "Say that somebody looked at an alarm: it is gone.\v"
               "If its cause is still there, it comes again.\n\n"
               "Examples:\n"
               "  entente alarm list\n"
               "  entente alarm clear 3\n",
        .children = children,
    };
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, clear, &arguments);
}
