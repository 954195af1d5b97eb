/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keytext - public keys as people copy them: "ed25519:" and 43 letters of
 * base64url, as agreements and configurations name them; and key ids in
 * hexadecimal digits, which as a fingerprint stand in groups of four, to be
 * read out over the telephone.
 */
#ifndef ENT_PROTO_KEYTEXT_H
#define ENT_PROTO_KEYTEXT_H

#include "proto/signing.h"

#define ENT_KEY_TEXT_LEN (8 + 43)
#define ENT_KEY_ID_TEXT_LEN 32
#define ENT_FINGERPRINT_LEN (8 * 5 - 1)

void ent_key_format(
    const struct ent_verify_key *key, char out[static ENT_KEY_TEXT_LEN + 1]);

/* ENT_BAD_INPUT unless exactly that form, and a key that may be trusted. */
enum ent_status ent_key_parse(struct ent_view text,
    struct ent_verify_key *ret_key, struct ent_error *err) ENT_MUST_CHECK;

void ent_key_id_format(
    const struct ent_key_id *id, char out[static ENT_KEY_ID_TEXT_LEN + 1]);

/* Either form, as people copy it: 32 hexadecimal digits, spaces between them.
 */
enum ent_status ent_key_id_parse(struct ent_view text,
    struct ent_key_id *ret_id, struct ent_error *err) ENT_MUST_CHECK;

/* "03f2 9c1e ... 77ab" */
void ent_fingerprint_format(
    const struct ent_key_id *id, char out[static ENT_FINGERPRINT_LEN + 1]);

#endif
