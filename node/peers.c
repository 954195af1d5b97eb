/* SPDX-License-Identifier: Apache-2.0 */
#include "node/peers.h"

#include <stdlib.h>
#include <string.h>

#include "node/authorities.h"
#include "node/clock.h"
#include "node/peers_internal.h"
#include "node/revocations.h"

#define PEERS_MAX 4096
#define PEER_ROW_LEN 24
#define PEER_HEARD_LEN 16 /* of an earlier version; 8: it was never heard */
#define HEARD_STORED_MS UINT64_C(60000)

enum ent_status
node_peers_open(struct node_peers **ret_peers, struct ent_error *err)
{
    struct node_peers *peers = calloc(1, sizeof *peers);

    if (peers == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating peers");
    }
    *ret_peers = peers;
    return ENT_OK;
}

void
node_peers_close(struct node_peers **peers)
{
    if (*peers == NULL) {
        return;
    }
    for (size_t i = 0; i < (*peers)->count; i++) {
        free((*peers)->list[i]);
    }
    free((*peers)->list);
    free(*peers);
    *peers = NULL;
}

/* A certificate ends with the key that signed it. */
static bool
is_in_time(struct node *node, const struct ent_certificate *certificate)
{
    struct ent_rollover authority;

    return ent_certificate_check_time(certificate, node->now_ms, NULL) ==
               ENT_OK &&
           node_authorities_get(
               node, ent_address_state(&certificate->address), &authority) &&
           ent_authority_is(
               &authority, &certificate->authority_key_id, node->now_ms);
}

bool
node_peers_trusts(struct node *node, const struct ent_certificate *certificate)
{
    return !node_revocations_has(node, certificate) &&
           (node->clock_doubt || is_in_time(node, certificate));
}

/* What the store holds of a peer. An object that no longer verifies (another
 * authority key now) is as good as none. */
