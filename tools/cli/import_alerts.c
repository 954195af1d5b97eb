/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tools/cli/alert.h"
#include "tools/cli/capfile.h"
#include "tools/cli/import.h"

/* ---- alerts ---- */

/* "line 7, column 9: ..." */
static void
say_where(const struct cli_cap_fault *fault, char out[static CLI_REASON_MAX])
{
    char column[32];

    (void)snprintf(column, sizeof column, ", column %zu", fault->column);
    cli_import_reason(fault->line, column, fault->reason, out);
}

static enum ent_status
reject(struct cli_import *import, const struct cli_cap_row *row,
    const struct cli_cap_fault *fault, struct ent_error *err)
{
    char reason[CLI_REASON_MAX];
    const char *said = NULL; /* with the rest of a row nothing more */

    if (!row->rest) {
        say_where(fault, reason);
        cli_import_tell_reject(import, reason);
        said = reason;
    }
    return row->more ? cli_rejects_begin(&import->rejects, row->raw, said, err)
                     : cli_rejects_add(&import->rejects, row->raw, said, err);
}

static struct cli_origin
origin_of(const struct cli_cap_row *row)
{
    struct cli_origin origin = {.line = row->line, .raw = row->raw};
    size_t len = strlen(row->said);

    while (len > 0 && strchr(" \r\n", row->said[len - 1]) != NULL) {
        len--;
    }
    cli_origin_take_reason(&origin, ent_view_of(row->said, len));
    return origin;
}

/* What it was refused for, as text. "": it was not. */
static const char *
refusal_of(struct cli_import *import, const struct cli_origin *origin)
{
    char *text;

    if (!cli_origin_was_refused(origin)) {
        return "";
    }
    text = ent_arena_alloc(&import->arena, origin->reason.len + 1);
    if (text != NULL) {
        memcpy(text, origin->reason.data, origin->reason.len);
    }
    return text == NULL ? "" : text;
}

static enum ent_status
take_alert(struct cli_import *import, const struct cli_cap_row *row,
    struct ent_error *err)
{
    struct cli_origin origin = origin_of(row);
    struct cli_cap_fault fault = {
        .line = row->fault_line, .column = row->fault_column};
    ent_message *message = NULL;
    enum ent_status rc = ENT_BAD_INPUT;

    ent_arena_reset(&import->arena);
    import->line = row->line;
    if (row->alert == NULL) {
        (void)snprintf(fault.reason, sizeof fault.reason, "%s", row->fault);
    } else {
        rc =
            cli_alert_of(row->alert, refusal_of(import, &origin), import->codes,
                import->now_ms, &import->arena, &message, &fault, err);
    }
    if (rc == ENT_BAD_INPUT) {
        return reject(import, row, &fault, err);
    }
    return rc == ENT_OK
               ? cli_import_pass(import, message, row->line, &origin, err)
               : rc;
}

static enum ent_status
take(struct cli_import *import, struct ent_error *err)
{
    struct cli_capfile *file = import->state;
    struct cli_cap_row row;
    enum ent_status rc = cli_capfile_next(file, &row, err);

    if (rc == ENT_IO) {
        ent_error_wrap(err, "%s", cli_import_name(import));
    }
    return rc == ENT_OK ? take_alert(import, &row, err) : rc;
}

static uint64_t
offset(const struct cli_import *import)
{
    return cli_capfile_offset(import->state);
}

/* ---- a file ---- */

static enum ent_status
begin(
    struct cli_import *import, const char *rejects_path, struct ent_error *err)
{
    struct cli_capfile *file = NULL;
    enum ent_status rc = cli_capfile_new(import->fd, &file, err);

    if (rc != ENT_OK) {
        return rc;
    }
    import->state = file;
    rc = cli_rejects_open(&import->rejects, CLI_REJECTS_XML, rejects_path,
        import->path, import->fd, err);
    import->rejects.head = cli_capfile_head(file);
    import->rejects.tail = cli_capfile_tail(file);
    return rc;
}

static void
end(struct cli_import *import)
{
    struct cli_capfile *file = import->state;

    cli_capfile_free(&file);
    import->state = NULL;
}

/* ---- the table ---- */

static enum ent_status
read_codes(struct ent_view text, void **ret_codes,
    struct ent_complaints *complaints, struct ent_error *err)
{
    struct cli_capcodes *codes = NULL;
    enum ent_status rc = cli_capcodes_read(text, &codes, complaints, err);

    *ret_codes = codes;
    return rc;
}

static void
free_codes(void **codes)
{
    struct cli_capcodes *capcodes = *codes;

    cli_capcodes_free(&capcodes);
    *codes = NULL;
}

const struct cli_import_kind cli_import_alerts = {
    .table = cli_capcodes_text,
    .read_codes = read_codes,
    .free_codes = free_codes,
    .arena = ENT_MESSAGE_ARENA,
    .begin = begin,
    .end = end,
    .take = take,
    .offset = offset,
};
