/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbours - the neighbouring brokers that a configuration names: taken into
 * a registry, with whose offices each leads to, and connected to.
 */
#ifndef BROKER_NEIGHBOURS_H
#define BROKER_NEIGHBOURS_H

#include "broker/config.h"
#include "broker/loop.h"

/* Their certificates, from the files that the configuration names. */
enum ent_status broker_neighbours_load(const struct broker_config *config,
    struct broker_registry *registry, struct ent_error *err) ENT_MUST_CHECK;

/* Connect to those that have an endpoint, under the link keys that the registry
 * knows now; connections to others, or under other keys, end. */
enum ent_status broker_neighbours_dial(const struct broker_config *config,
    const struct broker_registry *registry, struct broker_loop *loop,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_OK when neighbours of `fresh`, read while running, can take the place of
 * those of `config`; else what needs a new start. */
enum ent_status broker_neighbours_check(const struct broker_config *config,
    const struct broker_config *fresh, struct ent_error *err) ENT_MUST_CHECK;
/* They do. */
void broker_neighbours_replace(
    struct broker_config *config, const struct broker_config *fresh);

#endif
