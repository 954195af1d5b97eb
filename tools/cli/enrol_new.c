/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/file.h"
#include "proto/keytext.h"
#include "tools/cli/enrol.h"
#include "tools/cli/folder.h"
#include "tools/cli/output.h"
#include "tools/cli/passphrase.h"
#include "tools/cli/request.h"
#include "tools/cli/token.h"

#define REQUEST_MODE 0644

struct arguments {
    struct ent_address address;
    const char *out;
    const char *token; /* NULL: the keys are files */
    struct cli_passphrase passphrase;
    bool json;
};

/* The keys on their way from being made to being written. */
struct keys {
    struct ent_secret *signing;
    struct ent_secret *link;
    struct ent_secret *storage;
    struct ent_signer signer;
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];
    char passphrase_token[ENT_TOKEN_URI_MAX + 1]; /* "": none makes it */
};

static void
free_keys(struct keys *keys)
{
    ent_secret_free(&keys->signing);
    ent_secret_free(&keys->link);
    ent_secret_free(&keys->storage);
}

static enum ent_key_role
role_of(const struct cli_party *party)
{
    return party->broker ? ENT_KEY_BROKER : ENT_KEY_OFFICE;
}

/* In memory, or in the token. */
static enum ent_status
make_signing_key(const struct cli_party *party, struct arguments *arguments,
    struct keys *keys, struct ent_error *err)
{
    char path[PATH_MAX];
    enum ent_status rc;

    if (arguments->token == NULL) {
        rc = ent_secret_new(&keys->signing, err);
    } else {
        rc = cli_folder_path(arguments->out, party->key_file, path, err);
        if (rc == ENT_OK) {
            rc = cli_token_make_key(arguments->token, role_of(party),
                arguments->address.text, path, &arguments->passphrase,
                &keys->signing, err);
        }
    }
    return rc != ENT_OK ? rc
                        : ent_secret_signer(keys->signing, role_of(party),
                              &keys->signer, err);
}

static enum ent_status
make_keys(const struct cli_party *party, struct arguments *arguments,
    struct keys *keys, struct ent_error *err)
{
    enum ent_status rc = make_signing_key(party, arguments, keys, err);

