/* SPDX-License-Identifier: Apache-2.0 */
#include "node/uplink.h"

#include <stdlib.h>
#include <string.h>

#include "node/pump.h"
#include "node/uplink_internal.h"
#include "proto/base/log.h"

#define COMPONENT "uplink"

/* How long a broker may be away until what it has in custody is let go other
 * ways: longer than a connection takes to be made again. */
#define CUSTODIAN_AWAY_MS 10000

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
    for (size_t i = 0; i < node->config->broker_count && rc == ENT_OK; i++) {
        rc = node_neighbour_open_broker(node, zmq_context,
            &node->config->brokers[i], &uplink->list[uplink->count], err);
        uplink->count += rc == ENT_OK;
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
    free(*uplink);
    *uplink = NULL;
}

size_t
node_uplink_poll(
    struct node_uplink *uplink, zmq_pollitem_t items[static NODE_UPLINK_ITEMS])
{
    size_t count = 0;

    for (size_t i = 0; i < uplink->count; i++) {
        for (size_t lane = 0; lane < 2; lane++) {
            node_connection_poll(&uplink->list[i].lanes[lane], items + count);
            count += NODE_CONNECTION_ITEMS;
        }
    }
    return count;
}

/* ---- serving ---- */

/* What the other side did wrong is its own affair; our storage is not. */
static bool
is_ours(enum ent_status rc)
{
    return rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY;
}

static enum ent_status
serve_lane(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, size_t budget, size_t *handled,
    struct ent_error *err)
{
    while (*handled < budget) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
        enum ent_status rc = ent_link_receive(lane->link, &frame, err);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_uplink_frame(node, neighbour, lane, &frame, err);
        }
        if (is_ours(rc)) {
            return rc;
        }
        if (rc != ENT_OK) {
            ent_log(ENT_LOG_WARN, COMPONENT, "ignoring a frame: %s", err->text);
        }
        (*handled)++;
    }
    return ENT_OK;
}

/* A connection was lost: what was under way on it goes another way at once, if
 * there is one. */
static enum ent_status
go_another_way(struct node *node, struct node_neighbour *neighbour,
    const struct node_connection *lane, struct ent_error *err)
{
    if (!node_neighbour_is_there(neighbour)) {
        neighbour->lost_ms = node->now_ms;
        neighbour->is_doubted = false;
    }
    if (!node_uplink_ready(node->uplink, lane->urgent)) {
        return ENT_OK;
    }
    return node_pump_resume(
        node, neighbour->certificate.address.text, lane->urgent, err);
}

static enum ent_status
serve(struct node *node, struct node_neighbour *neighbour, size_t budget,
    size_t *handled, struct ent_error *err)
{
    uint64_t via = NODE_VIA(neighbour - node->uplink->list);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < 2 && rc == ENT_OK; i++) {
        struct node_connection *lane = &neighbour->lanes[i];

        if (node_connection_watch(node, lane)) {
            rc = go_another_way(node, neighbour, lane, err);
        }
        node->from = via;
        if (rc == ENT_OK) {
            rc = serve_lane(node, neighbour, lane, budget, handled, err);
        }
        node->from = 0;
    }
    return rc;
}

static bool
is_long_away(const struct node *node, const struct node_neighbour *neighbour)
{
    return neighbour->is_broker && !neighbour->is_doubted &&
           !node_neighbour_is_there(neighbour) &&
           node->now_ms >= neighbour->lost_ms + CUSTODIAN_AWAY_MS;
}

/* What a broker that is away holds may lie there for long: as soon as there is
 * another way, it need not wait for the pause that a custody receipt means. */
static enum ent_status
doubt_custody(struct node *node, struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    bool ready =
        node_uplink_ready(uplink, true) || node_uplink_ready(uplink, false);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < uplink->count && ready && rc == ENT_OK; i++) {
        struct node_neighbour *neighbour = &uplink->list[i];

        if (is_long_away(node, neighbour)) {
            neighbour->is_doubted = true;
            rc =
                node_pump_doubt(node, neighbour->certificate.address.text, err);
        }
    }
    return rc;
}

enum ent_status
node_uplink_serve(struct node *node, size_t budget, size_t *ret_handled,
    struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    size_t handled = 0;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < uplink->count && rc == ENT_OK; i++) {
        rc = serve(node, &uplink->list[i], budget, &handled, err);
    }
    if (rc == ENT_OK) {
        rc = doubt_custody(node, err);
    }
    *ret_handled = handled;
    return rc;
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
        bool is_direct =
            ent_address_equal(&neighbour->certificate.address, office);

        ret_routes[i] = (struct node_route){
            .via = neighbour->certificate.address.text,
            .is_direct = is_direct,
            .is_ready = neighbour->lanes[urgent ? 0 : 1].ready &&
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
                            ? neighbour->lost_ms + CUSTODIAN_AWAY_MS
                            : UINT64_MAX;

        own = own < away ? own : away;
        due = own < due ? own : due;
    }
    return due;
}
