/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keytext - public keys as people copy them: "ed25519:" and 43 letters of
 * base64url, as agreements and configurations name them; and key ids in
 * hexadecimal digits, which as a fingerprint stand in groups of four, to be
 * read out over the telephone.
 */
#ifndef TOOLS_CLI_KEYTEXT_H
#define TOOLS_CLI_KEYTEXT_H

#include "proto/signing.h"

#define CLI_KEY_TEXT_LEN (8 + 43)
#define CLI_KEY_ID_TEXT_LEN 32
#define CLI_FINGERPRINT_LEN (8 * 5 - 1)

void cli_key_format(
    const struct ent_verify_key *key, char out[static CLI_KEY_TEXT_LEN + 1]);

/* ENT_BAD_INPUT unless exactly that form, and a key that may be trusted. */
enum ent_status cli_key_parse(struct ent_view text,
    struct ent_verify_key *ret_key, struct ent_error *err) ENT_MUST_CHECK;

void cli_key_id_format(
    const struct ent_key_id *id, char out[static CLI_KEY_ID_TEXT_LEN + 1]);

/* "03f2 9c1e ... 77ab" */
void cli_fingerprint_format(
    const struct ent_key_id *id, char out[static CLI_FINGERPRINT_LEN + 1]);

#endif
