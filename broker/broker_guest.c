/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of offices and brokers behind our neighbours: verified when they
 * come, kept in the spool, and verified again when they are used. */
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/schema/link.pb-c.h"

#define CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE

enum ent_status
broker_find_wire(struct broker *broker, const struct ent_address *address,
    uint64_t *ret_serial, struct ent_view *ret_wire, struct ent_error *err)
{
    size_t number = broker_registry_by_address(broker->registry, address);
    const struct broker_office *office;

    if (number == BROKER_NOBODY) {
        return broker_spool_get_object(broker->spool, CERTIFICATE,
            address->text, ret_serial, ret_wire, err);
    }
    office = broker_registry_at(broker->registry, number);
    *ret_serial = office->certificate.serial;
    *ret_wire = ent_bytes_view(&office->wire);
    return ENT_OK;
}

enum ent_status
broker_find_certificate(struct broker *broker,
    const struct ent_address *address, struct ent_certificate *ret_certificate,
    struct ent_error *err)
{
    struct ent_view wire;
    uint64_t ignored;
    enum ent_status rc =
        broker_find_wire(broker, address, &ignored, &wire, err);

    return rc != ENT_OK ? rc
                        : broker_registry_verify(
                              broker->registry, wire, ret_certificate, err);
}

enum ent_status
broker_find_signer(struct broker *broker, const struct ent_address *address,
    const struct ent_key_id *key_id, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    const size_t number = broker_registry_by_address(broker->registry, address);
    const struct ent_certificate *signer;

    if (number == BROKER_NOBODY) {
        return broker_find_certificate(broker, address, ret_certificate, err);
    }
    signer =
        broker_registry_signer(broker->registry, number, key_id, signed_at);
    *ret_certificate =
        signer != NULL
            ? *signer
            : broker_registry_at(broker->registry, number)->certificate;
    return ENT_OK;
}

enum ent_status
broker_find_signer_of(struct broker *broker, const struct ent_address *address,
    struct ent_view wire, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    const size_t number = broker_registry_by_address(broker->registry, address);
    const struct ent_certificate *signer;
    enum ent_status rc;

    if (number == BROKER_NOBODY) {
        rc = broker_find_certificate(broker, address, ret_certificate, err);
        return rc == ENT_OK && ent_certificate_check_time(
                                   ret_certificate, signed_at, err) != ENT_OK
                   ? ENT_REJECTED
                   : rc;
    }
    signer =
        broker_registry_signer_of(broker->registry, number, wire, signed_at);
    if (signer == NULL) {
        return ent_fail(
            err, ENT_REJECTED, "no certificate of that key was valid then");
    }
    *ret_certificate = *signer;
    return ENT_OK;
}

/* ENT_OK when it is to be kept in place of the one that we have. */
static enum ent_status
check_known(struct broker *broker, const struct ent_certificate *other,
    struct ent_error *err)
{
    struct ent_certificate known;
    struct ent_view wire;
    uint64_t ignored;
    enum ent_status rc = broker_spool_get_object(
        broker->spool, CERTIFICATE, other->address.text, &ignored, &wire, err);

    if (rc == ENT_OK) {
        rc = ent_certificate_peek(wire, &known, err);
    }
    if (rc == ENT_NOT_FOUND || rc == ENT_BAD_INPUT) {
        return ENT_OK;
    }
    return rc != ENT_OK ? rc
                        : broker_registry_check_newer(broker->registry, &known,
                              other, broker->now.wall_ms, err);
}

enum ent_status
broker_learn_guest(struct broker *broker, struct ent_view wire,
    uint64_t *ret_serial, struct ent_error *err)
{
    struct ent_certificate other;
    enum ent_status rc =
        broker_registry_verify(broker->registry, wire, &other, err);

    if (rc == ENT_OK) {
        rc = check_known(broker, &other, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_serial = other.serial;
    return ENT_OK;
}
