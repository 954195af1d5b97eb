/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret - private keys, in guarded memory or in a token, behind sign().
 *
 * Only the node's keeper, the broker's keeper and the key commands of `entente`
 * include this. A secret lives in sodium_malloc memory that is inaccessible
 * between uses, and is wiped when freed.
 */
#ifndef ENT_PROTO_SECRET_H
#define ENT_PROTO_SECRET_H

#include "proto/digest.h"
#include "proto/signing.h"
#include "proto/token.h"

#define ENT_SECRET_LEN 32 /* seed, X25519, CURVE and symmetric keys alike */

struct ent_secret;

/* A fresh random secret, or a copy of `bytes` (wipe yours). */
enum ent_status ent_secret_new(
    struct ent_secret **ret_secret, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_secret_from(const uint8_t bytes[static ENT_SECRET_LEN],
    struct ent_secret **ret_secret, struct ent_error *err) ENT_MUST_CHECK;
void ent_secret_free(struct ent_secret **secret);

/* A key that stays in its token and can only sign; takes the token over when it
 * succeeds. ENT_REJECTED: it does not sign for `key`. */
enum ent_status ent_secret_of_token(struct ent_token **token,
    const struct ent_verify_key *key, struct ent_secret **ret_secret,
    struct ent_error *err) ENT_MUST_CHECK;

/* Readable until ent_secret_conceal; calls must pair. Not of a token. */
const uint8_t *ent_secret_reveal(struct ent_secret *secret);
void ent_secret_conceal(struct ent_secret *secret);

/* An Ed25519 signer whose seed is `secret`, which it borrows and must outlive.
 * `role` goes into its key id. The public key needs no secret afterwards. */
enum ent_status ent_secret_signer(struct ent_secret *secret,
    enum ent_key_role role, struct ent_signer *ret_signer,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
