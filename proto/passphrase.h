/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passphrase - where a daemon gets the passphrase of its key files: a token
 * that its configuration names, or a file, else systemd's credential
 * `passphrase` (LoadCredential= or LoadCredentialEncrypted= of systemd.exec(5),
 * in the folder that $CREDENTIALS_DIRECTORY names); and the PIN of a token: the
 * file that its URI names as pin-source, else the credential `pin`. Nobody is
 * asked on a terminal.
 */
#ifndef ENT_PROTO_PASSPHRASE_H
#define ENT_PROTO_PASSPHRASE_H

#include "proto/keyfile.h"

#define ENT_PASSPHRASE_CREDENTIAL "passphrase"
#define ENT_PIN_CREDENTIAL "pin"

/* As configured, "" for none. */
struct ent_passphrase_source {
    const char *file;
    const char *token; /* URI of a secret key in a token */
};

/* `source` outlives the result. The first line of a file counts. ENT_REJECTED
 * when others than its owner may read the file; a credential is protected by
 * systemd. ENT_NOT_FOUND: there is none. ENT_BAD_INPUT: both are named. */
struct ent_passphrase ent_passphrase_from(
    const struct ent_passphrase_source *source);

/* The passphrase that the token's secret key makes: 64 hexadecimal digits of
 * its HMAC-SHA-256 over "entente passphrase v1". */
enum ent_status ent_passphrase_of_token(const char *uri,
    const struct ent_pin *pin, char ret_text[static ENT_PASSPHRASE_MAX + 1],
    struct ent_error *err) ENT_MUST_CHECK;

/* An `ask` of struct ent_pin without a context. */
enum ent_status ent_pin_read(void *context, const char *token,
    const char *source, char *ret_pin, size_t size,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
