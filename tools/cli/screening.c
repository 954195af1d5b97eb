/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/screening.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/interrupt.h"

#define VALUE_MAX 256 /* bytes of a field that is looked up */
#define ARENA_LEN (CLI_SCREENING_BATCH * (size_t)(2 * VALUE_MAX + 64))

/* ---- titles ---- */

static bool
is_title(struct ent_view field, const char *title)
{
    return ent_view_equal(field, ent_view_text(title));
}

static enum ent_lookup
kind_of(struct ent_view title)
{
    for (unsigned kind = 1; kind < ENT_LOOKUP_KINDS; kind++) {
        if (kind != ENT_LOOKUP_NAME && kind != ENT_LOOKUP_CASE &&
            kind != ENT_LOOKUP_PLACE &&
            is_title(title, ent_lookup_name((enum ent_lookup)kind))) {
            return (enum ent_lookup)kind;
        }
    }
    return is_title(title, "vessel") ? ENT_LOOKUP_IMO : ENT_LOOKUP_NONE;
}

static int
read_titles(struct cli_screening *screening, struct ent_error *err)
{
    struct cli_csv_row row;
    enum ent_status rc = cli_csv_next(&screening->csv, &row, err);

    if (rc != ENT_OK || row.fault != NULL) {
        (void)ent_fail(err, ENT_BAD_INPUT, "%s: no line of titles%s%s",
            screening->name, rc == ENT_OK ? ": " : "",
            rc == ENT_OK ? row.fault : "");
        return EX_DATAERR;
    }
    screening->column_count = row.count;
    for (size_t i = 0; i < row.count; i++) {
        screening->columns[i] = kind_of(row.fields[i]);
        screening->titled += screening->columns[i] != ENT_LOOKUP_NONE;
        if (is_title(row.fields[i], "issuer")) {
            screening->issuer = i + 1;
        }
    }
    if (screening->titled == 0) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "%s: no column is one that is looked up: document with issuer, "
            "mrz, plate, container, vessel and others are",
            screening->name);
        return EX_DATAERR;
    }
    return EX_OK;
}

int
cli_screening_open(
    struct cli_screening *screening, const char *path, struct ent_error *err)
{
    bool is_input = strcmp(path, "-") == 0;
    enum ent_status rc;

    screening->name = is_input ? "standard input" : path;
    screening->fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (screening->fd < 0) {
        (void)ent_fail(
            err, ENT_NOT_FOUND, "%s: %s", screening->name, strerror(errno));
        return EX_NOINPUT;
    }
    screening->terms = calloc(CLI_SCREENING_BATCH, sizeof *screening->terms);
    if (screening->terms == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "out of memory");
        return EX_OSERR;
    }
    rc = ent_arena_init(&screening->arena, ARENA_LEN, err);
    if (rc == ENT_OK) {
        rc = cli_csv_init(&screening->csv, screening->fd, err);
    }
    return rc != ENT_OK ? cli_exit_code(rc) : read_titles(screening, err);
}

void
cli_screening_close(struct cli_screening *screening)
{
    cli_csv_fini(&screening->csv);
    ent_arena_fini(&screening->arena);
    free(screening->terms);
    if (screening->fd > STDIN_FILENO) {
        (void)close(screening->fd);
    }
}

/* ---- what cannot be looked up ---- */

static void
tell_fault(struct cli_screening *screening, size_t line, size_t column,
    const char *why)
{
    char where[32] = "";

    if (line != screening->fault_line) {
        screening->faults++;
        screening->fault_line = line;
    }
    if (column > 0) {
        (void)snprintf(where, sizeof where, ", column %zu", column);
    }
    cli_complain("%s: line %zu%s: %s", screening->name, line, where, why);
}

/* ---- answers ---- */

static void
show_hit(
    const struct cli_screening_term *asked, const Entente__V1__ListEntry *entry)
{
    char *value = ent_text_neutral(ent_view_text(asked->term.value), false);

    printf("line %zu: HIT: %s %s%s%s: %s of %s, %s\n", asked->line,
        asked->term.kind, asked->term.of, asked->term.of[0] == '\0' ? "" : "/",
        value == NULL ? "" : value, entry->family, entry->office, entry->id);
    free(value);
}

/* For a program: the answer with where it stands. */
static enum ent_status
print_hit(const struct cli_screening_term *asked,
    const Entente__V1__ListAnswer *answer, struct ent_error *err)
{
    json_t *value = NULL;
    enum ent_status rc = cli_canonical(&answer->base, &value, err);

    if (rc != ENT_OK) {
        return rc;
    }
    (void)json_object_set_new(
        value, "line", json_integer((json_int_t)asked->line));
    (void)json_object_set_new(
        value, "column", json_integer((json_int_t)asked->column));
    (void)json_object_set_new(value, "kind", json_string(asked->term.kind));
    rc = cli_print_json(stdout, value, err);
    json_decref(value);
    return rc;
}

static enum ent_status
take_answer(struct cli_screening *screening,
    const struct cli_screening_term *asked,
    const Entente__V1__ListAnswer *answer, struct ent_error *err)
{
    if (answer->error[0] != '\0') {
        tell_fault(screening, asked->line, asked->column, answer->error);
        return ENT_OK;
    }
    if (answer->n_entries == 0 && answer->more) {
        tell_fault(screening, asked->line, asked->column,
            "so much is here about it that not all was looked at: entente "
            "search");
    }
    if (answer->n_entries == 0) {
        return ENT_OK;
    }
    if (asked->line != screening->hit_line) {
        screening->hits++;
        screening->hit_line = asked->line;
    }
    if (screening->json) {
        return print_hit(asked, answer, err);
    }
    for (size_t i = 0; i < answer->n_entries; i++) {
        show_hit(asked, answer->entries[i]);
    }
    if (answer->more) {
        printf("line %zu: there may be more entries: entente search\n",
            asked->line);
    }
    return fflush(stdout) == 0
               ? ENT_OK
               : ent_fail(err, ENT_IO, "standard output: %s", strerror(errno));
}

