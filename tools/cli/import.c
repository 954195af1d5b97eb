/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/import.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/output.h"

const char *
cli_import_name(const struct cli_import *import)
{
    return strcmp(import->path, "-") == 0 ? "standard input" : import->path;
}

/* At most once a second, on a terminal. */
static void
show_progress(struct cli_import *import)
{
    uint64_t now_ms;

    if (import->rows % 256 != 0 || isatty(STDERR_FILENO) == 0) {
        return;
    }
    now_ms = ent_time_boot_ms();
    if (now_ms - import->told_ms < 1000) {
        return;
    }
    import->told_ms = now_ms;
    fprintf(stderr, "%s: %" PRIu64 " rows, %" PRIu64 " rejected",
        cli_import_name(import), import->rows, import->rejected);
    if (import->size > 0) {
        fprintf(stderr, ", %" PRIu64 " %%",
            import->kind->offset(import) * 100 / import->size);
    }
    fputc('\n', stderr);
}

/* ---- a row that cannot be mapped ---- */

void
cli_import_reason(size_t line, const char *column, const char *why,
    char out[static CLI_REASON_MAX])
{
    size_t bad;

    (void)snprintf(out, CLI_REASON_MAX, "line %zu%s: %s", line, column, why);
    while (!ent_text_is_valid(ent_view_text(out), &bad)) {
        /* what is quoted was cut in the middle of a letter */
        memmove(out + bad, out + bad + 1, strlen(out + bad + 1) + 1);
    }
}

void
cli_import_tell_reject(struct cli_import *import, const char *reason)
{
    import->rows++;
    import->rejected++;
    cli_complain("%s: %s", cli_import_name(import), reason);
}

/* ---- a message ---- */

static enum ent_status
print_line(FILE *out, const struct ent_bytes *text, struct ent_error *err)
{
    (void)fwrite(text->data, 1, text->len, out);
    (void)fputc('\n', out);
    return ferror(out) == 0
               ? ENT_OK
               : ent_fail(err, ENT_IO, "standard output: %s", strerror(errno));
}

enum ent_status
cli_import_pass(struct cli_import *import, const ent_message *message,
    size_t line, const struct cli_origin *origin, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;

    import->rows++;
    import->mapped++;
    if (import->sending == NULL && import->print == NULL) {
        return ENT_OK;
    }
    rc = ent_json_write(&message->base, false, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return import->sending == NULL
               ? print_line(import->print, &text, err)
               : cli_sending_add(
                     import->sending, ent_bytes_view(&text), line, origin, err);
}

static enum ent_status
take_rows(struct cli_import *import, struct ent_error *err)
{
    while (cli_interrupt_code() == 0) {
        enum ent_status rc = import->kind->take(import, err);

        if (rc == ENT_OK) {
            show_progress(import);
        }
        if (rc == ENT_NOT_FOUND) {
            break;
        }
        if (rc != ENT_OK && rc != ENT_BUSY) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
cli_import_run(struct cli_import *import, struct ent_error *err)
{
    struct ent_error why = {0};
    enum ent_status rc = take_rows(import, err);
    enum ent_status last = ENT_OK;

    if (import->sending != NULL && cli_interrupt_code() != 0) {
        cli_sending_stop(import->sending, cli_interrupt_code(),
            "the import was interrupted");
    }
    if (import->sending != NULL) {
        last = cli_sending_flush(import->sending, rc == ENT_OK ? err : &why);
    }
    return rc == ENT_OK ? last : rc;
}

/* ---- from beginning to end ---- */

int
cli_import_open(
    struct cli_import *import, const char *rejects_path, struct ent_error *err)
{
    struct stat about;
    enum ent_status rc;

    import->told_ms = ent_time_boot_ms(); /* nothing is long yet */
    import->size = 0;
    import->line = 0;
    import->fd = strcmp(import->path, "-") == 0
                     ? STDIN_FILENO
                     : open(import->path, O_RDONLY | O_CLOEXEC);
    if (import->fd < 0) {
        (void)ent_fail(
            err, ENT_NOT_FOUND, "%s: %s", import->path, strerror(errno));
        return EX_NOINPUT;
    }
    if (fstat(import->fd, &about) == 0 && S_ISREG(about.st_mode)) {
        import->size = (uint64_t)about.st_size;
    }
    rc = ent_arena_init(&import->arena, import->kind->arena, err);
    if (rc == ENT_OK) {
        rc = import->kind->begin(import, rejects_path, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", cli_import_name(import));
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

void
cli_import_close(struct cli_import *import)
{
    if (import->state != NULL) {
        import->kind->end(import);
    }
    ent_arena_fini(&import->arena);
    if (import->fd > STDERR_FILENO) {
        (void)close(import->fd);
    }
    import->fd = -1;
}
