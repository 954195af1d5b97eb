/* SPDX-License-Identifier: Apache-2.0 */
/* The offices that we may exchange with, and what is known of each. */
#include "node/api.h"

#include <string.h>

#include "node/clock.h"
#include "node/dispatch.h"
#include "node/due.h"
#include "node/peers.h"
#include "node/revocations.h"
#include "node/streams.h"
#include "node/submit.h"
#include "node/uplink.h"
#include "node/welcome.h"
#include "node/witness.h"

#define COUNTED_MAX 20000 /* bundles; beyond them nobody counts on */

typedef Entente__V1__PeerStatus peer_status; /* a generated name */

/* The peers that are told of, and their parties. */
struct list {
    peer_status **peers;
    struct ent_party *parties;
    size_t count;
};

/* ---- of one peer ---- */

static void
tell_agreement(const struct node *node, const struct node_peer *peer,
    struct ent_arena *arena, peer_status *status)
{
    const struct ent_agreement *agreement = node_agreements_with(
        node->agreements, ent_address_state(&peer->address));

    status->named = node_welcome_is_named(node, &peer->address);
    if (agreement != NULL) {
        status->agreement = node_text_in(arena, ent_agreement_name(agreement));
        status->agreement_version = ent_agreement_version(agreement);
        status->in_force =
            ent_agreement_in_force(agreement, node_clock_latest_ms(node));
    }
}

/* A direct link comes first, as for bundles (node/route.h). */
static void
tell_way(const struct node *node, const struct node_peer *peer,
    struct ent_arena *arena, peer_status *status)
{
    const struct node_neighbour *neighbour;

    for (size_t i = 0; (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        bool direct =
            ent_address_equal(&neighbour->certificate.address, &peer->address);

        if (node_neighbour_is_nobody(neighbour) ||
            !node_neighbour_is_there(neighbour) ||
            !(direct || (neighbour->is_broker && status->via[0] == '\0'))) {
            continue;
        }
        status->via = node_text_in(arena, neighbour->certificate.address.text);
        status->via_since = neighbour->since_ms;
        status->direct = direct;
        if (direct) {
            return;
        }
    }
}

static void
tell_certificate(struct node *node, const struct node_peer *peer,
    struct ent_arena *arena, peer_status *status)
{
    const struct ent_key_id *id = &peer->certificate.signing_key_id;

    if (!peer->has_certificate) {
        return;
    }
    status->certificate_serial = peer->certificate.serial;
    status->certificate_from = peer->certificate.not_before;
    status->certificate_until = peer->certificate.not_after;
    status->revoked = node_revocations_has(node, &peer->certificate);
    status->key_id.data = ent_arena_alloc(arena, sizeof id->bytes);
    if (status->key_id.data != NULL) {
        memcpy(status->key_id.data, id->bytes, sizeof id->bytes);
        status->key_id.len = sizeof id->bytes;
    }
}

static void
tell_manifest(
    const struct node *node, const struct node_peer *peer, peer_status *status)
{
    const struct ent_sealing_key *key;

    status->incarnation = peer->highest_incarnation;
    status->heard_at = peer->heard_at;
    if (!peer->has_manifest) {
        return;
    }
    status->manifest_sequence = peer->manifest.sequence;
    status->manifest_issued_at = peer->manifest.issued_at;
    key = ent_manifest_key(&peer->manifest, node->now_ms);
    if (key != NULL) {
        status->sealing_from = key->not_before;
        status->sealing_until = key->not_after;
    }
}

/* What is held of its journal, and it of ours. */
static enum ent_status
tell_witness(struct node *node, const struct node_peer *peer,
    struct ent_arena *arena, peer_status *status, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    enum ent_status rc = node_witness_get(node, &peer->party, &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    status->held_size = row->size;
    status->held_incarnation = row->incarnation;
    status->held_at = row->held_at;
    status->proven_at = row->proven_at;
    status->proven_from = row->proven_from;
    status->unproven_since = row->unproven_since;
    status->own_held_size = row->theirs;
    status->own_held_at = row->theirs_at;
    for (size_t i = 0; i < row->n_hearsay; i++) {
        status->compared += row->hearsay[i]->proven_at != 0;
    }
    if (row->contradiction != 0) {
        status->contradiction = node_text_in(
            arena, ent_history_name((enum ent_history)row->contradiction));
        status->contradiction_at = row->found_at;
    }
    return ENT_OK;
}

static enum ent_status
add_peer(struct node *node, const struct node_peer *peer,
    struct ent_arena *arena, struct list *list, struct ent_error *err)
{
    peer_status *status = ent_arena_alloc(arena, sizeof *status);

    if (status == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the peers");
    }
    entente__v1__peer_status__init(status);
    status->address = node_text_in(arena, peer->address.text);
    tell_agreement(node, peer, arena, status);
    tell_way(node, peer, arena, status);
    tell_certificate(node, peer, arena, status);
    tell_manifest(node, peer, status);
    list->parties[list->count] = peer->party;
    list->peers[list->count++] = status;
    return tell_witness(node, peer, arena, status, err);
}

/* ---- what they have not signed for ---- */

static void
count_for(const struct list *list, const struct ent_party *party, uint64_t more)
{
    for (size_t i = 0; i < list->count; i++) {
        if (memcmp(&list->parties[i], party, sizeof *party) == 0) {
            list->peers[i]->unsettled += more;
        }
    }
}

/* Accepted, and not sealed yet. */
static enum ent_status
count_pending(struct node *node, const struct list *list, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_PENDING);

    for (size_t counted = 0; counted < COUNTED_MAX; counted++) {
        struct ent_party party;
        enum ent_status rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, len), 0, key, NULL, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (key[0] >= NODE_RANK_HELD) {
            break; /* for officers to sign first */
        }
        memcpy(party.bytes, key + 1, sizeof party.bytes);
        count_for(list, &party, 1);
        if (!node_key_after(key, len)) {
            break;
        }
    }
    return ENT_OK;
}

