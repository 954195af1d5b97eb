/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/lifecycle.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "proto/refusal.h"
#include "tools/cli/output.h"
#include "tools/cli/report.h"

#define ROLE_DEFAULT "duty officer"

/* ---- options ---- */

static const struct argp_option options[] = {
    {"role", 'r', "ROLE", 0,
        "In which role you do so (else $ENTENTE_ROLE, else " ROLE_DEFAULT ")",
        0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct cli_lifecycle_options *chosen = state->input;
    const char *role = getenv("ENTENTE_ROLE");

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &chosen->client;
        state->child_inputs[1] = &chosen->json;
        chosen->role = role != NULL && *role != '\0' ? role : ROLE_DEFAULT;
        return 0;
    case 'r':
        chosen->role = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

const struct argp cli_lifecycle_argp = {
    .options = options, .parser = parse, .children = children};

/* ---- running ---- */

struct run {
    cli_lifecycle_verb *verb;
    const void *arguments;
};

static int
run_with(struct cli_client *client, const void *context, struct ent_error *err)
{
    static struct cli_lifecycle lifecycle; /* too large for a stack */
    const struct run *run = context;
    int code = cli_exit_code(cli_batch_init(&lifecycle.batch, err));

    if (code == EX_OK) {
        code = run->verb(&lifecycle, client, run->arguments, err);
        cli_batch_fini(&lifecycle.batch);
    }
    return code;
}

int
cli_lifecycle_run(const struct cli_lifecycle_options *chosen,
    cli_lifecycle_verb *verb, const void *arguments)
{
    const struct run run = {.verb = verb, .arguments = arguments};

    return cli_client_run(&chosen->client, run_with, &run);
}

/* ---- the message ---- */

int
cli_lifecycle_recipients(struct cli_client *client, const char *id,
    struct cli_recipients *recipients, Entente__V1__Precedence *ret_precedence,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest trace = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    bool all = recipients->count == 0;
    int code;

    trace.id = (char *)(uintptr_t)id;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &trace;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_NOINPUT && !all) {
        *ret_precedence = ENTENTE__V1__PRECEDENCE__IMMEDIATE;
        return EX_OK; /* sent with a store that is lost, or the node says no */
    }
    if (code != EX_OK) {
        return code;
    }
    for (size_t i = 0; i < reply->trace->n_items; i++) {
        const Entente__V1__TraceItem *item = reply->trace->items[i];

        for (size_t k = 0; k < item->n_copies; k++) {
            const Entente__V1__TraceCopy *copy = item->copies[k];

            if (copy->state == ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE) {
                continue; /* it never left */
            }
            *ret_precedence = copy->precedence;
            if (all &&
                cli_recipients_add(recipients, copy->to, err) != ENT_OK) {
                return EX_PROTOCOL;
            }
        }
    }
    if (recipients->count == 0) {
        (void)ent_fail(err, ENT_NOT_FOUND, "it never left: nobody has it");
        return EX_NOINPUT;
    }
    return EX_OK;
}

enum ent_status
cli_lifecycle_begin(struct cli_lifecycle *lifecycle,
    Entente__V1__LifecycleAct act, const char *id, const char *role,
    struct ent_error *err)
{
    struct ent_arena *arena = &lifecycle->batch.arena;
    const uint64_t now_ms = ent_time_now_ms();
    const struct ent_id new_id = ent_id_new(now_ms);
    char text[ENT_ID_TEXT_LEN + 1];

    ent_message_time_set(&lifecycle->at, now_ms);
    entente__v1__lifecycle__init(&lifecycle->body);
    entente__v1__message__init(&lifecycle->message);
    ent_id_format(&new_id, text);
    lifecycle->message.id = cli_text_in(arena, text);
    lifecycle->body.message_id = cli_text_in(arena, id);
    lifecycle->body.role = cli_text_in(arena, role);
    if (lifecycle->message.id == NULL || lifecycle->body.message_id == NULL ||
        lifecycle->body.role == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "out of memory");
    }
    lifecycle->body.act = act;
    lifecycle->body.at = &lifecycle->at;
    lifecycle->message.author_role = lifecycle->body.role;
    lifecycle->message.body_case = ENTENTE__V1__MESSAGE__BODY_LIFECYCLE;
    lifecycle->message.lifecycle = &lifecycle->body;
    return ENT_OK;
}

