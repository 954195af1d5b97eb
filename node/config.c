/* SPDX-License-Identifier: Apache-2.0 */
#include "node/config.h"

#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/file.h"
#include "proto/base/time.h"

enum row_kind {
    ROW_ADDRESS,
    ROW_PATH,
    ROW_SIZE,     /* MiB */
    ROW_DURATION, /* ISO 8601 */
};

struct row {
    const char *key;
    enum row_kind kind;
    size_t offset;
    const char *fallback; /* NULL: must be given */
    const char *help;
};

#define ROW(field) offsetof(struct node_config, field)

static const struct row rows[] = {
    {"address", ROW_ADDRESS, ROW(address), NULL, "this office: blo-maesai@th"},
    {"keys", ROW_PATH, ROW(keys), "keys",
        "folder with office.key, link.key, storage.key"},
    {"certificate", ROW_PATH, ROW(certificate), "office.cert",
        "this office's certificate by its authority"},
    {"store", ROW_PATH, ROW(store), "store",
        "folder of the store; made by entente-node init"},
    {"agreements", ROW_PATH, ROW(agreements), "agreements",
        "folder of *.yaml agreements and national orders with their .sig"},
    {"api", ROW_PATH, ROW(api), "api.sock",
        "Unix-domain socket for programs of this office"},
    {"passphrase_file", ROW_PATH, ROW(passphrase_file), "",
        "file with the passphrase of the keys; else it is asked for"},
    {"store_limit", ROW_SIZE, ROW(store_limit), "65536",
        "most the store may grow to, MiB"},
    {"epoch", ROW_DURATION, ROW(epoch_ms), "P1D",
        "life of a sealing key, at most P7D"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])
#define EPOCH_MAX_MS (UINT64_C(7) * 86400 * 1000)

static const char *const known_keys[] = {"address", "keys", "certificate",
    "store", "agreements", "api", "passphrase_file", "store_limit", "epoch",
    "authorities", "brokers", NULL};

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
read_size(const char *text, uint64_t *ret_bytes)
{
    char *end;
    unsigned long long mib = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || mib < 16 ||
        mib > 1024 * 1024) {
        return false;
    }
    *ret_bytes = (uint64_t)mib * 1024 * 1024;
    return true;
}

/* Put `text` where the row says; false, with `ret_want`, when it is not one. */
static bool
set_row(struct node_config *config, const struct row *row, const char *text,
    const char **ret_want)
{
    void *place = (char *)config + row->offset;
    uint64_t duration;

    switch (row->kind) {
    case ROW_ADDRESS:
        *ret_want = "an address such as blo-maesai@th";
        return ent_address_parse(ent_view_text(text), place, NULL) == ENT_OK;
    case ROW_PATH:
        *ret_want = "a shorter path";
        return resolve(config->folder, text, place);
    case ROW_SIZE:
        *ret_want = "a number of MiB from 16 to 1048576";
        return read_size(text, place);
    case ROW_DURATION:
        *ret_want = "an ISO 8601 duration from PT1M to P7D";
        if (ent_duration_parse(ent_view_text(text), &duration, NULL) !=
                ENT_OK ||
            duration < 60000 || duration > EPOCH_MAX_MS) {
            return false;
        }
        memcpy(place, &duration, sizeof duration);
        return true;
    }
    return false;
}

static void
read_row(struct node_config *config, const struct ent_yaml_node *root,
    const struct row *row, struct ent_complaints *complaints)
{
    const struct ent_yaml_node *node = ent_yaml_get(root, row->key);
    const char *text = row->fallback;
    const char *want = "";

    if (node != NULL && node->kind != ENT_YAML_SCALAR) {
        ent_complain(complaints, node->line, node->column,
            "'%s' must be one value: %s", row->key, row->help);
        return;
    }
    if (node != NULL) {
        text = node->text;
    }
    if (text == NULL) {
        ent_complain(complaints, root->line, root->column,
            "'%s' is missing: %s", row->key, row->help);
        return;
    }
    if (!set_row(config, row, text, &want)) {
        ent_complain(complaints, node == NULL ? root->line : node->line,
            node == NULL ? root->column : node->column,
            "'%s' is '%s', but must be %s", row->key, text, want);
    }
}

