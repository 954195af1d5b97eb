/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/neighbours.h"

#include <string.h>

#include "broker/own.h"
#include "proto/base/time.h"

static enum ent_status
load(const struct broker_neighbour *neighbour, struct broker_registry *registry,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = broker_own_read(neighbour->certificate, &wire, err);

    if (rc == ENT_OK) {
        rc = broker_registry_add_neighbour(registry, ent_bytes_view(&wire),
            &neighbour->address, ent_time_now_ms(), err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s, the certificate of %s", neighbour->certificate,
            neighbour->address.text);
        return rc;
    }
    for (size_t i = 0; i < neighbour->serves_count; i++) {
        broker_registry_lead(
            registry, neighbour->serves[i], &neighbour->address);
    }
    return ENT_OK;
}

enum ent_status
broker_neighbours_load(const struct broker_config *config,
    struct broker_registry *registry, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < config->neighbour_count; i++) {
        rc = load(&config->neighbours[i], registry, err);
    }
    return rc;
}

enum ent_status
broker_neighbours_dial(const struct broker_config *config,
    const struct broker_registry *registry, struct broker_loop *loop,
    struct ent_error *err)
{
    struct broker_far_end ends[BROKER_NEIGHBOURS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < config->neighbour_count; i++) {
        const struct broker_neighbour *neighbour = &config->neighbours[i];
        const size_t number =
            broker_registry_by_address(registry, &neighbour->address);

        if (neighbour->endpoint[0] == '\0' || number == BROKER_NOBODY) {
            continue;
        }
        ends[count].endpoint = neighbour->endpoint;
        memcpy(ends[count].link_key,
            broker_registry_at(registry, number)->certificate.link_key,
            ENT_PUBLIC_KEY_LEN);
        count++;
    }
    return broker_loop_dial(loop, ends, count, err);
}

static bool
have_same_authorities(
    const struct broker_config *config, const struct broker_config *fresh)
{
    const struct ent_authorities *known = &config->authorities;

    if (known->count != fresh->authorities.count) {
        return false;
    }
    for (size_t i = 0; i < known->count; i++) {
        const struct ent_verify_key *key =
            ent_authorities_find(&fresh->authorities, known->list[i].state);

        if (key == NULL || memcmp(key->bytes, known->list[i].key.bytes,
                               sizeof key->bytes) != 0) {
            return false;
        }
    }
    return true;
}

enum ent_status
broker_neighbours_check(const struct broker_config *config,
    const struct broker_config *fresh, struct ent_error *err)
{
    if (!ent_address_equal(&config->address, &fresh->address)) {
        return ent_fail(err, ENT_REJECTED,
            "'address' is another one now: that needs a new start");
    }
    if (!have_same_authorities(config, fresh)) {
        return ent_fail(err, ENT_REJECTED,
            "'authorities' are others now: that needs a new start");
    }
    return ENT_OK;
}

void
broker_neighbours_replace(
    struct broker_config *config, const struct broker_config *fresh)
{
    memcpy(config->neighbours, fresh->neighbours, sizeof config->neighbours);
    config->neighbour_count = fresh->neighbour_count;
}
