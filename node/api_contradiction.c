/* SPDX-License-Identifier: Apache-2.0 */
/* What proves to others that an office changed its journal. */
#include <string.h>

#include "node/api.h"
#include "node/archive.h"
#include "node/witness.h"
#include "proto/contradiction.h"

/* Certificates of the office, each once; they lie in rows and copies. */
struct gathering {
    struct ent_contradiction contradiction;
    struct ent_bytes copies[ENT_CONTRADICTION_CERTIFICATES_MAX];
};

static void
gathering_fini(struct gathering *gathering)
{
    for (size_t i = 0; i < ENT_CONTRADICTION_CERTIFICATES_MAX; i++) {
        ent_bytes_free(&gathering->copies[i]);
    }
}

static enum ent_status
add_certificate(
    struct gathering *gathering, struct ent_view wire, struct ent_error *err)
{
    struct ent_contradiction *contradiction = &gathering->contradiction;
    const size_t count = contradiction->certificate_count;
    enum ent_status rc;

    for (size_t i = 0; i < count; i++) {
        if (ent_view_equal(contradiction->certificates[i], wire)) {
            return ENT_OK;
        }
    }
    if (count == ENT_CONTRADICTION_CERTIFICATES_MAX) {
        return ENT_OK;
    }
    rc = ent_bytes_copy(wire, &gathering->copies[count], err);
    contradiction->certificates[count] =
        ent_bytes_view(&gathering->copies[count]);
    contradiction->certificate_count += rc == ENT_OK;
    return rc;
}

/* The certificate under which a label or a statement was signed;
 * ENT_NOT_FOUND. */
static enum ent_status
find_signer(struct node *node, struct ent_view wire,
    node_certificate_row **ret_row, struct ent_error *err)
{
    struct ent_signatures signatures;
    struct ent_witness witness;
    struct ent_bundle bundle;
    struct ent_view payload;

    if (ent_bundle_decode_head(wire, &bundle, NULL) == ENT_OK) {
        return node_archive_certificate_get(node, &bundle.label.signing_key_id,
            bundle.label.sealed_at, ret_row, err);
    }
    if (ent_witness_peek(wire, &witness, NULL) != ENT_OK ||
        ent_signed_decode(wire, &payload, &signatures, NULL) != ENT_OK) {
        return ENT_NOT_FOUND;
    }
    return node_archive_certificate_get(
        node, &signatures.list[0].key_id, witness.made_at, ret_row, err);
}

/* The one under which a statement, or a note, was signed. */
static enum ent_status
add_signer(struct node *node, const struct node_peer *peer,
    struct gathering *gathering, struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_certificate_row *row = NULL;
    struct ent_checkpoint checkpoint;
    enum ent_status rc = ent_checkpoint_peek(wire, &checkpoint, NULL) == ENT_OK
                             ? node_archive_note_open(node, &peer->address,
                                   wire, &checkpoint, &row, err)
                             : find_signer(node, wire, &row, err);

    if (rc == ENT_REJECTED) {
        return ENT_OK; /* its certificate was revoked since */
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return add_certificate(gathering,
        ent_view_of(row->certificate.data, row->certificate.len), err);
}

static enum ent_status
gather(struct node *node, const struct node_peer *peer,
    const ProtobufCBinaryData *first, const ProtobufCBinaryData *second,
    struct gathering *gathering, struct ent_error *err)
{
    struct ent_contradiction *contradiction = &gathering->contradiction;
    struct ent_view wire;
    enum ent_status rc =
        node_object_get(node, NODE_KIND_CERTIFICATE, &peer->party, &wire, err);

    if (rc == ENT_OK) {
        rc = add_certificate(gathering, wire, err);
    }
    rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
    contradiction->first = ent_view_of(first->data, first->len);
    contradiction->second = ent_view_of(second->data, second->len);
    if (rc == ENT_OK) {
        rc = add_signer(node, peer, gathering, contradiction->first, err);
    }
    return rc != ENT_OK
               ? rc
               : add_signer(node, peer, gathering, contradiction->second, err);
}

static enum ent_status
give(struct node *node, const struct node_peer *peer,
    const ProtobufCBinaryData *first, const ProtobufCBinaryData *second,
    struct ent_arena *arena, ProtobufCBinaryData *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(gathering_fini)
    struct gathering gathering = {.contradiction = {.certificate_count = 0}};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = gather(node, peer, first, second, &gathering, err);

    if (rc == ENT_OK) {
        rc = ent_contradiction_encode(&gathering.contradiction, &wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ret_wire->data = ent_arena_alloc(arena, wire.len);
    if (ret_wire->data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "giving a contradiction");
    }
    memcpy(ret_wire->data, wire.data, wire.len);
    ret_wire->len = wire.len;
    return ENT_OK;
}

enum ent_status
node_api_contradiction(struct node *node,
    const Entente__V1__ContradictionRequest *request, struct ent_arena *arena,
    Entente__V1__ContradictionReply *reply, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    struct ent_address address;
    struct node_peer *peer;
    enum ent_status rc =
        ent_address_parse(ent_view_text(request->address), &address, err);

    if (rc == ENT_OK) {
        rc = node_peers_get(node, &address, &peer, err);
    }
    if (rc == ENT_OK) {
        rc = node_witness_get(node, &peer->party, &row, err);
    }
    if (rc == ENT_NOT_FOUND ||
        (rc == ENT_OK &&
            (request->labels ? row->fork_first.len : row->first.len) == 0)) {
        return ent_fail(err, ENT_NOT_FOUND,
            request->labels
                ? "no two labels of %s for one place are kept here"
                : "nothing that %s said of its journal contradicts another "
                  "thing",
            request->address);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    reply->found_at = request->labels ? row->fork_at : row->found_at;
    return request->labels
               ? give(node, peer, &row->fork_first, &row->fork_second, arena,
                     &reply->contradiction, err)
               : give(node, peer, &row->first, &row->second, arena,
                     &reply->contradiction, err);
}
