/* SPDX-License-Identifier: Apache-2.0 */
/* The officers of this office: whom the node knows, and who is revoked. */
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/fingerprint.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/signatory.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define REVOKED_MAX 16 /* keys of one badge */

struct arguments {
    const char *name; /* of a file, a badge or a key */
    const char *reason;
    struct cli_client_options client;
    bool json;
};

/* ---- the list ---- */

static const struct cli_field fields[] = {
    {.key = "badge", .title = "BADGE"},
    {.key = "role", .title = "ROLE"},
    {.key = "until", .title = "UNTIL"},
    {.key = "revoked", .title = "REVOKED"},
    {.key = "fingerprint", .title = "FINGERPRINT", .wrap = true},
};

static json_t *
row_of(const Entente__V1__OfficerEntry *entry, uint64_t now_ms)
{
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    char until[CLI_WORDS_MAX];
    char revoked[CLI_WORDS_MAX] = "";

    cli_fingerprint_of(&entry->key_id, fingerprint);
    cli_time_short(entry->until, now_ms, until);
    if (entry->revoked_at != 0) {
        cli_time_short(entry->revoked_at, now_ms, revoked);
    }
    return json_pack("{s:o, s:o, s:s, s:s, s:s}", "badge",
        cli_json_text(ent_view_text(entry->badge)), "role",
        cli_json_text(ent_view_text(entry->role)), "until", until, "revoked",
        revoked, "fingerprint", fingerprint);
}

static enum ent_status
print(const Entente__V1__OfficersReply *reply, bool json, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = json};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_officers; i++) {
        rc = cli_rows_add(&rows, &reply->officers[i]->base,
            row_of(reply->officers[i], reply->at), err);
    }
    return rc != ENT_OK
               ? rc
               : cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
                     "No officer is enrolled.", err);
}

static int
ask(struct cli_client *client, Entente__V1__OfficersRequest *question,
    const Entente__V1__OfficersReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_OFFICERS;
    request.officers = question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK) {
        *ret_reply = reply->officers;
    }
    return code;
}

/* Ask, and print what there is. */
static int
ask_and_print(struct cli_client *client, Entente__V1__OfficersRequest *question,
    bool json, struct ent_error *err)
{
    const Entente__V1__OfficersReply *reply = NULL;
    int code = ask(client, question, &reply, err);
    enum ent_status rc = code == EX_OK ? print(reply, json, err) : ENT_OK;

    return rc == ENT_OK ? code : cli_exit_code(rc);
}

/* A cli_client_verb; so are the others. */
static int
list(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct cli_question *chosen = context;
    Entente__V1__OfficersRequest question = ENTENTE__V1__OFFICERS_REQUEST__INIT;

    return ask_and_print(client, &question, chosen->json, err);
}

int
cli_officer_list(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {.argp = &cli_question_argp}, {0}};
    static const struct argp argp = {
        .doc = "List the officers who may sign messages of this office.\v"
               "Examples:\n"
               "  entente officer list\n",
        .children = children,
    };
    struct cli_question chosen = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    return cli_client_run(&chosen.client, list, &chosen);
}

/* ---- enrolling ---- */

static int
enrol(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__OfficersRequest question = ENTENTE__V1__OFFICERS_REQUEST__INIT;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_officer officer;
    enum ent_status rc =
        cli_signatory_read(arguments->name, &wire, &officer, err);

    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    question.enrol.data = wire.data;
    question.enrol.len = wire.len;
    return ask_and_print(client, &question, arguments->json, err);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 'r':
        arguments->reason = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children_of_asking[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

int
cli_officer_enrol(int argc, char *argv[])
{
    static const struct argp argp = {.parser = parse,
        .args_doc = "CERT",
        .doc = "Have the node take an officer's signatures.\v"
               "CERT is what `entente officer certify` wrote. It goes with "
               "every message that the officer signs, so other offices need "
               "not be told.\n\n"
               "Examples:\n"
               "  entente officer enrol B0712/officer.cert\n",
        .children = children_of_asking};
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, enrol, &arguments);
}

/* ---- revoking ---- */

/* The keys that go by that badge, or the key of those digits. */
static size_t
find(const Entente__V1__OfficersReply *reply, const char *name,
    struct ent_key_id ret_list[static REVOKED_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < reply->n_officers && count < REVOKED_MAX; i++) {
        const Entente__V1__OfficerEntry *entry = reply->officers[i];
        struct ent_key_id *id = &ret_list[count];

        if (entry->revoked_at == 0 && cli_key_id_read(&entry->key_id, id) &&
            (strcmp(entry->badge, name) == 0 ||
                cli_fingerprint_matches(name, id))) {
            count++;
        }
    }
    return count;
}

static int
revoke(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    Entente__V1__OfficersRequest question = ENTENTE__V1__OFFICERS_REQUEST__INIT;
    const Entente__V1__OfficersReply *reply = NULL;
    struct ent_key_id keys[REVOKED_MAX];
    size_t count = 0;
    enum ent_status rc;
    int code = ask(client, &question, &reply, err);

    if (code == EX_OK) {
        count = find(reply, arguments->name, keys);
    }
    if (code == EX_OK && count == 0) {
        (void)ent_fail(err, ENT_NOT_FOUND,
            "no officer '%s' is enrolled here and not revoked",
            arguments->name);
        return EX_NOINPUT;
    }
    question.reason = (char *)(uintptr_t)arguments->reason;
    for (size_t i = 0; code == EX_OK && i < count; i++) {
        question.revoke.data = keys[i].bytes;
        question.revoke.len = sizeof keys[i].bytes;
        code = ask(client, &question, &reply, err);
    }
    if (code != EX_OK) {
        return code;
    }
    rc = print(reply, arguments->json, err);
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

int
cli_officer_revoke(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"reason", 'r', "TEXT", 0, "Why, for this office's own list", 0},
        {0},
    };
    static const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "BADGE|FINGERPRINT",
        .doc = "Have an officer's signatures count no more, from now on.\v"
               "Other offices learn it from this office's next manifest, which "
               "goes out at once. What is held under the officer's signature "
               "does not leave.\n\n"
               "Examples:\n"
               "  entente officer revoke B0712 --reason \"left the service\"\n",
        .children = children_of_asking};
    struct arguments arguments = {.reason = ""};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, revoke, &arguments);
}
