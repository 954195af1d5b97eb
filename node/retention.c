/* SPDX-License-Identifier: Apache-2.0 */
#include "node/retention.h"

#include <string.h>

#include "node/copy.h"
#include "node/counts.h"
#include "node/desk.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/schema/api.pb-c.h"
#include "proto/schema/common.pb-c.h"

#define BLOCKS_MAX 64 /* bundles in one turn */

/* Messages of one bundle whose last day is over. */
struct burial {
    uint64_t day;
    uint64_t bundle;
    bool counts;        /* real traffic: no exercise, no test */
    uint32_t *messages; /* how many were deleted */
    struct ent_address sender;
    struct ent_address recipient;
};

/* ---- tombstones ---- */

/* What a row may still say: which message that was, with which office, when it
 * came, and when and by which clause it was deleted. */
static enum ent_status
bury_desk_row(struct node *node, const struct burial *burial, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err)
{
    node_desk_row stone = ENTENTE__REST__V1__DESK_ROW__INIT;
    enum ent_status rc;

    stone.id = row->id;
    stone.from = row->from;
    stone.bundle = row->bundle;
    stone.index = row->index;
    stone.day = row->day;
    stone.received_at = row->received_at;
    stone.clause = row->clause;
    stone.keep_line = row->keep_line;
    stone.aggregate = row->aggregate;
    stone.deleted_at = node->now_ms;
    rc = node_desk_set(node, sequence, &stone, err);
    if (rc != ENT_OK || !row->aggregate || !burial->counts) {
        return rc;
    }
    return node_counts_add(node, row->family, false,
        ent_address_state(&burial->sender), row->received_at, err);
}

/* The same at its sender. What has no last state yet may get one later. */
static enum ent_status
bury_copy_row(struct node *node, const struct burial *burial,
    const struct ent_id *id, const node_copy_row *row, struct ent_error *err)
{
    struct ent_party party = ent_address_party(&burial->recipient);
    char *none = (char *)(uintptr_t)protobuf_c_empty_string;
    node_copy_row stone = *row;
    enum ent_status rc;

    stone.family = 0;
    stone.content = (ProtobufCBinaryData){0};
    stone.sentence = none;
    stone.acknowledged_at = 0;
    stone.acknowledged_by = none;
    stone.deleted_at = node->now_ms;
    rc = node_copy_put(node, id, &party, &stone, err);
    if (rc != ENT_OK || !row->aggregate || !burial->counts ||
        row->state != ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED) {
        return rc;
    }
    return node_counts_add(node, row->family, true,
        ent_address_state(&burial->recipient), row->accepted_at, err);
}

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
    return bury_desk_row(node, burial, seen->desk, row, err);
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
    return bury_copy_row(node, burial, id, row, err);
}

/* Every message of that bundle and day. */
static enum ent_status
bury_block(struct node *node, uint64_t day, uint64_t bundle, uint32_t *messages,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__BundleRow *row = NULL;
    struct burial burial = {.day = day, .bundle = bundle, .messages = messages};
    struct ent_label label;
    enum ent_status rc =
        node_vault_label(node->store, bundle, &row, &label, err);

    if (rc != ENT_OK) {
        return rc;
    }
    burial.counts = label.mode == ENTENTE__V1__MODE__ACTUAL;
    burial.sender = label.stream.sender;
    burial.recipient = label.stream.recipient;
    for (size_t i = 0; rc == ENT_OK && i < row->n_ids; i++) {
        struct ent_id id;

        memcpy(id.bytes, row->ids[i].data, sizeof id.bytes);
        rc = row->outgoing ? bury_sent(node, &burial, &id, err)
                           : bury_received(node, &burial, &id, err);
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
node_retention_run(struct node *node, uint64_t *ret_day, uint64_t *ret_due,
    struct ent_error *err)
{
    uint64_t today = node->now_ms / NODE_DAY_MS;
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_KEYS);
    uint32_t messages = 0;
    size_t blocks = 0;
    enum ent_status rc = ENT_OK;

    for (; blocks < BLOCKS_MAX; blocks++) {
        rc = node_store_seek(
            node->store, NODE_KEYS, ent_view_of(key, len), 0, key, NULL, err);
        if (rc != ENT_OK || ent_get_be(key, 8) > today) {
            break;
        }
        rc = bury_block(
            node, ent_get_be(key, 8), ent_get_be(key + 8, 8), &messages, err);
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
    return messages == 0 ? ENT_OK : note(node, today, messages, err);
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
