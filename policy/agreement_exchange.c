/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_internal.h"

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

/* "both", or "th to kh". */
static void
parse_direction(struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_exchange *exchange)
{
    const struct ent_agreement *agreement = reader->agreement;

    exchange->sender = ENT_NONE;
    if (strcmp(node->text, "both") == 0) {
        return;
    }
    if (agreement->party_count != ENT_PARTIES_MAX) {
        COMPLAIN(
            reader, node, "in a national order the direction is always 'both'");
        return;
    }
    for (size_t i = 0; i < ENT_PARTIES_MAX; i++) {
        char text[2 * ENT_STATE_MAX + sizeof " to "];

        (void)snprintf(text, sizeof text, "%.3s to %.3s",
            agreement->parties[i].state, agreement->parties[1 - i].state);
        if (strcmp(node->text, text) == 0) {
            exchange->sender = i;
            return;
        }
    }
    COMPLAIN(reader, node,
        "'%.60s' is no direction; there are 'both', '%s to %s' and '%s to %s'",
        node->text, agreement->parties[0].state, agreement->parties[1].state,
        agreement->parties[1].state, agreement->parties[0].state);
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
parse_release(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    if (strcmp(node->text, "one_officer") != 0 &&
        !ent_agreement_refuse_value(reader, "exchange", "release", node)) {
        COMPLAIN(reader, node,
            "'%.60s' is no way of release; this version knows 'one_officer'",
            node->text);
    }
}

static void
parse_exchange_row(struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_exchange *exchange)
{
    static const struct agreement_key keys[] = {
        {"clause", ENT_YAML_SCALAR, true},
        {"families", ENT_YAML_LIST, true},
        {"direction", ENT_YAML_SCALAR, true},
        {"between", ENT_YAML_LIST, true},
        {"purposes", ENT_YAML_LIST, true},
        {"release", ENT_YAML_SCALAR, true},
    };
    const struct ent_yaml_node *value;

    exchange->sender = ENT_NONE;
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
    value = ent_read_get(node, "direction", ENT_YAML_SCALAR);
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
    value = ent_read_get(node, "release", ENT_YAML_SCALAR);
    if (value != NULL) {
        parse_release(reader, value);
    }
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
