/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "tools/cli/import.h"
#include "tools/cli/output.h"
#include "tools/cli/seizure.h"

#define HEAD_MAX 4096 /* a good first line is far shorter */

struct state {
    struct cli_csv csv;
    bool reasoned;               /* rows have a column REASON */
    char reason[CLI_REASON_MAX]; /* of a row that goes on */
    char head[HEAD_MAX];         /* of the rejects */
};

/* ---- rows ---- */

/* "line 7, column 9 (DRUG_UNIT): no unit is given" */
static void
say_where(size_t line, const struct cli_seizure_fault *fault,
    char out[static CLI_REASON_MAX])
{
    const char *name = cli_seizure_column(fault->column);
    char column[64] = "";

    if (fault->column > 0) {
        (void)snprintf(column, sizeof column, ", column %zu%s%s%s",
            fault->column, *name == '\0' ? "" : " (", name,
            *name == '\0' ? "" : ")");
    }
    cli_import_reason(line, column, fault->reason, out);
}

/* Tell of it, once for all its parts, and remember what it is rejected for. */
static void
tell(struct cli_import *import, const struct cli_csv_row *row, size_t line,
    const struct cli_seizure_fault *fault)
{
    struct state *state = import->state;

    if (!row->rest) {
        say_where(row->line, fault, state->reason);
        cli_import_tell_reject(import, state->reason);
        say_where(line, fault, state->reason);
    }
}

/* A row of rejects that is ragged still ends with the reason of the first time,
 * which stays: one field more could make it look whole. */
static enum ent_status
reject(struct cli_import *import, const struct cli_csv_row *row,
    const struct cli_seizure_fault *fault, struct ent_error *err)
{
    struct state *state = import->state;
    struct cli_origin origin = cli_seizure_origin_of(row, state->reasoned);
    bool reasoned = state->reasoned && origin.raw.len == row->raw.len;

    tell(import, row, origin.line, fault);
    return row->more ? cli_rejects_begin(&import->rejects, row->raw, NULL, err)
                     : cli_rejects_add(&import->rejects, origin.raw,
                           reasoned ? NULL : state->reason, err);
}

static enum ent_status
take_row(struct cli_import *import, const struct cli_csv_row *row,
    struct ent_error *err)
{
    struct state *state = import->state;
    struct cli_seizure_fault fault = {0};
    struct cli_origin origin;
    ent_message *message = NULL;
    enum ent_status rc;

    ent_arena_reset(&import->arena);
    import->line = row->line;
    rc = cli_seizure_of(row, state->reasoned, import->codes, import->now_ms,
        &import->arena, &message, &fault, err);
    if (rc == ENT_BAD_INPUT) {
        return reject(import, row, &fault, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    origin = cli_seizure_origin_of(row, state->reasoned);
    return cli_import_pass(import, message, row->line, &origin, err);
}

static enum ent_status
take(struct cli_import *import, struct ent_error *err)
{
    struct state *state = import->state;
    struct cli_csv_row row;
    enum ent_status rc = cli_csv_next(&state->csv, &row, err);

    if (rc == ENT_IO) {
        ent_error_wrap(err, "%s", cli_import_name(import));
    }
    return rc == ENT_OK ? take_row(import, &row, err) : rc;
}

static uint64_t
offset(const struct cli_import *import)
{
    const struct state *state = import->state;

    return state->csv.offset;
}

/* ---- a file ---- */

static enum ent_status
take_heads(
    struct cli_import *import, const char *rejects_path, struct ent_error *err)
{
    struct state *state = import->state;
    struct cli_csv_row row;
    enum ent_status rc = cli_csv_next(&state->csv, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_BAD_INPUT, "is empty");
    }
    if (rc == ENT_OK) {
        rc = cli_seizure_heads(&row, &state->reasoned, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (row.raw.len + sizeof "," CLI_SEIZURE_REASON "\n" > HEAD_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "line %zu is too long", row.line);
    }
    (void)snprintf(state->head, sizeof state->head, "%.*s%s\n",
        (int)row.raw.len, (const char *)row.raw.data,
        state->reasoned ? "" : "," CLI_SEIZURE_REASON);
    rc = cli_rejects_open(&import->rejects, CLI_REJECTS_CSV, rejects_path,
        import->path, import->fd, err);
    import->rejects.head = state->head;
    return rc;
}

static enum ent_status
begin(
    struct cli_import *import, const char *rejects_path, struct ent_error *err)
{
    struct state *state = calloc(1, sizeof *state);
    enum ent_status rc;

    if (state == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading rows");
    }
    import->state = state;
    rc = cli_csv_init(&state->csv, import->fd, err);
    return rc == ENT_OK ? take_heads(import, rejects_path, err) : rc;
}

static void
end(struct cli_import *import)
{
    struct state *state = import->state;

    cli_csv_fini(&state->csv);
    free(state);
    import->state = NULL;
}

/* ---- the table ---- */

static enum ent_status
read_codes(struct ent_view text, void **ret_codes,
    struct ent_complaints *complaints, struct ent_error *err)
{
    struct cli_drugcodes *codes = NULL;
    enum ent_status rc = cli_drugcodes_read(text, &codes, complaints, err);

    *ret_codes = codes;
    return rc;
}

static void
free_codes(void **codes)
{
    struct cli_drugcodes *drugcodes = *codes;

    cli_drugcodes_free(&drugcodes);
    *codes = NULL;
}

const struct cli_import_kind cli_import_seizures = {
    .table = cli_drugcodes_text,
    .read_codes = read_codes,
    .free_codes = free_codes,
    .arena = (size_t)256 * 1024, /* a row has at most 64 KiB */
    .begin = begin,
    .end = end,
    .take = take,
    .offset = offset,
};
