/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "proto/keytext.h"
#include "tools/cli/folder.h"
#include "tools/cli/newkey.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *subject; /* STATE or KEYFILE */
    const char *out;
    const char *token; /* NULL: the key is a file */
    struct cli_passphrase passphrase;
    struct cli_names names;
    bool json;
};

static const struct cli_field fields[] = {
    {.key = "state", .title = "State"},
    {.key = "public_key", .title = "Public key"},
    {.key = "fingerprint", .title = "Fingerprint"},
    {.key = "key_file", .title = "Key file, keep it offline"},
    {.key = "public_file", .title = "Public half, give it away"},
};

/* What is to be said of a root key. NULL: no memory. */
static json_t *
describe(const char *state, const struct ent_signer *signer)
{
    char key[ENT_KEY_TEXT_LEN + 1];
    char id[ENT_KEY_ID_TEXT_LEN + 1];
    char fingerprint[ENT_FINGERPRINT_LEN + 1];

    ent_key_format(&signer->key, key);
    ent_key_id_format(&signer->key_id, id);
    ent_fingerprint_format(&signer->key_id, fingerprint);
    return json_pack("{s:s*, s:s, s:s, s:s}", "state",
        state[0] == '\0' ? NULL : state, "public_key", key, "key_id", id,
        "fingerprint", fingerprint);
}

static enum ent_status
print(json_t *object, bool json, struct ent_error *err)
{
    enum ent_status rc;

    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a key");
    }
    rc = cli_print_record(
        stdout, object, fields, sizeof fields / sizeof fields[0], json, err);
    json_decref(object);
    return rc;
}

/* authority new */

/* As in an address: two or three small letters. */
static bool
is_state(const char *text)
{
    char address[sizeof "office@" + ENT_STATE_MAX];
    struct ent_address parsed;

    return strlen(text) <= ENT_STATE_MAX &&
           strcpy(stpcpy(address, "office@"), text) != NULL &&
           ent_address_parse(ent_view_text(address), &parsed, NULL) == ENT_OK;
}

static enum ent_status
make_key(const char *path, struct arguments *arguments,
    struct ent_secret **ret_secret, struct ent_signer *ret_signer,
    struct ent_error *err)
{
    char name[sizeof "authority " + ENT_STATE_MAX];
    const struct cli_newkey newkey = {.role = ENT_KEY_AUTHORITY,
        .path = path,
        .token = arguments->token,
        .name = name,
        .from = &arguments->passphrase};
    enum ent_status rc;

    (void)strcpy(stpcpy(name, "authority "), arguments->subject);
    rc = cli_newkey_make(&newkey, ret_secret, err);
    return rc != ENT_OK ? rc
                        : ent_secret_signer(
                              *ret_secret, ENT_KEY_AUTHORITY, ret_signer, err);
}

static enum ent_status
make(struct arguments *arguments, struct ent_error *err)
{
    static const char *const names[] = {
        CLI_ROOT_KEY_FILE, CLI_ROOT_PUBLIC_FILE, NULL};
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    struct ent_signer signer;
    char key_path[PATH_MAX];
    char public_path[PATH_MAX];
    enum ent_status rc;
    json_t *object;

    rc = cli_folder_prepare(arguments->out, names, err);
    if (rc == ENT_OK) {
        rc = cli_folder_path(arguments->out, CLI_ROOT_KEY_FILE, key_path, err);
    }
    if (rc == ENT_OK) {
        rc = cli_folder_path(
            arguments->out, CLI_ROOT_PUBLIC_FILE, public_path, err);
    }
    if (rc == ENT_OK) {
        rc = make_key(key_path, arguments, &secret, &signer, err);
    }
    if (rc == ENT_OK) {
        rc = cli_root_publish(public_path, arguments->subject, &signer.key,
            &arguments->names, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    object = describe(arguments->subject, &signer);
    (void)json_object_set_new(
        object, "key_file", cli_json_text(ent_view_text(key_path)));
    (void)json_object_set_new(
        object, "public_file", cli_json_text(ent_view_text(public_path)));
    return print(object, arguments->json, err);
}

static error_t
parse_new(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->names;
        state->child_inputs[2] = &arguments->json;
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case CLI_TOKEN_OPTION:
        arguments->token = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        if (!is_state(argument)) {
            argp_error(state,
                "'%s' is no state: write its ISO 3166 code in "
                "small letters, such as th",
                argument);
        }
        arguments->subject = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->subject == NULL || arguments->out == NULL) {
            argp_error(state, "STATE and --out DIR are needed");
        }
        cli_token_check(arguments->token, &arguments->passphrase, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_authority_new(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"out", 'o', "DIR", 0, "Put authority.key and authority.pub into DIR",
            0},
        CLI_TOKEN_ROW,
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_passphrase_new_argp, 0, NULL, 0},
        {&cli_names_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse_new,
        .args_doc = "STATE",
        .doc =
            "Make the root key of a state: the one that certifies its offices "
            "and signs its agreements. Do this on a machine without a network, "
            "and keep authority.key there.\v"
            "Examples:\n"
            "  entente authority new th --out /media/stick/th\n"
            "  entente authority new th --out th --name en=\"Immigration "
            "Bureau\"\n"
            "  entente authority new th --out th --token pkcs11:token=th\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = make(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}

/* authority show */

static error_t
parse_show(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->subject = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "KEYFILE is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_authority_show(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {&cli_passphrase_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .parser = parse_show,
        .args_doc = "KEYFILE",
        .doc = "Open a state's root key and print its public half.\v"
               "KEYFILE may be the folder that authority.key lies in.\n\n"
               "Examples:\n"
               "  entente authority show /media/stick/th\n"
               "  entente authority show th/authority.key --json\n",
        .children = children,
    };
    ENT_AUTO(cli_root_close) struct cli_root root = {0};
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = cli_root_open(arguments.subject, &arguments.passphrase, &root, &err);
    if (rc == ENT_OK) {
        rc = print(describe(root.state, &root.signer), arguments.json, &err);
    }
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
