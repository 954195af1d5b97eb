/* SPDX-License-Identifier: Apache-2.0 */
#include "node/uplink.h"

#include <stdlib.h>
#include <string.h>

#include "node/uplink_internal.h"

enum ent_status
node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err)
{
    ENT_AUTO(node_uplink_close) struct node_uplink *uplink = NULL;
    enum ent_status rc = ENT_OK;

    uplink = calloc(1, sizeof *uplink);
    if (uplink == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the uplink");
    }
    uplink->zmq = zmq_context;
    for (size_t i = 0; i < node->config->broker_count && rc == ENT_OK; i++) {
        rc = node_neighbour_open_broker(node, zmq_context,
            &node->config->brokers[i], &uplink->list[uplink->count], err);
        uplink->count += rc == ENT_OK;
    }
    if (rc == ENT_OK) {
        uplink->count += node->config->direct_count; /* nobody yet */
    }
    if (rc == ENT_OK && node->config->listen[0] != '\0') {
        rc = node_listener_open(node, zmq_context, &uplink->listener, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_uplink = uplink;
    uplink = NULL;
    return ENT_OK;
}

void
node_uplink_close(struct node_uplink **uplink)
{
    if (*uplink == NULL) {
        return;
    }
    for (size_t i = 0; i < (*uplink)->count; i++) {
        node_neighbour_close(&(*uplink)->list[i]);
    }
    node_listener_close(&(*uplink)->listener);
    free(*uplink);
    *uplink = NULL;
}

void
node_uplink_ears(struct node_uplink *uplink, struct ent_ears *ears)
{
    for (size_t i = 0; i < uplink->count; i++) {
        struct node_neighbour *neighbour = &uplink->list[i];

        if (node_neighbour_is_nobody(neighbour) || neighbour->is_accepted) {
            continue;
        }
        node_connection_ears(&neighbour->lanes[0], ears);
        node_connection_ears(&neighbour->lanes[1], ears);
    }
    if (uplink->listener != NULL) {
        node_listener_ears(uplink->listener, ears);
    }
}

bool
node_uplink_is_called(struct node_uplink *uplink)
{
    struct ent_ears ears = {0};
    struct ent_error ignored = {0};
    bool called = false;

    for (size_t i = 0; uplink != NULL && i < uplink->count; i++) {
        struct node_connection *urgent = &uplink->list[i].lanes[0];

        if (urgent->ready && !urgent->accepted) {
            ent_ears_add(&ears, ent_link_ear(urgent->link));
        }
    }
    if (ears.count == 0 ||
        ent_ears_wait(&ears, -1, 0, NULL, &ignored) != ENT_OK) {
        return false;
    }
    for (size_t i = 0; i < ears.count && !called; i++) {
        called = ent_ear_is_open(ears.list[i]);
    }
    return called;
}

/* ---- ways out ---- */

bool
node_uplink_ready(const struct node_uplink *uplink, bool urgent)
{
    for (size_t i = 0; i < uplink->count; i++) {
        const struct node_connection *lane =
            &uplink->list[i].lanes[urgent ? 0 : 1];

        if (lane->ready && !lane->starved) {
            return true;
        }
    }
    return false;
}

size_t
node_uplink_routes(const struct node_uplink *uplink,
    const struct ent_address *office, bool urgent,
    struct node_route ret_routes[static NODE_NEIGHBOURS_MAX])
{
    for (size_t i = 0; i < uplink->count; i++) {
        const struct node_neighbour *neighbour = &uplink->list[i];
        const struct node_connection *lane = &neighbour->lanes[urgent ? 0 : 1];
        bool is_direct =
            ent_address_equal(&neighbour->certificate.address, office);

        ret_routes[i] = (struct node_route){
            .via = neighbour->certificate.address.text,
            .is_direct = is_direct,
            .is_ready = lane->ready && !lane->starved &&
                        (is_direct || neighbour->is_broker),
        };
    }
    return uplink->count;
}

bool
node_uplink_spend(
    struct node_uplink *uplink, unsigned neighbour, bool urgent, uint64_t bytes)
{
    return node_connection_spend(
        node_neighbour_lane(&uplink->list[neighbour], urgent), bytes);
}

uint64_t
node_uplink_toward(
    const struct node_uplink *uplink, const struct ent_address *office)
{
    uint64_t via = 0;

    for (size_t i = 0; i < uplink->count; i++) {
        const struct node_neighbour *neighbour = &uplink->list[i];

        if (neighbour->is_broker ||
            ent_address_equal(&neighbour->certificate.address, office)) {
            via |= NODE_VIA(i);
        }
    }
    return via;
}

/* Whose frame is being handled. */
static struct node_neighbour *
speaker(const struct node *node)
{
    for (size_t i = 0; i < node->uplink->count && node->from != 0; i++) {
        if (node->from == NODE_VIA(i)) {
            return &node->uplink->list[i];
        }
    }
    return NULL;
}

const struct ent_certificate *
node_uplink_broker(const struct node *node)
{
    const struct node_neighbour *neighbour = speaker(node);

    return neighbour != NULL && neighbour->is_broker ? &neighbour->certificate
                                                     : NULL;
}

bool
node_uplink_has(const struct node_uplink *uplink, const char *address)
{
    for (size_t i = 0; i < uplink->count; i++) {
        const struct node_neighbour *neighbour = &uplink->list[i];

        if (node_neighbour_is_there(neighbour) &&
            strcmp(neighbour->certificate.address.text, address) == 0) {
            return true;
        }
    }
    return false;
}

enum ent_status
node_uplink_confirm(struct node *node, const struct ent_stream_id *stream,
    const struct ent_digest *receipt, struct ent_error *err)
{
    struct node_neighbour *neighbour = speaker(node);

    if (neighbour == NULL || neighbour->confirmations == NULL) {
        return ENT_OK; /* nobody there keeps receipts for us */
    }
    return node_confirmations_add(
        neighbour->confirmations, stream, receipt, err);
}

enum ent_status
node_uplink_settle_up(struct node *node, struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < uplink->count && rc == ENT_OK; i++) {
        rc = node_neighbour_settle_up(node, &uplink->list[i], NODE_VIA(i), err);
    }
    return rc;
}

void
node_uplink_send(struct node_uplink *uplink, const struct node_effect *effect)
{
    for (size_t i = 0; i < uplink->count; i++) {
        if ((effect->via & NODE_VIA(i)) != 0) {
            node_neighbour_send(&uplink->list[i], effect);
        }
    }
}

void
node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects)
{
    for (size_t i = 0; i < uplink->count; i++) {
        struct node_neighbour *neighbour = &uplink->list[i];

        if (neighbour->confirmations != NULL) {
            node_confirmations_forget(neighbour->confirmations);
        }
        for (size_t k = 0; k < effects->count; k++) {
            const struct node_effect *effect = &effects->list[k];

            if (effect->kind == NODE_EFFECT_FRAME &&
                (effect->via & NODE_VIA(i)) != 0) {
                node_neighbour_take_back(neighbour, effect);
            }
        }
    }
}

void
node_uplink_bye(struct node_uplink *uplink)
{
    for (size_t i = 0; i < uplink->count; i++) {
        node_neighbour_bye(&uplink->list[i]);
    }
}

const struct node_neighbour *
node_uplink_at(const struct node_uplink *uplink, size_t number)
{
    return number < uplink->count ? &uplink->list[number] : NULL;
}

uint64_t
node_uplink_due(const struct node_uplink *uplink)
{
    bool ready =
        node_uplink_ready(uplink, true) || node_uplink_ready(uplink, false);
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < uplink->count; i++) {
        const struct node_neighbour *neighbour = &uplink->list[i];
        uint64_t own = node_neighbour_due(neighbour);
        uint64_t away = ready && neighbour->is_broker &&
                                !neighbour->is_doubted &&
                                !node_neighbour_is_there(neighbour)
                            ? neighbour->lost_ms + NODE_CUSTODIAN_AWAY_MS
                            : UINT64_MAX;

        own = own < away ? own : away;
        due = own < due ? own : due;
    }
    if (uplink->listen_at != 0 && uplink->listen_at < due) {
        due = uplink->listen_at;
    }
    return due;
}

uint64_t
node_uplink_look_due(const struct node_uplink *uplink)
{
    return uplink->look_at;
}
