/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

static const char *
name_of(const struct broker_visit *visit)
{
    return visit->office->certificate.address.text;
}

static const char *
state_of(const struct broker_visit *visit)
{
    return ent_address_state(&visit->office->certificate.address);
}

/* Where we connected: greet again after a pause. */
static void
dismiss(struct broker_line *line, const struct ent_route *route)
{
    for (size_t i = 0; i < BROKER_LANES && route->dialled != 0; i++) {
        if (line->routes[i].dialled == route->dialled) {
            broker_dial_dismissed(&line->dials[i]);
        }
    }
}

/* ---- HELLO ---- */

/* An answer to greet with. */
struct greeting {
    struct ent_hello hello; /* theirs */
    enum broker_lane lane;
    uint64_t manifest_sequence; /* of theirs that we hold */
    uint64_t revocation_number; /* of their state's that we hold */
};

/* The certificate is the one we know, or a newer one, which we take. */
static enum ent_status
check_certificate(struct broker *broker, const struct broker_visit *visit,
    struct ent_view wire, bool *ret_fine, struct ent_error *err)
{
    const struct ent_certificate *known = &visit->office->certificate;
    struct ent_certificate claimed;

    *ret_fine = ent_view_equal(wire, ent_bytes_view(&visit->office->wire));
    if (!*ret_fine) {
        if (ent_certificate_peek(wire, &claimed, NULL) != ENT_OK ||
            !ent_address_equal(&claimed.address, &known->address) ||
            memcmp(claimed.link_key, known->link_key, sizeof known->link_key) !=
                0 ||
            broker_registry_add(broker->registry, wire, false,
                broker->now.wall_ms, NULL) != ENT_OK) {
            return ENT_OK;
        }
        *ret_fine = true;
        ent_log(ENT_LOG_INFO, COMPONENT,
            "newer certificate peer=%s serial=%" PRIu64, known->address.text,
            known->serial);
    }
    return broker_keep_object(broker,
        ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE, known->address.text,
        known->serial, wire, err);
}

