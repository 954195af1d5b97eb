/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for what we lack of a peer, and when. */
#include "node/peers_internal.h"
#include "node/revocations.h"
#include "node/uplink.h"

/* Its certificate, and its manifest after it. */
static enum ent_status
ask_office(
    struct node *node, const struct node_peer *peer, struct ent_error *err)
{
    const struct ent_address *office = &peer->address;
    uint64_t via = node_uplink_toward(node->uplink, office);
    uint64_t sequence = peer->has_manifest ? peer->manifest.sequence : 0;
    uint64_t serial = peer->has_certificate ? peer->certificate.serial : 0;
    enum ent_status rc = node_object_ask(
        node, via, NODE_KIND_CERTIFICATE, office->text, serial, err);

    return rc != ENT_OK ? rc
                        : node_object_ask(node, via, NODE_KIND_MANIFEST,
                              office->text, sequence, err);
}

/* Whether it is time to ask; the next time is later each time. */
static bool
is_due(const struct node *node, struct node_peer *peer)
{
    if (node->now_ms < peer->fetch_at) {
        return false;
    }
    peer->fetch_at = node->now_ms + peer->fetch_pause;
    peer->fetch_wanted = false;
    peer->fetch_pause = peer->fetch_pause * 2 > FETCH_PAUSE_MAX_MS
                            ? FETCH_PAUSE_MAX_MS
                            : peer->fetch_pause * 2;
    return true;
}

enum ent_status
node_peers_fetch(
    struct node *node, struct node_peer *peer, struct ent_error *err)
{
    enum ent_status rc;

    if (!is_due(node, peer)) {
        /* The answer we got may be older than what shows that there is more. */
        peer->fetch_wanted = true;
        if (peer->fetch_at < node->peers->missing_due) {
            node->peers->missing_due = peer->fetch_at;
        }
        return ENT_OK;
    }
    rc = node_revocations_ask(node, ent_address_state(&peer->address), err);
    return rc != ENT_OK ? rc : ask_office(node, peer, err);
}

enum ent_status
node_peers_doubt(struct node *node, struct node_peer *peer, enum ent_status rc,
    struct ent_error *err)
{
    struct ent_error other = {0};
    enum ent_status asked =
        rc == ENT_REJECTED ? node_peers_fetch(node, peer, &other) : ENT_OK;

    if (asked != ENT_OK) {
        return ent_fail(err, asked, "%s", other.text);
    }
    return rc;
}

/* Every office that an agreement names, ours apart: `visit` it once an
 * agreement. */
static enum ent_status
each_office(struct node *node,
    enum ent_status (*visit)(
        struct node *node, struct node_peer *peer, struct ent_error *err),
    struct ent_error *err)
{
    const struct ent_agreement *agreement;
    size_t i = 0;

    while (
        (agreement = node_agreements_at(node->agreements, i++, NULL)) != NULL) {
        const struct ent_address *office;
        size_t k = 0;

        while ((office = ent_agreement_office(agreement, k++)) != NULL) {
            struct node_peer *peer;
            enum ent_status rc = ENT_OK;

            if (!ent_address_equal(office, &node->self)) {
                rc = node_peers_get(node, office, &peer, err);
                rc = rc != ENT_OK ? rc : visit(node, peer, err);
            }
            if (rc != ENT_OK) {
                return rc;
            }
        }
    }
    return ENT_OK;
}

static enum ent_status
ask_anew(struct node *node, struct node_peer *peer, struct ent_error *err)
{
    (void)node;
    (void)err;
    peer->fetch_at = 0;
    peer->fetch_pause = FETCH_PAUSE_MIN_MS;
    return ENT_OK;
}

static enum ent_status
know(struct node *node, struct node_peer *peer, struct ent_error *err)
{
    (void)node;
    (void)peer;
    (void)err;
    return ENT_OK;
}

enum ent_status
node_peers_load(struct node *node, struct ent_error *err)
{
    return each_office(node, know, err);
}

