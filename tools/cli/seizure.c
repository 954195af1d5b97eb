/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/seizure.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "tools/cli/decimal.h"
#include "tools/cli/draft.h"
#include "tools/cli/seizure_internal.h"

static const struct cli_drugcode *
code_of(
    const struct cli_mapping *m, enum cli_drugcodes_part part, size_t column)
{
    return cli_drugcodes_find(m->codes, part, "", m->texts[column]);
}

/* ---- what is coded ---- */

static Entente__V1__Location *
location(struct cli_mapping *m)
{
    Entente__V1__Location *place = cli_mapping_room(m, sizeof *place);

    if (place != NULL) {
        entente__v1__location__init(place);
    }
    return place;
}

/* Where: state and place coded, the rest as reported. */
static Entente__V1__Location *
place_of(struct cli_mapping *m)
{
    const struct cli_drugcode *country = code_of(m, CLI_CODES_COUNTRY, COUNTRY);
    const struct cli_drugcode *code;
    Entente__V1__Location *place = location(m);

    if (country == NULL) {
        cli_mapping_reject(m, COUNTRY,
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
time_of(struct cli_mapping *m, uint64_t ms)
{
    Google__Protobuf__Timestamp *time = cli_mapping_room(m, sizeof *time);

    if (time != NULL) {
        google__protobuf__timestamp__init(time);
        time->seconds = (int64_t)(ms / 1000);
    }
    return time;
}

static Google__Protobuf__Timestamp *
day_of(struct cli_mapping *m)
{
    const char *text = m->texts[SEIZURE_DATE];
    struct ent_error why;
    uint64_t ms = 0;

    if (ent_date_parse(ent_view_text(text), &ms, &why) != ENT_OK) {
        cli_mapping_reject(
            m, SEIZURE_DATE, "'%s' is no date like 2013-11-22", text);
    } else if (ms > m->now_ms) {
        cli_mapping_reject(m, SEIZURE_DATE, "'%s' is in the future", text);
    }
    return time_of(m, ms);
}

/* Amount and unit, coded and as reported. */
static void
take_amount(struct cli_mapping *m, Entente__V1__SeizedDrug *drug)
{
    const struct cli_drugcode *unit = code_of(m, CLI_CODES_UNIT, DRUG_UNIT);
    char plain[CLI_DECIMAL_TEXT_MAX];

    drug->quantity_as_reported = m->texts[AMOUNT];
    drug->unit_as_reported = m->texts[DRUG_UNIT];
    if (*m->texts[AMOUNT] == '\0') {
        cli_mapping_reject(m, AMOUNT, "no amount is given");
    } else if (*m->texts[DRUG_UNIT] == '\0') {
        cli_mapping_reject(m, DRUG_UNIT, "no unit is given");
    } else if (unit == NULL) {
        cli_mapping_reject(m, DRUG_UNIT,
            "'%s' is no unit in the table of codes", m->texts[DRUG_UNIT]);
    } else if (!cli_decimal_multiply(m->texts[AMOUNT], unit->text, plain)) {
        cli_mapping_reject(m, AMOUNT,
            "'%s' is no number above 0 with at most 18 digits before and "
            "behind its point",
            m->texts[AMOUNT]);
    } else {
        drug->quantity = cli_mapping_copy(m, plain, strlen(plain));
        drug->unit = (Entente__V1__DrugUnit)unit->number;
    }
}

static Entente__V1__SeizedDrug **
items_of(struct cli_mapping *m)
{
    const struct cli_drugcode *code = code_of(m, CLI_CODES_DRUG, DRUG_NAME);
    Entente__V1__SeizedDrug *drug = cli_mapping_room(m, sizeof *drug);
    Entente__V1__SeizedDrug **items = cli_mapping_room(m, sizeof *items);

    if (code == NULL) {
        cli_mapping_reject(m, DRUG_NAME,
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
country_of(struct cli_mapping *m, size_t column)
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
take_installation(struct cli_mapping *m, Entente__V1__DrugSeizure *seizure)
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
add_caveat(struct cli_mapping *m, ent_message *message, const char *what,
    const char *text)
{
    size_t size = strlen(what) + strlen(text) + 3;
    char *caveat = cli_mapping_room(m, size);

    if (caveat != NULL) {
        (void)snprintf(caveat, size, "%s: %s", what, text);
        message->caveats[message->n_caveats++] = caveat;
    }
}

/* The mode; a word without a code and the routing go along as caveats. */
static void
take_transport(struct cli_mapping *m, ent_message *message,
    Entente__V1__DrugSeizure *seizure)
{
    const struct cli_drugcode *code =
        code_of(m, CLI_CODES_TRANSPORT, TRANSPORT);

    message->caveats = cli_mapping_room(m, 2 * sizeof *message->caveats);
    if (code != NULL) {
        seizure->mode = (Entente__V1__TransportMode)code->number;
    } else if (*m->texts[TRANSPORT] != '\0') {
        add_caveat(m, message, "transport as reported", m->texts[TRANSPORT]);
    }
    if (*m->texts[ROUTING] != '\0') {
        add_caveat(m, message, "routing as reported", m->texts[ROUTING]);
    }
}

/* ---- which one it is ---- */

/* Of a row and the line where it first stood: the same row of the same file is
 * the same seizure, and so it is when it comes from its rejects. */
struct identity {
    uint8_t digest[16];
};

static struct identity
identity_of(const struct cli_mapping *m, const struct cli_origin *origin)
{
    struct identity identity;
    crypto_generichash_state state;
    uint8_t line[8];

    ent_put_be(line, origin->line, sizeof line);
    (void)crypto_generichash_init(&state, NULL, 0, sizeof identity.digest);
    (void)crypto_generichash_update(&state, line, sizeof line);
    for (size_t i = 1; i <= CLI_SEIZURE_COLUMNS; i++) {
        (void)crypto_generichash_update(&state, (const uint8_t *)m->texts[i],
            strlen(m->texts[i]) + 1); /* with its NUL, which parts them */
    }
    (void)crypto_generichash_final(
        &state, identity.digest, sizeof identity.digest);
    return identity;
}

/* One number for all that is ever written about this seizure, and for no other:
 * "KR:SEIZURE:2013-" and digits of its identity. */
static char *
incident_of(
    struct cli_mapping *m, const struct identity *identity, const char *country)
{
    char hex[2 * sizeof identity->digest + 1];
    char text[64];

    sodium_bin2hex(hex, sizeof hex, identity->digest, sizeof identity->digest);
    (void)snprintf(text, sizeof text, "%s:SEIZURE:%.4s-%.16s", country,
        m->texts[SEIZURE_DATE], hex);
    return cli_mapping_copy(m, text, strlen(text));
}

/* The message's id, always the same, so that a second import sends nothing
 * twice. What an office was refused is another message when it is tried again:
 * a node answers the same id with the same refusal. */
static char *
id_of(struct cli_mapping *m, const struct identity *identity,
    const struct cli_origin *origin, uint64_t day_ms)
{
    char text[ENT_ID_TEXT_LEN + 1];
    uint8_t own[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    struct ent_id id;

    (void)crypto_generichash_init(&state, NULL, 0, sizeof own);
    (void)crypto_generichash_update(
        &state, identity->digest, sizeof identity->digest);
    if (cli_origin_was_refused(origin)) {
        (void)crypto_generichash_update(
            &state, origin->reason.data, origin->reason.len);
    }
    (void)crypto_generichash_final(&state, own, sizeof own);
    id = ent_id_of_thing(day_ms, own);
    ent_id_format(&id, text);
    return cli_mapping_copy(m, text, ENT_ID_TEXT_LEN);
}

static void
identify(struct cli_mapping *m, bool reasoned, ent_message *message)
{
    struct cli_origin origin = cli_seizure_origin_of(m->row, reasoned);
    struct identity identity;

    if (m->rc != ENT_OK) {
        return;
    }
    identity = identity_of(m, &origin);
    message->incident_id =
        incident_of(m, &identity, message->drug_seizure->place->country);
    message->id = id_of(m, &identity, &origin,
        (uint64_t)message->drug_seizure->seized_at->seconds * 1000);
}

/* ---- all of it ---- */

static Entente__V1__DrugSeizure *
seizure_of(struct cli_mapping *m, ent_message *message)
{
    Entente__V1__DrugSeizure *seizure = cli_mapping_room(m, sizeof *seizure);

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
message_of(struct cli_mapping *m)
{
    ent_message *message = cli_mapping_room(m, sizeof *message);

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
    return message;
}

static void
validate(struct cli_mapping *m, const ent_message *message)
{
    static struct ent_findings findings;
    struct ent_error why = {0};

    if (cli_draft_check(message, m->now_ms, &findings, &why) != ENT_OK) {
        cli_mapping_reject(m, 0, "%s", why.text);
    }
}

enum ent_status
cli_seizure_of(const struct cli_csv_row *row, bool reasoned,
    const struct cli_drugcodes *codes, uint64_t now_ms, struct ent_arena *arena,
    ent_message **ret_message, struct cli_seizure_fault *fault,
    struct ent_error *err)
{
    struct cli_mapping m = {.row = row,
        .codes = codes,
        .arena = arena,
        .fault = fault,
        .now_ms = now_ms};
    ent_message *message = NULL;

    cli_mapping_read(&m, reasoned);
    if (m.rc == ENT_OK) {
        message = message_of(&m);
        identify(&m, reasoned, message);
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
