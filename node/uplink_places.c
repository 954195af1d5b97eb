/* SPDX-License-Identifier: Apache-2.0 */
/* Offices over direct links: whom we connect to, and who connected to us. */
#include "node/uplink_internal.h"

#include <string.h>

#include "node/peers.h"
#include "node/welcome.h"
#include "proto/base/log.h"

#define COMPONENT "uplink"

/* ---- who connected to us ---- */

struct node_neighbour *
node_uplink_accepted(
    struct node_uplink *uplink, const struct ent_address *address)
{
    for (size_t i = 0; i < uplink->count; i++) {
        if (uplink->list[i].is_accepted &&
            ent_address_equal(&uplink->list[i].certificate.address, address)) {
            return &uplink->list[i];
        }
    }
    return NULL;
}

static bool
has_frame_for(const struct node_effects *effects, uint64_t via)
{
    for (size_t i = 0; i < effects->count; i++) {
        if ((effects->list[i].via & via) != 0) {
            return true;
        }
    }
    return false;
}

/* True when a frame that is still to leave would reach who comes to that place
 * next. */
static bool
is_awaited(const struct node *node, uint64_t via)
{
    return has_frame_for(&node->effects, via) || has_frame_for(&node->due, via);
}

/* A new place, or one whose office is away. */
static struct node_neighbour *
free_place(struct node *node)
{
    struct node_uplink *uplink = node->uplink;

    if (uplink->count < NODE_NEIGHBOURS_MAX) {
        return &uplink->list[uplink->count++];
    }
    for (size_t i = 0; i < uplink->count; i++) {
        if (uplink->list[i].is_accepted &&
            !node_neighbour_is_there(&uplink->list[i]) &&
            !is_awaited(node, NODE_VIA(i))) {
            return &uplink->list[i];
        }
    }
    return NULL;
}

struct node_neighbour *
node_uplink_place(struct node *node, const struct ent_certificate *certificate)
{
    struct node_neighbour *place =
        node_uplink_accepted(node->uplink, &certificate->address);

    if (place == NULL) {
        place = free_place(node);
        if (place == NULL) {
            return NULL;
        }
        node_neighbour_close(place);
        place->is_accepted = true;
    }
    place->certificate = *certificate;
    return place;
}

uint64_t
node_uplink_via(
    const struct node_uplink *uplink, const struct node_neighbour *neighbour)
{
    return NODE_VIA(neighbour - uplink->list);
}

/* ---- whom we connect to ---- */

/* Where that office can be reached: as we were told, or as it says itself. */
static const char *
endpoint_of(const struct node_direct *direct, const struct node_peer *peer)
{
    if (direct->endpoint[0] != '\0') {
        return direct->endpoint;
    }
    return peer->has_manifest && peer->manifest.endpoint_count > 0
               ? peer->manifest.endpoints[0]
               : "";
}

/* Connect to an office as soon as its certificate and endpoint are known, and
 * anew when either is another. */
static enum ent_status
dial(struct node *node, const struct node_direct *direct,
    struct node_neighbour *neighbour, struct ent_error *err)
{
    struct node_peer *peer;
    const char *endpoint;
    enum ent_status rc = node_peers_get(node, &direct->address, &peer, err);

    if (rc != ENT_OK) {
        return rc;
    }
    endpoint = endpoint_of(direct, peer);
    if (endpoint[0] == '\0' || !node_welcome(node, peer)) {
        return ENT_OK;
    }
    if (!node_neighbour_is_nobody(neighbour) &&
        strcmp(endpoint, neighbour->endpoint) == 0 &&
        memcmp(neighbour->certificate.link_key, peer->certificate.link_key,
            sizeof peer->certificate.link_key) == 0) {
        return ENT_OK;
    }
    node_neighbour_close(neighbour);
    rc = node_neighbour_open_office(
        node, node->uplink->zmq, &peer->certificate, endpoint, neighbour, err);
    if (rc == ENT_BAD_INPUT) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "cannot connect peer=%s: %s",
            direct->address.text, err->text);
        return ENT_OK;
    }
    return rc;
}

enum ent_status
node_uplink_dial(struct node *node, struct ent_error *err)
{
    const struct node_config *config = node->config;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < config->direct_count && rc == ENT_OK; i++) {
        rc = dial(node, &config->directs[i],
            &node->uplink->list[config->broker_count + i], err);
    }
    return rc;
}
