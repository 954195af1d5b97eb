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

#define ROW_ARENA ((size_t)256 * 1024) /* a row has at most 64 KiB */

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
            import->csv.offset * 100 / import->size);
    }
    fputc('\n', stderr);
}

/* ---- a row that cannot be mapped ---- */

/* "line 7, column 9 (DRUG_UNIT): no unit is given" */
static void
say_where(size_t line, const struct cli_seizure_fault *fault,
    char out[static CLI_REASON_MAX])
{
    const char *name = cli_seizure_column(fault->column);
    char column[64] = "";
    size_t bad;

    if (fault->column > 0) {
        (void)snprintf(column, sizeof column, ", column %zu%s%s%s",
            fault->column, *name == '\0' ? "" : " (", name,
            *name == '\0' ? "" : ")");
    }
    (void)snprintf(
        out, CLI_REASON_MAX, "line %zu%s: %s", line, column, fault->reason);
    if (!ent_text_is_valid(ent_view_text(out), &bad)) {
        out[bad] = '\0'; /* it was cut in the middle of a letter */
    }
}

/* Tell of it, once for all its parts, and remember what it is rejected for. */
static void
tell(struct cli_import *import, const struct cli_csv_row *row, size_t line,
    const struct cli_seizure_fault *fault)
{
    if (row->rest) {
        return;
    }
    import->rows++;
    import->rejected++;
    say_where(row->line, fault, import->reason);
    cli_complain("%s: %s", cli_import_name(import), import->reason);
    say_where(line, fault, import->reason);
}

/* A row of rejects that is ragged still ends with the reason of the first time,
 * which stays: one field more could make it look whole. */
static enum ent_status
reject(struct cli_import *import, const struct cli_csv_row *row,
    const struct cli_seizure_fault *fault, struct ent_error *err)
{
    struct cli_seizure_origin origin =
        cli_seizure_origin_of(row, import->reasoned);
    bool reasoned = import->reasoned && origin.raw.len == row->raw.len;

    tell(import, row, origin.line, fault);
    return row->more ? cli_rejects_begin(&import->rejects, row->raw, err)
                     : cli_rejects_add(&import->rejects, origin.raw,
                           reasoned ? NULL : import->reason, err);
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

static enum ent_status
pass_on(struct cli_import *import, const ent_message *message,
    const struct cli_csv_row *row, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct cli_seizure_origin origin;
    enum ent_status rc;

    if (import->sending == NULL && import->print == NULL) {
        return ENT_OK;
    }
    rc = ent_json_write(&message->base, false, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (import->sending == NULL) {
        return print_line(import->print, &text, err);
    }
    origin = cli_seizure_origin_of(row, import->reasoned);
    return cli_sending_add(
        import->sending, ent_bytes_view(&text), row->line, &origin, err);
}

static enum ent_status
take_row(struct cli_import *import, const struct cli_csv_row *row,
    struct ent_error *err)
{
    struct cli_seizure_fault fault = {0};
    ent_message *message = NULL;
    enum ent_status rc;

    ent_arena_reset(&import->arena);
    import->line = row->line;
    rc = cli_seizure_of(row, import->reasoned, import->codes, import->now_ms,
        &import->arena, &message, &fault, err);
    if (rc == ENT_BAD_INPUT) {
        return reject(import, row, &fault, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    import->rows++;
    import->mapped++;
    return pass_on(import, message, row, err);
}

static enum ent_status
take_rows(struct cli_import *import, struct ent_error *err)
{
    while (cli_interrupt_code() == 0) {
        struct cli_csv_row row;
        enum ent_status rc = cli_csv_next(&import->csv, &row, err);

        if (rc == ENT_OK) {
            rc = take_row(import, &row, err);
            show_progress(import);
        } else if (rc == ENT_IO) {
            ent_error_wrap(err, "%s", cli_import_name(import));
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

static enum ent_status
take_heads(
    struct cli_import *import, const char *rejects_path, struct ent_error *err)
{
    struct cli_csv_row row;
    enum ent_status rc = cli_csv_next(&import->csv, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_BAD_INPUT, "is empty");
    }
    if (rc == ENT_OK) {
        rc = cli_seizure_heads(&row, &import->reasoned, err);
    }
    return rc != ENT_OK ? rc
                        : cli_rejects_open(&import->rejects, rejects_path,
                              import->path, import->fd, &row, err);
}

int
cli_import_open(
    struct cli_import *import, const char *rejects_path, struct ent_error *err)
{
    struct stat about;
    enum ent_status rc;

    import->told_ms = ent_time_boot_ms(); /* nothing is long yet */
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
    rc = ent_arena_init(&import->arena, ROW_ARENA, err);
    if (rc == ENT_OK) {
        rc = cli_csv_init(&import->csv, import->fd, err);
    }
    if (rc == ENT_OK) {
        rc = take_heads(import, rejects_path, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", cli_import_name(import));
    }
    return rc == ENT_OK ? EX_OK : cli_exit_code(rc);
}

void
cli_import_close(struct cli_import *import)
{
    cli_csv_fini(&import->csv);
    ent_arena_fini(&import->arena);
    if (import->fd > STDERR_FILENO) {
        (void)close(import->fd);
    }
}
