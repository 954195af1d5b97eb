/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sealing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/copy.h"
#include "node/envelopes.h"
#include "node/gate.h"
#include "node/lifetime.h"
#include "node/pairs.h"
#include "node/proof.h"
#include "node/streams.h"
#include "node/vault.h"
#include "proto/leaves.h"
#include "proto/seal.h"

/* A bundle while it is put together. */
struct sealing {
    struct ent_label label;
    bool paired; /* with a pair key, which the label names */
    struct ent_outgoing outgoing;
    struct ent_digest stream;
    struct ent_bundle_secrets secrets;
    struct ent_bytes body;
    struct ent_bytes label_wire;
    struct ent_bytes head;
};

static void
sealing_fini(struct sealing *sealing)
{
    ent_bundle_secrets_wipe(&sealing->secrets);
    ent_bytes_free(&sealing->body);
    ent_bytes_free(&sealing->label_wire);
    ent_bytes_free(&sealing->head);
}

static enum ent_status
load_outgoing(struct node *node, struct sealing *sealing, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc;

    sealing->stream = ent_chain_genesis(&sealing->label.stream);
    rc = node_stream_get(
        node, NODE_OUTGOING, &sealing->stream, &id, &rest, &row, err);
    if (rc == ENT_NOT_FOUND) {
        ent_outgoing_init(&sealing->label.stream, &sealing->outgoing);
        return ENT_OK;
    }
    return rc != ENT_OK ? rc
                        : ent_outgoing_decode(rest, &sealing->outgoing, err);
}

static struct ent_stream_id
stream_of(const struct node *node, const struct node_batch *batch)
{
    return (struct ent_stream_id){
        .sender = node->self,
        .recipient = batch->peer->address,
        .precedence = batch->precedence,
        .sender_incarnation = node->incarnation,
        .recipient_incarnation = batch->peer->manifest.incarnation,
    };
}

enum ent_status
node_sealing_frozen(struct node *node, const struct node_batch *batch,
    bool *ret_frozen, struct ent_error *err)
{
    struct sealing sealing = {.label.stream = stream_of(node, batch)};
    enum ent_status rc = load_outgoing(node, &sealing, err);

    if (rc == ENT_OK) {
        *ret_frozen = sealing.outgoing.frozen;
    }
    return rc;
}

static enum ent_status
fill_label(struct node *node, const struct node_batch *batch,
    struct sealing *sealing, struct ent_error *err)
{
    const struct ent_sealing_key *key =
        ent_manifest_key(&batch->peer->manifest, node->now_ms);
    uint64_t last =
        node->now_ms + ent_precedence_life_max_ms(batch->precedence);
    struct ent_label *label = &sealing->label;
    size_t line;
    enum ent_status rc;

    label->stream = stream_of(node, batch);
    rc = load_outgoing(node, sealing, err);
    if (rc != ENT_OK) {
        return rc;
    }
    label->suite = ENT_SUITE_X25519;
    label->mode = batch->mode;
    label->first = sealing->outgoing.next;
    label->count = (uint32_t)batch->count;
    label->body_len = (uint32_t)batch->body_len;
    label->previous = sealing->outgoing.chain;
    label->signing_key_id = node_keeper_signer(node->keeper)->key_id;
    label->sealing_key_id = key->key_id;
    label->agreement = node_gate_agreement(node, &batch->peer->address);
    sealing->paired =
        node_pair_demanded(node, &batch->peer->address, &label->psk_id, &line);
    label->sealed_at = node->now_ms;
    label->expires_at = batch->expires_at < last ? batch->expires_at : last;
    return ENT_OK;
}

/* Bound to its place in the stream, and to all plaintext. */
static void
make_seed(struct node *node, const struct node_batch *batch,
    const struct sealing *sealing, uint8_t ret_seed[static 32])
{
    struct node_keeper_message messages[ENT_BUNDLE_MESSAGES_MAX];

    for (size_t i = 0; i < batch->count; i++) {
        messages[i].bytes = batch->list[i].message;
        messages[i].end = batch->list[i].end;
    }
    node_keeper_ephemeral(node->keeper, &sealing->stream, sealing->label.first,
        messages, batch->count, ret_seed);
}

