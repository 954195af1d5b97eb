/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/pb_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb_field.h"

/*
 * A message is packed from its end to its beginning: how long a part of it is,
 * stands in front of it, and is known once it is packed. What comes out is what
 * protobuf-c would write.
 */

#define ROOM 4096
#define PIECE_MIN ((size_t)64 * 1024)
#define PIECE_MAX ((size_t)1024 * 1024)

/* Where there was no room any more it goes on in another piece. */
struct piece {
    struct piece *behind;
    size_t len;
    uint8_t bytes[];
};

/* What is packed lies in front of the end of the last piece, or of the room
 * that was given: `at` is where it begins. */
struct packing {
    uint8_t *at;
    size_t left; /* in front of it */
    size_t len;  /* of all; where it may not go on, of what there had to be */
    bool goes_on;
    bool failed; /* no memory */
    struct piece *pieces;
};

static void
take_piece(struct packing *packing)
{
    const size_t before = packing->pieces == NULL ? 0 : packing->pieces->len;
    const size_t len = before == 0          ? PIECE_MIN
                       : before < PIECE_MAX ? before * 4
                                            : PIECE_MAX;
    struct piece *piece = malloc(sizeof *piece + len);

    if (piece == NULL) {
        packing->failed = true;
        return;
    }
    *piece = (struct piece){.behind = packing->pieces, .len = len};
    packing->pieces = piece;
    packing->at = piece->bytes + len;
    packing->left = len;
}

static void
put_front(struct packing *packing, const uint8_t *data, size_t len)
{
    if (len > 0) {
        packing->at -= len;
        packing->left -= len;
        memcpy(packing->at, data, len);
    }
}

/* Of what has no room its end still has. */
static void
put_in_pieces(struct packing *packing, const uint8_t *data, size_t len)
{
    while (len > packing->left && packing->goes_on && !packing->failed) {
        const size_t some = packing->left;

        put_front(packing, data + len - some, some);
        len -= some;
        take_piece(packing);
    }
    if (len > packing->left) {
        packing->left = 0; /* nor does anything else */
        return;
    }
    put_front(packing, data, len);
}

static void
put(struct packing *packing, const void *data, size_t len)
{
    packing->len += len;
    if (len <= packing->left) {
        put_front(packing, data, len);
    } else {
        put_in_pieces(packing, data, len);
    }
}

/* The same of one: most tags and lengths are. */
static void
put_byte(struct packing *packing, uint8_t byte)
{
    if (packing->left == 0) {
        put(packing, &byte, 1);
        return;
    }
    packing->len++;
    packing->left--;
    *--packing->at = byte;
}

/* ---- numbers ---- */

