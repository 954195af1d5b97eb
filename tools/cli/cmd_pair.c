/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that two offices give each other by hand. */
#include <sysexits.h>

#include "tools/cli/client.h"
#include "tools/cli/fingerprint.h"
#include "tools/cli/newkey.h"
#include "tools/cli/output.h"
#include "tools/cli/passphrase.h"
#include "tools/cli/rows.h"
#include "tools/cli/trust.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define OPTION_OUT 'o'
#define KEY_LEN 32
#define EXIT_MISSING 1 /* one that is agreed is not here */

struct arguments {
    const char *office;
    const char *file;
    size_t needed; /* how many arguments */
    struct cli_passphrase passphrase;
    struct cli_client_options client;
    bool json;
};

/* ---- what there is ---- */

static const struct cli_field fields[] = {
    {.key = "office", .title = "WITH"},
    {.key = "imported", .title = "IMPORTED"},
    {.key = "agreement", .title = "AGREED IN"},
    {.key = "fingerprint", .title = "FINGERPRINT", .wrap = true},
};

static json_t *
row_of(const Entente__V1__PairEntry *entry, uint64_t now_ms)
{
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    char when[CLI_WORDS_MAX];

    cli_fingerprint_of(&entry->key_id, fingerprint);
    cli_time_short(entry->imported_at, now_ms, when);
    return json_pack("{s:o, s:s, s:o, s:s}", "office",
        cli_json_text(ent_view_text(entry->office)), "imported",
        entry->imported_at == 0 ? CLI_ATTENTION "missing" : when, "agreement",
        cli_json_text(ent_view_text(entry->agreement)), "fingerprint",
        fingerprint);
}

static enum ent_status
print(const Entente__V1__PairReply *reply, bool json, struct ent_error *err)
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
                     "There are no pair keys.", err);
}

static bool
one_is_missing(const Entente__V1__PairReply *reply)
{
    for (size_t i = 0; i < reply->n_entries; i++) {
        if (reply->entries[i]->imported_at == 0) {
            return true;
        }
    }
    return false;
}

/* ---- asking the node ---- */

/* Hand `key` (NULL: none) to the node, and print what there is. */
static int
ask(struct cli_client *client, const struct arguments *arguments,
    struct ent_secret *key, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__PairRequest question = ENTENTE__V1__PAIR_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    enum ent_status rc;
    int code;

    question.office = (char *)(uintptr_t)arguments->office;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_PAIR;
    request.pair = &question;
    if (key != NULL) {
        question.key.data = (uint8_t *)(uintptr_t)ent_secret_reveal(key);
        question.key.len = KEY_LEN;
    }
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (key != NULL) {
        ent_secret_conceal(key);
    }
    if (code != EX_OK) {
        return code;
    }
    rc = print(reply->pair, arguments->json, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    return key == NULL && one_is_missing(reply->pair) ? EXIT_MISSING : EX_OK;
}

/* ---- the verbs ---- */

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        state->child_inputs[2] = &arguments->passphrase;
        return 0;
    case OPTION_OUT:
        arguments->file = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num >= arguments->needed) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? &arguments->office : &arguments->file) =
            argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < arguments->needed ||
            (arguments->needed > 0 && arguments->file == NULL)) {
            argp_error(state, "the other office and a file are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A cli_client_verb; so are the others. */
static int
make(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(ent_secret_free) struct ent_secret *key = NULL;
    struct cli_passphrase from = arguments->passphrase;
    const struct cli_newkey newkey = {
        .role = ENT_KEY_PAIR, .path = arguments->file, .from = &from};
    enum ent_status rc = cli_newkey_make(&newkey, &key, err);

    return rc != ENT_OK ? cli_exit_code(rc) : ask(client, arguments, key, err);
}

int
cli_pair_new(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"out", OPTION_OUT, "FILE", 0, "Write the key there, to be carried", 0},
        {0}};
    static const struct argp_child children[] = {{.argp = &cli_client_argp},
        {.argp = &cli_json_argp}, {.argp = &cli_passphrase_new_argp}, {0}};
    static const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "ADDRESS",
        .doc =
            "Make a pair key for this office and another: what is sealed with "
            "it stays closed even to who records it today and breaks the "
            "sealing keys one day.\v"
            "The node keeps it. Carry FILE to the other office by hand, never "
            "over the network that it is to protect; say the passphrase on "
            "another way, compare the fingerprint by telephone, and destroy "
            "FILE. It is used as soon as an agreement names the fingerprint "
            "under pair_keys, and from then on nothing passes without it.\n\n"
            "Examples:\n"
            "  entente pair new blo-tachileik@mm --out "
            "/media/stick/tachileik.pair\n",
        .children = children};
    struct arguments arguments = {.office = "", .needed = 1};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, make, &arguments);
}

static int
import(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(ent_secret_free) struct ent_secret *key = NULL;
    struct cli_passphrase from = arguments->passphrase;
    const struct ent_passphrase passphrase = cli_passphrase_asker(&from);
    enum ent_status rc =
        ent_keyfile_read(arguments->file, ENT_KEY_PAIR, &passphrase, &key, err);

    return rc != ENT_OK ? cli_exit_code(rc) : ask(client, arguments, key, err);
}

int
cli_pair_import(int argc, char *argv[])
{
    static const struct argp_child children[] = {{.argp = &cli_client_argp},
        {.argp = &cli_json_argp}, {.argp = &cli_passphrase_argp}, {0}};
    static const struct argp argp = {.parser = parse,
        .args_doc = "ADDRESS FILE",
        .doc = "Have the node keep a pair key that another office made.\v"
               "Compare the fingerprint with that office by telephone, and "
               "destroy FILE.\n\n"
               "Examples:\n"
               "  entente pair import blo-maesai@th /media/stick/maesai.pair\n",
        .children = children};
    struct arguments arguments = {.office = "", .needed = 2};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, import, &arguments);
}

static int
show(struct cli_client *client, const void *context, struct ent_error *err)
{
    return ask(client, context, NULL, err);
}

int
cli_pair_show(int argc, char *argv[])
{
    static const struct argp_child children[] = {{.argp = &cli_client_argp},
        {.argp = &cli_json_argp}, {.argp = &cli_passphrase_argp}, {0}};
    static const struct argp argp = {.parser = parse,
        .doc = "List the pair keys of this office, and those that an agreement "
               "names and that are not here.\v"
               "Exit: 1 when one is missing.\n\n"
               "Examples:\n"
               "  entente pair show\n",
        .children = children};
    struct arguments arguments = {.office = ""};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, show, &arguments);
}
