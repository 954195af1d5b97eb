/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newkey - a key that a verb makes: in a file under a new passphrase, or in a
 * PKCS#11 token with a file that says where it lies.
 */
#ifndef TOOLS_CLI_NEWKEY_H
#define TOOLS_CLI_NEWKEY_H

#include "tools/cli/token.h"

struct cli_newkey {
    enum ent_key_role role;
    const char *path;  /* of its file, which must not exist */
    const char *token; /* NULL: in the file itself */
    const char *name;  /* in the token */
    struct cli_passphrase *from;
};

/* Make and open it; as cli_token_make_key, cli_passphrase_new and
 * ent_keyfile_write. */
enum ent_status cli_newkey_make(const struct cli_newkey *newkey,
    struct ent_secret **ret_secret, struct ent_error *err) ENT_MUST_CHECK;

#endif
