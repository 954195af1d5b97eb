/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_internal.h"

#include <assert.h>
#include <string.h>

#include "policy/minimise.h"
#include "policy/word.h"

#define LABEL_MAX 200 /* what a state calls a rung */

/* ---- fields ---- */

static bool
add_chain(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    struct agreement_path *path = context;
    struct agreement_chain chain = {0};

    for (const struct ent_path_level *at = level; at->via != NULL;
         at = at->above) {
        chain.count++;
    }
    chain.steps[chain.count] = field;
    for (size_t i = chain.count; i > 0; i--) {
        chain.steps[i - 1] = level->via;
        level = level->above;
    }
    chain.count++;
    path->chains[path->chain_count++] = chain;
    return true;
}

static bool
count_chain(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    (void)level;
    (void)field;
    (*(size_t *)context)++;
    return true;
}

/* Look the path up in the schema once, so that a decision only follows it. */
static enum ent_status
prepare_path(const struct agreement_reader *reader, struct agreement_path *path)
{
    size_t count = 0;
    enum ent_status rc;

    ent_path_walk_schema(path->text, count_chain, &count);
    if (count == 0) {
        return ENT_OK; /* a field of a later family */
    }
    rc = ent_read_alloc(reader, count, sizeof *path->chains, &path->chains);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_path_walk_schema(path->text, add_chain, path);
    return ENT_OK;
}

static bool
has_path(const struct agreement_paths *paths, const char *text)
{
    for (size_t i = 0; i < paths->count; i++) {
        if (strcmp(paths->list[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* Complain about a path that names nothing, or is there already. */
static bool
is_good_path(
    const struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    char near[ENT_PATH_LEN];

    if (has_path(&reader->agreement->prohibited, node->text) ||
        has_path(&reader->agreement->withheld, node->text)) {
        COMPLAIN(reader, node, "'%.60s' is listed twice", node->text);
        return false;
    }
    if (ent_path_is_known(node->text)) {
        return true;
    }
    if (!ent_path_is_formed(node->text)) {
        COMPLAIN(reader, node,
            "'%.60s' is no field; write entity and field, as person.name",
            node->text);
    } else if (ent_path_nearest(node->text, near)) {
        COMPLAIN(reader, node,
            "'%.60s' is no field of the catalogue; did you mean '%s'?",
            node->text, near);
    } else {
        COMPLAIN(
            reader, node, "'%.60s' is no field of the catalogue", node->text);
    }
    return false;
}

static enum ent_status
parse_paths(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, size_t max,
    struct agreement_paths *paths)
{
    enum ent_status rc;

    if (!ent_read_list(reader, node, what, max, ENT_YAML_SCALAR)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *paths->list, &paths->list);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct agreement_path *path = &paths->list[paths->count];

        if (!is_good_path(reader, node->items[i])) {
            continue;
        }
        path->text = node->items[i]->text;
        path->line = node->items[i]->line;
        paths->count++;
        rc = prepare_path(reader, path);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
ent_parse_fields(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"prohibited", ENT_YAML_LIST, false},
        {"withhold_until_hit", ENT_YAML_LIST, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *list;
    enum ent_status rc = ENT_OK;

    (void)ent_read_map(reader, node, "fields", KEYS(keys));
    list = ent_read_get(node, "prohibited", ENT_YAML_LIST);
    if (list != NULL) {
        rc = parse_paths(reader, list, "prohibited", ENT_PROHIBITED_MAX,
            &agreement->prohibited);
    }
    list = ent_read_get(node, "withhold_until_hit", ENT_YAML_LIST);
    if (rc == ENT_OK && list != NULL) {
        rc = parse_paths(reader, list, "withhold_until_hit", ENT_MASKS_MAX,
            &agreement->withheld);
    }
    return rc;
}

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
    if (agreement->equivalence[rung] != NULL) {
        COMPLAIN(reader, level, "'%.60s' is listed twice", level->text);
    }
    if (agreement->ceiling != 0 && rung > agreement->ceiling) {
        COMPLAIN(reader, level,
            "'%.60s' is above the ceiling, so nothing can bear it",
            level->text);
    }
    agreement->equivalence[rung] = node;
    agreement->equivalent |= UINT32_C(1) << rung;
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
    if (strcmp(judicial->text, "consent") != 0) {
        COMPLAIN(reader, judicial,
            "'%.60s' is no rule for use in court; this version knows 'consent'",
            judicial->text);
    }
    agreement->handling |= UINT32_C(1) << ENTENTE__V1__HANDLING__H1;
    return ENT_OK;
}

/* ---- retention, service_levels ---- */

/* What happens then. The content is destroyed either way; `aggregate` says that
 * counts of it may stay. */
static bool
parse_then(
    const struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    bool aggregate = strcmp(node->text, "aggregate") == 0;

    if (!aggregate && strcmp(node->text, "delete") != 0) {
        COMPLAIN(reader, node, "'%.60s' is no end; there are delete, aggregate",
            node->text);
    }
    return aggregate;
}

static void
parse_retention_row(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_retention *retention)
{
    static const struct agreement_key keys[] = {
        {"families", ENT_YAML_LIST, true},
        {"keep", ENT_YAML_SCALAR, true},
        {"then", ENT_YAML_SCALAR, true},
    };
    const struct ent_yaml_node *value;

    retention->mark = ent_mark_of(node);
    (void)ent_read_map(reader, node, "retention", KEYS(keys));
    value = ent_read_get(node, "keep", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_duration(reader, value, &retention->keep_ms);
    }
    value = ent_read_get(node, "then", ENT_YAML_SCALAR);
    if (value != NULL) {
        retention->aggregate = parse_then(reader, value);
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
