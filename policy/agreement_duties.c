/* SPDX-License-Identifier: Apache-2.0 */
/* What must be done with what has passed, and by when. */
#include "policy/agreement_reader.h"

#include <assert.h>
#include <string.h>

#include "policy/word.h"

/* ---- retention ---- */

/* What happens then. The content is destroyed either way; `aggregate` says that
 * counts of it may stay. */
static void
parse_then(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_retention *retention)
{
    retention->aggregate = strcmp(node->text, "aggregate") == 0;
    if (!retention->aggregate && strcmp(node->text, "delete") != 0) {
        COMPLAIN(reader, node, "'%.60s' is no end; there are delete, aggregate",
            node->text);
    }
}

static void
parse_retention_row(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_retention *retention)
{
    static const struct agreement_key keys[] = {
        {"families", ENT_YAML_LIST, true},
        {"keep", ENT_YAML_SCALAR, true},
        {"review_every", ENT_YAML_SCALAR, false},
        {"then", ENT_YAML_SCALAR, true},
    };
    const struct ent_yaml_node *value;

    retention->mark = ent_mark_of(node);
    (void)ent_read_map(reader, node, "retention", KEYS(keys));
    value = ent_read_get(node, "keep", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_duration(reader, value, &retention->keep_ms);
    }
    value = ent_read_get(node, "review_every", ENT_YAML_SCALAR);
    if (value != NULL &&
        ent_read_duration(reader, value, &retention->review_ms) &&
        retention->keep_ms != 0 && retention->review_ms >= retention->keep_ms) {
        COMPLAIN(reader, value,
            "a review every %s never comes: it is kept for less", value->text);
    }
    value = ent_read_get(node, "then", ENT_YAML_SCALAR);
    if (value != NULL) {
        parse_then(reader, value, retention);
    }
    value = ent_read_get(node, "families", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_families(reader, value, &retention->families);
    }
}

/* One rule for each family: the first row that names it. */
static void
index_retention(const struct agreement_reader *reader, size_t row)
{
    struct ent_agreement *agreement = reader->agreement;
    const struct agreement_retention *retention = &agreement->retentions[row];
    size_t count;
    const struct ent_family *families = ent_family_list(&count);

    for (size_t i = 0; i < count; i++) {
        size_t *of = &agreement->retention_of[i];

        if (!ent_families_have(&retention->families, i)) {
            continue;
        }
        if (*of != ENT_NONE) {
            ent_complain(reader->complaints, retention->mark.line,
                retention->mark.column,
                "'%s' has a retention already, in line %zu", families[i].name,
                agreement->retentions[*of].mark.line);
            continue;
        }
        *of = row;
    }
}

enum ent_status
ent_parse_retention(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    enum ent_status rc;

    if (!ent_read_list(
            reader, node, "retention", ENT_RETENTIONS_MAX, ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *agreement->retentions,
        &agreement->retentions);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < node->count; i++) {
        parse_retention_row(reader, node->items[i], &agreement->retentions[i]);
        agreement->retention_count++;
        index_retention(reader, i);
    }
    return ENT_OK;
}

/* ---- service_levels, hotline ---- */

static void
parse_level(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_level *level)
{
    static const struct agreement_key keys[] = {
        {"acknowledge", ENT_YAML_SCALAR, true},
        {"reply", ENT_YAML_SCALAR, false},
    };
    const struct ent_yaml_node *acknowledge;
    const struct ent_yaml_node *reply;

    (void)ent_read_map(reader, node, "service_levels", KEYS(keys));
    acknowledge = ent_read_get(node, "acknowledge", ENT_YAML_SCALAR);
    if (acknowledge != NULL) {
        (void)ent_read_duration(reader, acknowledge, &level->acknowledge_ms);
    }
    reply = ent_read_get(node, "reply", ENT_YAML_SCALAR);
    level->reply_mark = ent_mark_of_key(node, "reply");
    if (reply != NULL && ent_read_duration(reader, reply, &level->reply_ms) &&
        level->reply_ms < level->acknowledge_ms) {
        COMPLAIN(reader, reply, "a reply cannot be due before 'acknowledge'");
    }
}

