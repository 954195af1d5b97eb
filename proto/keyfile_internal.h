/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyfile_internal - the inside of a key file, shared by reading and writing.
 */
#ifndef ENT_PROTO_KEYFILE_INTERNAL_H
#define ENT_PROTO_KEYFILE_INTERNAL_H

#include "proto/keyfile.h"

#define ENT_KEYFILE_VERSION 1
#define ENT_KEYFILE_LEN 115 /* bytes inside the armour */
#define ENT_KEYFILE_SALT_LEN 16
#define ENT_KEYFILE_NONCE_LEN 24
#define ENT_KEYFILE_MAC_LEN 16
#define ENT_KEYFILE_BOX_LEN (ENT_KEYFILE_MAC_LEN + ENT_SECRET_LEN)

enum ent_keyfile_wrapping {
    ENT_KEYFILE_PLAIN = 0,
    ENT_KEYFILE_ARGON2ID = 1,
};

/* A key file as read: nothing in it is proven. Wipe it when it is plain. */
struct ent_keyfile {
    enum ent_key_role role;
    enum ent_keyfile_wrapping wrapping;
    uint32_t opslimit;
    uint32_t memlimit_kib;
    uint8_t salt[ENT_KEYFILE_SALT_LEN];
    uint8_t nonce[ENT_KEYFILE_NONCE_LEN];
    uint8_t box[ENT_KEYFILE_BOX_LEN];
    struct ent_key_id check;
};

/* The bytes inside the armour: only what ent_keyfile_encode writes is taken. */
enum ent_status ent_keyfile_decode(struct ent_view wire,
    struct ent_keyfile *ret_keyfile, struct ent_error *err) ENT_MUST_CHECK;
void ent_keyfile_encode(
    const struct ent_keyfile *keyfile, uint8_t out[static ENT_KEYFILE_LEN]);

/* A whole file: armour, then ent_keyfile_decode. */
enum ent_status ent_keyfile_parse(struct ent_view text,
    struct ent_keyfile *ret_keyfile, struct ent_error *err) ENT_MUST_CHECK;

void ent_keyfile_wipe(struct ent_keyfile *keyfile);

/* The key of the box: Argon2id of the passphrase. ENT_NO_MEMORY. */
enum ent_status ent_keyfile_stretch(const struct ent_keyfile *keyfile,
    const char *passphrase, uint8_t ret_key[static 32],
    struct ent_error *err) ENT_MUST_CHECK;

/* What `check` must be for `secret` in `role`. */
enum ent_status ent_keyfile_check(struct ent_secret *secret,
    enum ent_key_role role, struct ent_key_id *ret_check,
    struct ent_error *err) ENT_MUST_CHECK;

/* "an office key" and so on; never NULL. */
const char *ent_keyfile_role_name(enum ent_key_role role);

#endif
