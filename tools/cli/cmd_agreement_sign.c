/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "proto/base/file.h"
#include "tools/cli/agreement.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/verbs.h"

#define SIGNATURES_MODE 0644

struct arguments {
    const char *file;
    const char *state;
    const char *authority;
    struct cli_passphrase passphrase;
    bool json;
};

static const struct cli_field fields[] = {
    {.key = "agreement", .title = "Agreement"},
    {.key = "version", .title = "Version"},
    {.key = "parties", .title = "Parties"},
    {.key = "digest", .title = "Digest"},
    {.key = "signed_by", .title = "Signed now by"},
    {.key = "signatures", .title = "Signatures"},
    {.key = "complete", .title = "Signed by all"},
    {.key = "missing", .title = "Missing"},
};

/* What the file is, and whether all have signed it. */
static enum ent_status
report(const struct ent_agreement *agreement, const char *state,
    const char *signatures_path, struct ent_view signatures, bool json,
    struct ent_error *err)
{
    struct ent_error missing = {0};
    enum ent_status verified;
    enum ent_status rc;
    json_t *object = cli_agreement_describe(agreement);

    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "describing an agreement");
    }
    verified = ent_agreement_verify(
        agreement, ent_agreement_text(agreement), signatures, &missing);
    if (state != NULL) {
        (void)json_object_set_new(object, "signed_by", json_string(state));
    }
    (void)json_object_set_new(
        object, "signatures", cli_json_text(ent_view_text(signatures_path)));
    (void)json_object_set_new(
        object, "complete", json_boolean(verified == ENT_OK));
    if (verified != ENT_OK) {
        (void)json_object_set_new(
            object, "missing", cli_json_text(ent_view_text(missing.text)));
    }
    rc = cli_print_record(
        stdout, object, fields, sizeof fields / sizeof fields[0], json, err);
    json_decref(object);
    return rc;
}

/* agreement sign */

static enum ent_status
sign(struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(cli_root_close) struct cli_root root = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes old = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    char path[PATH_MAX];
    enum ent_status rc;

    rc = cli_agreement_load(arguments->file, &agreement, err);
    if (rc == ENT_OK) {
        rc = cli_signatures_path(arguments->file, path, err);
    }
    if (rc == ENT_OK) {
        rc = cli_signatures_read(path, &old, err);
    }
    if (rc == ENT_OK) {
        rc = cli_root_open(
            arguments->authority, &arguments->passphrase, &root, err);
    }
    if (rc == ENT_OK) {
        rc = cli_root_check_state(&root, arguments->state, err);
    }
    if (rc == ENT_OK) {
        rc = ent_agreement_sign(agreement, ent_agreement_text(agreement),
            arguments->state, &root.signer, ent_bytes_view(&old), &signatures,
            err);
    }
    if (rc == ENT_OK) {
        rc = ent_file_replace(
            path, SIGNATURES_MODE, ent_bytes_view(&signatures), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return report(agreement, arguments->state, path,
        ent_bytes_view(&signatures), arguments->json, err);
}

static error_t
parse_sign(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 's':
        arguments->state = argument;
        return 0;
    case 'a':
        arguments->authority = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL || arguments->state == NULL ||
            arguments->authority == NULL) {
            argp_error(state,
                "FILE, --state STATE and --authority KEYFILE are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_agreement_sign(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"state", 's', "STATE", 0, "The party that signs, such as th", 0},
        {"authority", 'a', "KEYFILE", 0,
            "Its root key, or the folder that authority.key lies in", 0},
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_passphrase_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse_sign,
        .args_doc = "FILE",
        .doc =
            "Sign an agreement's exact bytes with a state's root key. The "
            "signature is added to FILE.sig; with those of all parties it "
            "is an agreement, with one of two a draft.\v"
            "Examples:\n"
            "  entente agreement sign th-kh.yaml --state th --authority "
            "/media/stick/th\n"
            "  entente agreement sign th-kh.yaml -s kh -a kh/authority.key\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = sign(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}

/* agreement verify */

static enum ent_status
verify(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    char path[PATH_MAX];
    enum ent_status rc;

    rc = cli_agreement_load(arguments->file, &agreement, err);
    if (rc == ENT_OK) {
        rc = cli_signatures_path(arguments->file, path, err);
    }
    if (rc == ENT_OK) {
        rc = cli_signatures_read(path, &signatures, err);
    }
    if (rc == ENT_OK) {
        rc = report(agreement, NULL, path, ent_bytes_view(&signatures),
            arguments->json, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_agreement_verify(agreement, ent_agreement_text(agreement),
        ent_bytes_view(&signatures), err);
}

static error_t
parse_verify(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "FILE is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_agreement_verify(int argc, char *argv[])
{
    static const struct argp_child children[] = {
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .parser = parse_verify,
        .args_doc = "FILE",
        .doc =
            "Verify that every party has signed an agreement: FILE.sig holds "
            "the signatures, FILE itself names the keys.\v"
            "Examples:\n"
            "  entente agreement verify th-kh.yaml\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = verify(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
