/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passphrase - where a daemon gets the passphrase of its key files: the file
 * that its configuration names, else systemd's credential `passphrase`
 * (LoadCredential= or LoadCredentialEncrypted= of systemd.exec(5), in the
 * folder that $CREDENTIALS_DIRECTORY names). Nobody is asked on a terminal.
 */
#ifndef ENT_PROTO_PASSPHRASE_H
#define ENT_PROTO_PASSPHRASE_H

#include "proto/keyfile.h"

#define ENT_PASSPHRASE_CREDENTIAL "passphrase"

/* `file` is the configured one, "" for none; it outlives the result. Its first
 * line counts. ENT_REJECTED when others than its owner may read the file; a
 * credential is protected by systemd. ENT_NOT_FOUND: there is neither. */
struct ent_passphrase ent_passphrase_of_file(const char *file);

#endif
