/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "tools/cli/desk.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *name;
    const char *desk;
    struct cli_recipients recipients;
    struct cli_lifecycle_options common;
};

static const struct argp_option options[] = {
    {"to", 't', "ADDRESS", 0, "To this office; may be repeated", 0},
    {"desk", 'D', "NAME", 0, "As a reader who is on that desk (protection)", 0},
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
    case 'D':
        arguments->desk = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->name == NULL || arguments->recipients.count == 0) {
            argp_error(state, "ID or NUMBER and --to ADDRESS are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Pass on what came from another office, as it came.\v"
    "The new message says whose it is and by which consent it goes. The node "
    "lets it go as far as the agreement under which it came says: to another "
    "state only with its originator's consent (`entente consent ask`), unless "
    "that was agreed before. What was withheld from it stays withheld.\n\n"
    "Exit: 1 when policy refuses it; 66 when the message is not on the desk.\n\n"
    "Examples:\n"
    "  entente pass 17 --to ncc@la\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

/* What was about its first way only. */
static void
strip(ent_message *message)
{
    message->to = (char *)(uintptr_t)protobuf_c_empty_string;
    message->created_at = NULL;
    message->valid_until = NULL;
    message->action = ENTENTE__V1__ACTION__NEW;
    message->conversation_id = (char *)(uintptr_t)protobuf_c_empty_string;
    message->in_reply_to = (char *)(uintptr_t)protobuf_c_empty_string;
    message->n_references = 0;
    message->releaser_role = (char *)(uintptr_t)protobuf_c_empty_string;
    message->acknowledge_by = NULL;
    message->reply_by = NULL;
    message->n_officer_signatures = 0;
    message->emergency = NULL;
}

/* The message itself, in memory that outlives the next ask, and its origin. */
static enum ent_status
take_over(struct cli_lifecycle *lifecycle, const Entente__V1__InboxItem *item,
    Entente__V1__Origin *origin, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_arena *arena = &lifecycle->batch.arena;
    const ent_message made = lifecycle->message;
    ent_message *copy = NULL;
    enum ent_status rc = ent_message_encode(item->message, &wire, err);

    if (rc == ENT_OK) {
        rc = ent_message_decode(ent_bytes_view(&wire), arena, &copy, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    entente__v1__origin__init(origin);
    origin->from = copy->from;
    origin->message_id = copy->id;
    lifecycle->message = *copy;
    strip(&lifecycle->message);
    lifecycle->message.from = (char *)(uintptr_t)protobuf_c_empty_string;
    lifecycle->message.id = made.id;
    lifecycle->message.author_role = made.author_role;
    lifecycle->message.origin = origin;
    return ENT_OK;
}

/* A cli_lifecycle_verb. */
static int
pass(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const Entente__V1__InboxItem *item = NULL;
    Entente__V1__Origin origin;
    enum ent_status rc;
    int code =
        cli_desk_find(client, arguments->name, arguments->desk, &item, err);

    if (code != EX_OK) {
        return code;
    }
    if (item->message == NULL) {
        (void)ent_fail(err, ENT_NOT_FOUND,
            item->deleted ? "it is deleted: there is nothing to pass on"
                          : "it is for the desk %s alone (--desk)",
            item->obligations == NULL ? "" : item->obligations->desk);
        return EX_NOINPUT;
    }
    rc = cli_lifecycle_begin(
        lifecycle, 0, item->id, arguments->common.role, err);
    if (rc == ENT_OK) {
        rc = take_over(lifecycle, item, &origin, err);
    }
    return rc != ENT_OK
               ? cli_exit_code(rc)
               : cli_lifecycle_submit_as_is(lifecycle, &arguments->recipients,
                     client, arguments->common.json, err);
}

int
cli_pass(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, pass, &arguments);
}
