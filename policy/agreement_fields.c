/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that never pass, or not until a hit. */
#include "policy/agreement_reader.h"

#include <string.h>

#include "policy/minimise.h"

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

enum ent_status
ent_path_prepare(
    const struct agreement_reader *reader, struct agreement_path *path)
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
        rc = ent_path_prepare(reader, path);
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
        rc = parse_paths(reader, list, "withhold_until_hit", ENT_WITHHELD_MAX,
            &agreement->withheld);
    }
    return rc;
}
