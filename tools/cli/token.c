/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/token.h"

#include <string.h>

#include "proto/base/file.h"
#include "proto/keyplace.h"
#include "proto/passphrase.h"

#define KEYFILE_MODE 0600

void
cli_token_check(const char *token, const struct cli_passphrase *from,
    struct argp_state *state)
{
    if (token == NULL) {
        return;
    }
    if (from->plain || from->file != NULL) {
        argp_error(state, "with --token the token makes the passphrase: leave "
                          "out --plain and --passphrase-file");
    }
    if (strncmp(token, ENT_TOKEN_SCHEME, strlen(ENT_TOKEN_SCHEME)) != 0) {
        argp_error(state,
            "'%s' is no URI of a token, such as "
            "\"pkcs11:token=maesai\"",
            token);
    }
}

enum ent_status
cli_token_make_key(const char *uri, enum ent_key_role role, const char *name,
    const char *path, struct cli_passphrase *from,
    struct ent_secret **ret_secret, struct ent_error *err)
{
    const struct ent_passphrase passphrase = cli_passphrase_asker(from);
    struct ent_keyplace place = {.role = role};
    char text[ENT_KEYPLACE_TEXT_MAX];
    enum ent_status rc = ent_token_make(uri, ENT_TOKEN_SIGNS, name,
        &passphrase.pin, place.uri, &place.key, err);

    if (rc == ENT_OK) {
        ent_keyplace_format(&place, text);
        rc = ent_file_create(path, KEYFILE_MODE, ent_view_text(text), err);
    }
    return rc != ENT_OK
               ? rc
               : ent_keyfile_read(path, role, &passphrase, ret_secret, err);
}

enum ent_status
cli_token_passphrase(const char *uri, struct cli_passphrase *from,
    char ret_uri[static ENT_TOKEN_URI_MAX + 1],
    char ret_text[static ENT_PASSPHRASE_MAX + 1], struct ent_error *err)
{
    const struct ent_passphrase passphrase = cli_passphrase_asker(from);
    enum ent_status rc = ent_token_make(
        uri, ENT_TOKEN_MACS, NULL, &passphrase.pin, ret_uri, NULL, err);

    return rc != ENT_OK && rc != ENT_EXISTS
               ? rc
               : ent_passphrase_of_token(
                     ret_uri, &passphrase.pin, ret_text, err);
}
