/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sysexits.h>

#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/uses.h"
#include "tools/cli/verbs.h"

#define MONTH_MAX 32

struct arguments {
    bool checks;
    struct cli_question chosen;
};

static const struct argp_option options[] = {
    {"checks", 'c', NULL, 0, "Instead: who asked the lists how often", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        return 0;
    case 'c':
        arguments->checks = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "What stays of messages that were deleted; who asked the lists how often.\v"
    "Where an agreement's retention says `then: aggregate`, the node goes on "
    "knowing how many messages of a family came in a month, and from which "
    "state, or went there. Where it says `then: delete` it does not. Nothing "
    "here names an office or a person; exercises and tests are not counted, "
    "nor what never arrived.\n\n"
    "With --checks: how often each user of this machine asked the lists "
    "(`entente check`, `screen`) in each hour of the last year, in which role, "
    "for what, and how many of it were hits. What was asked for is not kept. "
    "Of an hour in which the node did not end cleanly it may say a few hundred "
    "too many. With --json a line each.\n\n"
    "Examples:\n"
    "  entente counts\n"
    "  entente counts --checks\n"
    "  entente counts --json\n";

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

static const struct cli_field fields[] = {
    {.key = "month", .title = "MONTH"},
    {.key = "family", .title = "FAMILY"},
    {.key = "way", .title = "WAY"},
    {.key = "state", .title = "STATE"},
    {.key = "count", .title = "COUNT", .right = true},
};

static json_t *
row_of(const Entente__V1__Count *count)
{
    char month[MONTH_MAX];

    (void)snprintf(month, sizeof month, "%04" PRIu32 "-%02" PRIu32, count->year,
        count->month);
    return json_pack("{s:s, s:o, s:s, s:o, s:I}", "month", month, "family",
        cli_json_text(ent_view_text(count->family)), "way",
        count->outgoing ? "sent to" : "received from", "state",
        cli_json_text(ent_view_text(count->state)), "count",
        (json_int_t)count->count);
}

static enum ent_status
print(const Entente__V1__CountsReply *reply, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = false};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_counts; i++) {
        rc = cli_rows_add(
            &rows, &reply->counts[i]->base, row_of(reply->counts[i]), err);
    }
    return rc != ENT_OK
               ? rc
               : cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
                     "Nothing that was deleted is counted.", err);
}

/* A cli_client_verb. */
static int
counts(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CountsRequest question = ENTENTE__V1__COUNTS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    if (arguments->checks) {
        return cli_uses_show(client, arguments->chosen.json, err);
    }
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_COUNTS;
    request.counts = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    return cli_exit_code(arguments->chosen.json ? cli_print_canonical(stdout,
                                                      &reply->counts->base, err)
                                                : print(reply->counts, err));
}

int
cli_counts(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, counts, &arguments);
}
