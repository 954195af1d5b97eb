/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/drugcodes.h"

#include <stdlib.h>
#include <string.h>

#include "proto/country.h"
#include "proto/identifier.h"
#include "proto/schema/seizure.pb-c.h"
#include "tools/cli/decimal.h"

/* Open addressing over a power of two, at most half full. */
struct cli_drugcodes {
    struct ent_yaml *yaml; /* owns the words */
    struct cli_drugcode *slots;
    size_t mask;
};

struct reading {
    struct cli_drugcodes *codes;
    struct ent_complaints *complaints;
};

/* ---- look up ---- */

static uint64_t
hash_on(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Where it is, or the free slot where it belongs. FNV-1a: the words are the
 * operator's own, not a stranger's. */
static struct cli_drugcode *
slot_of(const struct cli_drugcodes *codes, enum cli_drugcodes_part part,
    const char *country, const char *word)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + (uint64_t)part;
    size_t i;

    hash = hash_on(hash_on(hash, country), word);
    for (i = (hash ^ hash >> 32) & codes->mask; codes->slots[i].word != NULL;
         i = (i + 1) & codes->mask) {
        if (codes->slots[i].part == part &&
            strcmp(codes->slots[i].word, word) == 0 &&
            strcmp(codes->slots[i].country, country) == 0) {
            break;
        }
    }
    return &codes->slots[i];
}

const struct cli_drugcode *
cli_drugcodes_find(const struct cli_drugcodes *codes,
    enum cli_drugcodes_part part, const char *country, const char *word)
{
    const struct cli_drugcode *found = slot_of(codes, part, country, word);

    return found->word == NULL ? NULL : found;
}

/* ---- read ---- */

static void
complain_of_text(const struct reading *reading,
    const struct ent_yaml_node *node, const char *want)
{
    ent_complain(reading->complaints, node->line, node->column, "'%s' is no %s",
        node->text == NULL ? "this" : node->text, want);
}

static bool
read_enum(const struct reading *reading, const struct ent_yaml_node *node,
    const ProtobufCEnumDescriptor *kinds, const char *want, int *ret_number)
{
    const ProtobufCEnumValue *value =
        node->text == NULL
            ? NULL
            : protobuf_c_enum_descriptor_get_value_by_name(kinds, node->text);

    if (value == NULL || value->value == 0) {
        complain_of_text(reading, node, want);
        return false;
    }
    *ret_number = value->value;
    return true;
}

static bool
read_country(const struct reading *reading, const struct ent_yaml_node *node,
    struct cli_drugcode *code)
{
    code->text = node->text;
    if (node->text == NULL ||
        !ent_country_is_alpha2(ent_view_text(node->text))) {
        complain_of_text(
            reading, node, "ISO 3166-1 code of a country, such as TH");
        return false;
    }
    return true;
}

/* [GRAM, 0.001]: a code, and how much in it one of these is. */
static bool
read_unit(const struct reading *reading, const struct ent_yaml_node *node,
    struct cli_drugcode *code)
{
    char plain[CLI_DECIMAL_TEXT_MAX];

    if (node->kind != ENT_YAML_LIST || node->count != 2) {
        ent_complain(reading->complaints, node->line, node->column,
            "a unit is a code and how much one is in it, such as [GRAM, 350]");
        return false;
    }
    code->text = node->items[1]->text;
    if (code->text == NULL || !cli_decimal_multiply(code->text, "1", plain)) {
        complain_of_text(
            reading, node->items[1], "decimal number above 0, such as 0.001");
        return false;
    }
    return read_enum(reading, node->items[0],
        &entente__v1__drug_unit__descriptor,
        "unit, such as GRAM, LITRE, TABLET or PIECE", &code->number);
}

static bool
read_place(const struct reading *reading, const struct ent_yaml_node *node,
    struct cli_drugcode *code)
{
    code->text = node->text;
    if (node->text == NULL ||
        ent_identifier_check(ENT_IDENTIFIER_UNLOCODE, ent_view_text(node->text),
            NULL) != ENT_OK ||
        strncmp(node->text, code->country, 2) != 0) {
        complain_of_text(
            reading, node, "UN/LOCODE of that country, such as THBKK of TH");
        return false;
    }
    return true;
}

static bool
read_code(const struct reading *reading, const struct ent_yaml_node *node,
    struct cli_drugcode *code)
{
    switch (code->part) {
    case CLI_CODES_COUNTRY:
        return read_country(reading, node, code);
    case CLI_CODES_DRUG:
        return read_enum(reading, node, &entente__v1__drug__descriptor,
            "drug, such as HEROIN or OTHER_DRUG", &code->number);
    case CLI_CODES_UNIT:
        return read_unit(reading, node, code);
    case CLI_CODES_INSTALLATION:
        return read_enum(reading, node, &entente__v1__installation__descriptor,
            "installation, such as AT_AIRPORT", &code->number);
    case CLI_CODES_TRANSPORT:
        return read_enum(reading, node,
            &entente__v1__transport_mode__descriptor,
            "mode of transport, such as LAND_ROAD", &code->number);
    case CLI_CODES_PLACE:
        return read_place(reading, node, code);
    }
    return false;
}

