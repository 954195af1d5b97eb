/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/carryfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cli/folder.h"

#define BUFFER_LEN (2 * ENT_CARRIAGE_RECORD_MAX)

static enum ent_status
fail_errno(struct ent_error *err, const char *doing, const char *path)
{
    const int cause = errno;

    return ent_fail(err,
        cause == ENOENT                      ? ENT_NOT_FOUND
        : cause == EEXIST                    ? ENT_EXISTS
        : cause == ENOSPC || cause == EDQUOT ? ENT_FULL
                                             : ENT_IO,
        "%s '%s': %s", doing, path, strerror(cause));
}

/* ---- writing ---- */

static enum ent_status
name(struct cli_carrywriter *writer, const char *path, struct ent_error *err)
{
    struct stat facts;
    int len =
        snprintf(writer->partial, sizeof writer->partial, "%s.part", path);

    if (len < 0 || (size_t)len >= sizeof writer->partial) {
        return ent_fail(err, ENT_BAD_INPUT, "the path is too long");
    }
    (void)snprintf(writer->path, sizeof writer->path, "%s", path);
    if (lstat(path, &facts) == 0) {
        return ent_fail(err, ENT_EXISTS,
            "'%s' is there already and is not overwritten", path);
    }
    return ENT_OK;
}

static enum ent_status
put(struct cli_carrywriter *writer, const void *data, size_t len,
    struct ent_error *err)
{
    if (len > 0 && fwrite(data, 1, len, writer->out) != len) {
        return fail_errno(err, "writing", writer->path);
    }
    writer->bytes += len;
    return ENT_OK;
}

enum ent_status
cli_carrywriter_open(
    struct cli_carrywriter *writer, const char *path, struct ent_error *err)
{
    enum ent_status rc = name(writer, path, err);
    int file;

    if (rc != ENT_OK) {
        return rc;
    }
    /* What a pulled-out stick left of an earlier try is of no use. */
    file =
        open(writer->partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return fail_errno(err, "making", path);
    }
    writer->out = fdopen(file, "wb");
    if (writer->out == NULL) {
        (void)close(file);
        return fail_errno(err, "making", path);
    }
    return put(writer, ENT_CARRIAGE_MAGIC, ENT_CARRIAGE_MAGIC_LEN, err);
}

enum ent_status
cli_carrywriter_add(struct cli_carrywriter *writer,
    const struct ent_carried *frame, struct ent_error *err)
{
    uint8_t head[ENT_CARRIAGE_HEAD_LEN];
    enum ent_status rc;

    ent_carriage_head(frame, head);
    rc = put(writer, head, sizeof head, err);
    if (rc == ENT_OK) {
        rc = put(writer, frame->payload.data, frame->payload.len, err);
    }
    if (rc == ENT_OK) {
        rc = put(writer, frame->body.data, frame->body.len, err);
    }
    writer->records += rc == ENT_OK;
    return rc;
}

/* The folder's own entry must be on the disk too. Where a file system cannot
 * do that for a folder there is nothing more to ask of it. */
static void
sync_folder(const char *path)
{
    char folder[PATH_MAX];
    int file;

    if (cli_folder_of(path, folder, NULL) != ENT_OK) {
        return;
    }
    file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        (void)fsync(file);
        (void)close(file);
    }
}

enum ent_status
cli_carrywriter_finish(struct cli_carrywriter *writer, struct ent_error *err)
{
    uint8_t end[ENT_CARRIAGE_END_LEN];
    enum ent_status rc;

    ent_carriage_end(writer->records, end);
    rc = put(writer, end, sizeof end, err);
    if (rc == ENT_OK &&
        (fflush(writer->out) != 0 || fsync(fileno(writer->out)) != 0)) {
        rc = fail_errno(err, "writing", writer->path);
    }
    if (rc == ENT_OK && rename(writer->partial, writer->path) != 0) {
        rc = fail_errno(err, "making", writer->path);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    (void)fclose(writer->out);
    writer->out = NULL;
    sync_folder(writer->path);
    return ENT_OK;
}

void
cli_carrywriter_abandon(struct cli_carrywriter *writer)
{
    if (writer->out != NULL) {
        (void)fclose(writer->out);
        (void)unlink(writer->partial);
        writer->out = NULL;
    }
}

/* ---- reading ---- */

enum ent_status
cli_carryreader_open(
    struct cli_carryreader *reader, const char *path, struct ent_error *err)
{
    struct stat facts;

    *reader = (struct cli_carryreader){.fd = -1, .path = path};
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0 || fstat(reader->fd, &facts) != 0) {
        return fail_errno(err, "opening", path);
    }
    if (S_ISDIR(facts.st_mode)) {
        return ent_fail(
            err, ENT_BAD_INPUT, "'%s' is a folder: name the files in it", path);
    }
    reader->size = (uint64_t)facts.st_size;
    reader->buffer = malloc(BUFFER_LEN);
    return reader->buffer != NULL
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "reading '%s'", path);
}

void
cli_carryreader_close(struct cli_carryreader *reader)
{
    if (reader->fd >= 0) {
        (void)close(reader->fd);
    }
    free(reader->buffer);
    *reader = (struct cli_carryreader){.fd = -1};
}

/* See more of the file: as much as the buffer has room for. */
static enum ent_status
see_more(struct cli_carryreader *reader, struct ent_error *err)
{
    ssize_t got;

    memmove(reader->buffer, reader->buffer + reader->start,
        reader->len - reader->start);
    reader->len -= reader->start;
    reader->start = 0;
    do {
        got = read(
            reader->fd, reader->buffer + reader->len, BUFFER_LEN - reader->len);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        (void)fail_errno(err, "reading", reader->path);
        return ENT_IO;
    }
    reader->last = got == 0;
    reader->len += (size_t)got;
    return ENT_OK;
}

enum ent_status
cli_carryreader_next(struct cli_carryreader *reader,
    enum ent_carriage_found *ret_found, struct ent_carried *ret_frame,
    uint64_t *ret_offset, struct ent_error *err)
{
    for (;;) {
        uint64_t offset = reader->state.offset;
        size_t used = 0;
        enum ent_carriage_found found = ent_carriage_next(&reader->state,
            ent_view_of(
                reader->buffer + reader->start, reader->len - reader->start),
            reader->last, ret_frame, &used);
        enum ent_status rc;

        if (found != ENT_CARRIAGE_MORE) {
            reader->start += used;
            *ret_found = found;
            *ret_offset = offset;
            return ENT_OK;
        }
        rc = see_more(reader, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
}
