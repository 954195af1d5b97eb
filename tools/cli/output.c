/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/output.h"

#include <assert.h>
#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "tools/cli/columns.h"
#include "tools/cli/paragraph.h"

#define COMPLAINT_MAX 1024
#define WIDTH_DEFAULT 80

bool
cli_is_colourful(FILE *out)
{
    return isatty(fileno(out)) && getenv("NO_COLOR") == NULL;
}

size_t
cli_width(FILE *out)
{
    struct winsize size = {0};

    if (!isatty(fileno(out))) {
        return 0;
    }
    if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return WIDTH_DEFAULT;
    }
    return size.ws_col;
}

/* Text of values */

/* A list of texts as one, for a cell: "H1, H2". NULL: no memory. */
static char *
join(const json_t *list)
{
    char *joined = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&joined, &len);
    const json_t *item;
    size_t i;

    if (out == NULL) {
        return NULL;
    }
    json_array_foreach(list, i, item)
    {
        fprintf(out, "%s%s", i == 0 ? "" : ", ",
            json_is_string(item) ? json_string_value(item) : "...");
    }
    return fclose(out) == 0 ? joined : NULL;
}

static char *
format_integer(json_int_t value)
{
    char *text = NULL;

    return asprintf(&text, "%" JSON_INTEGER_FORMAT, value) < 0 ? NULL : text;
}

char *
cli_text_of(const json_t *value)
{
    char *list;
    char *text;

    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_STRING:
        return ent_text_neutral(
            ent_view_of(json_string_value(value), json_string_length(value)),
            false);
    case JSON_INTEGER:
        return format_integer(json_integer_value(value));
    case JSON_TRUE:
        return strdup("yes");
    case JSON_FALSE:
        return strdup("no");
    case JSON_ARRAY:
        list = join(value);
        text =
            list == NULL ? NULL : ent_text_neutral(ent_view_text(list), false);
        free(list);
        return text;
    case JSON_REAL:
    case JSON_OBJECT: /* for --json only */
    case JSON_NULL:
        break;
    }
    return strdup("");
}

json_t *
cli_json_text(struct ent_view text)
{
    char *visible;
    json_t *value;

    if (ent_text_is_valid(text, NULL)) {
        return json_stringn((const char *)text.data, text.len);
    }
    visible = ent_text_neutral(text, true);
    value = visible == NULL ? NULL : json_string(visible);
    free(visible);
    return value;
}

/* For programs */

/* On a terminal everything beyond ASCII is escaped: JSON itself lets through
 * what turns the direction of writing. */
static enum ent_status
dump(FILE *out, const json_t *value, size_t flags, struct ent_error *err)
{
    if (isatty(fileno(out))) {
        flags |= JSON_ENSURE_ASCII;
    }
    if (json_dumpf(value, out, flags | JSON_ENCODE_ANY) != 0 ||
        fputc('\n', out) == EOF) {
        return ent_fail(err, ENT_IO, "writing: %s", strerror(errno));
    }
    return ENT_OK;
}

enum ent_status
cli_print_json(FILE *out, const json_t *value, struct ent_error *err)
{
    enum ent_status rc;

    rc = dump(out, value, JSON_COMPACT, err);
    if (rc == ENT_OK && fflush(out) != 0) {
        rc = ent_fail(err, ENT_IO, "writing: %s", strerror(errno));
    }
    return rc;
}

/* For people: tables */

static void
unref_table(struct libscols_table **table)
{
    scols_unref_table(*table); /* NULL is fine */
}

static int
add_columns(struct libscols_table *table, const struct cli_field *fields,
    size_t count, size_t width)
{
    for (size_t i = 0; i < count; i++) {
        int flags =
            (fields[i].right ? SCOLS_FL_RIGHT : 0) |
            (fields[i].wrap ? SCOLS_FL_WRAP : 0) |
            (cli_column_is_shown(&fields[i], width) ? 0 : SCOLS_FL_HIDDEN);
        struct libscols_column *column =
            scols_table_new_column(table, fields[i].title, 0, flags);

        if (column == NULL ||
            (fields[i].wrap &&
                (scols_column_set_safechars(column, "\n") != 0 ||
                    scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
                        scols_wrapnl_nextchunk, NULL) != 0))) {
            return -1;
        }
    }
    return 0;
}

static int
add_cell(struct libscols_line *line, size_t column,
    const struct cli_field *field, size_t room, const json_t *row)
{
    char *text = cli_text_of(json_object_get(row, field->key));
    const char *colour = NULL;
    int rc = -1;

    if (text != NULL && room > 0) {
        char *folded = cli_paragraph_folded(ent_view_text(text), room);

        free(text);
        text = folded;
    }
    if (text != NULL) {
        if (field->colour != NULL) {
            colour = field->colour(text);
        }
        rc = scols_line_set_data(line, column, text);
    }
    if (rc == 0 && colour != NULL) {
        rc = scols_cell_set_color(scols_line_get_cell(line, column), colour);
    }
    free(text);
    return rc;
}

