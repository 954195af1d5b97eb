/* SPDX-License-Identifier: Apache-2.0 */
/* The revocation lists of a registry. */
#include <string.h>

#include "broker/registry_internal.h"

struct broker_state *
broker_registry_find_state(
    const struct broker_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->state_count; i++) {
        if (strcmp(registry->states[i].authority.state, name) == 0) {
            return (struct broker_state *)&registry->states[i];
        }
    }
    return NULL;
}

const char *
broker_registry_state(const struct broker_registry *registry, size_t index)
{
    return index < registry->state_count
               ? registry->states[index].authority.state
               : NULL;
}

bool
broker_registry_has_revoked(const struct broker_registry *registry,
    const struct ent_certificate *certificate)
{
    const struct broker_state *state = broker_registry_find_state(
        registry, ent_address_state(&certificate->address));

    return state != NULL && state->list != NULL &&
           ent_revocation_list_has(state->list, certificate);
}

static enum ent_status
check_list(const struct broker_registry *registry, const char *state,
    const struct ent_revocation_list *list, struct ent_error *err)
{
    if (strcmp(ent_revocation_list_state(list), state) != 0) {
        return ent_fail(
            err, ENT_REJECTED, "a revocation list of another state");
    }
    if (ent_revocation_list_number(list) <=
        broker_registry_list_number(registry, state)) {
        return ent_fail(
            err, ENT_EXISTS, "a revocation list as new as that is known");
    }
    return ENT_OK;
}

static bool
takes(const struct broker_state *state, size_t place, uint64_t now_ms)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    size_t held = SIZE_MAX;

    if (state->list != NULL &&
        ent_authority_open_list(&state->keys, ent_bytes_view(&state->wire),
            &list, &held, NULL) != ENT_OK) {
        held = SIZE_MAX;
    }
    return ent_authority_takes_list(&state->keys, place, held, now_ms);
}

enum ent_status
broker_registry_revoke(struct broker_registry *registry, const char *state,
    struct ent_view wire, uint64_t now_ms, uint64_t *ret_number,
    struct ent_error *err)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes copy = {0};
    struct broker_state *known = broker_registry_find_state(registry, state);
    size_t place = 0;
    enum ent_status rc;

    if (known == NULL) {
        return ent_fail(
            err, ENT_NOT_FOUND, "no authority is configured for '%s'", state);
    }
    rc = ent_authority_open_list(&known->keys, wire, &list, &place, err);
    if (rc == ENT_OK) {
        *ret_number = ent_revocation_list_number(list);
        rc = check_list(registry, state, list, err);
    }
    if (rc == ENT_OK && !takes(known, place, now_ms)) {
        rc = ent_fail(err, ENT_REJECTED,
            "a revocation list by a key that the authority of '%s' has given "
            "up",
            state);
    }
    if (rc == ENT_OK) {
        rc = ent_bytes_copy(wire, &copy, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_revocation_list_free(&known->list);
    ent_bytes_free(&known->wire);
    known->list = list;
    known->wire = copy;
    list = NULL;
    copy = (struct ent_bytes){0};
    return ENT_OK;
}

uint64_t
broker_registry_list_number(
    const struct broker_registry *registry, const char *state)
{
    const struct broker_state *known =
        broker_registry_find_state(registry, state);

    return known == NULL || known->list == NULL
               ? 0
               : ent_revocation_list_number(known->list);
}

struct ent_view
broker_registry_list_wire(
    const struct broker_registry *registry, const char *state)
{
    const struct broker_state *known =
        broker_registry_find_state(registry, state);

    return known == NULL ? (struct ent_view){0} : ent_bytes_view(&known->wire);
}

bool
broker_registry_list_overdue(
    const struct broker_registry *registry, const char *state, uint64_t now_ms)
{
    const struct broker_state *known =
        broker_registry_find_state(registry, state);

    return known != NULL && known->list != NULL &&
           ent_revocation_list_next_update(known->list) < now_ms;
}
