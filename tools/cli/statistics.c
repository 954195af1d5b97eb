/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/statistics.h"

#include <inttypes.h>
#include <string.h>

#include "proto/base/time.h"
#include "tools/cli/canonical.h"
#include "tools/cli/output.h"

#define DAY_MS (UINT64_C(86400) * 1000)
#define DATE_MAX 16
#define MONTH_LEN 7

/* ---- words ---- */

/* A code as people write it, and what it is called above a table. */
struct word {
    const char *word;
    int code;
    const char *title;
};

static const struct word shape_words[] = {
    {"vrs-msrc", ENTENTE__V1__RETURN_SHAPE__VRS_MSRC, "VRS-MSRC"},
    {"dainap", ENTENTE__V1__RETURN_SHAPE__DAINAP, "DAINAP"},
    {"plain", ENTENTE__V1__RETURN_SHAPE__PLAIN_TABLE, "plain table"},
};

static const struct word counted_words[] = {
    {"migrants", ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED, "Migrants smuggled"},
    {"facilitators", ENTENTE__V1__COUNTED__FACILITATORS_MET,
        "Facilitators met"},
    {"arrests", ENTENTE__V1__COUNTED__PERSONS_ARRESTED, "Persons arrested"},
    {"seizures", ENTENTE__V1__COUNTED__SEIZURES_MADE, "Seizures"},
};

/* A dimension: its column, and what a cell has in it. */
struct column {
    const char *word;
    const char *key;
    const char *title;
    const ProtobufCEnumDescriptor *list; /* NULL: a text */
    size_t offset;
};

#define OFFSET(field) offsetof(Entente__V1__StatisticsCell, field)

static const struct column columns[] = {
    {"sex", "sex", "SEX", &entente__v1__sex__descriptor, OFFSET(sex)},
    {"age-band", "age_band", "AGE", NULL, OFFSET(age_band)},
    {"origin", "origin", "ORIGIN", NULL, OFFSET(origin)},
    {"offence", "offence", "OFFENCE", &entente__v1__offence__descriptor,
        OFFSET(offence)},
    {"mode", "mode", "MODE", &entente__v1__transport_mode__descriptor,
        OFFSET(mode)},
    {"route", "route", "ROUTE", NULL, OFFSET(route)},
    {"substance", "substance", "SUBSTANCE", &entente__v1__drug__descriptor,
        OFFSET(substance)},
};

static int
code_of(const struct word *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].code;
        }
    }
    return 0;
}

static const char *
title_of(const struct word *words, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].code == code) {
            return words[i].title;
        }
    }
    return "?";
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

Entente__V1__ReturnShape
cli_shape_parse(const char *word)
{
    return (Entente__V1__ReturnShape)code_of(
        shape_words, COUNT(shape_words), word);
}

Entente__V1__Counted
cli_counted_parse(const char *word)
{
    return (Entente__V1__Counted)code_of(
        counted_words, COUNT(counted_words), word);
}

const char *
cli_shape_words(void)
{
    return "vrs-msrc, dainap, plain";
}

const char *
cli_counted_words(void)
{
    return "migrants, facilitators, arrests, seizures";
}

enum ent_status
cli_dimensions_parse(
    const char *text, unsigned *ret_dimensions, struct ent_error *err)
{
    unsigned dimensions = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        unsigned bit = 0;

        for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
            if (strlen(columns[i].word) == len &&
                memcmp(columns[i].word, text, len) == 0) {
                bit = 2U << i;
            }
        }
        if (bit == 0 || (dimensions & bit) != 0) {
            return ent_fail(err, ENT_BAD_INPUT,
                "there are sex, age-band, origin, offence, mode, route and "
                "substance, each once, with commas between them");
        }
        dimensions |= bit;
        text += len + (text[len] == ',' ? 1 : 0);
    }
    *ret_dimensions = dimensions;
    return ENT_OK;
}

enum ent_status
cli_month_parse(const char *text, uint64_t *ret_from_ms, uint64_t *ret_until_ms,
    struct ent_error *err)
{
    char date[DATE_MAX];
    uint32_t year;
    uint32_t month;
    uint64_t from;

