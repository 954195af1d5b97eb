/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/seizure.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/decimal.h"

#define TEXT_MAX 1200 /* bytes of a field */
#define DAY_MS (UINT64_C(86400) * 1000)

enum column {
    REGION = 1,
    SUBREGION,
    COUNTRY,
    ADMINISTRATIVE_DIVISION,
    PLACE,
    SEIZURE_DATE,
    DRUG_NAME,
    AMOUNT,
    DRUG_UNIT,
    HIDING_PLACE,
    INSTALLATION,
    TRANSPORT,
    PRODUCING_COUNTRY,
    DEPARTURE_COUNTRY,
    DESTINATION_COUNTRY,
    ROUTING,
};

static const char *const columns[CLI_SEIZURE_COLUMNS] = {"REGION", "SUBREGION",
    "COUNTRY", "ADMINISTRATIVE_DIVISION", "PLACE", "SEIZURE_DATE", "DRUG_NAME",
    "AMOUNT", "DRUG_UNIT", "HIDING_PLACE", "INSTALLATION", "TRANSPORT",
    "PRODUCING_COUNTRY", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY", "ROUTING"};

/* One row on its way. The first that fails sets `rc`, and all after it does
 * nothing. */
struct mapping {
    const struct cli_csv_row *row;
    const struct cli_drugcodes *codes;
    struct ent_arena *arena;
    struct cli_seizure_fault *fault;
    uint64_t now_ms;
    char *texts[CLI_SEIZURE_COLUMNS + 1]; /* by column; "": empty */
    enum ent_status rc;
};

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

/* ---- parts ---- */

static void reject(struct mapping *m, size_t column, const char *format, ...)
    ENT_PRINTF(3, 4);

static void
reject(struct mapping *m, size_t column, const char *format, ...)
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

static void *
room(struct mapping *m, size_t len)
{
    void *block = m->rc == ENT_OK ? ent_arena_alloc(m->arena, len) : NULL;

    if (block == NULL && m->rc == ENT_OK) {
        m->rc = ENT_NO_MEMORY;
    }
    return block;
}

static char *
copy(struct mapping *m, const void *data, size_t len)
{
    char *text = room(m, len + 1);

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
copy_normal(struct mapping *m, struct ent_view text)
{
    size_t len = 0;
    uint8_t *normal =
        u8_normalize(UNINORM_NFC, text.data, text.len, NULL, &len);
    char *out = NULL;

    if (normal == NULL) {
        m->rc = ENT_NO_MEMORY;
        return NULL;
    }
    out = copy(m, normal, len);
    free(normal);
    return out;
}

static void
take_text(struct mapping *m, size_t column)
{
    struct ent_view text = trimmed(m->row->fields[column - 1]);
    size_t bad;

    if (text.len > TEXT_MAX) {
        reject(m, column, "is longer than %d bytes", TEXT_MAX);
    } else if (text.len == 0) {
        static char none[1];

        m->texts[column] = none;
    } else if (is_ascii(text)) {
        m->texts[column] = copy(m, text.data, text.len);
    } else if (memchr(text.data, '\0', text.len) != NULL) {
        reject(m, column, "holds NUL");
    } else if (!ent_text_is_valid(text, &bad)) {
        reject(m, column, "is not UTF-8 at its byte %zu", bad + 1);
    } else if (!ent_text_is_one_line(text)) {
        reject(m, column, "holds a line break or another control character");
    } else {
        m->texts[column] = copy_normal(m, text);
    }
}

static const struct cli_drugcode *
code_of(const struct mapping *m, enum cli_drugcodes_part part, size_t column)
{
    return cli_drugcodes_find(m->codes, part, "", m->texts[column]);
}

/* ---- what is coded ---- */

static Entente__V1__Location *
location(struct mapping *m)
{
    Entente__V1__Location *place = room(m, sizeof *place);

    if (place != NULL) {
        entente__v1__location__init(place);
    }
    return place;
}

/* Where: state and place coded, the rest as reported. */
static Entente__V1__Location *
place_of(struct mapping *m)
{
    const struct cli_drugcode *country = code_of(m, CLI_CODES_COUNTRY, COUNTRY);
    const struct cli_drugcode *code;
    Entente__V1__Location *place = location(m);

    if (country == NULL) {
        reject(m, COUNTRY,
            *m->texts[COUNTRY] == '\0'
                ? "no country is given%s"
                : "'%s' is no country in the table of codes",
            m->texts[COUNTRY]);
        return NULL;
    }
    if (place == NULL) {
        return NULL;
    }
    place->country = (char *)(uintptr_t)country->text;
    place->subdivision = m->texts[ADMINISTRATIVE_DIVISION];
    place->place = m->texts[PLACE];
    code = cli_drugcodes_find(
        m->codes, CLI_CODES_PLACE, country->text, m->texts[PLACE]);
    if (code != NULL) {
        place->unlocode = (char *)(uintptr_t)code->text;
    }
    return place;
}

static Google__Protobuf__Timestamp *
time_of(struct mapping *m, uint64_t ms)
{
    Google__Protobuf__Timestamp *time = room(m, sizeof *time);

    if (time != NULL) {
        google__protobuf__timestamp__init(time);
        time->seconds = (int64_t)(ms / 1000);
    }
    return time;
}

static Google__Protobuf__Timestamp *
day_of(struct mapping *m)
{
    const char *text = m->texts[SEIZURE_DATE];
    struct ent_error why;
    uint64_t ms = 0;

    if (ent_date_parse(ent_view_text(text), &ms, &why) != ENT_OK) {
        reject(m, SEIZURE_DATE, "'%s' is no date like 2013-11-22", text);
    } else if (ms > m->now_ms) {
        reject(m, SEIZURE_DATE, "'%s' is in the future", text);
    }
    return time_of(m, ms);
}

/* Amount and unit, coded and as reported. */
static void
take_amount(struct mapping *m, Entente__V1__SeizedDrug *drug)
{
    const struct cli_drugcode *unit = code_of(m, CLI_CODES_UNIT, DRUG_UNIT);
    char plain[CLI_DECIMAL_TEXT_MAX];

    drug->quantity_as_reported = m->texts[AMOUNT];
    drug->unit_as_reported = m->texts[DRUG_UNIT];
    if (*m->texts[AMOUNT] == '\0') {
        reject(m, AMOUNT, "no amount is given");
    } else if (*m->texts[DRUG_UNIT] == '\0') {
        reject(m, DRUG_UNIT, "no unit is given");
    } else if (unit == NULL) {
        reject(m, DRUG_UNIT, "'%s' is no unit in the table of codes",
            m->texts[DRUG_UNIT]);
    } else if (!cli_decimal_multiply(m->texts[AMOUNT], unit->text, plain)) {
        reject(m, AMOUNT,
            "'%s' is no number above 0 with at most 18 digits before and "
            "behind its point",
            m->texts[AMOUNT]);
    } else {
        drug->quantity = copy(m, plain, strlen(plain));
        drug->unit = (Entente__V1__DrugUnit)unit->number;
    }
}

static Entente__V1__SeizedDrug **
items_of(struct mapping *m)
{
    const struct cli_drugcode *code = code_of(m, CLI_CODES_DRUG, DRUG_NAME);
    Entente__V1__SeizedDrug *drug = room(m, sizeof *drug);
    Entente__V1__SeizedDrug **items = room(m, sizeof *items);

    if (code == NULL) {
        reject(m, DRUG_NAME,
            *m->texts[DRUG_NAME] == '\0'
                ? "no drug is given%s"
                : "'%s' is no drug in the table of codes",
            m->texts[DRUG_NAME]);
    }
    if (m->rc != ENT_OK) {
        return NULL;
    }
    entente__v1__seized_drug__init(drug);
    drug->drug = (Entente__V1__Drug)code->number;
    drug->drug_as_reported = m->texts[DRUG_NAME];
    take_amount(m, drug);
    items[0] = drug;
    return items;
}

/* ---- what is besides ---- */

/* A country as code, where it is one, and as reported. */
static Entente__V1__Location *
country_of(struct mapping *m, size_t column)
{
    const struct cli_drugcode *code = code_of(m, CLI_CODES_COUNTRY, column);
    Entente__V1__Location *place;

    if (*m->texts[column] == '\0') {
        return NULL;
    }
    place = location(m);
    if (place != NULL) {
        place->place = m->texts[column];
    }
    if (place != NULL && code != NULL) {
        place->country = (char *)(uintptr_t)code->text;
    }
    return place;
}

static void
take_installation(struct mapping *m, Entente__V1__DrugSeizure *seizure)
{
    const struct cli_drugcode *code =
        code_of(m, CLI_CODES_INSTALLATION, INSTALLATION);

    if (*m->texts[INSTALLATION] != '\0') {
        seizure->installation_as_reported = m->texts[INSTALLATION];
        seizure->installation = code == NULL
                                    ? ENTENTE__V1__INSTALLATION__AT_OTHER_PLACE
                                    : (Entente__V1__Installation)code->number;
    }
}

static void
add_caveat(
    struct mapping *m, ent_message *message, const char *what, const char *text)
{
    size_t size = strlen(what) + strlen(text) + 3;
    char *caveat = room(m, size);

    if (caveat != NULL) {
        (void)snprintf(caveat, size, "%s: %s", what, text);
        message->caveats[message->n_caveats++] = caveat;
    }
}

/* The mode; a word without a code and the routing go along as caveats. */
static void
take_transport(
    struct mapping *m, ent_message *message, Entente__V1__DrugSeizure *seizure)
{
    const struct cli_drugcode *code =
        code_of(m, CLI_CODES_TRANSPORT, TRANSPORT);

    message->caveats = room(m, 2 * sizeof *message->caveats);
    if (code != NULL) {
        seizure->mode = (Entente__V1__TransportMode)code->number;
    } else if (*m->texts[TRANSPORT] != '\0') {
        add_caveat(m, message, "transport as reported", m->texts[TRANSPORT]);
    }
    if (*m->texts[ROUTING] != '\0') {
        add_caveat(m, message, "routing as reported", m->texts[ROUTING]);
    }
}

/* One number for all that is ever written about this row of this file, and for
 * no other: "KR:SEIZURE:2013-" and a digest of the row and its line. */
static char *
incident_of(struct mapping *m, const char *country)
{
    uint8_t digest[16], line[8];
    char hex[2 * sizeof digest + 1];
    char text[64];
    crypto_generichash_state state;

    ent_put_be(line, m->row->line, sizeof line);
    (void)crypto_generichash_init(&state, NULL, 0, sizeof digest);
    (void)crypto_generichash_update(&state, line, sizeof line);
    (void)crypto_generichash_update(&state, m->row->raw.data, m->row->raw.len);
    (void)crypto_generichash_final(&state, digest, sizeof digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    (void)snprintf(text, sizeof text, "%s:SEIZURE:%.4s-%.16s", country,
        m->texts[SEIZURE_DATE], hex);
    return copy(m, text, strlen(text));
}

/* ---- all of it ---- */

static Entente__V1__DrugSeizure *
seizure_of(struct mapping *m, ent_message *message)
{
    Entente__V1__DrugSeizure *seizure = room(m, sizeof *seizure);

    if (seizure == NULL) {
        return NULL;
    }
    entente__v1__drug_seizure__init(seizure);
    seizure->place = place_of(m);
    seizure->seized_at = day_of(m);
    seizure->date_only = true;
    seizure->items = items_of(m);
    seizure->n_items = 1;
    take_installation(m, seizure);
    take_transport(m, message, seizure);
    seizure->concealment = m->texts[HIDING_PLACE];
    seizure->produced_in = country_of(m, PRODUCING_COUNTRY);
    seizure->departure = country_of(m, DEPARTURE_COUNTRY);
    seizure->destination = country_of(m, DESTINATION_COUNTRY);
    return seizure;
}

static ent_message *
message_of(struct mapping *m)
{
    ent_message *message = room(m, sizeof *message);

    if (message == NULL) {
        return NULL;
    }
    entente__v1__message__init(message);
    message->mode = ENTENTE__V1__MODE__ACTUAL;
    message->purpose = ENTENTE__V1__PURPOSE__STATISTICS;
    message->offence = ENTENTE__V1__OFFENCE__DRUGS;
    message->classification = ENTENTE__V1__CLASSIFICATION__OFFICIAL;
    message->body_case = ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE;
    message->drug_seizure = seizure_of(m, message);
    if (m->rc == ENT_OK) {
        message->incident_id =
            incident_of(m, message->drug_seizure->place->country);
    }
    return message;
}

/* By the catalogue's rules, as it will be when the node has completed it. */
static void
validate(struct mapping *m, ent_message *message)
{
    static char id[] = "01890000-0000-7000-8000-000000000000";
    static char here[] = "ncc@th";
    static char there[] = "ncc@kh";
    static struct ent_findings findings;
    ent_message complete = *message;
    struct ent_error why = {0};

    complete.id = id;
    complete.from = here;
    complete.to = there;
    complete.schema_version = 1;
    complete.valid_until = time_of(m, m->now_ms + DAY_MS);
    complete.created_at = time_of(m, m->now_ms);
    complete.precedence = ENTENTE__V1__PRECEDENCE__PRIORITY;
    findings.count = findings.dropped = 0;
    if (m->rc == ENT_OK &&
        ent_message_validate(&complete, &findings, &why) != ENT_OK) {
        reject(m, 0, "%s", why.text);
    }
}

static void
take_row(struct mapping *m, bool reasoned)
{
    size_t want = CLI_SEIZURE_COLUMNS + reasoned;

    if (m->row->fault != NULL) {
        reject(m, m->row->fault_column, "%s", m->row->fault);
    } else if (m->row->count != want) {
        reject(
            m, 0, "the row has %zu fields instead of %zu", m->row->count, want);
    }
    for (size_t i = 1; m->rc == ENT_OK && i <= CLI_SEIZURE_COLUMNS; i++) {
        take_text(m, i);
    }
}

enum ent_status
cli_seizure_of(const struct cli_csv_row *row, bool reasoned,
    const struct cli_drugcodes *codes, uint64_t now_ms, struct ent_arena *arena,
    ent_message **ret_message, struct cli_seizure_fault *fault,
    struct ent_error *err)
{
    struct mapping m = {.row = row,
        .codes = codes,
        .arena = arena,
        .fault = fault,
        .now_ms = now_ms};
    ent_message *message = NULL;

    take_row(&m, reasoned);
    if (m.rc == ENT_OK) {
        message = message_of(&m);
    }
    if (m.rc == ENT_OK) {
        validate(&m, message);
    }
    if (m.rc == ENT_BAD_INPUT) {
        return ent_fail(err, m.rc, "%s", fault->reason);
    }
    if (m.rc != ENT_OK) {
        return ent_fail(err, m.rc, "reading a row");
    }
    *ret_message = message;
    return ENT_OK;
}
