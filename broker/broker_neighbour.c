/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbouring brokers: greeting those that we connect to, and introducing to
 * each who signed what it is about to get. */
#include <stdio.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

/* ---- connections that we make ---- */

void
broker_dialled(struct broker *broker, const struct ent_route *route,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN], bool urgent, bool up)
{
    const enum broker_lane lane = urgent ? BROKER_URGENT : BROKER_BULK;
    size_t number = broker_registry_by_key(broker->registry, link_key);
    struct broker_line *line;

    broker_add_lines(broker);
    if (number == BROKER_NOBODY) {
        return; /* its certificate was replaced */
    }
    line = &broker->lines[number];
    line->routes[lane] = *route;
    if (broker_session_is(&line->peer.lanes[lane], route)) {
        ent_log(ENT_LOG_INFO, COMPONENT, "disconnected peer=%s lane=%s",
            broker_registry_at(broker->registry, number)
                ->certificate.address.text,
            urgent ? "urgent" : "bulk");
        broker_end_lane(line, lane);
    }
    if (up) {
        broker_dial_up(&line->dials[lane]);
    } else {
        broker_dial_down(&line->dials[lane]);
    }
}

void
broker_undialled(struct broker *broker, const struct ent_route *route)
{
    for (size_t i = 0; i < broker->line_count * BROKER_LANES; i++) {
        struct broker_line *line = &broker->lines[i / BROKER_LANES];
        const enum broker_lane lane = (enum broker_lane)(i % BROKER_LANES);

        if (line->routes[lane].dialled != route->dialled) {
            continue;
        }
        if (broker_session_is(&line->peer.lanes[lane], route)) {
            broker_end_lane(line, lane);
        }
        broker_dial_down(&line->dials[lane]);
        line->routes[lane] = (struct ent_route){0};
    }
}

bool
broker_neighbours_changed(struct broker *broker)
{
    const bool changed = broker->neighbours_changed;

    broker->neighbours_changed = false;
    return changed;
}

static void
say_hello(struct broker *broker, const struct broker_line *line,
    enum broker_lane lane)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    const struct ent_hello hello = {
        .certificate = ent_bytes_view(&broker->certificate),
        .revocation_number = broker_registry_list_number(
            broker->registry, ent_address_state(&broker->address)),
        .lane = lane == BROKER_URGENT ? ENTENTE__V1__LANE__URGENT
                                      : ENTENTE__V1__LANE__BULK,
        .credit = ENT_WINDOW_GRANT,
    };
    struct ent_error err = {0};
    enum ent_status rc = ent_hello_encode(&hello, &payload, &err);

    if (rc == ENT_OK) {
        rc = broker->port.send(broker->port.context, &line->routes[lane],
            ENT_FRAME_HELLO, ent_bytes_view(&payload), (struct ent_view){0},
            &err);
    }
    if (rc != ENT_OK) {
        ent_log(
            ENT_LOG_WARN, COMPONENT, "cannot greet a neighbour: %s", err.text);
    }
}

/* If both of a pair were told to connect, the one whose name comes first does.
 */
bool
broker_dials(const struct broker *broker, size_t number)
{
    const struct broker_line *line = &broker->lines[number];
    const char *peer =
        broker_registry_at(broker->registry, number)->certificate.address.text;

    return (line->dials[BROKER_URGENT].is_up ||
               line->dials[BROKER_BULK].is_up) &&
           strcmp(broker->address.text, peer) < 0;
}

uint64_t
broker_greet_due(const struct broker *broker)
{
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < broker->line_count * BROKER_LANES; i++) {
        const struct broker_line *line = &broker->lines[i / BROKER_LANES];
        const size_t lane = i % BROKER_LANES;

        if (!line->peer.lanes[lane].open &&
            broker_dial_due(&line->dials[lane]) < due) {
            due = broker_dial_due(&line->dials[lane]);
        }
    }
    return due;
}

void
broker_forget_told(struct broker_line *line)
{
    for (size_t i = 0; i < BROKER_LANES; i++) {
        broker_told_free(&line->told[i]);
    }
}

void
broker_greet_neighbours(struct broker *broker)
{
    for (size_t i = 0; i < broker->line_count * BROKER_LANES; i++) {
        struct broker_line *line = &broker->lines[i / BROKER_LANES];
        const enum broker_lane lane = (enum broker_lane)(i % BROKER_LANES);

        if (broker_dial_greets(&line->dials[lane], line->peer.lanes[lane].open,
                broker->now.boot_ms)) {
            say_hello(broker, line, lane);
        }
    }
}

/* ---- introducing who signed ---- */

/* One object, unless this conversation has brought it already. */
static enum ent_status
bring(struct broker *broker, struct broker_line *line,
    const struct broker_session *session, uint64_t name,
    const struct ent_object *object, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct broker_told **told = &line->told[session - line->peer.lanes];
    enum ent_status rc;

    if (broker_told_has(*told, name) || object->wire.len == 0 ||
        object->wire.len > BROKER_OBJECT_WIRE_MAX) {
        return ENT_OK;
    }
    rc = ent_object_encode(object, &payload, err);
    if (rc == ENT_OK) {
        rc = broker->port.send(broker->port.context, &session->route,
            ENT_FRAME_OBJECT, ent_bytes_view(&payload), (struct ent_view){0},
            err);
    }
    if (rc == ENT_OK) {
        broker_told_add(told, name);
    }
    return rc;
}

enum ent_status
broker_introduce(struct broker *broker, struct broker_line *line,
    const struct broker_session *session, const struct ent_address *signer,
    struct ent_error *err)
{
    const char *state = ent_address_state(signer);
    const uint64_t number =
        broker_registry_list_number(broker->registry, state);
    struct ent_object certificate = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE};
    struct ent_object rollover = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER,
        .wire = broker_registry_rollover(broker->registry, state)};
    struct ent_object list = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST,
        .wire = broker_registry_list_wire(broker->registry, state)};
    struct ent_object before = certificate;
    uint64_t serial_before = 0;
    uint64_t serial = 0;
    enum ent_status rc =
        broker_find_wire(broker, signer, &serial, &certificate.wire, err);

    if (rc == ENT_NOT_FOUND) {
        return ENT_OK; /* an entry of an earlier version, or lost */
    }
    (void)snprintf(
        certificate.subject, sizeof certificate.subject, "%s", signer->text);
    (void)snprintf(list.subject, sizeof list.subject, "%s", state);
    (void)snprintf(rollover.subject, sizeof rollover.subject, "%s", state);
    if (rc == ENT_OK && rollover.wire.len > 0) {
        rc = bring(broker, line, session,
            broker_told_rollover(
                state, ent_rollover_number(
                           broker_registry_authority(broker->registry, state))),
            &rollover, err);
    }
    memcpy(before.subject, certificate.subject, sizeof before.subject);
    if (rc == ENT_OK && broker_find_before(broker, signer, &serial_before,
                            &before.wire, NULL) == ENT_OK) {
        rc = bring(broker, line, session,
            broker_told_certificate(signer, serial_before), &before, err);
    }
    if (rc == ENT_OK) {
        rc = bring(broker, line, session,
            broker_told_certificate(signer, serial), &certificate, err);
    }
    if (rc == ENT_OK) {
        rc = bring(
            broker, line, session, broker_told_list(state, number), &list, err);
    }
    return rc;
}
