/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keyfile.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile_internal.h"
#include "proto/keyplace.h"

/* Where each field of the file stands; see keyfile.h. */
enum {
    AT_VERSION = 0,
    AT_ROLE = 1,
    AT_WRAPPING = 2,
    AT_OPSLIMIT = 3,
    AT_MEMLIMIT = 7,
    AT_SALT = 11,
    AT_NONCE = AT_SALT + ENT_KEYFILE_SALT_LEN,
    AT_BOX = AT_NONCE + ENT_KEYFILE_NONCE_LEN,
    AT_CHECK = AT_BOX + ENT_KEYFILE_BOX_LEN,
};

_Static_assert(
    AT_CHECK + ENT_KEY_ID_LEN == ENT_KEYFILE_LEN, "fields fill the file");
_Static_assert(ENT_KEYFILE_SALT_LEN == crypto_pwhash_SALTBYTES &&
                   ENT_KEYFILE_NONCE_LEN == crypto_secretbox_NONCEBYTES &&
                   ENT_KEYFILE_MAC_LEN == crypto_secretbox_MACBYTES,
    "lengths are libsodium's");

#define TEXT_MAX ENT_KEYPLACE_TEXT_MAX /* of either kind of file */

/* What a file may ask of the machine that opens it. */
#define OPSLIMIT_MAX 16
#define MEMLIMIT_MAX_KIB ((uint32_t)1024 * 1024)
#define MEMLIMIT_MIN_KIB (crypto_pwhash_MEMLIMIT_MIN / 1024)

const char *
ent_keyfile_role_name(enum ent_key_role role)
{
    switch (role) {
    case ENT_KEY_AUTHORITY:
        return "an authority key";
    case ENT_KEY_OFFICE:
        return "an office key";
    case ENT_KEY_BROKER:
        return "a broker key";
    case ENT_KEY_SEALING:
        return "a sealing key";
    case ENT_KEY_LINK:
        return "a link key";
    case ENT_KEY_OFFICER:
        return "an officer key";
    case ENT_KEY_STORAGE:
        return "a storage key";
    case ENT_KEY_PAIR:
        return "a pair key";
    }
    return "a key of unknown use";
}

void
ent_keyfile_wipe(struct ent_keyfile *keyfile)
{
    sodium_memzero(keyfile, sizeof *keyfile);
}

static bool
all_zero(const uint8_t *bytes, size_t len)
{
    return sodium_is_zero(bytes, len) == 1;
}

/* A plain file has zeros wherever a wrapped one has something to say. */
static bool
plain_is_canonical(const struct ent_keyfile *keyfile)
{
    return keyfile->opslimit == 0 && keyfile->memlimit_kib == 0 &&
           all_zero(keyfile->salt, sizeof keyfile->salt) &&
           all_zero(keyfile->nonce, sizeof keyfile->nonce) &&
           all_zero(keyfile->box + ENT_SECRET_LEN, ENT_KEYFILE_MAC_LEN);
}

static bool
limits_are_fair(const struct ent_keyfile *keyfile)
{
    return keyfile->opslimit >= crypto_pwhash_OPSLIMIT_MIN &&
           keyfile->opslimit <= OPSLIMIT_MAX &&
           keyfile->memlimit_kib >= MEMLIMIT_MIN_KIB &&
           keyfile->memlimit_kib <= MEMLIMIT_MAX_KIB;
}

static void
copy_fields(const uint8_t *in, struct ent_keyfile *keyfile)
{
    keyfile->role = in[AT_ROLE];
    keyfile->wrapping = in[AT_WRAPPING];
    keyfile->opslimit = (uint32_t)ent_get_be(in + AT_OPSLIMIT, 4);
    keyfile->memlimit_kib = (uint32_t)ent_get_be(in + AT_MEMLIMIT, 4);
    memcpy(keyfile->salt, in + AT_SALT, sizeof keyfile->salt);
    memcpy(keyfile->nonce, in + AT_NONCE, sizeof keyfile->nonce);
    memcpy(keyfile->box, in + AT_BOX, sizeof keyfile->box);
    memcpy(keyfile->check.bytes, in + AT_CHECK, ENT_KEY_ID_LEN);
}

enum ent_status
ent_keyfile_decode(struct ent_view wire, struct ent_keyfile *ret_keyfile,
    struct ent_error *err)
{
    ENT_AUTO(ent_keyfile_wipe) struct ent_keyfile keyfile = {0};

    assert(ret_keyfile != NULL);

