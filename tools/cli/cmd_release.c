/* SPDX-License-Identifier: Apache-2.0 */
/* What officers have to sign before it leaves. */
#include <string.h>
#include <sysexits.h>

#include "policy/word.h"
#include "proto/base/time.h"
#include "proto/message.h"
#include "tools/cli/canonical.h"
#include "tools/cli/output.h"
#include "tools/cli/render.h"
#include "tools/cli/report.h"
#include "tools/cli/rows.h"
#include "tools/cli/signatory.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

struct arguments {
    const char *id;
    const char *to;
    const char *officer;
    const char *reason;     /* of giving it back; NULL: it is released */
    const char *precedence; /* that it must have; NULL: any */
    struct cli_passphrase passphrase;
    struct cli_client_options client;
    bool json;
};

/* ---- release list ---- */

static const struct cli_field fields[] = {
    {.key = "id", .title = "ID"},
    {.key = "to", .title = "TO"},
    {.key = "precedence", .title = "PRECEDENCE"},
    {.key = "family", .title = "FAMILY"},
    {.key = "author", .title = "AUTHOR"},
    {.key = "until", .title = "UNTIL"},
    {.key = "awaits", .title = "WAITS FOR"},
};

static json_t *
row_of(const Entente__V1__HeldCopy *copy, uint64_t now_ms)
{
    char precedence[ENT_WORD_LEN];
    char until[CLI_WORDS_MAX];

    ent_word_format(&entente__v1__precedence__descriptor, (int)copy->precedence,
        precedence);
    cli_time_short(copy->valid_until, now_ms, until);
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:s, s:s}", "id",
        cli_json_text(ent_view_text(copy->id)), "to",
        cli_json_text(ent_view_text(copy->to)), "precedence", precedence,
        "family", cli_json_text(ent_view_text(copy->family)), "author",
        cli_json_text(ent_view_text(copy->author_badge)), "until", until,
        "awaits",
        copy->awaits == ENTENTE__V1__OFFICER_ACT__AUTHORED
            ? "its author to sign"
            : "a second officer");
}

/* One page of the list. */
static enum ent_status
take_page(const Entente__V1__HeldReply *page, struct cli_rows *rows,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < page->n_copies; i++) {
        rc = cli_rows_add(rows, &page->copies[i]->base,
            row_of(page->copies[i], ent_time_now_ms()), err);
    }
    return rc;
}

static int
ask_pages(
    struct cli_client *client, struct cli_rows *rows, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__HeldRequest question = ENTENTE__V1__HELD_REQUEST__INIT;
    uint8_t next[64];

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_HELD;
    request.held = &question;
    for (;;) {
        const Entente__V1__ApiReply *reply = NULL;
        enum ent_status rc;
        int code = cli_client_ask(client, &request, 0, &reply, err);

        if (code != EX_OK) {
            return code;
        }
        rc = take_page(reply->held, rows, err);
        if (rc != ENT_OK) {
            return cli_exit_code(rc);
        }
        if (reply->held->next.len == 0 || reply->held->next.len > sizeof next) {
            return EX_OK;
        }
        memcpy(next, reply->held->next.data, reply->held->next.len);
        question.from.data = next;
        question.from.len = reply->held->next.len;
    }
}

/* A cli_client_verb; so is the other. */
static int
list(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = chosen->json};
    int code = ask_pages(client, &rows, err);

    return code != EX_OK ? code
                         : cli_exit_code(cli_rows_print(&rows, fields,
                               sizeof fields / sizeof fields[0],
                               "Nothing waits for release.", err));
}

int
cli_release_list(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    static const struct argp argp = {
        .doc = "List what waits for officers to sign before it leaves.\v"
               "Examples:\n"
               "  entente release list\n",
        .children = children,
    };
    struct cli_question chosen = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, list, &chosen);
}

/* ---- release ---- */

/* Every field of what would leave; ENT_REJECTED: another precedence. */
static enum ent_status
show_copy(const struct arguments *arguments, const Entente__V1__HeldCopy *copy,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ent_message *message;
    enum ent_status rc = ent_arena_init(&arena, ENT_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = ent_message_decode(
            ent_view_of(copy->message.data, copy->message.len), &arena,
            &message, err);
    }
    if (rc == ENT_OK && arguments->precedence != NULL &&
        ent_word_value(&entente__v1__precedence__descriptor,
            arguments->precedence) != (int)message->precedence) {
        rc = ent_fail(err, ENT_REJECTED,
            "it has another precedence than '%s'; --return gives it back to "
            "its author",
            arguments->precedence);
    }
    if (rc != ENT_OK || arguments->json) {
        return rc;
    }
    printf("To %s, written by %s (%s):\n", copy->to, copy->author_badge,
        copy->author_role);
    message->n_officer_signatures = 0;
    rc = cli_render_fields(stdout, &message->base, 1, err);
    putchar('\n');
    return rc;
}