static enum ent_status
count_bundle(struct node *node, const struct list *list,
    const struct node_due *due, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_stream_id id;
    struct ent_party party;
    struct ent_view state;
    enum ent_status rc;

    rc = node_dispatch_get(node, &due->stream, due->first, &dispatch, err);
    if (rc == ENT_OK) {
        rc = node_stream_get(
            node, NODE_OUTGOING, &due->stream, &id, &state, &row, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    party = ent_address_party(&id.recipient);
    count_for(list, &party, dispatch.state.count);
    return ENT_OK;
}

/* Sealed, and not settled. */
static enum ent_status
count_bundles(struct node *node, const struct list *list, struct ent_error *err)
{
    size_t counted = 0;

    for (uint8_t rank = 0; rank < NODE_DUE_RANKS; rank++) {
        struct node_due due = node_due_walk(rank, 0);
        enum ent_status rc = ENT_OK;

        while (rc == ENT_OK && counted++ < COUNTED_MAX) {
            rc = node_due_next(node, &due, err);
            if (rc == ENT_OK) {
                rc = count_bundle(node, list, &due, err);
            }
        }
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
    }
    return ENT_OK;
}

/* ---- the whole ---- */

static enum ent_status
add_one(struct node *node, const char *text, struct ent_arena *arena,
    struct list *list, struct ent_error *err)
{
    struct ent_address address;
    struct node_peer *peer;
    enum ent_status rc = ent_address_parse(ent_view_text(text), &address, err);

    if (rc == ENT_OK && ent_address_equal(&address, &node->self)) {
        return ent_fail(err, ENT_BAD_INPUT, "%s is this office", text);
    }
    if (rc == ENT_OK) {
        rc = node_peers_get(node, &address, &peer, err);
    }
    return rc != ENT_OK ? rc : add_peer(node, peer, arena, list, err);
}

static enum ent_status
add_all(struct node *node, struct ent_arena *arena, struct list *list,
    struct ent_error *err)
{
    const struct node_peer *peer;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0;
         rc == ENT_OK && (peer = node_peers_at(node->peers, i)) != NULL; i++) {
        if (node_welcome_is_named(node, &peer->address)) {
            rc = add_peer(node, peer, arena, list, err);
        }
    }
    return rc;
}

enum ent_status
node_api_peers(struct node *node, const Entente__V1__PeersRequest *request,
    struct ent_arena *arena, Entente__V1__PeersReply *reply,
    struct ent_error *err)
{
    struct list list = {0};
    size_t room = node_peers_count(node->peers) + 1;
    enum ent_status rc;

    list.peers = ent_arena_alloc(arena, room * sizeof(peer_status *));
    list.parties = ent_arena_alloc(arena, room * sizeof *list.parties);
    if (list.peers == NULL || list.parties == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the peers");
    }
    rc = request->address[0] != '\0'
             ? add_one(node, request->address, arena, &list, err)
             : add_all(node, arena, &list, err);
    if (rc == ENT_OK) {
        rc = count_pending(node, &list, err);
    }
    if (rc == ENT_OK) {
        rc = count_bundles(node, &list, err);
    }
    if (rc == ENT_OK) {
        rc = node_api_unused(node, arena, &reply->unused_agreements,
            &reply->n_unused_agreements, err);
    }
    reply->peers = list.peers;
    reply->n_peers = list.count;
    reply->own_certificate_until = node->certificate.not_after;
    reply->own_revoked = node_revocations_has(node, &node->certificate);
    reply->at = node->now_ms;
    reply->clock_doubt = node->clock_doubt;
    return rc;
}
