/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb_internal.h"

#include <assert.h>
#include <string.h>

#include "proto/base/pb_field.h"

/*
 * What has been scanned is laid out in memory as protobuf-c would lay it out.
 * It still goes beyond no end: what the scan should have refused ends in false,
 * as a lack of memory does.
 */

/* One field as it travels. */
struct piece {
    uint32_t number;
    unsigned wire_type;
    struct ent_view whole; /* behind the tag */
    struct ent_view bytes; /* without the length in front, if it has one */
    uint64_t value;        /* of a number */
};

static bool
take_fixed(struct ent_view *in, size_t len, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (in->len < len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        value |= (uint64_t)in->data[i] << 8 * i;
    }
    in->data += len;
    in->len -= len;
    *ret_value = value;
    return true;
}

static bool
take_number(struct ent_view *in, unsigned wire_type, uint64_t *ret_value)
{
    switch (wire_type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return ent_pb_take_varint(in, ret_value);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        return take_fixed(in, 4, ret_value);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        return take_fixed(in, 8, ret_value);
    default:
        return false;
    }
}

/* Views are taken apart where they have just been put together in memory: to
 * load both halves at once would wait until they are there. */
static bool
take_piece(struct ent_view *in, struct piece *piece)
{
    struct ent_view rest = ent_view_of(in->data, in->len); /* see above */
    const uint8_t *whole;
    uint64_t tag;
    uint64_t len = 0;

    if (!ent_pb_take_varint(&rest, &tag)) {
        return false;
    }
    whole = rest.data;
    piece->number = (uint32_t)(tag >> 3);
    piece->wire_type = (unsigned)(tag & 7);
    if (piece->wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
        if (!take_number(&rest, piece->wire_type, &piece->value)) {
            return false;
        }
    } else if (!ent_pb_take_varint(&rest, &len) || len > rest.len) {
        return false;
    }
    piece->bytes = ent_view_of(rest.data, (size_t)len);
    *in = ent_view_of(rest.data + len, rest.len - (size_t)len);
    piece->whole = ent_view_of(whole, (size_t)(in->data - whole));
    return true;
}

bool
ent_pb_part(struct ent_view *wire, uint32_t number, struct ent_view *ret_part)
{
    uint64_t tag;
    uint64_t value;
    uint64_t len;

    while (ent_pb_take_varint(wire, &tag)) {
        struct ent_view part;

        if ((tag & 7) != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
            if (!take_number(wire, (unsigned)(tag & 7), &value)) {
                return false;
            }
            continue;
        }
        if (!ent_pb_take_varint(wire, &len) || len > wire->len) {
            return false;
        }
        part = ent_view_of(wire->data, (size_t)len);
        wire->data += len;
        wire->len -= (size_t)len;
        if (tag >> 3 == number) {
            *ret_part = part;
            return true;
        }
    }
    return false;
}

/* ---- values ---- */

static void
put_number(ProtobufCType type, uint64_t value, uint8_t *at)
{
    uint32_t four = (uint32_t)value;

    switch (type) {
    case PROTOBUF_C_TYPE_SINT32:
        four = (four >> 1) ^ ((four & 1) != 0 ? UINT32_MAX : 0);
        break;
    case PROTOBUF_C_TYPE_SINT64:
        value = (value >> 1) ^ ((value & 1) != 0 ? UINT64_MAX : 0);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        four = value != 0;
        break;
    default:
        break;
    }
    if (ent_pb_value_size(type) == sizeof value) {
        memcpy(at, &value, sizeof value);
    } else {
        memcpy(at, &four, sizeof four);
    }
}

/* With `more` zero bytes behind; NULL when there is no memory. */
static void *
copy(struct ent_arena *arena, struct ent_view bytes, size_t more)
{
    uint8_t *const result = ent_arena_alloc(arena, bytes.len + more);

    if (result != NULL && bytes.len > 0) {
        memcpy(result, bytes.data, bytes.len);
    }
    return result;
}

/* One value of `field`, at `at`. */
static bool
put_value(struct ent_arena *arena, const ProtobufCFieldDescriptor *field,
    const struct piece *piece, uint8_t *at)
{
    ProtobufCBinaryData data = {.len = piece->bytes.len};
    ProtobufCMessage *message;
    const char *text;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        text = copy(arena, piece->bytes, 1);
        memcpy(at, &text, sizeof text);
        return text != NULL;
    case PROTOBUF_C_TYPE_BYTES:
        data.data = data.len == 0 ? NULL : copy(arena, piece->bytes, 0);
        memcpy(at, &data, sizeof data);
        return data.len == 0 || data.data != NULL;
    case PROTOBUF_C_TYPE_MESSAGE:
        message = ent_pb_lay_out(field->descriptor, piece->bytes, arena);
        memcpy(at, &message, sizeof message);
        return message != NULL;
    default:
        put_number(field->type, piece->value, at);
        return true;
    }
}

/* ---- lists ---- */

