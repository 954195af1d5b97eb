/* SPDX-License-Identifier: Apache-2.0 */
#include "node/proof.h"

#include <stdlib.h>
#include <string.h>

#include "node/lifetime.h"
#include "proto/delivery.h"

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

static enum ent_status
store(struct node *node, struct node_proof *proof, struct ent_error *err)
{
    struct node_key name;
    uint64_t number;
    enum ent_status rc = node_number_next(node->store, "heard", &number, err);

    if (rc != ENT_OK) {
        return rc;
    }
    name = node_key_u64(number);
    proof->number = number;
    return node_store_put(
        node->store, NODE_HEARD, node_key_view(&name), proof->wire, err);
}

enum ent_status
node_proof_add(struct node *node, struct node_proof *proof,
    const struct ent_digest *stream, uint64_t first, uint64_t until_ms,
    struct ent_error *err)
{
    struct node_key place = place_of(proof->kind, stream, first);
    struct node_key name;
    enum ent_status rc = proof->number != 0 ? ENT_OK : store(node, proof, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (until_ms > proof->until_ms) {
        proof->until_ms = until_ms;
    }
    name = node_key_u64(proof->number);
    return node_store_put(node->store, NODE_PROOF, node_key_view(&place),
        node_key_view(&name), err);
}

enum ent_status
node_proof_keep(
    struct node *node, const struct node_proof *proof, struct ent_error *err)
{
    if (proof->number == 0) {
        return ENT_OK;
    }
    return node_lifetime_put(node->store,
        proof->kind == NODE_PROOF_RECEIPT ? NODE_LIFE_SETTLED
                                          : NODE_LIFE_CUSTODY,
        proof->number, proof->until_ms, err);
}

enum ent_status
node_proof_get(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, struct ent_view *ret_wire,
    struct ent_error *err)
{
    struct node_key place = place_of(kind, stream, first);
    struct ent_view number;
    enum ent_status rc = node_store_get(
        node->store, NODE_PROOF, node_key_view(&place), &number, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_store_get(node->store, NODE_HEARD, number, ret_wire, err);
    return rc == ENT_NOT_FOUND
               ? ent_fail(err, ENT_IO, "a receipt that was kept is missing")
               : rc;
}

/* It is the proof of that bundle no more, unless a newer one took its place. */
static enum ent_status
prune_place(struct node *node, enum node_proof_kind kind,
    const struct ent_digest *stream, uint64_t first, uint64_t number,
    struct ent_error *err)
{
    struct node_key place = place_of(kind, stream, first);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_PROOF, node_key_view(&place), &value, err);

    if (rc != ENT_OK || ent_get_be(value.data, 8) != number) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_store_delete(
        node->store, NODE_PROOF, node_key_view(&place), err);
}

static enum ent_status
prune_custody(struct node *node, struct ent_view wire, uint64_t number,
    struct ent_error *err)
{
    struct ent_custody custody;
    struct ent_digest stream;
    enum ent_status rc = ent_custody_peek(wire, &custody, err);

    if (rc != ENT_OK) {
        return rc;
    }
    stream = ent_chain_genesis(&custody.stream);
    return prune_place(
        node, NODE_PROOF_CUSTODY, &stream, custody.first, number, err);
}

static enum ent_status
prune_receipt(struct node *node, struct ent_view wire, uint64_t number,
    struct ent_error *err)
{
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    struct ent_digest stream;
    enum ent_status rc;

    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a receipt");
    }
    rc = ent_receipt_peek(wire, receipt, err);
    stream = ent_chain_genesis(&receipt->stream);
    for (size_t i = 0; rc == ENT_OK && i < receipt->answer_count; i++) {
        rc = prune_place(node, NODE_PROOF_RECEIPT, &stream,
            receipt->answers[i].first, number, err);
    }
    free(receipt);
    return rc;
}

enum ent_status
node_proof_prune(struct node *node, enum node_proof_kind kind, uint64_t number,
    struct ent_error *err)
{
    struct node_key name = node_key_u64(number);
    struct ent_view wire;
    enum ent_status rc = node_store_get(
        node->store, NODE_HEARD, node_key_view(&name), &wire, err);

    if (rc == ENT_OK) {
        rc = kind == NODE_PROOF_RECEIPT
                 ? prune_receipt(node, wire, number, err)
                 : prune_custody(node, wire, number, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_store_delete(
        node->store, NODE_HEARD, node_key_view(&name), err);
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

enum ent_status
node_proof_forget(struct node *node, const struct ent_digest *stream,
    uint64_t first, struct ent_error *err)
{
    static const enum node_proof_kind kinds[] = {
        NODE_PROOF_ENTRY, NODE_PROOF_SECRET};
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < sizeof kinds / sizeof kinds[0];
         i++) {
        struct node_key place = place_of(kinds[i], stream, first);

        rc = node_store_delete(
            node->store, NODE_PROOF, node_key_view(&place), err);
    }
    return rc;
}
