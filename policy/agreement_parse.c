/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_internal.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/minimise.h"
#include "policy/word.h"
#include "proto/schema/trust.pb-c.h"

#define NAME_LEN_MIN 3
#define NAME_LEN_MAX 63
#define TITLE_MAX 200
#define TITLES_MAX 16 /* languages of one name */

static bool
is_language(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '-') {
            return false;
        }
    }
    return len >= 2 && len <= 35 && islower((unsigned char)text[0]) &&
           islower((unsigned char)text[1]);
}

/* ---- agreement, version, title ---- */

static bool
is_name(const char *text)
{
    size_t len = strlen(text);

    return len >= NAME_LEN_MIN && len <= NAME_LEN_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
           text[0] != '-' && text[len - 1] != '-';
}

static enum ent_status
parse_name(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    if (!is_name(node->text)) {
        COMPLAIN(reader, node,
            "'%.60s' is no name for an agreement; it has %d to %d characters "
            "a-z 0-9 -, as th-kh-border-information",
            node->text, NAME_LEN_MIN, NAME_LEN_MAX);
    }
    reader->agreement->name = node->text;
    return ENT_OK;
}

static enum ent_status
parse_version(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    (void)ent_read_version(reader, node, &reader->agreement->version);
    return ENT_OK;
}

static enum ent_status
parse_title(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    (void)ent_read_text(reader, node, "the title", TITLE_MAX);
    reader->agreement->title = node->text;
    return ENT_OK;
}

/* ---- in_force ---- */

static enum ent_status
parse_in_force(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"from", ENT_YAML_SCALAR, true},
        {"until", ENT_YAML_SCALAR, true},
        {"review_by", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *from;
    const struct ent_yaml_node *until;
    const struct ent_yaml_node *review;

    agreement->in_force.mark = ent_mark_of_key(reader->root, "in_force");
    if (!ent_read_map(reader, node, "in_force", KEYS(keys))) {
        return ENT_OK;
    }
    from = ent_read_get(node, "from", ENT_YAML_SCALAR);
    until = ent_read_get(node, "until", ENT_YAML_SCALAR);
    review = ent_read_get(node, "review_by", ENT_YAML_SCALAR);
    agreement->in_force.from = from->text;
    agreement->in_force.until = until->text;
    if (!ent_read_time(reader, from, false, &agreement->in_force.from_ms) ||
        !ent_read_time(reader, until, true, &agreement->in_force.until_ms)) {
        return ENT_OK;
    }
    if (strcmp(until->text, from->text) == 0 ||
        agreement->in_force.until_ms <= agreement->in_force.from_ms) {
        COMPLAIN(
            reader, until, "'until' must be later than 'from', %s", from->text);
    }
    if (review != NULL &&
        ent_read_time(reader, review, true, &agreement->in_force.review_ms) &&
        (agreement->in_force.review_ms <= agreement->in_force.from_ms ||
            agreement->in_force.review_ms > agreement->in_force.until_ms)) {
        COMPLAIN(
            reader, review, "'review_by' must lie between 'from' and 'until'");
    }
    return ENT_OK;
}

/* ---- parties ---- */

static bool
is_state(const char *text)
{
    char address[ENT_ADDRESS_MAX + 1];
    struct ent_address parsed;

    if (strlen(text) > ENT_STATE_MAX) {
        return false;
    }
    (void)snprintf(address, sizeof address, "ncc@%s", text);
    return ent_address_parse(ent_view_text(address), &parsed, NULL) == ENT_OK;
}

static void
parse_party_names(
    struct agreement_reader *reader, const struct ent_yaml_node *names)
{
    if (names->count == 0 || names->count > TITLES_MAX) {
        COMPLAIN(reader, names, "a party has 1 to %d names, not %zu",
            TITLES_MAX, names->count);
        return;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (!is_language(names->keys[i]->text)) {
            COMPLAIN(reader, names->keys[i],
                "'%.60s' is no language; write one as en, th, km",
                names->keys[i]->text);
        }
        (void)ent_read_text(reader, names->items[i], "a name", TITLE_MAX);
    }
}