    (void)snprintf(date, sizeof date, "%.*s-01", MONTH_LEN, text);
    if (strlen(text) != MONTH_LEN ||
        ent_date_parse(ent_view_text(date), &from, err) != ENT_OK) {
        return ent_fail(err, ENT_BAD_INPUT, "must be a month, as 2026-01");
    }
    ent_time_month(from, &year, &month);
    (void)snprintf(date, sizeof date, "%04u-%02u-01",
        (unsigned)(month == 12 ? year + 1 : year) % 10000,
        (unsigned)(month % 12 + 1) % 100);
    *ret_from_ms = from;
    return ent_date_parse(ent_view_text(date), ret_until_ms, err);
}

/* ---- cells ---- */

/* One of the tables of a return, its own as well. */
struct table {
    const Entente__V1__Dimension *dimensions;
    size_t dimension_count;
    Entente__V1__StatisticsCell *const *cells;
    size_t cell_count;
};

static size_t
table_count(const Entente__V1__StatisticsReturn *written)
{
    return written->nil ? 0 : written->n_tables + 1;
}

static struct table
table_at(const Entente__V1__StatisticsReturn *written, size_t index)
{
    const Entente__V1__StatisticsTable *table;

    if (index == 0) {
        return (struct table){written->dimensions, written->n_dimensions,
            written->cells, written->n_cells};
    }
    table = written->tables[index - 1];
    return (struct table){
        table->dimensions, table->n_dimensions, table->cells, table->n_cells};
}

static const struct column *
column_of(Entente__V1__Dimension dimension)
{
    return &columns[dimension - 1];
}

/* What the cell has in that column, in the words of the schema. */
static const char *
text_of(const Entente__V1__StatisticsCell *cell, const struct column *column)
{
    const char *at = (const char *)cell + column->offset;
    const ProtobufCEnumValue *value;
    const char *text;
    int code;

    if (column->list == NULL) {
        memcpy(&text, at, sizeof text);
        return text;
    }
    memcpy(&code, at, sizeof code);
    value = protobuf_c_enum_descriptor_get_value(column->list, code);
    return value == NULL ? "" : code == 0 ? "" : value->name;
}

static const char *
unit_of(const Entente__V1__StatisticsAmount *amount)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
        &entente__v1__drug_unit__descriptor, (int)amount->unit);

    return value == NULL ? "" : value->name;
}

static bool
has_amounts(const struct table *table)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        if (table->cells[i]->n_amounts > 0) {
            return true;
        }
    }
    return false;
}

/* ---- for people ---- */

#define AMOUNTS_MAX 256
#define FIELDS_MAX (ENT_DIMENSIONS + 2)

static void
describe_amounts(
    const Entente__V1__StatisticsCell *cell, char out[static AMOUNTS_MAX])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < cell->n_amounts && used < AMOUNTS_MAX; i++) {
        int len = snprintf(out + used, AMOUNTS_MAX - used, "%s%s %s",
            i == 0 ? "" : ", ", cell->amounts[i]->quantity,
            unit_of(cell->amounts[i]));

        used += len > 0 ? (size_t)len : 0;
    }
}

static json_t *
row_of(const struct table *table, const Entente__V1__StatisticsCell *cell)
{
    json_t *row = json_object();
    char text[AMOUNTS_MAX];

    for (size_t i = 0; i < table->dimension_count; i++) {
        const struct column *column = column_of(table->dimensions[i]);

        (void)json_object_set_new(
            row, column->key, json_string(text_of(cell, column)));
    }
    if (cell->suppressed) {
        (void)snprintf(text, sizeof text, "suppressed");
    } else {
        (void)snprintf(text, sizeof text, "%" PRIu64, cell->count);
    }
    (void)json_object_set_new(row, "count", json_string(text));
    describe_amounts(cell, text);
    (void)json_object_set_new(row, "amounts", json_string(text));
    return row;
}