/* What is about to be signed, before the passphrase is asked for. */
static enum ent_status
show(const struct arguments *arguments, const Entente__V1__HeldReply *held,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < held->n_copies; i++) {
        if (arguments->to[0] == '\0' ||
            strcmp(held->copies[i]->to, arguments->to) == 0) {
            rc = show_copy(arguments, held->copies[i], err);
        }
    }
    return rc;
}

static int
tell(const struct arguments *arguments, const Entente__V1__SubmitResult *result,
    struct ent_error *err)
{
    struct cli_report report = {
        .out = stdout, .source = arguments->id, .json = arguments->json};
    enum ent_status rc = cli_report_result(&report, result, 0, err);

    return rc != ENT_OK ? cli_exit_code(rc) : cli_report_code(&report);
}

static int
tell_returned(const struct arguments *arguments,
    const Entente__V1__SubmitResult *result, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (arguments->json) {
        rc = cli_print_canonical(stdout, &result->base, err);
    }
    for (size_t i = 0; !arguments->json && i < result->n_copies; i++) {
        printf("returned   %s  %s\n", result->id, result->copies[i]->to);
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

static int
give_back(struct cli_client *client, const struct arguments *arguments,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ReturnRequest question = ENTENTE__V1__RETURN_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.id = (char *)(uintptr_t)arguments->id;
    question.to = (char *)(uintptr_t)arguments->to;
    question.reason = (char *)(uintptr_t)arguments->reason;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_GIVE_BACK;
    request.give_back = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    return code != EX_OK
               ? code
               : tell_returned(arguments, reply->give_back->result, err);
}

static int
release(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(cli_signatory_close) struct cli_signatory signatory = {0};
    struct cli_passphrase passphrase = arguments->passphrase;
    const Entente__V1__SubmitResult *result = NULL;
    const Entente__V1__HeldReply *held = NULL;
    enum ent_status rc;
    int code;

    if (arguments->reason != NULL) {
        return give_back(client, arguments, err);
    }
    code = cli_held_ask(client, arguments->id, arguments->to, &held, err);
    if (code != EX_OK) {
        return code;
    }
    rc = show(arguments, held, err);
    if (rc == ENT_OK) {
        rc = cli_signatory_open(
            arguments->officer, &passphrase, &signatory, err);
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    code = cli_signatory_sign(&signatory, client, held, arguments->to,
        ENTENTE__V1__OFFICER_ACT__RELEASED, &result, err);
    return code != EX_OK ? code : tell(arguments, result, err);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->client;
        state->child_inputs[2] = &arguments->json;
        return 0;
    case 'o':
        arguments->officer = argument;
        return 0;
    case 't':
        arguments->to = argument;
        return 0;
    case 'p':
        arguments->precedence = argument;
        return 0;
    case 'r':
        arguments->reason = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->id = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->id == NULL ||
            (arguments->officer == NULL) == (arguments->reason == NULL)) {
            argp_error(state,
                "ID and either --officer KEYFILE or --return REASON are "
                "needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_release(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"officer", 'o', "KEYFILE", 0,
            "Sign with this officer's key; a folder with officer.key in it", 0},
        {"to", 't', "ADDRESS", 0, "Only the copy for this office", 0},
        {"precedence", 'p', "WORD", 0,
            "Only if it has this precedence: routine, flash", 0},
        {"return", 'r', "REASON", 0,
            "Give it back to its author instead, for this reason", 0},
        {0},
    };
    static const struct argp_child children[] = {
        {.argp = &cli_passphrase_argp},
        {.argp = &cli_client_argp},
        {.argp = &cli_json_argp},
        {0},
    };
    static const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "ID",
        .doc =
            "Release a message that another officer wrote, as its agreement "
            "asks.\v"
            "Shows what would leave, to whom, signs exactly that, and hands "
            "the signature to the node, which decides by the rules of now "
            "once more. Who releases is a supervisor, and not its author.\n\n"
            "Exit: 0 released; 1 refused; 66 nothing waits under that id.\n\n"
            "Examples:\n"
            "  entente release list\n"
            "  entente release 01980000-0000-7000-8000-000000000000 "
            "--officer S0031\n"
            "  entente release 01980000-0000-7000-8000-000000000000 "
            "--return \"the name is misspelt\"\n",
        .children = children};
    struct arguments arguments = {.to = ""};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, release, &arguments);
}
