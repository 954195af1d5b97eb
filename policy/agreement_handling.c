/* SPDX-License-Identifier: Apache-2.0 */
/* How what passes is marked, and where it may go from there. */
#include "policy/agreement_reader.h"

#include <string.h>

#include "policy/word.h"
#include "proto/country.h"

#define LABEL_MAX 200 /* what a state calls a rung */

/* ---- classification, handling ---- */

static void
parse_equivalence(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    struct agreement_key keys[1 + ENT_PARTIES_MAX] = {
        {"level", ENT_YAML_SCALAR, true},
    };
    const struct ent_yaml_node *level;
    uint32_t rung;

    for (size_t i = 0; i < agreement->party_count; i++) {
        keys[1 + i] = (struct agreement_key){
            agreement->parties[i].state, ENT_YAML_SCALAR, true};
    }
    if (!ent_read_map(
            reader, node, "equivalence", keys, 1 + agreement->party_count)) {
        return;
    }
    for (size_t i = 0; i < agreement->party_count; i++) {
        (void)ent_read_text(reader,
            ent_yaml_get(node, agreement->parties[i].state),
            "the word of a state", LABEL_MAX);
    }
    level = ent_yaml_get(node, "level");
    if (!ent_read_word(reader, level, &entente__v1__classification__descriptor,
            "classification", &rung)) {
        return;
    }
    if ((agreement->equivalent >> rung & 1) != 0) {
        COMPLAIN(reader, level, "'%.60s' is listed twice", level->text);
    }
    if (agreement->ceiling != 0 && rung > agreement->ceiling) {
        COMPLAIN(reader, level,
            "'%.60s' is above the ceiling, so nothing can bear it",
            level->text);
    }
    agreement->equivalent |= UINT32_C(1) << rung;
    for (size_t i = 0; i < agreement->party_count; i++) {
        agreement->markings[rung][i] =
            ent_yaml_get(node, agreement->parties[i].state)->text;
    }
}

enum ent_status
ent_parse_classification(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"ceiling", ENT_YAML_SCALAR, true},
        {"equivalence", ENT_YAML_LIST, false},
    };
    const struct ent_yaml_node *ceiling;
    const struct ent_yaml_node *list;

    reader->agreement->classification_mark =
        ent_mark_of_key(reader->root, "classification");
    (void)ent_read_map(reader, node, "classification", KEYS(keys));
    ceiling = ent_read_get(node, "ceiling", ENT_YAML_SCALAR);
    if (ceiling != NULL) {
        (void)ent_read_word(reader, ceiling,
            &entente__v1__classification__descriptor, "classification",
            &reader->agreement->ceiling);
    }
    list = ent_read_get(node, "equivalence", ENT_YAML_LIST);
    if (list != NULL &&
        ent_read_list(reader, list, "equivalence", ENT_LEVELS, ENT_YAML_MAP)) {
        for (size_t i = 0; i < list->count; i++) {
            parse_equivalence(reader, list->items[i]);
        }
    }
    return ENT_OK;
}

enum ent_status
ent_parse_handling(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"default", ENT_YAML_LIST, false},
        {"judicial_use", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *codes;
    const struct ent_yaml_node *judicial;

    agreement->handling_mark = ent_mark_of_key(reader->root, "handling");
    (void)ent_read_map(reader, node, "handling", KEYS(keys));
    codes = ent_read_get(node, "default", ENT_YAML_LIST);
    if (codes != NULL) {
        (void)ent_read_words(reader, codes, &entente__v1__handling__descriptor,
            "handling code", &agreement->handling);
    }
    judicial = ent_read_get(node, "judicial_use", ENT_YAML_SCALAR);
    if (judicial == NULL) {
        return ENT_OK;
    }
    (void)ent_read_fixed(reader, judicial, "consent", "rule for use in court");
    agreement->judicial_mark = ent_mark_of(judicial);
    agreement->handling |= UINT32_C(1) << ENTENTE__V1__HANDLING__H1;
    return ENT_OK;
}

enum ent_status
ent_parse_without_prejudice(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    (void)ent_read_terms(
        reader, node, &ent_prejudices, &reader->agreement->without_prejudice);
    return ENT_OK;
}

