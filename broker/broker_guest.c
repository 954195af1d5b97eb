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
broker_find_before(struct broker *broker, const struct ent_address *address,
    uint64_t *ret_serial, struct ent_view *ret_wire, struct ent_error *err)
{
    return broker_spool_get_object(broker->spool,
        CERTIFICATE + BROKER_OBJECT_BEFORE, address->text, ret_serial, ret_wire,
        err);
}

/* Of those that it has had, the one for that key at that time. If none was, the
 * newest, which will not verify it. */
static enum ent_status
find_guest(struct broker *broker, const struct ent_address *address,
    const struct ent_key_id *key_id, uint64_t signed_at, bool *ret_covers,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    const struct broker_registry *registry = broker->registry;
    struct ent_certificate before;
    struct ent_view wire;
    uint64_t ignored;
    enum ent_status rc =
        broker_find_certificate(broker, address, ret_certificate, err);

    *ret_covers = rc == ENT_OK && broker_registry_covers(registry,
                                      ret_certificate, key_id, signed_at);
    if (*ret_covers || rc == ENT_IO || rc == ENT_NO_MEMORY ||
        broker_find_before(broker, address, &ignored, &wire, NULL) != ENT_OK ||
        broker_registry_verify(registry, wire, &before, NULL) != ENT_OK ||
        !broker_registry_covers(registry, &before, key_id, signed_at)) {
        return rc;
    }
    *ret_covers = true;
    *ret_certificate = before;
    return ENT_OK;
}

enum ent_status
broker_find_signer(struct broker *broker, const struct ent_address *address,
    const struct ent_key_id *key_id, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    const size_t number = broker_registry_by_address(broker->registry, address);
    const struct ent_certificate *signer;
    bool ignored;

    if (number == BROKER_NOBODY) {
        return find_guest(
            broker, address, key_id, signed_at, &ignored, ret_certificate, err);
    }
    signer =
        broker_registry_signer(broker->registry, number, key_id, signed_at);
    *ret_certificate =
        signer != NULL
            ? *signer
            : broker_registry_at(broker->registry, number)->certificate;
    return ENT_OK;
}

static enum ent_status
find_guest_of(struct broker *broker, const struct ent_address *address,
    struct ent_view wire, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    bool covers = false;
    enum ent_status rc = ent_signed_decode(wire, &payload, &signatures, err);

    if (rc != ENT_OK) {
        return ENT_REJECTED;
    }
    for (size_t i = 0; !covers && i < signatures.count; i++) {
        rc = find_guest(broker, address, &signatures.list[i].key_id, signed_at,
            &covers, ret_certificate, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return covers ? ENT_OK
                  : ent_fail(err, ENT_REJECTED,
                        "no certificate of that key was valid then");
}

enum ent_status
broker_find_signer_of(struct broker *broker, const struct ent_address *address,
    struct ent_view wire, uint64_t signed_at,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    const size_t number = broker_registry_by_address(broker->registry, address);
    const struct ent_certificate *signer;

    if (number == BROKER_NOBODY) {
        return find_guest_of(
            broker, address, wire, signed_at, ret_certificate, err);
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

/* An older one than we have, of somebody served here or not: what it signed may
 * still come. */
enum ent_status
broker_keep_before(struct broker *broker, const char *subject, uint64_t serial,
    struct ent_view wire, struct ent_error *err)
{
    const uint32_t before = CERTIFICATE + BROKER_OBJECT_BEFORE;
    struct ent_view ignored;
    uint64_t newest = 0;
    uint64_t known = 0;
    enum ent_status rc = broker_spool_get_object(
        broker->spool, CERTIFICATE, subject, &newest, &ignored, err);

    if (rc == ENT_OK && serial < newest) {
        rc = broker_spool_get_object(
            broker->spool, before, subject, &known, &ignored, err);
        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && known < serial)) {
            return broker_spool_put_object(
                broker->spool, before, subject, serial, wire, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
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
