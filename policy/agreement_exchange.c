/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_reader.h"

#include <stdio.h>
#include <string.h>

#include "proto/schema/trust.pb-c.h"

#define CLAUSE_MAX 32

/* ---- purposes, offences ---- */

enum ent_status
ent_parse_purposes(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"permitted", ENT_YAML_LIST, true},
    };
    const struct ent_yaml_node *permitted;

    (void)ent_read_map(reader, node, "purposes", KEYS(keys));
    permitted = ent_read_get(node, "permitted", ENT_YAML_LIST);
    if (permitted != NULL) {
        reader->agreement->purposes_mark = ent_mark_of_key(node, "permitted");
        (void)ent_read_words(reader, permitted,
            &entente__v1__purpose__descriptor, "purpose",
            &reader->agreement->purposes);
    }
    return ENT_OK;
}

enum ent_status
ent_parse_offences(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"listed", ENT_YAML_LIST, true},
        {"minimum_penalty", ENT_YAML_SCALAR, false},
    };
    const struct ent_yaml_node *listed;
    const struct ent_yaml_node *penalty;

    (void)ent_read_map(reader, node, "offences", KEYS(keys));
    listed = ent_read_get(node, "listed", ENT_YAML_LIST);
    if (listed != NULL) {
        reader->agreement->offences_mark = ent_mark_of_key(node, "listed");
        (void)ent_read_words(reader, listed, &entente__v1__offence__descriptor,
            "offence", &reader->agreement->offences);
    }
    penalty = ent_read_get(node, "minimum_penalty", ENT_YAML_SCALAR);
    if (penalty != NULL) {
        reader->agreement->penalty_mark =
            ent_mark_of_key(node, "minimum_penalty");
        (void)ent_read_months(
            reader, penalty, &reader->agreement->penalty_months);
    }
    return ENT_OK;
}

/* ---- exchange ---- */

/* A clause's number: short, printable, with a digit, so that it cannot be
 * mistaken for the name of a built-in rule. */
static bool
is_clause(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789 .()/-";
    size_t len = strlen(text);

    return len > 0 && len <= CLAUSE_MAX && strspn(text, allowed) == len &&
           strpbrk(text, "0123456789") != NULL;
}

/* Every two parties, both ways. */
static void
open_all_ways(
    const struct ent_agreement *agreement, struct agreement_exchange *exchange)
{
    for (size_t i = 0; i < agreement->party_count; i++) {
        for (size_t j = 0; j < agreement->party_count; j++) {
            if (i != j) {
                exchange->ways[i] |= UINT32_C(1) << j;
            }
        }
    }
}

/* "th to kh", "th and kh": true when `text` is that for these two. */
static bool
says(const char *text, const char *from, const char *word, const char *to)
{
    char way[2 * ENT_STATE_MAX + sizeof " and "];

    (void)snprintf(way, sizeof way, "%.3s %s %.3s", from, word, to);
    return strcmp(text, way) == 0;
}

/* One way between two parties; false when the words name none. */
static bool
open_way(const struct ent_agreement *agreement, const char *text,
    struct agreement_exchange *exchange)
{
    const struct agreement_party *parties = agreement->parties;

    for (size_t i = 0; i < agreement->party_count; i++) {
        for (size_t j = 0; j < agreement->party_count; j++) {
            bool both = says(text, parties[i].state, "and", parties[j].state);

            if (i == j || (!both && !says(text, parties[i].state, "to",
                                        parties[j].state))) {
                continue;
            }
            exchange->ways[i] |= UINT32_C(1) << j;
            exchange->ways[j] |= both ? UINT32_C(1) << i : 0;
            return true;
        }
    }
    return false;
}

static void
parse_way(struct agreement_reader *reader, const struct ent_yaml_node *node,
    struct agreement_exchange *exchange)
{
    const struct ent_agreement *agreement = reader->agreement;
    const struct agreement_party *parties = agreement->parties;

    if (strcmp(node->text, "both") == 0) {
        open_all_ways(agreement, exchange);
    } else if (agreement->party_count == 1) {
        COMPLAIN(
            reader, node, "in a national order the direction is always 'both'");
    } else if (agreement->party_count > 1 &&
               !open_way(agreement, node->text, exchange)) {
        COMPLAIN(reader, node,
            "'%.60s' is no direction; there are 'both', and for two parties "
            "'%s to %s', '%s to %s' and '%s and %s'",
            node->text, parties[0].state, parties[1].state, parties[1].state,
            parties[0].state, parties[0].state, parties[1].state);
    }
}

