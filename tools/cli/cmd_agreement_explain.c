/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "policy/explain.h"
#include "policy/word.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "proto/message.h"
#include "proto/refusal.h"
#include "tools/cli/agreement.h"
#include "tools/cli/notice.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *file;
    const char *message;
    const char *from;
    const char *to;
    const char *at;
    bool receiving;
    bool hit;
    bool json;
};

/* What is asked, and all that it looks into. */
struct asked {
    struct ent_facts facts;
    struct ent_address from;
    struct ent_address to;
    struct ent_declarations declarations;
    struct ent_arena arena;
    uint64_t now_ms;
};

static void
asked_fini(struct asked *asked)
{
    ent_arena_fini(&asked->arena);
}

/* The address on the command line, or else the one in the message. */
static enum ent_status
read_address(const char *option, const char *given, const char *inside,
    struct ent_address *ret_address, struct ent_error *err)
{
    enum ent_status rc;

    if (given == NULL && inside[0] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "the message does not say; give --%s ADDRESS", option);
    }
    rc = ent_address_parse(
        ent_view_text(given != NULL ? given : inside), ret_address, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "--%s", option);
    }
    return rc;
}

static enum ent_status
read_message(const struct arguments *arguments, struct asked *asked,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ProtobufCMessage *message = NULL;
    enum ent_status rc;

    rc = ent_file_read(arguments->message, ENT_JSON_MAX, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_arena_init(&asked->arena, ENT_MESSAGE_ARENA, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_json_read(ent_bytes_view(&text), &entente__v1__message__descriptor,
        &asked->arena, &message, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", arguments->message);
        return rc;
    }
    asked->facts.message = (const ent_message *)message;
    return ENT_OK;
}

/* The precedence it will travel with: its own, or its family's. */
static uint32_t
precedence_of(const ent_message *message)
{
    const struct ent_family *family = ent_family_of(message);

    if (message->precedence == 0 && family != NULL) {
        return family->precedence;
    }
    return (uint32_t)message->precedence;
}

static enum ent_status
ask(const struct arguments *arguments, struct asked *asked,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = read_message(arguments, asked, err);
    if (rc == ENT_OK) {
        rc = read_address("from", arguments->from, asked->facts.message->from,
            &asked->from, err);
    }
    if (rc == ENT_OK) {
        rc = read_address(
            "to", arguments->to, asked->facts.message->to, &asked->to, err);
    }
    asked->now_ms = ent_time_now_ms();
    if (rc == ENT_OK && arguments->at != NULL) {
        rc = ent_time_parse(ent_view_text(arguments->at), &asked->now_ms, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    asked->facts.sender = &asked->from;
    asked->facts.recipient = &asked->to;
    asked->facts.precedence = precedence_of(asked->facts.message);
    asked->facts.receiving = arguments->receiving;
    asked->facts.hit = arguments->hit;
    asked->facts.desks = UINT32_MAX; /* a recipient that has them all */
    return ENT_OK;
}

/* What lies beside the agreement counts too. */
static enum ent_status
read_declarations(const struct arguments *arguments,
    const struct ent_agreement *agreement, struct asked *asked,
    struct ent_error *err)
{
    ENT_AUTO(cli_notices_free) struct cli_notices notices = {0};
    enum ent_status rc;

    rc = cli_notices_read(arguments->file, agreement, &notices, err);
    if (rc == ENT_OK) {
        rc =
            cli_notices_sum(&notices, asked->now_ms, &asked->declarations, err);
    }
    asked->facts.declarations = &asked->declarations;
    return rc;
}

static json_t *
list_masks(const struct ent_decision *decision)
{
    json_t *list = json_array();

    for (size_t i = 0; i < decision->mask_count; i++) {
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s}", "field", decision->masks[i], "clause",
                      decision->mask_clause[i]));
    }
    return list;
}

static json_t *
list_handling(const struct ent_decision *decision)
{
    json_t *list = json_array();

    for (int code = 1; code < 32; code++) {
        char word[ENT_WORD_LEN];

        if ((decision->handling >> code & 1) != 0) {
            ent_word_format(&entente__v1__handling__descriptor, code, word);
            (void)json_array_append_new(list, json_string(word));
        }
    }
    return list;
}

static json_t *
describe(const struct ent_agreement *agreement, const struct asked *asked,
    const struct ent_decision *decision)
{
    json_t *object = json_pack("{s:b, s:s, s:I, s:s, s:s, s:s, s:I, s:s}",
        "permit", decision->permit, "agreement", ent_agreement_name(agreement),
        "version", (json_int_t)ent_agreement_version(agreement), "from",
        asked->from.text, "to", asked->to.text, "clause", decision->clause,
        "line", (json_int_t)decision->line, "sentence", decision->sentence);

    if (object == NULL || !decision->permit) {
        (void)json_object_set_new(
            object, "reason", json_string(ent_refusal_name(decision->reason)));
        return object;
    }
    (void)json_object_set_new(object, "withhold", list_masks(decision));
    (void)json_object_set_new(object, "handling", list_handling(decision));
    (void)json_object_set_new(object, "acknowledge_ms",
        json_integer((json_int_t)decision->acknowledge_ms));
    (void)json_object_set_new(
        object, "reply_ms", json_integer((json_int_t)decision->reply_ms));
    (void)json_object_set_new(
        object, "retain_ms", json_integer((json_int_t)decision->retain_ms));
    (void)json_object_set_new(
        object, "aggregate", json_boolean(decision->aggregate));
    return object;
}

static enum ent_status
print(const struct ent_agreement *agreement, const struct asked *asked,
    const struct ent_decision *decision, bool json, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;
    json_t *object;

    if (json) {
        object = describe(agreement, asked, decision);
        if (object == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "describing a decision");
        }
        rc = cli_print_record(stdout, object, NULL, 0, true, err);
        json_decref(object);
        return rc;
    }
    rc = ent_explain(agreement, &asked->facts, decision, &text, err);
    if (rc == ENT_OK && fwrite(text.data, 1, text.len, stdout) != text.len) {
        rc = ent_fail(err, ENT_IO, "writing the explanation");
    }
    return rc;
}

