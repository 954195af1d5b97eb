/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/nearest.h"
#include "proto/base/time.h"
#include "proto/id.h"
#include "proto/refusal.h"
#include "tools/cli/batch.h"
#include "tools/cli/desk.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define ROLE_DEFAULT "duty officer"
#define NOTE_MAX 1000 /* bytes */

struct arguments {
    const char *name;
    const char *role;
    const char *note;
    Entente__V1__AcknowledgementLevel level;
    Entente__V1__ActionOutcome outcome;
    bool again;
    struct cli_client_options client;
    bool json;
};

/* ---- arguments ---- */

enum option_key {
    KEY_ROLE = 'r',
    KEY_NOTE = 'm',
    KEY_LEVEL = 'l',
    KEY_OUTCOME = 'o',
    KEY_AGAIN = 0x200,
};

static const struct argp_option options[] = {
    {"role", KEY_ROLE, "ROLE", 0,
        "In which role you answer (else $ENTENTE_ROLE, else " ROLE_DEFAULT ")",
        0},
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

/* The value that a person means: any case, `-` for `_`. 0 is not one. */
static int
parse_code(const ProtobufCEnumDescriptor *descriptor, const char *option,
    const char *text, struct argp_state *state)
{
    char code[CLI_WORDS_MAX];
    struct ent_nearest nearest;
    const ProtobufCEnumValue *value;

    (void)snprintf(code, sizeof code, "%s", text);
    for (char *c = code; *c != '\0'; c++) {
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    }
    value = protobuf_c_enum_descriptor_get_value_by_name(descriptor, code);
    if (value != NULL && value->value != 0) {
        return value->value;
    }
    nearest = ent_nearest_to(ent_view_text(code));
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        if (descriptor->values[i].value != 0) {
            ent_nearest_try(&nearest, descriptor->values[i].name);
        }
    }
    argp_error(state, "%s: there is no '%s'%s%s%s", option, text,
        nearest.best == NULL ? "" : "; did you mean ",
        nearest.best == NULL ? "" : nearest.best,
        nearest.best == NULL ? "" : "?");
    return 0;
}

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

static void
set_defaults(struct arguments *arguments)
{
    const char *role = getenv("ENTENTE_ROLE");

    arguments->role = role != NULL && *role != '\0' ? role : ROLE_DEFAULT;
    arguments->note = "";
    arguments->level = ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        set_defaults(arguments);
        return 0;
    case KEY_ROLE:
        arguments->role = argument;
        return 0;
    case KEY_NOTE:
        arguments->note = argument;
        return 0;
    case KEY_LEVEL:
        arguments->level = (Entente__V1__AcknowledgementLevel)parse_code(
            &entente__v1__acknowledgement_level__descriptor, "--level",
            argument, state);
        return 0;
    case KEY_OUTCOME:
        arguments->outcome = (Entente__V1__ActionOutcome)parse_code(
            &entente__v1__action_outcome__descriptor, "--outcome", argument,
            state);
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
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID|NUMBER",
    .doc = doc,
    .children = children};

/* ---- the answer ---- */

/* The answer and all it looks into, which outlives the item it is made from. */
struct answer {
    struct cli_batch batch; /* of this one */
    Entente__V1__Submission submission;
    ent_message message;
    Entente__V1__Acknowledgement body;
    Google__Protobuf__Timestamp at;
};

