/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/newkey.h"

#include <sodium.h>

static enum ent_status
make_in_file(const struct cli_newkey *newkey, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    char passphrase[ENT_PASSPHRASE_MAX + 1];
    enum ent_status rc = cli_passphrase_new(newkey->from, passphrase, err);

    if (rc == ENT_OK) {
        rc = ent_secret_new(&secret, err);
    }
    if (rc == ENT_OK) {
        rc = ent_keyfile_write(newkey->path, newkey->role, secret,
            newkey->from->plain ? NULL : passphrase, err);
    }
    sodium_memzero(passphrase, sizeof passphrase);
    if (rc == ENT_OK) {
        *ret_secret = secret;
        secret = NULL;
    }
    return rc;
}

enum ent_status
cli_newkey_make(const struct cli_newkey *newkey, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    return newkey->token == NULL
               ? make_in_file(newkey, ret_secret, err)
               : cli_token_make_key(newkey->token, newkey->role, newkey->name,
                     newkey->path, newkey->from, ret_secret, err);
}
