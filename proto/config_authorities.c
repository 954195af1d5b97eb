/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "proto/config.h"
#include "proto/keytext.h"

/* One authority; `at` is where to point when it is wrong. */
static void
add(struct ent_config *config, const struct ent_yaml_node *at,
    const char *state, const char *key, struct ent_authorities *authorities)
{
    struct ent_authority *authority = &authorities->list[authorities->count];

    if (state == NULL || key == NULL || strlen(state) > ENT_STATE_MAX ||
        ent_key_parse(ent_view_text(key), &authority->key, NULL) != ENT_OK) {
        ent_complain(config->complaints, at->line, at->column,
            "an authority is a state and its public key: th, and ed25519: "
            "with 43 characters of base64url");
        return;
    }
    if (ent_authorities_find(authorities, state) != NULL) {
        ent_complain(config->complaints, at->line, at->column,
            "'%s' has an authority already", state);
        return;
    }
    (void)snprintf(authority->state, sizeof authority->state, "%s", state);
    authorities->count++;
}

static void
add_item(struct ent_config *config, const struct ent_yaml_node *item,
    struct ent_authorities *authorities)
{
    static const char *const known[] = {"state", "key", NULL};

    if (item->kind != ENT_YAML_MAP) {
        add(config, item, NULL, NULL, authorities);
        return;
    }
    ent_yaml_unknown(item, known, config->complaints);
    add(config, item, ent_config_text(item, "state"),
        ent_config_text(item, "key"), authorities);
}

void
ent_config_authorities(
    struct ent_config *config, struct ent_authorities *ret_authorities)
{
    const struct ent_yaml_node *node =
        ent_yaml_get(config->root, "authorities");
    const struct ent_yaml_node *at = node == NULL ? config->root : node;

    ret_authorities->count = 0;
    if (node == NULL || node->kind == ENT_YAML_SCALAR || node->count == 0 ||
        node->count > ENT_AUTHORITIES_MAX) {
        ent_complain(config->complaints, at->line, at->column,
            "'authorities' must name the public keys of the states whose "
            "offices are known here: {th: ed25519:..., kh: ed25519:...}");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct ent_yaml_node *item = node->items[i];

        if (node->kind == ENT_YAML_MAP) {
            add(config, item, node->keys[i]->text, item->text, ret_authorities);
        } else {
            add_item(config, item, ret_authorities);
        }
    }
}

const struct ent_verify_key *
ent_authorities_find(
    const struct ent_authorities *authorities, const char *state)
{
    for (size_t i = 0; i < authorities->count; i++) {
        if (strcmp(authorities->list[i].state, state) == 0) {
            return &authorities->list[i].key;
        }
    }
    return NULL;
}

void
ent_authorities_print(const struct ent_authorities *authorities)
{
    printf("authorities:\n");
    for (size_t i = 0; i < authorities->count; i++) {
        char text[ENT_KEY_TEXT_LEN + 1];

        ent_key_format(&authorities->list[i].key, text);
        printf("  %s: %s\n", authorities->list[i].state, text);
    }
}