static enum ent_status
print_table(FILE *out, const struct table *table, struct ent_error *err)
{
    struct cli_field fields[FIELDS_MAX] = {{0}};
    json_t *rows = json_array();
    size_t count = 0;
    enum ent_status rc;

    for (size_t i = 0; i < table->dimension_count; i++) {
        const struct column *column = column_of(table->dimensions[i]);

        fields[count++] =
            (struct cli_field){.key = column->key, .title = column->title};
    }
    fields[count++] =
        (struct cli_field){.key = "count", .title = "COUNT", .right = true};
    if (has_amounts(table)) {
        fields[count++] =
            (struct cli_field){.key = "amounts", .title = "AMOUNTS"};
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        if (json_array_append_new(rows, row_of(table, table->cells[i])) != 0) {
            json_decref(rows);
            return ent_fail(err, ENT_NO_MEMORY, "printing a table");
        }
    }
    rc = cli_print_table(out, rows, fields, count, false, err);
    json_decref(rows);
    return rc;
}

static void
print_head(FILE *out, const Entente__V1__StatisticsReturn *written)
{
    char from[ENT_TIME_TEXT_MAX];
    char until[ENT_TIME_TEXT_MAX];

    ent_time_format(ent_message_time_ms(written->period->from), from);
    ent_time_format(
        ent_message_time_ms(written->period->until) - DAY_MS, until);
    fprintf(out, "%s, %.10s to %.10s (%s).\n",
        title_of(counted_words, COUNT(counted_words), (int)written->what), from,
        until, title_of(shape_words, COUNT(shape_words), (int)written->shape));
    if (written->nil) {
        fputs("Nothing of that passed.\n", out);
    } else {
        fprintf(out,
            "Cells of fewer than %" PRIu32
            " are suppressed, and others that would give them away.\n",
            written->threshold);
    }
}

enum ent_status
cli_statistics_print(FILE *out, const Entente__V1__StatisticsReturn *written,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    print_head(out, written);
    for (size_t i = 0; rc == ENT_OK && i < table_count(written); i++) {
        struct table table = table_at(written, i);

        fputs(table.dimension_count == 0 ? "\nIn all\n" : "\n", out);
        rc = print_table(out, &table, err);
    }
    return rc;
}

/* ---- for a spreadsheet ---- */

/* Codes of the catalogue alone: none needs quotes. */
static void
write_line(FILE *out, size_t number, const Entente__V1__StatisticsCell *cell,
    const Entente__V1__StatisticsAmount *amount)
{
    fprintf(out, "%zu", number);
    for (size_t i = 0; i < COUNT(columns); i++) {
        fprintf(out, ",%s", text_of(cell, &columns[i]));
    }
    if (cell->suppressed) {
        fputs(",,true", out);
    } else {
        fprintf(out, ",%" PRIu64 ",false", cell->count);
    }
    fprintf(out, ",%s,%s\r\n", amount == NULL ? "" : amount->quantity,
        amount == NULL ? "" : unit_of(amount));
}

enum ent_status
cli_statistics_csv(FILE *out, const Entente__V1__StatisticsReturn *written,
    struct ent_error *err)
{
    fputs("table", out);
    for (size_t i = 0; i < COUNT(columns); i++) {
        fprintf(out, ",%s", columns[i].key);
    }
    fputs(",count,suppressed,quantity,unit\r\n", out);
    for (size_t i = 0; i < table_count(written); i++) {
        struct table table = table_at(written, i);

        for (size_t k = 0; k < table.cell_count; k++) {
            const Entente__V1__StatisticsCell *cell = table.cells[k];

            if (cell->n_amounts == 0) {
                write_line(out, i + 1, cell, NULL);
            }
            for (size_t n = 0; n < cell->n_amounts; n++) {
                write_line(out, i + 1, cell, cell->amounts[n]);
            }
        }
    }
    return fflush(out) == 0 ? ENT_OK
                            : ent_fail(err, ENT_IO, "writing the table");
}

/* ---- to be sent ---- */

enum ent_status
cli_statistics_message(FILE *out, Entente__V1__StatisticsReturn *written,
    const char *role, struct ent_error *err)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;

    message.mode = ENTENTE__V1__MODE__ACTUAL;
    message.action = ENTENTE__V1__ACTION__NEW;
    message.purpose = ENTENTE__V1__PURPOSE__STATISTICS;
    message.author_role = (char *)(uintptr_t)role;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_STATISTICS_RETURN;
    message.statistics_return = written;
    return cli_print_canonical(out, &message.base, err);
}
