/* SPDX-License-Identifier: Apache-2.0 */
/* Under which certificate an office signed something. */
#include "broker/registry_internal.h"

bool
broker_registry_covers(const struct broker_registry *registry,
    const struct ent_certificate *certificate, const struct ent_key_id *key_id,
    uint64_t signed_at)
{
    return certificate->serial != 0 &&
           ent_key_id_equal(&certificate->signing_key_id, key_id) &&
           ent_certificate_check_time(certificate, signed_at, NULL) == ENT_OK &&
           !broker_registry_has_revoked(registry, certificate);
}

const struct ent_certificate *
broker_registry_signer(const struct broker_registry *registry, size_t number,
    const struct ent_key_id *key_id, uint64_t signed_at)
{
    const struct broker_office *office = broker_registry_at(registry, number);

    if (broker_registry_covers(
            registry, &office->certificate, key_id, signed_at)) {
        return &office->certificate;
    }
    return broker_registry_covers(registry, &office->before, key_id, signed_at)
               ? &office->before
               : NULL;
}

const struct ent_certificate *
broker_registry_signer_of(const struct broker_registry *registry, size_t number,
    struct ent_view wire, uint64_t signed_at)
{
    const struct ent_certificate *found = NULL;
    struct ent_signatures signatures;
    struct ent_view payload;

    if (ent_signed_decode(wire, &payload, &signatures, NULL) != ENT_OK) {
        return NULL;
    }
    for (size_t i = 0; found == NULL && i < signatures.count; i++) {
        found = broker_registry_signer(
            registry, number, &signatures.list[i].key_id, signed_at);
    }
    return found;
}
