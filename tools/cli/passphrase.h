/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passphrase - where the passphrase of a key file comes from.
 *
 * From a file that nobody else may read (--passphrase-file), else from the
 * terminal, where a new one is asked for twice. Keys lie on the disk without
 * one only where --plain is written out. The PIN of a token comes from the file
 * that its URI names, else from the terminal, once.
 */
#ifndef TOOLS_CLI_PASSPHRASE_H
#define TOOLS_CLI_PASSPHRASE_H

#include <argp.h>

#include "proto/keyfile.h"

struct cli_passphrase {
    const char *file; /* NULL: ask on the terminal */
    bool plain;       /* new keys get none */
    char token[64];   /* whose PIN was typed, for the length of one command */
    char pin[ENT_TOKEN_PIN_MAX + 1];
};

/* To open an existing key file with. `from` is borrowed. */
struct ent_passphrase cli_passphrase_asker(struct cli_passphrase *from);

/* One for new key files, asked for once for all of them: "" when plain. Wipe
 * `ret_text` after use. */
enum ent_status cli_passphrase_new(const struct cli_passphrase *from,
    char ret_text[static ENT_PASSPHRASE_MAX + 1],
    struct ent_error *err) ENT_MUST_CHECK;

/* --passphrase-file as an argp child, and with --plain beside it. Their input
 * is a `struct cli_passphrase`. */
extern const struct argp cli_passphrase_argp;
extern const struct argp cli_passphrase_new_argp;

#endif
