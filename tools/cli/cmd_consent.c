/* SPDX-License-Identifier: Apache-2.0 */
/* consent ask, give, refuse: may what came from one state go to another? */
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/desk.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define REASON_MAX 1000 /* bytes */

struct arguments {
    const char *name;
    const char *reason;
    const char *to;
    bool court;
    uint64_t until_ms; /* 0: open */
    struct cli_lifecycle_options common;
};

enum option_key {
    KEY_TO = 't',
    KEY_COURT = 'c',
    KEY_UNTIL = 'u',
    KEY_REASON = 'm',
};

#define REASON_OPTION(help)                                                    \
    {                                                                          \
        "reason", KEY_REASON, "TEXT", 0, help, 0                               \
    }

static const struct argp_option ask_options[] = {
    {"to", KEY_TO, "STATE", 0,
        "Pass it on to this state or organisation, as in addresses", 0},
    {"court", KEY_COURT, NULL, 0, "Disclose it in proceedings", 0},
    REASON_OPTION("What for; its originator reads it"), {0}};

static const struct argp_option give_options[] = {
    {"until", KEY_UNTIL, "TIME", 0,
        "Only until then: 2027-01-31, or a time of RFC 3339", 0},
    REASON_OPTION("More, for who asked"), {0}};

static const struct argp_option refuse_options[] = {
    REASON_OPTION("Why; who asked reads it"), {0}};

static void
parse_until(
    struct arguments *arguments, const char *text, struct argp_state *state)
{
    struct cli_position position = {0};
    struct ent_error err = {0};
    uint64_t now_ms = ent_time_now_ms();

