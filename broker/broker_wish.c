/* SPDX-License-Identifier: Apache-2.0 */
/* FETCH for what is not here yet: what is behind a neighbour is asked for
 * there, what an office here will say is waited for, and either is handed to
 * who asked when it comes. */
#include <stdio.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/schema/link.pb-c.h"

/* The neighbour that an object is behind; BROKER_NOBODY: it would be here. */
static size_t
neighbour_for(const struct broker *broker, const struct ent_fetch *fetch)
{
    struct ent_address address;
    struct ent_address to;
    size_t number;

    if (strchr(fetch->subject, '@') == NULL) {
        return broker_registry_toward_state(broker->registry, fetch->subject);
    }
    if (ent_witness_subject_read(fetch->subject, &address, &to, NULL) !=
            ENT_OK &&
        ent_address_parse(ent_view_text(fetch->subject), &address, NULL) !=
            ENT_OK) {
        return BROKER_NOBODY;
    }
    number = broker_registry_toward(broker->registry, &address);
    return number != BROKER_NOBODY &&
                   broker_registry_is_broker(broker->registry, number)
               ? number
               : BROKER_NOBODY;
}

/* For one that is newer than what we have. */
static enum ent_status
ask(struct broker *broker, const struct ent_route *route,
    const struct ent_fetch *fetch, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch question = *fetch;
    struct ent_view ignored;
    uint64_t number = 0;
    enum ent_status rc = broker_spool_get_object(
        broker->spool, fetch->kind, fetch->subject, &number, &ignored, err);

    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        question.newer_than = rc == ENT_OK ? number : 0;
        rc = ent_fetch_encode(&question, &payload, err);
    }
    return rc != ENT_OK
               ? rc
               : broker_answer(broker, route, ENT_FRAME_FETCH, &payload, err);
}

enum ent_status
broker_ask_behind(struct broker *broker, const struct broker_visit *visit,
    const struct ent_fetch *fetch, struct ent_error *err)
{
    const size_t number = neighbour_for(broker, fetch);
    const struct broker_session *session;

    if (number == BROKER_NOBODY || number == visit->number ||
        !broker_may_see(broker, visit, fetch)) {
        return ENT_OK;
    }
    session = broker_peer_session(&broker->lines[number].peer, 0);
    if (!broker_wish_make(
            &broker->wishes, fetch, visit->number, broker->now.boot_ms) ||
        session == NULL) {
        return ENT_OK;
    }
    return ask(broker, &session->route, fetch, err);
}

void
broker_await_here(struct broker *broker, const struct broker_visit *visit,
    const struct ent_fetch *fetch)
{
    struct ent_address office;
    size_t number = BROKER_NOBODY;

    if (fetch->kind == ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST &&
        ent_address_parse(ent_view_text(fetch->subject), &office, NULL) ==
            ENT_OK) {
        number = broker_registry_by_address(broker->registry, &office);
    }
    if (number != BROKER_NOBODY && number != visit->number) {
        (void)broker_wish_make(
            &broker->wishes, fetch, visit->number, broker->now.boot_ms);
    }
}

enum ent_status
broker_ask_again(struct broker *broker, const struct broker_visit *visit,
    struct ent_error *err)
{
    const struct broker_wish *wish;
    size_t index = 0;

    if (!broker_registry_is_broker(broker->registry, visit->number)) {
        return ENT_OK;
    }
    while ((wish = broker_wish_next(
                &broker->wishes, &index, broker->now.boot_ms)) != NULL) {
        enum ent_status rc = ENT_OK;

        if (neighbour_for(broker, &wish->fetch) == visit->number) {
            rc = ask(broker, &visit->frame->route, &wish->fetch, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
broker_grant_wishes(struct broker *broker, uint32_t kind, const char *subject,
    struct ent_view wire, struct ent_error *err)
{
    struct ent_object object = {.kind = kind, .wire = wire};
    size_t asker;

    (void)snprintf(object.subject, sizeof object.subject, "%s", subject);
    while (wire.len <= BROKER_OBJECT_WIRE_MAX &&
           broker_wish_grant(&broker->wishes, kind, subject, &asker)) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
        const struct broker_session *session =
            broker_peer_session(&broker->lines[asker].peer, 0);
        enum ent_status rc;

        if (session == NULL) {
            continue; /* it asks again when it is back */
        }
        rc = ent_object_encode(&object, &payload, err);
        if (rc == ENT_OK) {
            rc = broker_answer(
                broker, &session->route, ENT_FRAME_OBJECT, &payload, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}
