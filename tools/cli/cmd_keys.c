/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/keyplace.h"
#include "tools/cli/enrol.h"
#include "tools/cli/folder.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/token.h"
#include "tools/cli/verbs.h"

#define KEYFILE_MODE 0600

enum { OPTION_NEW_FILE = 0x120 };

struct arguments {
    const char *folder;
    const char *token;             /* NULL: a passphrase */
    struct cli_passphrase present; /* they open with it */
    struct cli_passphrase next;
    bool json;
};

/* The keys that a folder may have. */
static const struct {
    const char *name;
    enum ent_key_role role;
} files[] = {
    {"office.key", ENT_KEY_OFFICE},
    {"broker.key", ENT_KEY_BROKER},
    {CLI_ROOT_KEY_FILE, ENT_KEY_AUTHORITY},
    {CLI_LINK_KEY_FILE, ENT_KEY_LINK},
    {CLI_STORAGE_KEY_FILE, ENT_KEY_STORAGE},
};

#define FILES (sizeof files / sizeof files[0])

/* What became of each. */
enum fate {
    FATE_ABSENT,
    FATE_IN_TOKEN,
    FATE_ALREADY, /* under the new passphrase: this was begun before */
    FATE_REWRAPPED,
};

static const char *const fates[] = {
    [FATE_IN_TOKEN] = "lies in a token",
    [FATE_ALREADY] = "was so already",
    [FATE_REWRAPPED] = "rewrapped",
};

struct work {
    struct arguments *arguments;
    char passphrase[ENT_PASSPHRASE_MAX + 1]; /* the new one */
    char passphrase_token[ENT_TOKEN_URI_MAX + 1];
    enum fate fate[FILES];
};

/* An `ask` of struct ent_passphrase that knows it. */
static enum ent_status
say_new(void *context, const char *path, char *ret_text, size_t size,
    struct ent_error *err)
{
    (void)path;
    (void)err;
    (void)snprintf(ret_text, size, "%s", (const char *)context);
    return ENT_OK;
}

/* Where a key lies, and where its new file is written first. */
static enum ent_status
place_of(const struct work *work, size_t index, char ret_path[static PATH_MAX],
    char ret_fresh[static PATH_MAX], struct ent_error *err)
{
    enum ent_status rc = cli_folder_path(
        work->arguments->folder, files[index].name, ret_path, err);

    if (rc == ENT_OK &&
        snprintf(ret_fresh, PATH_MAX, "%s.new", ret_path) >= PATH_MAX) {
        rc = ent_fail(err, ENT_BAD_INPUT, "too long a path: %s", ret_path);
    }
    return rc;
}

static bool
lies_in_token(const char *path)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_keyplace place;

    return ent_file_read(path, ENT_KEYPLACE_TEXT_MAX, &text, NULL) == ENT_OK &&
           ent_keyplace_parse(ent_bytes_view(&text), &place, NULL) == ENT_OK;
}

static enum ent_status
write_key(const struct work *work, const char *path, enum ent_key_role role,
    struct ent_secret *secret, struct ent_error *err)
{
    return work->arguments->token != NULL
               ? ent_keyfile_write_random(
                     path, role, secret, work->passphrase, err)
               : ent_keyfile_write(path, role, secret, work->passphrase, err);
}

/* A plain key, or one under the passphrase that it has now. `ret_done`: it is
 * under the new one already. */
static enum ent_status
read_key(struct work *work, const char *path, enum ent_key_role role,
    struct ent_secret **ret_secret, bool *ret_done, struct ent_error *err)
{
    const struct ent_passphrase present =
        cli_passphrase_asker(&work->arguments->present);
    const struct ent_passphrase next = {
        .ask = say_new, .context = work->passphrase};

    *ret_done = false;
    if (ent_keyfile_read(path, role, NULL, ret_secret, NULL) == ENT_OK) {
        return ENT_OK;
    }
    *ret_done = ent_keyfile_read(path, role, &next, ret_secret, NULL) == ENT_OK;
    return *ret_done ? ENT_OK
                     : ent_keyfile_read(path, role, &present, ret_secret, err);
}

/* The new file beside the old one, whose place it takes when all are there. */
static enum ent_status
rewrap(struct work *work, size_t index, struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    char path[PATH_MAX];
    char fresh[PATH_MAX];
    bool done;
    enum ent_status rc = place_of(work, index, path, fresh, err);

    if (rc != ENT_OK || access(path, F_OK) != 0) {
        return rc;
    }
    if (lies_in_token(path)) {
        work->fate[index] = FATE_IN_TOKEN;
        return ENT_OK;
    }
    rc = read_key(work, path, files[index].role, &secret, &done, err);
    if (rc == ENT_OK && done) {
        work->fate[index] = FATE_ALREADY;
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        (void)unlink(fresh); /* of a time that was cut off */
        rc = write_key(work, fresh, files[index].role, secret, err);
    }
    if (rc == ENT_OK) {
        work->fate[index] = FATE_REWRAPPED;
    }
    return rc;
}

