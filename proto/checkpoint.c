/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define KEY_HASH_LEN 4
#define SEAL_LEN (KEY_HASH_LEN + ENT_SIGNATURE_LEN)
#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define INCARNATION "incarnation "
#define DASH "\xe2\x80\x94 " /* U+2014, as signed notes have it */

/* The parts of a note: what is signed, and what signs it. */
struct note {
    struct ent_checkpoint checkpoint;
    struct ent_view body; /* what is signed, with its line feeds */
    uint8_t seal[SEAL_LEN];
};

/* Signed note key hash: SHA-256(name, newline, algorithm 1, key), 4 bytes. */
static void
key_hash(const char *origin, const struct ent_verify_key *key,
    uint8_t ret_hash[static KEY_HASH_LEN])
{
    crypto_hash_sha256_state state;
    uint8_t full[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)origin, strlen(origin));
    crypto_hash_sha256_update(&state, (const uint8_t *)"\n\x01", 2);
    crypto_hash_sha256_update(&state, key->bytes, sizeof key->bytes);
    crypto_hash_sha256_final(&state, full);
    memcpy(ret_hash, full, KEY_HASH_LEN);
}

/* The lines that are signed; their length. */
static size_t
write_body(const struct ent_checkpoint *checkpoint,
    char text[static ENT_CHECKPOINT_MAX])
{
    char root[64];
    size_t len;

    sodium_bin2base64(root, sizeof root, checkpoint->root.bytes,
        sizeof checkpoint->root.bytes, BASE64);
    len = (size_t)snprintf(text, ENT_CHECKPOINT_MAX, "%s\n%" PRIu64 "\n%s\n",
        checkpoint->origin.text, checkpoint->size, root);
    if (checkpoint->incarnation != 0) {
        len += (size_t)snprintf(text + len, ENT_CHECKPOINT_MAX - len,
            INCARNATION "%" PRIu64 "\n", checkpoint->incarnation);
    }
    return len;
}

/* The empty line, and who signed. */
static size_t
write_seal(const struct ent_checkpoint *checkpoint,
    const uint8_t seal[static SEAL_LEN], char *text, size_t size)
{
    char base64[128];

    sodium_bin2base64(base64, sizeof base64, seal, SEAL_LEN, BASE64);
    return (size_t)snprintf(
        text, size, "\n" DASH "%s %s\n", checkpoint->origin.text, base64);
}

enum ent_status
ent_checkpoint_make(const struct ent_checkpoint *checkpoint,
    const struct ent_signer *office, struct ent_bytes *ret_note,
    struct ent_error *err)
{
    char text[ENT_CHECKPOINT_MAX];
    size_t len = write_body(checkpoint, text);
    uint8_t seal[SEAL_LEN];
    enum ent_status rc;

    key_hash(checkpoint->origin.text, &office->key, seal);
    rc = office->sign(
        office->context, ent_view_of(text, len), seal + KEY_HASH_LEN, err);
    if (rc != ENT_OK) {
        return rc;
    }
    len += write_seal(checkpoint, seal, text + len, sizeof text - len);
    return ent_bytes_copy(ent_view_of(text, len), ret_note, err);
}

/* ---- reading ---- */

/* Take the next line, without its line feed, as text. */
static bool
take_line(struct ent_view *rest, char *ret_line, size_t size)
{
    const uint8_t *end =
        rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
    size_t len = end == NULL ? 0 : (size_t)(end - rest->data);

    if (end == NULL || len >= size) {
        return false;
    }
    memcpy(ret_line, rest->data, len);
    ret_line[len] = '\0';
    *rest = ent_view_of(rest->data + len + 1, rest->len - len - 1);
    return true;
}

static bool
read_base64(const char *text, uint8_t *out, size_t len)
{
    size_t got = 0;

    return sodium_base642bin(
               out, len, text, strlen(text), NULL, &got, NULL, BASE64) == 0 &&
           got == len;
}

static bool
read_size(const char *text, uint64_t *ret_size)
{
    uint64_t size = 0;

    for (const char *at = text; *at != '\0'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (digit > 9 || size > (UINT64_MAX - digit) / 10) {
            return false;
        }
        size = size * 10 + digit;
    }
    *ret_size = size;
    return text[0] != '\0';
}