enum ent_status
cli_lifecycle_follow(struct cli_lifecycle *lifecycle,
    const Entente__V1__InboxItem *item, struct cli_recipients *recipients,
    struct ent_error *err)
{
    struct ent_arena *arena = &lifecycle->batch.arena;
    const ent_message *asked = item->message;
    ent_message *message = &lifecycle->message;

    message->mode = asked->mode;
    message->precedence = asked->precedence;
    message->classification = asked->classification;
    message->tlp = asked->tlp;
    message->purpose = asked->purpose;
    message->offence = asked->offence;
    message->offence_penalty_months = asked->offence_penalty_months;
    message->in_reply_to = cli_text_in(arena, item->id);
    message->conversation_id = cli_text_in(arena, asked->conversation_id);
    if (message->in_reply_to == NULL || message->conversation_id == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "out of memory");
    }
    return cli_recipients_add(recipients, item->from, err);
}

/* Agreements often let such messages pass as administration, whatever they are
 * about. */
static int
choose_purpose(struct cli_lifecycle *lifecycle, struct cli_client *client,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ExplainRequest explain = ENTENTE__V1__EXPLAIN_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    explain.message = &lifecycle->message;
    explain.to = lifecycle->submission.to[0];
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN;
    request.explain = &explain;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK && reply->explain->result != NULL &&
        reply->explain->result->reason == ENT_REFUSAL_PURPOSE_NOT_AGREED) {
        lifecycle->message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    }
    return code;
}

static enum ent_status
address(struct cli_lifecycle *lifecycle,
    const struct cli_recipients *recipients, struct ent_error *err)
{
    struct ent_arena *arena = &lifecycle->batch.arena;
    Entente__V1__Submission *submission = &lifecycle->submission;

    entente__v1__submission__init(submission);
    submission->message = &lifecycle->message;
    submission->to =
        ent_arena_alloc(arena, recipients->count * sizeof *submission->to);
    if (submission->to == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < recipients->count; i++) {
        submission->to[i] = cli_text_in(arena, recipients->list[i].text);
        if (submission->to[i] == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "out of memory");
        }
    }
    submission->n_to = recipients->count;
    lifecycle->batch.list[0] = submission;
    lifecycle->batch.lines[0] = 1;
    lifecycle->batch.count = 1;
    return ENT_OK;
}

static int
hand_in(struct cli_lifecycle *lifecycle, struct cli_client *client, bool json,
    struct ent_error *err)
{
    struct cli_report report = {
        .out = stdout, .source = "the message", .json = json};
    const Entente__V1__SubmitReply *reply = NULL;
    enum ent_status rc;
    int code = cli_batch_submit(&lifecycle->batch, client, &reply, err);

    if (code != EX_OK) {
        return code;
    }
    rc = cli_report_batch(&report, &lifecycle->batch, reply, err);
    return rc != ENT_OK ? cli_exit_code(rc) : cli_report_code(&report);
}

int
cli_lifecycle_submit(struct cli_lifecycle *lifecycle,
    const struct cli_recipients *recipients, struct cli_client *client,
    bool json, struct ent_error *err)
{
    enum ent_status rc = address(lifecycle, recipients, err);
    int code;

    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    code = choose_purpose(lifecycle, client, err);
    return code == EX_OK ? hand_in(lifecycle, client, json, err) : code;
}

int
cli_lifecycle_submit_as_is(struct cli_lifecycle *lifecycle,
    const struct cli_recipients *recipients, struct cli_client *client,
    bool json, struct ent_error *err)
{
    enum ent_status rc = address(lifecycle, recipients, err);

    return rc != ENT_OK ? cli_exit_code(rc)
                        : hand_in(lifecycle, client, json, err);
}
