/* SPDX-License-Identifier: Apache-2.0 */
#include "node/config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "policy/term.h"

#define AT(field) offsetof(struct node_config, field)
#define MINUTE_MS UINT64_C(60000)
#define DAY_MS (1440 * MINUTE_MS)
#define CHECKPOINT_MIN_MS UINT64_C(1000)
#define EPOCH_MIN_MS (10 * MINUTE_MS) /* so that a week of them fits slots */

static const struct ent_config_row rows[] = {
    {NULL, "address", ENT_CONFIG_ADDRESS, AT(address), 0, 0, NULL,
        "this office: blo-maesai@th"},
    {NULL, "keys", ENT_CONFIG_PATH, AT(keys), 0, 0, "keys",
        "folder with office.key, link.key, storage.key"},
    {NULL, "certificate", ENT_CONFIG_PATH, AT(certificate), 0, 0, "office.cert",
        "this office's certificate by its authority"},
    {NULL, "store", ENT_CONFIG_PATH, AT(store), 0, 0, "store",
        "folder of the store; made by entente-node init"},
    {NULL, "agreements", ENT_CONFIG_PATH, AT(agreements), 0, 0, "agreements",
        "folder of *.yaml agreements and national orders with their .sig"},
    {NULL, "api", ENT_CONFIG_PATH, AT(api), 0, 0, "api.sock",
        "Unix-domain socket for programs of this office"},
    {NULL, "passphrase_file", ENT_CONFIG_PATH, AT(passphrase_file), 0, 0, "",
        "file with the passphrase of the keys; else it is the credential "
        "'passphrase' of systemd"},
    {NULL, "passphrase_token", ENT_CONFIG_TOKEN, AT(passphrase_token), 0, 0, "",
        "URI of a token's secret key that makes it instead: "
        "\"pkcs11:token=maesai;object=passphrase\""},
    {NULL, "store_limit", ENT_CONFIG_MIB, AT(store_limit), 16, 1048576, "65536",
        "most the store may grow to, MiB"},
    {"quota", "size", ENT_CONFIG_MIB, AT(quota.bytes), 0, 1048576, "0",
        "most that one other office may have in the store, MiB; 0: half of "
        "store_limit"},
    {"quota", "bundles", ENT_CONFIG_NUMBER, AT(quota.bundles), 1, 100000000,
        "1000000", "the same, bundles"},
    {"quota", "flash_reserve", ENT_CONFIG_NUMBER, AT(quota.flash_reserve), 0,
        90, "10",
        "percent of that, and of the store, kept for what is urgent: all of it "
        "for FLASH, less for each precedence below"},
    {"quota", "signatures", ENT_CONFIG_NUMBER, AT(quota.signatures), 10,
        1000000, "2000",
        "most that one office may have checked in a second over a direct "
        "link"},
    {"checks", "per_hour", ENT_CONFIG_NUMBER, AT(checks.per_hour), 0,
        1000000000, "20000",
        "how often one person or program of this office may ask the lists in "
        "an hour; 0: without end"},
    {"checks", "per_day", ENT_CONFIG_NUMBER, AT(checks.per_day), 0, 1000000000,
        "50000", "the same, in a day"},
    {"checks", "office_per_day", ENT_CONFIG_NUMBER, AT(checks.office_per_day),
        0, 1000000000, "200000", "all of them together, in a day"},
    {"checks", "misses", ENT_CONFIG_NUMBER, AT(checks.misses), 0, 1000000000,
        "3000",
        "so many without a hit in a row, of what does not pass here, raise an "
        "alarm; 0: none do"},
    {NULL, "memory", ENT_CONFIG_MIB, AT(memory), 256, 65536, "1024",
        "most memory this process may have, MiB"},
    {NULL, "epoch", ENT_CONFIG_DURATION, AT(epoch_ms), EPOCH_MIN_MS, 7 * DAY_MS,
        "P1D", "life of a sealing key, PT10M to P7D"},
    {NULL, "checkpoint_every", ENT_CONFIG_DURATION, AT(checkpoint_ms),
        CHECKPOINT_MIN_MS, DAY_MS, "PT10M",
        "how often peers are told how long the journal is, PT1S to P1D"},
    {NULL, "anchor", ENT_CONFIG_PATH, AT(anchor), 0, 0, "",
        "file, best on another disk, that says how long the journal is: an "
        "older copy of the store does not run beside it"},
    {NULL, "listen", ENT_CONFIG_ENDPOINT, AT(listen), 0, 0, "",
        "where other offices may connect without a broker: tcp://*:7200"},
    {NULL, "endpoint", ENT_CONFIG_ENDPOINT, AT(endpoint), 0, 0, "",
        "how they reach it, told in the manifest: tcp://192.0.2.7:7200"},
};

