/* SPDX-License-Identifier: Apache-2.0 */
/* emergency declare, end: messages about an agreement, in which lives count
 * more than some of its rules for a while. */
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define REASON_MAX 1000 /* bytes */

struct arguments {
    const char *id; /* of what is ended */
    const char *reason;
    const char *role;
    uint64_t length_ms; /* 0: as long as is agreed */
    bool exercise;
    struct cli_recipients recipients;
    struct cli_client_options client;
    bool json;
};

enum option_key {
    KEY_FOR = 'f',
    KEY_EXERCISE = 'x',
};

#define SHARED_OPTIONS                                                         \
    {"reason", 'm', "TEXT", 0, "Why; its recipients read it", 0},              \
        {"role", 'r', "ROLE", 0,                                               \
            "Who decides it; whom the agreement names (else supervisor)", 0},  \
    {                                                                          \
        "to", 't', "ADDRESS", 0, "To this office; may be repeated", 0          \
    }

static const struct argp_option declare_options[] = {
    SHARED_OPTIONS,
    {"for", KEY_FOR, "DURATION", 0,
        "So long, as PT2H; else, and at most, as the agreement says", 0},
    {"exercise", KEY_EXERCISE, NULL, 0,
        "For messages in mode EXERCISE, and no others", 0},
    {0},
};

static const struct argp_option end_options[] = {
    SHARED_OPTIONS,
    {0},
};

static void
parse_length(
    struct arguments *arguments, const char *text, struct argp_state *state)
{
    struct ent_error err = {0};

    if (ent_duration_parse(ent_view_text(text), &arguments->length_ms, &err) !=
        ENT_OK) {
        argp_error(state, "--for: %s", err.text);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        arguments->role = "supervisor";
        return 0;
    case 'm':
        arguments->reason = argument;
        return 0;
    case 'r':
        arguments->role = argument;
        return 0;
    case 't':
        cli_recipients_parse(&arguments->recipients, argument, state);
        return 0;
    case KEY_FOR:
        parse_length(arguments, argument, state);
        return 0;
    case KEY_EXERCISE:
        arguments->exercise = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->id = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->reason == NULL || arguments->reason[0] == '\0' ||
            strlen(arguments->reason) > REASON_MAX) {
            argp_error(
                state, "--reason is needed, at most %d bytes", REASON_MAX);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t
parse_declare(int key, char *argument, struct argp_state *state)
{
    const struct arguments *arguments = state->input;

    if (key == ARGP_KEY_ARG) {
        return ARGP_ERR_UNKNOWN;
    }
    if (key == ARGP_KEY_END && arguments->recipients.count == 0) {
        argp_error(state, "--to ADDRESS is needed");
    }
    return parse(key, argument, state);
}

static error_t
parse_end(int key, char *argument, struct argp_state *state)
{
    const struct arguments *arguments = state->input;

    if (key == ARGP_KEY_END && arguments->id == NULL) {
        argp_error(state, "the ID of its declaration is needed");
    }
    return parse(key, argument, state);
}

static const char declare_doc[] =
    "Declare an emergency under the agreement with these offices.\v"
    "Until it is over, messages that name it (`entente send --emergency ID`) "
    "pass by the rules that the agreement relaxes for it: release by one "
    "officer, what is withheld until a hit, quotas. Their purpose must be "
    "THREAT_TO_LIFE. Everything else holds as ever. ID is that of this "
    "message. When it is over, what was sent is to be reviewed.\n\n"
    "Exit: 1 when the agreement refuses it.\n\n"
    "Examples:\n"
    "  entente emergency declare --to ncc@mm --reason \"A landslide has buried "
    "the crossing.\"\n"
    "  entente emergency declare --to ncc@mm --for PT2H --exercise --reason "
    "\"Drill\"\n";

static const char end_doc[] =
    "End an emergency before its time.\v"
    "What names it from now on is refused, here and by its recipients.\n\n"
    "Examples:\n"
    "  entente emergency end 01980000-0000-7000-8000-000000000000 --reason "
    "\"The road is open.\"\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

/* What the message says, and all it looks into. */
struct control {
    Entente__V1__AgreementControl body;
    Entente__V1__EmergencyNotice notice;
    Google__Protobuf__Timestamp created_at;
    Google__Protobuf__Timestamp until;
};

static void
fill(struct cli_lifecycle *lifecycle, const struct arguments *arguments,
    struct control *control)
{
    ent_message *message = &lifecycle->message;
    uint64_t now_ms = ent_time_now_ms();

    entente__v1__agreement_control__init(&control->body);
    entente__v1__emergency_notice__init(&control->notice);
    control->body.emergency = &control->notice;
    control->notice.role = (char *)(uintptr_t)arguments->role;
    control->notice.reason = (char *)(uintptr_t)arguments->reason;
    if (arguments->id != NULL) {
        control->notice.declaration_id = (char *)(uintptr_t)arguments->id;
    }
    ent_message_time_set(&control->created_at, now_ms);
    message->created_at = &control->created_at;
    if (arguments->length_ms != 0) {
        ent_message_time_set(&control->until, now_ms + arguments->length_ms);
        control->notice.until = &control->until;
    }
    message->precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    message->purpose = ENTENTE__V1__PURPOSE__THREAT_TO_LIFE;
    message->mode = arguments->exercise ? ENTENTE__V1__MODE__EXERCISE : 0;
    message->body_case = ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL;
    message->agreement_control = &control->body;
}

/* A cli_lifecycle_verb. */
static int
say(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct control control;
    struct cli_recipients recipients = arguments->recipients;
    Entente__V1__Precedence precedence = 0;
    enum ent_status rc;
    int code = EX_OK;

    if (arguments->id != NULL) {
        code = cli_lifecycle_recipients(
            client, arguments->id, &recipients, &precedence, err);
    }
    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(lifecycle, 0, "", arguments->role, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    fill(lifecycle, arguments, &control);
    return cli_lifecycle_submit_as_is(
        lifecycle, &recipients, client, arguments->json, err);
}

static int
run(int argc, char *argv[], const struct argp *argp)
{
    struct arguments arguments = {0};
    struct cli_lifecycle_options chosen;

    (void)argp_parse(argp, argc, argv, 0, NULL, &arguments);
    chosen = (struct cli_lifecycle_options){.client = arguments.client};
    return cli_lifecycle_run(&chosen, say, &arguments);
}

int
cli_emergency_declare(int argc, char *argv[])
{
    const struct argp argp = {.options = declare_options,
        .parser = parse_declare,
        .doc = declare_doc,
        .children = children};

    return run(argc, argv, &argp);
}

int
cli_emergency_end(int argc, char *argv[])
{
    const struct argp argp = {.options = end_options,
        .parser = parse_end,
        .args_doc = "ID",
        .doc = end_doc,
        .children = children};

    return run(argc, argv, &argp);
}
