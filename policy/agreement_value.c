/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "policy/word.h"
#include "proto/base/nearest.h"
#include "proto/base/time.h"

#define KEY_PREFIX "ed25519:"
#define DATE_LEN 10 /* "2026-01-01" */
#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define VERSION_DIGITS_MAX 9
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
    switch (kind) {
    case ENT_YAML_SCALAR:
        return "a single value";
    case ENT_YAML_LIST:
        return "a list, [...]";
    case ENT_YAML_MAP:
        return "a map, {key: value}";
    }
    return "something else";
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

/* Complain about the keys that are there; a refused one must not be hinted at
 * as unknown, so it counts as known. */
static bool
read_present_keys(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *path,
    const struct agreement_key *keys, size_t count)
{
    const char *known[ENT_KEYS_MAX + 1] = {NULL};
    size_t known_count = count;
    bool good = true;

    assert(count <= ENT_KEYS_MAX);

    for (size_t i = 0; i < count; i++) {
        known[i] = keys[i].name;
    }
    for (const char *key; (key = ent_agreement_refused_key(
                               path, known_count - count)) != NULL;) {
        assert(known_count < ENT_KEYS_MAX);
        known[known_count++] = key;
    }
    ent_yaml_unknown(node, known, reader->complaints);

    for (size_t i = 0; i < node->count; i++) {
        const struct agreement_key *key =
            key_of(keys, count, node->keys[i]->text);

        if (key == NULL) {
            (void)ent_agreement_refuse_key(reader, path, node->keys[i]);
            good = false;
        } else if (node->items[i]->kind != key->kind) {
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
    good = read_present_keys(reader, node, path, keys, count);
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
    const struct ent_yaml_node *node, struct agreement_families *ret_families)
{
    struct agreement_families families = {0};
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
ent_read_version(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint64_t *ret_version)
{
    size_t len = strspn(node->text, "0123456789");
    uint64_t version = 0;

    for (size_t i = 0; i < len && i < VERSION_DIGITS_MAX; i++) {
        version = version * 10 + (uint64_t)(node->text[i] - '0');
    }
    if (len == 0 || len > VERSION_DIGITS_MAX || node->text[len] != '\0' ||
        node->text[0] == '0') {
        COMPLAIN(reader, node,
            "'%.60s' is no version; versions are 1, 2, 3 and so on",
            node->text);
        return false;
    }
    *ret_version = version;
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
