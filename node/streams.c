/* SPDX-License-Identifier: Apache-2.0 */
#include "node/streams.h"

#include <string.h>

enum ent_status
node_stream_get(struct node *node, enum node_table table,
    const struct ent_digest *stream, struct ent_stream_id *ret_id,
    struct ent_view *ret_state, Entente__Rest__V1__StreamRow **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_digest(stream);
    Entente__Rest__V1__StreamRow *row = NULL;
    enum ent_status rc;

    rc = node_row_get(node->store, table, node_key_view(&key),
        &entente__rest__v1__stream_row__descriptor, (ProtobufCMessage **)&row,
        err);
    if (rc != ENT_OK) {
        return rc;
    }
    memset(ret_id, 0, sizeof *ret_id);
    ret_id->precedence = row->precedence;
    ret_id->sender_incarnation = row->sender_incarnation;
    ret_id->recipient_incarnation = row->recipient_incarnation;
    rc = ent_address_parse(ent_view_text(row->sender), &ret_id->sender, err);
    if (rc == ENT_OK) {
        rc = ent_address_parse(
            ent_view_text(row->recipient), &ret_id->recipient, err);
    }
    if (rc != ENT_OK) {
        node_row_free(&row);
        return ENT_IO;
    }
    *ret_state = ent_view_of(row->state.data, row->state.len);
    *ret_row = row;
    return ENT_OK;
}

enum ent_status
node_stream_put(struct node *node, enum node_table table,
    const struct ent_digest *stream, const struct ent_stream_id *id,
    struct ent_view state, struct ent_error *err)
{
    Entente__Rest__V1__StreamRow row = ENTENTE__REST__V1__STREAM_ROW__INIT;
    struct node_key key = node_key_digest(stream);

    row.sender = (char *)(uintptr_t)id->sender.text;
    row.recipient = (char *)(uintptr_t)id->recipient.text;
    row.precedence = id->precedence;
    row.sender_incarnation = id->sender_incarnation;
    row.recipient_incarnation = id->recipient_incarnation;
    row.state.data = (uint8_t *)(uintptr_t)state.data;
    row.state.len = state.len;
    return node_row_put(
        node->store, table, node_key_view(&key), &row.base, err);
}
