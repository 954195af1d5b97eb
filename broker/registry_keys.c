/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the authorities, and how they change. */
#include <string.h>

#include "broker/registry_internal.h"
#include "proto/base/log.h"

#define COMPONENT "registry"

const struct ent_rollover *
broker_registry_authority(
    const struct broker_registry *registry, const char *state)
{
    const struct broker_state *found =
        broker_registry_find_state(registry, state);

    return found == NULL ? NULL : &found->keys;
}

struct ent_view
broker_registry_rollover(
    const struct broker_registry *registry, const char *state)
{
    const struct broker_state *found =
        broker_registry_find_state(registry, state);

    return found == NULL ? (struct ent_view){0}
                         : ent_bytes_view(&found->rollover);
}

struct ent_view
broker_registry_rival(const struct broker_registry *registry, const char *state)
{
    const struct broker_state *found =
        broker_registry_find_state(registry, state);

    return found == NULL ? (struct ent_view){0} : ent_bytes_view(&found->rival);
}

/* Certificates that an older key has signed end with it. */
static void
limit_offices(struct broker_registry *registry, const struct broker_state *of)
{
    for (size_t i = 0; i < registry->office_count; i++) {
        struct broker_office *office = &registry->offices[i];

        if (strcmp(ent_address_state(&office->certificate.address),
                of->authority.state) == 0) {
            ent_authority_limit(&of->keys, &office->certificate);
            ent_authority_limit(&of->keys, &office->before);
        }
    }
}

static enum ent_status
replace(struct ent_bytes *kept, struct ent_view wire, struct ent_error *err)
{
    struct ent_bytes copy = {0};
    enum ent_status rc = ent_bytes_copy(wire, &copy, err);

    if (rc == ENT_OK) {
        ent_bytes_free(kept);
        *kept = copy;
    }
    return rc;
}

/* Both are authentic: the old key is in two hands. */
static enum ent_status
contradicts(
    struct broker_state *state, struct ent_view wire, struct ent_error *err)
{
    enum ent_status rc =
        state->rival.len > 0 ? ENT_OK : replace(&state->rival, wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "two rollover statements contradict each other: the authority's old "
        "key is in two hands; the first one stays, and nothing newer is "
        "followed state=%s",
        state->authority.state);
    return ent_fail(err, ENT_REJECTED,
        "authority rollover: it contradicts the one that is followed");
}

static enum ent_status
follow(struct broker_registry *registry, struct broker_state *state,
    const struct ent_rollover *came, struct ent_view wire,
    struct ent_error *err)
{
    enum ent_status rc;

    if (state->rival.len > 0) {
        return ent_fail(err, ENT_REJECTED,
            "authority rollover: two statements of '%s' contradict each other, "
            "and nothing newer is followed",
            state->authority.state);
    }
    rc = replace(&state->rollover, wire, err);
    if (rc == ENT_OK) {
        state->keys = *came;
        limit_offices(registry, state);
    }
    return rc;
}

enum ent_status
broker_registry_follow(struct broker_registry *registry, const char *name,
    struct ent_view wire, uint64_t *ret_number, struct ent_error *err)
{
    struct broker_state *state = broker_registry_find_state(registry, name);
    struct ent_rollover came;
    enum ent_status rc;

    if (state == NULL) {
        return ent_fail(
            err, ENT_NOT_FOUND, "no authority is configured for '%s'", name);
    }
    rc = ent_rollover_open(wire, &state->authority.key, &came, err);
    if (rc == ENT_OK && strcmp(came.state, name) != 0) {
        rc = ent_fail(err, ENT_REJECTED, "a rollover of another state");
    }
    if (rc != ENT_OK) {
        return rc == ENT_BAD_INPUT ? ENT_REJECTED : rc;
    }
    *ret_number = ent_rollover_number(&came);
    switch (ent_authority_compare(
        state->rollover.len > 0 ? &state->keys : NULL, &came)) {
    case ENT_ROLLOVER_OLD:
        return ent_fail(err, ENT_EXISTS, "a rollover as new as that is known");
    case ENT_ROLLOVER_FORK:
        return contradicts(state, wire, err);
    default:
        return follow(registry, state, &came, wire, err);
    }
}
