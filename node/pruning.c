/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pruning.h"
#include "node/asked.h"

#include <string.h>

#include "node/desk.h"
#include "node/dispatch.h"
#include "node/fate.h"
#include "node/lifetime.h"
#include "node/passing.h"
#include "node/proof.h"
#include "node/pump.h"
#include "node/quota.h"
#include "node/receipts.h"
#include "node/share.h"
#include "node/shelf.h"
#include "node/tombstones.h"
#include "node/upload.h"
#include "node/vault.h"

#define UNSETTLED_MS NODE_DAY_MS /* until it is looked at again */

static void
spend(size_t *budget, size_t rows)
{
    *budget -= *budget < rows ? *budget : rows;
}

/* ---- a bundle that came ---- */

/* What another bundle brought first is that one's affair. */
static enum ent_status
forget_seen(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, uint64_t bundle, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc != ENT_OK || node->now_ms < seen->forget_at ||
        (seen->desk != 0 && seen->bundle != bundle)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_seen_delete(node, sender, id, err);
}

/* Until when its bundle has a use: somebody may have said since it came that a
 * message of it is still needed. */
static enum ent_status
needed_until(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, uint64_t bundle, uint64_t *until_ms,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row == NULL) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (row->bundle == bundle && row->deleted_at == 0 &&
        row->day * NODE_DAY_MS > *until_ms) {
        *until_ms = row->day * NODE_DAY_MS;
    }
    return ENT_OK;
}

static enum ent_status
prune_received(struct node *node, uint64_t number,
    const struct node_bundle *bundle, const struct ent_label *label,
    struct ent_error *err)
{
    struct ent_party sender = ent_address_party(&label->stream.sender);
    struct ent_digest stream = ent_chain_genesis(&label->stream);
    uint64_t until_ms = node->now_ms;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < bundle->id_count; i++) {
        rc = needed_until(
            node, &sender, &bundle->ids[i], number, &until_ms, err);
    }
    if (rc != ENT_OK || until_ms > node->now_ms) {
        return rc != ENT_OK ? rc
                            : node_lifetime_put(node->store, NODE_LIFE_BUNDLE,
                                  number, until_ms, err);
    }
    rc = node_proof_forget(node, &stream, label->first, err);
    for (size_t i = 0; rc == ENT_OK && i < bundle->id_count; i++) {
        rc = forget_seen(node, &sender, &bundle->ids[i], number, err);
    }
    if (rc == ENT_OK) {
        rc = node_share_subtract(node, &sender,
            node_space_of(
                bundle->head.len + bundle->body_len, bundle->id_count),
            1, err);
    }
    return rc != ENT_OK ? rc : node_vault_delete(node->store, number, err);
}

/* ---- a bundle of ours ---- */

static enum ent_status
prune_sent(struct node *node, uint64_t number, const struct ent_label *label,
    struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    struct ent_digest stream = ent_chain_genesis(&label->stream);
    struct node_key place = node_key_stream(&stream, label->first);
    enum ent_status rc =
        node_dispatch_get(node, &stream, label->first, &dispatch, err);

    if (rc == ENT_OK && !node_dispatch_is_final(&dispatch.state)) {
        return node_lifetime_put(node->store, NODE_LIFE_BUNDLE, number,
            node->now_ms + UNSETTLED_MS, err);
    }
    if (rc == ENT_OK) {
        rc = node_store_delete(
            node->store, NODE_DISPATCH, node_key_view(&place), err);
    }
    if (rc == ENT_OK || rc == ENT_NOT_FOUND) {
        rc = node_proof_forget(node, &stream, label->first, err);
    }
    if (rc == ENT_OK) {
        rc = node_outcome_forget(node, number, err);
    }
    return rc != ENT_OK ? rc : node_vault_delete(node->store, number, err);
}

static enum ent_status
prune_bundle(
    struct node *node, uint64_t number, size_t *budget, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct ent_label label;
    enum ent_status rc =
        node_vault_label(node->store, number, &bundle, &label, err);

    if (rc != ENT_OK) {
        return rc;
    }
    spend(budget, bundle->outgoing ? 1 : bundle->id_count);
    return bundle->outgoing ? prune_sent(node, number, &label, err)
                            : prune_received(node, number, bundle, &label, err);
}

static enum ent_status
expire_bundle(
    struct node *node, uint64_t number, size_t *budget, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct ent_digest stream;
    struct ent_label label;
    enum ent_status rc =
        node_vault_label(node->store, number, &bundle, &label, err);

    if (rc != ENT_OK) {
        return rc;
    }
    spend(budget, bundle->id_count);
    stream = ent_chain_genesis(&label.stream);
    return node_pump_expire(node, &stream, label.first, err);
}

/* ---- a submission ---- */

static enum ent_status
bury_copy(struct node *node, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party party;
    struct ent_id id;
    enum ent_status rc =
        node_copy_by_number(node, number, &id, &party, &row, err);

    if (rc != ENT_OK || row->deleted_at != 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_tombstone_copy(node, &id, &party, row, err);
}

/* ---- all ---- */

static enum ent_status
prune(struct node *node, const struct node_life *life, size_t *budget,
    struct ent_error *err)
{
    switch (life->kind) {
    case NODE_LIFE_BUNDLE:
        return prune_bundle(node, life->number, budget, err);
    case NODE_LIFE_RECEIPT:
        return node_receipts_prune(node, life->number, err);
    case NODE_LIFE_SETTLED:
        return node_proof_prune(node, NODE_PROOF_RECEIPT, life->number, err);
    case NODE_LIFE_CUSTODY:
        return node_proof_prune(node, NODE_PROOF_CUSTODY, life->number, err);
    case NODE_LIFE_COPY:
        return bury_copy(node, life->number, err);
    case NODE_LIFE_DELIVERY:
        return expire_bundle(node, life->number, budget, err);
    case NODE_LIFE_UPLOAD:
        return node_upload_prune(node, life->number, err);
    case NODE_LIFE_QUOTA:
        return node_quota_prune(node, life->number, err);
    case NODE_LIFE_PASSING:
        return node_passing_forget(node, life->number, err);
    case NODE_LIFE_ASKED:
        return node_asked_prune(node, life->number, err);
    }
    return ent_fail(err, ENT_IO, "a row of an unknown kind has ended");
}

enum ent_status
node_pruning_run(struct node *node, size_t *budget, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && *budget > 0) {
        struct node_life life;

        rc = node_lifetime_first(node->store, &life, err);
        if (rc == ENT_NOT_FOUND ||
            (rc == ENT_OK && life.until_ms > node->now_ms)) {
            rc = node_fate_prune(node, budget, err);
            rc = rc != ENT_OK ? rc : node_tombstones_prune(node, budget, err);
            return rc != ENT_OK ? rc : node_shelf_yield(node, err);
        }
        spend(budget, 1);
        if (rc == ENT_OK) {
            rc = node_lifetime_delete(node->store, &life, err);
        }
        if (rc == ENT_OK) {
            rc = prune(node, &life, budget, err);
        }
    }
    return rc;
}
