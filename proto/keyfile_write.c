/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keyfile.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile_internal.h"

#define KEYFILE_MODE 0600

void
ent_keyfile_encode(
    const struct ent_keyfile *keyfile, uint8_t out[static ENT_KEYFILE_LEN])
{
    uint8_t *at = out;

    *at++ = ENT_KEYFILE_VERSION;
    *at++ = (uint8_t)keyfile->role;
    *at++ = (uint8_t)keyfile->wrapping;
    ent_put_be(at, keyfile->opslimit, 4);
    at += 4;
    ent_put_be(at, keyfile->memlimit_kib, 4);
    at += 4;
    memcpy(at, keyfile->salt, sizeof keyfile->salt);
    at += sizeof keyfile->salt;
    memcpy(at, keyfile->nonce, sizeof keyfile->nonce);
    at += sizeof keyfile->nonce;
    memcpy(at, keyfile->box, sizeof keyfile->box);
    at += sizeof keyfile->box;
    memcpy(at, keyfile->check.bytes, sizeof keyfile->check.bytes);
    at += sizeof keyfile->check.bytes;
    assert(at == out + ENT_KEYFILE_LEN);
}

static void
put_plain(struct ent_keyfile *keyfile, struct ent_secret *secret)
{
    keyfile->wrapping = ENT_KEYFILE_PLAIN;
    memcpy(keyfile->box, ent_secret_reveal(secret), ENT_SECRET_LEN);
    ent_secret_conceal(secret);
}

/* What guessing a passphrase is to cost. */
struct cost {
    uint32_t opslimit;
    uint32_t memlimit_kib;
};

static const struct cost chosen = {
    crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE / 1024};
static const struct cost random_bytes = {
    crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN / 1024};

static enum ent_status
put_wrapped(struct ent_keyfile *keyfile, struct ent_secret *secret,
    const char *passphrase, const struct cost *cost, struct ent_error *err)
{
    uint8_t key[crypto_secretbox_KEYBYTES];
    enum ent_status rc;

    keyfile->wrapping = ENT_KEYFILE_ARGON2ID;
    keyfile->opslimit = cost->opslimit;
    keyfile->memlimit_kib = cost->memlimit_kib;
    randombytes_buf(keyfile->salt, sizeof keyfile->salt);
    randombytes_buf(keyfile->nonce, sizeof keyfile->nonce);

    rc = ent_keyfile_stretch(keyfile, passphrase, key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    crypto_secretbox_easy(keyfile->box, ent_secret_reveal(secret),
        ENT_SECRET_LEN, keyfile->nonce, key);
    ent_secret_conceal(secret);
    sodium_memzero(key, sizeof key);
    return ENT_OK;
}

static enum ent_status
fill(struct ent_keyfile *keyfile, struct ent_secret *secret,
    const char *passphrase, const struct cost *cost, struct ent_error *err)
{
    if (passphrase == NULL) {
        put_plain(keyfile, secret);
    } else {
        enum ent_status rc =
            put_wrapped(keyfile, secret, passphrase, cost, err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ent_keyfile_check(secret, keyfile->role, &keyfile->check, err);
}

static enum ent_status
save(const char *path, const struct ent_keyfile *keyfile, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    uint8_t wire[ENT_KEYFILE_LEN];
    enum ent_status rc;

    ent_keyfile_encode(keyfile, wire);
    rc = ent_armour_encode(
        ENT_KEYFILE_KIND, ent_view_of(wire, sizeof wire), &text, err);
    sodium_memzero(wire, sizeof wire);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_file_create(path, KEYFILE_MODE, ent_bytes_view(&text), err);
}

static enum ent_status
write_file(const char *path, enum ent_key_role role, struct ent_secret *secret,
    const char *passphrase, const struct cost *cost, struct ent_error *err)
{
    ENT_AUTO(ent_keyfile_wipe) struct ent_keyfile keyfile = {.role = role};
    enum ent_status rc;

    assert(path != NULL && secret != NULL);

    if (passphrase != NULL &&
        (passphrase[0] == '\0' || strlen(passphrase) > ENT_PASSPHRASE_MAX)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a passphrase has 1 to %d characters", ENT_PASSPHRASE_MAX);
    }
    rc = fill(&keyfile, secret, passphrase, cost, err);
    if (rc == ENT_OK) {
        rc = save(path, &keyfile, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "key file '%s'", path);
    }
    return rc;
}

enum ent_status
ent_keyfile_write(const char *path, enum ent_key_role role,
    struct ent_secret *secret, const char *passphrase, struct ent_error *err)
{
    return write_file(path, role, secret, passphrase, &chosen, err);
}

enum ent_status
ent_keyfile_write_random(const char *path, enum ent_key_role role,
    struct ent_secret *secret, const char *passphrase, struct ent_error *err)
{
    assert(strlen(passphrase) >= 64);
    return write_file(path, role, secret, passphrase, &random_bytes, err);
}
