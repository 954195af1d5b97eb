/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest - BLAKE2b-256 values that name things, and ids of public keys.
 */
#ifndef ENT_PROTO_DIGEST_H
#define ENT_PROTO_DIGEST_H

#include "proto/base/bytes.h"

#define ENT_DIGEST_LEN 32
#define ENT_KEY_ID_LEN 16
#define ENT_PUBLIC_KEY_LEN 32

struct ent_digest {
    uint8_t bytes[ENT_DIGEST_LEN];
};

struct ent_key_id {
    uint8_t bytes[ENT_KEY_ID_LEN];
};

/* What a public key is for; part of its id, so no key can take two roles. */
enum ent_key_role {
    ENT_KEY_AUTHORITY = 1,
    ENT_KEY_OFFICE = 2,
    ENT_KEY_BROKER = 3,
    ENT_KEY_SEALING = 4,
    ENT_KEY_LINK = 5,
    ENT_KEY_OFFICER = 6,
    ENT_KEY_STORAGE = 7,
    ENT_KEY_PAIR = 8,
};

/* BLAKE2b-256 of the bytes: label hashes, agreement digests, receipt hashes. */
struct ent_digest ent_digest_of(struct ent_view data);

bool ent_digest_equal(const struct ent_digest *a, const struct ent_digest *b);
bool ent_digest_is_zero(const struct ent_digest *digest);

/* BLAKE2b-128 of "entente key v1", u8 role, the public key. */
struct ent_key_id ent_key_id_of(
    enum ent_key_role role, const uint8_t key[static ENT_PUBLIC_KEY_LEN]);

/* The same of a symmetric key (storage, pair): of its keyed hash over "entente
 * key check v1", since it has no public half. */
struct ent_key_id ent_key_id_of_symmetric(
    enum ent_key_role role, const uint8_t key[static ENT_PUBLIC_KEY_LEN]);

bool ent_key_id_equal(const struct ent_key_id *a, const struct ent_key_id *b);

#endif
