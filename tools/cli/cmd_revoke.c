/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/file.h"
#include "proto/base/time.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/verbs.h"

#define CERTIFICATES_MAX 64 /* in one call */
#define LIST_TEXT_MAX ((size_t)2 * 1024 * 1024)
#define LIST_MODE 0644
#define DAY_MS (UINT64_C(86400) * 1000)
#define DAYS_DEFAULT 30
#define DAYS_MAX 366

struct arguments {
    const char *certificates[CERTIFICATES_MAX];
    size_t count;
    const char *authority;
    const char *list;
    uint64_t days;
    struct cli_passphrase passphrase;
    bool json;
};

/* The list that is being written. */
struct draft {
    char state[ENT_STATE_MAX + 1];
    uint64_t number;
    uint64_t issued_at;
    uint64_t next_update;
    struct ent_revocation *revoked; /* room for ENT_REVOCATIONS_MAX */
    size_t count;
};

static void
free_draft(struct draft *draft)
{
    free(draft->revoked);
}

static enum ent_status
take_state(struct draft *draft, const char *state, struct ent_error *err)
{
    if (draft->state[0] != '\0' && strcmp(draft->state, state) != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "it is of state '%s', not '%s'; one list is of one state", state,
            draft->state);
    }
    memcpy(draft->state, state, strlen(state) + 1);
    return ENT_OK;
}

/* Begin with what the last list says, if there is one. */
static enum ent_status
continue_list(const char *path, const struct cli_root *root,
    struct draft *draft, struct ent_error *err)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    size_t ignored;
    enum ent_status rc;

    rc = cli_armourfile_read(
        path, LIST_TEXT_MAX, ENT_ARMOUR_REVOCATION_LIST, &wire, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = ent_authority_open_list(
            &root->keys, ent_bytes_view(&wire), &list, &ignored, err);
    }
    if (rc == ENT_OK) {
        rc = take_state(draft, ent_revocation_list_state(list), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    draft->number = ent_revocation_list_number(list);
    draft->count = ent_revocation_list_count(list);
    for (size_t i = 0; i < draft->count; i++) {
        draft->revoked[i] = *ent_revocation_list_entry(list, i);
    }
    return ENT_OK;
}

static bool
is_revoked(const struct draft *draft, const struct ent_certificate *cert)
{
    for (size_t i = 0; i < draft->count; i++) {
        if (ent_key_id_equal(
                &draft->revoked[i].key_id, &cert->signing_key_id)) {
            return true;
        }
    }
    return false;
}

/* Only what this authority certified itself can it withdraw. */
static enum ent_status
add_certificate(const char *path, const struct cli_root *root,
    struct draft *draft, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate cert;
    enum ent_status rc;

    rc = cli_armourfile_read(
        path, CLI_CERTIFICATE_TEXT_MAX, ENT_ARMOUR_CERTIFICATE, &wire, err);
    if (rc == ENT_OK) {
        rc = ent_authority_open_certificate(
            &root->keys, ent_bytes_view(&wire), &cert, err);
    }
    if (rc == ENT_OK) {
        rc = take_state(draft, ent_address_state(&cert.address), err);
    }
    if (rc != ENT_OK || is_revoked(draft, &cert)) {
        return rc;
    }
    if (draft->count == ENT_REVOCATIONS_MAX) {
        return ent_fail(err, ENT_FULL, "the list holds %d entries already",
            ENT_REVOCATIONS_MAX);
    }
    draft->revoked[draft->count++] = (struct ent_revocation){
        .key_id = cert.signing_key_id,
        .address = cert.address,
        .serial = cert.serial,
        .revoked_at = draft->issued_at,
    };
    return ENT_OK;
}

static enum ent_status
fill(const struct arguments *arguments, const struct cli_root *root,
    struct draft *draft, struct ent_error *err)
{
    uint64_t now = ent_time_now_ms();
    enum ent_status rc;

    memcpy(draft->state, root->state, sizeof draft->state);
    draft->issued_at = now - now % 1000;
    draft->next_update = draft->issued_at + arguments->days * DAY_MS;
    draft->revoked = calloc(ENT_REVOCATIONS_MAX, sizeof *draft->revoked);
    if (draft->revoked == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "making a list");
    }
    rc = continue_list(arguments->list, root, draft, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", arguments->list);
        return rc;
    }
    for (size_t i = 0; i < arguments->count; i++) {
        rc = add_certificate(arguments->certificates[i], root, draft, err);
        if (rc != ENT_OK) {
            ent_error_wrap(err, "'%s'", arguments->certificates[i]);
            return rc;
        }
    }
    draft->number++;
    return ENT_OK;
}

