/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cli/seizure.h"

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
        (void)snprintf(rejects->path, sizeof rejects->path, "%s.rejects.csv",
            strcmp(input, "-") == 0 ? "standard-input" : name);
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
cli_rejects_open(struct cli_rejects *rejects, const char *path,
    const char *input, int input_fd, const struct cli_csv_row *heads,
    struct ent_error *err)
{
    int fd;

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
    (void)fwrite(heads->raw.data, 1, heads->raw.len, rejects->file);
    (void)fputs(
        heads->count > CLI_SEIZURE_COLUMNS ? "\n" : "," CLI_SEIZURE_REASON "\n",
        rejects->file);
    return written(rejects, err);
}

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

enum ent_status
cli_rejects_add(struct cli_rejects *rejects, struct ent_view raw,
    const char *reason, struct ent_error *err)
{
    (void)fwrite(raw.data, 1, raw.len, rejects->file);
    if (reason != NULL) {
        write_quoted(rejects->file, reason);
    }
    (void)fputc('\n', rejects->file);
    return written(rejects, err);
}

enum ent_status
cli_rejects_begin(
    struct cli_rejects *rejects, struct ent_view raw, struct ent_error *err)
{
    (void)fwrite(raw.data, 1, raw.len, rejects->file);
    return written(rejects, err);
}

enum ent_status
cli_rejects_close(struct cli_rejects *rejects, bool used, struct ent_error *err)
{
    FILE *file = rejects->file;
    struct stat about;
    bool regular, safe;

    if (file == NULL) {
        return ENT_OK;
    }
    regular = fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode);
    safe = fflush(file) == 0 && (!regular || fsync(fileno(file)) == 0);
    rejects->file = NULL;
    if (fclose(file) != 0 || !safe) {
        return fail(rejects, err);
    }
    if (!used && regular) {
        (void)unlink(rejects->path);
    }
    return ENT_OK;
}
