/* SPDX-License-Identifier: Apache-2.0 */
/* Who agreed, and their offices. */
#include "policy/agreement_reader.h"

#include <ctype.h>
#include <string.h>

#include "proto/country.h"
#include "proto/schema/trust.pb-c.h"

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

/* ---- parties ---- */

/* Two letters are a state, three an international organisation. */
static bool
is_party(const char *text)
{
    struct ent_view code = ent_view_text(text);

    return ent_country_is_state(code) || ent_country_is_organisation(code);
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
    if (!is_party(state->text)) {
        COMPLAIN(reader, state,
            "'%.60s' is no party; write a state's ISO 3166-1 code in lower "
            "case, as th, or an organisation's of ICAO Doc 9303-3, as xpo",
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

enum ent_status
ent_parse_parties(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    if (node->count == 0 || node->count > ENT_PARTIES_MAX) {
        COMPLAIN(reader, node,
            "an agreement has two to %d parties and a national order one, not "
            "%zu",
            ENT_PARTIES_MAX, node->count);
        return ENT_OK;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_party(reader, node->keys[i], node->items[i]);
    }
    return ENT_OK;
}

/* ---- offices ---- */

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
        (void)ent_read_terms(reader, list, &ent_sectors, &office.sectors);
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

enum ent_status
ent_parse_offices(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
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