static enum ent_status
put_in_place(struct work *work, size_t index, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char path[PATH_MAX];
    char fresh[PATH_MAX];
    enum ent_status rc = place_of(work, index, path, fresh, err);

    if (rc != ENT_OK || work->fate[index] != FATE_REWRAPPED) {
        return rc;
    }
    rc = ent_file_read(fresh, ENT_KEYPLACE_TEXT_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_file_replace(path, KEYFILE_MODE, ent_bytes_view(&text), err);
    }
    if (rc == ENT_OK) {
        (void)unlink(fresh);
    }
    return rc;
}

static enum ent_status
choose_new(struct work *work, struct ent_error *err)
{
    struct arguments *arguments = work->arguments;

    return arguments->token != NULL
               ? cli_token_passphrase(arguments->token, &arguments->present,
                     work->passphrase_token, work->passphrase, err)
               : cli_passphrase_new(&arguments->next, work->passphrase, err);
}

static enum ent_status
print(const struct work *work, struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "folder", .title = "Folder"},
        {.key = "office.key", .title = "office.key"},
        {.key = "broker.key", .title = "broker.key"},
        {.key = CLI_ROOT_KEY_FILE, .title = CLI_ROOT_KEY_FILE},
        {.key = CLI_LINK_KEY_FILE, .title = CLI_LINK_KEY_FILE},
        {.key = CLI_STORAGE_KEY_FILE, .title = CLI_STORAGE_KEY_FILE},
        {.key = "passphrase_token", .title = "Configure passphrase_token"},
    };
    json_t *object = json_pack("{s:o, s:s*}", "folder",
        cli_json_text(ent_view_text(work->arguments->folder)),
        "passphrase_token",
        work->passphrase_token[0] == '\0' ? NULL : work->passphrase_token);
    enum ent_status rc;

    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what was done");
    }
    for (size_t i = 0; i < FILES; i++) {
        if (work->fate[i] != FATE_ABSENT) {
            (void)json_object_set_new(
                object, files[i].name, json_string(fates[work->fate[i]]));
        }
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], work->arguments->json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
run(struct work *work, struct ent_error *err)
{
    size_t found = 0;
    enum ent_status rc = choose_new(work, err);

    for (size_t i = 0; rc == ENT_OK && i < FILES; i++) {
        rc = rewrap(work, i, err);
        found += work->fate[i] == FATE_ABSENT ? 0 : 1;
    }
    if (rc == ENT_OK && found == 0) {
        rc = ent_fail(err, ENT_NOT_FOUND, "there are no keys in '%s'",
            work->arguments->folder);
    }
    for (size_t i = 0; rc == ENT_OK && i < FILES; i++) {
        rc = put_in_place(work, i, err);
    }
    return rc != ENT_OK ? rc : print(work, err);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->present;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case OPTION_NEW_FILE:
        arguments->next.file = argument;
        return 0;
    case CLI_TOKEN_OPTION:
        arguments->token = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->folder == NULL) {
            argp_error(state, "FOLDER is needed");
        }
        cli_token_check(arguments->token, &arguments->next, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_keys_rewrap(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"new-passphrase-file", OPTION_NEW_FILE, "FILE", 0,
            "Take the new passphrase from FILE, which only its owner may read, "
            "instead of the terminal",
            0},
        {"token", CLI_TOKEN_OPTION, "URI", 0,
            "Let a PKCS#11 token make the new passphrase: "
            "\"pkcs11:token=NAME\"",
            0},
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
        .args_doc = "FOLDER",
        .doc = "Put all keys of a folder under another passphrase, or that of "
               "a token. The keys stay the same.\v"
               "A file is replaced only when all are written; one that was cut "
               "off is simply run again. What was on the disk before may still "
               "be found there: where the disk was in other hands, make new "
               "keys. Name the new passphrase in the configuration before the "
               "next start.\n\n"
               "Examples:\n"
               "  entente keys rewrap keys --new-passphrase-file secret\n"
               "  entente keys rewrap keys --token pkcs11:token=maesai\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct work work = {.arguments = &arguments};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = run(&work, &err);
    sodium_memzero(work.passphrase, sizeof work.passphrase);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
