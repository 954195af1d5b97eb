/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the store as messages of rest.proto. */
#include "node/store.h"

#include <assert.h>
#include <stdlib.h>

#include "node/packed.h"
#include "node/rest.pb-c.h"

/* The first try at a block for a row: it takes more than its bytes do packed,
 * most of all where a number of one byte becomes one of eight. */
#define SPARE 256
#define TRIES 8

/* The rows that are read for each message. */
static const ProtobufCMessageDescriptor *const whole[] = {
    &entente__rest__v1__copy_row__descriptor,
    &entente__rest__v1__desk_row__descriptor,
    &entente__rest__v1__outcome_row__descriptor,
    &entente__rest__v1__seen_row__descriptor,
    &entente__rest__v1__seen_block_row__descriptor,
    &entente__rest__v1__signer_row__descriptor,
};

static bool
is_whole(const ProtobufCMessageDescriptor *descriptor)
{
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (whole[i] == descriptor) {
            return true;
        }
    }
    return false;
}

/* ENT_NO_MEMORY: it needs more than `size`, or there is none. */
static enum ent_status
unpack_into(size_t size, struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_row,
    struct ent_error *err)
{
    uint8_t *block = calloc(1, size);
    struct ent_arena arena;
    enum ent_status rc;

    if (block == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a stored row");
    }
    ent_arena_over(&arena, block, size);
    rc = node_row_unpack_in(value, descriptor, &arena, ret_row, err);
    if (rc != ENT_OK) {
        free(block);
        return rc;
    }
    assert((void *)*ret_row == (void *)block); /* what node_row_free frees */
    return ENT_OK;
}

static enum ent_status
unpack_whole(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_row,
    struct ent_error *err)
{
    size_t size = descriptor->sizeof_message + 2 * value.len + SPARE;
    enum ent_status rc = unpack_into(size, value, descriptor, ret_row, err);

    for (int i = 1; i < TRIES && rc == ENT_NO_MEMORY; i++) {
        size *= 2;
        rc = unpack_into(size, value, descriptor, ret_row, err);
    }
    return rc;
}

enum ent_status
node_row_unpack(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_row,
    struct ent_error *err)
{
    ProtobufCMessage *row;

    if (is_whole(descriptor)) {
        return unpack_whole(value, descriptor, ret_row, err);
    }
    row = protobuf_c_message_unpack(descriptor, NULL, value.len, value.data);
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
    ENT_AUTO(node_packed_fini) struct node_packed packed;
    enum ent_status rc = node_packed_init(&packed, row, err);

    return rc != ENT_OK ? rc
                        : node_store_put(store, table, key, packed.wire, err);
}

void
node_row_free(void *row_pointer)
{
    ProtobufCMessage **row = row_pointer;

    if (*row == NULL) {
        return;
    }
    if (is_whole((*row)->descriptor)) {
        free(*row);
    } else {
        protobuf_c_message_free_unpacked(*row, NULL);
    }
    *row = NULL;
}
