/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/file.h"
#include "proto/base/time.h"

#define MIB ((uint64_t)1024 * 1024)
#define HELP_WIDTH 20
#define WANT_MAX 96

/* ---- the file ---- */

static void
own_folder(const char *path, char *ret_folder)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        (void)snprintf(ret_folder, PATH_MAX, ".");
    } else {
        (void)snprintf(ret_folder, PATH_MAX, "%.*s", (int)(slash - path), path);
    }
}

enum ent_status
ent_config_open(struct ent_config *config, const char *path,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;

    memset(config, 0, sizeof *config);
    config->path = path;
    config->complaints = complaints;
    own_folder(path, config->folder);
    rc = ent_file_read(path, ENT_YAML_SIZE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_yaml_read(
            ent_bytes_view(&text), &config->yaml, complaints, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    config->root = ent_yaml_root(config->yaml);
    if (config->root == NULL || config->root->kind != ENT_YAML_MAP) {
        ent_config_close(config);
        return ent_fail(err, ENT_BAD_INPUT, "'%s' holds no keys", path);
    }
    return ENT_OK;
}

void
ent_config_close(struct ent_config *config)
{
    ent_yaml_free(&config->yaml);
    config->root = NULL;
}

enum ent_status
ent_config_end(struct ent_config *config, struct ent_error *err)
{
    const struct ent_complaints *complaints = config->complaints;

    ent_complaints_sort(config->complaints);
    if (complaints->count > 0) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu things are wrong in '%s'",
            complaints->count + complaints->dropped, config->path);
    }
    return ENT_OK;
}

/* ---- values ---- */

const char *
ent_config_text(const struct ent_yaml_node *map, const char *key)
{
    const struct ent_yaml_node *node = ent_yaml_get(map, key);

    return node != NULL && node->kind == ENT_YAML_SCALAR ? node->text : NULL;
}

bool
ent_config_path(const struct ent_config *config, const char *text,
    char ret_path[static PATH_MAX])
{
    int len;

    if (text[0] == '/' || text[0] == '\0') {
        len = snprintf(ret_path, PATH_MAX, "%s", text);
    } else {
        len = snprintf(ret_path, PATH_MAX, "%s/%s", config->folder, text);
    }
    return len < PATH_MAX;
}

static bool
read_number(const char *text, uint64_t *ret_number)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);

    /* ULLONG_MAX is also what too large a number becomes. */
    if (*text < '0' || *text > '9' || *end != '\0' || number == ULLONG_MAX) {
        return false;
    }
    *ret_number = number;
    return true;
}

static bool
set_number(const struct ent_config_row *row, const char *text, void *place)
{
    uint64_t number;

    if (row->kind == ENT_CONFIG_DURATION) {
        if (ent_duration_parse(ent_view_text(text), &number, NULL) != ENT_OK) {
            return false;
        }
    } else if (!read_number(text, &number)) {
        return false;
    }
    if (number < row->min || number > row->max) {
        return false;
    }
    number *= row->kind == ENT_CONFIG_MIB ? MIB : 1;
    memcpy(place, &number, sizeof number);
    return true;
}

/* What may be left out may also be given as nothing. */
static bool
set_endpoint(const struct ent_config_row *row, const char *text, char *place)
{
    bool left_out =
        text[0] == '\0' && row->fallback != NULL && row->fallback[0] == '\0';

    return (left_out || strncmp(text, "tcp://", 6) == 0) &&
           snprintf(place, ENT_ENDPOINT_MAX + 1, "%s", text) <=
               ENT_ENDPOINT_MAX;
}

static bool
set_token(const char *text, char *place)
{
    return (text[0] == '\0' || strncmp(text, ENT_TOKEN_SCHEME,
                                   strlen(ENT_TOKEN_SCHEME)) == 0) &&
           snprintf(place, ENT_TOKEN_URI_MAX + 1, "%s", text) <=
               ENT_TOKEN_URI_MAX;
}

/* Put `text` where the row says; false when it is not what the row wants. */
static bool
set_row(const struct ent_config *config, const struct ent_config_row *row,
    const char *text, void *place)
{
    switch (row->kind) {
    case ENT_CONFIG_ADDRESS:
        return ent_address_parse(ent_view_text(text), place, NULL) == ENT_OK;
    case ENT_CONFIG_PATH:
        return ent_config_path(config, text, place);
    case ENT_CONFIG_ENDPOINT:
        return set_endpoint(row, text, place);
    case ENT_CONFIG_TOKEN:
        return set_token(text, place);
    case ENT_CONFIG_MIB:
    case ENT_CONFIG_NUMBER:
    case ENT_CONFIG_DURATION:
        return set_number(row, text, place);
    }
    return false;
}

/* What would have been right. */
static void
describe(const struct ent_config_row *row, char out[static WANT_MAX])
{
    const unsigned long long min = row->min;
    const unsigned long long max = row->max;

    switch (row->kind) {
    case ENT_CONFIG_ADDRESS:
        (void)snprintf(out, WANT_MAX, "an address such as blo-maesai@th");
        break;
    case ENT_CONFIG_PATH:
        (void)snprintf(out, WANT_MAX, "a shorter path");
        break;
    case ENT_CONFIG_ENDPOINT:
        (void)snprintf(
            out, WANT_MAX, "an endpoint such as tcp://127.0.0.1:7100");
        break;
    case ENT_CONFIG_TOKEN:
        (void)snprintf(out, WANT_MAX,
            "a URI such as \"pkcs11:token=maesai;object=passphrase\"");
        break;
    case ENT_CONFIG_MIB:
        (void)snprintf(
            out, WANT_MAX, "a number of MiB from %llu to %llu", min, max);
        break;
    case ENT_CONFIG_NUMBER:
        (void)snprintf(out, WANT_MAX, "a number from %llu to %llu", min, max);
        break;
    case ENT_CONFIG_DURATION:
        (void)snprintf(out, WANT_MAX,
            "an ISO 8601 duration from PT%lluM to P%lluD", min / 60000,
            max / 86400000);
        break;
    }
}

