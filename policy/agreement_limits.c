/* SPDX-License-Identifier: Apache-2.0 */
/* How much may be asked, what is given for statistics, what an emergency may
 * relax, and how a state stops it all. */
#include "policy/agreement_reader.h"

#include <string.h>

/* ---- document_check ---- */

static void
parse_quota(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"per_day", ENT_YAML_SCALAR, false},
        {"per_officer_per_hour", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    (void)ent_read_map(reader, node, "quota", KEYS(keys));
    value = ent_read_get(node, "per_day", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->document_check.day_mark = ent_mark_of(value);
        (void)ent_read_number(
            reader, value, "quota", &agreement->document_check.per_day);
    }
    value = ent_read_get(node, "per_officer_per_hour", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->document_check.officer_mark = ent_mark_of(value);
        (void)ent_read_number(reader, value, "quota",
            &agreement->document_check.per_officer_per_hour);
    }
}

enum ent_status
ent_parse_document_check(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"answer", ENT_YAML_SCALAR, true},
        {"quota", ENT_YAML_MAP, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    (void)ent_read_map(reader, node, "document_check", KEYS(keys));
    value = ent_read_get(node, "answer", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->document_check.answer_mark = ent_mark_of(value);
        agreement->document_check.hit_or_no_hit = ent_read_fixed(
            reader, value, "hit_or_no_hit", "answer to a document check");
    }
    value = ent_read_get(node, "quota", ENT_YAML_MAP);
    if (value != NULL) {
        parse_quota(reader, value);
    }
    return ENT_OK;
}

/* ---- statistics ---- */

enum ent_status
ent_parse_statistics(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"contribute_to_access", ENT_YAML_SCALAR, false},
        {"threshold", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    (void)ent_read_map(reader, node, "statistics", KEYS(keys));
    value = ent_read_get(node, "contribute_to_access", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->statistics.contribute_mark = ent_mark_of(value);
        (void)ent_read_duration(
            reader, value, &agreement->statistics.contribute_ms);
    }
    value = ent_read_get(node, "threshold", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->statistics.threshold_mark = ent_mark_of(value);
        (void)ent_read_number(
            reader, value, "threshold", &agreement->statistics.threshold);
    }
    return ENT_OK;
}

/* ---- emergency ---- */

enum ent_status
ent_parse_emergency(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"trigger", ENT_YAML_SCALAR, true},
        {"may_relax", ENT_YAML_LIST, true},
        {"approve", ENT_YAML_SCALAR, true},
        {"ends_after", ENT_YAML_SCALAR, true},
        {"review_within", ENT_YAML_SCALAR, true},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;
    uint32_t role;

    agreement->emergency.mark = ent_mark_of_key(reader->root, "emergency");
    (void)ent_read_map(reader, node, "emergency", KEYS(keys));
    value = ent_read_get(node, "trigger", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_fixed(
            reader, value, "imminent_threat_to_life", "trigger");
    }
    value = ent_read_get(node, "may_relax", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_terms(
            reader, value, &ent_relaxations, &agreement->emergency.may_relax);
    }
    value = ent_read_get(node, "approve", ENT_YAML_SCALAR);
    if (value != NULL && ent_read_term(reader, value, &ent_roles, &role)) {
        agreement->emergency.approver = (enum ent_role)role;
        agreement->emergency.approve_mark = ent_mark_of(value);
    }
    value = ent_read_get(node, "ends_after", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->emergency.ends_mark = ent_mark_of(value);
        (void)ent_read_duration(reader, value, &agreement->emergency.length_ms);
    }
    value = ent_read_get(node, "review_within", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_duration(reader, value, &agreement->emergency.review_ms);
    }
    return ENT_OK;
}

/* ---- suspension ---- */

/* "either" between two, "any" between more; they mean the same. */
static void
parse_by(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    if (strcmp(node->text, "either") != 0 && strcmp(node->text, "any") != 0) {
        COMPLAIN(reader, node,
            "'%.60s' does not say who suspends; each state can, alone: write "
            "either, or any",
            node->text);
    }
}

/* What outlives every suspension; an agreement can say so and not change it. */
static void
parse_survives(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    uint32_t bits = 0;

    if (!ent_read_terms(reader, node, &ent_survivors, &bits)) {
        return;
    }
    for (uint32_t value = 1; value <= ent_survivors.count; value++) {
        if ((bits >> value & 1) == 0) {
            COMPLAIN(reader, node,
                "'%s' outlives every suspension, so it belongs to the list",
                ent_term_word(&ent_survivors, value));
        }
    }
}

enum ent_status
ent_parse_suspension(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"by", ENT_YAML_SCALAR, true},
        {"notice", ENT_YAML_SCALAR, true},
        {"survives", ENT_YAML_LIST, true},
    };
    const struct ent_yaml_node *value;

    reader->agreement->suspension_mark =
        ent_mark_of_key(reader->root, "suspension");
    (void)ent_read_map(reader, node, "suspension", KEYS(keys));
    value = ent_read_get(node, "by", ENT_YAML_SCALAR);
    if (value != NULL) {
        parse_by(reader, value);
    }
    value = ent_read_get(node, "notice", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_fixed(reader, value, "none", "notice of suspension");
    }
    value = ent_read_get(node, "survives", ENT_YAML_LIST);
    if (value != NULL) {
        parse_survives(reader, value);
    }
    return ENT_OK;
}
