/* SPDX-License-Identifier: Apache-2.0 */
/* What the node knows of others and of itself, and asking for what is newer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "proto/base/time.h"
#include "tools/cli/client.h"
#include "tools/cli/fingerprint.h"
#include "tools/cli/output.h"
#include "tools/cli/rows.h"
#include "tools/cli/trust.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define WAIT_S 5
#define LOOK_MS 100
#define TEXT_MAX 128

struct arguments {
    const char *subject;
    bool needs_subject;
    struct cli_client_options client;
    bool json;
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->subject = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        if (arguments->needs_subject) {
            argp_error(state, "ADDRESS is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

/* ---- rows ---- */

static const char *
colour_of(const char *text)
{
    return strstr(text, CLI_ATTENTION) != NULL ? CLI_RED : NULL;
}

static const struct cli_field fields[] = {
    {.key = "kind", .title = "WHAT"},
    {.key = "subject", .title = "OF"},
    {.key = "number", .title = "NUMBER", .right = true, .broad = true},
    {.key = "from", .title = "FROM", .broad = true},
    {.key = "until", .title = "UNTIL", .colour = colour_of},
    {.key = "source", .title = "KNOWN FROM"},
    {.key = "fingerprint", .title = "FINGERPRINT", .wrap = true},
};

static json_t *
row_of(const Entente__V1__DirectoryEntry *entry, uint64_t now_ms)
{
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    char shown[TEXT_MAX];
    char from[CLI_WORDS_MAX];
    char when[CLI_WORDS_MAX];
    char until[TEXT_MAX];
    json_t *row;

    cli_fingerprint_of(&entry->key_id, fingerprint);
    (void)snprintf(shown, sizeof shown, "%s%s", fingerprint,
        entry->pinned ? " (pinned)" : "");
    cli_time_short(entry->from, now_ms, from);
    cli_time_short(entry->until, now_ms, when);
    (void)snprintf(until, sizeof until, "%s%s%s%s",
        entry->fault[0] == '\0' ? "" : CLI_ATTENTION, entry->fault,
        entry->fault[0] == '\0' || when[0] == '\0' ? "" : ", ", when);
    row = json_pack("{s:o, s:o, s:s, s:s, s:o, s:s}", "kind",
        cli_json_text(ent_view_text(entry->kind)), "subject",
        cli_json_text(ent_view_text(entry->subject)), "from", from, "until",
        until, "source", cli_json_text(ent_view_text(entry->source)),
        "fingerprint", shown);
    if (row != NULL && entry->number != 0) {
        (void)json_object_set_new(
            row, "number", json_integer((json_int_t)entry->number));
    }
    return row;
}

static enum ent_status
print(
    const Entente__V1__DirectoryReply *reply, bool json, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = json};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_entries; i++) {
        rc = cli_rows_add(&rows, &reply->entries[i]->base,
            row_of(reply->entries[i], reply->at), err);
    }
    return rc != ENT_OK
               ? rc
               : cli_rows_print(&rows, fields, sizeof fields / sizeof fields[0],
                     "Nothing is known.", err);
}

/* ---- questions ---- */

static int
ask(struct cli_client *client, const char *subject, bool fetch,
    const Entente__V1__DirectoryReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__DirectoryRequest question =
        ENTENTE__V1__DIRECTORY_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.subject = (char *)(uintptr_t)subject;
    question.fetch = fetch;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_DIRECTORY;
    request.directory = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK) {
        *ret_reply = reply->directory;
    }
    return code;
}

/* What is newest of it: grows when something came. */
static uint64_t
newest(const Entente__V1__DirectoryReply *reply)
{
    uint64_t at = 0;

    for (size_t i = 0; i < reply->n_entries; i++) {
        at = reply->entries[i]->learned_at > at ? reply->entries[i]->learned_at
                                                : at;
    }
    return at;
}

static bool
has(const Entente__V1__DirectoryReply *reply, const char *kind)
{
    for (size_t i = 0; i < reply->n_entries; i++) {
        if (strcmp(reply->entries[i]->kind, kind) == 0) {
            return true;
        }
    }
    return false;
}

/* A cli_client_verb. */
static int
show(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const Entente__V1__DirectoryReply *reply = NULL;
    int code = ask(client, arguments->subject, false, &reply, err);

    return code != EX_OK ? code
                         : cli_exit_code(print(reply, arguments->json, err));
}

int
cli_directory_show(int argc, char *argv[])
{
    static const struct argp argp = {.parser = parse,
        .args_doc = "[ADDRESS|STATE]",
        .doc =
            "What this node knows of offices, brokers and authorities: from "
            "where, and until when it is good.\v"
            "An authority's key comes from an agreement or the configuration; "
            "certificates, manifests with their epochs' sealing keys, and "
            "revocation lists are signed and come by whoever carries them. A "
            "fingerprint is read out by telephone, group by group.\n\n"
            "Examples:\n"
            "  entente directory show\n"
            "  entente directory show blo-tachileik@mm --json\n",
        .children = children};
    struct arguments arguments = {.subject = ""};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, show, &arguments);
}

/* Until something newer came, or the time is up. */
static int
fetch_newer(struct cli_client *client, const char *subject,
    const Entente__V1__DirectoryReply **ret_reply, struct ent_error *err)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    const uint64_t until = ent_time_boot_ms() + WAIT_S * 1000;
    int code = ask(client, subject, true, ret_reply, err);
    uint64_t before = code == EX_OK ? newest(*ret_reply) : 0;

    while (code == EX_OK && newest(*ret_reply) == before &&
           ent_time_boot_ms() < until) {
        (void)nanosleep(&pause, NULL);
        code = ask(client, subject, false, ret_reply, err);
    }
    return code;
}

/* A cli_client_verb. */
static int
fetch(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const Entente__V1__DirectoryReply *reply = NULL;
    enum ent_status rc;
    int code = fetch_newer(client, arguments->subject, &reply, err);

    if (code != EX_OK) {
        return code;
    }
    rc = print(reply, arguments->json, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return has(reply, "certificate") && has(reply, "epoch") ? EX_OK : 1;
}

int
cli_directory_fetch(int argc, char *argv[])
{
    static const struct argp argp = {.parser = parse,
        .args_doc = "ADDRESS",
        .doc = "Ask brokers and the office itself for what is newer of it, "
               "now.\v"
               "Waits up to 5 seconds for something newer to come, and lists "
               "what is known then. Nothing newer is no error. Exit: 1 when "
               "there is no certificate, or no key to seal for.\n\n"
               "Examples:\n"
               "  entente directory fetch blo-tachileik@mm\n",
        .children = children};
    struct arguments arguments = {.subject = "", .needs_subject = true};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, fetch, &arguments);
}