#define ROWS (sizeof rows / sizeof rows[0])

static const char *const others[] = {
    "authorities", "brokers", "desks", "peers", NULL};

static bool
set_broker(const struct ent_config *file, const struct ent_yaml_node *item,
    struct node_broker *broker)
{
    const char *address = ent_config_text(item, "address");
    const char *endpoint = ent_config_text(item, "endpoint");
    const char *certificate = ent_config_text(item, "certificate");

    if (address == NULL || endpoint == NULL || certificate == NULL ||
        strncmp(endpoint, "tcp://", 6) != 0 ||
        strlen(endpoint) >= sizeof broker->endpoint) {
        return false;
    }
    (void)snprintf(broker->endpoint, sizeof broker->endpoint, "%s", endpoint);
    return ent_address_parse(ent_view_text(address), &broker->address, NULL) ==
               ENT_OK &&
           ent_config_path(file, certificate, broker->certificate);
}

static void
read_broker(struct ent_config *file, const struct ent_yaml_node *item,
    struct node_config *config)
{
    static const char *const known[] = {
        "address", "endpoint", "certificate", NULL};

    if (item->kind != ENT_YAML_MAP ||
        !set_broker(file, item, &config->brokers[config->broker_count])) {
        ent_complain(file->complaints, item->line, item->column,
            "a broker is {address: broker-bangkok@th, endpoint: "
            "\"tcp://host:port\", certificate: FILE}");
        return;
    }
    ent_yaml_unknown(item, known, file->complaints);
    config->broker_count++;
}

static void
read_brokers(struct ent_config *file, struct node_config *config)
{
    const struct ent_yaml_node *list = ent_yaml_get(file->root, "brokers");

    if (list == NULL) {
        return; /* an office may be off the network */
    }
    if (list->kind != ENT_YAML_LIST || list->count > NODE_BROKERS_MAX) {
        ent_complain(file->complaints, list->line, list->column,
            "'brokers' is a list of at most %d", NODE_BROKERS_MAX);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        read_broker(file, list->items[i], config);
    }
}

static bool
set_direct(const struct ent_config *file, const struct ent_yaml_node *item,
    struct node_direct *direct)
{
    const char *address = ent_config_text(item, "address");
    const char *endpoint = ent_config_text(item, "endpoint");
    const char *certificate = ent_config_text(item, "certificate");

    endpoint = endpoint == NULL ? "" : endpoint;
    if (address == NULL || certificate == NULL ||
        (endpoint[0] != '\0' && strncmp(endpoint, "tcp://", 6) != 0) ||
        strlen(endpoint) >= sizeof direct->endpoint) {
        return false;
    }
    (void)snprintf(direct->endpoint, sizeof direct->endpoint, "%s", endpoint);
    return ent_address_parse(ent_view_text(address), &direct->address, NULL) ==
               ENT_OK &&
           ent_config_path(file, certificate, direct->certificate);
}

static void
read_direct(struct ent_config *file, const struct ent_yaml_node *item,
    struct node_config *config)
{
    static const char *const known[] = {
        "address", "endpoint", "certificate", NULL};

