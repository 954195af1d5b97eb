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

/* Where to read it, for `key_path`. */
static enum ent_status
find(const char *file, const char *key_path, char ret_path[static PATH_MAX],
    struct ent_error *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (file[0] != '\0') {
        (void)snprintf(ret_path, PATH_MAX, "%s", file);
        return check_private(file, err);
    }
    if (folder == NULL) {
        return ent_fail(err, ENT_NOT_FOUND,
            "'%s' needs a passphrase: name a file with it as passphrase_file, "
            "or give it as the systemd credential '%s'",
            key_path, ENT_PASSPHRASE_CREDENTIAL);
    }
    return snprintf(ret_path, PATH_MAX, "%s/%s", folder,
               ENT_PASSPHRASE_CREDENTIAL) < PATH_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "too long a path: %s", folder);
}

/* An `ask` of struct ent_passphrase. */
static enum ent_status
read_first_line(void *context, const char *key_path, char *ret_text,
    size_t size, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char path[PATH_MAX];
    size_t len = 0;
    enum ent_status rc = find(context, key_path, path, err);

    if (rc == ENT_OK) {
        rc = ent_file_read(path, ENT_PASSPHRASE_MAX + 2, &text, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r' &&
           text.data[len] != '\0') {
        len++;
    }
    if (len == 0 || len >= size) {
        rc = ent_fail(err, ENT_BAD_INPUT, "%s holds no passphrase", path);
    } else {
        memcpy(ret_text, text.data, len);
        ret_text[len] = '\0';
    }
    sodium_memzero(text.data, text.len);
    return rc;
}

struct ent_passphrase
ent_passphrase_of_file(const char *file)
{
    return (struct ent_passphrase){
        .ask = read_first_line, .context = (void *)(uintptr_t)file};
}
