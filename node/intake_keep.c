/* SPDX-License-Identifier: Apache-2.0 */
#include "node/intake_internal.h"

#include <sodium.h>
#include <stdlib.h>

#include "node/lifetime.h"
#include "node/proof.h"
#include "node/receipts.h"
#include "node/share.h"
#include "proto/schema/delivery.pb-c.h"

static enum ent_status
seal_answer(struct node *node, const struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, uint64_t until_ms,
    struct ent_digest *ret_result, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    const struct ent_label *label = &arrival->bundle->label;
    struct ent_outcome *outcomes = calloc(label->count, sizeof *outcomes);
    struct ent_answer reply = {
        .first = label->first,
        .count = label->count,
        .code = ENTENTE__V1__ANSWER_CODE__SETTLED,
        .label_hash = arrival->label_hash,
    };
    enum ent_status rc;

    if (outcomes == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "answering");
    }
    for (uint32_t i = 0; i < label->count; i++) {
        outcomes[i] = arrival->openings[i].outcome;
    }
    rc = ent_outcomes_encode(outcomes, label->count, &plain, err);
    free(outcomes);
    if (rc == ENT_OK) {
        *ret_result = ent_digest_of(ent_bytes_view(&plain));
        rc = ent_seal_outcomes(secrets, &arrival->label_hash,
            ent_bytes_view(&plain), &sealed, err);
    }
    if (rc == ENT_OK) {
        rc = node_receipts_add(
            node, &label->stream, &reply, &sealed, until_ms, err);
    }
    return rc;
}

/* Who reads the desk comes soon; what is not for it is forgotten here. */
static void
keep_opened(struct node *node, struct node_arrival *arrival, uint64_t bundle)
{
    struct node_unsealed *unsealed = arrival->unsealed;

    if (unsealed == NULL) {
        return; /* settled without a look into it */
    }
    for (uint32_t i = 0; i < arrival->bundle->label.count; i++) {
        if (!arrival->openings[i].is_new) {
            node_unsealed_forget(unsealed, i);
        }
    }
    node_opened_keep(
        node_store_opened(node->store), bundle, node->now_ms, unsealed);
}

/* `ret_until_ms`: until when it may be asked for, or has to be shown. */
static enum ent_status
keep_bundle(struct node *node, struct node_arrival *arrival,
    uint64_t *ret_bundle, uint64_t *ret_until_ms, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    struct ent_id ids[ENT_BUNDLE_MESSAGES_MAX];
    struct node_vault_bundle kept = {
        .head = arrival->head,
        .body = arrival->bundle->body,
        .at_ms = node->now_ms,
        .ids = ids,
        .id_count = label->count,
        .keys = calloc(label->count, sizeof *kept.keys),
        .until_ms = label->expires_at + NODE_ANSWER_LIFE_MS,
    };
    bool chunks = true;
    enum ent_status rc;

    if (kept.keys == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "keeping message keys");
    }
    for (uint32_t i = 0; i < label->count; i++) {
        const struct node_opening *opening = &arrival->openings[i];

        chunks = chunks && opening->is_chunk;

        ids[i] = opening->id;
        if (opening->is_new) {
            kept.keys[kept.key_count++] = opening->key;
        }
        if (opening->forget_at > kept.until_ms) {
            kept.until_ms = opening->forget_at;
        }
    }
    if (chunks) {
        kept.body = (struct ent_view){0}; /* they lie elsewhere by now */
    }
    rc = node_vault_put(node->store, node->slots, &kept, ret_bundle, err);
    if (rc == ENT_OK) {
        rc = node_share_add(node, &arrival->peer->party,
            node_space_of(kept.head.len + kept.body.len, label->count), 1, err);
    }
    if (rc == ENT_OK && !chunks) {
        keep_opened(node, arrival, *ret_bundle);
    }
    *ret_until_ms = kept.until_ms;
    sodium_memzero(kept.keys, label->count * sizeof *kept.keys);
    free(kept.keys);
    return rc;
}

/* To the desk now, or held until the gap before it is closed. */
static enum ent_status
hand_over(struct node *node, struct node_arrival *arrival, uint64_t bundle,
    struct ent_error *err)
{
    node_desk_row *rows[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_key_id signed_by = arrival->bundle->label.signing_key_id;
    size_t count = 0;

    for (uint32_t i = 0; i < arrival->bundle->label.count; i++) {
        struct node_opening *opening = &arrival->openings[i];

        if (!opening->is_new) {
            continue;
        }
        opening->row.bundle = bundle;
        opening->row.id.data = opening->id.bytes;
        opening->row.id.len = sizeof opening->id.bytes;
        opening->row.signed_by.data = signed_by.bytes;
        opening->row.signed_by.len = sizeof signed_by.bytes;
        rows[count++] = &opening->row;
    }
    if (arrival->kind != ENT_ARRIVAL_EARLY) {
        return node_desk_put_all(
            node, (const node_desk_row *const *)rows, count, err);
    }
    return count == 0 ? ENT_OK
                      : node_desk_hold(node, &arrival->incoming.stream,
                            arrival->bundle->label.first, rows, count, err);
}

enum ent_status
node_intake_keep(struct node *node, struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    struct ent_digest result = {{0}};
    uint64_t bundle;
    uint64_t until_ms = 0;
    enum ent_status rc = keep_bundle(node, arrival, &bundle, &until_ms, err);

    if (rc == ENT_OK) {
        rc = hand_over(node, arrival, bundle, err);
    }
    if (rc == ENT_OK) {
        rc = node_incoming_hand_over(node, &arrival->incoming.stream,
            arrival->early, arrival->completed, 0, err);
    }
    if (rc == ENT_OK) {
        rc = node_incoming_release_due(
            node, &label->stream, &arrival->incoming, err);
    }
    if (rc == ENT_OK) {
        rc = node_incoming_save(node, &label->stream, &arrival->incoming, err);
    }
    if (rc == ENT_OK) {
        rc = seal_answer(node, arrival, secrets, until_ms, &result, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_record(node, NODE_ENTRY_BUNDLE_IN, &arrival->peer->party,
        &arrival->label_hash, &result, label->count, err);
    if (rc == ENT_OK) {
        rc = node_proof_entry_put(
            node, &arrival->incoming.stream, label->first, err);
    }
    return rc != ENT_OK
               ? rc
               : node_proof_secret_put(node, &arrival->incoming.stream,
                     label->first, &arrival->label_hash, secrets->receipt, err);
}
