/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keyplace.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/yaml.h"
#include "proto/keytext.h"

static const char head[] =
    "# This key lies in a token and does not leave it; here stands where.\n";

static const struct {
    const char *word;
    enum ent_key_role role;
} uses[] = {
    {"authority", ENT_KEY_AUTHORITY},
    {"office", ENT_KEY_OFFICE},
    {"broker", ENT_KEY_BROKER},
    {"officer", ENT_KEY_OFFICER},
};

#define USES (sizeof uses / sizeof uses[0])

/* ---- reading ---- */

static const char *
value_of(const struct ent_yaml_node *map, const char *key,
    struct ent_complaints *complaints)
{
    const struct ent_yaml_node *node = ent_yaml_get(map, key);

    if (node != NULL && node->kind == ENT_YAML_SCALAR) {
        return node->text;
    }
    ent_complain(complaints, map->line, map->column,
        "'%s' is missing: a key in a token has token, use and public_key", key);
    return NULL;
}

static void
read_use(const struct ent_yaml_node *map, struct ent_keyplace *place,
    struct ent_complaints *complaints)
{
    const char *word = value_of(map, "use", complaints);

    for (size_t i = 0; word != NULL && i < USES; i++) {
        if (strcmp(word, uses[i].word) == 0) {
            place->role = uses[i].role;
            return;
        }
    }
    if (word != NULL) {
        ent_complain(complaints, map->line, map->column,
            "'use' is office, broker, authority or officer, not '%s'", word);
    }
}

static void
read_uri(const struct ent_yaml_node *map, struct ent_keyplace *place,
    struct ent_complaints *complaints)
{
    const char *uri = value_of(map, "token", complaints);

    if (uri == NULL) {
        return;
    }
    if (strncmp(uri, ENT_TOKEN_SCHEME, strlen(ENT_TOKEN_SCHEME)) != 0 ||
        strlen(uri) > ENT_TOKEN_URI_MAX) {
        ent_complain(complaints, map->line, map->column,
            "'token' must be a URI such as \"pkcs11:token=maesai;object="
            "office\", of at most %d letters",
            ENT_TOKEN_URI_MAX);
        return;
    }
    memcpy(place->uri, uri, strlen(uri) + 1);
}

static void
read_key(const struct ent_yaml_node *map, struct ent_keyplace *place,
    struct ent_complaints *complaints)
{
    const char *text = value_of(map, "public_key", complaints);
    struct ent_error why = {0};

    if (text != NULL &&
        ent_key_parse(ent_view_text(text), &place->key, &why) != ENT_OK) {
        ent_complain(
            complaints, map->line, map->column, "'public_key': %s", why.text);
    }
}

enum ent_status
ent_keyplace_parse(
    struct ent_view text, struct ent_keyplace *ret_place, struct ent_error *err)
{
    static const char *const known[] = {"token", "use", "public_key", NULL};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct ent_complaints complaints = {.count = 0};
    struct ent_keyplace place = {0};
    const struct ent_yaml_node *root;
    enum ent_status rc = ent_yaml_read(text, &yaml, &complaints, err);

    if (rc != ENT_OK) {
        return rc;
    }
    root = ent_yaml_root(yaml);
    if (root == NULL || root->kind != ENT_YAML_MAP) {
        return ent_fail(err, ENT_BAD_INPUT,
            "neither a key nor a note of where in a token it lies");
    }
    ent_yaml_unknown(root, known, &complaints);
    read_uri(root, &place, &complaints);
    read_use(root, &place, &complaints);
    read_key(root, &place, &complaints);
    if (complaints.count > 0) {
        return ent_fail(err, ENT_BAD_INPUT, "line %zu: %s",
            complaints.list[0].line, complaints.list[0].text);
    }
    *ret_place = place;
    return ENT_OK;
}

/* ---- writing ---- */

static const char *
word_of(enum ent_key_role role)
{
    size_t i = 0;

    while (i < USES - 1 && uses[i].role != role) {
        i++;
    }
    assert(uses[i].role == role);
    return uses[i].word;
}

void
ent_keyplace_format(
    const struct ent_keyplace *place, char out[static ENT_KEYPLACE_TEXT_MAX])
{
    char key[ENT_KEY_TEXT_LEN + 1];
    int len;

    ent_key_format(&place->key, key);
    len = snprintf(out, ENT_KEYPLACE_TEXT_MAX,
        "%stoken: \"%s\"\nuse: %s\npublic_key: %s\n", head, place->uri,
        word_of(place->role), key);
    assert(len > 0 && len < ENT_KEYPLACE_TEXT_MAX);
}