static bool
read_key(const char *text, struct ent_verify_key *ret_key)
{
    static const char prefix[] = "ed25519:";
    size_t len;

    return strncmp(text, prefix, sizeof prefix - 1) == 0 &&
           sodium_base642bin(ret_key->bytes, sizeof ret_key->bytes,
               text + sizeof prefix - 1, strlen(text + sizeof prefix - 1), NULL,
               &len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           len == sizeof ret_key->bytes &&
           ent_verify_key_check(ret_key, NULL) == ENT_OK;
}

static void
read_authorities(struct node_config *config, const struct ent_yaml_node *root,
    struct ent_complaints *complaints)
{
    const struct ent_yaml_node *map = ent_yaml_get(root, "authorities");

    if (map == NULL || map->kind != ENT_YAML_MAP || map->count == 0 ||
        map->count > NODE_AUTHORITIES_MAX) {
        ent_complain(complaints, map == NULL ? root->line : map->line,
            map == NULL ? root->column : map->column,
            "'authorities' must name the key of this state's authority and of "
            "the brokers' states: {th: ed25519:...}");
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        struct node_authority *authority =
            &config->authorities[config->authority_count];
        const struct ent_yaml_node *value = map->items[i];

        if (strlen(map->keys[i]->text) > ENT_STATE_MAX ||
            value->kind != ENT_YAML_SCALAR ||
            !read_key(value->text, &authority->key)) {
            ent_complain(complaints, value->line, value->column,
                "the authority of '%s' must be a state's public key, "
                "ed25519: and 43 characters of base64url",
                map->keys[i]->text);
            continue;
        }
        (void)snprintf(authority->state, sizeof authority->state, "%s",
            map->keys[i]->text);
        config->authority_count++;
    }
}

static const char *
scalar(const struct ent_yaml_node *map, const char *key)
{
    const struct ent_yaml_node *node = ent_yaml_get(map, key);

    return node != NULL && node->kind == ENT_YAML_SCALAR ? node->text : NULL;
}

static void
read_broker(struct node_config *config, const struct ent_yaml_node *item,
    struct ent_complaints *complaints)
{
    static const char *const known[] = {
        "address", "endpoint", "certificate", NULL};
    struct node_broker *broker = &config->brokers[config->broker_count];
    const char *address = scalar(item, "address");
    const char *endpoint = scalar(item, "endpoint");
    const char *certificate = scalar(item, "certificate");

    if (item->kind != ENT_YAML_MAP || address == NULL || endpoint == NULL ||
        certificate == NULL ||
        ent_address_parse(ent_view_text(address), &broker->address, NULL) !=
            ENT_OK ||
        strncmp(endpoint, "tcp://", 6) != 0 ||
        strlen(endpoint) >= sizeof broker->endpoint ||
        !resolve(config->folder, certificate, broker->certificate)) {
        ent_complain(complaints, item->line, item->column,
            "a broker is {address: broker-bangkok@th, endpoint: "
            "\"tcp://host:port\", certificate: FILE}");
        return;
    }
    ent_yaml_unknown(item, known, complaints);
    (void)snprintf(broker->endpoint, sizeof broker->endpoint, "%s", endpoint);
    config->broker_count++;
}

static void
read_brokers(struct node_config *config, const struct ent_yaml_node *root,
    struct ent_complaints *complaints)
{
    const struct ent_yaml_node *list = ent_yaml_get(root, "brokers");

    if (list == NULL) {
        return; /* an office may be off the network */
    }
    if (list->kind != ENT_YAML_LIST || list->count > NODE_BROKERS_MAX) {
        ent_complain(complaints, list->line, list->column,
            "'brokers' is a list of at most %d", NODE_BROKERS_MAX);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        read_broker(config, list->items[i], complaints);
    }
}

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
node_config_load(const char *path, struct node_config *ret_config,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct node_config *config = ret_config;
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
    memset(config, 0, sizeof *config);
    own_folder(path, config->folder);
    ent_yaml_unknown(root, known_keys, complaints);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        read_row(config, root, &rows[i], complaints);
    }
    read_authorities(config, root, complaints);
    read_brokers(config, root, complaints);
    ent_complaints_sort(complaints);
    if (complaints->count > 0) {
        return ent_fail(err, ENT_BAD_INPUT, "%zu things are wrong in '%s'",
            complaints->count + complaints->dropped, path);
    }
    return ENT_OK;
}

const struct ent_verify_key *
node_config_authority(const struct node_config *config, const char *state)
{
    for (size_t i = 0; i < config->authority_count; i++) {
        if (strcmp(config->authorities[i].state, state) == 0) {
            return &config->authorities[i].key;
        }
    }
    return NULL;
}

void
node_config_print(const struct node_config *config)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const void *place = (const char *)config + rows[i].offset;
        uint64_t number;

        switch (rows[i].kind) {
        case ROW_ADDRESS:
            printf("%s: %s\n", rows[i].key,
                ((const struct ent_address *)place)->text);
            break;
        case ROW_PATH:
            printf("%s: %s\n", rows[i].key, (const char *)place);
            break;
        case ROW_SIZE:
            memcpy(&number, place, sizeof number);
            printf("%s: %llu\n", rows[i].key,
                (unsigned long long)(number / (1024 * 1024)));
            break;
        case ROW_DURATION:
            memcpy(&number, place, sizeof number);
            printf("%s: PT%lluS\n", rows[i].key,
                (unsigned long long)(number / 1000));
            break;
        }
    }
    for (size_t i = 0; i < config->broker_count; i++) {
        printf("broker: %s at %s\n", config->brokers[i].address.text,
            config->brokers[i].endpoint);
    }
}

void
node_config_help(void)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        printf("  %-16s %s%s%s\n", rows[i].key, rows[i].help,
            rows[i].fallback == NULL || rows[i].fallback[0] == '\0'
                ? ""
                : "; default ",
            rows[i].fallback == NULL ? " (required)" : rows[i].fallback);
    }
    printf("  %-16s %s\n  %-16s %s\n", "authorities",
        "public keys of state authorities: {th: ed25519:...} (required)",
        "brokers", "list of {address, endpoint, certificate}");
}
