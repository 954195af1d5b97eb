/* SPDX-License-Identifier: Apache-2.0 */
#include "node/retention.h"

#include <string.h>

#include "node/census.h"
#include "node/counts.h"
#include "node/tombstones.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/schema/api.pb-c.h"
#include "proto/schema/common.pb-c.h"

/* Messages of one bundle whose last day is over. */
struct burial {
    uint64_t day;
    uint64_t bundle;
    bool counts;        /* real traffic: no exercise, no test */
    uint32_t *messages; /* how many were deleted */
    struct ent_address sender;
    struct ent_address recipient;
};

/* ---- one message ---- */

static enum ent_status
bury_received(struct node *node, const struct burial *burial,
    const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct ent_party sender = ent_address_party(&burial->sender);
    enum ent_status rc = node_seen_get(node, &sender, id, &seen, err);

    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row == NULL || row->day != burial->day ||
        row->bundle != burial->bundle || row->deleted_at != 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    (*burial->messages)++;
    if (row->aggregate && burial->counts) {
        rc = node_census_bury_desk(node, row, err);
    }
    if (rc == ENT_OK) {
        rc = node_tombstone_desk(node, seen->desk, row, err);
    }
    if (rc != ENT_OK || !row->aggregate || !burial->counts) {
        return rc;
    }
    return node_counts_add(node, row->family, false,
        ent_address_state(&burial->sender), row->received_at, err);
}

static enum ent_status
bury_sent(struct node *node, const struct burial *burial,
    const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party recipient = ent_address_party(&burial->recipient);
    enum ent_status rc = node_copy_get(node, id, &recipient, &row, err);

    if (rc != ENT_OK || row->day != burial->day ||
        row->bundle != burial->bundle || row->deleted_at != 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    (*burial->messages)++;
    if (row->aggregate && burial->counts) {
        rc = node_census_bury_copy(node, id, row, err);
    }
    if (rc == ENT_OK) {
        rc = node_tombstone_copy(node, id, &recipient, row, err);
    }
    if (rc != ENT_OK || !row->aggregate || !burial->counts ||
        row->state != ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED) {
        return rc;
    }
    return node_counts_add(node, row->family, true,
        ent_address_state(&burial->recipient), row->accepted_at, err);
}

/* Every message of that bundle and day. */
static enum ent_status
bury_block(struct node *node, uint64_t day, uint64_t bundle, size_t *budget,
    uint32_t *messages, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    struct burial burial = {.day = day, .bundle = bundle, .messages = messages};
    struct ent_label label;
    enum ent_status rc =
        node_vault_label(node->store, bundle, &kept, &label, err);

    if (rc != ENT_OK) {
        return rc;
    }
    burial.counts = label.mode == ENTENTE__V1__MODE__ACTUAL;
    burial.sender = label.stream.sender;
    burial.recipient = label.stream.recipient;
    *budget -= *budget < kept->id_count ? *budget : kept->id_count;
    for (size_t i = 0; rc == ENT_OK && i < kept->id_count; i++) {
        rc = kept->outgoing ? bury_sent(node, &burial, &kept->ids[i], err)
                            : bury_received(node, &burial, &kept->ids[i], err);
    }
    return rc;
}

/* ---- the day ---- */

static enum ent_status
note(
    struct node *node, uint64_t today, uint32_t messages, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    uint64_t total;
    enum ent_status rc = node_number_get(node->store, "deleted", &total, err);

    if (rc == ENT_OK) {
        rc = node_number_set(node->store, "deleted", total + messages, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_set(node->store, "deleted_at", node->now_ms, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_put_be(subject.bytes, today, 8);
    ent_log(ENT_LOG_INFO, "retention", "deleting messages=%u", messages);
    return node_record(node, NODE_ENTRY_DELETED, &node->party, &subject,
        &(struct ent_digest){{0}}, messages, err);
}

enum ent_status
node_retention_run(
    struct node *node, size_t *budget, uint64_t *ret_day, struct ent_error *err)
{
    uint64_t today = node->now_ms / NODE_DAY_MS;
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_KEYS);
    uint32_t messages = 0;
    bool done = false;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && *budget > 0) {
        rc = node_store_seek(
            node->store, NODE_KEYS, ent_view_of(key, len), 0, key, NULL, err);
        if (rc == ENT_NOT_FOUND ||
            (rc == ENT_OK && ent_get_be(key, 8) > today)) {
            done = true;
            rc = ENT_OK;
            break;
        }
        if (rc == ENT_OK) {
            rc = bury_block(node, ent_get_be(key, 8), ent_get_be(key + 8, 8),
                budget, &messages, err);
        }
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_KEYS, ent_view_of(key, len), err);
        }
    }
    if (rc != ENT_OK) {
        return rc;
    }
    /* Keys are destroyed only when all that they wrapped has been told. */
    *ret_day = done ? today + 1 : 0;
    return messages == 0 ? ENT_OK : note(node, today, messages, err);
}

enum ent_status
node_retention_destroy(struct node *node, uint64_t day, struct ent_error *err)
{
    size_t destroyed = 0;
    enum ent_status rc =
        node_slots_destroy(node->slots, day, 0, &destroyed, err);

    if (rc == ENT_OK && destroyed > 0) {
        node_opened_clear(node_store_opened(node->store));
        ent_log(ENT_LOG_INFO, "retention", "destroyed keys=%zu", destroyed);
    }
    return rc;
}