static enum ent_status
ask(struct broker *broker, const struct broker_visit *visit, uint32_t kind,
    const char *subject, uint64_t newer_than, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch fetch = {.kind = kind, .newer_than = newer_than};
    enum ent_status rc;

    (void)snprintf(fetch.subject, sizeof fetch.subject, "%s", subject);
    rc = ent_fetch_encode(&fetch, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return broker_answer(
        broker, &visit->frame->route, ENT_FRAME_FETCH, &payload, err);
}

/* A neighbour shows a certificate by a key of its authority that we do not
 * know: it may have the statement that joins it to ours, and is to greet again
 * once that has come. */
static enum ent_status
ask_for_keys(struct broker *broker, const struct broker_visit *visit,
    const struct greeting *greeting, struct ent_error *err)
{
    const struct ent_rollover *keys =
        broker_registry_authority(broker->registry, state_of(visit));
    struct ent_certificate claimed;

    if (!broker_registry_is_broker(broker->registry, visit->number) ||
        keys == NULL ||
        ent_certificate_peek(greeting->hello.certificate, &claimed, NULL) !=
            ENT_OK ||
        ent_rollover_find(keys, &claimed.authority_key_id) != SIZE_MAX) {
        return ENT_OK;
    }
    dismiss(visit->line, &visit->frame->route);
    return ask(broker, visit, ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER,
        state_of(visit), ent_rollover_number(keys), err);
}

/* Ask for what they have of our own state's and we have not. */
static enum ent_status
ask_back(struct broker *broker, const struct broker_visit *visit,
    const struct greeting *greeting, struct ent_error *err)
{
    const char *state = ent_address_state(&broker->address);
    uint64_t number = broker_registry_list_number(broker->registry, state);

    return greeting->hello.revocation_number <= number
               ? ENT_OK
               : ask(broker, visit,
                     ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST, state,
                     number, err);
}

/* Greet back, and ask for what they have and we have not. */
static enum ent_status
greet(struct broker *broker, const struct broker_visit *visit,
    const struct greeting *greeting, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    const struct ent_hello hello = {
        .certificate = ent_bytes_view(&broker->certificate),
        .manifest_sequence = greeting->manifest_sequence,
        .revocation_number = greeting->revocation_number,
        .lane = greeting->hello.lane,
        .credit = ENT_WINDOW_GRANT,
    };
    enum ent_status rc;

    rc = ent_hello_encode(&hello, &payload, err);
    if (rc == ENT_OK) {
        rc = broker_answer(
            broker, &visit->frame->route, ENT_FRAME_HELLO, &payload, err);
    }
    if (rc == ENT_OK &&
        greeting->hello.manifest_sequence > greeting->manifest_sequence) {
        rc = ask(broker, visit, ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST,
            name_of(visit), greeting->manifest_sequence, err);
    }
    if (rc == ENT_OK &&
        greeting->hello.revocation_number > greeting->revocation_number) {
        rc =
            ask(broker, visit, ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST,
                state_of(visit), greeting->revocation_number, err);
    }
    return rc;
}

/* The session of that lane is this connection from now on. */
static enum ent_status
begin_session(struct broker *broker, struct broker_visit *visit,
    const struct greeting *greeting, struct ent_error *err)
{
    const struct ent_route *route = &visit->frame->route;
    struct broker_peer *peer = &visit->line->peer;
    struct broker_session *older = &peer->lanes[greeting->lane];
    enum ent_status rc = ENT_OK;

    if (older->open && !broker_session_is(older, route)) {
        const struct ent_route old = older->route;

        rc = broker_say_bye(broker, visit->line, &old, ENT_REFUSAL_CLOSING,
            "another connection took this lane", err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    broker_end_route(visit->line, route);
    broker_peer_begin(peer, greeting->lane, route, visit->frame->link_key,
        greeting->hello.credit);
    older->turn = broker->turn;
    ent_log(ENT_LOG_INFO, COMPONENT, "connected peer=%s lane=%s",
        name_of(visit), greeting->lane == BROKER_URGENT ? "urgent" : "bulk");
    return ENT_OK;
}

static enum ent_status
look_up(struct broker *broker, const struct broker_visit *visit,
    struct greeting *greeting, struct ent_error *err)
{
    struct ent_view ignored;
    enum ent_status rc;

    greeting->lane = greeting->hello.lane == ENTENTE__V1__LANE__URGENT
                         ? BROKER_URGENT
                         : BROKER_BULK;
    greeting->revocation_number =
        broker_registry_list_number(broker->registry, state_of(visit));
    rc = broker_spool_get_object(broker->spool,
        ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST, name_of(visit),
        &greeting->manifest_sequence, &ignored, err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
broker_take_hello(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_frame *frame = visit->frame;
    struct greeting greeting = {0};
    struct ent_error why = {0};
    bool fine;
    enum ent_status rc;

    rc = ent_hello_decode(frame->payload, &greeting.hello, &why);
    if (rc != ENT_OK) {
        return broker_say_bye(broker, visit->line, &frame->route,
            rc == ENT_UNSUPPORTED ? ENT_REFUSAL_UNSUPPORTED
                                  : ENT_REFUSAL_BAD_FRAME,
            why.text, err);
    }
    if (frame->route.dialled == 0 && broker_dials(broker, visit->number)) {
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_CLOSING, "it is I who connect to you", err);
    }
    rc = check_certificate(
        broker, visit, greeting.hello.certificate, &fine, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!fine) {
        rc = ask_for_keys(broker, visit, &greeting, err);
        if (rc != ENT_OK) {
            return rc;
        }
        ent_log(ENT_LOG_WARN, COMPONENT,
            "greeted with another certificate than the one served peer=%s",
            name_of(visit));
        return broker_say_bye(broker, visit->line, &frame->route,
            ENT_REFUSAL_NOT_AUTHENTIC,
            "another certificate of yours is known here", err);
    }
    rc = look_up(broker, visit, &greeting, err);
    if (rc == ENT_OK) {
        rc = begin_session(broker, visit, &greeting, err);
    }
    if (rc == ENT_OK) {
        /* Where we connected we greeted first. */
        rc = frame->route.dialled != 0 ? ask_back(broker, visit, &greeting, err)
                                       : greet(broker, visit, &greeting, err);
    }
    return rc != ENT_OK ? rc : broker_ask_again(broker, visit, err);
}

/* ---- BYE ---- */

enum ent_status
broker_take_bye(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_route *route = &visit->frame->route;
    struct ent_bye bye = {0};

    if (ent_bye_decode(visit->frame->payload, &bye, NULL) == ENT_OK &&
        bye.about_stream) {
        /* An office answers bundles with receipts only. */
        return broker_registry_is_broker(broker->registry, visit->number)
                   ? broker_take_refusal(broker, visit, &bye, err)
                   : ENT_OK;
    }
    ent_log(ENT_LOG_INFO, COMPONENT, "goodbye peer=%s reason=%s text=\"%s\"",
        name_of(visit), ent_refusal_name(bye.reason), bye.text);
    broker_end_route(visit->line, route);
    dismiss(visit->line, route);
    return ENT_OK;
}
