/* SPDX-License-Identifier: Apache-2.0 */
/* Words of lists: the catalogue's, its families, and agreements' own terms. */
#include "policy/agreement_reader.h"

#include <assert.h>
#include <string.h>

#include "policy/word.h"
#include "proto/base/nearest.h"

#define HINT_LEN 200

/* The purposes that no agreement can permit have no word in the schema; who
 * writes one is told why. */
static bool
is_excluded(const char *word)
{
    static const char *const excluded[] = {
        "political", "military", "religious", "racial"};

    for (size_t i = 0; i < sizeof excluded / sizeof excluded[0]; i++) {
        if (strcmp(word, excluded[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool
ent_read_word(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const ProtobufCEnumDescriptor *words,
    const char *what, uint32_t *ret_value)
{
    int value = ent_word_value(words, node->text);
    char near[ENT_WORD_LEN];

    if (value > 0 && value < 32) {
        *ret_value = (uint32_t)value;
        return true;
    }
    if (words == &entente__v1__purpose__descriptor && is_excluded(node->text)) {
        COMPLAIN(reader, node,
            "no agreement can permit %s purposes; they are blocked always",
            node->text);
    } else if (ent_word_nearest(words, node->text, near)) {
        COMPLAIN(reader, node, "'%.60s' is no %s; did you mean '%s'?",
            node->text, what, near);
    } else {
        char all[160];

        ent_word_list(words, UINT32_MAX & ~UINT32_C(1), all, sizeof all);
        COMPLAIN(reader, node, "'%.60s' is no %s; there are %s", node->text,
            what, all);
    }
    return false;
}

bool
ent_read_words(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const ProtobufCEnumDescriptor *words,
    const char *what, uint32_t *ret_bits)
{
    uint32_t bits = 0;
    bool good = true;

    if (!ent_read_list(reader, node, what, 32, ENT_YAML_SCALAR)) {
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        uint32_t value;

        if (!ent_read_word(reader, node->items[i], words, what, &value)) {
            good = false;
            continue;
        }
        if ((bits >> value & 1) != 0) {
            COMPLAIN(reader, node->items[i], "'%.60s' is listed twice",
                node->items[i]->text);
            good = false;
        }
        bits |= UINT32_C(1) << value;
    }
    *ret_bits = bits;
    return good;
}

static const struct ent_family *
read_family(
    const struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    const struct ent_family *family =
        ent_family_by_name(ent_view_text(node->text));
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(node->text));
    const struct ent_family *list;
    size_t count;

    if (family != NULL) {
        return family;
    }
    list = ent_family_list(&count);
    for (size_t i = 0; i < count; i++) {
        ent_nearest_try(&nearest, list[i].name);
    }
    if (nearest.best != NULL) {
        COMPLAIN(reader, node,
            "'%.60s' is no family of the catalogue; did you mean '%s'?",
            node->text, nearest.best);
    } else {
        COMPLAIN(
            reader, node, "'%.60s' is no family of the catalogue", node->text);
    }
    return NULL;
}

bool
ent_read_families(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_families *ret_families)
{
    struct ent_families families = {0};
    bool good = true;

    if (!ent_read_list(
            reader, node, "families", ENT_FAMILIES_MAX, ENT_YAML_SCALAR)) {
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct ent_family *family = read_family(reader, node->items[i]);

        if (family == NULL) {
            good = false;
            continue;
        }
        if (ent_families_have(&families, ent_family_index(family))) {
            COMPLAIN(reader, node->items[i], "'%.60s' is listed twice",
                node->items[i]->text);
            good = false;
        }
        ent_families_add(&families, ent_family_index(family));
    }
    *ret_families = families;
    return good;
}

bool
ent_read_term(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const struct ent_terms *terms,
    uint32_t *ret_value)
{
    uint32_t value = ent_term_value(terms, node->text);
    const char *near;
    char all[HINT_LEN];

    if (value != 0) {
        *ret_value = value;
        return true;
    }
    near = ent_term_nearest(terms, node->text);
    ent_term_list(terms, UINT32_MAX, all, sizeof all);
    if (near != NULL) {
        COMPLAIN(reader, node, "'%.60s' is no %s; did you mean '%s'?",
            node->text, terms->what, near);
    } else if (terms->count == 1) {
        COMPLAIN(reader, node, "'%.60s' is no %s; there is only '%s'",
            node->text, terms->what, all);
    } else {
        COMPLAIN(reader, node, "'%.60s' is no %s; there are %s", node->text,
            terms->what, all);
    }
    return false;
}

bool
ent_read_terms(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const struct ent_terms *terms,
    uint32_t *ret_bits)
{
    uint32_t bits = 0;
    bool good = true;

    if (!ent_read_list(
            reader, node, terms->what, terms->count, ENT_YAML_SCALAR)) {
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        uint32_t value;

        if (!ent_read_term(reader, node->items[i], terms, &value)) {
            good = false;
            continue;
        }
        if ((bits >> value & 1) != 0) {
            COMPLAIN(reader, node->items[i], "'%.60s' is listed twice",
                node->items[i]->text);
            good = false;
        }
        bits |= UINT32_C(1) << value;
    }
    *ret_bits = bits;
    return good;
}

bool
ent_read_fixed(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *word, const char *what)
{
    if (strcmp(node->text, word) == 0) {
        return true;
    }
    COMPLAIN(reader, node, "'%.60s' is no %s; this version knows '%s'",
        node->text, what, word);
    return false;
}
