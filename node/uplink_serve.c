/* SPDX-License-Identifier: Apache-2.0 */
/* What comes in: connections made and lost, and frames. */
#include "node/uplink_internal.h"

#include "node/pump.h"
#include "proto/base/log.h"

#define COMPONENT "uplink"

bool
node_uplink_is_ours(enum ent_status rc)
{
    return rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY;
}

static enum ent_status
serve_lane(struct node *node, struct node_neighbour *neighbour,
    struct node_connection *lane, size_t budget, size_t *handled,
    struct ent_error *err)
{
    while (*handled < budget && (!node->hurried || lane->urgent)) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
        enum ent_status rc = lane->urgent
                                 ? ent_link_receive(lane->link, &frame, err)
                                 : node_ahead_receive(node, &lane->ahead,
                                       lane->link, &frame, err);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_uplink_frame(node, neighbour, lane, &frame, err);
        }
        node_ahead_done(node);
        if (node_uplink_is_ours(rc)) {
            return rc;
        }
        if (rc != ENT_OK) {
            ent_log(ENT_LOG_WARN, COMPONENT, "ignoring a frame: %s", err->text);
        }
        *handled += node_uplink_cost(&frame);
    }
    return ENT_OK;
}

static bool
is_ours_to_hear(const struct node_connection *lane)
{
    return lane->link != NULL && !lane->accepted; /* else the listener hears */
}

/* What is urgent first, and again after each frame that is not: it need not
 * wait until all that came before was taken. Each lane has a budget of its own,
 * so that neither takes the other's turn. */
static enum ent_status
serve_lanes(struct node *node, struct node_neighbour *neighbour, size_t budget,
    size_t *handled, struct ent_error *err)
{
    struct node_connection *urgent = &neighbour->lanes[0];
    struct node_connection *bulk = &neighbour->lanes[1];
    size_t hurried = 0;
    size_t own = 0;
    size_t before;
    enum ent_status rc = ENT_OK;

    do {
        before = own;
        if (node_connection_has_news(urgent) ||
            (own > 0 && is_ours_to_hear(urgent))) {
            rc = serve_lane(node, neighbour, urgent, budget, &hurried, err);
        }
        if (rc == ENT_OK && node_connection_has_news(bulk)) {
            rc = serve_lane(node, neighbour, bulk, own + 1, &own, err);
        }
    } while (rc == ENT_OK && own > before && own < budget);
    *handled += hurried + own;
    return rc;
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
    uint64_t via = node_uplink_via(node->uplink, neighbour);
    enum ent_status rc = ENT_OK;

    if (node_neighbour_is_there(neighbour)) {
        rc = node_uplink_check(node, neighbour, err);
    }
    if (rc == ENT_REJECTED) {
        ent_log(ENT_LOG_WARN, COMPONENT, "%s", err->text);
        rc = ENT_OK;
    }

    for (size_t i = 0; i < 2 && rc == ENT_OK; i++) {
        struct node_connection *lane = &neighbour->lanes[i];

        /* An office that greeted us may have done so on the other one only. */
        if (lane->link != NULL && node_connection_watch(node, lane)) {
            rc = go_another_way(node, neighbour, lane, err);
        }
    }
    node->from = via;
    if (rc == ENT_OK) {
        rc = serve_lanes(node, neighbour, budget, handled, err);
    }
    node->from = 0;
    return rc;
}

static bool
is_long_away(const struct node *node, const struct node_neighbour *neighbour)
{
    return neighbour->is_broker && !neighbour->is_doubted &&
           !node_neighbour_is_there(neighbour) &&
           node->now_ms >= neighbour->lost_ms + NODE_CUSTODIAN_AWAY_MS;
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

    rc = node_uplink_dial(node, err);
    for (size_t i = 0; i < uplink->count && rc == ENT_OK; i++) {
        if (!node_neighbour_is_nobody(&uplink->list[i])) {
            rc = serve(node, &uplink->list[i], budget, &handled, err);
        }
    }
    if (rc == ENT_OK && uplink->listener != NULL) {
        size_t own = 0;

        rc = node_listener_serve(node, uplink->listener, budget, &own, err);
        handled += own;
    }
    if (rc == ENT_OK) {
        rc = doubt_custody(node, err);
    }
    *ret_handled = handled;
    return rc;
}
