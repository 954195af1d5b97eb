/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum ent_status
too_long(const char *path, struct ent_error *err)
{
    return ent_fail(
        err, ENT_BAD_INPUT, "the path '%.60s...' is too long", path);
}

enum ent_status
cli_folder_path(const char *folder, const char *name,
    char ret_path[static PATH_MAX], struct ent_error *err)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (len < 0 || (size_t)len >= sizeof path) {
        return too_long(folder, err);
    }
    memcpy(ret_path, path, (size_t)len + 1);
    return ENT_OK;
}

enum ent_status
cli_folder_of(
    const char *path, char ret_folder[static PATH_MAX], struct ent_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 1 : (size_t)(slash - path);

    if (len >= PATH_MAX) {
        return too_long(path, err);
    }
    if (slash == path) {
        len = 1; /* the root folder is its own name */
    }
    memcpy(ret_folder, slash == NULL ? "." : path, len);
    ret_folder[len] = '\0';
    return ENT_OK;
}

enum ent_status
cli_folder_prepare(
    const char *folder, const char *const *names, struct ent_error *err)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return ent_fail(err, errno == ENOENT ? ENT_NOT_FOUND : ENT_IO,
            "making folder '%s': %s", folder, strerror(errno));
    }
    for (; *names != NULL; names++) {
        char path[PATH_MAX];
        struct stat stat_of;
        enum ent_status rc;

        rc = cli_folder_path(folder, *names, path, err);
        if (rc != ENT_OK) {
            return rc;
        }
        if (lstat(path, &stat_of) == 0) {
            return ent_fail(err, ENT_EXISTS,
                "'%s' is there already and is not overwritten", path);
        }
    }
    return ENT_OK;
}
