/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/config.h"

#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/file.h"

#define KEY_PREFIX "ed25519:"
#define MIB ((uint64_t)1024 * 1024)

enum row_kind {
    ROW_ADDRESS,
    ROW_PATH,
    ROW_ENDPOINT,
    ROW_MIB,
    ROW_COUNT_OF,
    ROW_PERCENT,
};

struct row {
    const char *section; /* NULL: the top level */
    const char *key;
    enum row_kind kind;
    size_t offset;
    const char *fallback; /* NULL: must be given */
    const char *help;
};

#define AT(field) offsetof(struct broker_config, field)

static const struct row rows[] = {
    {NULL, "address", ROW_ADDRESS, AT(address), NULL,
        "this broker: broker-bangkok@th"},
    {NULL, "listen", ROW_ENDPOINT, AT(listen), NULL,
        "where offices connect: tcp://ADDRESS:PORT"},
    {NULL, "certificate", ROW_PATH, AT(certificate), "broker.cert",
        "this broker's certificate by its authority"},
    {NULL, "passphrase_file", ROW_PATH, AT(passphrase_file), "",
        "file with the passphrase of the keys"},
    {NULL, "store", ROW_PATH, AT(store), "store",
        "folder of the spool; made by entente-broker init"},
    {NULL, "store_limit", ROW_MIB, AT(store_limit), "65536",
        "most the spool may hold, MiB"},
    {NULL, "certificates", ROW_PATH, AT(certificates), "offices",
        "folder of *.cert of the offices served, and *.revoked lists"},
    {"quota", "size", ROW_MIB, AT(quota.bytes), "256",
        "most one office may leave for one other, MiB"},
    {"quota", "bundles", ROW_COUNT_OF, AT(quota.entries), "65536",
        "the same, bundles"},
    {"quota", "flash_reserve", ROW_PERCENT, AT(quota.flash_reserve), "10",
        "percent of that which only FLASH may use"},
};

#define ROWS (sizeof rows / sizeof rows[0])

static const char *const known_keys[] = {"address", "listen", "certificate",
    "keys", "passphrase_file", "store", "store_limit", "certificates", "quota",
    "authorities", NULL};

/* A path as it is meant: relative to the folder of the file. */
static bool
resolve(const char *folder, const char *text, char *ret_path)
{
    int len;

    if (text[0] == '/' || text[0] == '\0') {
        len = snprintf(ret_path, PATH_MAX, "%s", text);
    } else {
        len = snprintf(ret_path, PATH_MAX, "%s/%s", folder, text);
    }
    return len < PATH_MAX;
}

static bool
read_number(const char *text, uint64_t max, uint64_t *ret_number)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || number > max) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* Put `text` where the row says; false, with `ret_want`, when it is not one. */
static bool
set_row(struct broker_config *config, const struct row *row, const char *text,
    const char **ret_want)
{
    void *place = (char *)config + row->offset;
    uint64_t number = 0;
    bool fine = false;

    switch (row->kind) {
    case ROW_ADDRESS:
        *ret_want = "an address such as broker-bangkok@th";
        return ent_address_parse(ent_view_text(text), place, NULL) == ENT_OK;
    case ROW_PATH:
        *ret_want = "a shorter path";
        return resolve(config->folder, text, place);
    case ROW_ENDPOINT:
        *ret_want = "an endpoint such as tcp://127.0.0.1:7100";
        return strncmp(text, "tcp://", 6) == 0 &&
               snprintf(place, BROKER_ENDPOINT_MAX, "%s", text) <
                   BROKER_ENDPOINT_MAX;
    case ROW_MIB:
        *ret_want = "a number of MiB from 2 to 1048576";
        fine = read_number(text, 1048576, &number) && number >= 2;
        number *= MIB;
        break;
    case ROW_COUNT_OF:
        *ret_want = "a number from 1 to 100000000";
        fine = read_number(text, 100000000, &number) && number >= 1;
        break;
    case ROW_PERCENT:
        *ret_want = "a number from 0 to 90";
        fine = read_number(text, 90, &number);
        if (fine) {
            *(uint32_t *)place = (uint32_t)number;
        }
        return fine;
    }
    if (fine) {
        *(uint64_t *)place = number;
    }
    return fine;
}

static void
read_row(struct broker_config *config, const struct ent_yaml_node *root,
    const struct row *row, struct ent_complaints *complaints)
{
    const struct ent_yaml_node *map =
        row->section == NULL ? root : ent_yaml_get(root, row->section);
    const struct ent_yaml_node *node =
        map == NULL ? NULL : ent_yaml_get(map, row->key);
    const struct ent_yaml_node *at = node == NULL ? root : node;
    const char *text = node == NULL ? row->fallback : node->text;
    const char *want = "";

    if (node != NULL && node->kind != ENT_YAML_SCALAR) {
        ent_complain(complaints, at->line, at->column,
            "'%s' must be one value: %s", row->key, row->help);
        return;
    }
    if (text == NULL) {
        ent_complain(complaints, at->line, at->column, "'%s' is missing: %s",
            row->key, row->help);
        return;
    }
    if (!set_row(config, row, text, &want)) {
        ent_complain(complaints, at->line, at->column,
            "'%s' is '%s', but must be %s", row->key, text, want);
    }
}

