/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Writing goes through a file of another name in the same folder: written,
 * synced, renamed, and then the folder synced. Whoever opens the path finds a
 * whole file or none, whenever the power fails; at worst a file named
 * "<path>.<8 digits>.tmp" is left behind.
 */

/* What errno means for `path`. */
static enum ent_status
fail_errno(struct ent_error *err, const char *doing, const char *path)
{
    const int cause = errno;
    enum ent_status status;

    switch (cause) {
    case ENOENT:
    case ENOTDIR:
        status = ENT_NOT_FOUND;
        break;
    case EEXIST:
        status = ENT_EXISTS;
        break;
    case ENOSPC:
    case EDQUOT:
        status = ENT_FULL;
        break;
    default:
        status = ENT_IO;
    }
    return ent_fail(err, status, "%s %s: %s", doing, path, strerror(cause));
}

static void
close_file(int *file)
{
    if (*file >= 0) {
        (void)close(*file);
        *file = -1;
    }
}

/* ---- reading ---- */

/* Read until `content` is full or the file ends; `content->len` becomes what
 * there was. */
static enum ent_status
read_all(int file, const char *path, struct ent_bytes *content,
    struct ent_error *err)
{
    size_t len = 0;

    while (len < content->len) {
        ssize_t got = read(file, content->data + len, content->len - len);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail_errno(err, "reading", path);
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    content->len = len;
    return ENT_OK;
}

/* The size of `file`, if it is a regular one inside the limit. */
static enum ent_status
check_size(int file, const char *path, size_t size_max, size_t *ret_size,
    struct ent_error *err)
{
    struct stat facts;

    if (fstat(file, &facts) != 0) {
        return fail_errno(err, "looking at", path);
    }
    if (!S_ISREG(facts.st_mode)) {
        return ent_fail(err, ENT_IO, "%s is not a regular file", path);
    }
    if ((uint64_t)facts.st_size > size_max) {
        return ent_fail(
            err, ENT_FULL, "%s is larger than %zu bytes", path, size_max);
    }
    *ret_size = (size_t)facts.st_size;
    return ENT_OK;
}

enum ent_status
ent_file_read(const char *path, size_t size_max, struct ent_bytes *ret_content,
    struct ent_error *err)
{
    ENT_AUTO(close_file) int file = -1;
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};
    size_t size = 0;
    enum ent_status rc;

    assert(path != NULL && size_max < SSIZE_MAX && ret_content != NULL);

    /* Not to wait for somebody at the other end of a named pipe. */
    file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return fail_errno(err, "opening", path);
    }
    rc = check_size(file, path, size_max, &size, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_bytes_alloc(size + 1, &content, err); /* one more: did it grow? */
    if (rc != ENT_OK) {
        return rc;
    }
    rc = read_all(file, path, &content, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (content.len != size) {
        return ent_fail(err, ENT_IO, "%s changed while being read", path);
    }
    if (size > 0) {
        *ret_content = content;
        content = (struct ent_bytes){0};
    } else {
        *ret_content = (struct ent_bytes){0};
    }
    return ENT_OK;
}

/* ---- writing ---- */

static enum ent_status
write_all(
    int file, const char *path, struct ent_view content, struct ent_error *err)
{
    while (content.len > 0) {
        ssize_t done = write(file, content.data, content.len);

        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return fail_errno(err, "writing", path);
        }
        content.data += done;
        content.len -= (size_t)done;
    }
    if (fsync(file) != 0) {
        return fail_errno(err, "syncing", path);
    }
    return ENT_OK;
}

/* Make what was renamed in the folder of `path` outlive a power cut. */
static enum ent_status
sync_folder(const char *path, struct ent_error *err)
{
    ENT_AUTO(close_file) int folder = -1;
    const char *slash = strrchr(path, '/');
    char name[PATH_MAX];

    if (slash == NULL) {
        (void)strcpy(name, ".");
    } else {
        (void)snprintf(name, sizeof name, "%.*s",
            slash == path ? 1 : (int)(slash - path), path);
    }
    folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fsync(folder) != 0) {
        return fail_errno(err, "syncing", name);
    }
    return ENT_OK;
}

/* A new file beside `path` with the whole content; its name in `ret_beside`. */
static enum ent_status
write_beside(const char *path, mode_t mode, struct ent_view content,
    char ret_beside[static PATH_MAX], struct ent_error *err)
{
    ENT_AUTO(close_file) int file = -1;
    char beside[PATH_MAX];
    enum ent_status rc;

    if (strlen(path) + sizeof ".01234567.tmp" > sizeof beside) {
        return ent_fail(err, ENT_IO, "the path %.40s... is too long", path);
    }
    (void)sprintf(beside, "%s.%08x.tmp", path, (unsigned)randombytes_random());
    file = open(
        beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0) {
        return fail_errno(err, "creating", beside);
    }
    rc = write_all(file, beside, content, err);
    if (rc != ENT_OK) {
        (void)unlink(beside);
        return rc;
    }
    (void)strcpy(ret_beside, beside);
    return ENT_OK;
}

static enum ent_status
put_file(const char *path, mode_t mode, struct ent_view content,
    unsigned rename_flags, struct ent_error *err)
{
    char beside[PATH_MAX];
    enum ent_status rc;

    assert(path != NULL);

    rc = write_beside(path, mode, content, beside, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (renameat2(AT_FDCWD, beside, AT_FDCWD, path, rename_flags) != 0) {
        rc = fail_errno(err, "creating", path);
        (void)unlink(beside);
        return rc;
    }
    return sync_folder(path, err);
}

enum ent_status
ent_file_create(const char *path, mode_t mode, struct ent_view content,
    struct ent_error *err)
{
    return put_file(path, mode, content, RENAME_NOREPLACE, err);
}

enum ent_status
ent_file_replace(const char *path, mode_t mode, struct ent_view content,
    struct ent_error *err)
{
    return put_file(path, mode, content, 0, err);
}

bool
ent_file_read_at(int file, uint8_t *out, size_t len, uint64_t offset)
{
    while (len > 0) {
        ssize_t got = pread(file, out, len, (off_t)offset);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        out += got;
        offset += (uint64_t)got;
        len -= (size_t)got;
    }
    return true;
}

bool
ent_file_write_at(int file, const uint8_t *bytes, size_t len, uint64_t offset)
{
    while (len > 0) {
        ssize_t put = pwrite(file, bytes, len, (off_t)offset);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        bytes += put;
        offset += (uint64_t)put;
        len -= (size_t)put;
    }
    return true;
}