    if (item->kind != ENT_YAML_MAP ||
        !set_direct(file, item, &config->directs[config->direct_count])) {
        ent_complain(file->complaints, item->line, item->column,
            "a peer is {address: blo-tachileik@mm, certificate: FILE} and, if "
            "its manifest does not say it, endpoint: \"tcp://host:port\"");
        return;
    }
    ent_yaml_unknown(item, known, file->complaints);
    config->direct_count++;
}

/* Offices that are talked to without a broker between. */
static void
read_directs(struct ent_config *file, struct node_config *config)
{
    const struct ent_yaml_node *list = ent_yaml_get(file->root, "peers");

    if (list == NULL) {
        return;
    }
    if (list->kind != ENT_YAML_LIST || list->count > NODE_DIRECTS_MAX) {
        ent_complain(file->complaints, list->line, list->column,
            "'peers' is a list of at most %d", NODE_DIRECTS_MAX);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        read_direct(file, list->items[i], config);
    }
}

/* Desks of the office that somebody is on. */
static void
read_desks(struct ent_config *file, struct node_config *config)
{
    const struct ent_yaml_node *list = ent_yaml_get(file->root, "desks");

    if (list != NULL && list->kind != ENT_YAML_LIST) {
        ent_complain(file->complaints, list->line, list->column,
            "'desks' is a list, as [protection]");
        return;
    }
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const struct ent_yaml_node *item = list->items[i];
        uint32_t desk = item->kind == ENT_YAML_SCALAR
                            ? ent_term_value(&ent_desks, item->text)
                            : 0;

        if (desk == 0) {
            ent_complain(file->complaints, item->line, item->column,
                "there is no such desk; agreements know: protection");
        }
        config->desks |= desk == 0 ? 0 : UINT32_C(1) << desk;
    }
}

enum ent_status
node_config_load(const char *path, struct node_config *ret_config,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_config_close) struct ent_config file = {0};
    static struct node_config config; /* some 30 KB */
    enum ent_status rc = ent_config_open(&file, path, complaints, err);

    if (rc != ENT_OK) {
        return rc;
    }
    memset(&config, 0, sizeof config);
    ent_config_read(&file, rows, ROWS, others, &config);
    ent_config_authorities(&file, &config.authorities);
    read_brokers(&file, &config);
    read_directs(&file, &config);
    read_desks(&file, &config);
    rc = ent_config_end(&file, err);
    if (rc == ENT_OK) {
        *ret_config = config;
    }
    return rc;
}

void
node_config_print(const struct node_config *config)
{
    char desks[128];

    ent_config_print(rows, ROWS, config);
    ent_authorities_print(&config->authorities);
    printf("brokers:\n");
    for (size_t i = 0; i < config->broker_count; i++) {
        printf("  - %s at %s\n", config->brokers[i].address.text,
            config->brokers[i].endpoint);
    }
    printf("peers:\n");
    for (size_t i = 0; i < config->direct_count; i++) {
        printf("  - %s at %s\n", config->directs[i].address.text,
            config->directs[i].endpoint[0] == '\0'
                ? "what its manifest says"
                : config->directs[i].endpoint);
    }
    ent_term_list(&ent_desks, config->desks, desks, sizeof desks);
    printf("desks: [%s]\n", desks);
}

void
node_config_help(void)
{
    static const struct ent_config_row lists[] = {
        {NULL, "authorities", ENT_CONFIG_PATH, 0, 0, 0, NULL,
            "public keys of this state's authority and of the brokers' states: "
            "{th: ed25519:...}"},
        {NULL, "brokers", ENT_CONFIG_PATH, 0, 0, 0, "",
            "list of {address, endpoint, certificate}"},
        {NULL, "peers", ENT_CONFIG_PATH, 0, 0, 0, "",
            "offices to talk to without a broker: list of {address, "
            "certificate, endpoint}"},
        {NULL, "desks", ENT_CONFIG_PATH, 0, 0, 0, "",
            "desks of this office that have people: [protection]"},
    };

    ent_config_help(rows, ROWS);
    ent_config_help(lists, sizeof lists / sizeof lists[0]);
}
