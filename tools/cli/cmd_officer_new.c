/* SPDX-License-Identifier: Apache-2.0 */
#include <sysexits.h>

#include "proto/keytext.h"
#include "tools/cli/folder.h"
#include "tools/cli/newkey.h"
#include "tools/cli/output.h"
#include "tools/cli/signatory.h"
#include "tools/cli/verbs.h"

struct arguments {
    const char *out;
    const char *token; /* NULL: the key is a file */
    struct cli_passphrase passphrase;
    bool json;
};

static enum ent_status
make_key(struct arguments *arguments, struct ent_secret **ret_secret,
    struct ent_signer *ret_signer, struct ent_error *err)
{
    const char *const names[] = {CLI_OFFICER_KEY_FILE, NULL};
    char path[PATH_MAX];
    const struct cli_newkey newkey = {.role = ENT_KEY_OFFICER,
        .path = path,
        .token = arguments->token,
        .name = "officer",
        .from = &arguments->passphrase};
    enum ent_status rc = cli_folder_prepare(arguments->out, names, err);

    if (rc == ENT_OK) {
        rc = cli_folder_path(arguments->out, CLI_OFFICER_KEY_FILE, path, err);
    }
    if (rc == ENT_OK) {
        rc = cli_newkey_make(&newkey, ret_secret, err);
    }
    return rc != ENT_OK ? rc
                        : ent_secret_signer(
                              *ret_secret, ENT_KEY_OFFICER, ret_signer, err);
}

static enum ent_status
print(const struct arguments *arguments, const struct ent_signer *signer,
    struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "public_key", .title = "Public key, to be certified"},
        {.key = "fingerprint", .title = "Fingerprint"},
        {.key = "folder", .title = "Key, keep it here"},
    };
    char key[ENT_KEY_TEXT_LEN + 1];
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    json_t *object;
    enum ent_status rc;

    ent_key_format(&signer->key, key);
    ent_fingerprint_format(&signer->key_id, fingerprint);
    object = json_pack("{s:s, s:s, s:o}", "public_key", key, "fingerprint",
        fingerprint, "folder", cli_json_text(ent_view_text(arguments->out)));
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a key");
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], arguments->json, err);
    json_decref(object);
    return rc;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case CLI_TOKEN_OPTION:
        arguments->token = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->out == NULL) {
            argp_error(state, "--out DIR is needed");
        }
        cli_token_check(arguments->token, &arguments->passphrase, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_officer_new(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"out", 'o', "DIR", 0, "Put officer.key into DIR", 0},
        CLI_TOKEN_ROW,
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_passphrase_new_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {.options = options,
        .parser = parse,
        .doc = "Make an officer's key, under a passphrase that only the "
               "officer knows.\v"
               "Give the public key to whoever has the office's key, to be "
               "certified.\n\n"
               "Examples:\n"
               "  entente officer new --out B0712\n"
               "  entente officer new --out B0712 --token pkcs11:token=B0712\n",
        .children = children};
    struct arguments arguments = {0};
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    struct ent_signer signer;
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = make_key(&arguments, &secret, &signer, &err);
    if (rc == ENT_OK) {
        rc = print(&arguments, &signer, &err);
    }
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