    if (wire.len != ENT_KEYFILE_LEN) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu bytes instead of %d", wire.len,
            ENT_KEYFILE_LEN);
    }
    if (wire.data[AT_VERSION] != ENT_KEYFILE_VERSION) {
        return ent_fail(err, ENT_UNSUPPORTED, "key file of version %u",
            wire.data[AT_VERSION]);
    }
    copy_fields(wire.data, &keyfile);

    if (keyfile.role < ENT_KEY_AUTHORITY || keyfile.role > ENT_KEY_PAIR) {
        return ent_fail(err, ENT_BAD_INPUT, "key of unknown use %u",
            (unsigned)keyfile.role);
    }
    if (keyfile.wrapping == ENT_KEYFILE_PLAIN) {
        if (!plain_is_canonical(&keyfile)) {
            return ent_fail(
                err, ENT_BAD_INPUT, "a plain key with fields of a wrapped one");
        }
    } else if (keyfile.wrapping != ENT_KEYFILE_ARGON2ID) {
        return ent_fail(
            err, ENT_UNSUPPORTED, "wrapping %u", (unsigned)keyfile.wrapping);
    } else if (!limits_are_fair(&keyfile)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "Argon2id of %u passes over %u KiB is outside the limits",
            keyfile.opslimit, keyfile.memlimit_kib);
    }
    *ret_keyfile = keyfile;
    return ENT_OK;
}

enum ent_status
ent_keyfile_parse(struct ent_view text, struct ent_keyfile *ret_keyfile,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc = ent_armour_decode(ENT_KEYFILE_KIND, text, &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_keyfile_decode(ent_bytes_view(&wire), ret_keyfile, err);
}

enum ent_status
ent_keyfile_stretch(const struct ent_keyfile *keyfile, const char *passphrase,
    uint8_t ret_key[static 32], struct ent_error *err)
{
    _Static_assert(crypto_secretbox_KEYBYTES == 32, "key of the box");

    if (crypto_pwhash(ret_key, crypto_secretbox_KEYBYTES, passphrase,
            strlen(passphrase), keyfile->salt, keyfile->opslimit,
            (size_t)keyfile->memlimit_kib * 1024,
            crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return ent_fail(err, ENT_NO_MEMORY,
            "stretching the passphrase over %u KiB", keyfile->memlimit_kib);
    }
    return ENT_OK;
}

/* An X25519 secret's public key, by way of libzmq: a broker's program has no
 * scalar multiplication of its own. */
static enum ent_status
x25519_public_key(struct ent_secret *secret,
    uint8_t ret_key[static ENT_PUBLIC_KEY_LEN], struct ent_error *err)
{
    char secret_text[41]; /* Z85 of 32 bytes, and a NUL */
    char public_text[41];
    int rc;

    zmq_z85_encode(secret_text, ent_secret_reveal(secret), ENT_SECRET_LEN);
    ent_secret_conceal(secret);
    rc = zmq_curve_public(public_text, secret_text);
    sodium_memzero(secret_text, sizeof secret_text);
    if (rc != 0) {
        return ent_fail(err, ENT_UNSUPPORTED, "this libzmq has no CURVE");
    }
    zmq_z85_decode(ret_key, public_text);
    return ENT_OK;
}

enum ent_status
ent_keyfile_check(struct ent_secret *secret, enum ent_key_role role,
    struct ent_key_id *ret_check, struct ent_error *err)
{
    uint8_t key[ENT_PUBLIC_KEY_LEN];
    struct ent_signer signer;
    enum ent_status rc;

    switch (role) {
    case ENT_KEY_AUTHORITY:
    case ENT_KEY_OFFICE:
    case ENT_KEY_BROKER:
    case ENT_KEY_OFFICER:
        rc = ent_secret_signer(secret, role, &signer, err);
        if (rc != ENT_OK) {
            return rc;
        }
        *ret_check = signer.key_id;
        return ENT_OK;
    case ENT_KEY_SEALING:
    case ENT_KEY_LINK:
        rc = x25519_public_key(secret, key, err);
        if (rc != ENT_OK) {
            return rc;
        }
        break;
    case ENT_KEY_STORAGE:
    case ENT_KEY_PAIR:
        *ret_check = ent_key_id_of_symmetric(role, ent_secret_reveal(secret));
        ent_secret_conceal(secret);
        return ENT_OK;
    }
    *ret_check = ent_key_id_of(role, key);
    return ENT_OK;
}

/* Who may write to the folder could swap the file between this look and the
 * reading: it guards against carelessness, not against them. */
static enum ent_status
check_file(const char *path, struct ent_error *err)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        return ent_fail(err, errno == ENOENT ? ENT_NOT_FOUND : ENT_IO, "%s",
            strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return ent_fail(err, ENT_REJECTED, "not a regular file");
    }
    if ((st.st_mode & 077) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "mode %04o lets others at it; make it 0600 (chmod go= FILE)",
            (unsigned)st.st_mode & 07777);
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        return ent_fail(err, ENT_REJECTED, "it belongs to user %u, not to us",
            (unsigned)st.st_uid);
    }
    return ENT_OK;
}

static enum ent_status
read_text(const char *path, struct ent_bytes *ret_text, struct ent_error *err)
{
    enum ent_status rc = check_file(path, err);

    return rc != ENT_OK ? rc : ent_file_read(path, TEXT_MAX, ret_text, err);
}

