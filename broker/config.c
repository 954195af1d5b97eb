/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/config_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct broker_config, field)

static const struct ent_config_row rows[] = {
    {NULL, "address", ENT_CONFIG_ADDRESS, AT(address), 0, 0, NULL,
        "this broker: broker-bangkok@th"},
    {NULL, "listen", ENT_CONFIG_ENDPOINT, AT(listen), 0, 0, NULL,
        "where offices connect: tcp://ADDRESS:PORT"},
    {NULL, "certificate", ENT_CONFIG_PATH, AT(certificate), 0, 0, "broker.cert",
        "this broker's certificate by its authority"},
    {NULL, "passphrase_file", ENT_CONFIG_PATH, AT(passphrase_file), 0, 0, "",
        "file with the passphrase of the keys; else it is the credential "
        "'passphrase' of systemd"},
    {NULL, "passphrase_token", ENT_CONFIG_TOKEN, AT(passphrase_token), 0, 0, "",
        "URI of a token's secret key that makes it instead: "
        "\"pkcs11:token=maesai;object=passphrase\""},
    {NULL, "store", ENT_CONFIG_PATH, AT(store), 0, 0, "store",
        "folder of the spool; made by entente-broker init"},
    {NULL, "store_limit", ENT_CONFIG_MIB, AT(store_limit), 2, 1048576, "65536",
        "most the spool may hold, MiB"},
    {NULL, "memory", ENT_CONFIG_MIB, AT(memory), 256, 65536, "1024",
        "most memory this process may have, MiB"},
    {NULL, "certificates", ENT_CONFIG_PATH, AT(certificates), 0, 0, "offices",
        "folder of *.cert of the offices served, and *.revoked lists"},
    {"quota", "size", ENT_CONFIG_MIB, AT(quota.bytes), 2, 1048576, "256",
        "most one office may leave for one other, MiB"},
    {"quota", "bundles", ENT_CONFIG_NUMBER, AT(quota.entries), 1, 100000000,
        "65536", "the same, bundles"},
    {"quota", "flash_reserve", ENT_CONFIG_NUMBER, AT(quota.flash_reserve), 0,
        90, "10", "percent of that which only FLASH may use"},
    {"quota", "signatures", ENT_CONFIG_NUMBER, AT(quota.signatures), 10,
        1000000, "2000",
        "most that one office may have checked in a second; a neighbour eight "
        "times that"},
};

#define ROWS (sizeof rows / sizeof rows[0])

static const char *const others[] = {"keys", "authorities", "brokers", NULL};

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
find_key(const struct ent_config *file, const struct ent_yaml_node *node,
    const struct key_file *key, char *place)
{
    char in_folder[PATH_MAX];
    const char *name;

    if (node != NULL && node->kind == ENT_YAML_MAP) {
        name = ent_config_text(node, key->name);
        return name != NULL && ent_config_path(file, name, place);
    }
    name = node == NULL ? "keys" : node->text;
    return snprintf(in_folder, sizeof in_folder, "%s/%s", name, key->fallback) <
               (int)sizeof in_folder &&
           ent_config_path(file, in_folder, place);
}

static void
read_keys(struct ent_config *file, struct broker_config *config)
{
    static const char *const known[] = {"broker", "link", "storage", NULL};
    const struct ent_yaml_node *node = ent_yaml_get(file->root, "keys");
    const struct ent_yaml_node *at = node == NULL ? file->root : node;
    bool fine = node == NULL || node->kind != ENT_YAML_LIST;

    if (node != NULL && node->kind == ENT_YAML_MAP) {
        ent_yaml_unknown(node, known, file->complaints);
    }
    for (size_t i = 0; fine && i < KEY_FILES; i++) {
        fine = find_key(
            file, node, &key_files[i], (char *)config + key_files[i].offset);
    }
    if (!fine) {
        ent_complain(file->complaints, at->line, at->column,
            "'keys' must be a folder with broker.key, link.key and "
            "storage.key, or {broker: FILE, link: FILE, storage: FILE}");
    }
}

/* ---- the file ---- */

enum ent_status
broker_config_load(const char *path, struct broker_config *ret_config,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_config_close) struct ent_config file = {0};
    static struct broker_config config; /* some 100 KB */
    enum ent_status rc = ent_config_open(&file, path, complaints, err);

    if (rc != ENT_OK) {
        return rc;
    }
    memset(&config, 0, sizeof config);
    ent_config_read(&file, rows, ROWS, others, &config);
    read_keys(&file, &config);
    ent_config_authorities(&file, &config.authorities);
    broker_config_neighbours(&file, &config);
    rc = ent_config_end(&file, err);
    if (rc == ENT_OK) {
        *ret_config = config;
    }
    return rc;
}

void
broker_config_print(const struct broker_config *config)
{
    ent_config_print(rows, ROWS, config);
    printf("keys:\n");
    for (size_t i = 0; i < KEY_FILES; i++) {
        printf("  %s: %s\n", key_files[i].name,
            (const char *)config + key_files[i].offset);
    }
    ent_authorities_print(&config->authorities);
    broker_neighbours_print(config);
}

void
broker_config_help(void)
{
    static const struct ent_config_row lists[] = {
        {NULL, "keys", ENT_CONFIG_PATH, 0, 0, 0, "keys",
            "folder with broker.key, link.key, storage.key"},
        {NULL, "authorities", ENT_CONFIG_PATH, 0, 0, 0, NULL,
            "public keys of the states served: {th: ed25519:...}"},
        {NULL, "brokers", ENT_CONFIG_PATH, 0, 0, 0, "",
            "neighbouring brokers: list of {address, certificate, serves: "
            "[mm], endpoint}"},
    };

    ent_config_help(rows, ROWS);
    ent_config_help(lists, sizeof lists / sizeof lists[0]);
}