static const char *
scalar(const struct ent_yaml_node *map, const char *key)
{
    const struct ent_yaml_node *node = ent_yaml_get(map, key);

    return node != NULL && node->kind == ENT_YAML_SCALAR ? node->text : NULL;
}

static void
read_quota(const struct ent_yaml_node *root, struct ent_complaints *complaints)
{
    static const char *const known[] = {
        "size", "bundles", "flash_reserve", NULL};
    const struct ent_yaml_node *map = ent_yaml_get(root, "quota");

    if (map == NULL) {
        return;
    }
    if (map->kind != ENT_YAML_MAP) {
        ent_complain(complaints, map->line, map->column,
            "'quota' must be a map: {size: 256, bundles: 65536, "
            "flash_reserve: 10}");
        return;
    }
    ent_yaml_unknown(map, known, complaints);
}

/* ---- keys ---- */

struct key_file {
    const char *name;
    const char *fallback; /* in the folder */
    size_t offset;
};

static const struct key_file key_files[] = {
    {"broker", "broker.key", AT(broker_key)},
    {"link", "link.key", AT(link_key)},
    {"storage", "storage.key", AT(storage_key)},
};

#define KEY_FILES (sizeof key_files / sizeof key_files[0])

/* Where one key lies: named in the map, or by its usual name in the folder. */
static bool
find_key(struct broker_config *config, const struct ent_yaml_node *node,
    const struct key_file *file)
{
    char *place = (char *)config + file->offset;
    char in_folder[PATH_MAX];
    const char *name;

    if (node != NULL && node->kind == ENT_YAML_MAP) {
        name = scalar(node, file->name);
        return name != NULL && resolve(config->folder, name, place);
    }
    name = node == NULL ? "keys" : node->text;
    return snprintf(in_folder, sizeof in_folder, "%s/%s", name,
               file->fallback) < (int)sizeof in_folder &&
           resolve(config->folder, in_folder, place);
}

static void
read_keys(struct broker_config *config, const struct ent_yaml_node *root,
    struct ent_complaints *complaints)
{
    static const char *const known[] = {"broker", "link", "storage", NULL};
    const struct ent_yaml_node *node = ent_yaml_get(root, "keys");

    if (node != NULL && node->kind == ENT_YAML_MAP) {
        ent_yaml_unknown(node, known, complaints);
    }
    for (size_t i = 0; i < KEY_FILES; i++) {
        if ((node != NULL && node->kind == ENT_YAML_LIST) ||
            !find_key(config, node, &key_files[i])) {
            const struct ent_yaml_node *at = node == NULL ? root : node;

            ent_complain(complaints, at->line, at->column,
                "'keys' must be a folder with broker.key, link.key and "
                "storage.key, or {broker: FILE, link: FILE, storage: FILE}");
            return;
        }
    }
}

/* ---- authorities ---- */

