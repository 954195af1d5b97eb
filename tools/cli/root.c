/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/yaml.h"
#include "proto/keytext.h"
#include "tools/cli/folder.h"

#define PUBLIC_MAX 4096
#define ROLLOVER_MAX (2 * ENT_ROLLOVER_LEN_MAX) /* armoured */
#define PUBLIC_MODE 0644

static const char public_head[] =
    "# The public half of a state's authority key: a line of an agreement's\n"
    "# `parties`. `authorities` of a node or broker name the key alone.\n";

/* The one entry of authority.pub: its state and its key. */
static enum ent_status
read_entry(const struct ent_yaml_node *root, struct cli_root *ret_root,
    struct ent_verify_key *ret_key, struct ent_error *err)
{
    const struct ent_yaml_node *key;
    const char *state;

    if (root->kind != ENT_YAML_MAP || root->count != 1) {
        return ent_fail(err, ENT_BAD_INPUT, "one state with its key expected");
    }
    state = root->keys[0]->text;
    key = ent_yaml_get(root->items[0], "authority");
    if (key == NULL || key->kind != ENT_YAML_SCALAR ||
        strlen(state) > ENT_STATE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%zu:%zu: {authority: ed25519:...} expected", root->line,
            root->column);
    }
    memcpy(ret_root->state, state, strlen(state) + 1);
    return ent_key_parse(ent_view_text(key->text), ret_key, err);
}

static enum ent_status
read_public(const char *path, struct cli_root *ret_root,
    struct ent_verify_key *ret_key, struct ent_error *err)
{
    static struct ent_complaints complaints;
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    enum ent_status rc;

    rc = ent_file_read(path, PUBLIC_MAX, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    complaints = (struct ent_complaints){0};
    rc = ent_yaml_read(ent_bytes_view(&text), &yaml, &complaints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return read_entry(ent_yaml_root(yaml), ret_root, ret_key, err);
}

/* Learn the state from authority.pub beside the key file, if there is one. */
static enum ent_status
identify(const char *key_path, struct cli_root *root, struct ent_error *err)
{
    char folder[PATH_MAX];
    char path[PATH_MAX];
    struct ent_verify_key key;
    enum ent_status rc;

    rc = cli_folder_of(key_path, folder, err);
    if (rc == ENT_OK) {
        rc = cli_folder_path(folder, CLI_ROOT_PUBLIC_FILE, path, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = read_public(path, root, &key, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", path);
        return rc;
    }
    if (memcmp(&key, &root->signer.key, sizeof key) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "'%s' is not the public half of '%s'", path, key_path);
    }
    return ENT_OK;
}

/* What came before this key, from authority.rollover beside it. */
static enum ent_status
remember(const char *key_path, struct cli_root *root, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_rollover said;
    char folder[PATH_MAX];
    char path[PATH_MAX];
    enum ent_status rc;

    ent_authority_know(root->state, &root->signer.key, NULL, &root->keys);
    rc = cli_folder_of(key_path, folder, err);
    if (rc == ENT_OK) {
        rc = cli_folder_path(folder, CLI_ROOT_ROLLOVER_FILE, path, err);
    }
    if (rc == ENT_OK) {
        rc = ent_file_read(path, ROLLOVER_MAX, &text, err);
    }
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_ROLLOVER, ent_bytes_view(&text), &root->rollover, err);
    }
    if (rc == ENT_OK) {
        rc = ent_rollover_open(
            ent_bytes_view(&root->rollover), &root->signer.key, &said, err);
    }
    if (rc == ENT_OK && memcmp(ent_rollover_newest(&said), &root->signer.key,
                            sizeof root->signer.key) != 0) {
        rc = ent_fail(err, ENT_REJECTED,
            "it says that another key took the place of '%s'", key_path);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", path);
        return rc;
    }
    root->keys = said;
    return cli_root_check_state(root, said.state, err);
}

static bool
is_folder(const char *path)
{
    struct stat stat_of;

    return stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode);
}

enum ent_status
cli_root_open(const char *path, struct cli_passphrase *from,
    struct cli_root *ret_root, struct ent_error *err)
{
    ENT_AUTO(cli_root_close) struct cli_root root = {0};
    struct ent_passphrase passphrase = cli_passphrase_asker(from);
    char inside[PATH_MAX];
    enum ent_status rc;

    if (is_folder(path)) {
        rc = cli_folder_path(path, CLI_ROOT_KEY_FILE, inside, err);
        if (rc != ENT_OK) {
            return rc;
        }
        path = inside;
    }
    rc = ent_keyfile_read(
        path, ENT_KEY_AUTHORITY, &passphrase, &root.secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_secret_signer(root.secret, ENT_KEY_AUTHORITY, &root.signer, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = identify(path, &root, err);
    if (rc == ENT_OK) {
        rc = remember(path, &root, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_root = root;
    root = (struct cli_root){0};
    return ENT_OK;
}

enum ent_status
cli_root_folder(
    const char *path, char ret_folder[static PATH_MAX], struct ent_error *err)
{
    if (!is_folder(path)) {
        return cli_folder_of(path, ret_folder, err);
    }
    return snprintf(ret_folder, PATH_MAX, "%s", path) < PATH_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "too long a path: %s", path);
}

void
cli_root_close(struct cli_root *root)
{
    ent_secret_free(&root->secret);
    ent_bytes_free(&root->rollover);
    *root = (struct cli_root){0};
}

enum ent_status
cli_root_check_state(
    const struct cli_root *root, const char *state, struct ent_error *err)
{
    if (root->state[0] != '\0' && strcmp(root->state, state) != 0) {
        return ent_fail(err, ENT_DENIED,
            "this is the authority of '%s'; it cannot speak for '%s'",
            root->state, state);
    }
    return ENT_OK;
}

/* `, ` and the names as a YAML map: a JSON text is one too. */
static enum ent_status
format_names(
    const struct cli_names *names, char **ret_text, struct ent_error *err)
{
    json_t *json = cli_names_json(names->list, names->count);
    char *text = json == NULL ? NULL : json_dumps(json, 0);

    json_decref(json);
    if (text == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "writing names");
    }
    *ret_text = text;
    return ENT_OK;
}

enum ent_status
cli_root_publish(const char *path, const char *state,
    const struct ent_verify_key *key, const struct cli_names *names,
    struct ent_error *err)
{
    char key_text[ENT_KEY_TEXT_LEN + 1];
    char content[PUBLIC_MAX];
    char *name_text = NULL;
    enum ent_status rc;
    int len;

    rc = format_names(names, &name_text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_key_format(key, key_text);
    if (names->count == 0) {
        len = snprintf(content, sizeof content, "%s%s: {authority: %s}\n",
            public_head, state, key_text);
    } else {
        len = snprintf(content, sizeof content,
            "%s%s: {name: %s, authority: %s}\n", public_head, state, name_text,
            key_text);
    }
    free(name_text);
    if (len < 0 || (size_t)len >= sizeof content) {
        return ent_fail(err, ENT_BAD_INPUT, "too many or too long names");
    }
    return ent_file_create(
        path, PUBLIC_MODE, ent_view_of(content, (size_t)len), err);
}