/* ---- rows ---- */

static const struct ent_yaml_node *
map_of(const struct ent_config *config, const struct ent_config_row *row)
{
    const struct ent_yaml_node *map =
        row->section == NULL ? config->root
                             : ent_yaml_get(config->root, row->section);

    return map != NULL && map->kind == ENT_YAML_MAP ? map : NULL;
}

static void
read_row(
    struct ent_config *config, const struct ent_config_row *row, void *place)
{
    const struct ent_yaml_node *map = map_of(config, row);
    const struct ent_yaml_node *node =
        map == NULL ? NULL : ent_yaml_get(map, row->key);
    const struct ent_yaml_node *at = node == NULL ? config->root : node;
    const char *text = node == NULL ? row->fallback : node->text;
    char want[WANT_MAX] = "";

    if (node != NULL && node->kind != ENT_YAML_SCALAR) {
        ent_complain(config->complaints, at->line, at->column,
            "'%s' must be one value: %s", row->key, row->help);
        return;
    }
    if (text == NULL) {
        ent_complain(config->complaints, at->line, at->column,
            "'%s' is missing: %s", row->key, row->help);
        return;
    }
    if (!set_row(config, row, text, (char *)place + row->offset)) {
        describe(row, want);
        ent_complain(config->complaints, at->line, at->column,
            "'%s' is '%s', but must be %s", row->key, text, want);
    }
}

#define KNOWN_MAX 64

/* Add `key` to a list that ends with NULL, once. */
static void
add_known(const char **known, const char *key)
{
    size_t i = 0;

    while (known[i] != NULL && strcmp(known[i], key) != 0) {
        i++;
    }
    if (i < KNOWN_MAX) {
        known[i] = key;
    }
}

/* Complain about the keys of `section` (NULL: the top level) that no row has
 * and that are not in `others`. */
static void
check_keys(struct ent_config *config, const char *section,
    const struct ent_config_row *rows, size_t count, const char *const *others)
{
    const struct ent_yaml_node *map =
        section == NULL ? config->root : ent_yaml_get(config->root, section);
    const char *known[KNOWN_MAX + 1] = {NULL};

    if (map == NULL) {
        return;
    }
    if (map->kind != ENT_YAML_MAP) {
        ent_complain(config->complaints, map->line, map->column,
            "'%s' must be a map of its keys", section);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *of = rows[i].section;

        if (section == NULL) {
            add_known(known, of == NULL ? rows[i].key : of);
        } else if (of != NULL && strcmp(of, section) == 0) {
            add_known(known, rows[i].key);
        }
    }
    for (size_t i = 0; section == NULL && others[i] != NULL; i++) {
        add_known(known, others[i]);
    }
    ent_yaml_unknown(map, known, config->complaints);
}

void
ent_config_read(struct ent_config *config, const struct ent_config_row *rows,
    size_t count, const char *const *others, void *place)
{
    const char *section = NULL;

    check_keys(config, NULL, rows, count, others);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].section != section) { /* rows of a section are together */
            section = rows[i].section;
            if (section != NULL) {
                check_keys(config, section, rows, count, others);
            }
        }
        read_row(config, &rows[i], place);
    }
}

/* ---- for people ---- */

static void
print_row(const struct ent_config_row *row, const void *place)
{
    uint64_t number = 0;

    printf("%s%s: ", row->section == NULL ? "" : "  ", row->key);
    switch (row->kind) {
    case ENT_CONFIG_ADDRESS:
        printf("%s\n", ((const struct ent_address *)place)->text);
        return;
    case ENT_CONFIG_PATH:
    case ENT_CONFIG_ENDPOINT:
    case ENT_CONFIG_TOKEN:
        printf("%s\n", (const char *)place);
        return;
    case ENT_CONFIG_MIB:
    case ENT_CONFIG_NUMBER:
    case ENT_CONFIG_DURATION:
        break;
    }
    memcpy(&number, place, sizeof number);
    if (row->kind == ENT_CONFIG_DURATION) {
        printf("PT%lluS\n", (unsigned long long)(number / 1000));
    } else {
        number /= row->kind == ENT_CONFIG_MIB ? MIB : 1;
        printf("%llu\n", (unsigned long long)number);
    }
}

void
ent_config_print(
    const struct ent_config_row *rows, size_t count, const void *place)
{
    const char *section = NULL;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].section != section) {
            section = rows[i].section;
            if (section != NULL) {
                printf("%s:\n", section);
            }
        }
        print_row(&rows[i], (const char *)place + rows[i].offset);
    }
}

void
ent_config_help(const struct ent_config_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct ent_config_row *row = &rows[i];
        char name[64];

        (void)snprintf(name, sizeof name, "%s%s%s",
            row->section == NULL ? "" : row->section,
            row->section == NULL ? "" : ".", row->key);
        printf("  %-*s %s", HELP_WIDTH, name, row->help);
        if (row->fallback == NULL) {
            printf(" (required)\n");
        } else if (row->fallback[0] == '\0') {
            printf("\n");
        } else {
            printf("; default %s\n", row->fallback);
        }
    }
}
