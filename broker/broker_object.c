/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

enum ent_status
broker_keep_object(struct broker *broker, uint32_t kind, const char *subject,
    uint64_t number, struct ent_view wire, struct ent_error *err)
{
    struct ent_view ignored;
    uint64_t kept = 0;
    enum ent_status rc;

    rc = broker_spool_get_object(
        broker->spool, kind, subject, &kept, &ignored, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_OK && kept >= number) {
        return ENT_OK;
    }
    rc = broker_spool_put_object(
        broker->spool, kind, subject, number, wire, err);
    return rc != ENT_OK ? rc
                        : broker_grant_wishes(broker, kind, subject, wire, err);
}

/* ---- FETCH and OBJECT ---- */

static const char *
kind_name(uint32_t kind)
{
    switch (kind) {
    case ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST:
        return "manifest";
    case ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE:
        return "certificate";
    case ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER:
        return "authority rollover";
    case ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS:
        return "witness";
    default:
        return "revocation list";
    }
}

/* The object asked for, if we have one that is newer and can travel. */
static enum ent_status
find_object(struct broker *broker, const struct broker_visit *visit,
    const struct ent_fetch *fetch, struct ent_view *ret_wire,
    struct ent_error *err)
{
    struct ent_view wire;
    uint64_t number;
    enum ent_status rc;

    *ret_wire = (struct ent_view){0};
    if (!broker_may_see(broker, visit, fetch)) {
        return ENT_OK;
    }
    rc = broker_spool_get_object(
        broker->spool, fetch->kind, fetch->subject, &number, &wire, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    if (rc == ENT_OK && wire.len > BROKER_OBJECT_WIRE_MAX) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "%s too long to travel subject=%s bytes=%zu",
            kind_name(fetch->kind), fetch->subject, wire.len);
    } else if (rc == ENT_OK && number > fetch->newer_than) {
        *ret_wire = wire;
    }
    return rc;
}

