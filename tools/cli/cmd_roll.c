/* SPDX-License-Identifier: Apache-2.0 */
/* A state's authority passes from one key to the next. */
#include <limits.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "proto/keytext.h"
#include "tools/cli/folder.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/verbs.h"

#define STATEMENT_MODE 0644
#define DAY_MS (UINT64_C(86400) * 1000)
#define OPTION_NEW_PASSPHRASE_FILE 0x100

struct arguments {
    const char *old_path;
    const char *new_path;
    const char *out; /* NULL: beside the new key only */
    uint64_t until;  /* 0: not given */
    struct cli_passphrase passphrase;
    struct cli_passphrase new_passphrase;
    bool json;
};

/* "2027-01-31" is good to its end. */
static enum ent_status
parse_until(const char *text, uint64_t *ret_until, struct ent_error *err)
{
    uint64_t until;

    if (ent_date_parse(ent_view_text(text), &until, NULL) == ENT_OK) {
        *ret_until = until + DAY_MS;
        return ENT_OK;
    }
    return ent_time_parse(ent_view_text(text), ret_until, err);
}

/* Which state both keys are of. */
static enum ent_status
state_of(const struct cli_root *old_root, const struct cli_root *new_root,
    const char **ret_state, struct ent_error *err)
{
    if (old_root->state[0] == '\0' && new_root->state[0] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "of which state? No authority.pub lies beside either key");
    }
    *ret_state = old_root->state[0] == '\0' ? new_root->state : old_root->state;
    return cli_root_check_state(new_root, *ret_state, err);
}

static enum ent_status
check_new(const struct cli_root *new_root, struct ent_error *err)
{
    return new_root->rollover.len == 0
               ? ENT_OK
               : ent_fail(err, ENT_EXISTS,
                     "the new key took another one's place already: "
                     "authority.rollover lies beside it");
}

static enum ent_status
write_statement(const struct arguments *arguments, struct ent_view wire,
    char ret_path[static PATH_MAX], struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char folder[PATH_MAX];
    enum ent_status rc =
        ent_armour_encode(ENT_ARMOUR_ROLLOVER, wire, &text, err);

    if (rc == ENT_OK) {
        rc = cli_root_folder(arguments->new_path, folder, err);
    }
    if (rc == ENT_OK) {
        rc = cli_folder_path(folder, CLI_ROOT_ROLLOVER_FILE, ret_path, err);
    }
    if (rc == ENT_OK && arguments->out != NULL) {
        rc = ent_file_create(
            arguments->out, STATEMENT_MODE, ent_bytes_view(&text), err);
    }
    return rc != ENT_OK ? rc
                        : ent_file_create(ret_path, STATEMENT_MODE,
                              ent_bytes_view(&text), err);
}

static enum ent_status
print(const struct ent_rollover *said, const char *path, bool json,
    struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "state", .title = "State"},
        {.key = "number", .title = "Times the key changed"},
        {.key = "public_key", .title = "Public key from now on"},
        {.key = "fingerprint", .title = "Fingerprint"},
        {.key = "old_until", .title = "The old key counts until"},
        {.key = "statement", .title = "Statement, for all offices and brokers"},
    };
    const struct ent_verify_key *newest = ent_rollover_newest(said);
    const struct ent_key_id id =
        ent_key_id_of(ENT_KEY_AUTHORITY, newest->bytes);
    char key[ENT_KEY_TEXT_LEN + 1];
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    char until[ENT_TIME_TEXT_MAX];
    enum ent_status rc;
    json_t *object;

    ent_key_format(newest, key);
    ent_fingerprint_format(&id, fingerprint);
    ent_time_format(said->until[said->key_count - 2], until);
    object = json_pack("{s:s, s:I, s:s, s:s, s:s, s:o}", "state", said->state,
        "number", (json_int_t)ent_rollover_number(said), "public_key", key,
        "fingerprint", fingerprint, "old_until", until, "statement",
        cli_json_text(ent_view_text(path)));
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a statement");
    }
    rc = cli_print_record(
        stdout, object, fields, sizeof fields / sizeof fields[0], json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
roll(struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(cli_root_close) struct cli_root old_root = {0};
    ENT_AUTO(cli_root_close) struct cli_root new_root = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const uint64_t now = ent_time_now_ms();
    struct ent_rollover said;
    char path[PATH_MAX];
    const char *state = NULL;
    enum ent_status rc;

    rc = cli_root_open(
        arguments->old_path, &arguments->passphrase, &old_root, err);
    if (rc == ENT_OK) {
        rc = cli_root_open(arguments->new_path,
            arguments->new_passphrase.file == NULL ? &arguments->passphrase
                                                   : &arguments->new_passphrase,
            &new_root, err);
    }
    if (rc == ENT_OK) {
        rc = check_new(&new_root, err);
    }
    if (rc == ENT_OK) {
        rc = state_of(&old_root, &new_root, &state, err);
    }
    if (rc == ENT_OK) {
        rc = ent_rollover_make(state, ent_bytes_view(&old_root.rollover),
            &old_root.signer, &new_root.signer, now - now % 1000,
            arguments->until, &wire, err);
    }
    if (rc == ENT_OK) {
        rc = ent_rollover_open(
            ent_bytes_view(&wire), &new_root.signer.key, &said, err);
    }
    if (rc == ENT_OK) {
        rc = write_statement(arguments, ent_bytes_view(&wire), path, err);
    }
    return rc != ENT_OK ? rc : print(&said, path, arguments->json, err);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case 'u':
        if (parse_until(argument, &arguments->until, &err) != ENT_OK) {
            argp_error(state,
                "--until '%s': a date is needed, such as 2027-01-31, or a time "
                "as in RFC 3339",
                argument);
        }
        return 0;
    case OPTION_NEW_PASSPHRASE_FILE:
        arguments->new_passphrase.file = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? &arguments->old_path : &arguments->new_path) =
            argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->new_path == NULL || arguments->until == 0) {
            argp_error(state, "OLD, NEW and --until DATE are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
cli_authority_roll(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        {"until", 'u', "DATE", 0,
            "What the old key certified counts to the end of that day", 0},
        {"out", 'o', "FILE", 0, "Write the statement there as well", 0},
        {"new-passphrase-file", OPTION_NEW_PASSPHRASE_FILE, "FILE", 0,
            "Read the passphrase of the new key from FILE, where it is another",
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
        .args_doc = "OLD NEW",
        .doc =
            "Say that a new key takes the place of a state's root key: both "
            "sign a statement, authority.rollover beside the new one.\v"
            "OLD and NEW are key files, or the folders they lie in. Give the "
            "statement to your offices and to brokers: as a file th.rollover "
            "in their folders of agreements or certificates, or by the first "
            "of them that has it. Who pins the old key in an agreement or a "
            "configuration then takes what the new one signs, without being "
            "told anything else. Certify every office anew before --until, at "
            "most 366 days from now. Make one statement only: two that "
            "contradict each other are an alarm everywhere, and neither is "
            "continued.\n\n"
            "Examples:\n"
            "  entente authority new th --out th-2027\n"
            "  entente authority roll th th-2027 --until 2027-01-31\n",
        .children = children,
    };
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = roll(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
