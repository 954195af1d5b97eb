/* SPDX-License-Identifier: Apache-2.0 */
#include "node/desk.h"

#include <string.h>

#include "node/assembly.h"
#include "node/correction.h"
#include "node/desks.h"
#include "node/index.h"
#include "node/ladder.h"
#include "node/lifecycle.h"
#include "node/need.h"
#include "node/onward.h"
#include "node/passing.h"
#include "node/reply.h"
#include "node/signers.h"

enum ent_status
node_seen_get(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_seen_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_seen(sender, id);

    return node_row_get(node->store, NODE_SEEN, node_key_view(&key),
        &entente__rest__v1__seen_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

enum ent_status
node_seen_put(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const node_seen_row *row, struct ent_error *err)
{
    struct node_key key = node_key_seen(sender, id);

    return node_row_put(
        node->store, NODE_SEEN, node_key_view(&key), &row->base, err);
}

enum ent_status
node_desk_get(struct node *node, uint64_t sequence, node_desk_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);

    return node_row_get(node->store, NODE_DESK, node_key_view(&key),
        &entente__rest__v1__desk_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

enum ent_status
node_desk_next(struct node *node, uint64_t from, uint64_t *ret_sequence,
    node_desk_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_u64(from);
    struct ent_view value;
    enum ent_status rc = node_store_seek(
        node->store, NODE_DESK, node_key_view(&key), 0, key.bytes, &value, err);

    if (rc != ENT_OK) {
        return rc;
    }
    *ret_sequence = ent_get_be(key.bytes, 8);
    return node_row_unpack(value, &entente__rest__v1__desk_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

enum ent_status
node_desk_walk(struct node *node, uint64_t from, struct ent_kv_cursor **cursor,
    struct ent_arena *arena, uint64_t *ret_sequence, node_desk_row **ret_row,
    struct ent_error *err)
{
    struct node_key first = node_key_u64(from);
    struct ent_view key;
    struct ent_view value;
    enum ent_status rc;

    if (*cursor != NULL) {
        rc = ent_kv_cursor_next(*cursor, &key, &value, err);
    } else {
        rc = node_store_cursor(node->store, NODE_DESK, cursor, err);
        if (rc == ENT_OK) {
            rc = ent_kv_cursor_seek(
                *cursor, node_key_view(&first), &key, &value, err);
        }
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_sequence = ent_get_be(key.data, 8);
    return node_row_unpack_in(value, &entente__rest__v1__desk_row__descriptor,
        arena, (ProtobufCMessage **)ret_row, err);
}

enum ent_status
node_desk_origin(const node_desk_row *row, struct ent_party *ret_sender,
    struct ent_id *ret_id, struct ent_error *err)
{
    struct ent_address sender;
    enum ent_status rc =
        ent_address_parse(ent_view_text(row->from), &sender, err);

    if (rc != ENT_OK || row->id.len != sizeof ret_id->bytes) {
        return ent_fail(err, ENT_IO, "a desk row does not say whose it is");
    }
    memcpy(ret_id->bytes, row->id.data, sizeof ret_id->bytes);
    *ret_sender = ent_address_party(&sender);
    return ENT_OK;
}

/* Something of it can still be read. */
static bool
is_read(const node_desk_row *row)
{
    return row != NULL && row->deleted_at == 0;
}

enum ent_status
node_desk_set(struct node *node, uint64_t sequence, const node_desk_row *was,
    const node_desk_row *is, struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);
    struct ent_party sender;
    struct ent_id id;
    enum ent_status rc = node_onward_note(node, sequence, was, is, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_correction_follow_desk(node, sequence, was, is, err);
    if (rc == ENT_OK) {
        rc = node_reply_follow_desk(node, sequence, was, is, err);
    }
    if (rc == ENT_OK) {
        rc = node_need_follow_desk(node, sequence, was, is, err);
    }
    if (rc == ENT_OK && is_read(was) && !is_read(is)) {
        rc = node_index_forget(node, NODE_CAME, sequence, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_tally_desk(&node->tally, was, is);
    if (is == NULL) {
        return node_store_delete(
            node->store, NODE_DESK, node_key_view(&key), err);
    }
    rc = node_row_put(
        node->store, NODE_DESK, node_key_view(&key), &is->base, err);
    if (rc != ENT_OK || is->deleted_at == 0 ||
        (was != NULL && was->deleted_at != 0)) {
        return rc;
    }
    rc = node_desk_origin(is, &sender, &id, err);
    return rc != ENT_OK ? rc : node_assembly_forget(node, &sender, &id, err);
}

enum ent_status
node_desk_put(struct node *node, const node_desk_row *row,
    uint64_t *ret_sequence, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    node_desk_row settled = *row;
    struct ent_party sender;
    struct ent_id id;
    struct node_settled said;
    uint64_t sequence;
    enum ent_status rc;

    rc = node_desk_origin(row, &sender, &id, err);
    if (rc == ENT_OK) {
        rc = node_lifecycle_settle(node, &sender, &id, &settled, &said, err);
    }
    if (rc == ENT_OK) {
        rc = node_number_next(node->store, "desk", &sequence, err);
    }
    if (rc == ENT_OK && settled.deleted_at == 0) {
        rc = node_index_put(node, NODE_CAME, sequence,
            ent_view_of(settled.blinds.data, settled.blinds.len), err);
    }
    if (rc == ENT_OK) {
        rc = node_passing_meet(node, sequence, &settled, err);
    }
    if (rc == ENT_OK) {
        settled.blinds = (ProtobufCBinaryData){0};
        rc = node_desk_set(node, sequence, NULL, &settled, err);
    }
    if (rc == ENT_OK) {
        rc = node_seen_get(node, &sender, &id, &seen, err);
    }
    if (rc == ENT_OK) {
        seen->desk = sequence;
        seen->bundle = row->bundle;
        rc = node_seen_put(node, &sender, &id, seen, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ent_fail(err, ENT_IO,
                                         "a message at the desk was never seen")
                                   : rc;
    }
    rc = node_signers_note(node, &settled, err);
    if (rc == ENT_OK) {
        rc = node_ladder_set(node, sequence, &settled, err);
    }
    if (rc == ENT_OK) {
        rc = node_desks_tell(node, sequence, &settled, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node->arrivals++;
    *ret_sequence = sequence;
    return ENT_OK;
}

enum ent_status
node_desk_hold(struct node *node, const struct ent_digest *stream,
    uint64_t first, node_desk_row **rows, size_t count, struct ent_error *err)
{
    Entente__Rest__V1__HeldRow held = ENTENTE__REST__V1__HELD_ROW__INIT;
    struct node_key key = node_key_stream(stream, first);

    held.rows = rows;
    held.n_rows = count;
    return node_row_put(
        node->store, NODE_HELD, node_key_view(&key), &held.base, err);
}

enum ent_status
node_desk_release(struct node *node, const struct ent_digest *stream,
    uint64_t first, uint64_t missing, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__HeldRow *held = NULL;
    struct node_key key = node_key_stream(stream, first);
    enum ent_status rc;

    rc = node_row_get(node->store, NODE_HELD, node_key_view(&key),
        &entente__rest__v1__held_row__descriptor, (ProtobufCMessage **)&held,
        err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK; /* none of its messages was for the desk */
    }
    for (size_t i = 0; rc == ENT_OK && i < held->n_rows; i++) {
        uint64_t sequence;

        held->rows[i]->missing = missing;
        rc = node_desk_put(node, held->rows[i], &sequence, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_delete(node->store, NODE_HELD, node_key_view(&key), err);
}

enum ent_status
node_desk_acknowledge(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    node_desk_row changed;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && seen->desk == 0)) {
        return ENT_NOT_FOUND;
    }
    if (rc == ENT_OK) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK || row->acknowledged_at != 0) {
        return rc;
    }
    changed = *row;
    changed.acknowledged_at = node->now_ms;
    rc = node_desk_set(node, seen->desk, row, &changed, err);
    if (rc == ENT_OK) {
        struct ent_digest subject = {{0}};

        memcpy(subject.bytes, id->bytes, sizeof id->bytes);
        rc = node_record(node, NODE_ENTRY_ACKNOWLEDGED, sender, &subject,
            &(struct ent_digest){{0}}, 1, err);
    }
    return rc;
}