static bool
read_public_key(const char *text, struct ent_verify_key *ret_key)
{
    const size_t prefix_len = strlen(KEY_PREFIX);
    size_t len;

    return strncmp(text, KEY_PREFIX, prefix_len) == 0 &&
           sodium_base642bin(ret_key->bytes, sizeof ret_key->bytes,
               text + prefix_len, strlen(text + prefix_len), NULL, &len, NULL,
               sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           len == sizeof ret_key->bytes &&
           ent_verify_key_check(ret_key, NULL) == ENT_OK;
}

/* One authority; `at` is where to point when it is wrong. */
static void
add_authority(struct broker_config *config, const struct ent_yaml_node *at,
    const char *state, const char *key, struct ent_complaints *complaints)
{
    struct broker_authority *authority =
        &config->authorities[config->authority_count];

    if (state == NULL || key == NULL || strlen(state) > ENT_STATE_MAX ||
        !read_public_key(key, &authority->key)) {
        ent_complain(complaints, at->line, at->column,
            "an authority is a state and its public key: th, and ed25519: "
            "with 43 characters of base64url");
        return;
    }
    for (size_t i = 0; i < config->authority_count; i++) {
        if (strcmp(config->authorities[i].state, state) == 0) {
            ent_complain(complaints, at->line, at->column,
                "'%s' has an authority already", state);
            return;
        }
    }
    (void)snprintf(authority->state, sizeof authority->state, "%s", state);
    config->authority_count++;
}

static void
read_authorities(struct broker_config *config, const struct ent_yaml_node *root,
    struct ent_complaints *complaints)
{
    static const char *const known[] = {"state", "key", NULL};
    const struct ent_yaml_node *node = ent_yaml_get(root, "authorities");
    const struct ent_yaml_node *at = node == NULL ? root : node;

    if (node == NULL || node->kind == ENT_YAML_SCALAR || node->count == 0 ||
        node->count > BROKER_AUTHORITIES_MAX) {
        ent_complain(complaints, at->line, at->column,
            "'authorities' must name the keys of the states whose offices are "
            "served: {th: ed25519:..., kh: ed25519:...}");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct ent_yaml_node *item = node->items[i];

        if (node->kind == ENT_YAML_MAP) {
            add_authority(
                config, item, node->keys[i]->text, item->text, complaints);
        } else if (item->kind == ENT_YAML_MAP) {
            ent_yaml_unknown(item, known, complaints);
            add_authority(config, item, scalar(item, "state"),
                scalar(item, "key"), complaints);
        } else {
            add_authority(config, item, NULL, NULL, complaints);
        }
    }
}

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

static void
read_all(struct broker_config *config, const struct ent_yaml_node *root,
    struct ent_complaints *complaints)
{
    ent_yaml_unknown(root, known_keys, complaints);
    read_quota(root, complaints);
    for (size_t i = 0; i < ROWS; i++) {
        read_row(config, root, &rows[i], complaints);
    }
    read_keys(config, root, complaints);
    read_authorities(config, root, complaints);
    ent_complaints_sort(complaints);
}

enum ent_status
broker_config_load(const char *path, struct broker_config *ret_config,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    static struct broker_config config; /* some 35 KB */
    const struct ent_yaml_node *root;
    enum ent_status rc;

    rc = ent_file_read(path, ENT_YAML_SIZE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_yaml_read(ent_bytes_view(&text), &yaml, complaints, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    root = ent_yaml_root(yaml);
    if (root == NULL || root->kind != ENT_YAML_MAP) {
        return ent_fail(err, ENT_BAD_INPUT, "'%s' holds no keys", path);
    }
    memset(&config, 0, sizeof config);
    own_folder(path, config.folder);
    read_all(&config, root, complaints);
    if (complaints->count > 0) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu things are wrong in '%s'",
            complaints->count + complaints->dropped, path);
    }
    *ret_config = config;
    return ENT_OK;
}

/* ---- for people ---- */

static void
print_row(const struct broker_config *config, const struct row *row)
{
    const void *place = (const char *)config + row->offset;

    printf("%s%s: ", row->section == NULL ? "" : "  ", row->key);
    switch (row->kind) {
    case ROW_ADDRESS:
    case ROW_PATH:
    case ROW_ENDPOINT:
        printf("%s\n", (const char *)place); /* an address begins with text */
        break;
    case ROW_MIB:
        printf("%llu\n", (unsigned long long)(*(const uint64_t *)place / MIB));
        break;
    case ROW_COUNT_OF:
        printf("%llu\n", (unsigned long long)*(const uint64_t *)place);
        break;
    case ROW_PERCENT:
        printf("%u\n", *(const uint32_t *)place);
        break;
    }
}

void
broker_config_print(const struct broker_config *config)
{
    const char *section = NULL;

    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].section != section) {
            section = rows[i].section;
            printf("%s:\n", section);
        }
        print_row(config, &rows[i]);
    }
    printf("keys:\n");
    for (size_t i = 0; i < KEY_FILES; i++) {
        printf("  %s: %s\n", key_files[i].name,
            (const char *)config + key_files[i].offset);
    }
    printf("authorities:\n");
    for (size_t i = 0; i < config->authority_count; i++) {
        char text[64];

        (void)sodium_bin2base64(text, sizeof text,
            config->authorities[i].key.bytes, ENT_PUBLIC_KEY_LEN,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        printf("  %s: %s%s\n", config->authorities[i].state, KEY_PREFIX, text);
    }
}

void
broker_config_help(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        printf("  %s%s%-*s %s%s%s\n",
            rows[i].section == NULL ? "" : rows[i].section,
            rows[i].section == NULL ? "" : ".",
            rows[i].section == NULL ? 20 : 14, rows[i].key, rows[i].help,
            rows[i].fallback == NULL || rows[i].fallback[0] == '\0' ? ""
                                                                    : "; else ",
            rows[i].fallback == NULL ? "" : rows[i].fallback);
    }
    printf("  %-20s %s\n", "keys",
        "folder with broker.key, link.key, storage.key; else keys");
    printf("  %-20s %s\n", "authorities",
        "public keys of the states served: {th: ed25519:...}");
}
