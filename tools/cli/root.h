/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root - a state's authority key, opened for the moment in which it signs.
 *
 * Beside the key file lies `authority.pub`, which is a line of an agreement's
 * `parties` and says whose key it is:
 *
 *     th: {name: {en: "Immigration Bureau"}, authority: ed25519:...}
 *
 * Where it is there, nothing is signed for another state by mistake. Where this
 * key took the place of an older one, `authority.rollover` beside it says so,
 * and what the older ones signed is continued.
 */
#ifndef TOOLS_CLI_ROOT_H
#define TOOLS_CLI_ROOT_H

#include <limits.h>

#include "proto/authority.h"
#include "tools/cli/name.h"
#include "tools/cli/passphrase.h"

#define CLI_ROOT_KEY_FILE "authority.key"
#define CLI_ROOT_PUBLIC_FILE "authority.pub"
#define CLI_ROOT_ROLLOVER_FILE "authority.rollover"

struct cli_root {
    struct ent_secret *secret;
    struct ent_signer signer;
    char state[ENT_STATE_MAX + 1]; /* "": no authority.pub */
    struct ent_rollover keys;      /* this one, and those before it */
    struct ent_bytes rollover;     /* the statement; empty: it is the first */
};

/* `path` is a key file, or a folder with authority.key in it. ENT_REJECTED
 * when authority.pub beside it names another key, or authority.rollover leads
 * to another. */
enum ent_status cli_root_open(const char *path, struct cli_passphrase *from,
    struct cli_root *ret_root, struct ent_error *err) ENT_MUST_CHECK;
/* The folder that such a path names, or that the key file lies in. */
enum ent_status cli_root_folder(const char *path,
    char ret_folder[static PATH_MAX], struct ent_error *err) ENT_MUST_CHECK;
void cli_root_close(struct cli_root *root);

/* ENT_DENIED when it is known to be another state's. */
enum ent_status cli_root_check_state(const struct cli_root *root,
    const char *state, struct ent_error *err) ENT_MUST_CHECK;

/* Write `path`, the public half. */
enum ent_status cli_root_publish(const char *path, const char *state,
    const struct ent_verify_key *key, const struct cli_names *names,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
