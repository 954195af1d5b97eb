/* SPDX-License-Identifier: Apache-2.0 */
#include "node/tombstones.h"

#include <string.h>

#include "node/consent.h"
#include "node/emergency.h"
#include "node/link.h"

/* What was kept because of the message. */
static enum ent_status
forget_what_it_gave(
    struct node *node, const node_desk_row *row, struct ent_error *err)
{
    struct ent_address sender;
    struct ent_party party;
    struct ent_id id;
    enum ent_status rc;

    if (row->id.len != sizeof id.bytes ||
        ent_address_parse(ent_view_text(row->from), &sender, NULL) != ENT_OK) {
        return ENT_OK;
    }
    memcpy(id.bytes, row->id.data, sizeof id.bytes);
    party = ent_address_party(&sender);
    rc = node_link_forget(node, &id, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_emergency_forget(node, &party, &id, err);
    return rc != ENT_OK ? rc : node_consent_forget(node, &party, &id, err);
}

enum ent_status
node_tombstone_desk(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err)
{
    node_desk_row stone = ENTENTE__REST__V1__DESK_ROW__INIT;
    enum ent_status rc = forget_what_it_gave(node, row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    stone.id = row->id;
    stone.from = row->from;
    stone.bundle = row->bundle;
    stone.index = row->index;
    stone.day = row->day;
    stone.received_at = row->received_at;
    stone.clause = row->clause;
    stone.keep_line = row->keep_line;
    stone.aggregate = row->aggregate;
    stone.signed_by = row->signed_by;
    stone.fate = row->fate;
    stone.fate_by = row->fate_by;
    stone.fate_at = row->fate_at;
    stone.raised = row->raised;
    stone.deleted_at = node->now_ms;
    return node_desk_set(node, sequence, row, &stone, err);
}

enum ent_status
node_tombstone_copy(struct node *node, const struct ent_id *id,
    const struct ent_party *party, const node_copy_row *row,
    struct ent_error *err)
{
    char *none = (char *)(uintptr_t)protobuf_c_empty_string;
    node_copy_row stone = *row;
    enum ent_status rc = node_consent_forget(node, party, id, err);

    if (rc == ENT_OK) {
        rc = node_emergency_forget(node, &node->party, id, err);
    }
    if (rc == ENT_OK) {
        rc = node_link_forget(node, id, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    stone.family = 0;
    stone.content = (ProtobufCBinaryData){0}; /* guesses could be tried */
    stone.sentence = none;
    stone.acknowledged_at = 0;
    stone.acknowledged_by = none;
    stone.used_where = none;
    stone.answer_clause = none;
    stone.deleted_at = node->now_ms;
    return node_copy_set(node, id, party, row, &stone, err);
}

static bool
has_stood(const struct node *node, uint64_t deleted_at)
{
    return deleted_at != 0 && node->now_ms >= deleted_at + NODE_TOMBSTONE_MS;
}

/* The first entry of the desk, if it may go. */
static enum ent_status
prune_desk(struct node *node, bool *ret_gone, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    uint64_t sequence;
    enum ent_status rc = node_desk_next(node, 1, &sequence, &row, err);

    *ret_gone = rc == ENT_OK && has_stood(node, row->deleted_at);
    if (!*ret_gone) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_desk_set(node, sequence, row, NULL, err);
}

/* The first submission from `*number` on, if it may go. */
static enum ent_status
prune_copy(
    struct node *node, uint64_t *number, bool *ret_gone, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct node_numbered_copy copy;
    enum ent_status rc = node_numbered_next(node, number, &copy, err);

    *ret_gone = false;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = node_copy_get(node, &copy.id, &copy.to, &row, err);
    if (rc != ENT_OK || !has_stood(node, row->deleted_at)) {
        return rc;
    }
    *ret_gone = true;
    rc = node_copy_set(node, &copy.id, &copy.to, row, NULL, err);
    return rc != ENT_OK ? rc : node_numbered_delete(node, *number, err);
}

enum ent_status
node_tombstones_prune(struct node *node, size_t *budget, struct ent_error *err)
{
    bool gone = true;
    uint64_t number = 0; /* what is before goes by it */
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && gone && *budget > 0) {
        rc = prune_desk(node, &gone, err);
        *budget -= gone ? 1 : 0;
    }
    gone = true;
    while (rc == ENT_OK && gone && *budget > 0) {
        rc = prune_copy(node, &number, &gone, err);
        *budget -= gone ? 1 : 0;
    }
    return rc;
}
