/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "policy/term.h"
#include "proto/base/time.h"
#include "proto/keytext.h"
#include "proto/officer.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/folder.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/verbs.h"

#define OFFICE_KEY_FILE "office.key"
#define OFFICE_CERTIFICATE_FILE "office.cert"
#define CERTIFICATE_MODE 0644
#define DAY_MS (UINT64_C(86400) * 1000)
#define DAYS_MAX 365

struct arguments {
    const char *key; /* "ed25519:..." */
    const char *badge;
    const char *role;
    const char *office;      /* key file, or the folder it lies in */
    const char *certificate; /* of the office; NULL: beside its key */
    const char *out;
    uint64_t days;
    struct cli_passphrase passphrase;
    bool json;
};

/* Where the office's key and certificate lie. */
static enum ent_status
office_paths(const struct arguments *arguments, char key[static PATH_MAX],
    char certificate[static PATH_MAX], struct ent_error *err)
{
    char folder[PATH_MAX];
    enum ent_status rc = cli_root_folder(arguments->office, folder, err);

    if (rc == ENT_OK) {
        rc = cli_folder_path(folder, OFFICE_CERTIFICATE_FILE, certificate, err);
    }
    if (rc == ENT_OK) {
        rc = cli_folder_path(folder, OFFICE_KEY_FILE, key, err);
    }
    if (rc == ENT_OK && strcmp(folder, arguments->office) != 0) {
        (void)snprintf(key, PATH_MAX, "%s", arguments->office);
    }
    if (rc == ENT_OK && arguments->certificate != NULL) {
        (void)snprintf(certificate, PATH_MAX, "%s", arguments->certificate);
    }
    return rc;
}

/* The office's signer, and who it is. */
static enum ent_status
open_office(const struct arguments *arguments, struct ent_secret **ret_secret,
    struct ent_signer *ret_signer, struct ent_address *ret_address,
    struct ent_error *err)
{
    struct cli_passphrase from = arguments->passphrase;
    struct ent_passphrase passphrase = cli_passphrase_asker(&from);
    struct ent_certificate office;
    char certificate[PATH_MAX];
    char key[PATH_MAX];
    enum ent_status rc = office_paths(arguments, key, certificate, err);

    if (rc == ENT_OK) {
        rc = cli_armourfile_certificate(certificate, NULL, &office, err);
    }
    if (rc == ENT_OK) {
        rc =
            ent_keyfile_read(key, ENT_KEY_OFFICE, &passphrase, ret_secret, err);
    }
    if (rc == ENT_OK) {
        rc = ent_secret_signer(*ret_secret, ENT_KEY_OFFICE, ret_signer, err);
    }
    if (rc == ENT_OK && memcmp(&office.signing_key, &ret_signer->key,
                            sizeof ret_signer->key) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "'%s' is the certificate of another key than '%s'", certificate,
            key);
    }
    if (rc == ENT_OK) {
        *ret_address = office.address;
    }
    return rc;
}

static enum ent_status
write_certificate(const char *path, const struct ent_officer *officer,
    const struct ent_signer *office, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = ent_officer_make(officer, office, &wire, err);

    return rc != ENT_OK ? rc
                        : cli_armourfile_create(path, CERTIFICATE_MODE,
                              ENT_ARMOUR_OFFICER, ent_bytes_view(&wire), err);
}

static enum ent_status
print(const struct arguments *arguments, const struct ent_officer *officer,
    struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "office", .title = "Office"},
        {.key = "badge", .title = "Badge"},
        {.key = "role", .title = "Role"},
        {.key = "fingerprint", .title = "Fingerprint"},
        {.key = "valid_until", .title = "Valid until"},
        {.key = "certificate", .title = "Certificate"},
    };
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    char until[ENT_TIME_TEXT_MAX];
    json_t *object;
    enum ent_status rc;

    ent_fingerprint_format(&officer->key_id, fingerprint);
    ent_time_format(officer->not_after, until);
    object = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:o}", "office",
        officer->office.text, "badge", officer->badge, "role", officer->role,
        "fingerprint", fingerprint, "serial", (json_int_t)officer->serial,
        "valid_until", until, "certificate",
        cli_json_text(ent_view_text(arguments->out)));
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a certificate");
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], arguments->json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
certify(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    const uint64_t now = ent_time_now_ms();
    struct ent_officer officer = {
        .not_before = now - now % 1000, .serial = now};
    struct ent_signer office;
    enum ent_status rc =
        ent_key_parse(ent_view_text(arguments->key), &officer.key, err);

    officer.not_after = officer.not_before + arguments->days * DAY_MS;
    officer.key_id = ent_key_id_of(ENT_KEY_OFFICER, officer.key.bytes);
    (void)snprintf(officer.badge, sizeof officer.badge, "%s", arguments->badge);
    (void)snprintf(officer.role, sizeof officer.role, "%s", arguments->role);
    if (rc == ENT_OK) {
        rc = open_office(arguments, &secret, &office, &officer.office, err);
    }
    if (rc == ENT_OK) {
        rc = write_certificate(arguments->out, &officer, &office, err);
    }
    return rc != ENT_OK ? rc : print(arguments, &officer, err);
}

static void
check_complete(struct argp_state *state, const struct arguments *arguments)
{
    if (arguments->key == NULL || arguments->badge == NULL ||
        arguments->office == NULL || arguments->out == NULL) {
        argp_error(state, "KEY, --badge, --office and --out CERT are needed");
    }
    if (!ent_badge_is_valid(arguments->badge)) {
        argp_error(state,
            "--badge '%s': 1 to %d letters, digits, points and hyphens",
            arguments->badge, ENT_BADGE_MAX);
    }
    if (ent_term_value(&ent_roles, arguments->role) == 0) {
        argp_error(state,
            "--role '%s': officer, duty_officer, supervisor, analyst, "
            "protection, auditor, administrator or ncc",
            arguments->role);
    }
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
    case 'b':
        arguments->badge = argument;
        return 0;
    case 'r':
        arguments->role = argument;
        return 0;
    case 'f':
        arguments->office = argument;
        return 0;
    case 'c':
        arguments->certificate = argument;
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case 'd':
        arguments->days = cli_number(state, "--days", argument, 1, DAYS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->key = argument;
        return 0;
    case ARGP_KEY_END:
        check_complete(state, arguments);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_officer_certify(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"badge", 'b', "BADGE", 0, "Of the officer; a pseudonym, no name", 0},
        {"role", 'r', "ROLE", 0, "officer by default; a supervisor may release",
            0},
        {"office", 'f', "KEYFILE", 0,
            "The office's key, or the folder it lies in with office.cert", 0},
        {"certificate", 'c', "CERT", 0,
            "The office's certificate, where it lies elsewhere", 0},
        {"out", 'o', "CERT", 0, "Write the certificate to CERT", 0},
        {"days", 'd', "N", 0, "Valid so long from now, 365 by default", 0},
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_passphrase_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "KEY",
        .doc = "Certify an officer's key with the office's.\v"
               "KEY is what `entente officer new` printed. Put the certificate "
               "beside the officer's key as officer.cert, and enrol it at the "
               "node. When the office gets a new key, certify its officers "
               "again.\n\n"
               "Examples:\n"
               "  entente officer certify ed25519:... --badge S0031 \\\n"
               "    --role supervisor --office maesai --out "
               "S0031/officer.cert\n",
        .children = children};
    struct arguments arguments = {.role = "officer", .days = DAYS_MAX};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = certify(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