static char *
borrow(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* What it takes over from the message it answers. */
static void
follow_original(ent_message *message, const ent_message *original)
{
    message->mode = original->mode;
    message->precedence = original->precedence;
    message->classification = original->classification;
    message->tlp = original->tlp;
    message->purpose = original->purpose;
    if (original->purpose == ENTENTE__V1__PURPOSE__LISTED_CRIME) {
        message->offence = original->offence;
        message->offence_penalty_months = original->offence_penalty_months;
    }
}

static void
fill_body(struct answer *answer, const struct arguments *arguments,
    const char *id, uint64_t now_ms)
{
    google__protobuf__timestamp__init(&answer->at);
    answer->at.seconds = (int64_t)(now_ms / 1000);
    answer->at.nanos = (int32_t)(now_ms % 1000) * 1000000;
    entente__v1__acknowledgement__init(&answer->body);
    answer->body.message_id = borrow(id);
    answer->body.level = arguments->level;
    answer->body.at = &answer->at;
    answer->body.role = borrow(arguments->role);
    answer->body.outcome = arguments->outcome;
    answer->body.note = borrow(arguments->note);
}

static enum ent_status
make_answer(struct answer *answer, const struct arguments *arguments,
    const Entente__V1__InboxItem *item, struct ent_error *err)
{
    struct ent_arena *arena = &answer->batch.arena;
    const uint64_t now_ms = ent_time_now_ms();
    const struct ent_id new_id = ent_id_new(now_ms);
    char text[ENT_ID_TEXT_LEN + 1];
    char *id;
    char *thread;
    char *original = cli_text_in(arena, item->id);
    char **to = ent_arena_alloc(arena, sizeof *to);

    ent_id_format(&new_id, text);
    id = cli_text_in(arena, text);
    thread = cli_text_in(arena, item->message->conversation_id);
    if (to != NULL) {
        *to = cli_text_in(arena, item->from);
    }
    if (id == NULL || original == NULL || thread == NULL || to == NULL ||
        *to == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering a message");
    }
    entente__v1__message__init(&answer->message);
    follow_original(&answer->message, item->message);
    fill_body(answer, arguments, original, now_ms);
    answer->message.id = id;
    answer->message.in_reply_to = original;
    answer->message.conversation_id = thread;
    answer->message.author_role = borrow(arguments->role);
    answer->message.body_case = ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT;
    answer->message.acknowledgement = &answer->body;
    entente__v1__submission__init(&answer->submission);
    answer->submission.message = &answer->message;
    answer->submission.to = to;
    answer->submission.n_to = 1;
    answer->batch.list[0] = &answer->submission;
    answer->batch.lines[0] = 1;
    answer->batch.count = 1;
    return ENT_OK;
}

/* Agreements often let answers pass as administration, whatever they answer. */
static int
choose_purpose(
    struct answer *answer, struct cli_client *client, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ExplainRequest explain = ENTENTE__V1__EXPLAIN_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    explain.message = &answer->message;
    explain.to = answer->submission.to[0];
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN;
    request.explain = &explain;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK && reply->explain->result != NULL &&
        reply->explain->result->reason == ENT_REFUSAL_PURPOSE_NOT_AGREED) {
        answer->message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    }
    return code;
}

static int
submit(const struct answer *answer, const struct arguments *arguments,
    struct cli_client *client, struct ent_error *err)
{
    struct cli_report report = {
        .out = stdout, .source = "the answer", .json = arguments->json};
    const Entente__V1__SubmitReply *reply = NULL;
    enum ent_status rc;
    int code;

    code = cli_batch_submit(&answer->batch, client, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    rc = cli_report_batch(&report, &answer->batch, reply, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return cli_report_code(&report);
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

static int
acknowledge(struct answer *answer, const struct arguments *arguments,
    struct cli_client *client, struct ent_error *err)
{
    const Entente__V1__InboxItem *item = NULL;
    bool done = false;
    enum ent_status rc;
    int code;

    code = cli_desk_find(client, arguments->name, NULL, &item, err);
    if (code == EX_OK) {
        code = check_item(item, arguments, &done, err);
    }
    if (code != EX_OK || done) {
        return code;
    }
    rc = make_answer(answer, arguments, item, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    code = choose_purpose(answer, client, err);
    return code == EX_OK ? submit(answer, arguments, client, err) : code;
}

int
cli_ack(int argc, char *argv[])
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    struct arguments arguments = {0};
    struct answer answer = {0};
    struct ent_error err = {0};
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    code = cli_client_open(&arguments.client, &client, &err);
    if (code == EX_OK) {
        code = cli_exit_code(cli_batch_init(&answer.batch, &err));
    }
    if (code == EX_OK) {
        code = acknowledge(&answer, &arguments, client, &err);
        cli_batch_fini(&answer.batch);
    }
    if (code != EX_OK && err.text[0] != '\0') { /* else it is told */
        cli_complain("%s", err.text);
    }
    return code;
}
