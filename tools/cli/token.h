/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - keys that `entente ... new --token URI` makes in a PKCS#11 token. The
 * URI names the token, and may name the new key by object=.
 */
#ifndef TOOLS_CLI_TOKEN_H
#define TOOLS_CLI_TOKEN_H

#include "tools/cli/passphrase.h"

/* As an argp option: {..., CLI_TOKEN_OPTION, ...}. */
#define CLI_TOKEN_OPTION 0x110
#define CLI_TOKEN_ROW                                                          \
    {                                                                          \
        "token", CLI_TOKEN_OPTION, "URI", 0,                                   \
            "Make the key that signs in a PKCS#11 token, which it never "      \
            "leaves: \"pkcs11:token=NAME\"",                                   \
            0                                                                  \
    }

/* The token's PIN takes the place of a passphrase, and of --plain; a URI that
 * is none is bad usage. `token` may be NULL. */
void cli_token_check(const char *token, const struct cli_passphrase *from,
    struct argp_state *state);

/* Make a key that signs, called `name` unless the URI says otherwise, and
 * write `path`, a key file that says where it lies; then open it.
 * ENT_EXISTS: the token has one of that name. */
enum ent_status cli_token_make_key(const char *uri, enum ent_key_role role,
    const char *name, const char *path, struct cli_passphrase *from,
    struct ent_secret **ret_secret, struct ent_error *err) ENT_MUST_CHECK;

/* The passphrase that the token makes for other key files; its key is made
 * when there is none yet. `ret_uri` is what passphrase_token names then. */
enum ent_status cli_token_passphrase(const char *uri,
    struct cli_passphrase *from, char ret_uri[static ENT_TOKEN_URI_MAX + 1],
    char ret_text[static ENT_PASSPHRASE_MAX + 1],
    struct ent_error *err) ENT_MUST_CHECK;

#endif
