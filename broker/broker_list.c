/* SPDX-License-Identifier: Apache-2.0 */
/* A newer revocation list goes at once to everybody who is connected: whoever
 * is revoked may hold direct links that no broker sees. */
#include <inttypes.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "broker"

/* To one, on the urgent lane; who is not connected asks when he is. */
static enum ent_status
give(struct broker *broker, const struct broker_session *session,
    const struct ent_object *object, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc = ent_object_encode(object, &payload, err);

    return rc != ENT_OK ? rc
                        : broker_answer(broker, &session->route,
                              ENT_FRAME_OBJECT, &payload, err);
}

static enum ent_status
give_all(struct broker *broker, const char *state, struct ent_error *err)
{
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST,
        .wire = broker_registry_list_wire(broker->registry, state),
    };
    size_t count = 0;
    enum ent_status rc = ENT_OK;

    if (object.wire.len > BROKER_OBJECT_WIRE_MAX) {
        return ENT_OK; /* said where it is asked for */
    }
    memcpy(object.subject, state, strlen(state) + 1);
    for (size_t i = 0; rc == ENT_OK && i < broker->line_count; i++) {
        const struct broker_session *session =
            &broker->lines[i].peer.lanes[BROKER_URGENT];

        if (session->open) {
            rc = give(broker, session, &object, err);
            count++;
        }
    }
    if (count > 0) {
        ent_log(ENT_LOG_INFO, COMPONENT,
            "newer revocation list told state=%s peers=%zu", state, count);
    }
    return rc;
}

enum ent_status
broker_tell_lists(struct broker *broker, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    const char *state;

    for (size_t i = 0;
         rc == ENT_OK && i < ENT_AUTHORITIES_MAX &&
         (state = broker_registry_state(broker->registry, i)) != NULL;
         i++) {
        struct broker_list_told *told = &broker->lists_told[i];
        uint64_t number = broker_registry_list_number(broker->registry, state);

        if (strcmp(told->state, state) == 0 && told->number >= number) {
            continue;
        }
        if (number > 0) {
            rc = give_all(broker, state, err);
        }
        memcpy(told->state, state, strlen(state) + 1);
        told->number = number;
    }
    return rc;
}