static void
parse_party(struct agreement_reader *reader, const struct ent_yaml_node *state,
    const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"name", ENT_YAML_MAP, true},
        {"authority", ENT_YAML_SCALAR, true},
    };
    struct ent_agreement *agreement = reader->agreement;
    struct agreement_party *party =
        &agreement->parties[agreement->party_count++];
    const struct ent_yaml_node *authority;

    party->state = state->text;
    party->mark = ent_mark_of(state);
    if (!is_state(state->text)) {
        COMPLAIN(reader, state,
            "'%.60s' is no state; write its ISO 3166-1 code in lower case, as th",
            state->text);
    }
    (void)ent_read_map(reader, node, "parties", KEYS(keys));
    party->names = ent_read_get(node, "name", ENT_YAML_MAP);
    if (party->names != NULL) {
        parse_party_names(reader, party->names);
    }
    authority = ent_read_get(node, "authority", ENT_YAML_SCALAR);
    if (authority != NULL) {
        party->has_authority =
            ent_read_key(reader, authority, &party->authority);
    }
}

static enum ent_status
parse_parties(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    if (node->count == 0 || node->count > ENT_PARTIES_MAX) {
        COMPLAIN(reader, node,
            "an agreement has two parties and a national order one, not %zu",
            node->count);
        return ENT_OK;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_party(reader, node->keys[i], node->items[i]);
    }
    return ENT_OK;
}

/* ---- offices ---- */

/* What an office works on. Shown, and for later versions to route by: no
 * enumeration of the schema has these words yet. */
static const char *const sectors[] = {
    "aviation",
    "customs",
    "defence",
    "drugs",
    "forestry",
    "health",
    "immigration",
    "justice",
    "maritime",
    "police",
    "wildlife",
};

static void
parse_sectors(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    const size_t count = sizeof sectors / sizeof sectors[0];
    uint32_t seen = 0;

    if (!ent_read_list(reader, node, "sectors", count, ENT_YAML_SCALAR)) {
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        size_t n = 0;

        while (n < count && strcmp(sectors[n], node->items[i]->text) != 0) {
            n++;
        }
        if (n == count) {
            COMPLAIN(reader, node->items[i],
                "'%.60s' is no sector; there are aviation, customs, defence, "
                "drugs, forestry, health, immigration, justice, maritime, "
                "police, wildlife",
                node->items[i]->text);
        } else if ((seen >> n & 1) != 0) {
            COMPLAIN(reader, node->items[i], "'%.60s' is listed twice",
                node->items[i]->text);
        } else {
            seen |= UINT32_C(1) << n;
        }
    }
}

static void
parse_kind(struct agreement_reader *reader, const struct ent_yaml_node *node,
    struct agreement_office *office)
{
    if (ent_read_word(reader, node, &entente__v1__office_kind__descriptor,
            "kind of office", &office->kind) &&
        office->kind == ENTENTE__V1__OFFICE_KIND__BROKER) {
        COMPLAIN(reader, node,
            "a broker is no party to an agreement: it cannot read what it "
            "carries");
    }
}

