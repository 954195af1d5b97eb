/* SPDX-License-Identifier: Apache-2.0 */
#include "node/proof.h"

#include <string.h>

static struct node_key
place_of(
    enum node_proof_kind kind, const struct ent_digest *stream, uint64_t first)
{
    struct node_key place = node_key_stream(stream, first);

    memmove(place.bytes + 1, place.bytes, place.len);
    place.bytes[0] = (uint8_t)kind;
    place.len++;
    return place;
}

enum ent_status
node_proof_put(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, struct ent_view wire,
    struct ent_error *err)
{
    struct node_key place = place_of(kind, stream, first);
    struct ent_digest digest = ent_digest_of(wire);
    struct node_key name = node_key_digest(&digest);
    struct ent_view known;
    enum ent_status rc;

    rc = node_store_get(
        node->store, NODE_HEARD, node_key_view(&name), &known, err);
    if (rc == ENT_NOT_FOUND) {
        rc = node_store_put(
            node->store, NODE_HEARD, node_key_view(&name), wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_put(node->store, NODE_PROOF, node_key_view(&place),
        ent_view_of(digest.bytes, sizeof digest.bytes), err);
}

enum ent_status
node_proof_get(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, struct ent_view *ret_wire,
    struct ent_error *err)
{
    struct node_key place = place_of(kind, stream, first);
    struct ent_view digest;
    enum ent_status rc = node_store_get(
        node->store, NODE_PROOF, node_key_view(&place), &digest, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_store_get(node->store, NODE_HEARD, digest, ret_wire, err);
    return rc == ENT_NOT_FOUND
               ? ent_fail(err, ENT_IO, "a receipt that was kept is missing")
               : rc;
}
