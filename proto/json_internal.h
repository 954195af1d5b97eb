/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_internal - what reading and writing JSON share.
 */
#ifndef ENT_PROTO_JSON_INTERNAL_H
#define ENT_PROTO_JSON_INTERNAL_H

#include <jansson.h>

#include "proto/base/pb.h"
#include "proto/base/pb_field.h"

/* Where we are: a chain on the stack, from the value up to the root. */
struct ent_json_path {
    const struct ent_json_path *parent;
    const char *name; /* NULL: an element of a list */
    size_t index;
};

struct ent_json_reader {
    struct ent_arena *arena;
    struct ent_error *err;
};

/* google.protobuf.Timestamp, which is text in JSON. */
bool ent_json_is_timestamp(const ProtobufCMessageDescriptor *descriptor);

/* ENT_BAD_INPUT with "path: what is wrong". */
enum ent_status ent_json_wrong(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const char *format, ...) ENT_PRINTF(3, 4);

/* `word` in quotes, short and safe to print. */
#define ENT_JSON_QUOTE_MAX 72
void ent_json_quote(struct ent_view word, char out[static ENT_JSON_QUOTE_MAX]);

/* Zeroed memory for what is read; ENT_NO_MEMORY when the budget is used up. */
enum ent_status ent_json_alloc(const struct ent_json_reader *reader,
    size_t size, void **ret_memory) ENT_MUST_CHECK;

/* Read a number, truth, text, bytes or code into the field's memory at `at`. */
enum ent_status ent_json_read_scalar(const struct ent_json_reader *reader,
    const struct ent_json_path *path, const ProtobufCFieldDescriptor *field,
    const json_t *value, void *at) ENT_MUST_CHECK;

#endif
