/* SPDX-License-Identifier: Apache-2.0 */
/* What the registry knows and what the spool keeps, brought together; and
 * serving whom the operator's folder names now. */
#include <inttypes.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define REVOCATIONS ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST
#define ROLLOVER ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER

/* Put what the registry has into the spool, if that has an older one; a newer
 * one in there is copied to `ret_newer`. */
static enum ent_status
sync_object(struct broker *broker, uint32_t kind, const char *subject,
    uint64_t number, struct ent_view wire, struct ent_bytes *ret_newer,
    struct ent_error *err)
{
    struct ent_view stored;
    uint64_t stored_number = 0;
    enum ent_status rc;

    rc = broker_spool_get_object(
        broker->spool, kind, subject, &stored_number, &stored, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_OK && stored_number > number) {
        return ent_bytes_copy(stored, ret_newer, err);
    }
    if (wire.len == 0 || (rc == ENT_OK && ent_view_equal(stored, wire))) {
        return ENT_OK;
    }
    return broker_spool_put_object(
        broker->spool, kind, subject, number, wire, err);
}

/* What was signed under the certificate before counts after a new start too. */
static enum ent_status
remember_before(struct broker *broker, struct broker_registry *registry,
    const struct ent_address *address, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_view stored;
    uint64_t ignored;
    enum ent_status rc =
        broker_find_before(broker, address, &ignored, &stored, err);

    if (rc == ENT_OK) {
        rc = ent_bytes_copy(stored, &wire, err);
    }
    if (rc == ENT_OK) {
        rc = broker_registry_add(
            registry, ent_bytes_view(&wire), false, broker->now.wall_ms, err);
    }
    return rc == ENT_NO_MEMORY || rc == ENT_IO ? rc : ENT_OK;
}

/* Made in advance: its time is to come. */
static bool
is_early(const struct broker *broker, struct ent_view wire)
{
    struct ent_certificate certificate;

    return ent_certificate_peek(wire, &certificate, NULL) == ENT_OK &&
           certificate.not_before > broker->now.wall_ms;
}

/* Which of the two counts the registry decides. */
static enum ent_status
sync_office(struct broker *broker, struct broker_registry *registry,
    size_t number, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes stored = {0};
    const struct broker_office *office = broker_registry_at(registry, number);
    struct ent_view wire;
    uint64_t ignored;
    enum ent_status rc =
        remember_before(broker, registry, &office->certificate.address, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_spool_get_object(broker->spool, CERTIFICATE,
        office->certificate.address.text, &ignored, &wire, err);
    if (rc == ENT_OK && ent_view_equal(wire, ent_bytes_view(&office->wire))) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = ent_bytes_copy(wire, &stored, err);
    }
    if (rc == ENT_OK) {
        rc = broker_registry_add(
            registry, ent_bytes_view(&stored), false, broker->now.wall_ms, err);
        if (rc == ENT_EXPIRED && is_early(broker, ent_bytes_view(&stored))) {
            return ENT_OK;
        }
    }
    if (rc == ENT_NO_MEMORY || rc == ENT_IO) {
        return rc;
    }
    return broker_spool_put_object(broker->spool, CERTIFICATE,
        office->certificate.address.text, office->certificate.serial,
        ent_bytes_view(&office->wire), err);
}

static enum ent_status
sync_list(struct broker *broker, struct broker_registry *registry,
    const char *state, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes newer = {0};
    const struct ent_view known = broker_registry_list_wire(registry, state);
    const uint64_t number = broker_registry_list_number(registry, state);
    uint64_t ignored;
    enum ent_status rc;

    rc = sync_object(broker, REVOCATIONS, state, number, known, &newer, err);
    if (rc == ENT_OK && newer.len > 0) {
        rc = broker_registry_revoke(registry, state, ent_bytes_view(&newer),
            broker->now.wall_ms, &ignored, err);
    }
    if (rc == ENT_REJECTED && known.len > 0) { /* of another authority */
        return broker_spool_put_object(
            broker->spool, REVOCATIONS, state, number, known, err);
    }
    return rc == ENT_REJECTED ? ENT_OK : rc;
}

/* The registry began with those of the spool. */
static enum ent_status
sync_rollover(struct broker *broker, const struct broker_registry *registry,
    const char *state, struct ent_error *err)
{
    const struct ent_view known = broker_registry_rollover(registry, state);
    const struct ent_view rival = broker_registry_rival(registry, state);
    const struct ent_rollover *keys =
        broker_registry_authority(registry, state);
    enum ent_status rc = ENT_OK;

    if (known.len > 0) {
        rc = broker_spool_put_object(broker->spool, ROLLOVER, state,
            ent_rollover_number(keys), known, err);
    }
    if (rc == ENT_OK && rival.len > 0) {
        rc = broker_spool_put_object(
            broker->spool, BROKER_KIND_RIVAL, state, 1, rival, err);
    }
    return rc;
}