/* word: code */
static void
read_words(const struct reading *reading, enum cli_drugcodes_part part,
    const char *country, const struct ent_yaml_node *map)
{
    if (map->kind != ENT_YAML_MAP) {
        ent_complain(reading->complaints, map->line, map->column,
            "here must be lines such as 'as it is written: CODE'");
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        struct cli_drugcode code = {
            .part = part, .country = country, .word = map->keys[i]->text};

        if (read_code(reading, map->items[i], &code)) {
            *slot_of(reading->codes, part, country, code.word) = code;
        }
    }
}

/* TH: {Bangkok: THBKK} */
static void
read_places(const struct reading *reading, const struct ent_yaml_node *map)
{
    for (size_t i = 0; map->kind == ENT_YAML_MAP && i < map->count; i++) {
        struct cli_drugcode country;

        if (read_country(reading, map->keys[i], &country)) {
            read_words(
                reading, CLI_CODES_PLACE, map->keys[i]->text, map->items[i]);
        }
    }
}

static const struct {
    const char *key;
    enum cli_drugcodes_part part;
} parts[] = {
    {"countries", CLI_CODES_COUNTRY},
    {"drugs", CLI_CODES_DRUG},
    {"units", CLI_CODES_UNIT},
    {"installations", CLI_CODES_INSTALLATION},
    {"transports", CLI_CODES_TRANSPORT},
    {"places", CLI_CODES_PLACE},
};
#define PARTS (sizeof parts / sizeof parts[0])

static void
read_root(const struct reading *reading, const struct ent_yaml_node *root)
{
    const char *known[PARTS + 1] = {NULL};

    if (root->kind != ENT_YAML_MAP) {
        ent_complain(reading->complaints, root->line, root->column,
            "a table of codes has 'countries', 'drugs' and 'units'");
        return;
    }
    for (size_t i = 0; i < PARTS; i++) {
        const struct ent_yaml_node *part = ent_yaml_get(root, parts[i].key);

        known[i] = parts[i].key;
        if (part == NULL) {
            ent_complain(reading->complaints, root->line, root->column,
                "'%s' is missing; {} is a table with nothing in it",
                parts[i].key);
        } else if (parts[i].part == CLI_CODES_PLACE) {
            read_places(reading, part);
        } else {
            read_words(reading, parts[i].part, "", part);
        }
    }
    ent_yaml_unknown(root, known, reading->complaints);
}

static size_t
count_keys(const struct ent_yaml_node *node)
{
    size_t count = node->kind == ENT_YAML_MAP ? node->count : 0;

    for (size_t i = 0; node->kind == ENT_YAML_MAP && i < node->count; i++) {
        count += count_keys(node->items[i]);
    }
    return count;
}

enum ent_status
cli_drugcodes_read(struct ent_view text, struct cli_drugcodes **ret_codes,
    struct ent_complaints *complaints, struct ent_error *err)
{
    struct reading reading = {
        .codes = calloc(1, sizeof *reading.codes), .complaints = complaints};
    enum ent_status rc = ENT_NO_MEMORY;
    size_t size = 16;

    if (reading.codes == NULL) {
        return ent_fail(err, rc, "reading a table of codes");
    }
    rc = ent_yaml_read(text, &reading.codes->yaml, complaints, err);
    if (rc != ENT_OK) {
        cli_drugcodes_free(&reading.codes);
        return rc;
    }
    while (size < 2 * count_keys(ent_yaml_root(reading.codes->yaml))) {
        size *= 2;
    }
    reading.codes->mask = size - 1;
    reading.codes->slots = calloc(size, sizeof *reading.codes->slots);
    if (reading.codes->slots == NULL) {
        cli_drugcodes_free(&reading.codes);
        return ent_fail(err, ENT_NO_MEMORY, "reading a table of codes");
    }
    read_root(&reading, ent_yaml_root(reading.codes->yaml));
    if (complaints->count > 0) {
        ent_complaints_sort(complaints);
        cli_drugcodes_free(&reading.codes);
        return ent_fail(err, ENT_BAD_INPUT, "line %zu, column %zu: %s",
            complaints->list[0].line, complaints->list[0].column,
            complaints->list[0].text);
    }
    *ret_codes = reading.codes;
    return ENT_OK;
}

void
cli_drugcodes_free(struct cli_drugcodes **codes)
{
    if (*codes != NULL) {
        free((*codes)->slots);
        ent_yaml_free(&(*codes)->yaml);
        free(*codes);
        *codes = NULL;
    }
}