/* ---- onward ---- */

/* Organisations have a name besides their code. */
static const struct {
    const char *name;
    const char *code;
} organisations[] = {
    {"interpol", "xpo"},
    {"united_nations", "uno"},
};

/* The code of a third party: a state or an organisation that has not signed. */
static const char *
read_third_party(
    const struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_view code = ent_view_text(node->text);

    for (size_t i = 0; i < sizeof organisations / sizeof organisations[0];
         i++) {
        if (strcmp(node->text, organisations[i].name) == 0) {
            return organisations[i].code;
        }
    }
    if (ent_country_is_state(code) || ent_country_is_organisation(code)) {
        return node->text;
    }
    COMPLAIN(reader, node,
        "'%.60s' is neither a state nor an organisation; write a code, as la "
        "or xpo, or interpol, united_nations",
        node->text);
    return NULL;
}

static void
read_passer(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, enum agreement_passer *ret_by)
{
    static const char *const words[] = {
        [PASSER_ANY] = "any",
        [PASSER_ORIGINATOR] = "originator",
        [PASSER_ISSUING_STATE] = "issuing_state",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            *ret_by = (enum agreement_passer)i;
            return;
        }
    }
    COMPLAIN(reader, node,
        "'%.60s' does not say who may pass it on; there are any, originator, "
        "issuing_state",
        node->text);
}

static void
parse_pre_authorised_row(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_pre_authorised *row)
{
    static const struct agreement_key keys[] = {
        {"to", ENT_YAML_SCALAR, true},
        {"families", ENT_YAML_LIST, true},
        {"by", ENT_YAML_SCALAR, true},
    };
    const struct ent_yaml_node *value;

    row->mark = ent_mark_of(node);
    (void)ent_read_map(reader, node, "pre_authorised", KEYS(keys));
    value = ent_read_get(node, "to", ENT_YAML_SCALAR);
    if (value != NULL) {
        row->to = read_third_party(reader, value);
        if (row->to != NULL &&
            ent_agreement_find_party(reader->agreement, row->to) != ENT_NONE) {
            COMPLAIN(reader, value,
                "'%.60s' is a party; what goes to it is for 'exchange'",
                value->text);
        }
    }
    value = ent_read_get(node, "families", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_families(reader, value, &row->families);
    }
    value = ent_read_get(node, "by", ENT_YAML_SCALAR);
    if (value != NULL) {
        read_passer(reader, value, &row->by);
    }
}

static enum ent_status
parse_pre_authorised(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    enum ent_status rc;

    if (!ent_read_list(reader, node, "pre_authorised", ENT_PRE_AUTHORISED_MAX,
            ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *agreement->onward.list,
        &agreement->onward.list);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_pre_authorised_row(
            reader, node->items[i], &agreement->onward.list[i]);
        agreement->onward.count++;
    }
    return ENT_OK;
}

enum ent_status
ent_parse_onward(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"rule", ENT_YAML_SCALAR, true},
        {"inside_state", ENT_YAML_LIST, false},
        {"pre_authorised", ENT_YAML_LIST, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    agreement->onward.mark = ent_mark_of_key(reader->root, "onward");
    (void)ent_read_map(reader, node, "onward", KEYS(keys));
    value = ent_read_get(node, "rule", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->onward.mark = ent_mark_of(value);
        agreement->onward.consent =
            strcmp(value->text, "originator_consent") == 0;
        if (!agreement->onward.consent && strcmp(value->text, "never") != 0) {
            COMPLAIN(reader, value,
                "'%.60s' is no rule for passing on; there are "
                "originator_consent, never",
                value->text);
        }
    }
    value = ent_read_get(node, "inside_state", ENT_YAML_LIST);
    if (value != NULL) {
        agreement->onward.inside_mark = ent_mark_of_key(node, "inside_state");
        (void)ent_read_terms(
            reader, value, &ent_sectors, &agreement->onward.inside_state);
    }
    value = ent_read_get(node, "pre_authorised", ENT_YAML_LIST);
    return value != NULL ? parse_pre_authorised(reader, value) : ENT_OK;
}
