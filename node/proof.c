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

enum ent_status
node_proof_entry_put(struct node *node, const struct ent_digest *stream,
    uint64_t first, struct ent_error *err)
{
    struct node_key place = place_of(NODE_PROOF_ENTRY, stream, first);
    uint8_t value[8];

    ent_put_be(value, node_journal_last(node->journal), sizeof value);
    return node_store_put(node->store, NODE_PROOF, node_key_view(&place),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_proof_entry_get(struct node *node, const struct ent_digest *stream,
    uint64_t first, uint64_t *ret_sequence, struct ent_error *err)
{
    struct node_key place = place_of(NODE_PROOF_ENTRY, stream, first);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_PROOF, node_key_view(&place), &value, err);

    if (rc == ENT_OK && value.len != 8) {
        return ent_fail(err, ENT_IO, "a place in the journal is odd");
    }
    if (rc == ENT_OK) {
        *ret_sequence = ent_get_be(value.data, 8);
    }
    return rc;
}

#define SECRET_LEN 32

enum ent_status
node_proof_secret_put(struct node *node, const struct ent_digest *stream,
    uint64_t first, const struct ent_digest *label_hash,
    const uint8_t secret[static 32], struct ent_error *err)
{
    struct node_key place = place_of(NODE_PROOF_SECRET, stream, first);
    uint8_t value[NODE_WRAP_NONCE_LEN + SECRET_LEN + NODE_WRAP_OVERHEAD];

    node_keeper_wrap(node->keeper,
        ent_view_of(label_hash->bytes, sizeof label_hash->bytes),
        ent_view_of(secret, SECRET_LEN), value, value + NODE_WRAP_NONCE_LEN);
    return node_store_put(node->store, NODE_PROOF, node_key_view(&place),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_proof_secret_get(struct node *node, const struct ent_digest *stream,
    uint64_t first, const struct ent_digest *label_hash,
    uint8_t ret_secret[static 32], struct ent_error *err)
{
    struct node_key place = place_of(NODE_PROOF_SECRET, stream, first);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_PROOF, node_key_view(&place), &value, err);

    if (rc == ENT_OK && value.len < NODE_WRAP_NONCE_LEN) {
        return ent_fail(err, ENT_IO, "the key to an answer is odd");
    }
    return rc != ENT_OK
               ? rc
               : node_keeper_unwrap(node->keeper,
                     ent_view_of(label_hash->bytes, sizeof label_hash->bytes),
                     ent_view_of(value.data, NODE_WRAP_NONCE_LEN),
                     ent_view_of(value.data + NODE_WRAP_NONCE_LEN,
                         value.len - NODE_WRAP_NONCE_LEN),
                     ret_secret, SECRET_LEN, err);
}
