/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "proto/base/file.h"
#include "proto/base/time.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *id;
    const char *file;
    struct cli_recipients recipients;
    struct cli_lifecycle_options common;
};

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0,
        "Only at this office (else wherever it was sent); may be repeated", 0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 't':
        cli_recipients_parse(&arguments->recipients, argument, state);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? &arguments->id : &arguments->file) = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL) {
            argp_error(
                state, "the ID of a message and a FILE with the right one");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Send a message as it should have been, to whoever has the wrong one.\v"
    "FILE holds the whole message as a JSON object, as for `entente send`. The "
    "wrong one is shown as corrected wherever it was sent, also where it comes "
    "late. Only what was sent from here can be corrected.\n\n"
    "Exit: 1 when policy refuses it; 65 when FILE is malformed; 66 when no such "
    "message was sent here.\n\n"
    "Examples:\n"
    "  entente correct 01980000-0000-7000-8000-000000000000 right.json\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID FILE",
    .doc = doc,
    .children = children};

/* It says what it corrects, and in which role unless FILE does. */
static enum ent_status
refer(struct cli_batch *batch, const char *id, const char *role,
    struct ent_error *err)
{
    struct ent_arena *arena = &batch->arena;
    ent_message *message = batch->list[0]->message;
    Entente__V1__Reference *reference =
        ent_arena_alloc(arena, sizeof *reference);
    Entente__V1__Reference **list =
        ent_arena_alloc(arena, (message->n_references + 1) * sizeof *list);

    if (reference == NULL || list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "out of memory");
    }
    entente__v1__reference__init(reference);
    reference->id = (char *)(uintptr_t)id;
    list[0] = reference;
    for (size_t i = 0; i < message->n_references; i++) {
        list[i + 1] = message->references[i];
    }
    message->references = list;
    message->n_references++;
    message->action = ENTENTE__V1__ACTION__CORRECT;
    if (message->author_role[0] == '\0') {
        message->author_role = (char *)(uintptr_t)role;
    }
    return ENT_OK;
}

static int
submit(struct cli_batch *batch, const struct arguments *arguments,
    struct cli_client *client, struct ent_error *err)
{
    struct cli_report report = {.out = stdout,
        .source = arguments->file,
        .json = arguments->common.json};
    const Entente__V1__SubmitReply *reply = NULL;
    enum ent_status rc;
    int code = cli_batch_submit(batch, client, &reply, err);

    if (code != EX_OK) {
        return code;
    }
    rc = cli_report_batch(&report, batch, reply, err);
    return rc != ENT_OK ? cli_exit_code(rc) : cli_report_code(&report);
}

/* A cli_lifecycle_verb. What is sent is a message of its own. */
static int
correct(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct cli_batch *batch = &lifecycle->batch;
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct cli_recipients recipients = arguments->recipients;
    Entente__V1__Precedence precedence = 0;
    enum ent_status rc;
    int code = cli_lifecycle_recipients(
        client, arguments->id, &recipients, &precedence, err);

    if (code != EX_OK) {
        return code;
    }
    rc = ent_file_read(arguments->file, ENT_JSON_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = cli_batch_add_json(batch, ent_bytes_view(&text), 1, &recipients,
            ent_time_now_ms(), err);
    }
    if (rc == ENT_OK) {
        rc = refer(batch, arguments->id, arguments->common.role, err);
    }
    return rc != ENT_OK ? cli_exit_code(rc)
                        : submit(batch, arguments, client, err);
}

int
cli_correct(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, correct, &arguments);
}
