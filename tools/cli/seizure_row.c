/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "proto/base/text.h"
#include "tools/cli/seizure_internal.h"

#define TEXT_MAX 1200 /* bytes of a field */

static const char *const columns[CLI_SEIZURE_COLUMNS] = {"REGION", "SUBREGION",
    "COUNTRY", "ADMINISTRATIVE_DIVISION", "PLACE", "SEIZURE_DATE", "DRUG_NAME",
    "AMOUNT", "DRUG_UNIT", "HIDING_PLACE", "INSTALLATION", "TRANSPORT",
    "PRODUCING_COUNTRY", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY", "ROUTING"};

const char *
cli_seizure_column(size_t column)
{
    return column >= 1 && column <= CLI_SEIZURE_COLUMNS ? columns[column - 1]
                                                        : "";
}

/* ---- the first line ---- */

enum ent_status
cli_seizure_heads(
    const struct cli_csv_row *row, bool *ret_reasoned, struct ent_error *err)
{
    *ret_reasoned = row->fault == NULL &&
                    row->count == CLI_SEIZURE_COLUMNS + 1 &&
                    ent_view_equal(row->fields[CLI_SEIZURE_COLUMNS],
                        ent_view_text(CLI_SEIZURE_REASON));
    if (row->fault != NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "line %zu, column %zu %s",
            row->line, row->fault_column, row->fault);
    }
    for (size_t i = 0; i < CLI_SEIZURE_COLUMNS; i++) {
        if (i >= row->count ||
            !ent_view_equal(row->fields[i], ent_view_text(columns[i]))) {
            return ent_fail(err, ENT_BAD_INPUT,
                "line %zu: column %zu of the first line must be %s, as in "
                "UNODC's Individual Drug Seizures",
                row->line, i + 1, columns[i]);
        }
    }
    if (row->count > CLI_SEIZURE_COLUMNS && !*ret_reasoned) {
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: the first line must end with %s", row->line,
            columns[CLI_SEIZURE_COLUMNS - 1]);
    }
    return ENT_OK;
}

/* ---- which row it is ---- */

struct cli_origin
cli_seizure_origin_of(const struct cli_csv_row *row, bool reasoned)
{
    struct cli_origin origin = {.line = row->line, .raw = row->raw};

    if (reasoned && row->count == CLI_SEIZURE_COLUMNS + 1) {
        origin.raw.len = row->last - 1; /* without its comma */
        cli_origin_take_reason(&origin, row->fields[CLI_SEIZURE_COLUMNS]);
    }
    return origin;
}

/* ---- parts ---- */

void
cli_mapping_reject(
    struct cli_mapping *m, size_t column, const char *format, ...)
{
    va_list args;

    if (m->rc != ENT_OK) {
        return;
    }
    m->rc = ENT_BAD_INPUT;
    m->fault->column = column;
    va_start(args, format);
    (void)vsnprintf(m->fault->reason, sizeof m->fault->reason, format, args);
    va_end(args);
}

void *
cli_mapping_room(struct cli_mapping *m, size_t len)
{
    void *block = m->rc == ENT_OK ? ent_arena_alloc(m->arena, len) : NULL;

    if (block == NULL && m->rc == ENT_OK) {
        m->rc = ENT_NO_MEMORY;
    }
    return block;
}

char *
cli_mapping_copy(struct cli_mapping *m, const void *data, size_t len)
{
    char *text = cli_mapping_room(m, len + 1);

    if (text != NULL && len > 0) {
        memcpy(text, data, len);
    }
    return text;
}

static struct ent_view
trimmed(struct ent_view field)
{
    static const char blank[] = " \t\r\n";

    while (field.len > 0 && field.data[0] != '\0' &&
           strchr(blank, field.data[0]) != NULL) {
        field.data++;
        field.len--;
    }
    while (field.len > 0 && field.data[field.len - 1] != '\0' &&
           strchr(blank, field.data[field.len - 1]) != NULL) {
        field.len--;
    }
    return field;
}

static bool
is_ascii(struct ent_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

/* In Unicode's form C. */
static char *
copy_normal(struct cli_mapping *m, struct ent_view text)
{
    size_t len = 0;
    uint8_t *normal =
        u8_normalize(UNINORM_NFC, text.data, text.len, NULL, &len);
    char *out = NULL;

    if (normal == NULL) {
        m->rc = ENT_NO_MEMORY;
        return NULL;
    }
    out = cli_mapping_copy(m, normal, len);
    free(normal);
    return out;
}

static void
take_text(struct cli_mapping *m, size_t column)
{
    struct ent_view text = trimmed(m->row->fields[column - 1]);
    size_t bad;

    if (text.len > TEXT_MAX) {
        cli_mapping_reject(m, column, "is longer than %d bytes", TEXT_MAX);
    } else if (text.len == 0) {
        static char none[1];

        m->texts[column] = none;
    } else if (is_ascii(text)) {
        m->texts[column] = cli_mapping_copy(m, text.data, text.len);
    } else if (memchr(text.data, '\0', text.len) != NULL) {
        cli_mapping_reject(m, column, "holds NUL");
    } else if (!ent_text_is_valid(text, &bad)) {
        cli_mapping_reject(m, column, "is not UTF-8 at its byte %zu", bad + 1);
    } else if (!ent_text_is_one_line(text)) {
        cli_mapping_reject(
            m, column, "holds a line break or another control character");
    } else {
        m->texts[column] = copy_normal(m, text);
    }
}

void
cli_mapping_read(struct cli_mapping *m, bool reasoned)
{
    size_t want = CLI_SEIZURE_COLUMNS + reasoned;

    if (m->row->fault != NULL) {
        cli_mapping_reject(m, m->row->fault_column, "%s", m->row->fault);
    } else if (m->row->count != want) {
        cli_mapping_reject(
            m, 0, "the row has %zu fields instead of %zu", m->row->count, want);
    }
    for (size_t i = 1; m->rc == ENT_OK && i <= CLI_SEIZURE_COLUMNS; i++) {
        take_text(m, i);
    }
}