/* "both", "th to kh", or several such: [th to kh, th and la]. */
static void
parse_direction(struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_exchange *exchange)
{
    if (node->kind == ENT_YAML_SCALAR) {
        parse_way(reader, node, exchange);
    } else if (node->kind == ENT_YAML_LIST &&
               ent_read_list(reader, node, "direction",
                   ENT_PARTIES_MAX * ENT_PARTIES_MAX, ENT_YAML_SCALAR)) {
        for (size_t i = 0; i < node->count; i++) {
            parse_way(reader, node->items[i], exchange);
        }
    }
}

static void
parse_between(struct agreement_reader *reader, const struct ent_yaml_node *node,
    struct agreement_exchange *exchange)
{
    if (!ent_read_words(reader, node, &entente__v1__office_kind__descriptor,
            "kind of office", &exchange->kinds)) {
        exchange->kinds = 0;
    } else if ((exchange->kinds >> ENTENTE__V1__OFFICE_KIND__BROKER & 1) != 0) {
        COMPLAIN(reader, node,
            "a broker is no party to an agreement: it cannot read what it "
            "carries");
    }
}

static void
parse_release(struct agreement_reader *reader, const struct ent_yaml_node *node,
    struct agreement_exchange *exchange)
{
    exchange->release_mark = ent_mark_of(node);
    exchange->two_officers = strcmp(node->text, "two_officers") == 0;
    if (!exchange->two_officers && strcmp(node->text, "one_officer") != 0) {
        COMPLAIN(reader, node,
            "'%.60s' is no way of release; there are one_officer, two_officers",
            node->text);
    }
}

/* Conditions that a clause may have. */
static void
parse_conditions(struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_exchange *exchange)
{
    const struct ent_yaml_node *value;
    uint32_t desk = ENT_DESK_NONE;

    value = ent_read_get(node, "release", ENT_YAML_SCALAR);
    if (value != NULL) {
        parse_release(reader, value, exchange);
    }
    value = ent_read_get(node, "desk", ENT_YAML_SCALAR);
    if (value != NULL && ent_read_term(reader, value, &ent_desks, &desk)) {
        exchange->desk = (enum ent_desk)desk;
        exchange->desk_mark = ent_mark_of(value);
    }
    value = ent_read_get(node, "needs", ENT_YAML_SCALAR);
    if (value != NULL) {
        exchange->needs_mla =
            ent_read_fixed(reader, value, "mla_reference", "condition");
        exchange->needs_mark = ent_mark_of(value);
    }
}

static void
parse_exchange_row(struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_exchange *exchange)
{
    static const struct agreement_key keys[] = {
        {"clause", ENT_YAML_SCALAR, true},
        {"families", ENT_YAML_LIST, true},
        {"direction", ENT_YAML_SCALAR_OR_LIST, true},
        {"between", ENT_YAML_LIST, true},
        {"purposes", ENT_YAML_LIST, true},
        {"release", ENT_YAML_SCALAR, true},
        {"desk", ENT_YAML_SCALAR, false},
        {"needs", ENT_YAML_SCALAR, false},
    };
    const struct ent_yaml_node *value;

    exchange->mark = ent_mark_of(node);
    (void)ent_read_map(reader, node, "exchange", KEYS(keys));

    value = ent_read_get(node, "clause", ENT_YAML_SCALAR);
    if (value != NULL) {
        exchange->clause = value->text;
        exchange->mark = ent_mark_of(value);
        if (!is_clause(value->text)) {
            COMPLAIN(reader, value,
                "'%.60s' is no clause number; write it as 5.1 or Article 5(1)",
                value->text);
        }
    }
    value = ent_read_get(node, "families", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_families(reader, value, &exchange->families);
    }
    value = ent_yaml_get(node, "direction");
    if (value != NULL) {
        parse_direction(reader, value, exchange);
    }
    value = ent_read_get(node, "between", ENT_YAML_LIST);
    if (value != NULL) {
        parse_between(reader, value, exchange);
    }
    value = ent_read_get(node, "purposes", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_words(reader, value, &entente__v1__purpose__descriptor,
            "purpose", &exchange->purposes);
    }
    parse_conditions(reader, node, exchange);
}

enum ent_status
ent_parse_exchange(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    enum ent_status rc;

    agreement->exchange_mark = ent_mark_of_key(reader->root, "exchange");
    if (!ent_read_list(
            reader, node, "exchange", ENT_EXCHANGES_MAX, ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *agreement->exchanges,
        &agreement->exchanges);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_exchange_row(reader, node->items[i], &agreement->exchanges[i]);
        agreement->exchange_count++;
    }
    return ENT_OK;
}
