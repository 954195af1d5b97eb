/* SPDX-License-Identifier: Apache-2.0 */
#include "node/sealer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/copy.h"
#include "node/gate.h"
#include "node/peers.h"
#include "node/pending.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/api.pb-c.h"
#include "proto/seal.h"

#define COMPONENT "sealer"
#define BUNDLES_MAX 16                /* in one turn */
#define GROUP_LEN (1 + ENT_PARTY_LEN) /* rank and party */
#define ARENA_LEN ((size_t)2 * 1024 * 1024)

/* A message chosen for the bundle. */
struct chosen {
    struct ent_id id;
    uint64_t number;
    uint64_t day;
    struct ent_bytes message;
    struct node_key pending;
};

/* The bundle that is being made. */
struct batch {
    struct node_peer *peer;
    uint32_t precedence;
    uint32_t mode;
    uint64_t expires_at;
    size_t body_len;
    size_t count;
    struct chosen list[ENT_BUNDLE_MESSAGES_MAX];
};

static void
batch_free(struct batch **batch)
{
    if (*batch == NULL) {
        return;
    }
    for (size_t i = 0; i < (*batch)->count; i++) {
        ent_bytes_free(&(*batch)->list[i].message);
    }
    free(*batch);
    *batch = NULL;
}

/* ---- choosing ---- */

/* A copy that will not be sealed: it has its last state, here. */
static enum ent_status
give_up(struct node *node, const struct ent_id *id,
    const struct ent_party *party, uint32_t state,
    const struct ent_decision *decision, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    node_copy_row changed;
    struct ent_digest none = {{0}};
    enum ent_status rc = node_copy_get(node, id, party, &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    changed = *row;
    changed.state = state;
    changed.settled_at = node->now_ms;
    changed.reason = ENT_REFUSAL_EXPIRED;
    if (decision != NULL) {
        changed.reason = decision->reason;
        changed.clause = (char *)(uintptr_t)decision->clause;
        changed.line = (uint32_t)decision->line;
        changed.sentence = (char *)(uintptr_t)decision->sentence;
    }
    rc = node_copy_put(node, id, party, &changed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_record(node,
        decision == NULL ? NODE_ENTRY_EXPIRED : NODE_ENTRY_REFUSED_HERE, party,
        &none, &none, 1, err);
}

enum choice {
    CHOICE_TAKEN,
    CHOICE_GONE, /* given up: the pending row can go */
    CHOICE_FULL, /* belongs to the next bundle */
};

/* Judge one pending message by the agreement and the clock of now. */
static enum ent_status
choose(struct node *node, struct batch *batch,
    const Entente__Rest__V1__PendingRow *row, struct ent_bytes *message,
    struct ent_arena *arena, enum choice *ret_choice, struct ent_error *err)
{
    struct ent_decision decision;
    struct ent_id id;
    ent_message *decoded;
    uint64_t valid_until;
    size_t len = ent_seal_envelope_len(message->len) + 4;
    enum ent_status rc;

    memcpy(id.bytes, row->id.data, sizeof id.bytes);
    ent_arena_reset(arena);
    rc = ent_message_decode(ent_bytes_view(message), arena, &decoded, err);
    if (rc != ENT_OK) {
        return ENT_IO;
    }
    *ret_choice = CHOICE_GONE;
    valid_until = ent_message_time_ms(decoded->valid_until);
    if (valid_until <= node->now_ms) {
        return give_up(node, &id, &batch->peer->party,
            ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED, NULL, err);
    }
    node_gate_out(node, decoded, &batch->peer->address, &decision);
    if (!decision.permit) {
        return give_up(node, &id, &batch->peer->party,
            ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE, &decision, err);
    }
    if (batch->count > 0 && (batch->mode != (uint32_t)decoded->mode ||
                                batch->body_len + len > ENT_BODY_MAX)) {
        *ret_choice = CHOICE_FULL;
        return ENT_OK;
    }
    batch->mode = (uint32_t)decoded->mode;
    batch->body_len += len;
    if (valid_until > batch->expires_at) {
        batch->expires_at = valid_until;
    }
    *ret_choice = CHOICE_TAKEN;
    return ENT_OK;
}

static enum ent_status
consider(struct node *node, struct batch *batch, const uint8_t *key,
    struct ent_view value, struct ent_arena *arena, enum choice *ret_choice,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes message = {0};
    struct chosen *chosen = &batch->list[batch->count];
    enum ent_status rc;

    rc = node_row_unpack(value, &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (row->id.len != sizeof chosen->id.bytes) {
        return ent_fail(err, ENT_IO, "a pending message has no id");
    }
    memcpy(chosen->id.bytes, row->id.data, sizeof chosen->id.bytes);
    rc = node_pending_open(node, row, &message, err);
    if (rc == ENT_NOT_FOUND) { /* its day of deletion has come */
        *ret_choice = CHOICE_GONE;
        return give_up(node, &chosen->id, &batch->peer->party,
            ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED, NULL, err);
    }
    if (rc == ENT_OK) {
        rc = choose(node, batch, row, &message, arena, ret_choice, err);
    }
    if (rc != ENT_OK || *ret_choice != CHOICE_TAKEN) {
        return rc;
    }
    chosen->number = ent_get_be(key + GROUP_LEN, 8);
    chosen->day = row->day;
    chosen->pending.len = node_key_len(NODE_PENDING);
    memcpy(chosen->pending.bytes, key, chosen->pending.len);
    chosen->message = message;
    message = (struct ent_bytes){0};
    batch->count++;
    return ENT_OK;
}

/* Fill the batch from the group that `key` begins with. */
static enum ent_status
fill(struct node *node, struct batch *batch, const uint8_t *group,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = ent_arena_init(&arena, ARENA_LEN, err);

    memcpy(key, group, GROUP_LEN);
    while (rc == ENT_OK && batch->count < ENT_BUNDLE_MESSAGES_MAX) {
        enum choice choice = CHOICE_FULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, node_key_len(NODE_PENDING)), GROUP_LEN, key,
            &value, err);
        if (rc == ENT_NOT_FOUND) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = consider(node, batch, key, value, &arena, &choice, err);
        }
        if (rc == ENT_OK && choice == CHOICE_FULL) {
            return ENT_OK;
        }
        if (rc == ENT_OK && choice == CHOICE_GONE) {
            rc = node_store_delete(node->store, NODE_PENDING,
                ent_view_of(key, node_key_len(NODE_PENDING)), err);
        }
        if (rc == ENT_OK && !node_key_after(key, node_key_len(NODE_PENDING))) {
            return ENT_OK;
        }
    }
    return rc;
}

