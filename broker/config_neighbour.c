/* SPDX-License-Identifier: Apache-2.0 */
/* The neighbouring brokers of a configuration. */
#include "broker/config_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- what one serves ---- */

/* Whom that state was given to before; NULL: nobody. */
static const struct broker_neighbour *
holder_of(const struct broker_config *config, const char *state)
{
    for (size_t i = 0; i < config->neighbour_count; i++) {
        const struct broker_neighbour *other = &config->neighbours[i];

        for (size_t k = 0; k < other->serves_count; k++) {
            if (strcmp(other->serves[k], state) == 0) {
                return other;
            }
        }
    }
    return NULL;
}

static bool
names_twice(const struct broker_neighbour *neighbour, const char *state)
{
    for (size_t i = 0; i < neighbour->serves_count; i++) {
        if (strcmp(neighbour->serves[i], state) == 0) {
            return true;
        }
    }
    return false;
}

static void
read_state(struct ent_config *file, const struct ent_yaml_node *item,
    const struct broker_config *config, struct broker_neighbour *neighbour)
{
    const struct broker_neighbour *holder;

    if (item->kind != ENT_YAML_SCALAR ||
        ent_authorities_find(&config->authorities, item->text) == NULL) {
        ent_complain(file->complaints, item->line, item->column,
            "'serves' names states that 'authorities' has a key for: write "
            "%s: ed25519:... there, or leave it out here",
            item->kind == ENT_YAML_SCALAR ? item->text : "th");
        return;
    }
    holder = holder_of(config, item->text);
    if (holder != NULL || names_twice(neighbour, item->text)) {
        ent_complain(file->complaints, item->line, item->column,
            "'%s' is served by %s already: name each state once", item->text,
            holder != NULL ? holder->address.text : "this broker");
        return;
    }
    (void)snprintf(neighbour->serves[neighbour->serves_count++],
        sizeof neighbour->serves[0], "%s", item->text);
}

static void
read_serves(struct ent_config *file, const struct ent_yaml_node *item,
    const struct broker_config *config, struct broker_neighbour *neighbour)
{
    const struct ent_yaml_node *list = ent_yaml_get(item, "serves");

    if (list == NULL || list->kind != ENT_YAML_LIST || list->count == 0 ||
        list->count > ENT_AUTHORITIES_MAX) {
        const struct ent_yaml_node *at = list == NULL ? item : list;

        ent_complain(file->complaints, at->line, at->column,
            "'serves' must be the states whose offices it leads to: [mm, bd]");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        read_state(file, list->items[i], config, neighbour);
    }
}

/* ---- one neighbour ---- */

static void
read_address(struct ent_config *file, const struct ent_yaml_node *item,
    const struct broker_config *config, struct broker_neighbour *neighbour)
{
    const struct ent_yaml_node *at = ent_yaml_get(item, "address");
    const char *text = ent_config_text(item, "address");
    struct ent_error why = {0};

    if (text == NULL || ent_address_parse(ent_view_text(text),
                            &neighbour->address, &why) != ENT_OK) {
        at = at == NULL ? item : at;
        ent_complain(file->complaints, at->line, at->column,
            "'address' must be the neighbour's, like broker-yangon@mm%s%s",
            why.text[0] == '\0' ? "" : ": ", why.text);
        return;
    }
    if (ent_address_equal(&neighbour->address, &config->address)) {
        ent_complain(file->complaints, at->line, at->column,
            "%s is this broker itself: name its neighbours", text);
    }
    for (size_t i = 0; i < config->neighbour_count; i++) {
        if (ent_address_equal(
                &neighbour->address, &config->neighbours[i].address)) {
            ent_complain(file->complaints, at->line, at->column,
                "%s stands here twice: put what it serves into one", text);
        }
    }
    if (ent_authorities_find(&config->authorities,
            ent_address_state(&neighbour->address)) == NULL) {
        ent_complain(file->complaints, at->line, at->column,
            "'authorities' names no key for '%s', the state of %s: write it "
            "there",
            ent_address_state(&neighbour->address), text);
    }
}

static void
read_endpoint(struct ent_config *file, const struct ent_yaml_node *item,
    struct broker_neighbour *neighbour)
{
    const struct ent_yaml_node *at = ent_yaml_get(item, "endpoint");
    const char *text = ent_config_text(item, "endpoint");

    if (at == NULL) {
        return;
    }
    if (text == NULL || strncmp(text, "tcp://", 6) != 0 ||
        strlen(text) >= sizeof neighbour->endpoint) {
        ent_complain(file->complaints, at->line, at->column,
            "'endpoint' must be tcp://HOST:PORT, or be left out if the "
            "neighbour connects to us");
        return;
    }
    (void)snprintf(neighbour->endpoint, sizeof neighbour->endpoint, "%s", text);
}

static void
read_certificate(struct ent_config *file, const struct ent_yaml_node *item,
    struct broker_neighbour *neighbour)
{
    const struct ent_yaml_node *at = ent_yaml_get(item, "certificate");
    const char *text = ent_config_text(item, "certificate");

    if (text == NULL || !ent_config_path(file, text, neighbour->certificate)) {
        at = at == NULL ? item : at;
        ent_complain(file->complaints, at->line, at->column,
            "'certificate' must be the file of the neighbour's certificate");
    }
}

static void
read_neighbour(struct ent_config *file, const struct ent_yaml_node *item,
    struct broker_config *config)
{
    static const char *const known[] = {
        "address", "endpoint", "certificate", "serves", NULL};
    struct broker_neighbour *neighbour =
        &config->neighbours[config->neighbour_count];

    if (item->kind != ENT_YAML_MAP) {
        ent_complain(file->complaints, item->line, item->column,
            "a neighbour is {address: broker-yangon@mm, certificate: FILE, "
            "serves: [mm]} and, if we connect to it, endpoint: "
            "\"tcp://HOST:PORT\"");
        return;
    }
    ent_yaml_unknown(item, known, file->complaints);
    read_address(file, item, config, neighbour);
    read_endpoint(file, item, neighbour);
    read_certificate(file, item, neighbour);
    read_serves(file, item, config, neighbour);
    config->neighbour_count++;
}

void
broker_config_neighbours(struct ent_config *file, struct broker_config *config)
{
    const struct ent_yaml_node *list = ent_yaml_get(file->root, "brokers");

    if (list == NULL) {
        return;
    }
    if (list->kind != ENT_YAML_LIST || list->count > BROKER_NEIGHBOURS_MAX) {
        ent_complain(file->complaints, list->line, list->column,
            "'brokers' is a list of at most %d", BROKER_NEIGHBOURS_MAX);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        read_neighbour(file, list->items[i], config);
    }
}

void
broker_neighbours_print(const struct broker_config *config)
{
    printf("brokers:\n");
    for (size_t i = 0; i < config->neighbour_count; i++) {
        const struct broker_neighbour *neighbour = &config->neighbours[i];

        printf("  - %s %s serves", neighbour->address.text,
            neighbour->endpoint[0] == '\0' ? "connects to us"
                                           : neighbour->endpoint);
        for (size_t k = 0; k < neighbour->serves_count; k++) {
            printf(" %s", neighbour->serves[k]);
        }
        printf("\n");
    }
}
