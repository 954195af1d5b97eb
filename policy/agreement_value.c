/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_reader.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/time.h"

#define KEY_PREFIX "ed25519:"
#define DATE_LEN 10 /* "2026-01-01" */
#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define DIGITS_MAX 9
#define MONTHS_MAX 1200 /* a hundred years, as for every duration */

/* An array that dies with the agreement. */
enum ent_status
ent_read_alloc(const struct agreement_reader *reader, size_t count, size_t size,
    void *ret_rows)
{
    void *rows = calloc(count, size);

    if (rows == NULL) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "loading an agreement");
    }
    memcpy(ret_rows, &rows, sizeof rows);
    return ENT_OK;
}

static const char *
kind_words(enum ent_yaml_kind kind)
{
    switch ((int)kind) {
    case ENT_YAML_SCALAR:
        return "a single value";
    case ENT_YAML_LIST:
        return "a list, [...]";
    case ENT_YAML_MAP:
        return "a map, {key: value}";
    case ENT_YAML_SCALAR_OR_LIST:
        return "a single value or a list, [...]";
    default:
        return "something else";
    }
}

static bool
is_of_kind(const struct ent_yaml_node *node, enum ent_yaml_kind kind)
{
    return node->kind == kind ||
           (kind == ENT_YAML_SCALAR_OR_LIST && node->kind != ENT_YAML_MAP);
}

static const struct agreement_key *
key_of(const struct agreement_key *keys, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

/* Complain about the keys that are there. */
static bool
read_present_keys(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const struct agreement_key *keys,
    size_t count)
{
    const char *known[ENT_KEYS_MAX + 1] = {NULL};
    bool good = true;

    assert(count <= ENT_KEYS_MAX);

    for (size_t i = 0; i < count; i++) {
        known[i] = keys[i].name;
    }
    ent_yaml_unknown(node, known, reader->complaints);

    for (size_t i = 0; i < node->count; i++) {
        const struct agreement_key *key =
            key_of(keys, count, node->keys[i]->text);

        if (key == NULL) {
            good = false;
        } else if (!is_of_kind(node->items[i], key->kind)) {
            COMPLAIN(reader, node->items[i], "'%s' must be %s", key->name,
                kind_words(key->kind));
            good = false;
        }
    }
    return good;
}

bool
ent_read_map(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *path,
    const struct agreement_key *keys, size_t count)
{
    bool good;

    assert(reader != NULL && node != NULL && path != NULL && keys != NULL);

    if (node->kind != ENT_YAML_MAP) {
        COMPLAIN(reader, node, "%s%s must be %s", path[0] != '\0' ? "" : "it",
            path, kind_words(ENT_YAML_MAP));
        return false;
    }
    good = read_present_keys(reader, node, keys, count);
    for (size_t i = 0; i < count; i++) {
        if (keys[i].needed && ent_yaml_get(node, keys[i].name) == NULL) {
            COMPLAIN(reader, node, "'%s' is missing%s%s", keys[i].name,
                path[0] != '\0' ? " in " : "", path);
            good = false;
        }
    }
    return good;
}

const struct ent_yaml_node *
ent_read_get(
    const struct ent_yaml_node *map, const char *key, enum ent_yaml_kind kind)
{
    const struct ent_yaml_node *value;

    if (map == NULL || map->kind != ENT_YAML_MAP) {
        return NULL;
    }
    value = ent_yaml_get(map, key);
    return value != NULL && value->kind == kind ? value : NULL;
}

struct agreement_mark
ent_mark_of_key(const struct ent_yaml_node *map, const char *key)
{
    struct agreement_mark mark = {0};

    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->keys[i]->text, key) == 0) {
            mark = ent_mark_of(map->keys[i]);
        }
    }
    return mark;
}

bool
ent_read_list(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, size_t max,
    enum ent_yaml_kind kind)
{
    bool good = true;

    assert(node->kind == ENT_YAML_LIST);

    if (node->count == 0 || node->count > max) {
        COMPLAIN(reader, node, "%s must have 1 to %zu entries, not %zu", what,
            max, node->count);
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind != kind) {
            COMPLAIN(reader, node->items[i], "an entry of %s must be %s", what,
                kind_words(kind));
            good = false;
        }
    }
    return good;
}

