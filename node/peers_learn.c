/* SPDX-License-Identifier: Apache-2.0 */
/* What came about a peer: verified, and kept if it is newer. */
#include <string.h>

#include "node/archive.h"
#include "node/authorities.h"
#include "node/peers_internal.h"
#include "node/pins.h"
#include "node/restitution.h"
#include "node/revocations.h"
#include "node/witness.h"

/* Under the keys that its authority has now: what an older one signs when its
 * time is over counts no more. */
static enum ent_status
verify(struct node *node, const char *state, struct ent_view wire,
    struct ent_rollover *ret_authority, struct ent_certificate *ret_certificate,
    struct ent_error *err)
{
    enum ent_status rc;

    if (!node_authorities_get(node, state, ret_authority)) {
        return ent_fail(err, ENT_REJECTED, "no agreement names its authority");
    }
    rc = ent_authority_open_certificate(
        ret_authority, wire, ret_certificate, err);
    rc = node_authorities_doubt(node, state, rc, err);
    if (rc == ENT_OK && !node->clock_doubt &&
        !ent_authority_is(
            ret_authority, &ret_certificate->authority_key_id, node->now_ms)) {
        rc = ent_fail(err, ENT_REJECTED,
            "certificate: signed by a key that the authority of '%s' has given "
            "up",
            state);
    }
    return rc;
}

static enum ent_status
learn_certificate(struct node *node, struct node_peer *peer,
    struct ent_view wire, struct ent_error *err)
{
    struct ent_rollover authority;
    struct ent_certificate certificate;
    enum ent_status rc = verify(node, ent_address_state(&peer->address), wire,
        &authority, &certificate, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&certificate.address, &peer->address)) {
        return ent_fail(err, ENT_REJECTED, "it is somebody else's");
    }
    if (peer->has_certificate &&
        certificate.serial <= peer->certificate.serial &&
        (node->clock_doubt ||
            ent_authority_is(&authority, &peer->certificate.authority_key_id,
                node->now_ms))) {
        return ENT_OK;
    }
    if (peer->has_certificate &&
        ent_certificate_check_time(&certificate, node->now_ms, err) != ENT_OK) {
        return ENT_REJECTED; /* made in advance: its time is to come */
    }
    rc = node_pin_check(node, &certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    peer->certificate = certificate;
    peer->has_certificate = true;
    peer->has_manifest = false; /* it may have been signed by the old key */
    peer->fetch_at = 0;
    rc = node_archive_certificate(node, &certificate, wire,
        ent_authority_key(&authority, &certificate.authority_key_id), err);
    return rc != ENT_OK ? rc
                        : node_object_put(node, NODE_KIND_CERTIFICATE,
                              &peer->party, wire, err);
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
    rc = node_object_put(node, NODE_KIND_MANIFEST, &peer->party, wire, err);
    if (rc == ENT_OK) {
        rc = node_peers_heard(node, peer, manifest.issued_at, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_peers_incarnation(node, peer, manifest.incarnation, err);
    return rc != ENT_OK ? rc : node_restitution_heed(node, peer, wire, err);
}

/* What an authority says of itself and of its state. */
static enum ent_status
learn_of_state(
    struct node *node, const struct ent_object *object, struct ent_error *err)
{
    if (strlen(object->subject) > ENT_STATE_MAX) {
        return ent_fail(err, ENT_REJECTED, "that is no state");
    }
    return object->kind == NODE_KIND_ROLLOVER
               ? node_authorities_learn(
                     node, object->subject, object->wire, err)
               : node_revocations_learn(
                     node, object->subject, object->wire, err);
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
    if (object->kind == NODE_KIND_REVOCATION ||
        object->kind == NODE_KIND_ROLLOVER) {
        return learn_of_state(node, object, err);
    }
    if (object->kind == NODE_KIND_WITNESS) {
        return node_witness_learn(node, object, err);
    }
    rc = ent_address_parse(ent_view_text(object->subject), &address, err);
    if (rc == ENT_OK) {
        rc = node_peers_get(node, &address, &peer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (object->kind == NODE_KIND_CERTIFICATE) {
        return learn_certificate(node, peer, object->wire, err);
    }
    return learn_manifest(node, peer, object->wire, err);
}
