/* SPDX-License-Identifier: Apache-2.0 */
#include "node/peers.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define PEERS_MAX 4096
#define STATES_MAX 64
#define FETCH_PAUSE_MIN_MS 1000
#define FETCH_PAUSE_URGENT_MS 2000
#define FETCH_PAUSE_MAX_MS 60000

#define KIND_CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define KIND_MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define KIND_REVOCATION ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST

struct node_peers {
    struct node_peer **list; /* each lives as long as the node */
    size_t count;
    size_t room;
    struct ent_revocation_list *revocations[STATES_MAX];
    size_t state_count;
    char asked[STATES_MAX][ENT_STATE_MAX + 1]; /* looked up in the store */
    size_t asked_count;
};

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
    for (size_t i = 0; i < (*peers)->state_count; i++) {
        ent_revocation_list_free(&(*peers)->revocations[i]);
    }
    free((*peers)->list);
    free(*peers);
    *peers = NULL;
}

const struct ent_verify_key *
node_peers_authority(const struct node *node, const char *state)
{
    const struct ent_agreement *agreement =
        node_agreements_with(node->agreements, state);

    if (agreement != NULL) {
        return ent_agreement_authority(agreement, state);
    }
    return ent_authorities_find(&node->config->authorities, state);
}

/* An object as the store keeps it; ENT_NOT_FOUND. */
static enum ent_status
stored_object(struct node *node, uint32_t kind, const struct ent_party *party,
    struct ent_view *ret_wire, struct ent_error *err)
{
    struct node_key key = node_key_object(kind, party);

    return node_store_get(
        node->store, NODE_OBJECT, node_key_view(&key), ret_wire, err);
}

/* What the store holds of a peer. An object that no longer verifies (another
 * authority key now) is as good as none. */