/* Ask for all that was gathered. */
static int
ask(struct cli_screening *screening, struct ent_error *err)
{
    const Entente__V1__ListCheckReply *reply = NULL;
    enum ent_status rc = ENT_OK;
    int code;

    if (screening->count == 0) {
        return EX_OK;
    }
    code = cli_lists_ask(screening->client, screening->passing, screening->list,
        screening->count, &reply, err);
    if (code != EX_OK) {
        ent_error_wrap(err, "%s: from line %zu on nothing was looked up",
            screening->name, screening->terms[0].line);
        return code;
    }
    for (size_t i = 0; rc == ENT_OK && i < screening->count; i++) {
        rc = take_answer(
            screening, &screening->terms[i], reply->answers[i], err);
    }
    screening->count = 0;
    ent_arena_reset(&screening->arena);
    return cli_exit_code(rc);
}

/* ---- lines ---- */

static char *
text_in(struct cli_screening *screening, struct ent_view text)
{
    char *copy = ent_arena_alloc(&screening->arena, text.len + 1);

    if (copy != NULL) {
        memcpy(copy, text.data, text.len);
    }
    return copy;
}

/* NULL, or why it cannot be asked for. */
static const char *
fault_of(const struct cli_screening *screening, const struct cli_csv_row *row,
    size_t column)
{
    struct ent_view value = row->fields[column];
    size_t bad;

    if (value.len > VALUE_MAX || !ent_text_is_valid(value, &bad) ||
        memchr(value.data, '\0', value.len) != NULL) {
        return "is too long, or no text in UTF-8";
    }
    if (screening->columns[column] == ENT_LOOKUP_DOCUMENT &&
        (screening->issuer == 0 || screening->issuer > row->count ||
            row->fields[screening->issuer - 1].len == 0 ||
            row->fields[screening->issuer - 1].len > VALUE_MAX)) {
        return "a document needs its issuer (THA) in a column of that title";
    }
    return NULL;
}

static int
gather(struct cli_screening *screening, const struct cli_csv_row *row,
    size_t column, struct ent_error *err)
{
    struct cli_screening_term *asked = &screening->terms[screening->count];
    enum ent_lookup kind = screening->columns[column];

    entente__v1__lookup_term__init(&asked->term);
    asked->line = row->line;
    asked->column = column + 1;
    asked->term.kind = (char *)(uintptr_t)ent_lookup_name(kind);
    asked->term.value = text_in(screening, row->fields[column]);
    if (kind == ENT_LOOKUP_DOCUMENT) {
        asked->term.of = text_in(screening, row->fields[screening->issuer - 1]);
    }
    if (asked->term.value == NULL || asked->term.of == NULL) {
        (void)ent_fail(err, ENT_NO_MEMORY, "out of memory");
        return EX_OSERR;
    }
    screening->list[screening->count++] = &asked->term;
    return screening->count == CLI_SCREENING_BATCH ? ask(screening, err)
                                                   : EX_OK;
}

static int
take_line(struct cli_screening *screening, const struct cli_csv_row *row,
    struct ent_error *err)
{
    bool asked = false;
    int code = EX_OK;

    screening->lines += !row->rest;
    if (row->fault != NULL) {
        tell_fault(screening, row->line, row->fault_column, row->fault);
        return EX_OK;
    }
    for (size_t i = 0; code == EX_OK && i < row->count; i++) {
        const char *why;

        if (i >= screening->column_count || row->fields[i].len == 0 ||
            screening->columns[i] == ENT_LOOKUP_NONE) {
            continue;
        }
        why = fault_of(screening, row, i);
        if (why != NULL) {
            tell_fault(screening, row->line, i + 1, why);
            continue;
        }
        asked = true;
        code = gather(screening, row, i, err);
    }
    screening->looked_up += asked;
    if (!asked && screening->fault_line != row->line) {
        tell_fault(screening, row->line, 0, "nothing in it is looked up");
    }
    return code;
}

/* At most once a second. */
static void
show_progress(struct cli_screening *screening)
{
    uint64_t now_ms;

    if (!screening->progress || screening->lines % 256 != 0) {
        return;
    }
    now_ms = ent_time_boot_ms();
    if (now_ms - screening->told_ms >= 1000) {
        screening->told_ms = now_ms;
        fprintf(stderr, "%s: %" PRIu64 " lines, %" PRIu64 " hits\n",
            screening->name, screening->lines, screening->hits);
    }
}

int
cli_screening_run(struct cli_screening *screening, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    int code = EX_OK;

    while (code == EX_OK && cli_interrupt_code() == 0) {
        struct cli_csv_row row;

        rc = cli_csv_next(&screening->csv, &row, err);
        if (rc == ENT_BUSY) {
            continue;
        }
        if (rc != ENT_OK) {
            break;
        }
        code = take_line(screening, &row, err);
        show_progress(screening);
    }
    if (code == EX_OK && (rc == ENT_OK || rc == ENT_NOT_FOUND)) {
        code = ask(screening, err);
    }
    if (code != EX_OK) {
        return code;
    }
    return rc != ENT_OK && rc != ENT_NOT_FOUND && rc != ENT_BUSY
               ? cli_exit_code(rc)
               : cli_interrupt_code();
}