static void
parse_office(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"address", ENT_YAML_SCALAR, true},
        {"kind", ENT_YAML_SCALAR, true},
        {"pair", ENT_YAML_SCALAR, false},
        {"sectors", ENT_YAML_LIST, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    struct agreement_office office = {.party = ENT_NONE, .pair = ENT_NONE};
    const struct ent_yaml_node *pair;
    const struct ent_yaml_node *list;
    const struct ent_yaml_node *address;
    struct ent_error err;

    if (!ent_read_map(reader, node, "offices", KEYS(keys))) {
        return;
    }
    parse_kind(reader, ent_read_get(node, "kind", ENT_YAML_SCALAR), &office);
    list = ent_read_get(node, "sectors", ENT_YAML_LIST);
    if (list != NULL) {
        parse_sectors(reader, list);
    }
    pair = ent_read_get(node, "pair", ENT_YAML_SCALAR);
    if (pair != NULL) {
        office.pair_text = pair->text;
        office.pair_mark = ent_mark_of(pair);
    }
    address = ent_read_get(node, "address", ENT_YAML_SCALAR);
    office.mark = ent_mark_of(address);
    if (ent_address_parse(
            ent_view_text(address->text), &office.address, &err) != ENT_OK) {
        COMPLAIN(reader, address, "%s", err.text);
        return;
    }
    if (ent_agreement_find_office(agreement, &office.address) != ENT_NONE) {
        COMPLAIN(reader, address, "'%.60s' is listed twice", address->text);
        return;
    }
    agreement->offices[agreement->office_count] = office;
    ent_agreement_hash_office(agreement, agreement->office_count++);
}

static enum ent_status
parse_offices(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    enum ent_status rc;

    agreement->offices_mark = ent_mark_of_key(reader->root, "offices");
    if (!ent_read_list(
            reader, node, "offices", ENT_OFFICES_MAX, ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(
        reader, node->count, sizeof *agreement->offices, &agreement->offices);
    if (rc != ENT_OK) {
        return rc;
    }
    agreement->slot_count = 4;
    while (agreement->slot_count <= 2 * node->count) {
        agreement->slot_count *= 2;
    }
    rc = ent_read_alloc(reader, agreement->slot_count, sizeof *agreement->slots,
        &agreement->slots);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_office(reader, node->items[i]);
    }
    return ENT_OK;
}

/* ---- the file ---- */

/* In the order of reading: later sections look at earlier ones, wherever they
 * stand in the file. */
static const struct section {
    struct agreement_key key;
    enum ent_status (*parse)(
        struct agreement_reader *reader, const struct ent_yaml_node *node);
} sections[] = {
    {{"agreement", ENT_YAML_SCALAR, true}, parse_name},
    {{"version", ENT_YAML_SCALAR, true}, parse_version},
    {{"title", ENT_YAML_SCALAR, true}, parse_title},
    {{"in_force", ENT_YAML_MAP, true}, parse_in_force},
    {{"parties", ENT_YAML_MAP, true}, parse_parties},
    {{"offices", ENT_YAML_LIST, true}, parse_offices},
    {{"purposes", ENT_YAML_MAP, true}, ent_parse_purposes},
    {{"offences", ENT_YAML_MAP, false}, ent_parse_offences},
    {{"exchange", ENT_YAML_LIST, true}, ent_parse_exchange},
    {{"fields", ENT_YAML_MAP, false}, ent_parse_fields},
    {{"classification", ENT_YAML_MAP, true}, ent_parse_classification},
    {{"handling", ENT_YAML_MAP, false}, ent_parse_handling},
    {{"retention", ENT_YAML_LIST, true}, ent_parse_retention},
    {{"service_levels", ENT_YAML_MAP, false}, ent_parse_service_levels},
};

#define SECTION_COUNT (sizeof sections / sizeof sections[0])

enum ent_status
ent_agreement_parse(
    struct agreement_reader *reader, const struct ent_yaml_node *root)
{
    struct agreement_key keys[SECTION_COUNT];
    bool sound = true;

    assert(reader != NULL && root != NULL);

    reader->root = root;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        keys[i] = sections[i].key;
    }
    (void)ent_read_map(reader, root, "", KEYS(keys));
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct ent_yaml_node *node =
            ent_read_get(root, keys[i].name, keys[i].kind);
        size_t before = reader->complaints->count;
        enum ent_status rc;

        if (node == NULL) {
            continue; /* told above, or allowed to be absent */
        }
        rc = sections[i].parse(reader, node);
        if (rc != ENT_OK) {
            return rc;
        }
        if (sections[i].parse == parse_parties ||
            sections[i].parse == parse_offices) {
            sound &= reader->complaints->count == before;
        }
    }
    reader->offices_sound = sound;
    return ENT_OK;
}