static void
put_long_varint(struct packing *packing, uint64_t value)
{
    uint8_t bytes[ENT_PB_VARINT_MAX];
    size_t len = 0;

    while (value >= 0x80) {
        bytes[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[len++] = (uint8_t)value;
    put(packing, bytes, len);
}

static inline void
put_varint(struct packing *packing, uint64_t value)
{
    if (value < 0x80) {
        put_byte(packing, (uint8_t)value);
    } else if (value < 0x4000) {
        put_byte(packing, (uint8_t)(value >> 7));
        put_byte(packing, (uint8_t)(value | 0x80));
    } else {
        put_long_varint(packing, value);
    }
}

/* Little-endian. */
static void
put_fixed(struct packing *packing, uint64_t value, size_t len)
{
    uint8_t bytes[sizeof value];

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
    put(packing, bytes, len);
}

static uint32_t
four_at(const void *at)
{
    uint32_t four;

    memcpy(&four, at, sizeof four);
    return four;
}

static uint64_t
eight_at(const void *at)
{
    uint64_t eight;

    memcpy(&eight, at, sizeof eight);
    return eight;
}

static void
put_number(struct packing *packing, ProtobufCType type, const void *at)
{
    uint32_t four;
    uint64_t eight;

    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
        put_varint(packing, (uint64_t)(int64_t)(int32_t)four_at(at));
        break;
    case PROTOBUF_C_TYPE_SINT32:
        four = four_at(at);
        put_varint(packing, (four << 1) ^ (four >> 31 != 0 ? UINT32_MAX : 0));
        break;
    case PROTOBUF_C_TYPE_SINT64:
        eight = eight_at(at);
        put_varint(packing, (eight << 1) ^ (eight >> 63 != 0 ? UINT64_MAX : 0));
        break;
    case PROTOBUF_C_TYPE_BOOL:
        put_varint(packing, four_at(at) != 0);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        put_varint(packing, four_at(at));
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        put_varint(packing, eight_at(at));
        break;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        put_fixed(packing, four_at(at), sizeof four);
        break;
    default:
        put_fixed(packing, eight_at(at), sizeof eight);
        break;
    }
}

/* ---- fields ---- */

static void put_message(
    struct packing *packing, const ProtobufCMessage *message);

static void
put_tag(struct packing *packing, uint32_t number, unsigned wire_type)
{
    put_varint(packing, (uint64_t)number << 3 | wire_type);
}

/* One value, and before it what says how long it is. */
static void
put_value(struct packing *packing, ProtobufCType type, const void *at)
{
    const size_t before = packing->len;
    const ProtobufCMessage *message;
    ProtobufCBinaryData data;
    const char *text;

    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
        memcpy(&text, at, sizeof text);
        put(packing, text, text == NULL ? 0 : strlen(text));
        break;
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(&data, at, sizeof data);
        put(packing, data.data, data.len);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        memcpy(&message, at, sizeof message);
        if (message != NULL) {
            put_message(packing, message);
        }
        break;
    default:
        put_number(packing, type, at);
        return;
    }
    put_varint(packing, packing->len - before);
}