    if (rc == ENT_OK) {
        rc = ent_secret_new(&keys->link, err);
    }
    if (rc == ENT_OK) {
        rc = ent_secret_new(&keys->storage, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    /* CURVE keys are X25519 keys. */
    (void)crypto_scalarmult_base(keys->link_key, ent_secret_reveal(keys->link));
    ent_secret_conceal(keys->link);
    return ENT_OK;
}

static enum ent_status
write_key(const struct arguments *arguments, const char *name,
    enum ent_key_role role, struct ent_secret *secret, const char *passphrase,
    struct ent_error *err)
{
    char path[PATH_MAX];
    enum ent_status rc;

    rc = cli_folder_path(arguments->out, name, path, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (arguments->token != NULL) { /* it made the passphrase */
        return ent_keyfile_write_random(path, role, secret, passphrase, err);
    }
    return ent_keyfile_write(
        path, role, secret, passphrase[0] == '\0' ? NULL : passphrase, err);
}

static enum ent_status
choose_passphrase(struct arguments *arguments, struct keys *keys,
    char ret_text[static ENT_PASSPHRASE_MAX + 1], struct ent_error *err)
{
    return arguments->token == NULL
               ? cli_passphrase_new(&arguments->passphrase, ret_text, err)
               : cli_token_passphrase(arguments->token, &arguments->passphrase,
                     keys->passphrase_token, ret_text, err);
}

/* All under one passphrase; what lies in a token is there already. */
static enum ent_status
write_keys(const struct cli_party *party, struct arguments *arguments,
    struct keys *keys, struct ent_error *err)
{
    char passphrase[ENT_PASSPHRASE_MAX + 1];
    enum ent_status rc = choose_passphrase(arguments, keys, passphrase, err);

    if (rc == ENT_OK && arguments->token == NULL) {
        rc = write_key(arguments, party->key_file, role_of(party),
            keys->signing, passphrase, err);
    }
    if (rc == ENT_OK) {
        rc = write_key(arguments, CLI_LINK_KEY_FILE, ENT_KEY_LINK, keys->link,
            passphrase, err);
    }
    if (rc == ENT_OK) {
        rc = write_key(arguments, CLI_STORAGE_KEY_FILE, ENT_KEY_STORAGE,
            keys->storage, passphrase, err);
    }
    sodium_memzero(passphrase, sizeof passphrase);
    return rc;
}

static enum ent_status
write_request(const struct cli_party *party, const struct arguments *arguments,
    const struct keys *keys, char ret_path[static PATH_MAX],
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct cli_request request = {
        .address = arguments->address,
        .broker = party->broker,
        .signing_key = keys->signer.key,
    };
    enum ent_status rc;

    memcpy(request.link_key, keys->link_key, sizeof request.link_key);
    rc = cli_request_make(&request, &keys->signer, &text, err);
    if (rc == ENT_OK) {
        rc =
            cli_folder_path(arguments->out, party->request_file, ret_path, err);
    }
    if (rc == ENT_OK) {
        rc =
            ent_file_create(ret_path, REQUEST_MODE, ent_bytes_view(&text), err);
    }
    return rc;
}

static enum ent_status
print(const struct arguments *arguments, const struct keys *keys,
    const char *request_path, struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "address", .title = "Address"},
        {.key = "fingerprint", .title = "Fingerprint"},
        {.key = "folder", .title = "Keys, keep them here"},
        {.key = "request", .title = "Request, for the authority"},
        {.key = "passphrase_token", .title = "Configure passphrase_token"},
    };
    char key[ENT_KEY_TEXT_LEN + 1];
    char id[ENT_KEY_ID_TEXT_LEN + 1];
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    enum ent_status rc;
    const char *token =
        keys->passphrase_token[0] == '\0' ? NULL : keys->passphrase_token;
    json_t *object;

    ent_key_format(&keys->signer.key, key);
    ent_key_id_format(&keys->signer.key_id, id);
    ent_fingerprint_format(&keys->signer.key_id, fingerprint);
    object = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s*}", "address",
        arguments->address.text, "public_key", key, "key_id", id, "fingerprint",
        fingerprint, "folder", cli_json_text(ent_view_text(arguments->out)),
        "request", cli_json_text(ent_view_text(request_path)),
        "passphrase_token", token);
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a request");
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], arguments->json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
enrol(const struct cli_party *party, struct arguments *arguments,
    struct ent_error *err)
{
    const char *const names[] = {party->key_file, CLI_LINK_KEY_FILE,
        CLI_STORAGE_KEY_FILE, party->request_file, NULL};
    ENT_AUTO(free_keys) struct keys keys = {0};
    char request_path[PATH_MAX];
    enum ent_status rc;

    rc = cli_folder_prepare(arguments->out, names, err);
    if (rc == ENT_OK) {
        rc = make_keys(party, arguments, &keys, err);
    }
    if (rc == ENT_OK) {
        rc = write_keys(party, arguments, &keys, err);
    }
    if (rc == ENT_OK) {
        rc = write_request(party, arguments, &keys, request_path, err);
    }
    if (rc == ENT_OK) {
        rc = print(arguments, &keys, request_path, err);
    }
    return rc;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err;

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
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        if (ent_address_parse(
                ent_view_text(argument), &arguments->address, &err) != ENT_OK) {
            argp_error(state, "'%s': %s", argument, err.text);
        }
        return 0;
    case ARGP_KEY_END:
        if (arguments->address.text[0] == '\0' || arguments->out == NULL) {
            argp_error(state, "ADDRESS and --out DIR are needed");
        }
        cli_token_check(arguments->token, &arguments->passphrase, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_enrol_new(const struct cli_party *party, int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"out", 'o', "DIR", 0, "Put the keys and the request into DIR", 0},
        CLI_TOKEN_ROW,
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_passphrase_new_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "ADDRESS",
        .doc = party->new_doc,
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = enrol(party, &arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
