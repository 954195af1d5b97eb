/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb_field.h"

#include <assert.h>
#include <string.h>

#include "proto/base/ascii.h"

void
ent_pb_json_name(const ProtobufCFieldDescriptor *field,
    char out[static ENT_PB_JSON_NAME_MAX])
{
    size_t len = 0;
    bool raise = false;

    assert(strlen(field->name) < ENT_PB_JSON_NAME_MAX);

    for (const char *c = field->name; *c != '\0'; c++) {
        if (*c == '_') {
            raise = true;
            continue;
        }
        out[len++] = raise && ent_is_lower(*c) ? (char)(*c - ('a' - 'A')) : *c;
        raise = false;
    }
    out[len] = '\0';
}

static const void *
member(const ProtobufCMessage *message, size_t offset)
{
    return (const uint8_t *)message + offset;
}

static size_t
list_count(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    size_t count;

    memcpy(&count, member(message, field->quantifier_offset), sizeof count);
    return count;
}

size_t
ent_pb_value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(uint32_t);
    }
}

/* ---- the members of a oneof ---- */

static bool
is_of_choice(const ProtobufCMessageDescriptor *type, unsigned place,
    const ProtobufCFieldDescriptor *member)
{
    return ent_pb_is_choice(&type->fields[place]) &&
           type->fields[place].quantifier_offset == member->quantifier_offset;
}

static struct ent_pb_choice
find_choice(
    const ProtobufCMessageDescriptor *type, unsigned place, uint32_t number)
{
    const ProtobufCFieldDescriptor *member = &type->fields[place];
    struct ent_pb_choice choice = {.first = place, .end = place};

    while (choice.first > 0 && is_of_choice(type, choice.first - 1, member)) {
        choice.first--;
    }
    while (
        choice.end < type->n_fields && is_of_choice(type, choice.end, member)) {
        choice.end++;
    }
    for (unsigned i = choice.first; i < choice.end; i++) {
        if (type->fields[i].id == number) {
            choice.chosen = &type->fields[i];
        }
    }
    return choice;
}

/* A message is walked several times: what was found last is kept at hand. */
struct ent_pb_choice
ent_pb_choice_at(const ProtobufCMessage *message, unsigned place)
{
    static _Thread_local struct {
        const ProtobufCMessageDescriptor *type;
        uint32_t number;
        struct ent_pb_choice choice;
    } last;
    const ProtobufCMessageDescriptor *type = message->descriptor;
    uint32_t number;

    assert(place < type->n_fields && ent_pb_is_choice(&type->fields[place]));

    memcpy(&number, member(message, type->fields[place].quantifier_offset),
        sizeof number);
    if (last.type != type || last.number != number ||
        place < last.choice.first || place >= last.choice.end) {
        last.type = type;
        last.number = number;
        last.choice = find_choice(type, place, number);
    }
    return last.choice;
}

unsigned
ent_pb_next_chosen(const ProtobufCMessage *message, unsigned place)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    while (place < type->n_fields && ent_pb_is_choice(&type->fields[place])) {
        const struct ent_pb_choice choice = ent_pb_choice_at(message, place);

        if (choice.chosen != NULL && choice.chosen >= &type->fields[place]) {
            return (unsigned)(choice.chosen - type->fields);
        }
        place = choice.end;
    }
    return place;
}

/* ---- values ---- */

void
ent_pb_clear(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    uint8_t *value = (uint8_t *)message + field->offset;

    assert(!ent_pb_is_choice(field));

    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        memset(
            (uint8_t *)message + field->quantifier_offset, 0, sizeof(size_t));
        memset(value, 0, sizeof(void *));
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *empty = protobuf_c_empty_string;

        memcpy(value, &empty, sizeof empty);
    } else {
        memset(value, 0, ent_pb_value_size(field->type));
    }
}

size_t
ent_pb_count(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED
               ? list_count(message, field)
               : ent_pb_is_given(message, field);
}

const void *
ent_pb_value(const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field, size_t index)
{
    const uint8_t *list;

    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        return member(message, field->offset);
    }
    assert(index < list_count(message, field));
    memcpy(&list, member(message, field->offset), sizeof list);
    return list + index * ent_pb_value_size(field->type);
}