static enum ent_status
load(struct node *node, struct node_peer *peer, struct ent_error *err)
{
    const struct ent_verify_key *authority =
        node_peers_authority(node, ent_address_state(&peer->address));
    struct node_key key = node_key_party(&peer->party);
    struct ent_view wire;
    enum ent_status rc;

    rc =
        node_store_get(node->store, NODE_PEER, node_key_view(&key), &wire, err);
    if (rc == ENT_OK && wire.len == 8) {
        peer->highest_incarnation = ent_get_be(wire.data, 8);
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = stored_object(node, KIND_CERTIFICATE, &peer->party, &wire, err);
    if (rc == ENT_OK && authority != NULL) {
        peer->has_certificate = ent_certificate_open(wire, authority,
                                    &peer->certificate, NULL) == ENT_OK;
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    rc = stored_object(node, KIND_MANIFEST, &peer->party, &wire, err);
    if (rc == ENT_OK && peer->has_certificate) {
        peer->has_manifest = ent_manifest_open(wire, &peer->certificate,
                                 &peer->manifest, NULL) == ENT_OK;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
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
ask(struct node *node, uint32_t kind, const char *subject, uint64_t newer_than,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch fetch = {.kind = kind, .newer_than = newer_than};
    enum ent_status rc;

    memcpy(fetch.subject, subject, strlen(subject) + 1);
    rc = ent_fetch_encode(&fetch, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, true, ENT_FRAME_FETCH, &payload, NULL, err);
}

enum ent_status
node_peers_fetch(
    struct node *node, struct node_peer *peer, struct ent_error *err)
{
    uint64_t sequence = peer->has_manifest ? peer->manifest.sequence : 0;
    uint64_t serial = peer->has_certificate ? peer->certificate.serial : 0;
    enum ent_status rc;

    if (node->now_ms < peer->fetch_at) {
        return ENT_OK;
    }
    peer->fetch_at = node->now_ms + peer->fetch_pause;
    peer->fetch_pause = peer->fetch_pause * 2 > FETCH_PAUSE_MAX_MS
                            ? FETCH_PAUSE_MAX_MS
                            : peer->fetch_pause * 2;
    rc = ask(node, KIND_CERTIFICATE, peer->address.text, serial, err);
    if (rc == ENT_OK) {
        rc = ask(
            node, KIND_REVOCATION, ent_address_state(&peer->address), 0, err);
    }
    if (rc == ENT_OK) {
        rc = ask(node, KIND_MANIFEST, peer->address.text, sequence, err);
    }
    return rc;
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

enum ent_status
node_peers_prefetch(struct node *node, struct ent_error *err)
{
    enum ent_status rc = each_office(node, ask_anew, err);

    /* Who stands in several agreements is asked once: the pause holds. */
    return rc != ENT_OK ? rc : each_office(node, node_peers_fetch, err);
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

static enum ent_status
keep(struct node *node, uint32_t kind, const struct ent_party *party,
    struct ent_view wire, struct ent_error *err)
{
    struct node_key key = node_key_object(kind, party);

    return node_store_put(
        node->store, NODE_OBJECT, node_key_view(&key), wire, err);
}

static enum ent_status
learn_certificate(struct node *node, struct node_peer *peer,
    struct ent_view wire, struct ent_error *err)
{
    const struct ent_verify_key *authority =
        node_peers_authority(node, ent_address_state(&peer->address));
    struct ent_certificate certificate;
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_REJECTED, "no agreement names its authority");
    }
    rc = ent_certificate_open(wire, authority, &certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&certificate.address, &peer->address)) {
        return ent_fail(err, ENT_REJECTED, "it is somebody else's");
    }
    if (peer->has_certificate &&
        certificate.serial <= peer->certificate.serial) {
        return ENT_OK;
    }
    if (peer->has_certificate &&
        ent_certificate_check_time(&certificate, node->now_ms, err) != ENT_OK) {
        return ENT_REJECTED; /* made in advance: its time is to come */
    }
    peer->certificate = certificate;
    peer->has_certificate = true;
    peer->has_manifest = false; /* it may have been signed by the old key */
    peer->fetch_at = 0;
    return keep(node, KIND_CERTIFICATE, &peer->party, wire, err);
}

static enum ent_status
learn_manifest(struct node *node, struct node_peer *peer, struct ent_view wire,
    struct ent_error *err)
{
    struct ent_manifest manifest;
    enum ent_status rc;

    if (!peer->has_certificate) {
        return ent_fail(err, ENT_REJECTED, "its certificate is not known");
    }
    rc = ent_manifest_open(wire, &peer->certificate, &manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (peer->has_manifest && manifest.sequence <= peer->manifest.sequence) {
        return ENT_OK;
    }
    if (!node_peers_plausible(node, manifest.incarnation)) {
        return ent_fail(err, ENT_REJECTED,
            "%s says its store begins more than a day from now",
            peer->address.text);
    }
    peer->manifest = manifest;
    peer->has_manifest = true;
    peer->fetch_pause = FETCH_PAUSE_MIN_MS;
    rc = keep(node, KIND_MANIFEST, &peer->party, wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_peers_incarnation(node, peer, manifest.incarnation, err);
}

static struct ent_party
party_of_state(const char *state)
{
    struct ent_address address = {{0}};

    memcpy(address.text, state, strlen(state));
    return ent_address_party(&address);
}

/* The list of a state, from memory or the store; NULL: none. */
static struct ent_revocation_list *
revocations(struct node *node, const char *state)
{
    struct node_peers *peers = node->peers;
    const struct ent_verify_key *authority = node_peers_authority(node, state);
    struct ent_party party;
    struct ent_view wire;

    for (size_t i = 0; i < peers->state_count; i++) {
        if (strcmp(ent_revocation_list_state(peers->revocations[i]), state) ==
            0) {
            return peers->revocations[i];
        }
    }
    for (size_t i = 0; i < peers->asked_count; i++) {
        if (strcmp(peers->asked[i], state) == 0) {
            return NULL;
        }
    }
    if (peers->asked_count == STATES_MAX || peers->state_count == STATES_MAX ||
        authority == NULL) {
        return NULL;
    }
    memcpy(peers->asked[peers->asked_count++], state, strlen(state) + 1);
    party = party_of_state(state);
    if (stored_object(node, KIND_REVOCATION, &party, &wire, NULL) != ENT_OK ||
        ent_revocation_list_open(wire, authority,
            &peers->revocations[peers->state_count], NULL) != ENT_OK) {
        return NULL;
    }
    return peers->revocations[peers->state_count++];
}

static enum ent_status
learn_revocations(struct node *node, const char *state, struct ent_view wire,
    struct ent_error *err)
{
    const struct ent_verify_key *authority = node_peers_authority(node, state);
    struct node_peers *peers = node->peers;
    struct ent_revocation_list *fresh = NULL;
    struct ent_revocation_list *old = revocations(node, state);
    struct ent_party party = party_of_state(state);
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_REJECTED, "no agreement names its authority");
    }
    rc = ent_revocation_list_open(wire, authority, &fresh, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (strcmp(ent_revocation_list_state(fresh), state) != 0) {
        ent_revocation_list_free(&fresh);
        return ent_fail(err, ENT_REJECTED, "it is another state's list");
    }
    if ((old != NULL && ent_revocation_list_number(fresh) <=
                            ent_revocation_list_number(old)) ||
        (old == NULL && peers->state_count == STATES_MAX)) {
        ent_revocation_list_free(&fresh);
        return ENT_OK;
    }
    for (size_t i = 0; i < peers->state_count; i++) {
        if (peers->revocations[i] == old) {
            ent_revocation_list_free(&peers->revocations[i]);
            peers->revocations[i] = peers->revocations[--peers->state_count];
        }
    }
    peers->revocations[peers->state_count++] = fresh;
    ent_log(ENT_LOG_INFO, "peers", "revocation list state=%s number=%llu",
        state, (unsigned long long)ent_revocation_list_number(fresh));
    return keep(node, KIND_REVOCATION, &party, wire, err);
}

enum ent_status
node_peers_learn(
    struct node *node, const struct ent_object *object, struct ent_error *err)
{
    struct ent_address address;
    struct node_peer *peer;
    enum ent_status rc;

    if (object->wire.len == 0) {
        return ENT_OK; /* nothing newer is known there */
    }
    if (object->kind == KIND_REVOCATION) {
        if (strlen(object->subject) > ENT_STATE_MAX) {
            return ent_fail(err, ENT_REJECTED, "that is no state");
        }
        return learn_revocations(node, object->subject, object->wire, err);
    }
    rc = ent_address_parse(ent_view_text(object->subject), &address, err);
    if (rc == ENT_OK) {
        rc = node_peers_get(node, &address, &peer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (object->kind == KIND_CERTIFICATE) {
        return learn_certificate(node, peer, object->wire, err);
    }
    return learn_manifest(node, peer, object->wire, err);
}

bool
node_peers_revoked(struct node *node, const struct ent_certificate *certificate)
{
    const struct ent_revocation_list *list =
        revocations(node, ent_address_state(&certificate->address));

    return list != NULL && ent_revocation_list_has(list, certificate);
}

struct ent_digest
node_peers_revocation(struct node *node, const char *state)
{
    const struct ent_revocation_list *list = revocations(node, state);

    return list == NULL ? (struct ent_digest){{0}}
                        : ent_revocation_list_digest(list);
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
    struct node_key key = node_key_party(&peer->party);
    uint8_t value[8];

    if (incarnation <= peer->highest_incarnation) {
        return ENT_OK;
    }
    if (!node_peers_plausible(node, incarnation)) {
        return ent_fail(err, ENT_REJECTED,
            "%s says its store begins more than a day from now",
            peer->address.text);
    }
    peer->highest_incarnation = incarnation;
    ent_put_be(value, incarnation, sizeof value);
    return node_store_put(node->store, NODE_PEER, node_key_view(&key),
        ent_view_of(value, sizeof value), err);
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
