/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbouring brokers, and whose offices are behind them. */
#include <assert.h>

#include "broker/registry_internal.h"

enum ent_status
broker_registry_add_neighbour(struct broker_registry *registry,
    struct ent_view wire, const struct ent_address *address, uint64_t now_ms,
    struct ent_error *err)
{
    struct ent_certificate claimed;
    enum ent_status rc = ent_certificate_peek(wire, &claimed, err);

    if (rc == ENT_OK && !ent_address_equal(&claimed.address, address)) {
        rc = ent_fail(err, ENT_REJECTED, "it is the certificate of %s",
            claimed.address.text);
    }
    return rc != ENT_OK ? rc
                        : broker_registry_take(registry, wire, ENT_KEY_BROKER,
                              true, now_ms, err);
}

void
broker_registry_lead(struct broker_registry *registry, const char *state,
    const struct ent_address *neighbour)
{
    struct broker_state *known = broker_registry_find_state(registry, state);

    assert(known != NULL);

    known->via = *neighbour;
}

bool
broker_registry_is_broker(const struct broker_registry *registry, size_t number)
{
    return ent_certificate_role(
               &broker_registry_at(registry, number)->certificate) ==
           ENT_KEY_BROKER;
}

size_t
broker_registry_toward_state(
    const struct broker_registry *registry, const char *name)
{
    const struct broker_state *state =
        broker_registry_find_state(registry, name);

    return state == NULL ? BROKER_NOBODY
                         : broker_registry_by_address(registry, &state->via);
}

size_t
broker_registry_toward(
    const struct broker_registry *registry, const struct ent_address *address)
{
    size_t own = broker_registry_by_address(registry, address);

    return own != BROKER_NOBODY ? own
                                : broker_registry_toward_state(
                                      registry, ent_address_state(address));
}

bool
broker_registry_may_bring(const struct broker_registry *registry, size_t number,
    const struct ent_address *signer)
{
    return broker_registry_is_broker(registry, number)
               ? broker_registry_toward_state(
                     registry, ent_address_state(signer)) == number
               : ent_address_equal(
                     &broker_registry_at(registry, number)->certificate.address,
                     signer);
}