static void
put_list(struct packing *packing, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field)
{
    const bool packed = (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
    const size_t before = packing->len;
    const size_t count = ent_pb_count(message, field);

    for (size_t i = count; i > 0; i--) {
        put_value(packing, field->type, ent_pb_value(message, field, i - 1));
        if (!packed) {
            put_tag(packing, field->id, ent_pb_wire_type(field->type));
        }
    }
    if (packed && count > 0) {
        put_varint(packing, packing->len - before);
        put_tag(packing, field->id, PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
    }
}

/* The chosen member of a oneof is packed whatever it holds, unless that is a
 * pointer nobody set. */
static bool
choice_is_there(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const void *pointer;

    if (field->type != PROTOBUF_C_TYPE_STRING &&
        field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return true;
    }
    memcpy(&pointer, (const uint8_t *)message + field->offset, sizeof pointer);
    return pointer != NULL && pointer != field->default_value;
}

/* A negative zero is zero. */
static bool
is_real_zero(ProtobufCType type, const uint8_t *at)
{
    float single_real;
    double double_real;

    switch (type) {
    case PROTOBUF_C_TYPE_FLOAT:
        memcpy(&single_real, at, sizeof single_real);
        return single_real == 0;
    case PROTOBUF_C_TYPE_DOUBLE:
        memcpy(&double_real, at, sizeof double_real);
        return double_real == 0;
    default:
        return false;
    }
}

/* Of a field that is given or chosen: proto3 leaves out what nobody set. */
static bool
is_packed(
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    assert(field->label == PROTOBUF_C_LABEL_NONE); /* proto3 */

    return ent_pb_is_choice(field)
               ? choice_is_there(message, field)
               : !is_real_zero(
                     field->type, (const uint8_t *)message + field->offset);
}

static void
put_field(struct packing *packing, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        put_list(packing, message, field);
    } else if (is_packed(message, field)) {
        put_value(
            packing, field->type, (const uint8_t *)message + field->offset);
        put_tag(packing, field->id, ent_pb_wire_type(field->type));
    }
}

/* Fields in their order, and those that the schema does not have behind. */
static void
put_message(struct packing *packing, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    for (unsigned i = message->n_unknown_fields; i > 0; i--) {
        const ProtobufCMessageUnknownField *field =
            &message->unknown_fields[i - 1];

        put(packing, field->data, field->len);
        put_tag(packing, field->tag, field->wire_type);
    }
    for (unsigned i = type->n_fields; i > 0; i--) {
        const ProtobufCFieldDescriptor *field = &type->fields[i - 1];

        if (ent_pb_is_choice(field)) {
            const struct ent_pb_choice choice =
                ent_pb_choice_at(message, i - 1);

            field = choice.chosen;
            i = choice.first + 1; /* no other member is there */
        } else if (!ent_pb_is_given(message, field)) {
            continue;
        }
        if (field != NULL) {
            put_field(packing, message, field);
        }
    }
}

bool
ent_pb_pack_into(const ProtobufCMessage *message, uint8_t *room, size_t len,
    struct ent_view *ret_wire)
{
    struct packing packing = {.at = room + len, .left = len};

    put_message(&packing, message);
    if (packing.len > len) {
        return false;
    }
    *ret_wire = ent_view_of(packing.at, packing.len);
    return true;
}

/* The pieces one after the other, the last that was taken first. */
static void
put_together(const struct packing *packing, const uint8_t *room, uint8_t *out)
{
    const uint8_t *from = packing->at;

    for (const struct piece *piece = packing->pieces; piece != NULL;
         piece = piece->behind) {
        const size_t len = (size_t)(piece->bytes + piece->len - from);

        memcpy(out, from, len);
        out += len;
        from = piece->behind == NULL ? room : piece->behind->bytes;
    }
    memcpy(out, from, (size_t)(room + ROOM - from));
}

/* Of the little room. */
static size_t
used_of(const struct packing *packing)
{
    return packing->len < ROOM ? packing->len : ROOM;
}

static void
free_pieces(struct packing *packing)
{
    while (packing->pieces != NULL) {
        struct piece *piece = packing->pieces;

        packing->pieces = piece->behind;
        sodium_memzero(
            packing->at, (size_t)(piece->bytes + piece->len - packing->at));
        free(piece);
        packing->at = packing->pieces == NULL ? NULL : packing->pieces->bytes;
    }
}

/* What fits a little room, as most messages do, needs no more than that. */
enum ent_status
ent_pb_pack(const ProtobufCMessage *message, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    uint8_t room[ROOM];
    struct packing packing = {.at = room + ROOM, .left = ROOM, .goes_on = true};
    struct ent_bytes wire = {0};
    enum ent_status rc = ENT_OK;

    assert(message != NULL && ret_wire != NULL);

    put_message(&packing, message);
    if (packing.failed) {
        rc = ent_fail(err, ENT_NO_MEMORY, "packing %zu bytes", packing.len);
    } else if (packing.len > 0) {
        rc = ent_bytes_room(packing.len, &wire, err);
    }
    if (rc == ENT_OK && packing.len > 0) {
        put_together(&packing, room, wire.data);
    }
    sodium_memzero(room + ROOM - used_of(&packing), used_of(&packing));
    free_pieces(&packing);
    if (rc == ENT_OK) {
        *ret_wire = wire;
    }
    return rc;
}

/* ---- what is packed already ---- */

/* Nobody has to go through the fields of a type to see that none is set. */
static const ProtobufCMessageDescriptor no_fields = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "packed",
    .short_name = "packed",
    .c_name = "packed",
    .package_name = "",
};

/* All of it is one field that no schema has: the tag of its first field, and
 * what stands behind that. */
ProtobufCMessage *
ent_pb_packed(const ProtobufCMessageDescriptor *type, struct ent_view wire,
    struct ent_arena *arena)
{
    ProtobufCMessage *message = ent_arena_alloc(arena, type->sizeof_message);
    ProtobufCMessageUnknownField *whole = ent_arena_alloc(arena, sizeof *whole);
    uint64_t tag;

    if (message == NULL || whole == NULL) {
        return NULL;
    }
    protobuf_c_message_init(type, message);
    message->descriptor = &no_fields;
    if (wire.len == 0) {
        return message;
    }
    if (!ent_pb_take_varint(&wire, &tag)) {
        return NULL;
    }
    whole->tag = (uint32_t)(tag >> 3);
    whole->wire_type = (ProtobufCWireType)(tag & 7);
    whole->data = (uint8_t *)(uintptr_t)wire.data;
    whole->len = wire.len;
    message->unknown_fields = whole;
    message->n_unknown_fields = 1;
    return message;
}