/* And the root of its tree. */
static enum ent_status
seal_body(struct node *node, const struct node_batch *batch,
    struct sealing *sealing, struct node_vault_key *keys, struct ent_error *err)
{
    struct node_envelope envelopes[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_message_key message_keys[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_digest leaves[ENT_BUNDLE_MESSAGES_MAX];
    size_t at = 0;
    enum ent_status rc = ent_bytes_room(batch->body_len, &sealing->body, err);

    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < batch->count; i++) {
        envelopes[i] = (struct node_envelope){.id = ent_id_new(node->now_ms),
            .message = batch->list[i].message,
            .out = sealing->body.data + at};
        at += 4 + ent_seal_envelope_len(envelopes[i].message.len);
    }
    node_envelopes_seal(node->helper, &sealing->secrets, envelopes,
        batch->count, message_keys, leaves);
    for (size_t i = 0; i < batch->count; i++) {
        keys[i].index = (uint32_t)i;
        keys[i].day = batch->list[i].day;
        keys[i].key = message_keys[i];
    }
    sealing->label.root = ent_leaves_root(leaves, batch->count);
    sodium_memzero(message_keys, batch->count * sizeof *message_keys);
    return ENT_OK;
}

static enum ent_status
setup(struct node *node, const struct node_batch *batch,
    struct sealing *sealing, struct ent_error *err)
{
    const struct ent_sealing_key *key =
        ent_manifest_key(&batch->peer->manifest, node->now_ms);
    uint8_t pair[NODE_PAIR_KEY_LEN];
    uint8_t seed[32];
    enum ent_status rc = ENT_OK;

    if (sealing->paired) {
        rc = node_pair_get(node, &sealing->label.psk_id, pair, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND
                   ? ent_fail(err, ENT_REJECTED, "the pair key is not here")
                   : rc;
    }
    make_seed(node, batch, sealing, seed);
    rc = ent_seal_setup(&sealing->label, key->key, seed,
        sealing->paired ? pair : NULL, &sealing->secrets, err);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(pair, sizeof pair);
    return rc;
}

/* Label bytes, signature, head of the frame. */
static enum ent_status
sign(struct node *node, struct sealing *sealing, struct ent_error *err)
{
    struct ent_signatures signatures = {.count = 1};
    struct ent_hop hop = {0};
    enum ent_status rc;

    rc = ent_label_encode(&sealing->label, &sealing->label_wire, err);
    if (rc == ENT_OK) {
        rc = ent_signing_sign(node_keeper_signer(node->keeper), ENT_TYPE_LABEL,
            ent_bytes_view(&sealing->label_wire), &signatures.list[0], err);
    }
    if (rc == ENT_OK) {
        rc = ent_bundle_encode_head(&hop, ent_bytes_view(&sealing->label_wire),
            &signatures, &sealing->head, err);
    }
    return rc;
}

/* ---- keeping ---- */

/* They wait no more. */
static enum ent_status
delete_pending(
    struct node *node, const struct node_batch *batch, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < batch->count; i++) {
        const struct node_key *pending = &batch->list[i].pending;

        if (pending->len > 0) {
            rc = node_store_delete(
                node->store, NODE_PENDING, node_key_view(pending), err);
        }
    }
    return rc;
}

/* Each copy, and of the bundle which of them are plain. */
static enum ent_status
keep_copies(struct node *node, const struct node_batch *batch,
    struct sealing *sealing, uint64_t bundle, const struct ent_id *ids,
    struct ent_error *err)
{
    bool fresh[ENT_BUNDLE_MESSAGES_MAX];
    struct node_outcome outcome;
    struct node_copy_sealed sealed = {.bundle = bundle,
        .first = sealing->label.first,
        .stream =
            ent_view_of(sealing->stream.bytes, sizeof sealing->stream.bytes),
        .expires_at = sealing->label.expires_at,
        .ids = ids,
        .fresh = fresh,
        .count = batch->count};
    enum ent_status rc;

    sealed.stream.data = node_store_keep(node->store, sealed.stream);
    if (sealed.stream.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "keeping a stream's hash");
    }
    for (size_t i = 0; i < batch->count; i++) {
        fresh[i] = batch->list[i].pending.len == 0;
    }
    rc = node_copy_seal(node, &batch->peer->party, &sealed, &outcome, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND
                   ? ent_fail(err, ENT_IO, "a pending message has no copy row")
                   : rc;
    }
    rc = delete_pending(node, batch, err);
    return rc != ENT_OK ? rc : node_outcome_put(node, &outcome, err);
}

