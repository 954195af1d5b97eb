/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/passphrase.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/file.h"

static enum ent_status
check_private(const char *path, struct ent_error *err)
{
    struct stat info;

    if (stat(path, &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return ent_fail(
            err, ENT_REJECTED, "%s: others than its owner may read it", path);
    }
    return ENT_OK;
}

/* The path of a credential that systemd gave; ENT_NOT_FOUND: none at all. */
static enum ent_status
find_credential(
    const char *name, char ret_path[static PATH_MAX], struct ent_error *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (folder == NULL) {
        return ent_fail(err, ENT_NOT_FOUND, "no credential '%s'", name);
    }
    return snprintf(ret_path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "too long a path: %s", folder);
}

/* The first line of a file. */
static enum ent_status
read_line(const char *path, char *ret_text, size_t size, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    size_t len = 0;
    enum ent_status rc =
        ent_file_read(path, ENT_PASSPHRASE_MAX + 2, &text, err);

    if (rc != ENT_OK) {
        return rc;
    }
    while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r' &&
           text.data[len] != '\0') {
        len++;
    }
    if (len == 0 || len >= size) {
        rc = ent_fail(
            err, ENT_BAD_INPUT, "the first line of %s is no secret", path);
    } else {
        memcpy(ret_text, text.data, len);
        ret_text[len] = '\0';
    }
    sodium_memzero(text.data, text.len);
    return rc;
}

/* ---- the passphrase ---- */

static enum ent_status
find(const char *file, const char *key_path, char ret_path[static PATH_MAX],
    struct ent_error *err)
{
    enum ent_status rc;

    if (file[0] != '\0') {
        (void)snprintf(ret_path, PATH_MAX, "%s", file);
        return check_private(file, err);
    }
    rc = find_credential(ENT_PASSPHRASE_CREDENTIAL, ret_path, err);
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    return ent_fail(err, ENT_NOT_FOUND,
        "'%s' needs a passphrase: name a file with it as passphrase_file, or a "
        "token as passphrase_token, or give it as the systemd credential '%s'",
        key_path, ENT_PASSPHRASE_CREDENTIAL);
}

static enum ent_status
read_passphrase(const char *file, const char *key_path, char *ret_text,
    size_t size, struct ent_error *err)
{
    char path[PATH_MAX];
    enum ent_status rc = find(file, key_path, path, err);

    return rc != ENT_OK ? rc : read_line(path, ret_text, size, err);
}

enum ent_status
ent_passphrase_of_token(const char *uri, const struct ent_pin *pin,
    char ret_text[static ENT_PASSPHRASE_MAX + 1], struct ent_error *err)
{
    static const char purpose[] = "entente passphrase v1";
    ENT_AUTO(ent_token_close) struct ent_token *token = NULL;
    uint8_t mac[ENT_TOKEN_MAC_LEN];
    enum ent_status rc = ent_token_open(uri, ENT_TOKEN_MACS, pin, &token, err);

    if (rc == ENT_OK) {
        rc = ent_token_mac(token, ent_view_text(purpose), mac, err);
    }
    if (rc == ENT_OK) {
        sodium_bin2hex(ret_text, 2 * sizeof mac + 1, mac, sizeof mac);
    }
    sodium_memzero(mac, sizeof mac);
    return rc;
}

/* An `ask` of struct ent_passphrase. */
static enum ent_status
ask(void *context, const char *key_path, char *ret_text, size_t size,
    struct ent_error *err)
{
    const struct ent_passphrase_source *source = context;
    const struct ent_pin pin = {.ask = ent_pin_read};
    enum ent_status rc;

    if (source->token[0] == '\0') {
        return read_passphrase(source->file, key_path, ret_text, size, err);
    }
    if (source->file[0] != '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "passphrase_file and passphrase_token are both named: which?");
    }
    rc = ent_passphrase_of_token(source->token, &pin, ret_text, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "passphrase_token");
    }
    return rc;
}

struct ent_passphrase
ent_passphrase_from(const struct ent_passphrase_source *source)
{
    return (struct ent_passphrase){.ask = ask,
        .context = (void *)(uintptr_t)source,
        .pin = {.ask = ent_pin_read}};
}

/* ---- the PIN of a token ---- */

/* RFC 7512, 2.4: pin-source is a URI, of which only a file is read. */
static enum ent_status
find_pin(const char *token, const char *source, char ret_path[static PATH_MAX],
    struct ent_error *err)
{
    static const char scheme[] = "file:";
    const char *path = strncmp(source, scheme, sizeof scheme - 1) == 0
                           ? source + sizeof scheme - 1
                           : source;
    enum ent_status rc;

    if (path[0] == '/') {
        (void)snprintf(ret_path, PATH_MAX, "%s", path);
        return check_private(path, err);
    }
    if (source[0] != '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "the PIN of token '%s': pin-source is 'file:' and a whole path, "
            "not '%s'",
            token, source);
    }
    rc = find_credential(ENT_PIN_CREDENTIAL, ret_path, err);
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    return ent_fail(err, ENT_NOT_FOUND,
        "token '%s' needs a PIN: name a file with it in the URI, as "
        "pin-source=file:FILE, or give it as the systemd credential '%s'",
        token, ENT_PIN_CREDENTIAL);
}

enum ent_status
ent_pin_read(void *context, const char *token, const char *source,
    char *ret_pin, size_t size, struct ent_error *err)
{
    char path[PATH_MAX];
    enum ent_status rc = find_pin(token, source, path, err);

    (void)context;
    if (rc == ENT_OK) {
        rc = read_line(path, ret_pin, size, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "the PIN of token '%s'", token);
    }
    return rc;
}
