/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/lookup.h"

#include <string.h>

#include "proto/base/ascii.h"
#include "proto/lookup.h"

#define KEY_FIRST 0x200 /* beyond the letters of short options */
#define KEY_VESSEL (KEY_FIRST + ENT_LOOKUP_KINDS)

static const struct argp_option options[] = {
    {"document", KEY_FIRST + ENT_LOOKUP_DOCUMENT, "ISSUER/NUMBER", 0,
        "A passport, card or visa: THA/AA1234567", 1},
    {"mrz", KEY_FIRST + ENT_LOOKUP_MRZ, "LINES", 0,
        "Its machine readable zone, as scanned", 1},
    {"name", KEY_FIRST + ENT_LOOKUP_NAME, "NAME", 0,
        "Of a person or company, in any script: every word of it", 1},
    {"plate", KEY_FIRST + ENT_LOOKUP_PLATE, "PLATE", 0, "Of a vehicle", 1},
    {"vin", KEY_FIRST + ENT_LOOKUP_VIN, "VIN", 0,
        "Vehicle identification number", 1},
    {"container", KEY_FIRST + ENT_LOOKUP_CONTAINER, "NUMBER", 0,
        "Of ISO 6346: CSQU3054383", 1},
    {"vessel", KEY_VESSEL, "IMO|MMSI|NAME", 0, "A ship", 1},
    {"call-sign", KEY_FIRST + ENT_LOOKUP_CALL_SIGN, "SIGN", 0, "Of a ship", 1},
    {"flight", KEY_FIRST + ENT_LOOKUP_FLIGHT, "FLIGHT", 0, "TG660", 1},
    {"aircraft", KEY_FIRST + ENT_LOOKUP_AIRCRAFT, "REGISTRATION", 0, "HS-TKA",
        1},
    {"mail", KEY_FIRST + ENT_LOOKUP_MAIL, "ITEM", 0,
        "UPU S10 or a courier's reference", 1},
    {"awb", KEY_FIRST + ENT_LOOKUP_AWB, "NUMBER", 0, "Air waybill", 1},
    {"bill-of-lading", KEY_FIRST + ENT_LOOKUP_BILL_OF_LADING, "NUMBER", 0,
        "Of a ship's cargo", 1},
    {"seal", KEY_FIRST + ENT_LOOKUP_SEAL, "NUMBER", 0, "Of a container", 1},
    {"phone", KEY_FIRST + ENT_LOOKUP_PHONE, "NUMBER", 0, "+66812345678", 1},
    {"case", KEY_FIRST + ENT_LOOKUP_CASE, "REFERENCE", 0,
        "incidentId of a message: TH:MSA:2026-000123", 1},
    {"place", KEY_FIRST + ENT_LOOKUP_PLACE, "PLACE", 0,
        "A crossing or UN/LOCODE: MM-TH:THL-MSA, THMSA", 1},
    {0},
};

static bool
is_number(const char *text, size_t digits)
{
    for (size_t i = 0; i < digits; i++) {
        if (!ent_is_digit(text[i])) {
            return false;
        }
    }
    return text[digits] == '\0';
}

/* What a ship is asked for by. */
static enum ent_lookup
kind_of(const char *word, const char *value)
{
    if (strcmp(word, "vessel") != 0) {
        return ent_lookup_by_name(word);
    }
    return is_number(value, 7)   ? ENT_LOOKUP_IMO
           : is_number(value, 9) ? ENT_LOOKUP_MMSI
                                 : ENT_LOOKUP_VESSEL_NAME;
}

static enum ent_status
split_document(
    char *value, Entente__V1__LookupTerm *term, struct ent_error *err)
{
    char *slash = strchr(value, '/');

    if (slash == NULL || slash == value || slash[1] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "a document is written with who issued it: THA/AA1234567");
    }
    *slash = '\0';
    term->of = value;
    term->value = slash + 1;
    return ENT_OK;
}

enum ent_status
cli_lookup_add(struct cli_lookup *lookup, const char *word, char *value,
    struct ent_error *err)
{
    enum ent_lookup kind = kind_of(word, value);
    Entente__V1__LookupTerm *term;

    if (kind == ENT_LOOKUP_NONE) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'%.40s' cannot be looked up; document, plate, container, vessel, "
            "name and others can: see --help",
            word);
    }
    if (lookup->count == CLI_LOOKUPS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "at most %d things are looked up together", CLI_LOOKUPS_MAX);
    }
    term = &lookup->terms[lookup->count];
    entente__v1__lookup_term__init(term);
    term->kind = (char *)(uintptr_t)ent_lookup_name(kind);
    term->value = value;
    lookup->list[lookup->count++] = term;
    return kind == ENT_LOOKUP_DOCUMENT ? split_document(value, term, err)
                                       : ENT_OK;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct ent_error err = {0};
    const char *word;

    if (key < KEY_FIRST || key > KEY_VESSEL) {
        return ARGP_ERR_UNKNOWN;
    }
    word = key == KEY_VESSEL
               ? "vessel"
               : ent_lookup_name((enum ent_lookup)(key - KEY_FIRST));
    if (cli_lookup_add(state->input, word, argument, &err) != ENT_OK) {
        argp_error(state, "--%s: %s", word, err.text);
    }
    return 0;
}

const struct argp cli_lookup_argp = {.options = options, .parser = parse};
