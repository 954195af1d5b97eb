/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pb_field - one field of any message, by its descriptor: for walks over all
 * that a message holds, whatever its type.
 */
#ifndef ENT_PROTO_BASE_PB_FIELD_H
#define ENT_PROTO_BASE_PB_FIELD_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <string.h>

#include "proto/base/bytes.h"

#define ENT_PB_JSON_NAME_MAX 64

/* Its name in JSON: "drug_seizure" is "drugSeizure". */
void ent_pb_json_name(const ProtobufCFieldDescriptor *field,
    char out[static ENT_PB_JSON_NAME_MAX]);

/* It is a member of a oneof. */
static inline bool
ent_pb_is_choice(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* Of a oneof's member: the chosen one. */
static inline bool
ent_pb_is_chosen(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    uint32_t chosen;

    memcpy(&chosen, (const uint8_t *)message + field->quantifier_offset,
        sizeof chosen);
    return chosen == field->id;
}

/* A oneof: its members that stand one behind the other in the fields of a type,
 * from place `first` to before `end`, and which of them was chosen. */
struct ent_pb_choice {
    const ProtobufCFieldDescriptor *chosen; /* NULL: none of these */
    unsigned first;
    unsigned end;
};

/* Of the member at `place`. */
struct ent_pb_choice ent_pb_choice_at(
    const ProtobufCMessage *message, unsigned place);

/* What ent_pb_next_place says of a member. */
unsigned ent_pb_next_chosen(const ProtobufCMessage *message, unsigned place);

/* The place of the field at `place`, or of the next that is no member of a
 * oneof or the chosen one; the count of fields behind the last. Walks of what a
 * message holds go by it: of a hundred families one is there. */
static inline unsigned
ent_pb_next_place(const ProtobufCMessage *message, unsigned place)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    return place < type->n_fields && ent_pb_is_choice(&type->fields[place])
               ? ent_pb_next_chosen(message, place)
               : place;
}

/* Is any bit of the `len` bytes there 1? At most eight. */
static inline bool
ent_pb_is_set(const uint8_t *at, size_t len)
{
    uint64_t value = 0;

    memcpy(&value, at, len);
    return value != 0;
}

static inline bool
ent_pb_is_text(const uint8_t *at)
{
    const char *text;

    memcpy(&text, at, sizeof text);
    return text != NULL && text[0] != '\0';
}

/* Not the value that proto3 gives a field nobody set; of a oneof, the member
 * that was chosen and is something. */
static inline bool
ent_pb_is_given(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;

    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return ent_pb_is_set(base + field->quantifier_offset, sizeof(size_t));
    }
    if (ent_pb_is_choice(field) && !ent_pb_is_chosen(message, field)) {
        return false;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return ent_pb_is_text(base + field->offset);
    case PROTOBUF_C_TYPE_BYTES: /* by its length */
        return ent_pb_is_set(
            base + field->offset + offsetof(ProtobufCBinaryData, len),
            sizeof(size_t));
    case PROTOBUF_C_TYPE_MESSAGE:
        return ent_pb_is_set(base + field->offset, sizeof(void *));
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return ent_pb_is_set(base + field->offset, sizeof(uint64_t));
    default:
        return ent_pb_is_set(base + field->offset, sizeof(uint32_t));
    }
}

/* As if nobody had set it. Not for members of a oneof. */
void ent_pb_clear(
    ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* How many values: of a list its length, else 1 when it is given. */
size_t ent_pb_count(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/* Where the value, of a list the one at `index`, lies. */
const void *ent_pb_value(const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field, size_t index);

/* Bytes of one value in memory. */
size_t ent_pb_value_size(ProtobufCType type);

#endif
