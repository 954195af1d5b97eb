/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ent_status
fail(const struct cli_rejects *rejects, struct ent_error *err)
{
    return ent_fail(err, ENT_IO, "%s: %s", rejects->path, strerror(errno));
}

static enum ent_status
written(const struct cli_rejects *rejects, struct ent_error *err)
{
    return ferror(rejects->file) != 0 ? fail(rejects, err) : ENT_OK;
}

static void
name_file(struct cli_rejects *rejects, const char *path, const char *input)
{
    const char *slash = strrchr(input, '/');
    const char *name = slash == NULL ? input : slash + 1;

    if (path != NULL) {
        (void)snprintf(rejects->path, sizeof rejects->path, "%s", path);
    } else {
        (void)snprintf(rejects->path, sizeof rejects->path, "%s.rejects.%s",
            strcmp(input, "-") == 0 ? "standard-input" : name,
            rejects->form == CLI_REJECTS_CSV ? "csv" : "xml");
    }
}

static bool
is_same_file(int a, int b)
{
    struct stat one, other;

    return fstat(a, &one) == 0 && fstat(b, &other) == 0 &&
           S_ISREG(one.st_mode) && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

enum ent_status
cli_rejects_open(struct cli_rejects *rejects, enum cli_rejects_form form,
    const char *path, const char *input, int input_fd, struct ent_error *err)
{
    int fd;

    *rejects = (struct cli_rejects){.form = form};
    name_file(rejects, path, input);
    fd = open(rejects->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0) {
        return fail(rejects, err);
    }
    if (is_same_file(fd, input_fd)) {
        (void)close(fd);
        return ent_fail(err, ENT_EXISTS,
            "%s is the file that is imported: name another with --rejects",
            rejects->path);
    }
    if (ftruncate(fd, 0) != 0 && errno != EINVAL) {
        (void)close(fd);
        return fail(rejects, err);
    }
    rejects->file = fdopen(fd, "w");
    if (rejects->file == NULL) {
        (void)close(fd);
        return fail(rejects, err);
    }
    return ENT_OK;
}

/* ---- rows ---- */

static void
write_quoted(FILE *file, const char *text)
{
    (void)fputs(",\"", file);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            (void)fputc('"', file);
        }
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

/* Two hyphens would end it (XML 1.0, section 2.5). */
static void
write_comment(FILE *file, const char *text)
{
    (void)fputs("<!-- ", file);
    for (; *text != '\0'; text++) {
        (void)fputc(*text, file);
        if (text[0] == '-' && (text[1] == '-' || text[1] == '\0')) {
            (void)fputc(' ', file);
        }
    }
    (void)fputs(" -->\n", file);
}

/* Before a row, or its beginning. */
static void
lead(struct cli_rejects *rejects, const char *reason)
{
    if (rejects->rows++ == 0 && rejects->head != NULL) {
        (void)fputs(rejects->head, rejects->file);
    }
    if (rejects->form == CLI_REJECTS_XML && reason != NULL) {
        write_comment(rejects->file, reason);
    }
}

enum ent_status
cli_rejects_add(struct cli_rejects *rejects, struct ent_view raw,
    const char *reason, struct ent_error *err)
{
    lead(rejects, reason);
    (void)fwrite(raw.data, 1, raw.len, rejects->file);
    if (rejects->form == CLI_REJECTS_CSV && reason != NULL) {
        write_quoted(rejects->file, reason);
    }
    (void)fputc('\n', rejects->file);
    return written(rejects, err);
}

enum ent_status
cli_rejects_begin(struct cli_rejects *rejects, struct ent_view raw,
    const char *reason, struct ent_error *err)
{
    lead(rejects, reason);
    (void)fwrite(raw.data, 1, raw.len, rejects->file);
    return written(rejects, err);
}

enum ent_status
cli_rejects_close(struct cli_rejects *rejects, struct ent_error *err)
{
    FILE *file = rejects->file;
    struct stat about;
    bool regular, safe;

    if (file == NULL) {
        return ENT_OK;
    }
    if (rejects->rows > 0 && rejects->tail != NULL) {
        (void)fputs(rejects->tail, file);
    }
    regular = fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode);
    safe = fflush(file) == 0 && (!regular || fsync(fileno(file)) == 0);
    rejects->file = NULL;
    if (fclose(file) != 0 || !safe) {
        return fail(rejects, err);
    }
    if (rejects->rows == 0 && regular) {
        (void)unlink(rejects->path);
    }
    return ENT_OK;
}