/* Our own: whatever is there, we know better. */
static enum ent_status
sync_own(struct broker *broker, struct ent_error *err)
{
    const struct ent_view own = ent_bytes_view(&broker->certificate);
    struct ent_certificate certificate;
    struct ent_view stored;
    uint64_t ignored;
    enum ent_status rc;

    rc = ent_certificate_peek(own, &certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_spool_get_object(broker->spool, CERTIFICATE,
        broker->address.text, &ignored, &stored, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_OK && ent_view_equal(stored, own)) {
        return ENT_OK;
    }
    return broker_spool_put_object(broker->spool, CERTIFICATE,
        broker->address.text, certificate.serial, own, err);
}

static enum ent_status
sync_all(struct broker *broker, struct broker_registry *registry,
    struct ent_error *err)
{
    enum ent_status rc = sync_own(broker, err);

    for (size_t i = 0; rc == ENT_OK; i++) {
        const char *state = broker_registry_state(registry, i);

        if (state == NULL) {
            break;
        }
        rc = sync_rollover(broker, registry, state, err);
        if (rc == ENT_OK) {
            rc = sync_list(broker, registry, state, err);
        }
    }
    for (size_t i = 0; rc == ENT_OK && i < broker_registry_count(registry);
         i++) {
        if (broker_registry_serves(registry, i)) {
            rc = sync_office(broker, registry, i, err);
        }
    }
    return rc;
}

/* In one commit. Where that finds no room the registry counts all the same: it
 * is read again at every start. */
static enum ent_status
sync_registry(struct broker *broker, struct broker_registry *registry,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = broker_spool_begin(broker->spool, true, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = sync_all(broker, registry, err);
    if (rc == ENT_OK) {
        rc = broker_spool_commit(broker->spool, err);
    }
    broker_spool_abort(broker->spool);
    if (rc == ENT_FULL) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "the store is full: newer certificates and lists are not handed "
            "out yet");
        return ENT_OK;
    }
    return rc;
}

enum ent_status
broker_sync_objects(struct broker *broker, struct ent_error *err)
{
    enum ent_status rc = sync_registry(broker, broker->registry, err);

    broker_add_lines(broker);
    return rc != ENT_OK ? rc : broker_reroute(broker, err);
}

/* ---- what was followed before ---- */

/* What the configured key does not verify any more is passed over. */
static enum ent_status
recall(struct broker_spool *spool, uint32_t kind,
    struct broker_registry *registry, const char *state, struct ent_error *err)
{
    struct ent_view wire;
    uint64_t ignored;
    enum ent_status rc =
        broker_spool_get_object(spool, kind, state, &ignored, &wire, err);

    if (rc == ENT_OK) {
        rc = broker_registry_follow(registry, state, wire, &ignored, err);
    }
    return rc == ENT_NO_MEMORY || rc == ENT_IO ? rc : ENT_OK;
}

enum ent_status
broker_recall_rollovers(struct broker_spool *spool,
    struct broker_registry *registry, struct ent_error *err)
{
    enum ent_status rc = broker_spool_begin(spool, false, err);
    const char *state;

    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0;
         rc == ENT_OK && (state = broker_registry_state(registry, i)) != NULL;
         i++) {
        rc = recall(spool, ROLLOVER, registry, state, err);
        if (rc == ENT_OK) {
            rc = recall(spool, BROKER_KIND_RIVAL, registry, state, err);
        }
    }
    broker_spool_abort(spool);
    return rc;
}

/* ---- whom the folder names now ---- */

/* Offices, not neighbours. */
static size_t
count_served(const struct broker_registry *registry)
{
    size_t served = 0;

    for (size_t i = 0; i < broker_registry_count(registry); i++) {
        served += broker_registry_serves(registry, i) &&
                          !broker_registry_is_broker(registry, i)
                      ? 1
                      : 0;
    }
    return served;
}

/* Say who is in the one and not in the other. */
static void
tell_difference(const struct broker_registry *one,
    const struct broker_registry *other, const char *what)
{
    for (size_t i = 0; i < broker_registry_count(one); i++) {
        const struct ent_address *address =
            &broker_registry_at(one, i)->certificate.address;

        if (broker_registry_serves(one, i) &&
            broker_registry_by_address(other, address) == BROKER_NOBODY) {
            ent_log(ENT_LOG_INFO, COMPONENT, "%s peer=%s", what, address->text);
        }
    }
}

enum ent_status
broker_reload(struct broker *broker, struct broker_registry **fresh,
    struct ent_error *err)
{
    enum ent_status rc;

    if (count_served(*fresh) == 0 && count_served(broker->registry) > 0) {
        return ent_fail(err, ENT_REJECTED, "it names no office at all");
    }
    rc = broker_registry_inherit(
        *fresh, broker->registry, broker->now.wall_ms, err);
    if (rc == ENT_OK) {
        rc = sync_registry(broker, *fresh, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    tell_difference(broker->registry, *fresh, "not served any more");
    tell_difference(*fresh, broker->registry, "served from now on");
    broker_registry_replace(broker->registry, fresh);
    broker_add_lines(broker);
    return broker_reroute(broker, err);
}
