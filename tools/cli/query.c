/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/query.h"

#include <string.h>

#include "proto/lookup.h"

void
cli_query_init(struct cli_query *query)
{
    entente__v1__message__init(&query->message);
    entente__v1__hit_query__init(&query->body);
    entente__v1__person__init(&query->person);
    entente__v1__native_name__init(&query->name);
    entente__v1__conveyance__init(&query->conveyance);
    entente__v1__cargo__init(&query->cargo);
    query->message.body_case = ENTENTE__V1__MESSAGE__BODY_HIT_QUERY;
    query->message.hit_query = &query->body;
}

static char **
place_in_conveyance(enum ent_lookup kind, Entente__V1__Conveyance *conveyance)
{
    switch (kind) {
    case ENT_LOOKUP_PLATE:
        return &conveyance->plate;
    case ENT_LOOKUP_VIN:
        return &conveyance->vin;
    case ENT_LOOKUP_IMO:
        return &conveyance->imo;
    case ENT_LOOKUP_MMSI:
        return &conveyance->mmsi;
    case ENT_LOOKUP_VESSEL_NAME:
        return &conveyance->vessel_name;
    case ENT_LOOKUP_CALL_SIGN:
        return &conveyance->call_sign;
    case ENT_LOOKUP_FLIGHT:
        return &conveyance->flight;
    case ENT_LOOKUP_AIRCRAFT:
        return &conveyance->registration;
    case ENT_LOOKUP_CONTAINER:
        return &conveyance->container;
    default:
        return NULL;
    }
}

static char **
place_in_cargo(enum ent_lookup kind, Entente__V1__Cargo *cargo)
{
    switch (kind) {
    case ENT_LOOKUP_AWB:
        return &cargo->airway_bill;
    case ENT_LOOKUP_BILL_OF_LADING:
        return &cargo->bill_of_lading;
    default:
        return NULL;
    }
}

static enum ent_status
ask_number(struct cli_query *query, enum ent_lookup kind,
    const Entente__V1__LookupTerm *term, struct ent_error *err)
{
    char **place = place_in_conveyance(kind, &query->conveyance);

    if (place != NULL) {
        query->body.conveyance = &query->conveyance;
    } else {
        place = place_in_cargo(kind, &query->cargo);
        query->body.cargo = &query->cargo;
    }
    if (place == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a %s is not asked for so; a document is, with a document_check",
            term->kind);
    }
    *place = term->value;
    return ENT_OK;
}

static void
ask_name(struct cli_query *query, const Entente__V1__LookupTerm *term,
    const char *born)
{
    query->body.person = &query->person;
    query->person.birth_date = (char *)(uintptr_t)(born == NULL ? "" : born);
    if (strchr(term->value, '<') != NULL) {
        query->person.name = term->value;
    } else {
        query->person.native_name = &query->name;
        query->name.text = term->value;
    }
}

/* An ent_lookup_visit. */
static enum ent_status
only_try(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    (void)context;
    (void)kind;
    (void)key;
    (void)err;
    return ENT_OK;
}

enum ent_status
cli_query_ask(struct cli_query *query, const Entente__V1__LookupTerm *term,
    const char *born, struct ent_error *err)
{
    enum ent_lookup kind = ent_lookup_by_name(term->kind);
    enum ent_status rc = ent_lookup_ask(kind, ent_view_text(term->of),
        ent_view_text(term->value), only_try, NULL, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (kind == ENT_LOOKUP_NAME) {
        ask_name(query, term, born);
        return ENT_OK;
    }
    return ask_number(query, kind, term, err);
}