    if (cli_position_parse(text, now_ms, &position, &err) != ENT_OK ||
        position.time_ms <= now_ms) {
        argp_error(state, "--until takes a time to come, as 2027-01-31");
    }
    arguments->until_ms = position.time_ms;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        arguments->reason = "";
        return 0;
    case KEY_TO:
        arguments->to = argument;
        return 0;
    case KEY_COURT:
        arguments->court = true;
        return 0;
    case KEY_UNTIL:
        parse_until(arguments, argument, state);
        return 0;
    case KEY_REASON:
        arguments->reason = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->name == NULL) {
            argp_error(state, "ID or NUMBER is needed");
        }
        if (strlen(arguments->reason) > REASON_MAX) {
            argp_error(state, "a reason has at most %d bytes", REASON_MAX);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t
parse_ask(int key, char *argument, struct argp_state *state)
{
    const struct arguments *arguments = state->input;
    error_t rc = parse(key, argument, state);

    if (key == ARGP_KEY_END && (arguments->to == NULL) == !arguments->court) {
        argp_error(state, "one of --to STATE, --court");
    }
    if (key == ARGP_KEY_END && arguments->reason[0] == '\0') {
        argp_error(state, "--reason is needed");
    }
    return rc;
}

static error_t
parse_refuse(int key, char *argument, struct argp_state *state)
{
    const struct arguments *arguments = state->input;
    error_t rc = parse(key, argument, state);

    if (key == ARGP_KEY_END && arguments->reason[0] == '\0') {
        argp_error(state, "--reason is needed");
    }
    return rc;
}

static const char ask_doc[] =
    "Ask who a message came from whether it may go further.\v"
    "ID or NUMBER is the message on this desk. Without consent the node does "
    "not let it go to another state. `entente show` says what was answered, "
    "and `entente pass` passes it on.\n\n"
    "Exit: 1 when policy refuses the question; 66 when the message is not on "
    "the desk.\n\n"
    "Examples:\n"
    "  entente consent ask 17 --to la --reason \"They hold the lorry.\"\n"
    "  entente consent ask 17 --court --reason \"Case 2026/123\"\n";

static const char give_doc[] =
    "Consent that a message of ours goes further.\v"
    "ID or NUMBER is the request on this desk. The consent is for this message "
    "and this use, and nothing else; `entente consent refuse` withdraws it.\n\n"
    "Exit: 1 when policy refuses the answer; 65 when it asks for no consent; 66 "
    "when it is not on the desk.\n\n"
    "Examples:\n"
    "  entente consent give 21\n"
    "  entente consent give 21 --until 2027-01-31\n";

static const char refuse_doc[] =
    "Refuse consent, or withdraw it.\v"
    "ID or NUMBER is the request on this desk. What was passed on before stays "
    "where it is.\n\n"
    "Exit: 1 when policy refuses the answer; 65 when it asks for no consent; 66 "
    "when it is not on the desk.\n\n"
    "Examples:\n"
    "  entente consent refuse 21 --reason \"It would give away the source.\"\n";

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

/* ---- asking ---- */

/* A cli_lifecycle_verb. */
static int
ask(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__ConsentRequest body = ENTENTE__V1__CONSENT_REQUEST__INIT;
    struct cli_recipients recipients = {.count = 0};
    const Entente__V1__InboxItem *item = NULL;
    enum ent_status rc;
    int code = cli_desk_find(client, arguments->name, NULL, &item, err);

    if (code != EX_OK) {
        return code;
    }
    if (item->message == NULL) {
        (void)ent_fail(
            err, ENT_NOT_FOUND, "it is deleted: there is nothing to pass on");
        return EX_NOINPUT;
    }
    rc = cli_lifecycle_begin(
        lifecycle, 0, item->id, arguments->common.role, err);
    if (rc == ENT_OK) {
        rc = cli_lifecycle_follow(lifecycle, item, &recipients, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    body.message_id = lifecycle->body.message_id;
    body.role = lifecycle->body.role;
    body.reason = (char *)(uintptr_t)arguments->reason;
    body.use = arguments->court ? ENTENTE__V1__CONSENT_USE__IN_COURT
                                : ENTENTE__V1__CONSENT_USE__PASS_ON;
    if (arguments->to != NULL) {
        body.to = (char *)(uintptr_t)arguments->to;
    }
    lifecycle->message.body_case = ENTENTE__V1__MESSAGE__BODY_CONSENT_REQUEST;
    lifecycle->message.consent_request = &body;
    lifecycle->message.acknowledge = true;
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->common.json, err);
}

/* ---- deciding ---- */

static int
find_request(struct cli_client *client, const char *name,
    const Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    int code = cli_desk_find(client, name, NULL, ret_item, err);

    if (code == EX_OK && ((*ret_item)->message == NULL ||
                             (*ret_item)->message->body_case !=
                                 ENTENTE__V1__MESSAGE__BODY_CONSENT_REQUEST)) {
        (void)ent_fail(err, ENT_BAD_INPUT, "it asks for no consent");
        return EX_DATAERR;
    }
    return code;
}

/* Everything as it was asked. */
static enum ent_status
decide(struct cli_lifecycle *lifecycle, const Entente__V1__InboxItem *item,
    bool given, const struct arguments *arguments,
    Entente__V1__ConsentDecision *body, struct ent_error *err)
{
    const Entente__V1__ConsentRequest *asked = item->message->consent_request;
    enum ent_status rc = cli_lifecycle_begin(
        lifecycle, 0, asked->message_id, arguments->common.role, err);

    if (rc != ENT_OK) {
        return rc;
    }
    entente__v1__consent_decision__init(body);
    body->message_id = lifecycle->body.message_id;
    body->role = lifecycle->body.role;
    body->use = asked->use;
    body->to = cli_text_in(&lifecycle->batch.arena, asked->to);
    body->given = given;
    body->reason = (char *)(uintptr_t)arguments->reason;
    lifecycle->message.body_case = ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION;
    lifecycle->message.consent_decision = body;
    return body->to == NULL ? ent_fail(err, ENT_NO_MEMORY, "out of memory")
                            : ENT_OK;
}

static int
answer(struct cli_lifecycle *lifecycle, bool given,
    const struct arguments *arguments, struct cli_client *client,
    struct ent_error *err)
{
    Google__Protobuf__Timestamp until;
    Entente__V1__ConsentDecision body;
    struct cli_recipients recipients = {.count = 0};
    const Entente__V1__InboxItem *item = NULL;
    enum ent_status rc;
    int code = find_request(client, arguments->name, &item, err);

    if (code != EX_OK) {
        return code;
    }
    rc = decide(lifecycle, item, given, arguments, &body, err);
    if (rc == ENT_OK) {
        rc = cli_lifecycle_follow(lifecycle, item, &recipients, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    if (arguments->until_ms != 0) {
        ent_message_time_set(&until, arguments->until_ms);
        body.until = &until;
    }
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->common.json, err);
}

static int
give(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *arguments, struct ent_error *err)
{
    return answer(lifecycle, true, arguments, client, err);
}

static int
refuse(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *arguments, struct ent_error *err)
{
    return answer(lifecycle, false, arguments, client, err);
}

/* ---- verbs ---- */

static int
run(const struct argp *argp, int argc, char *argv[], cli_lifecycle_verb *verb)
{
    struct arguments arguments = {0};

    (void)argp_parse(argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, verb, &arguments);
}

int
cli_consent_ask(int argc, char *argv[])
{
    static const struct argp argp = {.options = ask_options,
        .parser = parse_ask,
        .args_doc = "ID|NUMBER",
        .doc = ask_doc,
        .children = children};

    return run(&argp, argc, argv, ask);
}

int
cli_consent_give(int argc, char *argv[])
{
    static const struct argp argp = {.options = give_options,
        .parser = parse,
        .args_doc = "ID|NUMBER",
        .doc = give_doc,
        .children = children};

    return run(&argp, argc, argv, give);
}

int
cli_consent_refuse(int argc, char *argv[])
{
    static const struct argp argp = {.options = refuse_options,
        .parser = parse_refuse,
        .args_doc = "ID|NUMBER",
        .doc = refuse_doc,
        .children = children};

    return run(&argp, argc, argv, refuse);
}
