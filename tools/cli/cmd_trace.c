/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/attachment.h"
#include "tools/cli/await.h"
#include "tools/cli/canonical.h"
#include "tools/cli/client.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/state.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define PAGE 256
#define KEY_WAIT 0x100
#define WAIT_MAX_S 86400

struct arguments {
    const char *id;
    bool all;
    unsigned wait_s;
    struct cli_client_options client;
    bool json;
};

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"all", 'a', NULL, 0, "Every message that was submitted here", 0},
    {"wait", KEY_WAIT, "SECONDS", 0,
        "Wait so long until each copy has its last state", 0},
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
    case 'a':
        arguments->all = true;
        return 0;
    case KEY_WAIT:
        arguments->wait_s =
            (unsigned)cli_number(state, "--wait", argument, 0, WAIT_MAX_S);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->id = argument;
        return 0;
    case ARGP_KEY_END:
        if ((arguments->id == NULL) == !arguments->all) {
            argp_error(state, "give the ID of a message, or --all");
        }
        if (arguments->wait_s > 0 && arguments->all) {
            argp_error(state, "--wait is for one message");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "What became of a message that was sent from here, for each recipient.\v"
    "Each state stands on a signature that this node holds, or says that "
    "there is none: `in custody` is signed by a broker, `delivered` and "
    "`REFUSED` by the recipient. `expired, unconfirmed` means that its time "
    "is over and nobody has said whether it came.\n\n"
    "Exit: 66 when no such message was sent here; 75 when --wait is over and "
    "a copy is still on its way.\n\n"
    "Examples:\n"
    "  entente trace 01980000-0000-7000-8000-000000000000\n"
    "  entente trace 01980000-0000-7000-8000-000000000000 --wait 60\n"
    "  entente trace --all --json\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID",
    .doc = doc,
    .children = children};

/* ---- rows ---- */

static const struct cli_field one_fields[] = {
    {.key = "to", .title = "TO"},
    {.key = "state", .title = "STATE", .colour = cli_colour_of_state},
    {.key = "since", .title = "SINCE"},
    {.key = "acknowledged", .title = "ACKNOWLEDGED", .wrap = true},
    {.key = "attachments", .title = "ATTACHMENTS", .wrap = true},
    {.key = "why", .title = "MORE", .wrap = true},
};

static const struct cli_field all_fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "id", .title = "ID"},
    {.key = "family", .title = "FAMILY", .broad = true},
    {.key = "precedence", .title = "PRECEDENCE", .broad = true},
    {.key = "to", .title = "TO"},
    {.key = "state", .title = "STATE", .colour = cli_colour_of_state},
    {.key = "since", .title = "SINCE"},
    {.key = "acknowledged", .title = "ACKNOWLEDGED", .broad = true},
};

static json_t *
row_of(const Entente__V1__TraceItem *item, const Entente__V1__TraceCopy *copy,
    uint64_t now_ms)
{
    struct cli_state_text text;
    char precedence[CLI_WORDS_MAX];
    char *files;
    json_t *row;

    if (!cli_state_describe(copy, now_ms, &text)) {
        return NULL;
    }
    cli_code(&entente__v1__precedence__descriptor, (int)copy->precedence,
        precedence);
    row = json_pack("{s:I, s:o, s:o, s:s, s:o, s:s, s:s, s:o, s:o}", "number",
        (json_int_t)copy->number, "id", cli_json_text(ent_view_text(item->id)),
        "family", cli_json_text(ent_view_text(item->family)), "precedence",
        precedence, "to", cli_json_text(ent_view_text(copy->to)), "state",
        text.state, "since", text.since, "acknowledged", text.acknowledged,
        "why", text.why);
    if (copy->n_attachments > 0) {
        files = cli_attachments_text(copy->attachments, copy->n_attachments);
        json_object_set_new(
            row, "attachments", files == NULL ? NULL : json_string(files));
        free(files);
    }
    return row;
}

/* A line each for a program, at once; rows for people. */
static enum ent_status
add_item(const Entente__V1__TraceItem *item, bool json, json_t *rows,
    struct ent_error *err)
{
    if (json) {
        return cli_print_canonical(stdout, &item->base, err);
    }
    for (size_t i = 0; i < item->n_copies; i++) {
        if (json_array_append_new(
                rows, row_of(item, item->copies[i], ent_time_now_ms())) != 0) {
            return ent_fail(err, ENT_NO_MEMORY, "making a list");
        }
    }
    return ENT_OK;
}

/* ---- questions ---- */

static int
ask(struct cli_client *client, uint64_t from,
    const Entente__V1__TraceReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest trace = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    trace.from = from;
    trace.limit = PAGE;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &trace;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK) {
        *ret_reply = reply->trace;
    }
    return code;
}

static int
add_page(const Entente__V1__TraceReply *reply,
    const struct arguments *arguments, json_t *rows, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_items; i++) {
        rc = add_item(reply->items[i], arguments->json, rows, err);
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

static int
collect_all(struct cli_client *client, const struct arguments *arguments,
    json_t *rows, struct ent_error *err)
{
    const Entente__V1__TraceReply *reply = NULL;
    uint64_t from = 1;
    int code;

    do {
        code = ask(client, from, &reply, err);
        if (code == EX_OK) {
            code = add_page(reply, arguments, rows, err);
        }
        if (code != EX_OK || reply->next <= from) {
            return code; /* or a page that leads nowhere */
        }
        from = reply->next;
    } while (reply->n_items > 0);
    return code;
}

/* EX_TEMPFAIL: what there is was collected, and is not all. */
static int
collect_one(struct cli_client *client, const struct arguments *arguments,
    json_t *rows, struct ent_error *err)
{
    const Entente__V1__TraceReply *reply = NULL;
    bool over = false;
    int code = cli_await(client, arguments->id,
        ent_time_boot_ms() + arguments->wait_s * UINT64_C(1000), &reply, &over,
        err);

    if (code == EX_OK) {
        code = add_page(reply, arguments, rows, err);
    }
    if (code == EX_OK && arguments->wait_s > 0 && !over) {
        (void)ent_fail(err, ENT_BUSY,
            "after %u s a copy is still on its way; 'entente peer test OFFICE' "
            "says how far that is open",
            arguments->wait_s);
        return EX_TEMPFAIL;
    }
    return code;
}

static int
print(const struct arguments *arguments, const json_t *rows,
    struct ent_error *err)
{
    const struct cli_field *fields = arguments->all ? all_fields : one_fields;
    size_t count = arguments->all ? sizeof all_fields / sizeof all_fields[0]
                                  : sizeof one_fields / sizeof one_fields[0];

    if (arguments->json) {
        return EX_OK;
    }
    if (json_array_size(rows) == 0) {
        puts("Nothing was sent from here.");
        return EX_OK;
    }
    return cli_exit_code(
        cli_print_table(stdout, rows, fields, count, false, err));
}

/* A cli_client_verb. */
static int
trace(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    json_t *rows = json_array();
    int code = arguments->all ? collect_all(client, arguments, rows, err)
                              : collect_one(client, arguments, rows, err);

    if (code == EX_OK) {
        code = print(arguments, rows, err);
    } else if (code == EX_TEMPFAIL) {
        (void)print(arguments, rows, NULL);
    }
    json_decref(rows);
    return code;
}

int
cli_trace(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, trace, &arguments);
}