size_t
node_peers_count(const struct node_peers *peers)
{
    return peers->count;
}

struct node_peer *
node_peers_at(const struct node_peers *peers, size_t index)
{
    return index < peers->count ? peers->list[index] : NULL;
}

enum ent_status
node_peers_prefetch(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_revocations_ask_all(node, err);

    node->peers->missing_due = 0;
    if (rc == ENT_OK) {
        rc = each_office(node, ask_anew, err);
    }
    /* Who stands in several agreements is asked once: the pause holds. */
    return rc != ENT_OK ? rc : each_office(node, node_peers_fetch, err);
}

/* Whoever was not there when we asked, or is wanted again, is asked for again;
 * lists have a clock of their own. */
static enum ent_status
fetch_missing(struct node *node, struct node_peer *peer, struct ent_error *err)
{
    struct node_peers *peers = node->peers;
    enum ent_status rc = ENT_OK;

    if (peer->has_certificate && peer->has_manifest && !peer->fetch_wanted) {
        return ENT_OK;
    }
    if (is_due(node, peer)) {
        rc = ask_office(node, peer, err);
    }
    if (peer->fetch_at < peers->missing_due) {
        peers->missing_due = peer->fetch_at;
    }
    return rc;
}

static enum ent_status
fetch_all_missing(struct node *node, struct ent_error *err)
{
    struct node_peers *peers = node->peers;

    if (node->now_ms < peers->missing_due) {
        return ENT_OK;
    }
    peers->missing_due = UINT64_MAX;
    return each_office(node, fetch_missing, err);
}

/* An office that lost its store says so in its manifest: whoever has nothing to
 * send to it should not hear of that an hour later. */
static enum ent_status
ask_manifest(struct node *node, struct node_peer *peer, struct ent_error *err)
{
    uint64_t via = node_uplink_toward(node->uplink, &peer->address);

    return !peer->has_manifest
               ? ENT_OK
               : node_object_ask(node, via, NODE_KIND_MANIFEST,
                     peer->address.text, peer->manifest.sequence, err);
}

static enum ent_status
look_for_manifests(struct node *node, struct ent_error *err)
{
    struct node_peers *peers = node->peers;

    if (peers->looked_at <= node->now_ms &&
        node->now_ms - peers->looked_at < LOOK_MS) {
        return ENT_OK;
    }
    peers->looked_at = node->now_ms;
    return each_office(node, ask_manifest, err);
}

enum ent_status
node_peers_refresh(struct node *node, struct ent_error *err)
{
    struct node_peers *peers = node->peers;
    enum ent_status rc;

    if (peers->refreshed_at != 0 && peers->refreshed_at <= node->now_ms &&
        node->now_ms - peers->refreshed_at < REFRESH_MS) {
        rc = fetch_all_missing(node, err);
        if (rc == ENT_OK) {
            rc = look_for_manifests(node, err);
        }
        return rc != ENT_OK ? rc : node_revocations_refresh(node, err);
    }
    peers->refreshed_at = node->now_ms;
    peers->looked_at = node->now_ms;
    return node_peers_prefetch(node, err);
}

void
node_peers_hurry(const struct node *node, struct node_peer *peer)
{
    if (peer->fetch_pause > FETCH_PAUSE_URGENT_MS) {
        peer->fetch_pause = FETCH_PAUSE_URGENT_MS;
    }
    if (peer->fetch_at > node->now_ms + FETCH_PAUSE_URGENT_MS) {
        peer->fetch_at = node->now_ms + FETCH_PAUSE_URGENT_MS;
    }
}

uint64_t
node_peers_due(const struct node *node)
{
    const struct node_peers *peers = node->peers;
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < peers->count; i++) {
        const struct node_peer *peer = peers->list[i];

        if (peer->fetch_at > node->now_ms && peer->fetch_at < due) {
            due = peer->fetch_at;
        }
    }
    return due;
}
