/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the registry share.
 *
 *     registry.c         the offices
 *     registry_list.c    revocation lists, one for each state
 *     registry_keys.c    the keys of the authorities, and their rollovers
 *     registry_way.c     neighbouring brokers, and what is behind them
 *     registry_folder.c  the operator's folder
 *     registry_signer.c  who signed something, by the time of it
 */
#ifndef BROKER_REGISTRY_INTERNAL_H
#define BROKER_REGISTRY_INTERNAL_H

#include "broker/registry.h"

struct broker_state {
    struct ent_authority authority;   /* as configured */
    struct ent_rollover keys;         /* with what the statement joins to it */
    struct ent_bytes rollover;        /* the statement; empty: none */
    struct ent_bytes rival;           /* another one, which contradicts it */
    struct ent_revocation_list *list; /* NULL: none came yet */
    struct ent_bytes wire;            /* of the list */
    struct ent_address via; /* the neighbour its offices are behind, or "" */
};

struct broker_registry {
    struct broker_state states[ENT_AUTHORITIES_MAX];
    size_t state_count;
    /* A place keeps its office until another takes it; `wire` is empty when it
     * is not served any more. */
    struct broker_office offices[BROKER_OFFICES_MAX];
    size_t office_count;
};

/* A state whose authority is configured, or NULL. */
struct broker_state *broker_registry_find_state(
    const struct broker_registry *registry, const char *name);

/* Take a certificate of that role, of somebody new only if `is_new`. */
enum ent_status broker_registry_take(struct broker_registry *registry,
    struct ent_view wire, enum ent_key_role role, bool is_new, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* True when the list of its state has that certificate. */
bool broker_registry_has_revoked(const struct broker_registry *registry,
    const struct ent_certificate *certificate);

#endif