enum ent_status
ent_parse_service_levels(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"flash", ENT_YAML_MAP, false},
        {"immediate", ENT_YAML_MAP, false},
        {"priority", ENT_YAML_MAP, false},
        {"routine", ENT_YAML_MAP, false},
    };

    reader->agreement->levels_mark =
        ent_mark_of_key(reader->root, "service_levels");
    (void)ent_read_map(reader, node, "service_levels", KEYS(keys));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct ent_yaml_node *level =
            ent_read_get(node, keys[i].name, ENT_YAML_MAP);
        int rung =
            ent_word_value(&entente__v1__precedence__descriptor, keys[i].name);

        assert(rung > 0 && rung < ENT_LEVELS);
        if (level != NULL) {
            parse_level(reader, level, &reader->agreement->levels[rung]);
        }
    }
    return ENT_OK;
}

static void
parse_step(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"after", ENT_YAML_SCALAR, true},
        {"to", ENT_YAML_SCALAR, true},
    };
    struct ent_agreement *agreement = reader->agreement;
    size_t n = agreement->hotline.step_count++;
    struct ent_step *step = &agreement->hotline.ladder[n];
    const struct ent_yaml_node *after;
    const struct ent_yaml_node *to;
    uint32_t role;

    (void)ent_read_map(reader, node, "ladder", KEYS(keys));
    after = ent_read_get(node, "after", ENT_YAML_SCALAR);
    if (after != NULL && ent_read_duration(reader, after, &step->after_ms) &&
        n > 0 && step->after_ms <= agreement->hotline.ladder[n - 1].after_ms) {
        COMPLAIN(reader, after, "each rung comes later than the one before");
    }
    to = ent_read_get(node, "to", ENT_YAML_SCALAR);
    if (to != NULL && ent_read_term(reader, to, &ent_roles, &role)) {
        step->to = (enum ent_role)role;
    }
}

enum ent_status
ent_parse_hotline(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"ladder", ENT_YAML_LIST, false},
        {"drill_every", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    (void)ent_read_map(reader, node, "hotline", KEYS(keys));
    value = ent_read_get(node, "ladder", ENT_YAML_LIST);
    if (value != NULL) {
        agreement->hotline.ladder_mark = ent_mark_of_key(node, "ladder");
        if (ent_read_list(
                reader, value, "ladder", ENT_STEPS_MAX, ENT_YAML_MAP)) {
            for (size_t i = 0; i < value->count; i++) {
                parse_step(reader, value->items[i]);
            }
        }
    }
    value = ent_read_get(node, "drill_every", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->hotline.drill_mark = ent_mark_of_key(node, "drill_every");
        (void)ent_read_duration(reader, value, &agreement->hotline.drill_ms);
    }
    return ENT_OK;
}

/* ---- correction, recall ---- */

enum ent_status
ent_parse_correction(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"notify_within", ENT_YAML_SCALAR, true},
        {"apply_within", ENT_YAML_SCALAR, true},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    agreement->correction.mark = ent_mark_of_key(reader->root, "correction");
    (void)ent_read_map(reader, node, "correction", KEYS(keys));
    value = ent_read_get(node, "notify_within", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_duration(
            reader, value, &agreement->correction.notify_ms);
    }
    value = ent_read_get(node, "apply_within", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_duration(reader, value, &agreement->correction.apply_ms);
    }
    return ENT_OK;
}

enum ent_status
ent_parse_recall(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"purge_within", ENT_YAML_SCALAR, true},
        {"certificate", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *value;

    agreement->recall.mark = ent_mark_of_key(reader->root, "recall");
    (void)ent_read_map(reader, node, "recall", KEYS(keys));
    value = ent_read_get(node, "purge_within", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_duration(reader, value, &agreement->recall.purge_ms);
    }
    value = ent_read_get(node, "certificate", ENT_YAML_SCALAR);
    if (value != NULL) {
        agreement->recall.certificate =
            ent_read_fixed(reader, value, "required", "rule for certificates");
    }
    return ENT_OK;
}