static enum ent_status
check_role(
    enum ent_key_role is, enum ent_key_role wanted, struct ent_error *err)
{
    return is == wanted
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "holds %s, not %s",
                     ent_keyfile_role_name(is), ent_keyfile_role_name(wanted));
}

/* Ask for the passphrase and open the box into `ret_seed`. */
static enum ent_status
unwrap(const char *path, const struct ent_keyfile *keyfile,
    const struct ent_passphrase *passphrase,
    uint8_t ret_seed[static ENT_SECRET_LEN], struct ent_error *err)
{
    char text[ENT_PASSPHRASE_MAX + 1] = "";
    uint8_t key[crypto_secretbox_KEYBYTES];
    enum ent_status rc;

    if (passphrase == NULL) {
        return ent_fail(
            err, ENT_REJECTED, "needs a passphrase, and none was given");
    }
    rc = passphrase->ask(passphrase->context, path, text, sizeof text, err);
    if (rc == ENT_OK) {
        text[sizeof text - 1] = '\0';
        rc = ent_keyfile_stretch(keyfile, text, key, err);
    }
    sodium_memzero(text, sizeof text);
    if (rc != ENT_OK) {
        return rc;
    }
    if (crypto_secretbox_open_easy(ret_seed, keyfile->box, sizeof keyfile->box,
            keyfile->nonce, key) != 0) {
        rc = ent_fail(err, ENT_REJECTED, "the passphrase does not open it");
    }
    sodium_memzero(key, sizeof key);
    return rc;
}

/* A box that opens proves the passphrase, not the fields around it. */
static enum ent_status
verify(struct ent_secret *secret, const struct ent_keyfile *keyfile,
    struct ent_error *err)
{
    struct ent_key_id check;
    enum ent_status rc;

    rc = ent_keyfile_check(secret, keyfile->role, &check, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_key_id_equal(&check, &keyfile->check)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "holds another key than it says: damaged or put together");
    }
    return ENT_OK;
}

static enum ent_status
open_keyfile(const char *path, const struct ent_keyfile *keyfile,
    const struct ent_passphrase *passphrase, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    uint8_t seed[ENT_SECRET_LEN];
    enum ent_status rc = ENT_OK;

    if (keyfile->wrapping == ENT_KEYFILE_PLAIN) {
        memcpy(seed, keyfile->box, sizeof seed);
    } else {
        rc = unwrap(path, keyfile, passphrase, seed, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_secret_from(seed, &secret, err);
    sodium_memzero(seed, sizeof seed);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = verify(secret, keyfile, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_secret = secret;
    secret = NULL;
    return ENT_OK;
}

/* A key of the right use that lies in the file itself. */
static enum ent_status
read_here(const char *path, struct ent_view text, enum ent_key_role role,
    const struct ent_passphrase *passphrase, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    ENT_AUTO(ent_keyfile_wipe) struct ent_keyfile keyfile = {0};
    enum ent_status rc = ent_keyfile_parse(text, &keyfile, err);

    if (rc == ENT_OK) {
        rc = check_role(keyfile.role, role, err);
    }
    return rc != ENT_OK
               ? rc
               : open_keyfile(path, &keyfile, passphrase, ret_secret, err);
}

/* One that lies in a token. */
static enum ent_status
read_there(struct ent_view text, enum ent_key_role role,
    const struct ent_passphrase *passphrase, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    ENT_AUTO(ent_token_close) struct ent_token *token = NULL;
    struct ent_keyplace place;
    enum ent_status rc = ent_keyplace_parse(text, &place, err);

    if (rc == ENT_OK) {
        rc = check_role(place.role, role, err);
    }
    if (rc == ENT_OK) {
        rc = ent_token_open(place.uri, ENT_TOKEN_SIGNS,
            passphrase == NULL ? NULL : &passphrase->pin, &token, err);
    }
    return rc != ENT_OK
               ? rc
               : ent_secret_of_token(&token, &place.key, ret_secret, err);
}

/* No armour has a colon between its first line and its last. */
static bool
is_place(struct ent_view text)
{
    static const char key[] = "token:";

    return text.len > 0 &&
           memmem(text.data, text.len, key, sizeof key - 1) != NULL;
}

enum ent_status
ent_keyfile_read(const char *path, enum ent_key_role role,
    const struct ent_passphrase *passphrase, struct ent_secret **ret_secret,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_view view;
    enum ent_status rc;

    assert(path != NULL && ret_secret != NULL);

    rc = read_text(path, &text, err);
    if (rc == ENT_OK) {
        view = ent_bytes_view(&text);
        rc = is_place(view)
                 ? read_there(view, role, passphrase, ret_secret, err)
                 : read_here(path, view, role, passphrase, ret_secret, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "key file '%s'", path);
    }
    return rc;
}