/* A list of `count`, which is not 0, in `message`. */
static uint8_t *
put_list(struct ent_arena *arena, const ProtobufCFieldDescriptor *field,
    size_t count, ProtobufCMessage *message)
{
    uint8_t *const base = (uint8_t *)message;
    const size_t size = ent_pb_value_size(field->type);
    uint8_t *const list = ent_arena_alloc(arena, count * size);

    memcpy(base + field->quantifier_offset, &count, sizeof count);
    memcpy(base + field->offset, &list, sizeof list);
    return list;
}

/* Many numbers in one field: first they are counted. */
static bool
put_packed(struct ent_arena *arena, const ProtobufCFieldDescriptor *field,
    struct ent_view in, ProtobufCMessage *message)
{
    const unsigned wire_type = ent_pb_wire_type(field->type);
    struct ent_view ahead = in;
    uint64_t value;
    size_t count = 0;
    uint8_t *at;

    while (take_number(&ahead, wire_type, &value)) {
        count++;
    }
    if (ahead.len > 0 || count == 0) {
        return false;
    }
    at = put_list(arena, field, count, message);
    for (size_t i = 0; at != NULL && i < count; i++) {
        (void)take_number(&in, wire_type, &value);
        put_number(field->type, value, at + i * ent_pb_value_size(field->type));
    }
    return at != NULL;
}

/* All that follow the first of the same number. */
static bool
put_repeated(struct ent_arena *arena, const ProtobufCFieldDescriptor *field,
    struct piece *piece, struct ent_view *in, ProtobufCMessage *message)
{
    const size_t size = ent_pb_value_size(field->type);
    struct ent_view ahead = ent_view_of(in->data, in->len);
    struct piece next;
    size_t count = 1;
    uint8_t *at;
    bool good;

    while (take_piece(&ahead, &next) && next.number == piece->number) {
        count++;
    }
    at = put_list(arena, field, count, message);
    good = at != NULL && put_value(arena, field, piece, at);
    for (size_t i = 1; good && i < count; i++) {
        good = take_piece(in, piece) &&
               put_value(arena, field, piece, at + i * size);
    }
    return good;
}

/* ---- messages ---- */

static bool
is_known(const ProtobufCMessageDescriptor *type, uint32_t number)
{
    return protobuf_c_message_descriptor_get_field(type, number) != NULL;
}

/* What the schema does not have stands behind all that it has. */
static bool
put_unknown(struct ent_arena *arena, struct piece *piece, struct ent_view in,
    ProtobufCMessage *message)
{
    struct ent_view ahead = in;
    struct piece next;
    unsigned count = 1;

    while (take_piece(&ahead, &next)) {
        if (is_known(message->descriptor, next.number)) {
            return false;
        }
        count++;
    }
    message->unknown_fields =
        ent_arena_alloc(arena, count * sizeof *message->unknown_fields);
    for (unsigned i = 0; message->unknown_fields != NULL; i++) {
        message->unknown_fields[i] = (ProtobufCMessageUnknownField){
            .tag = piece->number,
            .wire_type = (ProtobufCWireType)piece->wire_type,
            .len = piece->whole.len,
            .data = copy(arena, piece->whole, 0),
        };
        message->n_unknown_fields = i + 1;
        if (message->unknown_fields[i].data == NULL) {
            return false;
        }
        if (i + 1 == count) {
            return true;
        }
        (void)take_piece(&in, piece);
    }
    return false;
}

static bool
put_field(struct ent_arena *arena, const ProtobufCFieldDescriptor *field,
    struct piece *piece, struct ent_view *in, ProtobufCMessage *message)
{
    uint8_t *const base = (uint8_t *)message;

    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0
                   ? put_packed(arena, field, piece->bytes, message)
                   : put_repeated(arena, field, piece, in, message);
    }
    assert(field->label == PROTOBUF_C_LABEL_NONE); /* proto3 */

    if (ent_pb_is_choice(field)) {
        memcpy(base + field->quantifier_offset, &field->id, sizeof field->id);
    }
    return put_value(arena, field, piece, base + field->offset);
}

ProtobufCMessage *
ent_pb_lay_out(const ProtobufCMessageDescriptor *type, struct ent_view in,
    struct ent_arena *arena)
{
    ProtobufCMessage *message = ent_arena_alloc(arena, type->sizeof_message);
    const ProtobufCFieldDescriptor *field = type->fields;
    const ProtobufCFieldDescriptor *end = type->fields + type->n_fields;
    struct piece piece;

    if (message == NULL) {
        return NULL;
    }
    protobuf_c_message_init(type, message);
    while (in.len > 0) {
        if (!take_piece(&in, &piece)) {
            return NULL;
        }
        field = ent_pb_field_from(field, end, piece.number);
        if (field == end || field->id != piece.number) {
            return put_unknown(arena, &piece, in, message) ? message : NULL;
        }
        if (!put_field(arena, field, &piece, &in, message)) {
            return NULL;
        }
    }
    return message;
}