bool
ent_read_time(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, bool end, uint64_t *ret_ms)
{
    struct ent_view text = ent_view_text(node->text);
    struct ent_error err;
    enum ent_status rc;
    uint64_t ms;

    if (text.len == DATE_LEN) {
        rc = ent_date_parse(text, &ms, &err);
    } else {
        rc = ent_time_parse(text, &ms, &err);
    }
    if (rc != ENT_OK) {
        COMPLAIN(reader, node, "%s; write a date as 2026-01-31", err.text);
        return false;
    }
    *ret_ms = end && text.len == DATE_LEN ? ms + DAY_MS : ms;
    return true;
}

bool
ent_read_duration(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint64_t *ret_ms)
{
    struct ent_error err;
    enum ent_status rc;
    uint64_t ms;

    rc = ent_duration_parse(ent_view_text(node->text), &ms, &err);
    if (rc != ENT_OK) {
        COMPLAIN(
            reader, node, "%s; write a duration as PT30M or P30D", err.text);
        return false;
    }
    if (ms == 0) {
        COMPLAIN(reader, node, "a duration of nothing; write one as PT30M");
        return false;
    }
    *ret_ms = ms;
    return true;
}

/* A number before `unit`; moves `text` behind it. 0 when there is none. */
static uint32_t
read_count(const char **text, char unit)
{
    const char *at = *text;
    uint32_t count = 0;

    while (*at >= '0' && *at <= '9' && count <= MONTHS_MAX) {
        count = count * 10 + (uint32_t)(*at - '0');
        at++;
    }
    if (at == *text || *at != unit) {
        return 0;
    }
    *text = at + 1;
    return count;
}

bool
ent_read_months(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint32_t *ret_months)
{
    const char *text = node->text;
    uint32_t months = 0;

    if (*text == 'P') {
        text++;
        months = read_count(&text, 'Y') * 12;
        months += read_count(&text, 'M');
    }
    if (*text != '\0' || months == 0 || months > MONTHS_MAX) {
        COMPLAIN(reader, node,
            "'%.60s' is no penalty; write years and months, as P1Y or P1Y6M",
            node->text);
        return false;
    }
    *ret_months = months;
    return true;
}

bool
ent_read_number(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, uint64_t *ret_number)
{
    size_t len = strspn(node->text, "0123456789");
    uint64_t number = 0;

    for (size_t i = 0; i < len && i < DIGITS_MAX; i++) {
        number = number * 10 + (uint64_t)(node->text[i] - '0');
    }
    if (len == 0 || len > DIGITS_MAX || node->text[len] != '\0' ||
        node->text[0] == '0') {
        COMPLAIN(reader, node,
            "'%.60s' is no %s; write one as 1, 2, 3 and so on", node->text,
            what);
        return false;
    }
    *ret_number = number;
    return true;
}

bool
ent_read_key(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_verify_key *ret_key)
{
    const char *text = node->text;
    size_t prefix = strlen(KEY_PREFIX);
    struct ent_verify_key key;
    const char *end = NULL;
    size_t len = 0;
    enum ent_status rc;

    if (strncmp(text, KEY_PREFIX, prefix) != 0 ||
        sodium_base642bin(key.bytes, sizeof key.bytes, text + prefix,
            strlen(text) - prefix, NULL, &len, &end,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        *end != '\0' || len != sizeof key.bytes) {
        COMPLAIN(reader, node,
            "not a key; an authority's key is '" KEY_PREFIX
            "' and 43 characters of base64url");
        return false;
    }
    rc = ent_verify_key_check(&key, NULL);
    if (rc != ENT_OK) {
        COMPLAIN(reader, node,
            "nobody can have this key: it is no point of the curve");
        return false;
    }
    *ret_key = key;
    return true;
}

bool
ent_read_text(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, size_t max)
{
    size_t len;

    if (node->kind != ENT_YAML_SCALAR) {
        COMPLAIN(
            reader, node, "%s must be %s", what, kind_words(ENT_YAML_SCALAR));
        return false;
    }
    len = strlen(node->text);
    if (len == 0 || len > max) {
        COMPLAIN(reader, node, "%s must have 1 to %zu bytes, not %zu", what,
            max, len);
        return false;
    }
    return true;
}
