/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that change while connections stand: ours, and the brokers'. */
#include <string.h>

#include "node/archive.h"
#include "node/authorities.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/uplink_internal.h"
#include "proto/base/daemon.h"
#include "proto/base/log.h"

#define COMPONENT "uplink"
#define LISTEN_PAUSE_MS 500 /* until the old socket has given the port back */

#define LOOK_PAUSE_MS 25 /* between looks at memory: fast peers send 25 MB */

/* ---- the brokers' ---- */

/* It counts now, and is newer than what we have. */
static bool
is_better(struct node *node, const struct node_neighbour *neighbour,
    const struct ent_certificate *fresh)
{
    return ent_certificate_role(fresh) == ENT_KEY_BROKER &&
           ent_address_equal(
               &fresh->address, &neighbour->certificate.address) &&
           fresh->serial > neighbour->certificate.serial &&
           node_peers_trusts(node, fresh);
}

static bool
has_link_key(const struct node_neighbour *neighbour,
    const struct ent_certificate *certificate)
{
    return memcmp(neighbour->certificate.link_key, certificate->link_key,
               sizeof certificate->link_key) == 0;
}

/* Use it from now on, and keep it for what was signed under it. */
static enum ent_status
take(struct node *node, struct node_neighbour *neighbour, struct ent_view wire,
    const struct ent_certificate *fresh, const struct ent_rollover *authority,
    struct ent_error *err)
{
    struct ent_party party = ent_address_party(&fresh->address);
    bool relinks = !has_link_key(neighbour, fresh);
    enum ent_status rc = node_archive_certificate(node, fresh, wire,
        ent_authority_key(authority, &fresh->authority_key_id), err);

    if (rc == ENT_OK) {
        rc = node_object_put(node, NODE_KIND_CERTIFICATE, &party, wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    neighbour->certificate = *fresh;
    ent_log(ENT_LOG_INFO, COMPONENT,
        "a broker's certificate is renewed peer=%s serial=%llu",
        fresh->address.text, (unsigned long long)fresh->serial);
    return relinks
               ? node_neighbour_reopen(node, node->uplink->zmq, neighbour, err)
               : ENT_OK;
}

static struct node_neighbour *
broker_of(struct node *node, const struct ent_address *address)
{
    for (size_t i = 0; i < node->uplink->count; i++) {
        struct node_neighbour *neighbour = &node->uplink->list[i];

        if (neighbour->is_broker &&
            ent_address_equal(&neighbour->certificate.address, address)) {
            return neighbour;
        }
    }
    return NULL;
}

enum ent_status
node_uplink_meet_broker(
    struct node *node, struct ent_view wire, struct ent_error *err)
{
    struct ent_certificate fresh;
    struct ent_rollover authority;
    struct node_neighbour *neighbour;

    if (ent_certificate_peek(wire, &fresh, NULL) != ENT_OK) {
        return ENT_OK;
    }
    neighbour = broker_of(node, &fresh.address);
    if (neighbour == NULL ||
        !node_authorities_get(
            node, ent_address_state(&fresh.address), &authority) ||
        ent_authority_open_certificate(&authority, wire, &fresh, NULL) !=
            ENT_OK ||
        !is_better(node, neighbour, &fresh) ||
        !has_link_key(neighbour, &fresh)) {
        return ENT_OK; /* we know it from our configuration */
    }
    return take(node, neighbour, wire, &fresh, &authority, err);
}

enum ent_status
node_uplink_renew_broker(
    struct node *node, size_t index, bool *ret_renewed, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct node_neighbour *neighbour = &node->uplink->list[index];
    struct ent_certificate fresh;
    struct ent_rollover authority;
    enum ent_status rc = node_neighbour_read_broker(
        node, &node->config->brokers[index], &authority, &wire, &fresh, err);

    *ret_renewed = rc == ENT_OK && is_better(node, neighbour, &fresh);
    if (rc != ENT_OK) {
        return rc == ENT_IO ? ENT_NOT_FOUND : rc; /* it is not our storage */
    }
    return *ret_renewed ? take(node, neighbour, ent_bytes_view(&wire), &fresh,
                              &authority, err)
                        : ENT_OK;
}

enum ent_status
node_uplink_recall(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < node->config->broker_count; i++) {
        struct ent_party party =
            ent_address_party(&node->config->brokers[i].address);
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        struct ent_view stored;

        rc = node_object_get(node, NODE_KIND_CERTIFICATE, &party, &stored, err);
        if (rc == ENT_OK) {
            rc = ent_bytes_copy(stored, &wire, err);
        }
        if (rc == ENT_OK) {
            rc = node_uplink_meet_broker(node, ent_bytes_view(&wire), err);
        }
        rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return rc;
}

/* ---- ours ---- */

static void
greet_anew(struct node *node)
{
    for (size_t i = 0; i < node->uplink->count; i++) {
        for (size_t k = 0; k < 2; k++) {
            node_connection_greet_anew(node, &node->uplink->list[i].lanes[k]);
        }
    }
}

/* Those that connected to us have to come again. */
static enum ent_status
connect_anew(struct node *node, struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < uplink->count; i++) {
        struct node_neighbour *neighbour = &uplink->list[i];

        if (neighbour->is_accepted) {
            node_neighbour_close(neighbour);
            neighbour->is_accepted = true;
        } else if (!node_neighbour_is_nobody(neighbour)) {
            rc = node_neighbour_reopen(node, uplink->zmq, neighbour, err);
        }
    }
    if (uplink->listener != NULL) {
        node_listener_close(&uplink->listener);
        uplink->listen_at = node->now_ms + LISTEN_PAUSE_MS;
    }
    return rc;
}

static bool
is_memory_full(struct node *node)
{
    struct node_uplink *uplink = node->uplink;

    if (node->now_ms < uplink->look_at &&
        uplink->look_at <= node->now_ms + LOOK_PAUSE_MS) {
        return false;
    }
    uplink->look_at = node->now_ms + LOOK_PAUSE_MS;
    if (!ent_daemon_is_full(node->config->memory)) {
        return false;
    }
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "messages that do not end fill the memory, closing all connections");
    return true;
}

/* The port may not be free at once. */
static void
listen_anew(struct node *node)
{
    struct node_uplink *uplink = node->uplink;
    struct ent_error err = {0};

    if (uplink->listen_at == 0 || node->now_ms < uplink->listen_at) {
        return;
    }
    uplink->listen_at = 0;
    if (node_listener_open(node, uplink->zmq, &uplink->listener, &err) !=
        ENT_OK) {
        ent_log(ENT_LOG_WARN, COMPONENT, "not listening yet: %s", err.text);
        uplink->listen_at = node->now_ms + LISTEN_PAUSE_MS;
    }
}

enum ent_status
node_uplink_renew(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (node->relink_due || is_memory_full(node)) {
        rc = connect_anew(node, err);
    } else if (node->greeting_due) {
        greet_anew(node);
    }
    if (rc == ENT_OK) {
        node->relink_due = false;
        node->greeting_due = false;
        listen_anew(node);
    }
    return rc;
}