/* ---- sealing ---- */

/* A bundle while it is put together. */
struct sealing {
    struct ent_label label;
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

static enum ent_status
fill_label(struct node *node, const struct batch *batch,
    struct sealing *sealing, struct ent_error *err)
{
    const struct ent_sealing_key *key =
        ent_manifest_key(&batch->peer->manifest, node->now_ms);
    uint64_t last =
        node->now_ms + ent_precedence_life_max_ms(batch->precedence);
    struct ent_label *label = &sealing->label;
    enum ent_status rc;

    label->stream.sender = node->self;
    label->stream.recipient = batch->peer->address;
    label->stream.precedence = batch->precedence;
    label->stream.sender_incarnation = node->incarnation;
    label->stream.recipient_incarnation = batch->peer->manifest.incarnation;
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
    label->sealed_at = node->now_ms;
    label->expires_at = batch->expires_at < last ? batch->expires_at : last;
    return ENT_OK;
}

/* What the ephemeral key is bound to, besides the position: all plaintext. */
static struct ent_digest
content_digest(const struct batch *batch)
{
    crypto_generichash_state state;
    struct ent_digest digest;

    crypto_generichash_init(&state, NULL, 0, sizeof digest.bytes);
    for (size_t i = 0; i < batch->count; i++) {
        crypto_generichash_update(
            &state, batch->list[i].message.data, batch->list[i].message.len);
    }
    crypto_generichash_final(&state, digest.bytes, sizeof digest.bytes);
    return digest;
}

static enum ent_status
seal_body(struct node *node, const struct batch *batch, struct sealing *sealing,
    struct node_vault_key *keys, struct ent_error *err)
{
    size_t at = 0;
    enum ent_status rc = ent_bytes_alloc(batch->body_len, &sealing->body, err);