/* Where the base64 of a signature line begins; NULL: it is none of `origin`. */
static const char *
seal_text(const char *line, const char *origin)
{
    size_t len = strlen(origin);

    if (strncmp(line, DASH, strlen(DASH)) != 0) {
        return NULL;
    }
    line += strlen(DASH);
    return strncmp(line, origin, len) == 0 && line[len] == ' ' ? line + len + 1
                                                               : NULL;
}

/* The fourth line, where there is one. */
static bool
take_incarnation(struct ent_view *rest, uint64_t *ret_incarnation)
{
    static const size_t len = sizeof INCARNATION - 1;
    char line[ENT_CHECKPOINT_MAX];

    if (rest->len < len || memcmp(rest->data, INCARNATION, len) != 0) {
        return true;
    }
    return take_line(rest, line, sizeof line) &&
           read_size(line + len, ret_incarnation);
}

/* Fill `note` from its lines, as far as they can be read. */
static bool
read_lines(struct ent_view text, struct note *note)
{
    char line[ENT_CHECKPOINT_MAX];
    struct ent_view rest = text;
    const char *seal;

    if (!take_line(&rest, line, sizeof line) ||
        ent_address_parse(
            ent_view_text(line), &note->checkpoint.origin, NULL) != ENT_OK ||
        !take_line(&rest, line, sizeof line) ||
        !read_size(line, &note->checkpoint.size) ||
        !take_line(&rest, line, sizeof line) ||
        !read_base64(line, note->checkpoint.root.bytes, ENT_DIGEST_LEN)) {
        return false;
    }
    if (!take_incarnation(&rest, &note->checkpoint.incarnation)) {
        return false;
    }
    note->body = ent_view_of(text.data, text.len - rest.len);
    if (!take_line(&rest, line, sizeof line) || line[0] != '\0' ||
        !take_line(&rest, line, sizeof line) || rest.len != 0) {
        return false;
    }
    seal = seal_text(line, note->checkpoint.origin.text);
    return seal != NULL && read_base64(seal, note->seal, sizeof note->seal);
}

/* One way to write it, so that two notes differ only when they say so. */
static bool
is_canonical(struct ent_view text, const struct note *note)
{
    char again[ENT_CHECKPOINT_MAX];
    size_t len = write_body(&note->checkpoint, again);

    len += write_seal(
        &note->checkpoint, note->seal, again + len, sizeof again - len);
    return ent_view_equal(text, ent_view_of(again, len));
}

static enum ent_status
read_note(struct ent_view text, struct note *ret_note, struct ent_error *err)
{
    struct note note = {0};

    if (text.len > ENT_CHECKPOINT_MAX || !read_lines(text, &note) ||
        !is_canonical(text, &note)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "this is no checkpoint: three lines (office, entries, root) or "
            "four (and the store's incarnation), an empty one, and a "
            "signature");
    }
    *ret_note = note;
    return ENT_OK;
}

enum ent_status
ent_checkpoint_open(struct ent_view text, const struct ent_verify_key *office,
    struct ent_checkpoint *ret_checkpoint, struct ent_error *err)
{
    struct note note;
    uint8_t hash[KEY_HASH_LEN];
    enum ent_status rc = read_note(text, &note, err);

    if (rc != ENT_OK) {
        return rc;
    }
    key_hash(note.checkpoint.origin.text, office, hash);
    if (memcmp(hash, note.seal, sizeof hash) != 0 ||
        crypto_sign_verify_detached(note.seal + KEY_HASH_LEN, note.body.data,
            note.body.len, office->bytes) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "the checkpoint is not signed by the key of %s",
            note.checkpoint.origin.text);
    }
    *ret_checkpoint = note.checkpoint;
    return ENT_OK;
}

enum ent_status
ent_checkpoint_peek(struct ent_view text, struct ent_checkpoint *ret_checkpoint,
    struct ent_error *err)
{
    struct note note;
    enum ent_status rc = read_note(text, &note, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_checkpoint = note.checkpoint;
    return ENT_OK;
}