static int
add_rows(struct libscols_table *table, const json_t *rows,
    const struct cli_field *fields, size_t count, size_t width)
{
    size_t rooms[CLI_COLUMNS_MAX];
    const json_t *row;
    size_t number;

    cli_columns_share(rows, fields, count, width, rooms);
    json_array_foreach(rows, number, row)
    {
        struct libscols_line *line = scols_table_new_line(table, NULL);

        if (line == NULL) {
            return -1;
        }
        for (size_t i = 0; i < count; i++) {
            if (add_cell(line, i, &fields[i], rooms[i], row) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

enum ent_status
cli_print_table(FILE *out, const json_t *rows, const struct cli_field *fields,
    size_t count, bool json, struct ent_error *err)
{
    ENT_AUTO(unref_table) struct libscols_table *table = NULL;

    assert(json_is_array(rows));

    if (json) {
        return dump(out, rows, JSON_INDENT(2), err);
    }
    table = scols_new_table();
    if (table == NULL ||
        add_columns(table, fields, count, cli_width(out)) != 0 ||
        add_rows(table, rows, fields, count, cli_width(out)) != 0) {
        return ent_fail(err, ENT_NO_MEMORY, "making a table");
    }
    scols_table_set_stream(table, out);
    scols_table_enable_colors(table, cli_is_colourful(out));
    if (!isatty(fileno(out))) {
        scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
    }
    if (scols_print_table(table) != 0) {
        return ent_fail(err, ENT_IO, "writing: %s", strerror(errno));
    }
    return ENT_OK;
}

/* For people: records */

static size_t
longest_title(
    const json_t *object, const struct cli_field *fields, size_t count)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(fields[i].title);

        if (json_object_get(object, fields[i].key) != NULL && len > longest) {
            longest = len;
        }
    }
    return longest;
}

static enum ent_status
print_field(FILE *out, const struct cli_field *field, const json_t *value,
    size_t width, struct ent_error *err)
{
    char *text = cli_text_of(value);
    const char *colour = NULL;
    int written;

    if (text == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing '%s'", field->title);
    }
    if (field->colour != NULL && cli_is_colourful(out)) {
        colour = field->colour(text);
    }
    written = fprintf(out, "%s:%*s %s%s%s\n", field->title,
        (int)(width - strlen(field->title)), "", colour == NULL ? "" : colour,
        text, colour == NULL ? "" : CLI_PLAIN);
    free(text);
    return written < 0 ? ent_fail(err, ENT_IO, "writing: %s", strerror(errno))
                       : ENT_OK;
}

enum ent_status
cli_print_record(FILE *out, const json_t *object,
    const struct cli_field *fields, size_t count, bool json,
    struct ent_error *err)
{
    size_t width;

    assert(json_is_object(object));

    if (json) {
        return dump(out, object, JSON_INDENT(2), err);
    }
    width = longest_title(object, fields, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, fields[i].key);
        enum ent_status rc;

        if (value == NULL) {
            continue;
        }
        rc = print_field(out, &fields[i], value, width, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

/* Failures */

void
cli_complain(const char *format, ...)
{
    char rough[COMPLAINT_MAX];
    char *text;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(rough, sizeof rough, format, args);
    va_end(args);
    text = ent_text_neutral(ent_view_text(rough), true);
    fprintf(stderr, "entente: %s\n", text == NULL ? "out of memory" : text);
    free(text);
}

int
cli_exit_code(enum ent_status status)
{
    switch (status) {
    case ENT_OK:
        return EX_OK;
    case ENT_NO_MEMORY:
        return EX_OSERR;
    case ENT_BAD_INPUT:
    case ENT_EXPIRED:
        return EX_DATAERR;
    case ENT_REJECTED:
    case ENT_DENIED:
        return EX_NOPERM;
    case ENT_NOT_FOUND:
        return EX_NOINPUT;
    case ENT_EXISTS:
        return EX_CANTCREAT;
    case ENT_BUSY:
    case ENT_FULL:
        return EX_TEMPFAIL;
    case ENT_UNSUPPORTED:
        return EX_UNAVAILABLE;
    case ENT_IO:
        return EX_IOERR;
    }
    return EX_SOFTWARE;
}

int
cli_fail(enum ent_status status, const struct ent_error *err)
{
    cli_complain("%s", err->text);
    return cli_exit_code(status);
}

static error_t
parse_json_option(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key != 'j') {
        return ARGP_ERR_UNKNOWN;
    }
    *(bool *)state->input = true;
    return 0;
}

static const struct argp_option json_options[] = {
    {"json", 'j', NULL, 0, "Print JSON, for programs", 0},
    {0},
};

const struct argp cli_json_argp = {
    .options = json_options, .parser = parse_json_option};