    for (size_t i = 0; rc == ENT_OK && i < batch->count; i++) {
        const struct chosen *chosen = &batch->list[i];
        size_t len = ent_seal_envelope_len(chosen->message.len);
        struct ent_id envelope_id = ent_id_new(node->now_ms);

        keys[i].index = (uint32_t)i;
        keys[i].day = chosen->day;
        keys[i].key = ent_seal_message_key(&sealing->secrets, (uint32_t)i);
        ent_put_be(sealing->body.data + at, len, 4);
        rc = ent_seal_envelope(&keys[i].key, &envelope_id, (uint32_t)i,
            ent_bytes_view(&chosen->message), sealing->body.data + at + 4, err);
        at += 4 + len;
    }
    return rc;
}

static enum ent_status
setup(struct node *node, const struct batch *batch, struct sealing *sealing,
    struct ent_error *err)
{
    const struct ent_sealing_key *key =
        ent_manifest_key(&batch->peer->manifest, node->now_ms);
    struct ent_digest content = content_digest(batch);
    uint8_t seed[32];
    enum ent_status rc;

    node_keeper_ephemeral(
        node->keeper, &sealing->stream, sealing->label.first, &content, seed);
    rc = ent_seal_setup(
        &sealing->label, key->key, seed, NULL, &sealing->secrets, err);
    sodium_memzero(seed, sizeof seed);
    return rc;
}

/* Root, label bytes, signature, head of the frame. */
static enum ent_status
sign(struct node *node, struct sealing *sealing, struct ent_error *err)
{
    struct ent_signatures signatures = {.count = 1};
    struct ent_hop hop = {0};
    enum ent_status rc;

    rc = ent_body_root(ent_bytes_view(&sealing->body), sealing->label.count,
        &sealing->label.root, err);
    if (rc == ENT_OK) {
        rc = ent_label_encode(&sealing->label, &sealing->label_wire, err);
    }
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

static enum ent_status
keep_copy(struct node *node, const struct batch *batch,
    const struct sealing *sealing, size_t index, uint64_t bundle,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    const struct chosen *chosen = &batch->list[index];
    node_copy_row changed;
    enum ent_status rc;

    rc = node_copy_get(node, &chosen->id, &batch->peer->party, &row, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND
                   ? ent_fail(err, ENT_IO, "a pending message has no copy row")
                   : rc;
    }
    changed = *row;
    changed.bundle = bundle;
    changed.index = (uint32_t)index;
    changed.first = sealing->label.first;
    changed.stream.data = (uint8_t *)(uintptr_t)sealing->stream.bytes;
    changed.stream.len = sizeof sealing->stream.bytes;
    changed.expires_at = sealing->label.expires_at;
    rc = node_copy_put(node, &chosen->id, &batch->peer->party, &changed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_delete(
        node->store, NODE_PENDING, node_key_view(&chosen->pending), err);
}

static enum ent_status
keep_dispatch(struct node *node, struct sealing *sealing, uint64_t bundle,
    struct ent_error *err)
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
    row.nonce = (ProtobufCBinaryData){.data = nonce, .len = sizeof nonce};
    row.receipt_secret =
        (ProtobufCBinaryData){.data = wrapped, .len = sizeof wrapped};
    row.body_len = sealing->body.len;
    rc = node_dispatch_put(node, &dispatch, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_outgoing_encode(&sealing->outgoing, rest);
    return node_stream_put(node, NODE_OUTGOING, &sealing->stream,
        &sealing->label.stream, ent_view_of(rest, sizeof rest), err);
}

static enum ent_status
keep(struct node *node, const struct batch *batch, struct sealing *sealing,
    struct node_vault_key *keys, struct ent_error *err)
{
    struct ent_id ids[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_digest label_hash =
        ent_digest_of(ent_bytes_view(&sealing->label_wire));
    uint64_t bundle;
    enum ent_status rc;

    for (size_t i = 0; i < batch->count; i++) {
        ids[i] = batch->list[i].id;
    }
    rc = node_vault_put(node->store, node->slots,
        ent_bytes_view(&sealing->head), ent_bytes_view(&sealing->body), true,
        node->now_ms, ids, batch->count, keys, batch->count, &bundle, err);
    for (size_t i = 0; rc == ENT_OK && i < batch->count; i++) {
        rc = keep_copy(node, batch, sealing, i, bundle, err);
    }
    if (rc == ENT_OK) {
        rc = keep_dispatch(node, sealing, bundle, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_record(node, NODE_ENTRY_BUNDLE_OUT, &batch->peer->party,
        &label_hash, &sealing->label.root, sealing->label.count, err);
}

static enum ent_status
seal_batch(struct node *node, const struct batch *batch, struct ent_error *err)
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

/* ---- groups ---- */

/* True when the recipient can be sealed for; what lacks is fetched. Past its
 * epoch the last key we know still serves, while a newer one is asked for. */
static enum ent_status
is_sealable(struct node *node, struct node_peer *peer, bool *ret_sealable,
    struct ent_error *err)
{
    const struct ent_sealing_key *key = NULL;

    *ret_sealable = false;
    if (peer->has_certificate && peer->has_manifest &&
        !node_peers_revoked(node, &peer->certificate) &&
        ent_certificate_check_time(&peer->certificate, node->now_ms, NULL) ==
            ENT_OK) {
        key = ent_manifest_key(&peer->manifest, node->now_ms);
        *ret_sealable = key != NULL;
    }
    if (key != NULL && node->now_ms < key->not_after) {
        return ENT_OK;
    }
    return node_peers_fetch(node, peer, err);
}

static enum ent_status
group_peer(struct node *node, struct ent_view value,
    struct node_peer **ret_peer, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
    struct ent_address address;
    enum ent_status rc;

    rc = node_row_unpack(value, &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&row, err);
    if (rc == ENT_OK) {
        rc = ent_address_parse(ent_view_text(row->to), &address, err);
    }
    return rc != ENT_OK ? ENT_IO
                        : node_peers_get(node, &address, ret_peer, err);
}

/* Seal one bundle of the group at `key`; `ret_sealed` false: nothing could. */
static enum ent_status
seal_group(struct node *node, const uint8_t *key, struct ent_view value,
    bool *ret_sealed, struct ent_error *err)
{
    ENT_AUTO(batch_free) struct batch *batch = calloc(1, sizeof *batch);
    bool sealable = false;
    enum ent_status rc;

    *ret_sealed = false;
    if (batch == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a bundle");
    }
    batch->precedence = ENTENTE__V1__PRECEDENCE__FLASH - key[0];
    rc = group_peer(node, value, &batch->peer, err);
    if (rc == ENT_OK) {
        rc = is_sealable(node, batch->peer, &sealable, err);
    }
    if (rc != ENT_OK || !sealable) {
        return rc;
    }
    rc = fill(node, batch, key, err);
    if (rc != ENT_OK || batch->count == 0) {
        return rc;
    }
    rc = seal_batch(node, batch, err);
    if (rc == ENT_REJECTED || rc == ENT_BAD_INPUT) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "not sealing: %s", err->text);
        return ENT_OK;
    }
    *ret_sealed = rc == ENT_OK;
    return rc;
}

enum ent_status
node_sealer_run(struct node *node, bool *ret_more, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_PENDING);
    size_t bundles = 0;

    *ret_more = false;
    for (;;) {
        struct ent_view value;
        bool sealed;
        enum ent_status rc = node_store_seek(node->store, NODE_PENDING,
            ent_view_of(key, len), 0, key, &value, err);

        if (rc == ENT_NOT_FOUND) {
            return ENT_OK;
        }
        if (rc == ENT_OK && bundles == BUNDLES_MAX) {
            *ret_more = true;
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = seal_group(node, key, value, &sealed, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (sealed) {
            bundles++; /* the same group again, if there is more of it */
            continue;
        }
        memset(key + GROUP_LEN, 0xff, len - GROUP_LEN);
        if (!node_key_after(key, len)) {
            return ENT_OK;
        }
    }
}