static enum ent_status
load(struct node *node, struct node_peer *peer, struct ent_error *err)
{
    struct ent_rollover authority;
    bool pinned = node_authorities_get(
        node, ent_address_state(&peer->address), &authority);
    struct node_key key = node_key_party(&peer->party);
    struct ent_view wire;
    enum ent_status rc;

    rc =
        node_store_get(node->store, NODE_PEER, node_key_view(&key), &wire, err);
    if (rc == ENT_OK && wire.len >= 8) {
        peer->highest_incarnation = ent_get_be(wire.data, 8);
    }
    if (rc == ENT_OK && wire.len >= PEER_ROW_LEN) {
        peer->first_incarnation = ent_get_be(wire.data + 16, 8);
    }
    if (rc == ENT_OK && wire.len >= PEER_HEARD_LEN && peer->heard_at == 0) {
        peer->heard_at = ent_get_be(wire.data + 8, 8);
        peer->heard_stored = peer->heard_at;
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = node_object_get(node, NODE_KIND_CERTIFICATE, &peer->party, &wire, err);
    if (rc == ENT_OK && pinned) {
        peer->has_certificate = ent_authority_open_certificate(&authority, wire,
                                    &peer->certificate, NULL) == ENT_OK;
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = node_object_get(node, NODE_KIND_MANIFEST, &peer->party, &wire, err);
    if (rc == ENT_OK && peer->has_certificate) {
        peer->has_manifest = ent_manifest_open(wire, &peer->certificate,
                                 &peer->manifest, NULL) == ENT_OK;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_peers_recheck(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < node->peers->count; i++) {
        struct node_peer *peer = node->peers->list[i];

        peer->has_certificate = false;
        peer->has_manifest = false;
        rc = load(node, peer, err);
    }
    return rc != ENT_OK ? rc : node_peers_prefetch(node, err);
}

static struct node_peer *
find(const struct node_peers *peers, const struct ent_address *address)
{
    for (size_t i = 0; i < peers->count; i++) {
        if (ent_address_equal(&peers->list[i]->address, address)) {
            return peers->list[i];
        }
    }
    return NULL;
}

bool
node_peers_knows(const struct node *node, const struct ent_address *address)
{
    const struct node_peer *peer = find(node->peers, address);

    return peer != NULL && peer->has_certificate;
}

/* Anybody can be named; only who has a certificate is worth remembering when
 * the places run out. */
static bool
forget_stranger(struct node_peers *peers)
{
    for (size_t i = 0; i < peers->count; i++) {
        if (!peers->list[i]->has_certificate) {
            free(peers->list[i]);
            peers->list[i] = peers->list[--peers->count];
            return true;
        }
    }
    return false;
}

static enum ent_status
make_room(struct node_peers *peers, struct ent_error *err)
{
    size_t room = peers->room == 0 ? 16 : peers->room * 2;
    struct node_peer **list;

    if (peers->count == PEERS_MAX && !forget_stranger(peers)) {
        return ent_fail(err, ENT_BUSY, "there are %d peers already", PEERS_MAX);
    }
    if (peers->count < peers->room) {
        return ENT_OK;
    }
    list = realloc(peers->list, room * sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "remembering %zu peers", room);
    }
    peers->list = list;
    peers->room = room;
    return ENT_OK;
}

enum ent_status
node_peers_get(struct node *node, const struct ent_address *address,
    struct node_peer **ret_peer, struct ent_error *err)
{
    struct node_peers *peers = node->peers;
    struct node_peer *peer = find(peers, address);
    enum ent_status rc;

    if (peer != NULL) {
        *ret_peer = peer;
        return ENT_OK;
    }
    rc = make_room(peers, err);
    if (rc != ENT_OK) {
        return rc;
    }
    peer = calloc(1, sizeof *peer);
    if (peer == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "remembering a peer");
    }
    peer->address = *address;
    peer->party = ent_address_party(address);
    peer->fetch_pause = FETCH_PAUSE_MIN_MS;
    peers->missing_due = 0;
    rc = load(node, peer, err);
    if (rc != ENT_OK) {
        free(peer);
        return rc;
    }
    peers->list[peers->count++] = peer;
    *ret_peer = peer;
    return ENT_OK;
}

static enum ent_status
put_row(struct node *node, const struct node_peer *peer, struct ent_error *err)
{
    struct node_key key = node_key_party(&peer->party);
    uint8_t value[PEER_ROW_LEN];

    ent_put_be(value, peer->highest_incarnation, 8);
    ent_put_be(value + 8, peer->heard_at, 8);
    ent_put_be(value + 16, peer->first_incarnation, 8);
    return node_store_put(node->store, NODE_PEER, node_key_view(&key),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_peers_heard(struct node *node, struct node_peer *peer, uint64_t signed_at,
    struct ent_error *err)
{
    enum ent_status rc = node_clock_witness(node, &peer->party, signed_at, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (signed_at <= peer->heard_at || peer->heard_at >= node->now_ms) {
        return ENT_OK;
    }
    peer->heard_at = signed_at > node->now_ms ? node->now_ms : signed_at;
    if (peer->heard_at - peer->heard_stored < HEARD_STORED_MS) {
        return ENT_OK;
    }
    peer->heard_stored = peer->heard_at;
    return put_row(node, peer, err);
}

bool
node_peers_plausible(const struct node *node, uint64_t incarnation)
{
    return incarnation <= (node->now_ms + NODE_DAY_MS) * 1000;
}

enum ent_status
node_peers_incarnation(struct node *node, struct node_peer *peer,
    uint64_t incarnation, struct ent_error *err)
{
    if (incarnation <= peer->highest_incarnation) {
        return ENT_OK;
    }
    if (!node_peers_plausible(node, incarnation)) {
        return ent_fail(err, ENT_REJECTED,
            "%s says its store begins more than a day from now",
            peer->address.text);
    }
    if (peer->highest_incarnation == 0) {
        peer->first_incarnation = incarnation;
    }
    peer->highest_incarnation = incarnation;
    return put_row(node, peer, err);
}