static enum ent_status
keep_dispatch(struct node *node, struct sealing *sealing, uint64_t bundle,
    uint64_t until_ms, struct ent_error *err)
{
    Entente__Rest__V1__DispatchRow row = ENTENTE__REST__V1__DISPATCH_ROW__INIT;
    struct node_dispatch dispatch = {.stream = sealing->stream, .row = &row};
    uint8_t nonce[NODE_WRAP_NONCE_LEN];
    uint8_t wrapped[32 + NODE_WRAP_OVERHEAD];
    uint8_t rest[ENT_OUTGOING_REST_LEN];
    enum ent_status rc;

    rc = ent_outgoing_append(&sealing->outgoing, &sealing->label,
        ent_bytes_view(&sealing->label_wire), &dispatch.state, err);
    if (rc != ENT_OK) {
        return rc;
    }
    node_keeper_wrap(node->keeper,
        ent_view_of(dispatch.state.label_hash.bytes, sizeof(struct ent_digest)),
        ent_view_of(sealing->secrets.receipt, sizeof sealing->secrets.receipt),
        nonce, wrapped);
    row.bundle = bundle;
    row.keep_until = until_ms;
    row.nonce = (ProtobufCBinaryData){.data = nonce, .len = sizeof nonce};
    row.receipt_secret =
        (ProtobufCBinaryData){.data = wrapped, .len = sizeof wrapped};
    row.body_len = sealing->label.body_len;
    rc = node_dispatch_put(node, &dispatch, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_outgoing_encode(&sealing->outgoing, rest);
    return node_stream_put(node, NODE_OUTGOING, &sealing->stream,
        &sealing->label.stream, ent_view_of(rest, sizeof rest), err);
}

static enum ent_status
keep(struct node *node, const struct node_batch *batch, struct sealing *sealing,
    struct node_vault_key *keys, struct ent_error *err)
{
    struct ent_id ids[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_digest label_hash =
        ent_digest_of(ent_bytes_view(&sealing->label_wire));
    struct node_vault_bundle kept = {
        .head = ent_bytes_view(&sealing->head),
        .body = ent_bytes_view(&sealing->body),
        .own = &sealing->body,
        .outgoing = true,
        .at_ms = node->now_ms,
        .ids = ids,
        .id_count = batch->count,
        .keys = keys,
        .key_count = batch->count,
        .until_ms = sealing->label.expires_at + NODE_ANSWER_LIFE_MS,
    };
    uint64_t bundle;
    enum ent_status rc;

    for (size_t i = 0; i < batch->count; i++) {
        ids[i] = batch->list[i].id;
    }
    rc = node_vault_put(node->store, node->slots, &kept, &bundle, err);
    if (rc == ENT_OK) {
        rc = node_lifetime_put(node->store, NODE_LIFE_DELIVERY, bundle,
            sealing->label.expires_at + ENT_EXPIRY_GRACE_MS, err);
    }
    if (rc == ENT_OK) {
        rc = keep_copies(node, batch, sealing, bundle, ids, err);
    }
    if (rc == ENT_OK) {
        rc = keep_dispatch(node, sealing, bundle, kept.until_ms, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_record(node, NODE_ENTRY_BUNDLE_OUT, &batch->peer->party,
        &label_hash, &sealing->label.root, sealing->label.count, err);
    return rc != ENT_OK ? rc
                        : node_proof_entry_put(node, &sealing->stream,
                              sealing->label.first, err);
}

enum ent_status
node_sealing_run(
    struct node *node, const struct node_batch *batch, struct ent_error *err)
{
    ENT_AUTO(sealing_fini) struct sealing sealing = {0};
    struct node_vault_key *keys = calloc(batch->count, sizeof *keys);
    enum ent_status rc;

    if (keys == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating message keys");
    }
    rc = fill_label(node, batch, &sealing, err);
    if (rc == ENT_OK && sealing.outgoing.frozen) {
        rc = ent_fail(err, ENT_REJECTED, "the stream to %s forked",
            batch->peer->address.text);
    }
    if (rc == ENT_OK) {
        rc = setup(node, batch, &sealing, err);
    }
    if (rc == ENT_OK) {
        rc = seal_body(node, batch, &sealing, keys, err);
    }
    if (rc == ENT_OK) {
        rc = sign(node, &sealing, err);
    }
    if (rc == ENT_OK) {
        rc = keep(node, batch, &sealing, keys, err);
    }
    sodium_memzero(keys, batch->count * sizeof *keys);
    free(keys);
    return rc;
}