static enum ent_status
write_list(const char *path, const struct draft *draft,
    const struct cli_root *root, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;

    rc = ent_revocation_list_make(draft->state, draft->number, draft->issued_at,
        draft->next_update, draft->revoked, draft->count, &root->signer, &wire,
        err);
    if (rc == ENT_OK) {
        rc = ent_armour_encode(
            ENT_ARMOUR_REVOCATION_LIST, ent_bytes_view(&wire), &text, err);
    }
    if (rc == ENT_OK) {
        rc = ent_file_replace(path, LIST_MODE, ent_bytes_view(&text), err);
    }
    return rc;
}

static enum ent_status
print(const struct arguments *arguments, const struct draft *draft,
    struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "state", .title = "State"},
        {.key = "number", .title = "List number"},
        {.key = "revoked", .title = "Certificates on it"},
        {.key = "next_update", .title = "Next one due"},
        {.key = "list", .title = "List, for all offices and brokers"},
    };
    char next_update[ENT_TIME_TEXT_MAX];
    enum ent_status rc;
    json_t *object;

    ent_time_format(draft->next_update, next_update);
    object = json_pack("{s:s, s:I, s:I, s:s, s:o}", "state", draft->state,
        "number", (json_int_t)draft->number, "revoked",
        (json_int_t)draft->count, "next_update", next_update, "list",
        cli_json_text(ent_view_text(arguments->list)));
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a list");
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], arguments->json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
revoke(struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(cli_root_close) struct cli_root root = {0};
    ENT_AUTO(free_draft) struct draft draft = {0};
    enum ent_status rc;

    rc =
        cli_root_open(arguments->authority, &arguments->passphrase, &root, err);
    if (rc == ENT_OK) {
        rc = fill(arguments, &root, &draft, err);
    }
    if (rc == ENT_OK && draft.state[0] == '\0') {
        rc = ent_fail(err, ENT_BAD_INPUT,
            "of which state? There is no list yet, no certificate was given, "
            "and no authority.pub lies beside the key");
    }
    if (rc == ENT_OK) {
        rc = write_list(arguments->list, &draft, &root, err);
    }
    if (rc == ENT_OK) {
        rc = print(arguments, &draft, err);
    }
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
    case 'a':
        arguments->authority = argument;
        return 0;
    case 'd':
        arguments->days = cli_number(state, "--days", argument, 1, DAYS_MAX);
        return 0;
    case 'l':
        arguments->list = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->count == CERTIFICATES_MAX) {
            argp_error(
                state, "at most %d certificates at a time", CERTIFICATES_MAX);
        }
        arguments->certificates[arguments->count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->authority == NULL || arguments->list == NULL) {
            argp_error(state, "--authority KEYFILE and --list LIST are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_authority_revoke(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"authority", 'a', "KEYFILE", 0,
            "The state's root key, or the folder it lies in", 0},
        {"list", 'l', "LIST", 0,
            "The state's revocation list: made, or replaced by its next number",
            0},
        {"days", 'd', "N", 0, "The next list is due then, 30 by default", 0},
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_passphrase_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[CERT...]",
        .doc =
            "Withdraw certificates: put them on the state's revocation list "
            "and sign it anew.\v"
            "A list only grows, and is due again in --days even if nothing "
            "changed: one that somebody withholds is missed. Without CERT it "
            "is renewed as it is.\n\n"
            "Examples:\n"
            "  entente authority revoke stolen.cert -a th -l th.revoked\n"
            "  entente authority revoke --authority th --list th.revoked\n",
        .children = children,
    };
    struct arguments arguments = {.days = DAYS_DEFAULT};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = revoke(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