/* `ret_permit` is the answer. */
static enum ent_status
explain(
    const struct arguments *arguments, bool *ret_permit, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(asked_fini) struct asked asked = {0};
    struct ent_decision decision;
    enum ent_status rc;

    rc = cli_agreement_load(arguments->file, &agreement, err);
    if (rc == ENT_OK) {
        rc = ask(arguments, &asked, err);
    }
    if (rc == ENT_OK) {
        rc = read_declarations(arguments, agreement, &asked, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_decide(agreement, &asked.facts, asked.now_ms, &decision);
    *ret_permit = decision.permit;
    return print(agreement, &asked, &decision, arguments->json, err);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case 'm':
        arguments->message = argument;
        return 0;
    case 'f':
        arguments->from = argument;
        return 0;
    case 't':
        arguments->to = argument;
        return 0;
    case 'r':
        arguments->receiving = true;
        return 0;
    case 'H':
        arguments->hit = true;
        return 0;
    case 'A':
        arguments->at = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL || arguments->message == NULL) {
            argp_error(state, "FILE and --message JSONFILE are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_agreement_explain(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"message", 'm', "JSONFILE", 0, "The message", 0},
        {"from", 'f', "ADDRESS", 0, "Who sends it; else as it says", 0},
        {"to", 't', "ADDRESS", 0, "Who is to have it; else as it says", 0},
        {"receiving", 'r', NULL, 0, "Decide as its recipient does", 0},
        {"hit", 'H', NULL, 0, "The recipient has met what it speaks of", 0},
        {"at", 'A', "TIME", 0, "Decide at that time (RFC 3339), not now", 0},
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc =
            "Say what an agreement would do with a message, by which clause, "
            "and why. Notices that lie beside it count. Nothing is sent. Exits with 0 when it may pass and 77 "
            "when not.\v"
            "Examples:\n"
            "  entente agreement explain th-kh.yaml --message alert.json \\\n"
            "    --from blo-poipet@kh --to ncc@th\n"
            "  entente agreement explain th-kh.yaml -m alert.json "
            "--receiving\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    bool permit = false;
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = explain(&arguments, &permit, &err);
    if (rc != ENT_OK) {
        return cli_fail(rc, &err);
    }
    return permit ? EX_OK : EX_NOPERM;
}
