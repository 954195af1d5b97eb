/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_reader.h"

#include <assert.h>
#include <string.h>

#define NAME_LEN_MIN 3
#define NAME_LEN_MAX 63
#define TITLE_MAX 200

/* ---- agreement, version, title ---- */

static bool
is_name(const char *text)
{
    size_t len = strlen(text);

    return len >= NAME_LEN_MIN && len <= NAME_LEN_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
           text[0] != '-' && text[len - 1] != '-';
}

static enum ent_status
parse_name(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    if (!is_name(node->text)) {
        COMPLAIN(reader, node,
            "'%.60s' is no name for an agreement; it has %d to %d characters "
            "a-z 0-9 -, as th-kh-border-information",
            node->text, NAME_LEN_MIN, NAME_LEN_MAX);
    }
    reader->agreement->name = node->text;
    return ENT_OK;
}

static enum ent_status
parse_version(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    (void)ent_read_number(reader, node, "version", &reader->agreement->version);
    return ENT_OK;
}

static enum ent_status
parse_title(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    (void)ent_read_text(reader, node, "the title", TITLE_MAX);
    reader->agreement->title = node->text;
    return ENT_OK;
}

/* ---- in_force ---- */

static enum ent_status
parse_in_force(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"from", ENT_YAML_SCALAR, true},
        {"until", ENT_YAML_SCALAR, true},
        {"review_by", ENT_YAML_SCALAR, false},
    };
    struct ent_agreement *agreement = reader->agreement;
    const struct ent_yaml_node *from;
    const struct ent_yaml_node *until;
    const struct ent_yaml_node *review;

    agreement->in_force.mark = ent_mark_of_key(reader->root, "in_force");
    if (!ent_read_map(reader, node, "in_force", KEYS(keys))) {
        return ENT_OK;
    }
    from = ent_read_get(node, "from", ENT_YAML_SCALAR);
    until = ent_read_get(node, "until", ENT_YAML_SCALAR);
    review = ent_read_get(node, "review_by", ENT_YAML_SCALAR);
    agreement->in_force.from = from->text;
    agreement->in_force.until = until->text;
    if (!ent_read_time(reader, from, false, &agreement->in_force.from_ms) ||
        !ent_read_time(reader, until, true, &agreement->in_force.until_ms)) {
        return ENT_OK;
    }
    if (strcmp(until->text, from->text) == 0 ||
        agreement->in_force.until_ms <= agreement->in_force.from_ms) {
        COMPLAIN(
            reader, until, "'until' must be later than 'from', %s", from->text);
    }
    if (review != NULL &&
        ent_read_time(reader, review, true, &agreement->in_force.review_ms) &&
        (agreement->in_force.review_ms <= agreement->in_force.from_ms ||
            agreement->in_force.review_ms > agreement->in_force.until_ms)) {
        COMPLAIN(
            reader, review, "'review_by' must lie between 'from' and 'until'");
    }
    return ENT_OK;
}

/* ---- the file ---- */

/* In the order of reading: later sections look at earlier ones, wherever they
 * stand in the file. */
static const struct section {
    struct agreement_key key;
    enum ent_status (*parse)(
        struct agreement_reader *reader, const struct ent_yaml_node *node);
} sections[] = {
    {{"agreement", ENT_YAML_SCALAR, true}, parse_name},
    {{"version", ENT_YAML_SCALAR, true}, parse_version},
    {{"title", ENT_YAML_SCALAR, true}, parse_title},
    {{"in_force", ENT_YAML_MAP, true}, parse_in_force},
    {{"parties", ENT_YAML_MAP, true}, ent_parse_parties},
    {{"offices", ENT_YAML_LIST, true}, ent_parse_offices},
    {{"pair_keys", ENT_YAML_LIST, false}, ent_parse_pair_keys},
    {{"purposes", ENT_YAML_MAP, true}, ent_parse_purposes},
    {{"offences", ENT_YAML_MAP, false}, ent_parse_offences},
    {{"exchange", ENT_YAML_LIST, true}, ent_parse_exchange},
    {{"fields", ENT_YAML_MAP, false}, ent_parse_fields},
    {{"classification", ENT_YAML_MAP, true}, ent_parse_classification},
    {{"handling", ENT_YAML_MAP, false}, ent_parse_handling},
    {{"onward", ENT_YAML_MAP, false}, ent_parse_onward},
    {{"document_check", ENT_YAML_MAP, false}, ent_parse_document_check},
    {{"statistics", ENT_YAML_MAP, false}, ent_parse_statistics},
    {{"retention", ENT_YAML_LIST, true}, ent_parse_retention},
    {{"correction", ENT_YAML_MAP, false}, ent_parse_correction},
    {{"recall", ENT_YAML_MAP, false}, ent_parse_recall},
    {{"safeguards", ENT_YAML_MAP, false}, ent_parse_safeguards},
    {{"assurances", ENT_YAML_LIST, false}, ent_parse_assurances},
    {{"service_levels", ENT_YAML_MAP, false}, ent_parse_service_levels},
    {{"hotline", ENT_YAML_MAP, false}, ent_parse_hotline},
    {{"emergency", ENT_YAML_MAP, false}, ent_parse_emergency},
    {{"suspension", ENT_YAML_MAP, false}, ent_parse_suspension},
    {{"without_prejudice", ENT_YAML_LIST, false}, ent_parse_without_prejudice},
};

#define SECTION_COUNT (sizeof sections / sizeof sections[0])

enum ent_status
ent_agreement_parse(
    struct agreement_reader *reader, const struct ent_yaml_node *root)
{
    struct agreement_key keys[SECTION_COUNT];

    assert(reader != NULL && root != NULL);

    reader->root = root;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        keys[i] = sections[i].key;
    }
    (void)ent_read_map(reader, root, "", KEYS(keys));
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct ent_yaml_node *node =
            ent_read_get(root, keys[i].name, keys[i].kind);
        enum ent_status rc;

        if (node == NULL) {
            continue; /* told above, or allowed to be absent */
        }
        rc = sections[i].parse(reader, node);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}
