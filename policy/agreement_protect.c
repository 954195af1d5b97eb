/* SPDX-License-Identifier: Apache-2.0 */
/* Who must be protected: minors, victims, and whoever the law of the recipient
 * threatens. */
#include "policy/agreement_reader.h"

#include <string.h>

/* ---- safeguards ---- */

static void
parse_minors(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"nominal_only_for", ENT_YAML_LIST, true},
        {"copy_to", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;
    uint32_t desk;

    (void)ent_read_map(reader, node, "minors", KEYS(keys));
    value = ent_read_get(node, "nominal_only_for", ENT_YAML_LIST);
    if (value != NULL) {
        agreement->minors.measures_mark =
            ent_mark_of_key(node, "nominal_only_for");
        (void)ent_read_terms(
            reader, value, &ent_measures, &agreement->minors.measures);
    }
    value = ent_read_get(node, "copy_to", ENT_YAML_SCALAR);
    if (value != NULL && ent_read_term(reader, value, &ent_desks, &desk)) {
        agreement->minors.copy_mark = ent_mark_of(value);
        agreement->minors.copy_to = UINT32_C(1) << desk;
    }
}

/* A rule that an agreement can state and not switch off. */
static bool
read_true(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *rule)
{
    if (strcmp(node->text, "true") == 0) {
        return true;
    }
    if (strcmp(node->text, "false") == 0) {
        COMPLAIN(reader, node,
            "no agreement can switch '%s' off; write true, or leave it out",
            rule);
    } else {
        COMPLAIN(reader, node, "'%.60s' is no answer; '%s' can only be true",
            node->text, rule);
    }
    return false;
}

/* The fields that say who somebody is. */
static enum ent_status
prepare_names(struct agreement_reader *reader)
{
    static const char *const names[] = {
        "person.name",
        "person.native_name",
        "person.aliases",
        "person.photo",
    };
    struct agreement_paths *paths = &reader->agreement->victims.names;
    const size_t count = sizeof names / sizeof names[0];
    enum ent_status rc;

    rc = ent_read_alloc(reader, count, sizeof *paths->list, &paths->list);
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        paths->list[i].text = names[i];
        paths->count++;
        rc = ent_path_prepare(reader, &paths->list[i]);
    }
    return rc;
}

static enum ent_status
parse_victims(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"non_punishment", ENT_YAML_SCALAR, false},
        {"consent_for_name", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    (void)ent_read_map(reader, node, "victims", KEYS(keys));
    value = ent_read_get(node, "non_punishment", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->victims.punishment_mark = ent_mark_of(value);
        agreement->victims.non_punishment =
            read_true(reader, value, "non_punishment");
    }
    value = ent_read_get(node, "consent_for_name", ENT_YAML_SCALAR);
    if (value == NULL) {
        return ENT_OK;
    }
    agreement->victims.consent_mark = ent_mark_of(value);
    agreement->victims.consent_for_name =
        read_true(reader, value, "consent_for_name");
    return prepare_names(reader);
}

enum ent_status
ent_parse_safeguards(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"minors", ENT_YAML_MAP, false},
        {"victims", ENT_YAML_MAP, false},
    };
    const struct ent_yaml_node *value;

    (void)ent_read_map(reader, node, "safeguards", KEYS(keys));
    value = ent_read_get(node, "minors", ENT_YAML_MAP);
    if (value != NULL) {
        parse_minors(reader, value);
    }
    value = ent_read_get(node, "victims", ENT_YAML_MAP);
    return value != NULL ? parse_victims(reader, value) : ENT_OK;
}

/* ---- assurances ---- */

static void
parse_assurance(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_assurance *assurance)
{
    static const struct agreement_key keys[] = {
        {"risk", ENT_YAML_SCALAR, true},
        {"offences", ENT_YAML_LIST, true},
        {"families", ENT_YAML_LIST, true},
        {"required", ENT_YAML_SCALAR, true},
    };
    const struct ent_yaml_node *value;
    uint32_t risk;

    assurance->mark = ent_mark_of(node);
    (void)ent_read_map(reader, node, "assurances", KEYS(keys));
    value = ent_read_get(node, "risk", ENT_YAML_SCALAR);
    if (value != NULL && ent_read_term(reader, value, &ent_risks, &risk)) {
        assurance->risk = (enum ent_risk)risk;
    }
    value = ent_read_get(node, "offences", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_words(reader, value, &entente__v1__offence__descriptor,
            "offence", &assurance->offences);
    }
    value = ent_read_get(node, "families", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_families(reader, value, &assurance->families);
    }
    value = ent_read_get(node, "required", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_fixed(reader, value, "written", "form of an assurance");
    }
}

enum ent_status
ent_parse_assurances(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    enum ent_status rc;

    if (!ent_read_list(
            reader, node, "assurances", ENT_ASSURANCES_MAX, ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *agreement->assurances,
        &agreement->assurances);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_assurance(reader, node->items[i], &agreement->assurances[i]);
        agreement->assurance_count++;
    }
    return ENT_OK;
}
