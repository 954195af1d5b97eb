/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyfile - a secret key on disk, wrapped under a passphrase; or a note of the
 * token in which it lies (proto/keyplace.h).
 *
 * An armoured file (proto/base/armour.h), kind "ENTENTE KEY", mode 0600:
 *
 *     version role wrapping  opslimit memlimit  salt nonce  boxed seed   check
 *     1       1    1         4        4 (KiB)   16   24     16 + 32      16
 *
 * wrapping 1: crypto_secretbox under Argon2id13(passphrase, salt); 0: plain,
 * only when asked for by name (the box is then the bare seed, padded with 16
 * zeros, and all between wrapping and box is zero). `check` is the key id of
 * the public key, so that a wrong file is told from a wrong passphrase; storage
 * and pair keys have none, so there BLAKE2b-256(key seed, "entente key check
 * v1") takes its place. Reading is apart from writing (keyfile_write.c), so
 * that a broker holds no code that could make one.
 */
#ifndef ENT_PROTO_KEYFILE_H
#define ENT_PROTO_KEYFILE_H

#include "proto/secret.h"

#define ENT_KEYFILE_KIND "ENTENTE KEY"
#define ENT_PASSPHRASE_MAX 1023 /* bytes, without the NUL */

/* Where a passphrase comes from when a file needs one, and the PIN when it lies
 * in a token. `size` is at least ENT_PASSPHRASE_MAX + 1; the text is wiped
 * after use. */
struct ent_passphrase {
    enum ent_status (*ask)(void *context, const char *path, char *ret_text,
        size_t size, struct ent_error *err);
    void *context;
    struct ent_pin pin; /* with a NULL in it: nobody knows one */
};

/* Read `path`; it must be a regular file nobody else may read (ENT_REJECTED),
 * hold a key of `role` and be whole (ENT_BAD_INPUT, ENT_UNSUPPORTED), and open
 * under the passphrase (ENT_REJECTED). NULL: there is nobody to ask. Of a key
 * in a token also what ent_token_open says. */
enum ent_status ent_keyfile_read(const char *path, enum ent_key_role role,
    const struct ent_passphrase *passphrase, struct ent_secret **ret_secret,
    struct ent_error *err) ENT_MUST_CHECK;

/* Create `path` 0600; ENT_EXISTS rather than overwrite. `passphrase` NULL
 * writes it plain. */
enum ent_status ent_keyfile_write(const char *path, enum ent_key_role role,
    struct ent_secret *secret, const char *passphrase,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same under 32 random bytes in hexadecimal digits or more, which nobody
 * could guess: they are not stretched at any cost, and opening is quick. */
enum ent_status ent_keyfile_write_random(const char *path,
    enum ent_key_role role, struct ent_secret *secret, const char *passphrase,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
