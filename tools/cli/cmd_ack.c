/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "tools/cli/choice.h"
#include "tools/cli/desk.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define NOTE_MAX 1000 /* bytes */

struct arguments {
    const char *name;
    const char *note;
    Entente__V1__AcknowledgementLevel level;
    Entente__V1__ActionOutcome outcome;
    bool again;
    struct cli_lifecycle_options common;
};

/* ---- arguments ---- */

enum option_key {
    KEY_NOTE = 'm',
    KEY_LEVEL = 'l',
    KEY_OUTCOME = 'o',
    KEY_AGAIN = 0x200,
};

static const struct argp_option options[] = {
    {"note", KEY_NOTE, "TEXT", 0, "A note for the sender", 0},
    {"level", KEY_LEVEL, "LEVEL", 0,
        "acknowledged (the default), actioned, not_competent or read", 0},
    {"outcome", KEY_OUTCOME, "OUTCOME", 0,
        "With actioned: checked_not_found, located, refused_entry, admitted, "
        "referred, seized, no_action_law, no_action_capacity, false_match",
        0},
    {"again", KEY_AGAIN, NULL, 0, "Also when it is acknowledged already", 0},
    {0},
};

static void
check(struct arguments *arguments, struct argp_state *state)
{
    const bool actioned =
        arguments->level == ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACTIONED;

    if (arguments->name == NULL) {
        argp_error(state, "ID or NUMBER is needed");
    }
    if (actioned && arguments->outcome == 0) {
        argp_error(state, "--level actioned needs an --outcome");
    }
    if (!actioned && arguments->outcome != 0) {
        argp_error(state, "--outcome goes with --level actioned");
    }
    if (strlen(arguments->note) > NOTE_MAX) {
        argp_error(state, "a note has at most %d bytes", NOTE_MAX);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        arguments->note = "";
        arguments->level = ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED;
        return 0;
    case KEY_NOTE:
        arguments->note = argument;
        return 0;
    case KEY_LEVEL:
        arguments->level =
            (Entente__V1__AcknowledgementLevel)cli_choice(state, "--level",
                argument, &entente__v1__acknowledgement_level__descriptor);
        return 0;
    case KEY_OUTCOME:
        arguments->outcome = (Entente__V1__ActionOutcome)cli_choice(state,
            "--outcome", argument, &entente__v1__action_outcome__descriptor);
        return 0;
    case KEY_AGAIN:
        arguments->again = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Answer for a message of the desk: its sender learns who did, in which "
    "role, and when.\v"
    "The answer has the mode, precedence, classification and purpose of what "
    "it answers; where the agreement lets answers pass for administration "
    "only, it has that purpose.\n\n"
    "Exit: 1 when policy refuses the answer; 66 when the message is not on "
    "the desk.\n\n"
    "Examples:\n"
    "  entente ack 17\n"
    "  entente ack 17 --role supervisor --note \"Patrol is on its way.\"\n"
    "  entente ack 17 --level actioned --outcome located\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

/* ---- the answer ---- */

/* In place of the lifecycle's own body. */
static void
fill_body(struct cli_lifecycle *lifecycle, const struct arguments *arguments,
    Entente__V1__Acknowledgement *body)
{
    entente__v1__acknowledgement__init(body);
    body->message_id = lifecycle->body.message_id;
    body->level = arguments->level;
    body->at = &lifecycle->at;
    body->role = lifecycle->body.role;
    body->outcome = arguments->outcome;
    body->note = (char *)(uintptr_t)arguments->note;
    lifecycle->message.body_case = ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT;
    lifecycle->message.acknowledgement = body;
}

/* Is there something to answer? */
static int
check_item(const Entente__V1__InboxItem *item,
    const struct arguments *arguments, bool *ret_done, struct ent_error *err)
{
    char when[CLI_WORDS_MAX];

    *ret_done =
        item->acknowledged_at != 0 && !arguments->again &&
        arguments->level == ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED;
    if (*ret_done) {
        cli_time_long(item->acknowledged_at, when);
        cli_complain("it was acknowledged at %s; --again does it again", when);
        return EX_OK;
    }
    if (item->message == NULL) {
        (void)ent_fail(err, ENT_EXPIRED,
            "its time was over and it was deleted; only the proof is left");
        return EX_DATAERR;
    }
    if (item->message->body_case ==
        ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "it is an acknowledgement itself, or there would be no end");
        return EX_DATAERR;
    }
    return EX_OK;
}

/* A cli_lifecycle_verb. */
static int
acknowledge(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct cli_recipients recipients = {.count = 0};
    Entente__V1__Acknowledgement body;
    const Entente__V1__InboxItem *item = NULL;
    bool done = false;
    enum ent_status rc;
    int code = cli_desk_find(client, arguments->name, NULL, &item, err);

    if (code == EX_OK) {
        code = check_item(item, arguments, &done, err);
    }
    if (code != EX_OK || done) {
        return code;
    }
    rc = cli_lifecycle_begin(
        lifecycle, 0, item->id, arguments->common.role, err);
    if (rc == ENT_OK) {
        rc = cli_lifecycle_follow(lifecycle, item, &recipients, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    fill_body(lifecycle, arguments, &body);
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->common.json, err);
}

int
cli_ack(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, acknowledge, &arguments);
}
