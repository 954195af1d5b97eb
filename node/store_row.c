/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the store as messages of rest.proto. */
#include "node/store.h"

enum ent_status
node_row_unpack(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_row,
    struct ent_error *err)
{
    ProtobufCMessage *row =
        protobuf_c_message_unpack(descriptor, NULL, value.len, value.data);

    if (row == NULL) {
        return ent_fail(
            err, ENT_IO, "a stored %s cannot be read", descriptor->short_name);
    }
    *ret_row = row;
    return ENT_OK;
}

enum ent_status
node_row_unpack_in(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, struct ent_arena *arena,
    ProtobufCMessage **ret_row, struct ent_error *err)
{
    enum ent_status rc =
        ent_pb_unpack_own(descriptor, value, arena, ret_row, err);

    return rc != ENT_BAD_INPUT
               ? rc
               : ent_fail(err, ENT_IO, "a stored %s cannot be read",
                     descriptor->short_name);
}

enum ent_status
node_row_get(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessageDescriptor *descriptor,
    ProtobufCMessage **ret_row, struct ent_error *err)
{
    struct ent_view value;
    enum ent_status rc;

    rc = node_store_get(store, table, key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_row_unpack(value, descriptor, ret_row, err);
}

enum ent_status
node_row_put(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessage *row, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc = ent_pb_pack(row, &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_put(store, table, key, ent_bytes_view(&wire), err);
}

void
node_row_free(void *row_pointer)
{
    ProtobufCMessage **row = row_pointer;

    if (*row != NULL) {
        protobuf_c_message_free_unpacked(*row, NULL);
        *row = NULL;
    }
}
