/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/batch.h"
#include "tools/cli/canonical.h"
#include "tools/cli/input.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *file;
    struct cli_recipients recipients;
    struct cli_client_options client;
    bool json;
};

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0,
        "Ask for this office, whatever `to` says; may be repeated", 0},
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
    case 't':
        cli_recipients_parse(&arguments->recipients, argument, state);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Would this message go? Asks the policy of this node, and sends nothing.\v"
    "Says which clause decides, in which line of the agreement, and which "
    "fields it would take out. Exit: 0 it would go to all; 1 not to all.\n\n"
    "Examples:\n"
    "  entente explain alert.json\n"
    "  entente send --template hub_alert | entente explain --to ncc@mm\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "[FILE|-]",
    .doc = doc,
    .children = children};

/* ---- one answer ---- */

static void
free_text(char **text)
{
    free(*text);
}

/* A line for people: safe, whoever wrote the agreement. */
static enum ent_status
print_line(const char *colour, const char *word, const char *text,
    struct ent_error *err)
{
    ENT_AUTO(free_text)
    char *safe = ent_text_neutral(ent_view_text(text), false);
    const bool colourful = colour[0] != '\0' && cli_is_colourful(stdout);

    if (safe == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing an answer");
    }
    printf("%s%s%s%s\n", colourful ? colour : "", word,
        colourful ? CLI_PLAIN : "", safe);
    return ENT_OK;
}

static enum ent_status
print_withheld(const Entente__V1__ExplainReply *reply, struct ent_error *err)
{
    for (size_t i = 0; i < reply->n_withheld; i++) {
        char text[256];
        enum ent_status rc;

        (void)snprintf(text, sizeof text, "%s, by clause %s",
            reply->withheld[i]->field, reply->withheld[i]->clause);
        rc = print_line("", "  without ", text, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
print_agreement(const Entente__V1__ExplainReply *reply, struct ent_error *err)
{
    char text[256];

    if (reply->agreement[0] == '\0') {
        return ENT_OK;
    }
    (void)snprintf(text, sizeof text, "%s, version %" PRIu64, reply->agreement,
        reply->agreement_version);
    return print_line("", "  agreement ", text, err);
}

static enum ent_status
print_reply(const Entente__V1__ExplainReply *reply, const char *to,
    struct ent_error *err)
{
    const Entente__V1__CopyResult *result = reply->result;
    ENT_AUTO(free_text) char *reason = NULL;
    ENT_AUTO(free_text) char *text = NULL;
    enum ent_status rc;
    int len;

    if (result->accepted) {
        len = asprintf(&text, "%s, by clause %s, line %" PRIu32, to,
            result->clause, result->line);
    } else {
        reason = cli_report_reason(result);
        len = reason == NULL ? -1 : asprintf(&text, "%s: %s", to, reason);
    }
    if (len < 0) {
        return ent_fail(err, ENT_NO_MEMORY, "printing an answer");
    }
    rc = print_line(result->accepted ? CLI_GREEN : CLI_RED,
        result->accepted ? "goes to " : "REFUSED for ", text, err);
    if (rc == ENT_OK) {
        rc = print_agreement(reply, err);
    }
    return rc == ENT_OK ? print_withheld(reply, err) : rc;
}

/* Ask for one recipient. */
static int
ask(struct cli_client *client, ent_message *message, char *to, bool json,
    bool *ret_goes, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ExplainRequest explain = ENTENTE__V1__EXPLAIN_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc;
    int code;

    explain.message = message;
    explain.to = to;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN;
    request.explain = &explain;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (reply->explain->result == NULL) {
        (void)ent_fail(err, ENT_BAD_INPUT, "the node's answer is empty");
        return EX_PROTOCOL;
    }
    *ret_goes = reply->explain->result->accepted;
    rc = json ? cli_print_canonical(stdout, &reply->explain->base, err)
              : print_reply(reply->explain, to, err);
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

/* ---- the message ---- */

/* The first of the input, as one submission; more are not asked about. */
static enum ent_status
read_message(struct cli_input *input, struct cli_batch *batch,
    const struct arguments *arguments, struct ent_error *err)
{
    struct ent_view text;
    size_t line;
    enum ent_status rc;

    rc = cli_input_next(input, true, &text, &line, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_BAD_INPUT, "it holds no message");
    }
    if (rc == ENT_OK) {
        rc = cli_batch_add_json(
            batch, text, line, &arguments->recipients, ent_time_now_ms(), err);
    }
    return rc;
}

static int
explain_all(const struct arguments *arguments, struct cli_batch *batch,
    struct cli_client *client, struct ent_error *err)
{
    const Entente__V1__Submission *submission = batch->list[0];
    bool all = true;

    for (size_t i = 0; i < submission->n_to; i++) {
        bool goes = false;
        int code = ask(client, submission->message, submission->to[i],
            arguments->json, &goes, err);

        if (code != EX_OK) {
            return code;
        }
        all = all && goes;
    }
    return all ? EX_OK : 1;
}

static int
explain_input(const struct arguments *arguments, struct cli_input *input,
    struct ent_error *err)
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    ENT_AUTO(cli_batch_fini) struct cli_batch batch = {0};
    enum ent_status rc;
    int code;

    rc = cli_batch_init(&batch, err);
    if (rc == ENT_OK) {
        rc = read_message(input, &batch, arguments, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", input->name);
        return cli_exit_code(rc);
    }
    code = cli_client_open(&arguments->client, &client, err);
    return code == EX_OK ? explain_all(arguments, &batch, client, err) : code;
}

int
cli_explain(int argc, char *argv[])
{
    struct arguments arguments = {0};
    struct cli_input input;
    struct ent_error err = {0};
    enum ent_status rc;
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = cli_input_open(&input, arguments.file, &err);
    if (rc != ENT_OK) {
        return cli_fail(rc, &err);
    }
    code = explain_input(&arguments, &input, &err);
    cli_input_close(&input);
    if (code > 1) {
        cli_complain("%s", err.text);
    }
    return code;
}