enum ent_status
broker_take_fetch(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    const struct ent_frame *frame = visit->frame;
    struct ent_fetch fetch;
    struct ent_object object = {0};
    enum ent_status rc;

    if (ent_fetch_decode(frame->payload, &fetch, NULL) != ENT_OK) {
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_BAD_FRAME, "a malformed FETCH", err);
    }
    object.kind = fetch.kind;
    memcpy(object.subject, fetch.subject, sizeof object.subject);
    rc = find_object(broker, visit, &fetch, &object.wire, err);
    if (rc == ENT_OK) {
        rc = ent_object_encode(&object, &payload, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_answer(broker, &frame->route, ENT_FRAME_OBJECT, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (object.wire.len == 0) {
        broker_await_here(broker, visit, &fetch);
    }
    return broker_ask_behind(broker, visit, &fetch, err);
}

/* From the office itself, or from the neighbour that it is behind. */
static enum ent_status
check_manifest(struct broker *broker, const struct broker_visit *visit,
    const struct ent_object *object, uint64_t *ret_number,
    struct ent_error *err)
{
    struct ent_certificate certificate;
    struct ent_manifest manifest;
    struct ent_address office;
    enum ent_status rc;

    rc = ent_address_parse(ent_view_text(object->subject), &office, err);
    if (rc != ENT_OK) {
        return ent_fail(err, ENT_REJECTED, "a manifest of nobody");
    }
    if (!broker_registry_may_bring(broker->registry, visit->number, &office)) {
        return ent_fail(err, ENT_REJECTED, "another office's manifest");
    }
    rc = broker_find_certificate(broker, &office, &certificate, err);
    if (rc == ENT_OK) {
        rc = ent_manifest_open(object->wire, &certificate, &manifest, err);
    }
    if (rc == ENT_OK) {
        *ret_number = manifest.sequence;
    }
    return rc;
}

/* Of whom we keep a certificate whom we do not serve: of offices behind a
 * neighbour, and of brokers that a neighbour tells of, wherever they are. */
static bool
is_guest(const struct broker *broker, const struct broker_visit *visit,
    const struct ent_certificate *claimed)
{
    return broker_registry_toward(broker->registry, &claimed->address) !=
               BROKER_NOBODY ||
           (ent_certificate_role(claimed) == ENT_KEY_BROKER &&
               broker_registry_is_broker(broker->registry, visit->number));
}

static enum ent_status
learn_certificate(struct broker *broker, const struct broker_visit *visit,
    const struct ent_object *object, uint64_t *ret_number,
    struct ent_error *err)
{
    struct ent_certificate claimed;
    enum ent_status rc;

    rc = ent_certificate_peek(object->wire, &claimed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (strcmp(object->subject, claimed.address.text) != 0) {
        return ent_fail(err, ENT_REJECTED, "a certificate of another");
    }
    *ret_number = claimed.serial;
    if (broker_registry_by_address(broker->registry, &claimed.address) ==
            BROKER_NOBODY &&
        is_guest(broker, visit, &claimed)) {
        return broker_learn_guest(broker, object->wire, ret_number, err);
    }
    rc = broker_registry_add(
        broker->registry, object->wire, false, broker->now.wall_ms, err);
    if (rc == ENT_OK && ent_certificate_role(&claimed) == ENT_KEY_BROKER) {
        broker->neighbours_changed = true;
    }
    return rc;
}

/* One that contradicts the one that is followed is evidence, and kept. */
static enum ent_status
learn_rollover(struct broker *broker, const struct ent_object *object,
    uint64_t *ret_number, struct ent_error *err)
{
    enum ent_status rc = broker_registry_follow(
        broker->registry, object->subject, object->wire, ret_number, err);
    struct ent_view rival =
        broker_registry_rival(broker->registry, object->subject);
    struct ent_error other = {0};

    if (rc == ENT_REJECTED && rival.len > 0 &&
        broker_keep_object(broker, BROKER_KIND_RIVAL, object->subject, 1, rival,
            &other) != ENT_OK) {
        return ent_fail(err, ENT_IO, "%s", other.text);
    }
    return rc;
}

/* Verify an object, and take it into the registry; its number. ENT_EXISTS:
 * known there already. */
static enum ent_status
learn(struct broker *broker, const struct broker_visit *visit,
    const struct ent_object *object, uint64_t *ret_number,
    struct ent_error *err)
{
    switch (object->kind) {
    case ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST:
        return check_manifest(broker, visit, object, ret_number, err);
    case ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE:
        return learn_certificate(broker, visit, object, ret_number, err);
    case ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER:
        return learn_rollover(broker, object, ret_number, err);
    case ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS:
        return broker_learn_witness(broker, visit, object, ret_number, err);
    default:
        return broker_registry_revoke(broker->registry, object->subject,
            object->wire, broker->now.wall_ms, ret_number, err);
    }
}

/* The certificate of an office here, which counts from now on: also in place of
 * one with a greater serial, by a key that was given up. */
static bool
is_served(const struct broker *broker, const struct ent_object *object)
{
    struct ent_address office;

    return object->kind == ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE &&
           ent_address_parse(ent_view_text(object->subject), &office, NULL) ==
               ENT_OK &&
           broker_registry_by_address(broker->registry, &office) !=
               BROKER_NOBODY;
}

static enum ent_status
replace_object(struct broker *broker, const struct ent_object *object,
    uint64_t number, struct ent_error *err)
{
    enum ent_status rc = broker_spool_put_object(broker->spool, object->kind,
        object->subject, number, object->wire, err);

    return rc != ENT_OK ? rc
                        : broker_grant_wishes(broker, object->kind,
                              object->subject, object->wire, err);
}

enum ent_status
broker_take_object(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;
    struct ent_error why = {0};
    struct ent_object object;
    uint64_t number = 0;
    bool taken;
    enum ent_status rc;

    if (ent_object_decode(frame->payload, &object, NULL) != ENT_OK) {
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_BAD_FRAME, "a malformed OBJECT", err);
    }
    if (object.wire.len == 0) {
        return ENT_OK; /* they have none either */
    }
    rc = learn(broker, visit, &object, &number, &why);
    if (rc == ENT_IO || rc == ENT_NO_MEMORY) {
        return ent_fail(err, rc, "%s", why.text);
    }
    if (rc != ENT_OK && rc != ENT_EXISTS) {
        ent_log(ENT_LOG_WARN, COMPONENT, "object ignored peer=%s: %s",
            visit->office->certificate.address.text, why.text);
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        ent_log(object.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS
                    ? ENT_LOG_DEBUG
                    : ENT_LOG_INFO,
            COMPONENT, "newer %s subject=%s number=%" PRIu64,
            kind_name(object.kind), object.subject, number);
    }
    taken = rc == ENT_OK;
    if (rc == ENT_EXISTS &&
        object.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE) {
        rc = broker_keep_before(
            broker, object.subject, number, object.wire, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return taken && is_served(broker, &object)
               ? replace_object(broker, &object, number, err)
               : broker_keep_object(broker, object.kind, object.subject, number,
                     object.wire, err);
}
