/* SPDX-License-Identifier: Apache-2.0 */
#include "node/retention.h"

#include <string.h>

#include "node/desk.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define BLOCKS_MAX 64 /* bundles in one turn */
#define MONTH_MS (UINT64_C(30) * NODE_DAY_MS)

/* One more of that family was deleted: what is kept is a number a month. */
static enum ent_status
count(struct node *node, const node_desk_row *row, struct ent_error *err)
{
    struct node_key key = {.len = 8};
    struct ent_view value;
    uint64_t number = 0;
    uint8_t wire[8];
    enum ent_status rc;

    ent_put_be(key.bytes, row->family, 4);
    ent_put_be(key.bytes + 4, row->received_at / MONTH_MS, 4);
    rc = node_store_get(
        node->store, NODE_COUNT, node_key_view(&key), &value, err);
    if (rc == ENT_OK) {
        number = ent_get_be(value.data, 8);
    } else if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    ent_put_be(wire, number + 1, sizeof wire);
    return node_store_put(node->store, NODE_COUNT, node_key_view(&key),
        ent_view_of(wire, sizeof wire), err);
}

static enum ent_status
tell_desk_entry(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, uint64_t day, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row == NULL || row->day != day || row->deleted) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    row->deleted = true;
    rc = node_desk_set(node, seen->desk, row, err);
    return rc != ENT_OK ? rc : count(node, row, err);
}

/* Every desk entry that lies in that bundle and day. */
static enum ent_status
tell_desk(struct node *node, uint64_t bundle, uint64_t day,
    uint32_t *count_of_messages, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *row = NULL;
    struct ent_bundle decoded;
    struct ent_party sender;
    enum ent_status rc = node_vault_get(node->store, bundle, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *count_of_messages += (uint32_t)row->n_ids;
    if (row->outgoing) {
        return ENT_OK;
    }
    rc = ent_bundle_decode(ent_view_of(row->head.data, row->head.len),
        ent_view_of(row->body.data, row->body.len), &decoded, err);
    if (rc != ENT_OK) {
        return ENT_IO;
    }
    sender = ent_address_party(&decoded.label.stream.sender);
    for (size_t i = 0; rc == ENT_OK && i < row->n_ids; i++) {
        struct ent_id id;

        memcpy(id.bytes, row->ids[i].data, sizeof id.bytes);
        rc = tell_desk_entry(node, &sender, &id, day, err);
    }
    return rc;
}

enum ent_status
node_retention_run(struct node *node, uint64_t *ret_day, uint64_t *ret_due,
    struct ent_error *err)
{
    uint64_t today = node->now_ms / NODE_DAY_MS;
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_KEYS);
    struct ent_digest subject = {{0}};
    uint32_t messages = 0;
    size_t blocks = 0;
    enum ent_status rc = ENT_OK;

    for (; blocks < BLOCKS_MAX; blocks++) {
        rc = node_store_seek(
            node->store, NODE_KEYS, ent_view_of(key, len), 0, key, NULL, err);
        if (rc != ENT_OK || ent_get_be(key, 8) > today) {
            break;
        }
        rc = tell_desk(
            node, ent_get_be(key + 8, 8), ent_get_be(key, 8), &messages, err);
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_KEYS, ent_view_of(key, len), err);
        }
        if (rc != ENT_OK || !node_key_after(key, len)) {
            break;
        }
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    /* Keys are destroyed only when all that they wrapped has been told. */
    *ret_day = blocks < BLOCKS_MAX ? today + 1 : 0;
    *ret_due = blocks < BLOCKS_MAX ? (today + 1) * NODE_DAY_MS : node->now_ms;
    if (messages == 0) {
        return ENT_OK;
    }
    ent_put_be(subject.bytes, today, 8);
    ent_log(ENT_LOG_INFO, "retention", "deleting messages=%u", messages);
    return node_record(node, NODE_ENTRY_DELETED, &node->party, &subject,
        &(struct ent_digest){{0}}, messages, err);
}

enum ent_status
node_retention_destroy(struct node *node, uint64_t day, struct ent_error *err)
{
    size_t destroyed = 0;
    enum ent_status rc =
        node_slots_destroy(node->slots, day, 0, &destroyed, err);

    if (rc == ENT_OK && destroyed > 0) {
        ent_log(ENT_LOG_INFO, "retention", "destroyed keys=%zu", destroyed);
    }
    return rc;
}
